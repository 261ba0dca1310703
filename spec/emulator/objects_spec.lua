local cjson = require "cjson"
local graph = require "spec.support.graph"

local NOBODY = "11111111-2222-3333-4444-555555555555"
local APPS, PRINCIPALS = "/v1.0/applications", "/v1.0/servicePrincipals"

--- An application as the service's own page shows the answer to a create, but for ids and dates.
local APPLICATION = {
  deletedDateTime = cjson.null, isFallbackPublicClient = cjson.null,
  applicationTemplateId = cjson.null, identifierUris = {}, displayName = "Display name",
  isDeviceOnlyAuthSupported = cjson.null, groupMembershipClaims = cjson.null,
  optionalClaims = cjson.null, addIns = {}, samlMetadataUrl = cjson.null,
  signInAudience = "AzureADMyOrg", tags = {}, tokenEncryptionKeyId = cjson.null,
  api = {
    requestedAccessTokenVersion = cjson.null, acceptMappedClaims = cjson.null,
    knownClientApplications = {}, oauth2PermissionScopes = {}, preAuthorizedApplications = {},
  },
  appRoles = {}, publicClient = { redirectUris = {} },
  info = {
    termsOfServiceUrl = cjson.null, supportUrl = cjson.null, privacyStatementUrl = cjson.null,
    marketingUrl = cjson.null, logoUrl = cjson.null,
  },
  keyCredentials = {},
  parentalControlSettings = { countriesBlockedForMinors = {}, legalAgeGroupRule = "Allow" },
  passwordCredentials = {}, requiredResourceAccess = {},
  web = {
    redirectUris = {}, homePageUrl = cjson.null, logoutUrl = cjson.null, redirectUriSettings = {},
    implicitGrantSettings = {
      enableIdTokenIssuance = false, enableAccessTokenIssuance = false,
    },
  },
}

