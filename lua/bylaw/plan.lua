--- What has to be done so that a service is as declared: data, made of what is declared and what is
--- live. Pure: no network, no clock; equal inputs are equal bytes.
local core = require "bylaw.core"
local diff = require "bylaw.diff"
local errors = require "bylaw.errors"
local match = require "bylaw.match"
local order = require "bylaw.order"
local policy = require "bylaw.policy"
local rules = require "bylaw.rules"
local target = require "bylaw.target"

local plan = {}

--- Of the saved form: the first number changes where old readers would go wrong.
plan.FORMAT = "1.0"

---@class bylaw.Change
---@field action "create"|"update"|"delete"|"assign"|"unassign"
---@field address string
---@field kind string
---@field label? string        nil for a policy that nobody declares
---@field displayName string   the policy's, as it is or will be
---@field id? string           the policy's; nil while there is none
---@field before? table        its properties as live
---@field after? table         as they are sent
---@field accept? string[]     codes of problems that are warnings
---@field properties? string[] names of those that an update sends
---@field fields? bylaw.Difference[]
---@field reason? "absent"|"owned"  of a delete
---@field policy? string       address of the policy, of an assignment
---@field target? bylaw.Carrier
---@field needs string[]       addresses of the changes that must have been made before
---@field place? table

---@class bylaw.Plan
---@field format_version string
---@field service? string      root of the service that was read
---@field changes bylaw.Change[]  as declared, then what nobody declares
---@field counts { add: integer, change: integer, remove: integer, unchanged: integer }
---@field declared? table      what it was made of; in a saved one

-- Changes of policies ----------------------------------------------------------------------------

--- Properties of a live policy, without what is the service's own.
local function properties_of(live)
  local properties = {}
  for name, value in next, live do
    local own = name == "id" or name == "kind" or name == "problems" or name:find "@"
      or name == "deletedDateTime" or value == core.null
    if not own then properties[name] = value end
  end
  return properties
end

--- The properties as the request has them.
local function body_of(declared)
  local text, err = core.encode(declared.policy)
  if not text then return nil, err end
  return core.json_read(text)
end

--- What a plan keeps of a place.
local function place_of(declared)
  local place = declared.place
  return place and { file = place.file, line = place.line, column = place.column } or nil
end

local function change_of(declared, action, more)
  local change = { action = action, address = declared.address, kind = declared.kind,
    label = declared.label, displayName = declared.displayName, place = place_of(declared),
    needs = {} }
  for name, value in pairs(more) do change[name] = value end
  return change
end

local function problem_of(declared, code, message, pointer)
  local place = pointer and declared.place_of and declared.place_of(pointer) or declared.place
  return { severity = "error", code = code, path = pointer or "", message = message,
    address = declared.address, place = place }
end

local function add_refusal(state, declared, err)
  for _, one in ipairs(err.problems or { { code = err.code, message = err.message } }) do
    if one.severity ~= "warning" then
      table.insert(state.problems, problem_of(declared, one.code, one.message, one.path))
    end
  end
end

local function create(state, declared)
  local body, err = body_of(declared)
  if not body then return add_refusal(state, declared, err) end
  return change_of(declared, "create", { after = body, accept = declared.policy.accept,
    fields = diff.fields(declared.kind, nil, body) })
end

local function update(state, declared, live)
  local body, err = body_of(declared)
  if not body then return add_refusal(state, declared, err) end
  local fields = diff.fields(declared.kind, live, body)
  if #fields == 0 then return nil end
  return change_of(declared, "update", { id = live.id, before = properties_of(live), after = body,
    accept = declared.policy.accept, fields = fields, properties = diff.properties(fields) })
end

local function delete(declared, live, reason)
  return change_of(declared, "delete", { id = live.id, displayName = live.displayName,
    before = properties_of(live), reason = reason,
    fields = diff.fields(declared.kind, properties_of(live), nil) })
end

--- The change that a declared policy itself takes, or nil.
local function change_for(state, pair)
  local declared, live = pair.declared, pair.policy
  if declared.absent then return live and delete(declared, live, "absent") end
  if not live then return create(state, declared) end
  if diff.same(declared.kind, live, declared.policy) then return nil end
  return update(state, declared, live)
end

-- Changes of assignments -------------------------------------------------------------------------

local function assignment(pair, action, carrier)
  local declared, live = pair.declared, pair.policy
  return { action = action, kind = declared.kind, label = declared.label,
    address = ('%s.assignTo["%s/%s"]'):format(declared.address, carrier.type, carrier.id),
    displayName = declared.displayName or live.displayName, id = live and live.id,
    policy = declared.address, place = place_of(declared), needs = {},
    target = { type = carrier.type, id = carrier.id, appId = carrier.appId,
      displayName = carrier.displayName } }
end

