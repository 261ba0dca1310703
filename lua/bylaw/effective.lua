--- Which policy of each kind applies to an application, and why. Pure: no client, no clock.
---
--- For some kinds the pages of the service do not agree. Then there are several readings: the first
--- one is taken, and where another one comes to something else, the answer says so.
local core = require "bylaw.core"
local policy = require "bylaw.policy"

local effective = {}

---@alias bylaw.EffectiveStep "servicePrincipal"|"organization"|"application"

---@class bylaw.AppState   an application of a tenant, and what could apply to it
---@field application? bylaw.Carrier       nil: the tenant has none, only its service principal
---@field servicePrincipal? bylaw.Carrier
---@field policies table<string, table[]>  all of the tenant, by kind
---@field carried table<string, table<string, table[]>>  by type of the object and kind

---@class bylaw.EffectiveCandidate
---@field step bylaw.EffectiveStep
---@field policy? table
---@field others integer  further policies that have the same place, which the service rules out

---@class bylaw.Effective
---@field kind string
---@field by bylaw.EffectiveStep|"built-in"
---@field policy? table      nil for built-in
---@field candidates bylaw.EffectiveCandidate[]  first wins
---@field builtin string     what holds where no policy does
---@field notes string[]     what else decides
---@field differs { source: string, by: string, policy?: table }[]  readings that come to another
---  result

--- Of each kind: the readings of what goes first, what holds without a policy, and what else
--- decides, as far as it is the same for every application.
local PRECEDENCE = {
  {
    kind = "tokenLifetimePolicy",
    readings = {
      { source = "the pages until 2021",
        steps = { "servicePrincipal", "organization", "application" } },
      { source = "the pages of 2025, which leave the service principal out",
        steps = { "organization", "application" } },
    },
    builtin = "access tokens live 60 to 90 minutes",
    note = "It is looked up on the resource of a token, not on the client that asks.",
  },
  {
    kind = "tokenIssuancePolicy",
    readings = {
      { source = "both objects can carry one",
        steps = { "servicePrincipal", "application" } },
      { source = "the pages, which know it on applications alone", steps = { "application" } },
    },
    builtin = "tokens are issued as the service does by itself",
  },
  {
    kind = "claimsMappingPolicy",
    readings = { { source = "the pages", steps = { "servicePrincipal" } } },
    builtin = "claims set in the portal, if there are any; else the basic set",
    note = "The core set of claims is always there.",
  },
  {
    kind = "homeRealmDiscoveryPolicy",
    readings = { { source = "the pages", steps = { "servicePrincipal", "organization" } } },
    builtin = "the user is asked for an account",
  },
  {
    kind = "activityBasedTimeoutPolicy",
    readings = { { source = "the pages", steps = { "organization" } } },
    builtin = "web sessions do not time out",
  },
}

-- Candidates -------------------------------------------------------------------------------------

