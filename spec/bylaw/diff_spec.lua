local cjson = require "cjson"
local core = require "bylaw.core"
local diff = require "bylaw.diff"
local generator = require "spec.support.generator"
local random = require "spec.support.random"

local function word(value) return value == nil and "-" or cjson.encode(value) end

--- The differences as lines: "path before after".
local function lines(kind, before, after)
  local list = {}
  for i, field in ipairs(diff.fields(kind, before, after)) do
    list[i] = ("%s %s %s"):format(field.path, word(field.before), word(field.after))
  end
  return list
end

local function claims(list, more)
  local definition = { IncludeBasicClaimSet = "true", ClaimsSchema = list }
  for name, value in pairs(more or {}) do definition[name] = value end
  return { displayName = "c", definition = definition }
end

local function claim(id, jwt) return { Source = "user", ID = id, JwtClaimType = jwt } end

local function realm(domains)
  return { displayName = "h",
    definition = { DomainHintPolicy = { IgnoreDomainHintForDomains = domains } } }
end

local function lifetime(definition, more)
  local properties = { displayName = "t", definition = definition }
  for name, value in pairs(more or {}) do properties[name] = value end
  return properties
end

local TEXT = { '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}' }

local CASES = {
  { "takes what means the same for the same", "tokenLifetimePolicy", lifetime(TEXT),
    lifetime { AccessTokenLifetime = "08:00:00" }, {} },
  { "names a value inside the definition", "tokenLifetimePolicy", lifetime(TEXT),
    lifetime { AccessTokenLifetime = "4:00:00" },
    { 'definition.AccessTokenLifetime "8:00:00" "4:00:00"' } },
  { "names the properties around it first", "tokenLifetimePolicy", lifetime(TEXT),
    { displayName = "u", isOrganizationDefault = true, definition = TEXT },
    { 'displayName "t" "u"', "isOrganizationDefault false true" } },
  { "takes an unsaid isOrganizationDefault for false", "tokenLifetimePolicy",
    lifetime(TEXT, { isOrganizationDefault = true }), lifetime(TEXT),
    { "isOrganizationDefault true false" } },
  { "leaves isOrganizationDefault alone where it has no effect", "claimsMappingPolicy",
    { displayName = "c", definition = {}, isOrganizationDefault = true },
    { displayName = "c", definition = {} }, {} },
  { "compares further properties where they are declared", "tokenLifetimePolicy",
    lifetime(TEXT, { description = "a" }), lifetime(TEXT, { description = "b" }),
    { 'description "a" "b"' } },
  { "leaves further properties alone where they are not", "tokenLifetimePolicy",
    lifetime(TEXT, { description = "a" }), lifetime(TEXT), {} },
  { "tells everything of what comes", "claimsMappingPolicy", nil, claims { claim("a", "x") },
    { 'displayName - "c"', 'definition.IncludeBasicClaimSet - "true"',
      'definition.ClaimsSchema[1].Source - "user"', 'definition.ClaimsSchema[1].ID - "a"',
      'definition.ClaimsSchema[1].JwtClaimType - "x"' } },
  { "tells everything of what goes", "tokenLifetimePolicy", lifetime(TEXT), nil,
    { 'displayName "t" -', "definition.Version 1 -",
      'definition.AccessTokenLifetime "8:00:00" -' } },
  { "names the item of a list that changed", "claimsMappingPolicy",
    claims { claim("a", "x"), claim("b", "y") }, claims { claim("a", "x"), claim("b", "z") },
    { 'definition.ClaimsSchema[2].JwtClaimType "y" "z"' } },
  { "knows an item again behind one that was put in", "claimsMappingPolicy",
    claims { claim("a", "x"), claim("b", "y") },
    claims { claim("n", "new"), claim("a", "x"), claim("b", "y") },
    { 'definition.ClaimsSchema[1].Source - "user"', 'definition.ClaimsSchema[1].ID - "n"',
      'definition.ClaimsSchema[1].JwtClaimType - "new"' } },
  { "knows a changed item again behind one that went", "claimsMappingPolicy",
    claims { claim("a", "x"), claim("b", "y"), claim("d", "q") },
    claims { claim("b", "z"), claim("d", "q") },
    { 'definition.ClaimsSchema[1].Source "user" -', 'definition.ClaimsSchema[1].ID "a" -',
      'definition.ClaimsSchema[1].JwtClaimType "x" -',
      'definition.ClaimsSchema[1].JwtClaimType "y" "z"' } },
  { "takes no order of a set for a difference", "homeRealmDiscoveryPolicy",
    realm { "a.com", "b.com" }, realm { "B.com", "a.com" }, {} },
  { "names what comes into a set and what leaves it", "homeRealmDiscoveryPolicy",
    realm { "a.com", "b.com" }, realm { "B.com", "c.com" },
    { 'definition.DomainHintPolicy.IgnoreDomainHintForDomains[1] "a.com" -',
      'definition.DomainHintPolicy.IgnoreDomainHintForDomains[2] - "c.com"' } },
  { "takes a second spelling of a name for the first", "claimsMappingPolicy",
    claims({}, { ClaimsTransformation = { { ID = "a", TransformationMethod = "Join" } } }),
    claims({}, { ClaimsTransformations = { { ID = "a", TransformationMethod = "Extract" } } }),
    { 'definition.ClaimsTransformations[1].TransformationMethod "Join" "Extract"' } },
  { "shows a text that nobody can read as it is", "tokenLifetimePolicy",
    lifetime { "not json" }, lifetime { AccessTokenLifetime = "4:00:00" },
    { 'definition "not json" -', 'definition.AccessTokenLifetime - "4:00:00"' } },
  { "finds nothing between a text that nobody can read and itself", "tokenLifetimePolicy",
    lifetime { "not json" }, lifetime "not json", {} },
  { "takes every byte of a text that nobody can read for meant", "tokenLifetimePolicy",
    lifetime { "not json" }, lifetime { "not json " },
    { 'definition "not json" -', 'definition - "not json "' } },
  { "writes a name that is no word in quotes", "tokenLifetimePolicy",
    lifetime { '{"TokenLifetimePolicy":{"Version":1,"a.b":1}}' },
    lifetime { '{"TokenLifetimePolicy":{"Version":1,"a.b":2}}' }, { 'definition["a.b"] 1 2' } },
}

describe("bylaw.diff", function()
  for _, case in ipairs(CASES) do
    it(case[1], function() assert.same(case[5], lines(case[2], case[3], case[4])) end)
  end

  it("says of every generated definition that it is its own rewording", function()
    local seed = random.seed()
    local r = random.new(seed)
    for _, kind in ipairs(core.kinds) do
      for _ = 1, 40 do
        local definition = generator.definition(kind, r)
        local before = { displayName = "g", definition = definition }
        local after = { displayName = "g", definition = generator.reworded(kind, r, definition) }
        assert.same({}, lines(kind, before, after), ("%s, seed %d"):format(kind, seed))
        assert.is_true(diff.same(kind, before, after))
      end
    end
  end)

  it("finds something in a definition exactly when the core says that it means another", function()
    local seed = random.seed()
    local r = random.new(seed)
    for _, kind in ipairs(core.kinds) do
      for _ = 1, 40 do
        local definition = generator.definition(kind, r)
        local changed = generator.changed(r, definition)
        if changed then
          local equal = core.definition_equal(kind, definition, changed)
          local found = lines(kind, { displayName = "g", definition = definition },
            { displayName = "g", definition = changed })
          assert.equal(equal, #found == 0, ("%s, seed %d"):format(kind, seed))
        end
      end
    end
  end)
end)
