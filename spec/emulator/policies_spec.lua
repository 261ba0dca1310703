local cjson = require "cjson"
local graph = require "spec.support.graph"

local TYPED = "/policies/tokenLifetimePolicies"

--- The documented request of a typed collection and its answer, but for the id.
local SAMPLE = ('{"definition":["%s"],"displayName":"TokenLifetimePolicy1",'
  .. '"isOrganizationDefault":true}'):format(graph.ESCAPED)
local ENTITY = '{"@odata.context":"URL/v1.0/$metadata#policies/tokenLifetimePolicies/$entity",'
local STORED = ('"id":"ID","deletedDateTime":null,"definition":["%s"],'
  .. '"displayName":"TokenLifetimePolicy1","isOrganizationDefault":true}'):format(graph.ESCAPED)

--- The documented requests of the legacy path, and their answers.
local function legacy_sample(definition)
  return ('{"displayName":"CustomTokenLifetimePolicy","definition":%s,'
    .. '"type":"TokenLifetimePolicy"}'):format(definition)
end
local function legacy_stored(definition)
  return ('"id":"ID","alternativeIdentifier":null,"definition":%s,'
    .. '"displayName":"CustomTokenLifetimePolicy","isOrganizationDefault":false,'
    .. '"keyCredentials":[],"type":"TokenLifetimePolicy"}'):format(definition)
end
local ISSUANCE = '["{\\"TokenIssuancePolicy\\":{\\"Version\\":1}}"]'
local DIALECTS = {
  string = ('"%s"'):format(graph.ESCAPED),
  array = ('["%s"]'):format(graph.ESCAPED),
}

