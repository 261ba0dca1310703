--- Exchanges over a pool of connections: a call goes out, its result comes back, and whoever waits
--- lets the other tasks go on.
local tasks = require "bylaw.tasks"

local transport = {}

---@class bylaw.Call: bylaw.PoolRequest, bylaw.Waiter
---@field trace? string  the client-request-id that a traced call was sent with, once it has ended

---@class bylaw.Result
---@field status integer
---@field headers table<string, string>  names in lower case
---@field body string
---@field seconds number
---@field policy? bylaw.Policy  where the call reads one and got it: status and this are then all

---@class bylaw.Transport
---@field pool bylaw.Pool
---@field private waiting table<integer, bylaw.Waiter>  by the id of their request
---@field private watched boolean  while somebody waits
local Transport = { __name = "bylaw.transport" }
Transport.__index = Transport

local SLICE = 0.5 -- seconds that a wait lasts at most, so that Lua sees an interrupt

---@param pool bylaw.Pool  it stays the caller's
---@return bylaw.Transport
function transport.new(pool)
  return setmetatable({ pool = pool, waiting = {}, watched = false }, Transport)
end

--- Once somebody has stopped waiting.
local function rest(self)
  if next(self.waiting) then return end
  self.watched = false
  tasks.unwatch(self)
end

--- What a waiter does when its wait is given up.
local function forget(waiter)
  local self = waiter.transport
  self.waiting[waiter.id] = nil
  rest(self)
  self.pool:cancel(waiter.id)
end

--- Waits for a call, which is itself what its task waits for, unless another task waits for the
--- same one.
local function wait_for(self, call, id)
  if call.done == false then call = {} end
  call.transport, call.id, call.forget, call.done = self, id, forget, false
  self.waiting[id] = call
  if not self.watched then
    self.watched = true
    tasks.watch(self)
  end
  local result, err = tasks.wait(call)
  call[1], call[2], call.task = nil, nil, nil
  return result, err
end

--- The same where this request is all there is.
local function wait_alone(self, id)
  while true do
    local list, err = self.pool:wait(SLICE)
    if not list then return nil, err end
    for i = 1, #list do
      if list[i].id == id then return list[i] end
    end
  end
end

--- Lets the pool work, for `seconds` at most, and wakes those whose request has ended. The
--- scheduler calls it.
---@param seconds number
function Transport:collect(seconds)
  local list, err = self.pool:wait(seconds)
  if not list then
    for id, waiter in next, self.waiting do
      self.waiting[id] = nil
      tasks.wake(waiter, nil, err)
    end
    return rest(self)
  end
  local waiting = self.waiting
  for i = 1, #list do
    local result = list[i]
    local waiter = waiting[result.id]
    if waiter then
      waiting[result.id] = nil
      tasks.wake(waiter, result)
    end
  end
  rest(self)
end

--- Waits alone, and gives up the request when it is interrupted.
local function settle_alone(self, id)
  local ok, result, err = pcall(wait_alone, self, id)
  if ok then return result, err end
  self.pool:cancel(id)
  error(result, 0)
end

--- Sends one request and waits for its end. It repeats nothing and adds nothing.
---@param call bylaw.Call
---@return bylaw.Result? result
---@return bylaw.Error? err  with `sent`, whether any of the request left this machine, and
---  `status`, where that much of an answer came
---@return table? part  of an answer that was cut: status, headers, seconds
function Transport:send(call)
  local id, refused = self.pool:submit(call)
  if not id then return nil, refused end
  local result, err
  if tasks.alone() then
    result, err = settle_alone(self, id)
  else
    result, err = wait_for(self, call, id)
  end
  call.trace = result and result.trace
  if not result then return nil, err end
  if result.policy or result.body then return result end
  err = result.err
  err.sent, err.status, result.headers = result.sent, result.status, result.headers or {}
  return nil, err, result
end

--- Waits some time; other tasks go on.
---@param seconds number
function Transport.sleep(_, seconds) tasks.sleep(seconds) end

return transport
