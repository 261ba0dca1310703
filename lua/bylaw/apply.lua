--- Carries out a plan: side by side where its order allows. One failure does not stop what does not
--- need it; a policy that is no longer what the plan saw is left alone.
local adopt = require "bylaw.adopt"
local core = require "bylaw.core"
local diff = require "bylaw.diff"
local errors = require "bylaw.errors"
local live = require "bylaw.live"
local plan_module = require "bylaw.plan"
local policy = require "bylaw.policy"
local retry = require "bylaw.retry"
local tasks = require "bylaw.tasks"

local apply = {}

local FEW = 5 -- addresses that a message has

---@class bylaw.ApplyOptions
---@field concurrency? integer      changes that are under way at once; 16 by default
---@field journal? bylaw.JournalFile    remembers what is under way; locked by the caller
---@field run? integer              of the journal
---@field consistency? number       seconds that a write may take to show; the client's by default
---@field is_stopping? fun(): boolean  asked before each change: true begins no more
---@field on_step? fun(step: bylaw.ApplyStep)

---@class bylaw.ApplyStep
---@field type "start"|"end"
---@field change bylaw.Change
---@field result? bylaw.ChangeResult  at the end
---@field ended integer  changes that have ended, in whatever way
---@field total integer

---@class bylaw.ChangeResult
---@field address string
---@field action string
---@field state "done"|"failed"|"skipped"|"left"
---@field id? string        the policy's
---@field seconds? number
---@field request_id? string         of the last request that was made for it
---@field client_request_id? string
---@field note? string      "already" where it was so before; "adopted" for what an earlier, killed
---  apply had made
---@field err? bylaw.Error  of what failed, or was skipped

---@class bylaw.ApplyOutcome
---@field results bylaw.ChangeResult[]  in the order of the plan
---@field added integer
---@field changed integer
---@field removed integer
---@field failed integer    failed or skipped
---@field left integer      not begun, because it was to stop
---@field seconds number

-- One change -------------------------------------------------------------------------------------

--- The error of a change that must not be made any more.
local function moved(message)
  return errors.new("changed_since", message .. " since the plan was made; plan again")
end

--- Reads the policy again: as it is now; false where it is gone; nil, err.
local function read_again(state, change)
  local now, err = state.client:get(change.kind, change.id)
  if now then return now end
  if err.code == "not_found" then return false end
  return nil, err
end

--- Whether it is still what the plan saw; nil, err where it is not.
local function check_unchanged(change, now)
  local fields = diff.fields(change.kind, change.before, now)
  if #fields == 0 then return true end
  return nil, moved(("%s changed (%s)"):format(change.kind, fields[1].path))
end

local function value_of(change)
  local value = policy.new(change.kind, change.after)
  value.accept = change.accept
  return value
end

--- What an update of these properties sends.
local function patch_of(change, properties)
  local patch = { accept = change.accept, type = change.after.type }
  for _, name in ipairs(properties) do
    local value = change.after[name]
    if value == nil and name ~= "isOrganizationDefault" then value = core.null end
    patch[name] = value or false -- an unsaid isOrganizationDefault is false
  end
  return patch
end

local actions = {}

--- Brings a policy that was made before to what it is to be.
local function finish_adopted(state, change, found)
  state.ids[change.address] = found.id
  local fields = diff.fields(change.kind, found, change.after)
  if #fields == 0 then return { id = found.id, note = "adopted" } end
  local done, err = state.client:update(change.kind, found.id,
    patch_of(change, diff.properties(fields)))
  return done and { id = found.id, note = "adopted" }, err
end

function actions.create(state, change)
  local journal, step = state.journal, nil
  if journal then
    local found, err = adopt.find(state, change)
    if err then return nil, err end
    if found then return finish_adopted(state, change, found) end
    step, err = journal:intend(state.run, change)
    if not step then return nil, err end
    state.written[change.address] = true
  end
  local stored, err = state.client:create(value_of(change))
  local unknown = err and (err.code == "uncertain" or retry.verdict(err, true) == "unknown")
  if journal and not unknown then
    local request = state.requests[coroutine.running()] or {}
    journal:settle(step, { state = stored and "done" or "failed", id = stored and stored.id,
      message = err and err.message, request_id = request.request_id,
      client_request_id = request.client_request_id })
  end
  if not stored then return nil, err end
  state.ids[change.address] = stored.id
  return { id = stored.id }
