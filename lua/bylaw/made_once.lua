--- A create that is carried out once, though its answer may be lost: it is looked for in the list,
--- by meaning, for as long as replication may take, and only then sent again.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local policy_module = require "bylaw.policy"
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

--- What creates of a kind have in common with one client.
---@class bylaw.Home
---@field kind string
---@field url string
---@field bucket bylaw.Bucket
---@field reads? string  the kind, where the pool can read its policies
---@field read fun(order: bylaw.Order, result: bylaw.Result): bylaw.Policy?, bylaw.Error?
---@field list fun(): table[]?, bylaw.Error?  the policies as they stand in the service's JSON
---@field lot? bylaw.Lot

--- What is under way with policies of one kind.
---@class bylaw.Lot
---@field open bylaw.Making[]  creates whose fate will be told yet; each knows its place
---@field count integer        of those
---@field lost table<bylaw.Making, true>  creates whose answer was lost
---@field spare? bylaw.Making  that have ended, each knows the next
---@field seen table<string, number>      ids that a list had, and when it had come

--- A create on its way.
---@class bylaw.Making: bylaw.Order
---@field home bylaw.Home
---@field lot bylaw.Lot
---@field place? integer  in lot.open, while it is there
---@field next? bylaw.Making  in lot.spare
---@field known? table<string, true>  ids that were there before
---@field began number
local Making = {}

---@return bylaw.Lot
local function lot_of(client, kind)
  local lot = client.lots[kind]
  if not lot then
    lot = { open = {}, count = 0, lost = {}, seen = {} }
    client.lots[kind] = lot
  end
  return lot
end

--- Puts a create among the open ones. As a list they cost less than as a set, which Lua lays out
--- anew again and again where as many come as go.
local function open(making)
  local lot = making.lot
  local place = lot.count + 1
  lot.open[place], lot.count, making.place = making, place, place
end

--- Takes it out again; the last one takes its place.
local function close(making)
  local lot, place = making.lot, making.place
  if not place then return end
  local last = lot.open[lot.count]
  lot.open[place], last.place = last, place
  lot.open[lot.count], lot.count, making.place = nil, lot.count - 1, nil
end

--- However a create ends, nobody waits for it any more.
function Making:__close()
  close(self)
  self.lot.lost[self] = nil
end

--- Keeps in mind that a list had these policies, so that none of them passes for one made later.
function made_once.saw(client, kind, items)
  local lot, now = lot_of(client, kind), client.clock.now()
  for _, item in ipairs(items) do lot.seen[item.id] = lot.seen[item.id] or now end
end

--- How many creates whose answer was lost are of the same policy.
local function count_lost(lot, body)
  local n = 0
  for making in next, lot.lost do
    if making.body == body then n = n + 1 end
  end
  return n
end

--- Whether a create of the same policy is open.
local function is_open(lot, body)
  for _, making in ipairs(lot.open) do
    if making.body == body then return true end
  end
  return false
end

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
local function look(client, home)
  local at = client.clock.now()
  local items, err = home.list()
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
local function candidates_of(client, making, wanted, listing)
  local lot, found = making.lot, {}
  for _, item in ipairs(listing.by_name[plain(wanted.displayName) or ""] or {}) do
    local before = (lot.seen[item.id] or math.huge) <= making.began
      or making.known and making.known[item.id]
    if not before and not client.made:has(item.id)
      and is_same(making.home.kind, wanted, item) then
      table.insert(found, item)
    end
  end
  return found
end

local function uncertain(making, err, words, ids)
  return errors.new("uncertain", "whether the policy was created is not known: " .. words, {
    cause = err, ids = ids, status = err.status, graph_code = err.graph_code, sent = true,
    request_id = err.request_id, client_request_id = err.client_request_id or making.trace,
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
  local lot, body, looks = making.lot, making.body, 0
  local wanted = core.json_read(body)
  while true do
    client.clock.sleep(retry.look_delay(looks, client.consistency))
    looks = looks + 1
    local listing, trouble = tasks.shared(lot, "listing", look, client, making.home)
    -- where a like one is under way, it may be the one that is seen
    if listing and not is_open(lot, body) then
      local candidates = candidates_of(client, making, wanted, listing)
      if #candidates > math.max(1, count_lost(lot, body)) then
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
    type = what, kind = making.home.kind, displayName = core.json_read(making.body).displayName,
    id = id, code = err.code, status = err.status, message = err.message,
    client_request_id = err.client_request_id,
  })
end

