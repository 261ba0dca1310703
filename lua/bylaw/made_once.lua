--- A create that is carried out once, though its answer may be lost: it is looked for in the list,
--- by meaning, for as long as replication may take, and only then sent again.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local retry = require "bylaw.retry"
local sender = require "bylaw.sender"
local tasks = require "bylaw.tasks"

local made_once = {}

--- Told of each create. What `before` was given is in `outcome.intent`; where `before` gives nil
--- and an err, nothing is sent. Neither may hold a secret: there is none in what they are given.
---@class bylaw.Journal
---@field before? fun(intent: bylaw.Intent): any, any
---@field after? fun(outcome: bylaw.Outcome)

---@class bylaw.Intent
---@field kind string
---@field displayName string
---@field body string   as it will be sent
---@field date integer  seconds since 1970

---@class bylaw.Outcome
---@field intent bylaw.Intent
---@field what "created"|"found"|"failed"|"uncertain"  found: the answer was lost, the policy is
---  there
---@field id? string
---@field err? bylaw.Error

--- What is under way with policies of one kind.
---@class bylaw.Lot
---@field open table<string, integer>  creates whose fate is not known to be unknown, by body
---@field lost table<string, integer>  creates whose answer was lost, by body
---@field made table<string, true>     ids of policies that a create has returned
---@field seen table<string, number>   ids that a list had, and when it had come

--- A create on its way.
---@class bylaw.Making
---@field kind string
---@field displayName string
---@field order bylaw.Order
---@field read fun(result: bylaw.Result): bylaw.Policy?, bylaw.Error?
---@field list fun(): table[]?, bylaw.Error?  the policies as they stand in the service's JSON
---@field stored fun(item: table): bylaw.Policy
---@field known? table<string, true>  ids that were there before
---@field package lot? bylaw.Lot
---@field package state? "open"|"lost"
---@field package began? number
local Making = {}
Making.__index = Making

---@return bylaw.Lot
local function lot_of(client, kind)
  local lot = client.lots[kind]
  if not lot then
    lot = { open = {}, lost = {}, made = {}, seen = {} }
    client.lots[kind] = lot
  end
  return lot
end

--- Keeps in mind that a list had these policies, so that none of them passes for one made later.
function made_once.saw(client, kind, items)
  local lot, now = lot_of(client, kind), client.clock.now()
  for _, item in ipairs(items) do lot.seen[item.id] = lot.seen[item.id] or now end
end

local function count(counts, body, by)
  local n = (counts[body] or 0) + by
  counts[body] = n > 0 and n or nil
end

--- What its fate is: "open", "lost", or nil for known.
function Making:be(state)
  local lot, body = self.lot, self.order.body
  if self.state then count(lot[self.state], body, -1) end
  if state then count(lot[state], body, 1) end
  self.state = state
end

function Making:__close() self:be(nil) end

--- The one text of a definition, a list or bare.
local function text_of(definition)
  if type(definition) == "table" then definition = definition[1] end
  return definition
end

--- The kind by whose rows definitions are compared.
local function judge_of(kind, wanted)
  return kind == "policy" and core.types[wanted.type] or kind
end

local function same_definition(kind, a, b)
  a, b = text_of(a), text_of(b)
  if a == b then return true end
  if type(a) ~= "string" or type(b) ~= "string" or not core.collections[kind] then return false end
  return core.definition_equal(kind, a, b)
end

local function plain(value) return value ~= core.null and value or nil end

--- Whether an item of a list is what a body asked for.
local function is_same(kind, wanted, item)
  return plain(item.displayName) == plain(wanted.displayName)
    and not plain(item.isOrganizationDefault) == not plain(wanted.isOrganizationDefault)
    and (not plain(wanted.description) or item.description == wanted.description)
    and (not plain(wanted.type) or item.type == wanted.type)
    and same_definition(judge_of(kind, wanted), item.definition, wanted.definition)
end

--- A list of all policies, by name, and the moment before it was asked for.
local function look(client, making)
  local at = client.clock.now()
  local items, err = making.list()
  if not items then return nil, err end
  local by_name = {}
  for _, item in ipairs(items) do
    local name = plain(item.displayName) or ""
    by_name[name] = by_name[name] or {}
    table.insert(by_name[name], item)
  end
  return { at = at, by_name = by_name }
end

--- The policies in a listing that may be the one that was lost.
local function candidates_of(making, wanted, listing)
  local lot, found = making.lot, {}
  for _, item in ipairs(listing.by_name[plain(wanted.displayName) or ""] or {}) do
    local before = (lot.seen[item.id] or math.huge) <= making.began
      or making.known and making.known[item.id]
    if not before and not lot.made[item.id] and is_same(making.kind, wanted, item) then
      table.insert(found, item)
    end
  end
  return found
end

local function uncertain(making, err, words, ids)
  return errors.new("uncertain", "whether the policy was created is not known: " .. words, {
    cause = err, ids = ids, status = err.status, graph_code = err.graph_code, sent = true,
    request_id = err.request_id, client_request_id = err.client_request_id or making.order.id,
  })
