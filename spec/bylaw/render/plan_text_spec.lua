local core = require "bylaw.core"
local desired = require "spec.support.desired"
local drift = require "bylaw.drift"
local plan = require "bylaw.plan"
local plan_text = require "bylaw.render.plan_text"

local lifetime, live_lifetime = desired.lifetime, desired.live_lifetime

local LOOK = {
  paint = function(_, s) return s end,
  shown = function(s) return s end,
  value = function(value) return assert(core.json_write(value)) end,
}

local function text_of(lines) return table.concat(lines, "\n") .. "\n" end

local function example()
  local live = desired.live(live_lifetime(2, "b", 1), live_lifetime(3, "c", 8),
    live_lifetime(4, "d", 8))
  local carrier, to_hr = desired.add_principal(live, 11, "HR")
  live.assignments[desired.guid(4)] = { carrier }
  local set = desired.set(lifetime("a", 8, { assignTo = { to_hr } }), lifetime("b", 2),
    lifetime("c", 8, { absent = true }))
  set.owns = { { kind = "tokenLifetimePolicy", displayName = "*",
    place = { file = "policies.lua", line = 9 } } }
  return set, live
end

describe("bylaw.render.plan_text", function()
  it("shows each change field by field, and ends in the words that scripts know", function()
    assert.equal([[
Actions are indicated with the following symbols:
  + create
  ~ update in-place
  - destroy

bylaw will perform the following actions in http://127.0.0.1:1:

  # tokenLifetimePolicy.a will be created
  + tokenLifetimePolicy
      + displayName: "a"
      + definition.Version: 1
      + definition.AccessTokenLifetime: "8:00:00"

  # tokenLifetimePolicy.a.assignTo["servicePrincipal/00000000-0000-4000-8000-000000000011"] ]]
  .. [[will be created
  + servicePrincipal "HR" (appId 00000000-0000-4000-8000-000000000511)

  # tokenLifetimePolicy.b will be updated in-place
  ~ tokenLifetimePolicy "b" (id 00000000-0000-4000-8000-000000000002)
      ~ definition.AccessTokenLifetime: "1:00:00" -> "2:00:00"

  # tokenLifetimePolicy.c will be destroyed
  # (declared absent)
  - tokenLifetimePolicy "c" (id 00000000-0000-4000-8000-000000000003)
      - displayName: "c"
      - definition.Version: 1
      - definition.AccessTokenLifetime: "8:00:00"

  # tokenLifetimePolicy["d"].assignTo["servicePrincipal/00000000-0000-4000-8000-000000000011"] ]]
  .. [[will be destroyed
  - servicePrincipal "HR" (appId 00000000-0000-4000-8000-000000000511)

  # tokenLifetimePolicy["d"] will be destroyed
  # (not declared, and owned by policies.lua:9)
  - tokenLifetimePolicy "d" (id 00000000-0000-4000-8000-000000000004)
      - displayName: "d"
      - definition.Version: 1
      - definition.AccessTokenLifetime: "8:00:00"

Plan: 2 to add, 1 to change, 3 to destroy.
]], text_of(plan_text.lines(assert(plan.make(example())), LOOK)))
  end)

  it("says that nothing is to be done, and nothing else", function()
    local made = assert(plan.make(desired.set(), desired.live()))
    assert.equal("No changes. Your infrastructure matches the configuration.\n",
      text_of(plan_text.lines(made, LOOK)))
  end)

  it("paints signs and headings, and lets no text of the service through unescaped", function()
    local set = desired.set(lifetime("a\27[2J", 8))
    local look = {
      paint = function(style, s) return ("<%s>%s</>"):format(style, s) end,
      shown = function(s) return (s:gsub("\27", "ESC")) end,
      value = function(value) return (assert(core.json_write(value)):gsub("u001[bB]", "ESC")) end,
    }
    local text = text_of(plan_text.lines(assert(plan.make(set, desired.live())), look))
    assert.is_nil(text:find("\27", 1, true))
    assert.truthy(text:find("<bold>  # tokenLifetimePolicy.aESC[2J will be created</>", 1, true))
    assert.truthy(text:find("<green>+</> displayName:", 1, true))
  end)

  it("shows drift from the declarations to what is live", function()
    local found = drift.of(assert(plan.make(desired.set(lifetime("b", 2), lifetime("gone", 8)),
      desired.live(live_lifetime(2, "b", 1)))))
    assert.equal([[
What is live in http://127.0.0.1:1 differs from the declarations (declared -> live):

  # tokenLifetimePolicy.b has changed
  ~ tokenLifetimePolicy "b" (id 00000000-0000-4000-8000-000000000002)
      ~ definition.AccessTokenLifetime: "2:00:00" -> "1:00:00"

  # tokenLifetimePolicy.gone was removed
  - tokenLifetimePolicy
      - displayName: "gone"
      - definition.Version: 1
      - definition.AccessTokenLifetime: "8:00:00"

Drift: 0 added, 1 changed, 1 removed.
]], text_of(plan_text.drift_lines(found, LOOK)))
    assert.equal("No drift. What is live matches the declarations.\n",
      text_of(plan_text.drift_lines(drift.of(assert(plan.make(desired.set(), desired.live()))),
        LOOK)))
  end)

  it("sums an apply up in the words that scripts know", function()
    assert.equal("Apply complete! Resources: 1 added, 2 changed, 3 destroyed.",
      plan_text.outcome { added = 1, changed = 2, removed = 3, failed = 0, left = 0 })
    assert.equal("Apply incomplete: 4 failed or skipped, 5 not begun. "
      .. "Resources: 1 added, 2 changed, 3 destroyed.",
      plan_text.outcome { added = 1, changed = 2, removed = 3, failed = 4, left = 5 })
  end)

  it("tells when a change begins and when it has ended", function()
    local change = { action = "update", address = "x.y", id = "i" }
    assert.equal("x.y: Modifying... [id=i]", plan_text.begun(change))
    assert.equal("x.y: Modifications complete after 2s [id=i]",
      plan_text.ended(change, { state = "done", id = "i", seconds = 2.7 }))
    assert.equal("x.y: failed: it broke",
      plan_text.ended(change, { state = "failed", err = { message = "it broke" } }))
  end)
end)