local function defaults_of(state, kind)
  local found = {}
  for _, one in ipairs(state.policies[kind] or {}) do
    if one.isOrganizationDefault == true then found[#found + 1] = one end
  end
  return found
end

local function candidate(state, kind, step)
  local carried = state.carried[step] or {}
  local found = step == "organization" and defaults_of(state, kind) or carried[kind] or {}
  return { step = step, policy = found[1], others = math.max(#found - 1, 0) }
end

local function candidates_of(state, kind, steps)
  local list = {}
  for i, step in ipairs(steps) do list[i] = candidate(state, kind, step) end
  return list
end

local function winner(candidates)
  for _, one in ipairs(candidates) do
    if one.policy then return one.step, one.policy end
  end
  return "built-in", nil
end

-- Notes ------------------------------------------------------------------------------------------

local function app_id(state)
  local object = state.servicePrincipal or state.application or {}
  return object.appId
end

local function definition_of(one)
  return one and type(one.definition) == "table" and one.definition or {}
end

local function names(list, value)
  for _, one in ipairs(type(list) == "table" and list or {}) do
    if type(one) == "string" and value and one:lower() == value:lower() then return true end
  end
  return false
end

--- What becomes of a domain hint: the organization's default decides it, and respecting goes
--- before ignoring.
local function hint_note(state)
  local default = defaults_of(state, "homeRealmDiscoveryPolicy")[1]
  local hints = definition_of(default).DomainHintPolicy
  if type(hints) ~= "table" then return "A domain hint in the request goes before all of this." end
  local id = app_id(state)
  if names(hints.RespectDomainHintForApps, id) then
    return "A domain hint goes before all of this: the default respects it for this app."
  end
  local ignored = names(hints.IgnoreDomainHintForApps, id)
    or names(hints.IgnoreDomainHintForDomains, "*")
  if ignored then
    return "A domain hint is ignored, unless the default respects its domain."
  end
  return "A domain hint goes before all of this, unless the default ignores its domain."
end

--- The entry of the application, else the one for all.
local function timeout_note(state, applies)
  local entries = definition_of(applies).ApplicationPolicies
  local general
  for _, entry in ipairs(type(entries) == "table" and entries or {}) do
    local id = type(entry) == "table" and entry.ApplicationId
    local words = id and "Web sessions end after " .. tostring(entry.WebSessionIdleTimeout)
    if names({ id }, app_id(state)) then return words .. ", by the application's entry." end
    if id == "default" then general = words .. ", by the entry for all applications." end
  end
  return general or "It has no entry for this application, and none for all."
end

local function notes_of(state, row, applies, candidates)
  local notes = { row.note }
  if row.kind == "homeRealmDiscoveryPolicy" then notes[#notes + 1] = hint_note(state) end
  if row.kind == "activityBasedTimeoutPolicy" and applies then
    notes[#notes + 1] = timeout_note(state, applies)
  end
  for _, one in ipairs(candidates) do
    if one.others > 0 then
      notes[#notes + 1] = ("%d policies have the place of %q; the service allows one."):format(
        one.others + 1, one.step)
    end
  end
  return notes
end

-- The answer -------------------------------------------------------------------------------------

local function is_same(a, b)
  return a == b or a ~= nil and b ~= nil and a.id ~= nil and a.id == b.id
end

--- The other readings that come to another policy.
local function differing(state, row, applies)
  local list = {}
  for i = 2, #row.readings do
    local reading = row.readings[i]
    local by, other = winner(candidates_of(state, row.kind, reading.steps))
    if not is_same(applies, other) then
      list[#list + 1] = { source = reading.source, by = by, policy = other }
    end
  end
  return list
end

local function of_kind(state, row)
  local candidates = candidates_of(state, row.kind, row.readings[1].steps)
  local by, applies = winner(candidates)
  return { kind = row.kind, by = by, policy = applies, candidates = candidates,
    builtin = row.builtin, notes = notes_of(state, row, applies, candidates),
    differs = differing(state, row, applies) }
end

--- What applies, kind by kind.
---@param state bylaw.AppState
---@return bylaw.Effective[]
function effective.of(state)
  local list = {}
  for i, row in ipairs(PRECEDENCE) do list[i] = of_kind(state, row) end
  return list
end

--- The kinds that are spoken of.
---@return string[]
function effective.kinds()
  local kinds = {}
  for i, row in ipairs(PRECEDENCE) do kinds[i] = row.kind end
  return kinds
end

-- After a plan -----------------------------------------------------------------------------------

--- A copy of lists by kind: what is changed then is not the original.
local function copy_lists(lists)
  local copy = {}
  for kind, list in pairs(lists or {}) do copy[kind] = table.move(list, 1, #list, 1, {}) end
  return copy
end

local function kind_of(change)
  if change.kind ~= "policy" then return change.kind end
  return core.types[(change.after or change.before or {}).type] or change.kind
end

--- A policy as it will be: its definition decoded, and properties that the change does not set as
--- they are.
local function policy_of(change, kind, before)
  local one = {}
  for name, value in next, before or {} do one[name] = value end
  for name, value in next, policy.new(kind, change.after) do one[name] = value end
  one.id, one.address = change.id, change.address
  return one
end

local function index_of(list, id)
  for i, one in ipairs(list or {}) do
    if id ~= nil and one.id == id then return i end
  end
end

--- Puts another policy, or nothing, where one stands.
local function replace(list, id, by)
  local i = index_of(list, id)
  if i and by then list[i] = by elseif i then table.remove(list, i) end
end

--- Does what happens to a policy itself, wherever it is seen.
local function change_policy(after, made, change)
  local kind = kind_of(change)
  local list = after.policies[kind] or {}
  after.policies[kind] = list
  local before = list[index_of(list, change.id)]
  local one = change.action ~= "delete" and policy_of(change, kind, before) or nil
  made[change.address] = one
  if change.action == "create" then list[#list + 1] = one end
  if change.action == "create" then return end
  replace(list, change.id, one)
  for _, lists in pairs(after.carried) do replace(lists[kind], change.id, one) end
end

--- The carried policies of a change's target and kind; nil where it is another object.
local function carried_by(after, change)
  local carrier = change.target
  local mine = carrier and after[carrier.type]
  if not mine or mine.id ~= carrier.id then return nil end
  local lists = after.carried[carrier.type] or {}
  after.carried[carrier.type] = lists
  local kind = kind_of(change)
  lists[kind] = lists[kind] or {}
  return lists[kind], kind
end

local function assign(after, made, change)
  local list, kind = carried_by(after, change)
  if not list then return end
  local policies = after.policies[kind] or {}
  list[#list + 1] = made[change.policy] or policies[index_of(policies, change.id)]
    or { id = change.id, displayName = change.displayName }
end

--- The state that a plan will leave.
---@param state bylaw.AppState
---@param plan bylaw.Plan
---@return bylaw.AppState
function effective.after(state, plan)
  local after = { application = state.application, servicePrincipal = state.servicePrincipal,
    policies = copy_lists(state.policies), carried = {} }
  for name, lists in pairs(state.carried) do after.carried[name] = copy_lists(lists) end
  local made = {}
  for _, change in ipairs(plan.changes) do
    if not change.target then
      change_policy(after, made, change)
    elseif change.action == "unassign" then
      replace(carried_by(after, change), change.id, nil)
    end
  end
  for _, change in ipairs(plan.changes) do
    if change.action == "assign" then assign(after, made, change) end
  end
  return after
end

return effective