describe("bylaw.emulator, policies:", function()
  local emulator
  before_each(function() emulator = graph.start() end)
  after_each(function() emulator:stop() end)

  local function call(...) return graph.call(emulator, ...) end
  local function faceless(exchange) return graph.faceless(emulator, exchange.body) end

  for _, version in ipairs { "v1.0", "beta" } do
    local root = "/" .. version .. TYPED
    local context = ('{"@odata.context":"URL/%s/$metadata#policies/tokenLifetimePolicies')
      :format(version)

    describe(version .. ",", function()
      it("answers the documented create with the documented policy", function()
        local made = call("POST", root, SAMPLE)
        assert.equal(201, made.status)
        assert.equal(context .. '/$entity",' .. STORED, faceless(made))
      end)

      it("gives each policy an id of its own, whatever its name", function()
        local body = graph.body()
        local a, b = graph.create(emulator, root, body), graph.create(emulator, root, body)
        assert.matches("^" .. graph.GUID .. "$", a)
        assert.not_equal(a, b)
      end)

      it("lists nothing as an empty value", function()
        local list = call("GET", root)
        assert.equal(200, list.status)
        assert.equal(context .. '","value":[]}', faceless(list))
      end)

      it("lists policies in the order of creation", function()
        local ids = {}
        for i = 1, 20 do ids[i] = graph.create(emulator, root) end
        local listed = {}
        for i, policy in ipairs(cjson.decode(call("GET", root).body).value) do
          listed[i] = policy.id
        end
        assert.same(ids, listed)
      end)

      it("lists a policy without its context", function()
        call("POST", root, SAMPLE)
        assert.equal(context .. '","value":[{' .. STORED .. "]}", faceless(call("GET", root)))
      end)

      it("gives one policy by its id, in either case", function()
        local made = call("POST", root, SAMPLE)
        local id = cjson.decode(made.body).id
        for _, spelt in ipairs { id, id:upper() } do
          local got = call("GET", root .. "/" .. spelt)
          assert.equal(200, got.status)
          assert.equal(made.body, got.body)
        end
      end)

      it("deletes a policy, and then there is none", function()
        local path = root .. "/" .. graph.create(emulator, root)
        local gone = call("DELETE", path)
        assert.equal(204, gone.status)
        assert.equal("", gone.body)
        assert.is_nil(gone.headers["content-type"])
        assert.is_nil(gone.headers["content-length"])
        assert.equal(404, call("GET", path).status)
        assert.equal(404, call("DELETE", path).status)
        assert.equal(404, call("PATCH", path, "{}").status)
      end)

      it("updates what is sent and keeps the rest", function()
        local path = root .. "/" .. cjson.decode(call("POST", root, SAMPLE).body).id
        local changed = call("PATCH", path, '{"displayName":"other"}')
        assert.equal(204, changed.status)
        assert.equal("", changed.body)
        assert.equal(context .. '/$entity",' .. STORED:gsub("TokenLifetimePolicy1", "other"),
          faceless(call("GET", path)))
      end)
    end)
  end

  it("shows the same policies in both versions", function()
    local id = graph.create(emulator, "/v1.0" .. TYPED)
    assert.equal(200, call("GET", "/beta" .. TYPED .. "/" .. id).status)
  end)

  it("keeps kinds apart", function()
    local id = graph.create(emulator, "/v1.0" .. TYPED)
    local other = "/v1.0/policies/tokenIssuancePolicies"
    assert.equal(404, call("GET", other .. "/" .. id).status)
    assert.equal(404, call("DELETE", other .. "/" .. id).status)
    assert.equal(0, #cjson.decode(call("GET", other).body).value)
  end)

  it("serves every kind there is", function()
    local core = require "bylaw.core"
    for _, kind in ipairs(core.kinds) do
      local collection = core.collections[kind]
      local version = core.versions[kind] or "v1.0"
      local path = ("/%s/policies/%s"):format(version, collection)
      assert.equal(200, call("GET", path).status, kind)
    end
  end)

  it("keeps the bytes of a definition, its blanks and its escapes", function()
    local text = '{ \\"TokenLifetimePolicy\\" :\\n{\\"Version\\":1,'
      .. '\\"AccessTokenLifetime\\":\\"8:00:00\\"} }'
    local path = "/v1.0" .. TYPED
    local id = graph.create(emulator, path, graph.body { definition = '["' .. text .. '"]' })
    local got = call("GET", path .. "/" .. id).body
    assert.is_truthy(got:find('"definition":["' .. text .. '"]', 1, true), got)
  end)

  it("keeps any character of a name", function()
    local path, name = "/v1.0" .. TYPED, [["\" \\ \u0001 é 漢 \ud83d\ude00 \u2028"]]
    local id = graph.create(emulator, path, graph.body { displayName = name })
    local got = cjson.decode(call("GET", path .. "/" .. id).body)
    assert.equal(cjson.decode("[" .. name .. "]")[1], got.displayName)
  end)

  it("passes over properties that the service does not know or keeps to itself", function()
    local body = graph.body {
      id = '"11111111-2222-3333-4444-555555555555"', deletedDateTime = '"2026-01-01T00:00:00Z"',
      ["@odata.type"] = '"#microsoft.graph.tokenLifetimePolicy"', AlternativeIdentifier = "null",
      KeyCredentials = "[]", Type = '"x"', type = '"TokenIssuancePolicy"', foo = "{}",
    }
    local made = cjson.decode(call("POST", "/v1.0" .. TYPED, body).body)
    assert.not_equal("11111111-2222-3333-4444-555555555555", made.id)
    assert.equal(cjson.null, made.deletedDateTime)
    assert.is_nil(made.foo)
  end)

  describe("the legacy path", function()
    for name, definition in pairs(DIALECTS) do
      it("answers the documented create in its dialect: " .. name, function()
        local made = call("POST", "/beta/policies", legacy_sample(definition))
        assert.equal(201, made.status)
        assert.equal('{"@odata.context":"URL/beta/$metadata#policies/$entity",'
          .. legacy_stored(definition), faceless(made))
      end)

      it("gives, lists and deletes what was made in the dialect: " .. name, function()
        local made = call("POST", "/beta/policies", legacy_sample(definition))
        local path = "/beta/policies/" .. cjson.decode(made.body).id
        assert.equal(made.body, call("GET", path).body)
        assert.equal('{"@odata.context":"URL/beta/$metadata#policies","value":[{'
          .. legacy_stored(definition) .. "]}", faceless(call("GET", "/beta/policies")))
        assert.equal(204, call("DELETE", path).status)
        assert.equal(404, call("GET", path).status)
      end)

      it("shows as a typed policy what was made in the dialect: " .. name, function()
        local id = graph.create(emulator, "/beta/policies", legacy_sample(definition))
        local got = call("GET", "/v1.0" .. TYPED .. "/" .. id)
        assert.equal(ENTITY .. '"id":"ID","deletedDateTime":null,"definition":'
          .. DIALECTS.array .. ',"displayName":"CustomTokenLifetimePolicy",'
          .. '"isOrganizationDefault":false}',
          faceless(got))
      end)
    end

    it("shows what was made typed, of every kind", function()
      local lifetime = graph.create(emulator, "/v1.0" .. TYPED)
      local issuance = graph.create(emulator, "/beta/policies/tokenIssuancePolicies", graph.body {
        definition = ISSUANCE,
      })
      local shown = {}
      for _, policy in ipairs(cjson.decode(call("GET", "/beta/policies").body).value) do
        shown[policy.id] = policy.type
      end
      assert.same({ [lifetime] = "TokenLifetimePolicy", [issuance] = "TokenIssuancePolicy" }, shown)
    end)

    it("answers in the dialect that was sent last", function()
      local id = graph.create(emulator, "/beta/policies", legacy_sample(DIALECTS.array))
      local path = "/beta/policies/" .. id
      assert.equal(204, call("PATCH", path, '{"definition":' .. DIALECTS.string .. "}").status)
      assert.equal("string", type(cjson.decode(call("GET", path).body).definition))
      assert.equal(204, call("PATCH", path, '{"definition":' .. DIALECTS.array .. "}").status)
      assert.equal("table", type(cjson.decode(call("GET", path).body).definition))
    end)

    it("does not change a policy's kind", function()
      local id = graph.create(emulator, "/beta/policies", legacy_sample(DIALECTS.array))
      local refused = call("PATCH", "/beta/policies/" .. id, '{"type":"TokenIssuancePolicy"}')
      assert.equal(400, refused.status)
      assert.equal("Invalid value specified for property 'type' of resource 'Policy'.",
        graph.error(refused).message)
      assert.equal(204,
        call("PATCH", "/beta/policies/" .. id, '{"type":"TokenLifetimePolicy"}').status)
    end)

    it("is not in v1.0", function()
      local refused = call("POST", "/v1.0/policies", legacy_sample(DIALECTS.array))
      assert.equal(400, refused.status)
      assert.equal("Resource not found for the segment 'policies'.", graph.error(refused).message)
    end)
  end)

  describe("the organization's default", function()
    local function default(displayName)
      return graph.body { displayName = '"' .. displayName .. '"', isOrganizationDefault = "true" }
    end
    local function refused(exchange)
      assert.equal(400, exchange.status)
      assert.equal("Request_MultipleObjectsWithSameKeyValue", graph.error(exchange).code)
      assert.equal("Request contains property changes that would result in property-uniqueness "
        .. "violation(s). Please retry your request with corrected values.",
        graph.error(exchange).message)
    end

    it("is one policy of a kind", function()
      local path = "/v1.0" .. TYPED
      local id = graph.create(emulator, path, default "a")
      refused(call("POST", path, default "b"))
      local other = graph.create(emulator, path)
      refused(call("PATCH", path .. "/" .. other, '{"isOrganizationDefault":true}'))
      local function set(which, value)
        local body = ('{"isOrganizationDefault":%s}'):format(value)
        assert.equal(204, call("PATCH", path .. "/" .. which, body).status)
      end
      set(id, true)
      set(id, false)
      set(other, true)
      assert.equal(2, #cjson.decode(call("GET", path).body).value)
    end)

    it("may be many of a kind that does not heed it", function()
      local path = "/v1.0/policies/tokenIssuancePolicies"
      local body = graph.body {
        definition = ISSUANCE,
        isOrganizationDefault = "true",
      }
      assert.equal(201, call("POST", path, body).status)
      local second = call("POST", path, body)
      assert.equal(201, second.status)
      assert.is_true(cjson.decode(second.body).isOrganizationDefault)
    end)
  end)

  it("removes every policy on reset", function()
    graph.create(emulator, "/v1.0" .. TYPED)
    assert.is_true(emulator:reset())
    assert.equal(0, #cjson.decode(call("GET", "/beta/policies").body).value)
  end)
end)

describe("bylaw.emulator without checks", function()
  local emulator
  before_each(function() emulator = graph.start { check = false } end)
  after_each(function() emulator:stop() end)

  it("answers the documented placeholder with the documented policy", function()
    local made = graph.call(emulator, "POST", "/v1.0" .. TYPED,
      '{"definition":["definition-value"],"displayName":"displayName-value",'
      .. '"isOrganizationDefault":true}')
    assert.equal(201, made.status)
    assert.equal(ENTITY .. '"id":"ID","deletedDateTime":null,"definition":["definition-value"],'
      .. '"displayName":"displayName-value","isOrganizationDefault":true}',
      graph.faceless(emulator, made.body))
  end)

  it("takes arrays of any number of strings, and nothing else", function()
    local taken = { "[]", '["a","b"]', '[""]', '["\\u0000"]' }
    local refused = { "null", "1", "true", "[1]", '["a",null]', "{}", "[{}]", "[[]]" }
    for _, definition in ipairs(taken) do
      local made = graph.call(emulator, "POST", "/v1.0" .. TYPED,
        graph.body { definition = definition })
      assert.equal(201, made.status, definition)
      assert.is_truthy(made.body:find('"definition":' .. definition, 1, true), made.body)
    end
    for _, definition in ipairs(refused) do
      local answer = graph.call(emulator, "POST", "/v1.0" .. TYPED,
        graph.body { definition = definition })
      assert.equal(400, answer.status, definition)
    end
  end)

  it("does not choose between two definitions", function()
    local body = '{"definition":["a"],"definition":["b"],"displayName":"c"}'
    local answer = graph.call(emulator, "POST", "/v1.0" .. TYPED, body)
    assert.equal(400, answer.status)
    assert.equal("Property definition has an invalid value.", graph.error(answer).message)
  end)

  it("still asks for a name", function()
    local body = graph.body { displayName = false }
    assert.equal("A value is required for property 'displayName' of resource "
      .. "'TokenLifetimePolicy'.",
      graph.error(graph.call(emulator, "POST", "/v1.0" .. TYPED, body)).message)
  end)
end)
