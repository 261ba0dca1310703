local cjson = require "cjson"
local graph = require "spec.support.graph"

local NOBODY = "11111111-2222-3333-4444-555555555555"
local CONFLICT = "Request contains property changes that would result in property-uniqueness "
  .. "violation(s). Please retry your request with corrected values."

--- A definition of each kind, as JSON.
local DEFINITIONS = {
  tokenLifetimePolicies = graph.DEFINITION,
  tokenIssuancePolicies = [[{"TokenIssuancePolicy":{"Version":1}}]],
  claimsMappingPolicies = [[{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true"}}]],
  homeRealmDiscoveryPolicies =
    [[{"HomeRealmDiscoveryPolicy":{"AccelerateToFederatedDomain":false}}]],
  activityBasedTimeoutPolicies = [[{"ActivityBasedTimeoutPolicy":{"Version":1,]]
    .. [["ApplicationPolicies":[{"ApplicationId":"default","WebSessionIdleTimeout":"01:00:00"}]}}]],
}

--- Where each can be assigned (true), only looked at ("read"), or is not known.
local MATRIX = {
  applications = {
    tokenLifetimePolicies = true, tokenIssuancePolicies = true,
    homeRealmDiscoveryPolicies = "read",
  },
  servicePrincipals = {
    tokenLifetimePolicies = true, tokenIssuancePolicies = true, claimsMappingPolicies = true,
    homeRealmDiscoveryPolicies = true,
  },
}

describe("bylaw.emulator, references:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function call(...) return graph.call(emulator, ...) end
  local function decoded(...) return cjson.decode(call(...).body) end
  local function refused(exchange, status, code, message)
    assert.equal(status, exchange.status, exchange.body)
    local err = graph.error(exchange)
    assert.same({ code, message }, { err.code, err.message })
  end

  local function policy(collection)
    return graph.create(emulator, "/v1.0/policies/" .. collection,
      cjson.encode { displayName = collection, definition = { DEFINITIONS[collection] } })
  end

  --- An object of a type, as its path.
  local function carrier(objects)
    local app = decoded("POST", "/v1.0/applications", '{"displayName":"app"}')
    if objects == "applications" then return "/applications/" .. app.id, app end
    local made = decoded("POST", "/v1.0/servicePrincipals", cjson.encode { appId = app.appId })
    return "/servicePrincipals/" .. made.id, made
  end

  local function reference(id, form)
    local url = (form or "ROOT/v1.0/policies/tokenLifetimePolicies/ID"):gsub("ROOT", emulator.url)
      :gsub("ID", id)
    return (cjson.encode { ["@odata.id"] = url }:gsub("\\/", "/"))
  end

  for objects, kinds in pairs(MATRIX) do
    for collection in pairs(DEFINITIONS) do
      local rule = kinds[collection]
      for _, version in ipairs { "/v1.0", "/beta" } do
        it(("%s%s and %s: %s"):format(version, objects, collection, tostring(rule)), function()
          local path = version .. carrier(objects) .. "/" .. collection
          local id = policy(collection)
          local assigned = call("POST", path .. "/$ref", reference(id))
          if not rule then
            refused(assigned, 400, "BadRequest",
              ("Resource not found for the segment '%s'."):format(collection))
            return
          end
          if rule == "read" then
            refused(assigned, 405, "Request_BadRequest",
              "Specified HTTP method is not allowed for the request target.")
            assert.same({}, decoded("GET", path).value)
            return
          end
          assert.equal(204, assigned.status, assigned.body)
          assert.equal("", assigned.body)
          assert.is_nil(assigned.headers["content-type"])
          local list = decoded("GET", path)
          local kind = collection:gsub("ies$", "y")
          assert.equal(("%s%s/$metadata#Collection(microsoft.graph.%s)"):format(emulator.url,
            version, kind), list["@odata.context"])
          assert.same({ id }, { list.value[1].id })
          local gone = call("DELETE", path .. "/" .. id .. "/$ref")
          assert.same({ 204, "" }, { gone.status, gone.body })
          assert.same({}, decoded("GET", path).value)
        end)
      end
    end
  end

  describe("a reference is taken", function()
    local forms = {
      "ROOT/v1.0/policies/tokenLifetimePolicies/ID", "ROOT/beta/policies/tokenLifetimePolicies/ID",
      "ROOT/v1.0/directoryObjects/ID", "ROOT/v1.0/policies/tokenLifetimePolicies('ID')",
      "ROOT/beta/policies/ID", "ROOT/beta/legacy/policies/ID",
      "https://graph.microsoft.com/v1.0/policies/tokenlifetimepolicies/ID",
      "https://graph.microsoft.com/v2/" .. NOBODY
        .. "/directoryObjects/ID/Microsoft.DirectoryServices.TokenLifetimePolicy",
      "ROOT/v1.0/policies/tokenLifetimePolicies/ID?a=" .. NOBODY,
    }
    for _, form in ipairs(forms) do
      it("as " .. form, function()
        local path, id = "/v1.0" .. carrier "applications" .. "/tokenLifetimePolicies",
          policy "tokenLifetimePolicies"
        assert.equal(204, call("POST", path .. "/$ref", reference(id, form)).status)
        assert.equal(id, decoded("GET", path).value[1].id)
      end)
    end

    it("as @id", function()
      local path, id = "/v1.0" .. carrier "applications" .. "/tokenLifetimePolicies",
        policy "tokenLifetimePolicies"
      assert.equal(204, call("POST", path .. "/$ref", '{"@id":"' .. id .. '"}').status)
    end)
  end)

  describe("on an object,", function()
    local root, path, id, object
    before_each(function()
      root, object = carrier "servicePrincipals"
      path = "/v1.0" .. root .. "/tokenLifetimePolicies"
      id = policy "tokenLifetimePolicies"
      assert.equal(204, call("POST", path .. "/$ref", reference(id)).status)
    end)

    it("references are listed in the directory's own words", function()
      local list = call("GET", path .. "/$ref").body
      assert.matches('^{"@odata.context":"URL/v1.0/%$metadata#Collection%(%$ref%)","value":%[{'
        .. '"@odata.id":"URL/v2/ID/directoryObjects/ID/'
        .. 'Microsoft.DirectoryServices.TokenLifetimePolicy"}%]}$', graph.faceless(emulator, list))
      assert.is_truthy(list:find("/directoryObjects/" .. id .. "/", 1, true))
    end)

    it("what is assigned is read, counted and shown among its carriers", function()
      local one = decoded("GET", path .. "/" .. id)
      assert.same(decoded("GET", "/v1.0/policies/tokenLifetimePolicies/" .. id), one)
      assert.equal(404, call("GET", path .. "/" .. policy "tokenLifetimePolicies").status)
      local counted = call("GET", path .. "/$count", nil, { ConsistencyLevel = "eventual" })
      assert.same({ 200, "1", "text/plain" },
        { counted.status, counted.body, counted.headers["content-type"] })
      local carriers = decoded("GET", "/v1.0/policies/tokenLifetimePolicies/" .. id .. "/appliesTo")
      assert.equal(emulator.url .. "/v1.0/$metadata#directoryObjects", carriers["@odata.context"])
      assert.same({ "#microsoft.graph.servicePrincipal", object.id, object.appId },
        { carriers.value[1]["@odata.type"], carriers.value[1].id, carriers.value[1].appId })
      assert.same({ "GET, POST, DELETE", 405 }, {
        call("PUT", path .. "/$ref", "{}").headers.allow, call("PATCH", path, "{}").status,
      })
    end)

    it("the object may be called by its application's id", function()
      local by_app = "/v1.0/servicePrincipals(appId='" .. object.appId .. "')/tokenLifetimePolicies"
      assert.equal(id, decoded("GET", by_app).value[1].id)
      assert.equal(204, call("DELETE", by_app .. "/" .. id .. "/$ref").status)
      assert.equal(204, call("POST", by_app .. "/$ref", reference(id)).status)
    end)

    it("the same policy again is refused as one that is there already", function()
      refused(call("POST", path .. "/$ref", reference(id)), 400, "Request_BadRequest",
        "One or more added object references already exist for the following modified "
        .. "properties: 'tokenLifetimePolicies'.")
    end)

    it("a second of the kind is refused, another kind is not", function()
      refused(call("POST", path .. "/$ref", reference(policy "tokenLifetimePolicies")), 400,
        "Request_MultipleObjectsWithSameKeyValue", CONFLICT)
      assert.equal(204, call("POST", "/v1.0" .. root .. "/claimsMappingPolicies/$ref",
        reference(policy "claimsMappingPolicies")).status)
    end)

    it("one is replaced by removing it first", function()
      assert.equal(204, call("DELETE", path .. "/" .. id .. "/$ref").status)
      local other = policy "tokenLifetimePolicies"
      assert.equal(204, call("POST", path .. "/$ref", reference(other)).status)
      assert.equal(other, decoded("GET", path).value[1].id)
    end)

    it("removing what is not there is a 404", function()
      assert.equal(204, call("DELETE", path .. "/" .. id .. "/$ref").status)
      refused(call("DELETE", path .. "/" .. id .. "/$ref"), 404, "Request_ResourceNotFound",
        "Resource '" .. id .. "' does not exist or one of its queried reference-property objects "
        .. "are not present.")
    end)

    it("one is removed by its url too", function()
      local url = emulator.url .. "/v1.0/policies/tokenLifetimePolicies/" .. id
      for _, name in ipairs { "@id", "$id" } do
        assert.equal(204, call("DELETE", path .. "/$ref?" .. name .. "=" .. url).status)
        assert.same({}, decoded("GET", path).value)
        assert.equal(204, call("POST", path .. "/$ref", reference(id)).status)
      end
      refused(call("DELETE", path .. "/$ref"), 400, "Request_BadRequest",
        "A value is required for property '@id' of resource 'Reference'.")
      refused(call("DELETE", path .. "/$ref?@id=x"), 400, "Request_BadRequest",
        "Invalid object identifier 'x'.")
    end)

    it("they go with the policy, and with the object", function()
      local typed = "/v1.0/policies/tokenLifetimePolicies/"
      assert.equal(204, call("DELETE", typed .. id).status)
      assert.same({}, decoded("GET", path).value)
      local other = policy "tokenLifetimePolicies"
      assert.equal(204, call("POST", path .. "/$ref", reference(other)).status)
      assert.equal(204, call("DELETE", "/v1.0" .. root).status)
      assert.same({}, decoded("GET", typed .. other .. "/appliesTo").value)
    end)

    it("many objects carry one policy", function()
      for _ = 1, 4 do
        assert.equal(204, call("POST", "/v1.0" .. carrier "applications"
          .. "/tokenLifetimePolicies/$ref", reference(id)).status)
      end
      local types = {}
      local carriers = "/v1.0/policies/tokenLifetimePolicies/" .. id .. "/appliesTo"
      for _, item in ipairs(graph.all(emulator, carriers .. "?$top=2")) do
        types[item["@odata.type"]] = (types[item["@odata.type"]] or 0) + 1
      end
      assert.same({
        ["#microsoft.graph.servicePrincipal"] = 1, ["#microsoft.graph.application"] = 4,
      }, types)
    end)
  end)

  describe("it refuses", function()
    local path
    before_each(function()
      path = "/v1.0" .. carrier "applications" .. "/tokenLifetimePolicies/$ref"
    end)

    it("a policy that is not there", function()
      refused(call("POST", path, reference(NOBODY)), 404, "Request_ResourceNotFound",
        "Resource '" .. NOBODY .. "' does not exist or one of its queried reference-property "
        .. "objects are not present.")
    end)

    it("an object that is not there", function()
      for _, method in ipairs { "GET", "POST" } do
        refused(call(method, "/v1.0/applications/" .. NOBODY .. "/tokenLifetimePolicies/$ref",
          method == "POST" and reference(NOBODY) or nil), 404, "Request_ResourceNotFound",
          "Resource '" .. NOBODY .. "' does not exist or one of its queried reference-property "
          .. "objects are not present.")
      end
    end)

    it("a policy of another kind", function()
      refused(call("POST", path, reference(policy "claimsMappingPolicies")), 400,
        "Request_BadRequest", "Not a valid reference update.")
    end)

    local bodies = {
      { "{}", "A value is required for property '@odata.id' of resource 'Reference'." },
      { '{"@odata.id":1}',
        "Invalid value specified for property '@odata.id' of resource 'Reference'." },
      { '{"@odata.id":"https://graph.microsoft.com/v1.0/policies"}',
        "Invalid object identifier 'https://graph.microsoft.com/v1.0/policies'." },
    }
    for _, case in ipairs(bodies) do
      it("the body " .. case[1], function()
        refused(call("POST", path, case[1]), 400, "Request_BadRequest", case[2])
      end)
    end
  end)

  describe("while reads lag behind writes,", function()
    local LAG = 60000
    it("what is not to be seen yet cannot be assigned, and later it can", function()
      local path = "/v1.0" .. carrier "applications" .. "/tokenLifetimePolicies"
      emulator:lag(LAG)
      local id = policy "tokenLifetimePolicies"
      assert.equal(404, call("GET", "/v1.0/policies/tokenLifetimePolicies/" .. id).status)
      refused(call("POST", path .. "/$ref", reference(id)), 404, "Request_ResourceNotFound",
        "Unable to read the company information from the directory.")
      emulator:shift(LAG)
      assert.equal(204, call("POST", path .. "/$ref", reference(id)).status)
      assert.same({}, decoded("GET", path).value)
      refused(call("POST", path .. "/$ref", reference(id)), 400, "Request_BadRequest",
        "One or more added object references already exist for the following modified "
        .. "properties: 'tokenLifetimePolicies'.")
      emulator:shift(2 * LAG)
      assert.equal(id, decoded("GET", path).value[1].id)
    end)

    it("a change is laid over what is there, not over what is seen", function()
      local path = "/v1.0" .. carrier "applications"
      emulator:lag(LAG)
      assert.equal(204, call("PATCH", path, '{"notes":"one"}').status)
      assert.equal(204, call("PATCH", path, '{"description":"two"}').status)
      assert.equal(cjson.null, decoded("GET", path).notes)
      emulator:shift(LAG)
      local app = decoded("GET", path)
      assert.same({ "one", "two" }, { app.notes, app.description })
    end)

    it("an application that cannot be seen has one service principal all the same", function()
      local app = decoded("POST", "/v1.0/applications", '{"displayName":"app"}')
      emulator:lag(LAG)
      local body = cjson.encode { appId = app.appId }
      assert.equal(201, call("POST", "/v1.0/servicePrincipals", body).status)
      assert.equal(404, call("GET", "/v1.0/servicePrincipals(appId='" .. app.appId .. "')").status)
      assert.equal(409, call("POST", "/v1.0/servicePrincipals", body).status)
    end)
  end)

  describe("the legacy navigation", function()
    it("assigns, lists and removes as it did in beta", function()
      local id = policy "tokenLifetimePolicies"
      for _, objects in ipairs { "applications", "servicePrincipals" } do
        local path = "/beta" .. carrier(objects):lower() .. "/policies"
        assert.equal(204, call("POST", path .. "/$ref", reference(id, "ROOT/beta/policies/ID"))
          .status)
        local item = decoded("GET", path).value[1]
        assert.same({ "#microsoft.graph.policy", id, "TokenLifetimePolicy" },
          { item["@odata.type"], item.id, item.type })
        assert.equal(204, call("DELETE", path .. "/" .. id .. "/$ref").status)
        assert.same({}, decoded("GET", path).value)
      end
    end)

    it("keeps to where a kind belongs", function()
      refused(call("POST", "/beta" .. carrier "applications" .. "/policies/$ref",
        reference(policy "claimsMappingPolicies")), 400, "Request_BadRequest",
        "Not a valid reference update.")
    end)

    it("reads and counts as the typed one does", function()
      local eventual = { ConsistencyLevel = "eventual" }
      local path, id = "/beta" .. carrier "applications" .. "/policies",
        policy "tokenLifetimePolicies"
      assert.equal(404, call("GET", path .. "/" .. id).status)
      call("POST", path .. "/$ref", reference(id))
      assert.same(decoded("GET", "/beta/policies/" .. id), decoded("GET", path .. "/" .. id))
      assert.equal("1", call("GET", "/beta/policies/$count", nil, eventual).body)
      assert.equal("1",
        call("GET", "/beta/policies/" .. id .. "/appliesTo/$count", nil, eventual).body)
    end)

    it("shows who carries a policy", function()
      local path, object = carrier "servicePrincipals"
      local id = policy "homeRealmDiscoveryPolicies"
      call("POST", "/beta" .. path .. "/policies/$ref", reference(id))
      assert.equal(object.id, decoded("GET", "/beta/policies/" .. id .. "/appliesTo").value[1].id)
    end)

    it("is not in v1.0", function()
      assert.equal(400, call("GET", "/v1.0" .. carrier "applications" .. "/policies").status)
    end)
  end)
end)
