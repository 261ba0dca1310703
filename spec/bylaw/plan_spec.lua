local core = require "bylaw.core"
local desired = require "spec.support.desired"
local plan = require "bylaw.plan"

local guid, lifetime, live_lifetime = desired.guid, desired.lifetime, desired.live_lifetime

--- The changes as lines: "action address <- what they need".
local function actions(made)
  local list = {}
  for i, change in ipairs(made.changes) do
    local needs = #change.needs > 0 and " <- " .. table.concat(change.needs, ", ") or ""
    list[i] = change.action .. " " .. change.address .. needs
  end
  return list
end

local function problems(set, live)
  local made, err = plan.make(set, live)
  assert.is_nil(made)
  assert.equal("invalid", err.code)
  local list = {}
  for i, one in ipairs(err.problems) do list[i] = ("%s %s"):format(one.address, one.code) end
  return list, err.problems
end

local function made_of(set, live) return assert(plan.make(set, live)) end

describe("bylaw.plan", function()
  it("has nothing to do where everything is as declared", function()
    local made = made_of(desired.set(lifetime("a", 8)), desired.live(live_lifetime(1, "a", "08")))
    assert.same({}, made.changes)
    assert.same({ add = 0, change = 0, remove = 0, unchanged = 1 }, made.counts)
    assert.is_true(plan.is_empty(made))
  end)

  it("creates, updates and removes, in the order of declaration", function()
    local set = desired.set(lifetime("a", 8), lifetime("b", 2), lifetime("c", 8, { absent = true }),
      lifetime("d", 8, { absent = true }))
    local made = made_of(set, desired.live(live_lifetime(2, "b", 1), live_lifetime(3, "c", 8)))
    assert.same({ "create tokenLifetimePolicy.a", "update tokenLifetimePolicy.b",
      "delete tokenLifetimePolicy.c" }, actions(made))
    assert.same({ add = 1, change = 1, remove = 1, unchanged = 0 }, made.counts)
    assert.same({ "definition" }, made.changes[2].properties)
    assert.same({ { path = "definition.AccessTokenLifetime", before = "1:00:00",
      after = "2:00:00" } }, made.changes[2].fields)
    assert.equal(guid(2), made.changes[2].id)
  end)

  it("meets a policy by its id, whatever its name", function()
    local made = made_of(desired.set(lifetime("a", 8, { id = guid(7):upper() })),
      desired.live(live_lifetime(7, "x", 8), live_lifetime(8, "a", 8)))
    assert.same({ "update tokenLifetimePolicy.a" }, actions(made))
    assert.same({ { path = "displayName", before = "x", after = "a" } }, made.changes[1].fields)
  end)

  it("renames what has its old name, and does so once", function()
    local set = desired.set(lifetime("new", 8, { was = "old" }))
    local made = made_of(set, desired.live(live_lifetime(1, "old", 8)))
    assert.same({ "update tokenLifetimePolicy.new" }, actions(made))
    assert.same({ "displayName" }, made.changes[1].properties)
    assert.same({}, made_of(set, desired.live(live_lifetime(1, "new", 8))).changes)
    assert.same({ "create tokenLifetimePolicy.new" }, actions(made_of(set, desired.live())))
  end)

  it("never guesses which of two is meant", function()
    local live = desired.live(live_lifetime(1, "a", 8), live_lifetime(2, "a", 8))
    local found, list = problems(desired.set(lifetime("a", 8)), live)
    assert.same({ "tokenLifetimePolicy.a ambiguous" }, found)
    assert.truthy(list[1].message:find(guid(1) .. ", " .. guid(2), 1, true))
    assert.same({ file = "policies.lua", line = 1, column = 1 }, list[1].place)
    assert.same({ "tokenLifetimePolicy.b ambiguous" },
      problems(desired.set(lifetime("b", 8, { was = "a" })), live))
    assert.same({ "tokenLifetimePolicy.a ambiguous" },
      problems(desired.set(lifetime("a", 8, { absent = true })), live))
  end)

  it("tells of an id that nobody has, and of one policy that two declare", function()
    local live = desired.live(live_lifetime(1, "a", 8))
    assert.same({ "tokenLifetimePolicy.a no_such_id" },
      problems(desired.set(lifetime("a", 8, { id = guid(9) })), live))
    assert.same({ "tokenLifetimePolicy.b claimed_twice" },
      problems(desired.set(lifetime("a", 8), lifetime("b", 8, { id = guid(1) })), live))
  end)

  it("removes what is owned and not declared, and nothing else", function()
    local set = desired.set(lifetime("Contoso: a", 8))
    set.owns = { { kind = "tokenLifetimePolicy", displayName = "Contoso: *",
      place = { file = "policies.lua", line = 9 } } }
    local live = desired.live(live_lifetime(1, "Contoso: a", 8), live_lifetime(2, "Contoso: b", 8),
      live_lifetime(3, "Fabrikam: c", 8), live_lifetime(4, "Contoso: d", 8),
      live_lifetime(5, "Contoso: d", 8), live_lifetime(6, "XContoso: e", 8))
    local made = made_of(set, live)
    assert.same({
      'delete tokenLifetimePolicy["Contoso: b"]',
      ('delete tokenLifetimePolicy["%s"]'):format(guid(4)),
      ('delete tokenLifetimePolicy["%s"]'):format(guid(5)),
    }, actions(made))
    assert.equal("owned", made.changes[1].reason)
    assert.equal(9, made.changes[1].place.line)
  end)

  it("takes * for any text and ? for one character, and nothing else for a pattern", function()
    local function removed(glob, ...)
      local live, names = desired.live(), { ... }
      for i, name in ipairs(names) do
        table.insert(live.policies.tokenLifetimePolicy, live_lifetime(i, name, 8))
      end
      local set = { policies = {}, owns = { { kind = "tokenLifetimePolicy", displayName = glob } } }
      local list = {}
      for i, change in ipairs(made_of(set, live).changes) do list[i] = change.displayName end
      return list
    end
    assert.same({ "a%d.b" }, removed("a%d.b", "a%d.b", "a1xb"))
    assert.same({ "aéb" }, removed("a?b", "aéb", "ab", "axxb"))
    assert.same({ "ab", "axxb" }, removed("a*b", "axxb", "ab", "ba"))
    assert.same({ "a", "b" }, removed(nil, "a", "b"))
  end)

  it("gives up an organization default before it is taken", function()
    local set = desired.set(lifetime("new", 8, { isOrganizationDefault = true }),
      lifetime("old", 8))
    local live = desired.live(live_lifetime(1, "old", 8, { isOrganizationDefault = true }))
    assert.same({ "create tokenLifetimePolicy.new <- tokenLifetimePolicy.old",
      "update tokenLifetimePolicy.old" }, actions(made_of(set, live)))
    set.policies[2] = lifetime("old", 8, { absent = true })
    assert.same({ "create tokenLifetimePolicy.new <- tokenLifetimePolicy.old",
      "delete tokenLifetimePolicy.old" }, actions(made_of(set, live)))
  end)

  it("does not take an organization default away from what nobody declares", function()
    local live = desired.live(live_lifetime(1, "theirs", 8, { isOrganizationDefault = true }))
    local found, list = problems(desired.set(lifetime("a", 8, { isOrganizationDefault = true })),
      live)
    assert.same({ "tokenLifetimePolicy.a default_taken" }, found)
    assert.truthy(list[1].message:find('"theirs" (' .. guid(1), 1, true))
  end)

  describe("with assignments", function()
    local live, hr, to_hr, sales, to_sales
    before_each(function()
      live = desired.live()
      hr, to_hr = desired.add_principal(live, 11, "HR")
      sales, to_sales = desired.add_principal(live, 12, "Sales")
    end)

    local function at(label, carrier)
      return ('tokenLifetimePolicy.%s.assignTo["servicePrincipal/%s"]'):format(label, carrier.id)
    end

    local function add_live(policy, ...)
      table.insert(live.policies.tokenLifetimePolicy, policy)
      live.assignments[policy.id] = { ... }
    end

    it("creates before it assigns", function()
      local made = made_of(desired.set(lifetime("a", 8, { assignTo = { to_hr, to_sales, to_hr } })),
        live)
      assert.same({ "create tokenLifetimePolicy.a",
        "assign " .. at("a", hr) .. " <- tokenLifetimePolicy.a",
        "assign " .. at("a", sales) .. " <- tokenLifetimePolicy.a" }, actions(made))
      assert.same({ add = 3, change = 0, remove = 0, unchanged = 0 }, made.counts)
    end)

    it("unassigns what is not declared, but leaves undeclared assignments alone", function()
      add_live(live_lifetime(1, "a", 8), hr, sales)
      assert.same({ "unassign " .. at("a", sales) },
        actions(made_of(desired.set(lifetime("a", 8, { assignTo = { to_hr } })), live)))
      assert.same({ "unassign " .. at("a", hr), "unassign " .. at("a", sales) },
        actions(made_of(desired.set(lifetime("a", 8, { assignTo = {} })), live)))
      assert.same({}, actions(made_of(desired.set(lifetime("a", 8)), live)))
    end)

    it("unassigns before it deletes", function()
      add_live(live_lifetime(1, "a", 8), hr)
      assert.same({ "unassign " .. at("a", hr),
        "delete tokenLifetimePolicy.a <- " .. at("a", hr) },
        actions(made_of(desired.set(lifetime("a", 8, { absent = true })), live)))
      local set = { policies = {}, owns = { { kind = "tokenLifetimePolicy" } } }
      local orphan = 'tokenLifetimePolicy["a"]'
      local unassigned = ('%s.assignTo["servicePrincipal/%s"]'):format(orphan, hr.id)
      assert.same({ "unassign " .. unassigned, "delete " .. orphan .. " <- " .. unassigned },
        actions(made_of(set, live)))
    end)

    it("lets a target go of one policy before it takes another, once that is there", function()
      add_live(live_lifetime(1, "a", 8), hr)
      live.carried["servicePrincipal " .. hr.id .. " tokenLifetimePolicy"] =
        { { id = guid(1), displayName = "a" } }
      local set = desired.set(lifetime("a", 8, { assignTo = {} }),
        lifetime("b", 8, { assignTo = { to_hr } }))
      assert.same({
        "unassign " .. at("a", hr) .. " <- tokenLifetimePolicy.b",
        "create tokenLifetimePolicy.b",
        ("assign %s <- %s, tokenLifetimePolicy.b"):format(at("b", hr), at("a", hr)),
      }, actions(made_of(set, live)))
    end)

    it("finds an order where the old default goes and its target changes hands", function()
      add_live(live_lifetime(1, "old", 8, { isOrganizationDefault = true }), hr)
      local set = desired.set(lifetime("old", 8, { absent = true }),
        lifetime("new", 8, { isOrganizationDefault = true, assignTo = { to_hr } }))
      assert.same({
        "unassign " .. at("old", hr),
        "delete tokenLifetimePolicy.old <- " .. at("old", hr),
        "create tokenLifetimePolicy.new <- tokenLifetimePolicy.old",
        ("assign %s <- tokenLifetimePolicy.new, %s"):format(at("new", hr), at("old", hr)),
      }, actions(made_of(set, live)))
    end)

    it("does not take a target away from what nobody declares", function()
      live.carried["servicePrincipal " .. hr.id .. " tokenLifetimePolicy"] =
        { { id = guid(5), displayName = "theirs" } }
      local found, list = problems(desired.set(lifetime("a", 8, { assignTo = { to_hr } })), live)
      assert.same({ "tokenLifetimePolicy.a target_taken" }, found)
      assert.truthy(list[1].message:find('"HR" carries "theirs"', 1, true))
    end)

    it("assigns no two policies of a kind to one target", function()
      assert.same({ "tokenLifetimePolicy.b target_taken" },
        problems(desired.set(lifetime("a", 8, { assignTo = { to_hr } }),
          lifetime("b", 8, { assignTo = { to_hr } })), live))
    end)

    it("tells of targets that are none, and of those that do not exist", function()
      live.targets["application displayName X"] = { message = "there is no application X" }
      local found, list = problems(desired.set(lifetime("a", 8, { assignTo = {
        { application = { displayName = "X" } }, { group = "y" } } })), live)
      assert.same({ "tokenLifetimePolicy.a no_such_target", "tokenLifetimePolicy.a bad_target" },
        found)
      assert.equal("/assignTo/0", list[1].path)
      assert.equal("there is no application X", list[1].message)
    end)
  end)

  it("tells all problems at once, those inside policies too", function()
    local bad = lifetime("bad", 8)
    bad.policy.definition.AccessTokenLifetime = "99:00:00"
    assert.same({ "tokenLifetimePolicy.a no_such_id", "tokenLifetimePolicy.bad out_of_range" },
      problems(desired.set(lifetime("a", 8, { id = guid(9) }), bad), desired.live()))
  end)

  describe("when it is saved", function()
    local set, live
    before_each(function()
      live = desired.live(live_lifetime(1, "b", 1), live_lifetime(2, "gone", 8))
      local _, to_hr = desired.add_principal(live, 11, "HR")
      set = desired.set(lifetime("a", 8, { assignTo = { to_hr } }), lifetime("b", 2))
      set.owns = { { kind = "tokenLifetimePolicy", displayName = "*" } }
    end)

    local function whole(these, now) return plan.whole(made_of(these, now), these) end
    local function again(made) return assert(core.json_read(assert(core.json_write(made)))) end

    it("is the same bytes for the same inputs, in whatever order the service lists", function()
      local one = core.json_write(whole(set, live))
      local policies = live.policies.tokenLifetimePolicy
      policies[1], policies[2] = policies[2], policies[1]
      assert.equal(one, core.json_write(whole(set, live)))
    end)

    it("can be made again from itself", function()
      local made = whole(set, live)
      local saved = assert(plan.of_data(again(made)))
      local anew = whole(plan.desired(saved), live)
      assert.equal(core.json_write(made), core.json_write(anew))
      assert.same({}, plan.difference(saved, anew))
    end)

    it("says what would be otherwise once something has changed", function()
      local saved = again(whole(set, live))
      live.policies.tokenLifetimePolicy[1].definition[1] = "{}"
      assert.same({ "tokenLifetimePolicy.b" },
        plan.difference(saved, made_of(plan.desired(saved), live)))
      table.insert(live.policies.tokenLifetimePolicy, live_lifetime(3, "other", 8))
      assert.same({ "tokenLifetimePolicy.b", 'tokenLifetimePolicy["other"]' },
        plan.difference(saved, made_of(plan.desired(saved), live)))
    end)

    it("is refused in a format that this version does not know", function()
      local made, err = plan.of_data { format_version = "2.0", changes = {},
        declared = { policies = {} } }
      assert.is_nil(made)
      assert.equal("bad_plan", err.code)
      assert.truthy(err.message:find('"2.0"', 1, true))
      assert.equal("bad_plan", select(2, plan.of_data { format_version = "1.0" }).code)
      assert.equal("bad_plan", select(2, plan.of_data "x").code)
    end)
  end)
end)