describe("bylaw.emulator, applications and service principals:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function call(...) return graph.call(emulator, ...) end
  local function refused(exchange, status, code, message)
    assert.equal(status, exchange.status)
    local err = graph.error(exchange)
    assert.same({ code, message }, { err.code, err.message })
  end
  local function make(path, body)
    local made = call("POST", path, cjson.encode(body))
    assert.equal(201, made.status, made.body)
    return cjson.decode(made.body)
  end
  local function principal(name)
    local app = make(APPS, { displayName = name or "Contoso" })
    return make(PRINCIPALS, { appId = app.appId }), app
  end

  for _, version in ipairs { "v1.0", "beta" } do
    it("answers a create as documented, in " .. version, function()
      local made = call("POST", "/" .. version .. "/applications",
        '{"displayName":"Display name"}')
      assert.equal(201, made.status)
      local app = cjson.decode(made.body)
      assert.equal(emulator.url .. "/" .. version .. "/$metadata#applications/$entity",
        app["@odata.context"])
      assert.matches("^" .. graph.GUID .. "$", app.id)
      assert.matches("^" .. graph.GUID .. "$", app.appId)
      assert.not_equal(app.id, app.appId)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$", app.createdDateTime)
      for name, value in pairs(APPLICATION) do assert.same(value, app[name], name) end
    end)
  end

  it("makes a service principal that bears its application's name and ids", function()
    local app = make(APPS, {
      displayName = "Contoso", identifierUris = { "api://contoso" }, description = "words",
    })
    local made = make(PRINCIPALS, { appId = app.appId })
    assert.equal(emulator.url .. "/v1.0/$metadata#servicePrincipals/$entity",
      made["@odata.context"])
    assert.same({
      app.appId, "Contoso", "Contoso", "words", true, "Application",
      { app.appId, "api://contoso" }, "AzureADMyOrg",
    }, {
      made.appId, made.displayName, made.appDisplayName, made.appDescription, made.accountEnabled,
      made.servicePrincipalType, made.servicePrincipalNames, made.signInAudience,
    })
    assert.matches("^" .. graph.GUID .. "$", made.appOwnerOrganizationId)
  end)

  it("finds one by its id and by its application's, in either case", function()
    local made, app = principal()
    for _, path in ipairs {
      PRINCIPALS .. "/" .. made.id, PRINCIPALS .. "/" .. made.id:upper(),
      PRINCIPALS .. "(appId='" .. made.appId .. "')", PRINCIPALS .. "('" .. made.id .. "')",
      "/v1.0/serviceprincipals(appId=%27" .. made.appId:upper() .. "%27)",
      "/v1.0/servicePrincipals%28appId='" .. made.appId .. "'%29",
    } do
      local got = call("GET", path)
      assert.equal(200, got.status, path)
      assert.same(made, cjson.decode(got.body))
    end
    assert.same(app, cjson.decode(call("GET", APPS .. "(appId='" .. app.appId .. "')").body))
  end)

  it("knows neither type by the other's id", function()
    local made, app = principal()
    assert.equal(404, call("GET", APPS .. "/" .. made.id).status)
    assert.equal(404, call("GET", PRINCIPALS .. "/" .. app.id).status)
  end)

  it("lists in the order of creation, without context", function()
    local ids = {}
    for i = 1, 5 do ids[i] = make(APPS, { displayName = "a" .. i }).id end
    local list = cjson.decode(call("GET", APPS).body)
    assert.equal(emulator.url .. "/v1.0/$metadata#applications", list["@odata.context"])
    local listed = {}
    for i, app in ipairs(list.value) do
      listed[i] = app.id
      assert.is_nil(app["@odata.context"])
      assert.is_nil(app["@odata.type"])
    end
    assert.same(ids, listed)
  end)

  it("lays an update over what is there, inside complex properties too", function()
    local app = make(APPS, { displayName = "a", api = { requestedAccessTokenVersion = 2 },
      tags = { "one", "two" } })
    local path = APPS .. "/" .. app.id
    local changed = call("PATCH", path,
      '{"api":{"acceptMappedClaims":true},"tags":["three"],"notes":null}')
    assert.equal(204, changed.status)
    assert.equal("", changed.body)
    app.api.acceptMappedClaims, app.tags = true, { "three" }
    assert.same(app, cjson.decode(call("GET", path).body))
    assert.equal(204, call("PATCH", path, '{"displayName":"b"}').status)
    assert.equal("b", cjson.decode(call("GET", path).body).displayName)
  end)

  it("deletes an application with its service principal, and the latter alone", function()
    local one, app = principal()
    assert.equal(204, call("DELETE", PRINCIPALS .. "/" .. one.id).status)
    assert.equal(404, call("GET", PRINCIPALS .. "/" .. one.id).status)
    local two = make(PRINCIPALS, { appId = app.appId })
    assert.equal(204, call("DELETE", APPS .. "(appId='" .. app.appId .. "')").status)
    assert.equal(404, call("GET", APPS .. "/" .. app.id).status)
    assert.equal(404, call("GET", PRINCIPALS .. "/" .. two.id).status)
  end)

  describe("refuses", function()
    local function about(id)
      return "Resource '" .. id
        .. "' does not exist or one of its queried reference-property objects are not present."
    end

    it("what is not there", function()
      for _, method in ipairs { "GET", "PATCH", "DELETE" } do
        for _, path in ipairs {
          APPS .. "/" .. NOBODY, PRINCIPALS .. "(appId='" .. NOBODY .. "')",
        } do
          refused(call(method, path, method == "PATCH" and "{}" or nil), 404,
            "Request_ResourceNotFound", about(NOBODY))
        end
      end
    end)

    local paths = {
      { APPS .. "/x", "Request_BadRequest", "Invalid object identifier 'x'." },
      { APPS .. "(appId='x')", "Request_BadRequest", "Invalid object identifier 'x'." },
      { PRINCIPALS .. "(displayName='x')", "BadRequest",
        "Resource not found for the segment 'servicePrincipals(displayName='x')'." },
      { PRINCIPALS .. "(appId=x)", "BadRequest",
        "Resource not found for the segment 'servicePrincipals(appId=x)'." },
      { "/v1.0/users", "BadRequest", "Resource not found for the segment 'users'." },
      { APPS .. "/" .. NOBODY .. "/owners", "BadRequest",
        "Resource not found for the segment 'owners'." },
    }
    for _, case in ipairs(paths) do
      it("the path " .. case[1], function()
        refused(call("GET", case[1]), 400, case[2], case[3])
      end)
    end

    local bodies = {
      { APPS, "{}", "A value is required for property 'displayName' of resource 'Application'." },
      { PRINCIPALS, "{}",
        "A value is required for property 'appId' of resource 'ServicePrincipal'." },
      { APPS, '{"displayName":1}',
        "Invalid value specified for property 'displayName' of resource 'Application'." },
      { APPS, '{"displayName":null}',
        "Invalid value specified for property 'displayName' of resource 'Application'." },
      { APPS, '{"displayName":"a","tags":"b"}',
        "Invalid value specified for property 'tags' of resource 'Application'." },
      { APPS, '{"displayName":"a","tags":[1]}',
        "Invalid value specified for property 'tags' of resource 'Application'." },
      { APPS, '{"displayName":"a","api":{"acceptMappedClaims":"true"}}',
        "Invalid value specified for property 'acceptMappedClaims' of resource 'Application'." },
      { APPS, '{"displayName":"a","api":{"requestedAccessTokenVersion":2147483648}}',
        "Invalid value specified for property 'requestedAccessTokenVersion' of resource "
        .. "'Application'." },
      { APPS, '{"displayName":"a","api":{"foo":1}}', "Invalid property 'foo'." },
      { APPS, '{"displayName":"a","foo":1}', "Invalid property 'foo'." },
      { PRINCIPALS, '{"appId":"x"}',
        "Invalid value specified for property 'appId' of resource 'ServicePrincipal'." },
      { PRINCIPALS, '{"appId":"' .. NOBODY .. '"}', "The appId '" .. NOBODY
        .. "' of the service principal does not reference a valid application object." },
    }
    for _, case in ipairs(bodies) do
      it("the body " .. case[2], function()
        refused(call("POST", case[1], case[2]), 400, "Request_BadRequest", case[3])
      end)
    end

    it("a key that stands twice in a body", function()
      refused(call("POST", APPS, '{"displayName":"a","displayName":"b"}'), 400, "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and "
        .. "payload is of valid JSON format.")
    end)

    it("a second service principal of an application", function()
      local made = principal()
      refused(call("POST", PRINCIPALS, cjson.encode { appId = made.appId }), 409,
        "Request_MultipleObjectsWithSameKeyValue",
        "The service principal cannot be created, updated, or restored because the service "
        .. "principal name " .. made.appId .. " is already in use.")
    end)

    it("an identifier that another application has", function()
      make(APPS, { displayName = "a", identifierUris = { "api://a", "api://b" } })
      local other = make(APPS, { displayName = "b" })
      local body = cjson.encode { displayName = "c", identifierUris = { "api://b" } }
      local message = "Another object with the same value for property identifierUris already "
        .. "exists."
      local code = "Request_MultipleObjectsWithSameKeyValue"
      refused(call("POST", APPS, body), 409, code, message)
      refused(call("PATCH", APPS .. "/" .. other.id, body), 409, code, message)
    end)
  end)

  it("passes over what may not be set", function()
    local app = make(APPS, {
      ["@odata.type"] = "#microsoft.graph.application", displayName = "a", id = NOBODY,
      appId = NOBODY, createdDateTime = "2000-01-01T00:00:00Z", publisherDomain = "x",
    })
    assert.not_equal(NOBODY, app.id)
    assert.not_equal(NOBODY, app.appId)
    assert.not_equal("2000-01-01T00:00:00Z", app.createdDateTime)
    local path = APPS .. "/" .. app.id
    assert.equal(204, call("PATCH", path, '{"appId":"' .. NOBODY .. '"}').status)
    assert.equal(app.appId, cjson.decode(call("GET", path).body).appId)
  end)

  it("says which methods there are", function()
    assert.equal("GET, POST", call("PUT", APPS, "{}").headers.allow)
    assert.equal("GET, PATCH, DELETE", call("PUT", APPS .. "/" .. NOBODY, "{}").headers.allow)
  end)
end)
