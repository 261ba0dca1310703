--- What an earlier apply may have created and nobody has seen yet: the journal knows its name, a
--- list may not show it for a while.
local errors = require "bylaw.errors"
local journal = require "bylaw.journal"
local tasks = require "bylaw.tasks"

local adopt = {}

local LOOK = 2 -- seconds between looks

--- A policy that the journal knows by its id: as it is now; nil, or nil and err.
local function by_id(state, kind, steps)
  for _, step in ipairs(steps) do
    local found, err
    if step.policy_id then found, err = state.client:get(kind, step.policy_id) end
    if found or (err and err.code ~= "not_found") then return found, err end
  end
end

--- The one that has the name; nil, or nil and err.
local function by_name(state, change)
  local list, err = state.client:list(change.kind)
  if not list then return nil, err end
  local found = {}
  for _, one in ipairs(list) do
    if one.displayName == change.displayName then found[#found + 1] = one end
  end
  if #found < 2 then return found[1] end
  return nil, errors.new("ambiguous", ("an apply that was killed was creating %s, and there are %d "
    .. "of the name now; give the right one's id in the declaration"):format(
      errors.quote(change.displayName), #found))
end

local function look(state, change, steps)
  local found, err = by_id(state, change.kind, steps)
  if found or err then return found, err end
  return by_name(state, change)
end

--- Writes down that what was under way had been made.
local function settle(state, steps, found)
  if steps[1].state == "done" then return end
  local _, err = state.journal:settle(steps[1].id, { state = "done", id = found.id,
    message = "found by a later apply" })
  return err
end

--- Looks for a policy that is to be created among those that were made, or may have been, so short
--- a time ago that they need not show: for as long as that can be.
---@param state table  of apply: client, journal, service, consistency, is_stopping
---@param change bylaw.Change
---@return bylaw.Policy?  nil: it was not made
---@return bylaw.Error? err
function adopt.find(state, change)
  local since = journal.now() - math.ceil(state.consistency)
  local steps, err = state.journal:recent_creates(state.service, change.kind, change.displayName,
    since)
  if not steps or #steps == 0 then return nil, err end
  local open_until = steps[1].at + state.consistency
  while true do
    local found
    found, err = look(state, change, steps)
    if found then return found, settle(state, steps, found) end
    if err then return nil, err end
    local left = open_until - journal.now()
    if left < 0 then return nil end
    if state.is_stopping and state.is_stopping() then
      return nil, errors.new("interrupted", "it was to stop before this was known to be new")
    end
    tasks.sleep(math.min(LOOK, left + 0.1))
  end
end

return adopt
