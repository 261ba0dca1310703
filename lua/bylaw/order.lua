--- The order in which changes can succeed: what each needs to have been made before. Pure.
---
--- A policy is created before it is assigned; a target lets go of one before it takes another of
--- the kind; a policy leaves its targets before it is deleted; a kind's organization default is
--- given up before it is taken.
local diff = require "bylaw.diff"
local errors = require "bylaw.errors"
local target = require "bylaw.target"

local order = {}

local function need(change, other)
  if not other or other == change then return end
  for _, address in ipairs(change.needs) do
    if address == other.address then return end
  end
  table.insert(change.needs, other.address)
end

--- Where a declaration stands; all are looked up at the first question.
local function place_of(state, address)
  if not state.places then
    state.places = {}
    for _, declared in ipairs(state.desired.policies) do
      state.places[declared.address] = declared.place
    end
  end
  return state.places[address]
end

local function add_problem(state, change, code, message)
  local address = change.policy or change.address
  table.insert(state.problems, { severity = "error", code = code, path = "", message = message,
    address = address, place = place_of(state, address) })
end

--- The changes, by what they are looked up by.
local function index_of(changes)
  local index = { own = {}, by_id = {}, leaves = {} }
  for _, change in ipairs(changes) do
    if not change.target then
      index.own[change.address] = change
      if change.id then index.by_id[change.id] = change end
    elseif change.action == "unassign" then
      local key = target.carrier_key(change.target) .. " " .. change.kind
      index.leaves[key] = index.leaves[key] or {}
      table.insert(index.leaves[key], change)
    end
  end
  return index
end

-- Organization defaults --------------------------------------------------------------------------

local function is_default(properties)
  return properties ~= nil and properties.isOrganizationDefault == true
end

--- The change that takes a kind's default, and the live policy that has it, by kind.
local function default_moves(state)
  local takers, holders = {}, {}
  for _, change in ipairs(state.changes) do
    if diff.has_default(change.kind) and is_default(change.after) and not is_default(change.before)
    then
      takers[change.kind] = takers[change.kind] or {}
      table.insert(takers[change.kind], change)
    end
  end
  for kind in pairs(takers) do
    for _, live in ipairs(state.live.policies[kind] or {}) do
      if is_default(live) then holders[kind] = live end
    end
  end
  return takers, holders
end

local function order_defaults(state, index)
  local takers, holders = default_moves(state)
  local released = {}
  for _, change in ipairs(state.changes) do -- in their order, for the same problems each time
    local holder = holders[change.kind]
    for _, taker in ipairs(holder and takers[change.kind] or {}) do
      if taker == change then
        local release = index.by_id[holder.id]
        local gives_up = release and (release.action == "delete"
          or (release.after and not is_default(release.after)))
        if gives_up then
          need(taker, release)
          released[taker.address] = release
        else
          add_problem(state, taker, "default_taken",
            ("%s (%s) is the organization default of this kind, and there can be one; declare it "
            .. "with isOrganizationDefault = false, or absent"):format(
              errors.quote(tostring(holder.displayName)), holder.id))
        end
      end
    end
  end
  return released
end

-- Assignments ------------------------------------------------------------------------------------

--- Who carries another policy of the kind, and what becomes of it.
local function order_target(state, index, released, change)
  local key = target.carrier_key(change.target) .. " " .. change.kind
  local leaves = index.leaves[key] or {}
  local own = index.own[change.policy]
  local leaving = {}
  for _, leave in ipairs(leaves) do
    need(change, leave)
    leaving[leave.id] = true
    local release = own and released[own.address]
    -- What serves now is taken away when its successor is there, if that need not wait for its end.
    if own and not (release and release.action == "delete" and release.id == leave.id) then
      need(leave, own)
    end
  end
  local carried = state.live.carried and state.live.carried[key]
  for _, other in ipairs(carried or {}) do
    if other.id ~= change.id and not leaving[other.id] then
      add_problem(state, change, "target_taken",
        ("%s %s carries %s (%s) already, and takes one policy of this kind; declare that policy "
        .. "with its assignTo, or unassign it"):format(change.target.type,
          errors.quote(target.name(change.target)), errors.quote(tostring(other.displayName)),
          other.id))
    end
  end
end

local function order_assignments(state, index, released)
  local taken = {}
  for _, change in ipairs(state.changes) do
    local own = change.target and index.own[change.policy]
    if change.action == "assign" then
      need(change, own)
      order_target(state, index, released, change)
      local key = target.carrier_key(change.target) .. " " .. change.kind
      if taken[key] then
        add_problem(state, change, "target_taken",
          ("%s %s is to carry %s too, and takes one policy of this kind"):format(change.target.type,
            errors.quote(target.name(change.target)), taken[key].policy))
      end
      taken[key] = taken[key] or change
    elseif change.action == "unassign" and own and own.action == "delete" then
      need(own, change)
    end
  end
end

--- Sets `needs` of the changes, and adds what no order can mend to the problems.
---@param state { changes: bylaw.Change[], live: bylaw.Live, problems: bylaw.Problem[],
---  desired: bylaw.Desired }
function order.set(state)
  local index = index_of(state.changes)
  local released = order_defaults(state, index)
  order_assignments(state, index, released)
  for _, change in ipairs(state.changes) do table.sort(change.needs) end
end

return order