end

function actions.update(state, change)
  local now, err = read_again(state, change)
  if now == nil then return nil, err end
  if not now then return nil, moved "the policy was removed" end
  if diff.same(change.kind, now, value_of(change)) then
    return { id = change.id, note = "already" }
  end
  local same
  same, err = check_unchanged(change, now)
  if not same then return nil, err end
  local done
  done, err = state.client:update(change.kind, change.id,
    patch_of(change, change.properties))
  return done and { id = change.id }, err
end

function actions.delete(state, change)
  local now, err = read_again(state, change)
  if now == nil then return nil, err end
  if not now then return { id = change.id, note = "already" } end
  local same
  same, err = check_unchanged(change, now)
  if not same then return nil, err end
  local done
  done, err = state.client:delete(change.kind, change.id)
  if not done and err.code ~= "not_found" then return nil, err end
  return { id = change.id }
end

--- The policy of an assignment, as the client takes it.
local function policy_of(state, change)
  return { kind = change.kind, id = change.id or state.ids[change.policy],
    displayName = change.displayName }
end

local function target_of(change) return { [change.target.type] = change.target.id } end

function actions.assign(state, change)
  local p = policy_of(state, change)
  local done, err = state.client:assign(p, target_of(change))
  return done and { id = p.id }, err
end

function actions.unassign(state, change)
  local p = policy_of(state, change)
  local done, err = state.client:unassign(p, target_of(change))
  return done and { id = p.id }, err
end

-- All of them ------------------------------------------------------------------------------------

--- What the journal keeps of a change that wrote no intent.
local function record(state, change, result)
  if not state.journal or state.written[change.address] then return end
  local step = state.journal:intend(state.run, change)
  if not step then return end
  state.journal:settle(step, { state = result.state, id = result.id,
    message = result.err and result.err.message, request_id = result.request_id,
    client_request_id = result.client_request_id })
end

