local desired = require "spec.support.desired"
local drift = require "bylaw.drift"
local plan = require "bylaw.plan"

local lifetime, live_lifetime = desired.lifetime, desired.live_lifetime

local function found_of(set, live, ignore) return drift.of(assert(plan.make(set, live)), ignore) end

local function lines(found)
  local list = {}
  for i, change in ipairs(found.changes) do list[i] = change.action .. " " .. change.address end
  return list
end

describe("bylaw.drift", function()
  local set, live, carrier
  before_each(function()
    live = desired.live(live_lifetime(1, "a", 1, { isOrganizationDefault = true }),
      live_lifetime(3, "extra", 8))
    local to_hr
    carrier, to_hr = desired.add_principal(live, 11, "HR")
    set = desired.set(lifetime("a", 8, { assignTo = { to_hr } }), lifetime("b", 8))
    set.owns = { { kind = "tokenLifetimePolicy", displayName = "*" } }
  end)

  it("is none where everything is as declared", function()
    local found = found_of(desired.set(lifetime("a", 8)), desired.live(live_lifetime(1, "a", 8)))
    assert.same({ changes = {}, counts = { add = 0, change = 0, remove = 0 }, ignored = 0,
      service = "http://127.0.0.1:1" }, found)
  end)

  it("tells what happened to the declarations, not what apply would do", function()
    local found = found_of(set, live)
    assert.same({
      "update tokenLifetimePolicy.a",
      ('unassign tokenLifetimePolicy.a.assignTo["servicePrincipal/%s"]'):format(carrier.id),
      "delete tokenLifetimePolicy.b",
      'create tokenLifetimePolicy["extra"]',
    }, lines(found))
    assert.same({ add = 1, change = 1, remove = 2 }, found.counts)
    assert.same({
      { path = "isOrganizationDefault", before = false, after = true },
      { path = "definition.AccessTokenLifetime", before = "8:00:00", after = "1:00:00" },
    }, found.changes[1].fields)
  end)

  local CASES = {
    { "a path", { "isOrganizationDefault" }, 1, 1 },
    { "a JSON pointer", { "/definition/AccessTokenLifetime" }, 1, 1 },
    { "all below a path", { "definition" }, 1, 1 },
    { "a path of one policy", { "tokenLifetimePolicy.a.definition.AccessTokenLifetime" }, 1, 1 },
    { "both, and so the policy", { "definition", "isOrganizationDefault" }, 0, 2 },
    { "any text for *", { "*Default", "def*Lifetime" }, 0, 2 },
    { "nothing for the path of another", { "tokenLifetimePolicy.b.definition" }, 2, 0 },
    { "nothing for a part of a name", { "defin", "Default" }, 2, 0 },
  }
  for _, case in ipairs(CASES) do
    it("ignores " .. case[1], function()
      local found = found_of(desired.set(lifetime("a", 8)), live, case[2])
      assert.equal(case[3] > 0 and 1 or 0, #found.changes)
      assert.equal(case[3], found.changes[1] and #found.changes[1].fields or 0)
      assert.equal(case[4], found.ignored)
    end)
  end

  it("ignores whole policies and assignments", function()
    assert.same({ "delete tokenLifetimePolicy.b" }, lines(found_of(set, live,
      { "tokenLifetimePolicy.a", 'tokenLifetimePolicy["*"]' })))
    assert.same({ "update tokenLifetimePolicy.a", "delete tokenLifetimePolicy.b",
      'create tokenLifetimePolicy["extra"]' }, lines(found_of(set, live, { "assignTo" })))
  end)
end)
