local desired = require "spec.support.desired"
local match = require "bylaw.match"
local random = require "spec.support.random"

local KIND = "tokenLifetimePolicy"

local function live(n, name) return desired.live_lifetime(n, name, 8) end

--- What each declared policy meets by the names of the live ones, and the codes of the problems.
local function met(declared, policies, owns)
  local found = match.find({ policies = declared, owns = owns }, { [KIND] = policies })
  local names, codes = {}, {}
  for i, policy in ipairs(found.live) do names[i] = policy and policy.displayName or "-" end
  for i, problem in ipairs(found.problems) do codes[i] = problem.code end
  return names, codes, found
end

local function declared(label, more) return desired.lifetime(label, 8, more) end

local CASES = {
  { "by name", { declared "a", declared "b" }, { live(1, "b"), live(2, "c") }, { "-", "b" }, {} },
  { "by id before the name", { declared("a", { id = desired.guid(2) }) },
    { live(1, "a"), live(2, "b") }, { "b" }, {} },
  { "by id, whatever its case", { declared("a", { id = desired.guid(2):upper() }) },
    { live(2, "b") }, { "b" }, {} },
  { "by id beside one that is met by that name", { declared "a",
    declared("a", { id = desired.guid(2) }) }, { live(1, "a"), live(2, "b") }, { "a", "b" }, {} },
  { "by its former name", { declared("new", { was = "old" }) }, { live(1, "old") }, { "old" }, {} },
  { "by its name before its former name", { declared("new", { was = "old" }) },
    { live(1, "old"), live(2, "new") }, { "new" }, {} },
  { "none of two with its name", { declared "a" }, { live(1, "a"), live(2, "a"), live(3, "b") },
    { "-" }, { "ambiguous" } },
  { "none of two with its former name", { declared("new", { was = "old" }) },
    { live(1, "old"), live(2, "old") }, { "-" }, { "ambiguous" } },
  { "none for an id that there is not", { declared("a", { id = desired.guid(9) }) },
    { live(1, "a") }, { "-" }, { "no_such_id" } },
  { "none for an absent id that there is not",
    { declared("a", { id = desired.guid(9), absent = true }) }, { live(1, "a") }, { "-" }, {} },
  { "one of two that would meet the same by name", { declared "a", declared "a" },
    { live(1, "a") }, { "a", "-" }, { "claimed_twice" } },
  { "one of two that would meet the same by id and name",
    { declared("a", { id = desired.guid(1) }), declared "b" }, { live(1, "b") }, { "b", "-" },
    { "claimed_twice" } },
  { "one of two that would meet the same by name and former name",
    { declared "old", declared("new", { was = "old" }) }, { live(1, "old") }, { "old", "-" },
    { "claimed_twice" } },
  { "one of two that had the same name", { declared("a", { was = "old" }),
    declared("b", { was = "old" }) }, { live(1, "old") }, { "old", "-" }, { "claimed_twice" } },
}

--- The same by looking at every live policy for every declared one.
local function by_hand(declared_ones, policies)
  local names, claimed = {}, {}
  for i, one in ipairs(declared_ones) do
    local fits = {}
    local function look(field, value)
      for _, policy in ipairs(#fits == 0 and value and policies or {}) do
        if policy[field] == value then fits[#fits + 1] = policy end
      end
    end
    look("id", one.id)
    if not one.id then
      look("displayName", one.displayName)
      look("displayName", one.was)
    end
    local policy = #fits == 1 and not claimed[fits[1].id] and fits[1]
    if policy then claimed[policy.id] = true end
    names[i] = policy and policy.displayName or "-"
  end
  return names
end

describe("bylaw.match", function()
  for _, case in ipairs(CASES) do
    it("meets " .. case[1], function()
      local names, codes = met(case[2], case[3])
      assert.same({ case[4], case[5] }, { names, codes })
    end)
  end

  it("meets a policy of its own kind alone", function()
    local found = match.find({ policies = { desired.policy("homeRealmDiscoveryPolicy", "a",
      { displayName = "a", definition = {} }) } }, { [KIND] = { live(1, "a") } })
    assert.same({ live = { false }, orphans = {}, problems = {} }, found)
  end)

  it("finds what is owned and not declared, by name and id", function()
    local owns = { { kind = KIND, displayName = "Contoso: *" } }
    local _, _, found = met({ desired.lifetime("Contoso: a", 8) }, { live(3, "Contoso: b"),
      live(2, "Contoso: b"), live(1, "Contoso: a"), live(4, "else") }, owns)
    local ids = {}
    for i, orphan in ipairs(found.orphans) do ids[i] = orphan.policy.id end
    assert.same({ desired.guid(2), desired.guid(3) }, ids)
  end)

  it("meets what looking at each by hand meets", function()
    local seed = random.seed()
    local r = random.new(seed)
    for _ = 1, 300 do
      local ones, policies = {}, {}
      for i = 1, r:int(0, 6) do policies[i] = live(i, "p" .. r:int(1, 6)) end
      for i = 1, r:int(1, 6) do
        ones[i] = declared("p" .. r:int(1, 6), {
          id = r:once_in(4) and desired.guid(r:int(1, 7)) or nil,
          was = r:once_in(3) and "p" .. r:int(1, 6) or nil })
      end
      assert.same(by_hand(ones, policies), (met(ones, policies)), "seed " .. seed)
    end
  end)
end)