local function tell(state, kind, change, result)
  if not state.on_step then return end
  state.on_step { type = kind, change = change, result = result, ended = state.ended,
    total = #state.changes }
end

local function wake(state)
  local idle = state.idle
  state.idle = {}
  for _, waiter in ipairs(idle) do tasks.wake(waiter) end
end

--- Files a result, and lets those go on that waited for it; those that cannot are skipped.
local function settle(state, change, result)
  result.address, result.action = change.address, change.action
  state.results[change.address] = result
  state.ended, state.open = state.ended + 1, state.open - 1
  if result.state ~= "left" then tell(state, "end", change, result) end
  for _, dependent in ipairs(state.dependents[change.address] or {}) do
    local missing = state.missing[dependent.address]
    if result.state ~= "done" and not state.results[dependent.address] then
      settle(state, dependent, { state = "skipped", err = errors.new("not_reached",
        ("it needs %s, which was not done"):format(change.address)) })
    elseif result.state == "done" then
      state.missing[dependent.address] = missing - 1
      if missing == 1 then table.insert(state.ready, dependent) end
    end
  end
end

local STATES = { changed_since = "skipped", interrupted = "left" }

local function perform(state, change)
  local co, began = coroutine.running(), tasks.now()
  state.requests[co] = nil
  tell(state, "start", change)
  local done, err = actions[change.action](state, change)
  local request = state.requests[co] or {}
  local result = done or { err = err }
  result.state = done and "done" or STATES[err.code] or "failed"
  result.seconds = tasks.now() - began
  result.request_id = request.request_id
  result.client_request_id = request.client_request_id
  record(state, change, result)
  settle(state, change, result)
  wake(state)
end

--- The next change whose turn has come; nil when there is none any more.
local function next_change(state)
  while true do
    if state.is_stopping and state.is_stopping() then state.stopping = true end
    if state.stopping or state.open == 0 then return nil end
    local change = state.ready[state.begun + 1]
    if change then
      state.begun = state.begun + 1
      return change
    end
    local waiter = {}
    table.insert(state.idle, waiter)
    tasks.wait(waiter)
  end
end

local function work(state)
  for change in next_change, state do perform(state, change) end
  wake(state)
end

--- What has to be known of each change before one is made.
local function state_of(client, plan, given)
  local state = {
    client = client, changes = plan.changes, service = plan.service or client.endpoint,
    journal = given.journal, run = given.run, on_step = given.on_step,
    is_stopping = given.is_stopping,
    consistency = given.consistency or client.consistency or 120,
    ids = {}, written = {}, requests = setmetatable({}, { __mode = "k" }), results = {},
    ready = {}, begun = 0, idle = {}, -- begun: how many of those that were ready
    missing = {}, dependents = {}, open = #plan.changes, ended = 0,
  }
  for _, change in ipairs(plan.changes) do
    state.missing[change.address] = #change.needs
    for _, address in ipairs(change.needs) do
      state.dependents[address] = state.dependents[address] or {}
      table.insert(state.dependents[address], change)
    end
    if #change.needs == 0 then table.insert(state.ready, change) end
  end
  return state
end

local Listening = {}

function Listening:__close() self.client.on_event = self.before end

--- Listens to the client's requests for their ids, for as long as the result is not closed.
local function listen(state)
  local client, before = state.client, state.client.on_event
  function client.on_event(event)
    if event.type == "request" then state.requests[coroutine.running()] = event end
    if before then before(event) end
  end
  return setmetatable({ client = client, before = before }, Listening)
end

local COUNTED = { create = "added", assign = "added", update = "changed", delete = "removed",
  unassign = "removed" }

local function outcome_of(state, seconds)
  local outcome = { results = {}, added = 0, changed = 0, removed = 0, failed = 0, left = 0,
    seconds = seconds }
  for i, change in ipairs(state.changes) do
    local result = state.results[change.address]
      or { address = change.address, action = change.action, state = "left" }
    outcome.results[i] = result
    local name = result.state == "done" and COUNTED[change.action]
      or (result.state == "left" and "left" or "failed")
    outcome[name] = outcome[name] + 1
  end
  return outcome
end

--- Carries out a plan. It returns when all that was begun has ended; what went wrong is in the
--- results.
---@param client bylaw.Client
---@param plan bylaw.Plan
---@param given? bylaw.ApplyOptions
---@return bylaw.ApplyOutcome
function apply.run(client, plan, given)
  given = given or {}
  local state, began = state_of(client, plan, given), tasks.now()
  local _ <close> = listen(state)
  local workers = {}
  for i = 1, math.min(given.concurrency or 16, math.max(1, #plan.changes)) do
    workers[i] = tasks.spawn(work, state)
  end
  for _, worker in ipairs(workers) do worker:join() end
  return outcome_of(state, tasks.now() - began)
end

--- The first few addresses, and how many more there are.
local function few_of(addresses)
  local shown = math.min(#addresses, FEW)
  local words = table.concat(addresses, ", ", 1, shown)
  return #addresses == shown and words or ("%s and %d more"):format(words, #addresses - shown)
end

--- Whether a plan is still what would be planned now: everything is read again.
---@param client bylaw.Client
---@param plan bylaw.Plan
---@param desired? bylaw.Desired  that it was made of; a saved plan knows it itself
---@param given? bylaw.LiveOptions
---@return true?
---@return bylaw.Error? err  code "stale"; err.addresses names what would be done otherwise
function apply.check(client, plan, desired, given)
  desired = desired or plan_module.desired(plan)
  local seen, err = live.read(client, desired, given)
  if not seen then return nil, err end
  if plan.service and plan.service ~= seen.service then
    return nil, errors.new("stale", ("the plan is for %s, and this is %s"):format(plan.service,
      seen.service), { addresses = {} })
  end
  local again, refused = plan_module.make(desired, seen)
  local addresses = again and plan_module.difference(plan, again) or {}
  if again and #addresses == 0 then return true end
  local why = refused and refused.message or "it would now be otherwise: " .. few_of(addresses)
  return nil, errors.new("stale", "the plan is stale, since what it saw has changed; plan again ("
    .. why .. ")", { addresses = addresses })
end

return apply
