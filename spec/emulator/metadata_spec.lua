local core = require "bylaw.core"
local graph = require "spec.support.graph"

--- Reads XML as far as this document goes: elements with attributes, no text. Raises where it is
--- not well formed.
local function read(xml)
  local root = { children = {} }
  local stack = { root }
  local at = assert(select(2, xml:find "^<%?xml version=\"1.0\" encoding=\"utf%-8\"%?>")) + 1
  while at <= #xml do
    local from, to, close, name, attributes, empty = xml:find("^<(/?)([%w:]+)([^<>]-)(/?)>", at)
    assert(from, "not well formed at " .. xml:sub(at, at + 40))
    if close == "/" then
      assert(stack[#stack].name == name, "closes " .. name)
      stack[#stack] = nil
    else
      local element = { name = name, children = {} }
      local rest = attributes:gsub('%s([%w:]+)="([^"<&]*)"', function(key, value)
        assert(element[key] == nil or key == "name", "twice: " .. key)
        element[key] = value
        return ""
      end)
      assert(rest == "", "attributes of " .. name .. rest)
      table.insert(stack[#stack].children, element)
      if empty == "" then stack[#stack + 1] = element end
    end
    at = to + 1
  end
  assert(#stack == 1, "ends inside")
  return root.children[1]
end

local function each(element, visit)
  visit(element)
  for _, child in ipairs(element.children) do each(child, visit) end
end

describe("bylaw.emulator, $metadata:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)

  for _, version in ipairs { "v1.0", "beta" } do
    describe(version .. ",", function()
      local answer, schema
      setup(function()
        answer = graph.call(emulator, "GET", "/" .. version .. "/$metadata", nil,
          { Authorization = false })
        local edmx = read(answer.body)
        assert(edmx.name == "edmx:Edmx" and edmx.Version == "4.0")
        schema = edmx.children[1].children[1]
      end)

      it("is XML, and asks for no bearer", function()
        assert.same({ 200, "application/xml" }, { answer.status, answer.headers["content-type"] })
        assert.same({ "Schema", "microsoft.graph", "graph" },
          { schema.name, schema.Namespace, schema.Alias })
      end)

      it("defines every type that it names, and each once", function()
        local defined = {}
        for _, child in ipairs(schema.children) do
          assert.is_nil(defined[child.Name], child.Name)
          defined[child.Name] = child
        end
        each(schema, function(element)
          for _, key in ipairs { "Type", "BaseType", "EntityType" } do
            local named = (element[key] or ""):gsub("^Collection%((.*)%)$", "%1")
            local own = named:match "^graph%.(.+)$" or named:match "^microsoft%.graph%.(.+)$"
            local known = named == "" or named:find "^Edm%.%u" or defined[own]
            assert.is_truthy(known, named)
          end
        end)
      end)

      it("has the kinds of its version, below policies", function()
        local contained = {}
        each(schema, function(element)
          if element.name == "NavigationProperty" and element.ContainsTarget then
            contained[element.Name] = element.Type
          end
        end)
        local expected = {}
        for _, kind in ipairs(core.kinds) do
          if (core.versions[kind] or version) == version then
            expected[core.collections[kind]] = "Collection(graph." .. kind .. ")"
          end
        end
        assert.same(expected, contained)
      end)

      it("says which properties there are, as the service does", function()
        local types = {}
        for _, child in ipairs(schema.children) do types[child.Name] = child end
        local function properties(name)
          local found = {}
          for _, child in ipairs(types[name].children) do found[child.Name] = child.Type end
          return found
        end
        assert.equal("graph.stsPolicy", types.tokenLifetimePolicy.BaseType)
        assert.equal("graph.policyBase", types.stsPolicy.BaseType)
        assert.equal("graph.directoryObject", types.policyBase.BaseType)
        assert.same({ definition = "Collection(Edm.String)", isOrganizationDefault = "Edm.Boolean",
          appliesTo = "Collection(graph.directoryObject)" }, properties "stsPolicy")
        local application = properties "application"
        assert.same({
          "Edm.String", "graph.apiApplication", "Collection(graph.tokenLifetimePolicy)",
        }, { application.appId, application.api, application.tokenLifetimePolicies })
        assert.is_nil(application.claimsMappingPolicies)
        assert.equal("Collection(graph.homeRealmDiscoveryPolicy)",
          application.homeRealmDiscoveryPolicies)
        assert.equal("Collection(graph.claimsMappingPolicy)",
          properties("servicePrincipal").claimsMappingPolicies)
        assert.equal("Edm.Boolean", properties("apiApplication").acceptMappedClaims)
      end)
    end)
  end

  it("lets no other path be read without a bearer", function()
    for _, path in ipairs { "/v1.0/$metadata/x", "/v2/$metadata", "/v1.0/%24batch",
      "/v1.0/applications/$count", "/v1.0/policies/$metadata" } do
      assert.equal(401,
        graph.call(emulator, "GET", path, nil, { Authorization = false }).status, path)
    end
    assert.equal(401, graph.call(emulator, "POST", "/v1.0/$metadata", "{}",
      { Authorization = false }).status)
  end)

  it("directoryObjects gives whatever has an id", function()
    local cjson = require "cjson"
    local id = graph.create(emulator, "/v1.0/policies/tokenLifetimePolicies")
    local app = cjson.decode(graph.call(emulator, "POST", "/v1.0/applications",
      '{"displayName":"a"}').body).id
    for found, kind in pairs { [id] = "tokenLifetimePolicy", [app] = "application" } do
      local got = cjson.decode(graph.call(emulator, "GET", "/v1.0/directoryObjects/" .. found).body)
      assert.same({ found, "#microsoft.graph." .. kind,
        emulator.url .. "/v1.0/$metadata#directoryObjects/$entity" },
        { got.id, got["@odata.type"], got["@odata.context"] })
    end
    local nobody = "11111111-2222-3333-4444-555555555555"
    assert.equal(404, graph.call(emulator, "GET", "/v1.0/directoryObjects/" .. nobody).status)
  end)
end)