local function list_of_carriers(carriers)
  local list = table.move(carriers, 1, #carriers, 1, {})
  table.sort(list, function(a, b) return target.carrier_key(a) < target.carrier_key(b) end)
  return list
end

--- The carriers that a declared policy names, once each; what cannot be found is a problem.
local function carriers_of(state, declared)
  local carriers, named = {}, {}
  for i, one in ipairs(declared.assignTo) do
    local pointer = ("/assignTo/%d"):format(i - 1)
    local wanted = target.read(one)
    local carrier = wanted and state.live.targets[target.key(wanted)]
    if not wanted then
      table.insert(state.problems, problem_of(declared, "bad_target",
        "a target is servicePrincipal or application, with id, appId or displayName", pointer))
    elseif not carrier or carrier.message then
      table.insert(state.problems, problem_of(declared, "no_such_target",
        carrier and carrier.message or "it was not looked up", pointer))
    elseif not named[target.carrier_key(carrier)] then
      named[target.carrier_key(carrier)] = true
      carriers[#carriers + 1] = carrier
    end
  end
  return carriers, named
end

local function assignments_of(state, pair)
  local declared, live = pair.declared, pair.policy
  local added, removed = {}, {}
  local now = live and state.live.assignments[live.id] or {}
  local wanted, named = {}, {}
  if not declared.absent then wanted, named = carriers_of(state, declared) end
  local carried = {}
  for _, carrier in ipairs(now) do
    carried[target.carrier_key(carrier)] = true
  end
  for _, carrier in ipairs(list_of_carriers(now)) do
    if not named[target.carrier_key(carrier)] then
      removed[#removed + 1] = assignment(pair, "unassign", carrier)
    end
  end
  for _, carrier in ipairs(wanted) do
    if not carried[target.carrier_key(carrier)] then
      added[#added + 1] = assignment(pair, "assign", carrier)
    end
  end
  return added, removed
end

--- Adds what a pair takes: the policy's own change and those of its assignments.
local function add_changes(state, pair)
  local change = change_for(state, pair)
  local managed = pair.declared.assignTo or (pair.declared.absent and pair.policy)
  local added, removed = {}, {}
  if managed then added, removed = assignments_of(state, pair) end
  local gone = change and change.action == "delete"
  if not gone then state.changes[#state.changes + 1] = change end
  for _, list in ipairs { removed, added } do
    table.move(list, 1, #list, #state.changes + 1, state.changes)
  end
  if gone then state.changes[#state.changes + 1] = change end
  local untouched = not change and #added + #removed == 0 and not pair.declared.absent
  if untouched then state.unchanged = state.unchanged + 1 end
end

-- What nobody declares ---------------------------------------------------------------------------

--- The address of an owned policy: by its name, or its id where that is the name of several.
local function orphan_addresses(orphans)
  local times, addresses = {}, {}
  local function named(orphan)
    local name = tostring(orphan.policy.displayName)
    return ("%s[%s]"):format(orphan.kind, assert(core.json_write(name)))
  end
  for _, orphan in ipairs(orphans) do times[named(orphan)] = (times[named(orphan)] or 0) + 1 end
  for i, orphan in ipairs(orphans) do
    addresses[i] = times[named(orphan)] == 1 and named(orphan)
      or ('%s["%s"]'):format(orphan.kind, orphan.policy.id)
  end
  return addresses
end

local function add_orphans(state, orphans)
  local addresses = orphan_addresses(orphans)
  for i, orphan in ipairs(orphans) do
    local declared = { address = addresses[i], kind = orphan.kind, absent = true,
      displayName = orphan.policy.displayName, place = orphan.owns.place }
    local pair = { declared = declared, policy = orphan.policy }
    for _, carrier in ipairs(list_of_carriers(state.live.assignments[orphan.policy.id] or {})) do
      table.insert(state.changes, assignment(pair, "unassign", carrier))
    end
    table.insert(state.changes, delete(declared, orphan.policy, "owned"))
  end
end

-- The whole --------------------------------------------------------------------------------------

--- The list itself; an empty one as JSON's empty list.
local function list_of(list) return #list > 0 and list or core.json_read "[]" end

--- The declared set as data that a saved plan keeps.
local function declared_data(desired)
  local list = {}
  for i, one in ipairs(desired.policies) do
    local body = not one.absent and body_of(one) or nil
    list[i] = { address = one.address, kind = one.kind, label = one.label, id = one.id,
      displayName = one.displayName, was = one.was, absent = one.absent or nil, body = body,
      accept = one.policy and one.policy.accept, place = place_of(one),
      assignTo = one.assignTo and list_of(one.assignTo) }
  end
  local owns = {}
  for i, one in ipairs(desired.owns or {}) do
    owns[i] = { kind = one.kind, displayName = one.displayName, place = place_of(one) }
  end
  return { policies = list_of(list), owns = #owns > 0 and owns or nil }
end

--- The declared set of a saved plan, as it was.
local function declared_again(data)
  local list = {}
  for i, one in ipairs(data.policies) do
    local again = {}
    for name, value in pairs(one) do again[name] = value end
    if one.body then
      again.policy = policy.new(one.kind, one.body)
      again.policy.accept = one.accept
    end
    list[i] = again
  end
  return { policies = list, owns = data.owns }
end

local COUNTED = { create = "add", assign = "add", update = "change", delete = "remove",
  unassign = "remove" }

local function count(state)
  local counts = { add = 0, change = 0, remove = 0, unchanged = state.unchanged }
  for _, change in ipairs(state.changes) do
    local name = COUNTED[change.action]
    counts[name] = counts[name] + 1
  end
  return counts
end

--- An error that holds problems, or nil where there are none.
local function refusal(problems)
  if #problems == 0 then return nil end
  local words = #problems == 1 and problems[1].message or ("%d problems"):format(#problems)
  return errors.new("invalid", words, { problems = problems })
end

--- Whether nothing has to be asked further about a declared policy: it is as it is live.
local function is_settled(declared, live)
  return live and not declared.absent and not declared.assignTo
    and diff.same(declared.kind, live, declared.policy)
end

--- Makes the plan.
---@param desired bylaw.Desired
---@param live bylaw.Live
---@return bylaw.Plan?
---@return bylaw.Error? err  code "invalid": what cannot be planned, all of it in err.problems
function plan.make(desired, live)
  local matches = match.find(desired, live.policies)
  local state = { live = live, changes = {}, unchanged = 0, problems = matches.problems,
    desired = desired }
  local declarations, met_by = desired.policies, matches.live
  for i = 1, #declarations do
    local declared, met = declarations[i], met_by[i]
    if is_settled(declared, met) then
      state.unchanged = state.unchanged + 1
    else
      add_changes(state, { declared = declared, policy = met or nil })
    end
  end
  add_orphans(state, matches.orphans)
  order.set(state)
  local err = refusal(state.problems)
  if err then return nil, err end
  for _, change in ipairs(state.changes) do change.needs = list_of(change.needs) end
  return { format_version = plan.FORMAT, service = live.service, changes = list_of(state.changes),
    counts = count(state) }
end

--- Makes the plan, after the rules across objects were asked.
---@param desired bylaw.Desired
---@param live bylaw.Live
---@return bylaw.Plan?
---@return bylaw.Error? err  code "invalid"
---@return bylaw.Problem[]? warnings
function plan.judged(desired, live)
  local problems, wrong = rules.check(desired, live), {}
  for _, one in ipairs(problems) do
    if one.severity == "error" then wrong[#wrong + 1] = one end
  end
  local err = refusal(wrong)
  if err then return nil, errors.new("invalid", err.message, { problems = problems }) end
  local made, refused = plan.make(desired, live)
  return made, refused, problems
end

---@param made bylaw.Plan
---@return boolean
function plan.is_empty(made) return #made.changes == 0 end

--- A plan with what it was made of, so that it can be saved and made again.
---@param made bylaw.Plan
---@param desired bylaw.Desired
---@return bylaw.Plan
function plan.whole(made, desired)
  local whole = {}
  for name, value in pairs(made) do whole[name] = value end
  whole.declared = declared_data(desired)
  return whole
end

--- The declared set that a saved plan was made of.
---@param made bylaw.Plan  a whole one
---@return bylaw.Desired
function plan.desired(made) return declared_again(made.declared) end

-- Saved plans ------------------------------------------------------------------------------------

--- The addresses whose changes are not the same in two plans, in order.
---@param one bylaw.Plan
---@param other bylaw.Plan
---@return string[]
function plan.difference(one, other)
  local texts, addresses = {}, {}
  for _, change in ipairs(one.changes) do
    texts[change.address] = assert(core.json_write(change))
  end
  for _, change in ipairs(other.changes) do
    if texts[change.address] ~= core.json_write(change) then
      addresses[#addresses + 1] = change.address
    end
    texts[change.address] = nil
  end
  for address in pairs(texts) do addresses[#addresses + 1] = address end
  table.sort(addresses)
  return addresses
end

--- A plan out of what was saved of it; nil and err where it is none that this version can read.
---@param data any  as decoded from JSON
---@return bylaw.Plan?
---@return bylaw.Error? err  code "bad_plan"
function plan.of_data(data)
  local version = type(data) == "table" and data.format_version
  if type(version) ~= "string" or type(data.changes) ~= "table" or type(data.declared) ~= "table"
    or type(data.declared.policies) ~= "table" then
    return nil, errors.new("bad_plan", "this is no plan of bylaw")
  end
  if version:match "^%d+" ~= plan.FORMAT:match "^%d+" then
    return nil, errors.new("bad_plan",
      ("the plan has the format %s, and this bylaw reads %s"):format(errors.quote(version),
        plan.FORMAT))
  end
  return data
end

return plan
