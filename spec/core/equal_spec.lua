local bylaw = require "bylaw"
local core = require "bylaw.core"
local diff = require "bylaw.diff"
local generator = require "spec.support.generator"
local random = require "spec.support.random"

local KIND = "tokenLifetimePolicy"
local TEXT = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}'

local function live(more)
  local properties = { id = "11111111-2222-3333-4444-555555555555", displayName = "a",
    definition = { TEXT }, isOrganizationDefault = false, deletedDateTime = core.null }
  for name, value in pairs(more or {}) do properties[name] = value end
  return properties
end

local function declared(more)
  local properties = { displayName = "a", definition = { AccessTokenLifetime = "08:00:00" } }
  for name, value in pairs(more or {}) do properties[name] = value end
  return bylaw.tokenLifetimePolicy(properties)
end

--- What is live, what is declared, whether they are the same.
local CASES = {
  { "by meaning", {}, {}, true },
  { "by name", { displayName = "b" }, {}, false },
  { "by name, letter by letter", { displayName = "A" }, {}, false },
  { "by what the definition says", {}, { definition = { AccessTokenLifetime = "7:59:59" } },
    false },
  { "by whether it is the default", { isOrganizationDefault = true }, {}, false },
  { "by whether it is to be the default", {}, { isOrganizationDefault = true }, false },
  { "with the default unsaid on both sides", { isOrganizationDefault = core.null }, {}, true },
  { "with the default on both sides", { isOrganizationDefault = true },
    { isOrganizationDefault = true }, true },
  { "by a further property that is declared", { description = "x" }, { description = "y" }, false },
  { "by a further property that is live alone", { description = "x" }, {}, true },
  { "by a further property that is not live", {}, { description = "y" }, false },
  { "by a further property that is null", { description = core.null }, { description = core.null },
    true },
  { "by all of a further property", { tags = { "a", { b = 1 } } }, { tags = { "a", { b = 2 } } },
    false },
  { "by a further property, member by member", { tags = { "a", { b = 1, c = 2 } } },
    { tags = { "a", { c = 2, b = 1.0 } } }, true },
  { "without annotations", {}, { ["a@odata.type"] = "x" }, true },
  { "without what is bylaw's own", {}, { accept = { "unknown_property" } }, true },
  { "without a definition on one side", { definition = core.null }, {}, false },
}

describe("bylaw.core.policy_same", function()
  for _, case in ipairs(CASES) do
    it("compares " .. case[1], function()
      assert.equal(case[4], core.policy_same(KIND, live(case[2]), declared(case[3])))
    end)
  end

  it("takes a text that nobody can read for the same as itself alone", function()
    local odd = live { definition = { "not json" } }
    assert.is_true(core.policy_same(KIND, odd, declared { definition = "not json" }))
    assert.is_true(core.policy_same(KIND, odd, declared { definition = { "not json" } }))
    assert.is_false(core.policy_same(KIND, odd, declared { definition = "not json " }))
    assert.is_false(core.policy_same(KIND, odd, declared()))
  end)

  it("compares lists that are no definition item by item", function()
    local two = live { definition = { TEXT, TEXT } }
    assert.is_true(core.policy_same(KIND, two, { displayName = "a", definition = { TEXT, TEXT } }))
    assert.is_false(core.policy_same(KIND, two, { displayName = "a", definition = { TEXT } }))
    local mixed = live { definition = { TEXT, more = TEXT } }
    assert.is_false(core.policy_same(KIND, mixed, { displayName = "a", definition = { TEXT } }))
  end)

  it("leaves the default alone where it has no effect", function()
    local claims = { displayName = "a", definition = { IncludeBasicClaimSet = "true" } }
    assert.is_true(core.policy_same("claimsMappingPolicy", { displayName = "a",
      definition = { IncludeBasicClaimSet = true }, isOrganizationDefault = true }, claims))
  end)

  it("holds a legacy policy against the rows of its type", function()
    local function same(text, definition)
      return core.policy_same("policy",
        { displayName = "a", type = "TokenLifetimePolicy", definition = { text } },
        { displayName = "a", type = "TokenLifetimePolicy", definition = definition })
    end
    assert.is_true(same(TEXT, { AccessTokenLifetime = "08:00:00" }))
    assert.is_false(same(TEXT, { AccessTokenLifetime = "08:00:01" }))
  end)

  it("compares a legacy policy of a type that is not known as it stands", function()
    local function same(a, b)
      return core.policy_same("policy", { displayName = "a", type = "NewPolicy", definition = a },
        { displayName = "a", type = "NewPolicy", definition = b })
    end
    assert.is_true(same({ '{"a":1}' }, '{"a":1}'))
    assert.is_false(same({ '{"a":1}' }, '{"a": 1}'))
    assert.is_true(same({ a = 1 }, { a = 1 }))
  end)

  it("is true exactly when no field differs", function()
    local seed = random.seed()
    local r = random.new(seed)
    for _, kind in ipairs(core.kinds) do
      for _ = 1, 40 do
        local definition = generator.definition(kind, r)
        local before = { displayName = "g", definition = definition,
          isOrganizationDefault = r:once_in(2) }
        local after = { displayName = r:once_in(4) and "h" or "g",
          definition = r:once_in(2) and generator.changed(r, definition)
            or generator.reworded(kind, r, definition),
          isOrganizationDefault = r:once_in(2) }
        assert.equal(#diff.fields(kind, before, after) == 0, core.policy_same(kind, before, after),
          ("%s, seed %d"):format(kind, seed))
      end
    end
  end)

  it("raises for a kind that there is not, and for what is no table", function()
    assert.error_matches(function() core.policy_same("tokenLifetimPolicy", {}, {}) end,
      "did you mean tokenLifetimePolicy%?")
    assert.error_matches(function() core.policy_same(KIND, {}, "x") end, "table expected")
  end)
end)