--- One sending: a policy; or nil, err, and whether its fate is unknown. After a success it stays
--- open, since it ends with that.
local function send(client, making)
  open(making)
  local policy, result, err
  result, err = sender.send(client, making)
  if result then
    policy = result.policy
    if policy then return policy end
    policy, err = making.home.read(making, result)
    if policy then return policy end
  end
  close(making)
  return nil, err, retry.verdict(err, true) == "unknown"
end

--- Looks for what was lost. A policy; false: it may be sent again; nil and err.
local function reconcile(client, making, err)
  local lost = making.lot.lost
  tell(client, "lost", making, err)
  lost[making] = true
  local item, trouble = search(client, making, err, client.clock.now() + client.consistency)
  lost[making] = nil
  if item == false then tell(client, "absent", making, err) end
  if not item then return item, trouble end
  client.made:add(item.id)
  tell(client, "found", making, err, item.id)
  return policy_module.stored(making.home.kind, item)
end

--- Sends and looks in turn. A policy and what became of it; or nil, what, err.
local function make(client, making)
  local _ <close> = making
  local err
  for _ = 1, client.attempts do
    local policy, unknown, trouble
    policy, err, unknown = send(client, making)
    if policy then
      client.made:add(policy.id)
      return policy, "created"
    end
    if not unknown then return nil, "failed", err end
    if client.consistency == 0 then return nil, "uncertain", err end
    policy, trouble = reconcile(client, making, err)
    if policy then return policy, "found" end
    if trouble then return nil, "uncertain", trouble end
  end
  return nil, "uncertain", uncertain(making, err, ("its answer was lost %d times"):format(
    client.attempts))
end

--- A create that has ended serves another, which is cheaper than a new table: with nothing left in
--- it of the one before, and of its token.
local function recycle(making)
  making.body, making.known, making.trace, making.fresh = nil, nil, nil, nil
  making.token, making.lines, making.headers = nil, nil, nil
  making.next, making.lot.spare = making.lot.spare, making
end

--- A new one, with room for what will be filled in.
local function new(home)
  return setmetatable({
    nil, nil, nil, done = nil, task = nil, transport = nil, id = nil, forget = nil, -- as a waiter
    method = "POST", url = home.url, body = nil, once = true, bucket = home.bucket, timeout = nil,
    traced = true, trace = nil, token = nil, lines = nil, home = home, lot = home.lot, place = nil,
    known = nil, began = nil, reads = nil, next = nil,
  }, Making)
end

local function begin(client, home, body, known)
  local lot = home.lot
  if not lot then
    lot = lot_of(client, home.kind)
    home.lot = lot
  end
  local making = lot.spare
  if making then
    lot.spare, making.next = making.next, nil
  else
    making = new(home)
  end
  making.timeout, making.began = client.timeout, client.clock.now()
  making.body, making.known = body, known
  making.reads = not client.on_event and home.reads or nil -- who is told wants all of the answer
  return making
end

local function intend(client, home, body, journal)
  local intent = {
    kind = home.kind, displayName = core.json_read(body).displayName, body = body,
    date = client.clock.date(),
  }
  if not journal.before then return intent end
  local ok, err = journal.before(intent)
  if ok or err == nil then return intent end
  return nil, err
end

local function conclude(journal, outcome)
  if not journal.after then return end
  local ok, why = pcall(journal.after, outcome)
  if not ok then warn("bylaw: journal: ", tostring(why)) end
end

--- Creates a policy once.
---@param client bylaw.Client
---@param home bylaw.Home
---@param body string
---@param given bylaw.CreateOptions
---@return bylaw.Policy?
---@return bylaw.Error? err  that of the service; "uncertain", where its fate could not be found out
function made_once.create(client, home, body, given)
  local journal = given.journal or client.journal
  local intent, refused
  if journal then
    intent, refused = intend(client, home, body, journal)
    if not intent then return nil, refused end
  end
  local making = begin(client, home, body, given.known)
  local policy, what, err = make(client, making)
  recycle(making)
  if journal then
    conclude(journal, { intent = intent, what = what, id = policy and policy.id, err = err })
  end
  return policy, err
end

--- Looks for what an earlier run intended, and never sends anything.
---@param client bylaw.Client
---@param home bylaw.Home
---@param intent bylaw.Intent
---@return bylaw.Policy|false|nil policy  false: it was certainly not created
---@return bylaw.Error? err
function made_once.recover(client, home, intent)
  local making = begin(client, home, intent.body)
  making.began = -math.huge
  local left = client.consistency - (client.clock.date() - intent.date)
  local item, err = search(client, making, {}, client.clock.now() + math.max(0, left))
  if not item then return item, err end
  client.made:add(item.id)
  return policy_module.stored(home.kind, item)
end

return made_once