end

local function too_many(making, err, candidates)
  local ids = {}
  for i, item in ipairs(candidates) do ids[i] = item.id end
  return uncertain(making, err, ("%d policies are what was asked for: %s"):format(#ids,
    table.concat(ids, ", ")), ids)
end

--- Looks for a lost create until it is found or replication can no longer hide it.
---@return table? item   as the list has it; false: it was certainly not carried out
---@return bylaw.Error? err  code "uncertain"
local function search(client, making, err, deadline)
  local lot, body, looks = making.lot, making.order.body, 0
  local wanted = core.json_read(body)
  while true do
    client.clock.sleep(retry.look_delay(looks, client.consistency))
    looks = looks + 1
    local listing, trouble = tasks.shared(lot, "listing", look, client, making)
    if listing and not lot.open[body] then -- a like one under way may be the one that is seen
      local candidates = candidates_of(making, wanted, listing)
      if #candidates > (lot.lost[body] or 1) then
        return nil, too_many(making, err, candidates)
      end
      if candidates[1] then return candidates[1] end
      if listing.at >= deadline then return false end
    elseif client.clock.now() > deadline + client.budget then
      return nil, uncertain(making, err, trouble
        and "the list cannot be read: " .. tostring(trouble)
        or "creates of the same policy are under way all the time")
    end
  end
end

local function tell(client, what, making, err, id)
  if not client.on_event then return end
  sender.tell(client, {
    type = what, kind = making.kind, displayName = making.displayName, id = id,
    code = err.code, status = err.status, message = err.message,
    client_request_id = err.client_request_id,
  })
end

--- One sending: a policy; or nil, err, and whether its fate is unknown.
local function send(client, making)
  making:be "open"
  local result, err = sender.send(client, making.order)
  local policy
  if result then policy, err = making.read(result) end
  if policy then return policy end
  return nil, err, retry.verdict(err, true) == "unknown"
end

--- Looks for what was lost. A policy; false: it may be sent again; nil and err.
local function reconcile(client, making, err)
  tell(client, "lost", making, err)
  making:be "lost"
  local item, trouble = search(client, making, err, client.clock.now() + client.consistency)
  if item == false then tell(client, "absent", making, err) end
  if not item then return item, trouble end
  making.lot.made[item.id] = true
  tell(client, "found", making, err, item.id)
  return making.stored(item)
end

local function done(client, making, policy, what)
  making.lot.made[policy.id] = true
  sender.remember(client, policy.id)
  return policy, what
end

--- Sends and looks in turn. A policy and what became of it; or nil, what, err.
local function make(client, making)
  local _ <close> = making
  making.began = client.clock.now()
  local err
  for _ = 1, client.attempts do
    local policy, unknown, trouble
    policy, err, unknown = send(client, making)
    if policy then return done(client, making, policy, "created") end
    if not unknown then return nil, "failed", err end
    if client.consistency == 0 then return nil, "uncertain", err end
    policy, trouble = reconcile(client, making, err)
    if policy then return done(client, making, policy, "found") end
    if trouble then return nil, "uncertain", trouble end
  end
  return nil, "uncertain", uncertain(making, err, ("its answer was lost %d times"):format(
    client.attempts))
end

local function begin(client, making)
  making.lot = lot_of(client, making.kind)
  return setmetatable(making, Making)
end

local function intend(client, making, journal)
  local intent = {
    kind = making.kind, displayName = making.displayName, body = making.order.body,
    date = client.clock.date(),
  }
  if not (journal and journal.before) then return intent end
  local ok, err = journal.before(intent)
  if ok or err == nil then return intent end
  return nil, err
end

local function conclude(journal, outcome)
  if not (journal and journal.after) then return end
  local ok, why = pcall(journal.after, outcome)
  if not ok then warn("bylaw: journal: ", tostring(why)) end
end

--- Creates a policy once.
---@param client bylaw.Client
---@param making bylaw.Making
---@param journal? bylaw.Journal
---@return bylaw.Policy?
---@return bylaw.Error? err  that of the service; "uncertain", where its fate could not be found out
function made_once.create(client, making, journal)
  local intent, refused = intend(client, making, journal)
  if not intent then return nil, refused end
  local policy, what, err = make(client, begin(client, making))
  conclude(journal, { intent = intent, what = what, id = policy and policy.id, err = err })
  return policy, err
end

--- Looks for what an earlier run intended, and never sends anything.
---@param client bylaw.Client
---@param making bylaw.Making
---@param date integer  of the intent
---@return bylaw.Policy|false|nil policy  false: it was certainly not created
---@return bylaw.Error? err
function made_once.recover(client, making, date)
  local left = client.consistency - (client.clock.date() - date)
  begin(client, making).began = -math.huge
  local item, err = search(client, making, {}, client.clock.now() + math.max(0, left))
  if item then return making.stored(item) end
  return item, err
end

return made_once
