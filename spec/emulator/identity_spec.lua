--- The tenant that the emulator plays: what it tells of itself, managed identities, workflows, and
--- how it is declared.
local cjson = require "cjson"
local emulators = require "bylaw.emulator"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local POLICIES = "/v1.0/policies/tokenLifetimePolicies"
local USUAL = "0785ef7c-2a0f-4d9a-9d3c-6f6c5a1b7e42"

describe("bylaw.emulator, identity:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)

  local function works(token)
    return graph.call(emulator, "GET", POLICIES, nil, { Authorization = "Bearer " .. token }).status
  end

  it("has an application of its own, whose secret is the bearer", function()
    assert.equal(USUAL, emulator.tenant_id)
    local status, answer = entra.token(emulator,
      { client_id = emulator.client_id, client_secret = graph.TOKEN }, emulator.tenant_id)
    assert.equal(200, status)
    assert.equal(200, works(answer.access_token))
    local odd = graph.start { token = [["\{}]] }
    finally(function() odd:stop() end)
    assert.equal(200, (entra.token(odd, { client_id = odd.client_id, client_secret = [["\{}]] },
      odd.tenant_id)))
  end)

  describe("metadata", function()
    it("names the endpoints by the address that was called", function()
      local localhost = { url = emulator.url:gsub("127%.0%.0%.1", "localhost") }
      for _, at in ipairs { emulator, localhost } do
        local status, answer = entra.get(at,
          "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration")
        local root = at.url .. "/contoso.onmicrosoft.com"
        assert.equal(200, status)
        assert.same({ root .. "/oauth2/v2.0/token", root .. "/discovery/v2.0/keys",
          root .. "/oauth2/v2.0/devicecode", at.url .. "/" .. USUAL .. "/v2.0",
            "graph.microsoft.com" },
          { answer.token_endpoint, answer.jwks_uri, answer.device_authorization_endpoint,
            answer.issuer, answer.msgraph_host })
      end
    end)

    it("is refused of a tenant that there is not", function()
      for tenant, number in pairs { ["other.onmicrosoft.com"] = 90002, [entra.TENANT] = 90002,
        nonsense = 900023 } do
        for _, path in ipairs { "v2.0/.well-known/openid-configuration", "discovery/v2.0/keys" } do
          local status, answer = entra.get(emulator, ("/%s/%s"):format(tenant, path))
          assert.same({ 400, "invalid_request", { number } },
            { status, answer.error, answer.error_codes })
        end
      end
    end)

    it("has the key that its tokens are signed with", function()
      local _, answer = entra.token(emulator,
        { client_id = emulator.client_id, client_secret = graph.TOKEN }, USUAL)
      local _, keys = entra.get(emulator, "/common/discovery/v2.0/keys")
      local header = cjson.decode(entra.decode(answer.access_token:match "^[^.]+"))
      assert.equal(1, #keys.keys)
      local key = keys.keys[1]
      assert.same({ "RSA", "sig", "RS256", header.kid }, { key.kty, key.use, key.alg, key.kid })
      assert.equal("ok", shell.must("%s/jose verify RS256 %s,%s %s",
        os.getenv "BYLAW_BUILD" or "build", key.n, key.e, answer.access_token):match "\n(%w+)\n$")
    end)

    it("names one host", function()
      local status, answer = entra.get(emulator, "/common/discovery/instance?api-version=1.1")
      local host = emulator.url:match "//(.*)"
      assert.equal(200, status)
      assert.same({ { preferred_network = host, preferred_cache = host, aliases = { host } } },
        answer.metadata)
    end)
  end)

  local GRAPH = "&resource=" .. entra.encoded(entra.GRAPH)
  local SYSTEM, DEPLOYMENT = "7c9d7e3a-0b5d-4a52-9c55-6a1c52d2a001",
    "7c9d7e3a-0b5d-4a52-9c55-6a1c52d2a002"
  local ARM = "/subscriptions/7c9d7e3a-0b5d-4a52-9c55-6a1c52d2a003/resourceGroups/policies/"
    .. "providers/Microsoft.ManagedIdentity/userAssignedIdentities/deployment"

  describe("a machine's identity", function()
    local PATH = "/metadata/identity/oauth2/token?api-version=2018-02-01"
    local function get(query, headers, at)
      return entra.get(at or emulator, PATH .. query, headers or { Metadata = "true" })
    end

    it("is the system's, with all numbers as strings", function()
      local status, answer = get(GRAPH)
      assert.equal(200, status)
      assert.equal(200, works(answer.access_token))
      local now = os.time()
      assert.is_true(math.abs(tonumber(answer.expires_on) - now - 86399) < 5)
      assert.is_true(math.abs(tonumber(answer.not_before) - now + 300) < 5)
      assert.same({ access_token = answer.access_token, client_id = SYSTEM, expires_in = "86399",
        expires_on = answer.expires_on, ext_expires_in = "86399", not_before = answer.not_before,
        resource = entra.GRAPH, token_type = "Bearer" }, answer)
    end)

    it("is another one by client id, object id or resource id", function()
      for _, query in ipairs { "&client_id=" .. DEPLOYMENT, "&object_id=" .. DEPLOYMENT,
        "&msi_res_id=" .. entra.encoded(ARM) } do
        local status, answer = get(GRAPH .. query)
        assert.same({ 200, DEPLOYMENT }, { status, answer.client_id })
        assert.equal(ARM, entra.claims(answer.access_token).xms_mirid)
      end
    end)

    local refusals = {
      { "without the header", GRAPH, {}, "bad_request_102",
        "Required metadata header not specified" },
      { "through a proxy", GRAPH, { Metadata = "true", ["X-Forwarded-For"] = "10.0.0.1" },
        "bad_request_102", "Required metadata header not specified" },
      { "that is none", GRAPH .. "&client_id=" .. entra.TENANT, nil, "invalid_request",
        "Identity not found" },
      { "that is an application", GRAPH .. "&client_id=535fb089-9ff3-47b6-9bfb-4f1264799865", nil,
        "invalid_request", "Identity not found" },
      { "for nothing", "", nil, "invalid_request",
        "Required query variable 'resource' is missing" },
      { "for a resource that there is not", "&resource=https%3A%2F%2Fvault.azure.net", nil,
        "invalid_resource", "AADSTS500011: The resource principal was not found in the tenant." },
    }
    for _, case in ipairs(refusals) do
      local name, query, headers, err, words = table.unpack(case, 1, 5)
      it("is refused " .. name, function()
        local status, answer = get(query, headers)
        assert.same({ 400, { error = err, error_description = words } }, { status, answer })
      end)
    end

    it("is refused without a version that is known", function()
      for _, version in ipairs { "?a=b", "?api-version=2017-01-01" } do
        local status, answer = entra.get(emulator, "/metadata/identity/oauth2/token" .. version
          .. GRAPH,
          { Metadata = "true" })
        assert.same({ 400, "bad_request" }, { status, answer.error })
      end
    end)

    it("is the only one there is, and none where there are several to choose from", function()
      local function with(...)
        local apps = { { clientId = entra.id(9), secrets = { "s" } } }
        for i, managed in ipairs { ... } do
          apps[i + 1] = { clientId = entra.id(i), managedIdentity = managed }
        end
        local one = graph.start { identity = { apps = apps } }
        finally(function() one:stop() end)
        local status, answer = get(GRAPH, nil, one)
        one:stop()
        return { status, answer.client_id or answer.error_description }
      end
      assert.same({ 200, entra.id(1) }, with "user")
      assert.same({ 200, entra.id(3) }, with("user", "user", "system"))
      assert.same({ 400, "Multiple user assigned identities exist, please specify the clientId / "
        .. "resourceId of the identity in the token request" }, with("user", "user"))
      assert.same({ 400, "Identity not found" }, with())
    end)
  end)

  describe("an app service's identity", function()
    local PATH = "/msi/token?api-version=2019-08-01"
    local RIGHT = { ["X-IDENTITY-HEADER"] = graph.TOKEN }

    it("comes without expires_in", function()
      local status, answer = entra.get(emulator, PATH .. GRAPH, RIGHT)
      assert.equal(200, status)
      assert.equal(200, works(answer.access_token))
      assert.same({ access_token = answer.access_token, client_id = SYSTEM,
        expires_on = answer.expires_on, resource = entra.GRAPH, token_type = "Bearer" }, answer)
      assert.is_true(math.abs(tonumber(answer.expires_on) - os.time() - 86399) < 5)
    end)

    it("is another one by client id, object id or resource id", function()
      for _, query in ipairs { "&client_id=" .. DEPLOYMENT, "&principal_id=" .. DEPLOYMENT,
        "&object_id=" .. DEPLOYMENT, "&mi_res_id=" .. entra.encoded(ARM) } do
        assert.equal(DEPLOYMENT, select(2, entra.get(emulator, PATH .. GRAPH .. query,
          RIGHT)).client_id)
      end
    end)

    local refusals = {
      { "without the header", PATH .. GRAPH, {}, 401 },
      { "with a wrong header", PATH .. GRAPH, { ["X-IDENTITY-HEADER"] = "x" }, 401 },
      { "without a version", "/msi/token?a=b" .. GRAPH, RIGHT, 400 },
      { "for nothing", PATH, RIGHT, 400 },
      { "that is none", PATH .. GRAPH .. "&client_id=" .. entra.TENANT, RIGHT, 400,
        "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/"
        .. "PrincipalId." },
      { "for a resource that there is not", PATH .. "&resource=x", RIGHT, 500 },
    }
    for _, case in ipairs(refusals) do
      it("is refused " .. case[1], function()
        local status, answer = entra.get(emulator, case[2], case[3])
        assert.same({ case[4], case[4] }, { status, answer.statusCode })
        if case[5] then assert.equal(case[5], answer.message) end
      end)
    end
  end)

  describe("an Arc machine's identity", function()
    local PATH = "/arc/metadata/identity/oauth2/token?api-version=2020-06-01" .. GRAPH
    local folder, arc
    setup(function()
      folder = shell.scratch()
      arc = graph.start { identity = { arcFolder = folder,
        apps = { { clientId = entra.id(1), managedIdentity = "system" } } } }
    end)
    teardown(function()
      arc:stop()
      shell.remove(folder)
    end)
    local function get(headers)
      local all = { Metadata = "true" }
      for name, value in pairs(headers or {}) do all[name] = value end
      return entra.get(arc, PATH, all)
    end
    local function challenge()
      local status, _, headers = get()
      assert.equal(401, status)
      return headers["www-authenticate"]:match "^Basic realm=(.*)$"
    end

    it("takes the key of a file that only its owner can read, once", function()
      local file = challenge()
      assert.matches("^" .. folder:gsub("%p", "%%%0") .. "/" .. graph.GUID .. "%.key$", file)
      assert.equal("600\n", shell.must("stat -c %%a '%s'", file))
      local key = { Authorization = "Basic " .. shell.read(file) }
      local status, answer = get(key)
      assert.same({ 200, entra.id(1) }, { status, answer.client_id })
      assert.equal(401, (get(key)))
    end)

    it("is refused with another key, or without the header", function()
      challenge()
      assert.equal(401, (get { Authorization = "Basic x" }))
      assert.equal(401, (get { Authorization = "Bearer x" }))
      assert.equal(400, (get { Metadata = false }))
    end)

    it("says that it cannot write a key", function()
      local none = graph.start { identity = { arcFolder = folder .. "/absent",
        apps = { { clientId = entra.id(1), managedIdentity = "system" } } } }
      finally(function() none:stop() end)
      local status, answer = entra.get(none, PATH, { Metadata = "true" })
      assert.same({ 500, "server_error" }, { status, answer.error })
    end)
  end)

  describe("a workflow's own token", function()
    local BEARER = { Authorization = "Bearer " .. graph.TOKEN }
    local function exchange(at, id, assertion)
      return entra.token(at, { client_id = id, client_assertion = assertion,
        client_assertion_type = entra.ASSERTION }, at.tenant_id)
    end

    it("is GitHub's, for the audience that is asked for, and is good for a token", function()
      entra.get(emulator, "/common/discovery/v2.0/keys")
      local status, answer = entra.get(emulator, "/github/token?api-version=2.0&audience="
        .. entra.encoded "api://AzureADTokenExchange", BEARER)
      assert.same({ 200, #answer.value }, { status, answer.count })
      local claims = entra.claims(answer.value)
      assert.same({ "https://token.actions.githubusercontent.com", "api://AzureADTokenExchange",
        "repo:contoso/policies:ref:refs/heads/main", 300 },
        { claims.iss, claims.aud, claims.sub, claims.exp - claims.iat })
      assert.equal(200, (exchange(emulator, emulator.client_id, answer.value)))
      local _, other = entra.get(emulator, "/github/token", BEARER)
      assert.same({ 700212 },
        select(2, exchange(emulator, emulator.client_id, other.value)).error_codes)
    end)

    it("is Azure Pipelines', and is good for a token", function()
      local federated = { issuer = "https://vstoken.dev.azure.com/" .. entra.id(5),
        subject = "sc://org/project/connection" }
      local one = graph.start { identity = { apps = { { clientId = entra.id(1),
        federated = { federated } } } } }
      finally(function() one:stop() end)
      local status, answer = entra.post(one,
        "/pipelines/token?api-version=7.1&serviceConnectionId=" .. entra.id(6), "", BEARER)
      assert.equal(200, status)
      local claims = entra.claims(answer.oidcToken)
      assert.same({ federated.issuer, federated.subject }, { claims.iss, claims.sub })
      assert.equal(200, (exchange(one, entra.id(1), answer.oidcToken)))
      assert.equal(400, (entra.post(one, "/pipelines/token?api-version=7.1", "", BEARER)))
    end)

    it("takes the host's own token", function()
      for _, headers in ipairs { {}, { Authorization = "Bearer x" } } do
        assert.equal(401, (entra.get(emulator, "/github/token", headers)))
        assert.equal(401, (entra.post(emulator, "/pipelines/token?serviceConnectionId=x", "",
          headers)))
      end
    end)
  end)

  it("serves nothing else without a bearer", function()
    local id = entra.id(1)
    for _, path in ipairs { "/", "/common", "/x/oauth2/v2.0/authorize", "/x/oauth2/token",
      "/metadata",
      "/metadata/instance", "/msi", "/github", "/devicelogin/x", POLICIES, "/v1.0/applications/"
        .. id } do
      assert.equal(401, (entra.get(emulator, path)), path)
    end
    assert.equal(401, (entra.post(emulator, "/metadata/identity/oauth2/token", "")))
  end)

  describe("a declaration", function()
    local app = { clientId = entra.id(1) }
    local function with(members)
      local all = { clientId = entra.id(2) }
      for name, value in pairs(members) do all[name] = value end
      return { apps = { app, all } }
    end
    local cases = {
      { { tenant = "x" }, "identity, tenant: there is no such setting" },
      { { tenantId = "x" }, "identity, tenantId: a GUID is due" },
      { { domain = "" }, "identity, domain: a string is due that is not empty" },
      { { tokenLifetime = -1 },
        "identity, tokenLifetime: a whole number of seconds is due, a year at most" },
      { { tokenLifetime = 1.5 }, "identity, tokenLifetime: a whole number of seconds is due" },
      { { refuseReplays = 1 }, "identity, refuseReplays: true or false is due" },
      { { apps = "x" }, "identity, apps: an array is due" },
      { { apps = { 1 } }, "identity, apps[1]: an object is due" },
      { { apps = { { displayName = "x" } } }, "identity, apps[1]: an application has a clientId" },
      { { apps = { app, app } }, "identity, apps[2]: another application has this clientId" },
      { with { secret = "x" }, "identity, apps[2].secret: there is no such setting" },
      { with { secrets = { { expires = "2030-01-31T12:00:00Z" } } },
        "identity, apps[2].secrets[1]: a secret has a value" },
      { with { secrets = { "x", { value = "x", expires = "tomorrow" } } },
        "identity, apps[2].secrets[2].expires: a time is due, such as 2030-01-31T12:00:00Z" },
      { with { certificates = { "x" } },
        "identity, apps[2].certificates[1]: there is no certificate in it; a PEM block" },
      { with { federated = { { issuer = "x" } } },
        "identity, apps[2].federated[1]: a federated credential has an issuer and a subject" },
      { with { federated = { { issuer = "x", subject = "y",
        keys = { keys = { { n = "AQAB" } } } } } },
        "identity, apps[2].federated[1].keys[1]: a JSON Web Key of RSA is due, with n and e" },
      { with { managedIdentity = "both" },
        "identity, apps[2].managedIdentity: 'system' or 'user' is due" },
      { with { refuse = 1 }, "identity, apps[2].refuse: the number of an AADSTS error is due" },
      { "{", "identity: " }, { "[]", "identity: an object is due" },
    }
    for _, case in ipairs(cases) do
      it("is refused with its place: " .. case[2], function()
        local none, err = emulators.start { identity = case[1] }
        assert.is_nil(none)
        assert.equal("invalid", err.code)
        assert.equal(case[2], err.message:sub(1, #case[2]))
      end)
    end

    it("names the tenant wherever an answer does", function()
      local one <close> = graph.start { identity = { tenantId = entra.TENANT } }
      local owned = graph.call(one, "POST", "/v1.0/applications", '{"displayName":"x"}')
      local of_app = ('{"appId":"%s"}'):format(owned.body:match '"appId":"([^"]+)"')
      local principal = graph.call(one, "POST", "/v1.0/servicePrincipals", of_app)
      assert.equal(entra.TENANT, principal.body:match '"appOwnerOrganizationId":"([^"]+)"')
      for _, made in ipairs { owned, principal } do
        assert.equal(one.url .. "/v2/" .. entra.TENANT .. "/directoryObjects/",
          made.headers.location:match "^.*/directoryObjects/")
      end
    end)

    it("may be JSON, or empty", function()
      for _, identity in ipairs { "{}", ('{"tenantId":"%s"}'):format(USUAL), {} } do
        local one = graph.start { identity = identity }
        assert.equal(USUAL, one.tenant_id)
        one:stop()
      end
    end)
  end)
end)
