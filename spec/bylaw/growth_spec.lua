--- Twice as many policies take twice as much work, and no more: counted in instructions of Lua,
--- which are the same in every run.
local apply = require "bylaw.apply"
local core = require "bylaw.core"
local desired = require "spec.support.desired"
local drift = require "bylaw.drift"
local plan = require "bylaw.plan"
local plan_json = require "bylaw.render.plan_json"
local plan_text = require "bylaw.render.plan_text"

local KIND = "tokenLifetimePolicy"
local FEW, TIMES = 60, 8

--- Instructions of a call, about.
local function work_of(fn)
  local count, step = 0, 100
  debug.sethook(function() count = count + step end, "", step)
  fn()
  debug.sethook()
  return count
end

local function name(i) return "policy " .. i end

--- A set of so many declared policies, and what is live of it.
local function scene(count, declare_one, live_one)
  local set, seen = { policies = {}, owns = {} }, desired.live()
  for i = 1, count do
    local properties = declare_one and declare_one(i, seen)
    if properties then
      local hours = properties.hours or 8
      properties.hours = nil
      set.policies[#set.policies + 1] = desired.lifetime(name(i), hours, properties)
    end
    local live = live_one and live_one(i, seen)
    if live then table.insert(seen.policies[KIND], live) end
  end
  return set, seen
end

local function as_declared(i) return desired.live_lifetime(i, name(i), 8) end

--- A service principal that carries the ith live policy.
local function carried(i, seen)
  local carrier = desired.add_principal(seen, 100000 + i, "app " .. i)
  seen.assignments[desired.guid(i)] = { carrier }
  return as_declared(i)
end

local function nothing() return {} end

local SCENES = {
  { "that are as declared", nothing, as_declared },
  { "that are to be created", nothing, nil },
  { "that are to be changed", function() return { hours = 9 } end, as_declared },
  { "that are to be removed", function() return { absent = true } end, as_declared },
  { "that nobody declares", nil, carried,
    function(set) set.owns = { { kind = KIND, displayName = "policy *" } } end },
  { "that are to be renamed", function(i) return { displayName = "new " .. i, was = name(i) } end,
    as_declared },
  { "that are met by id", function(i) return { id = desired.guid(i) } end, as_declared },
  { "that are to be assigned", function(i, seen)
    local _, one = desired.add_principal(seen, 200000 + i, "app " .. i)
    return { assignTo = { one } }
  end, as_declared },
  { "that are to be assigned elsewhere", function(i, seen)
    local _, one = desired.add_principal(seen, 200000 + i, "other " .. i)
    return { assignTo = { one } }
  end, carried },
  { "beside one that is to be the default",
    function(i) return { isOrganizationDefault = i == 1 } end, as_declared },
}

local WRONG = {
  { "that have the name of another", function() return { displayName = "same" } end, nil },
  { "that are ambiguous", nothing, function(i, seen)
    table.insert(seen.policies[KIND], desired.live_lifetime(50000 + i, name(i), 8))
    return as_declared(i)
  end },
  { "whose targets are taken", function(i, seen)
    local carrier, one = desired.add_principal(seen, 200000 + i, "app " .. i)
    seen.carried["servicePrincipal " .. carrier.id .. " " .. KIND] =
      { { id = desired.guid(90000 + i), displayName = "other" } }
    return { assignTo = { one } }
  end, as_declared },
  { "whose ids are not there", function(i) return { id = desired.guid(70000 + i) } end, nil },
}

local LOOK = { paint = function(_, s) return s end, shown = function(s) return s end,
  value = function(value) return core.json_write(value) end }

--- A service that does whatever it is asked at once.
local function client_of(seen)
  local by_id, made = {}, 0
  for _, one in ipairs(seen.policies[KIND]) do by_id[one.id] = one end
  local client = { endpoint = seen.service, consistency = 0 }
  function client.get(_, _, id) return by_id[id], { code = "not_found" } end
  function client.create(_, policy)
    made = made + 1
    return { id = desired.guid(300000 + made), displayName = policy.displayName }
  end
  function client.update() return true end
  client.delete, client.assign, client.unassign = client.update, client.update, client.update
  return client
end

local function twice(few, many, what)
  assert.is_true(many < few * TIMES * 1.25, ("%s: %d instructions for %d, %d for %d"):format(what,
    few, FEW, many, FEW * TIMES))
end

describe("bylaw.plan", function()
  local function scene_of(case, count)
    local set, seen = scene(count, case[2], case[3])
    set.settings = { mostRemoved = 1 }
    if case[4] then case[4](set) end
    return set, seen
  end

  for _, case in ipairs(SCENES) do
    it("grows as the policies do " .. case[1], function()
      local work = {}
      for i, count in ipairs { FEW, FEW * TIMES } do
        local set, seen = scene_of(case, count)
        local made, outcome
        work[i] = {
          plan = work_of(function() made = assert(plan.judged(set, seen)) end),
          shown = work_of(function()
            plan_text.lines(made, LOOK)
            plan_json.plan(made, "")
            drift.of(made, { "definition.Nothing" })
          end),
          apply = work_of(function()
            outcome = apply.run(client_of(seen), made, { concurrency = 4 })
          end),
        }
        assert.equal(0, outcome.failed)
        assert.equal(#made.changes, outcome.added + outcome.changed + outcome.removed)
      end
      for what, few in pairs(work[1]) do
        if few > 5000 then twice(few, work[2][what], what) end
      end
    end)
  end

  for _, case in ipairs(WRONG) do
    it("grows as the policies do " .. case[1], function()
      local work = {}
      for i, count in ipairs { FEW, FEW * TIMES } do
        local set, seen = scene_of(case, count)
        work[i] = work_of(function() assert.is_nil((plan.judged(set, seen))) end)
      end
      twice(work[1], work[2], case[1])
    end)
  end
end)
