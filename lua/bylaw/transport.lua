--- Exchanges over a pool of connections: a call goes out, its result comes back, and whoever waits
--- lets the other tasks go on.
local tasks = require "bylaw.tasks"

local transport = {}

---@class bylaw.Call: bylaw.PoolRequest
---@field trace? string  the client-request-id that a traced call was sent with

---@class bylaw.Result
---@field status integer
---@field headers table<string, string>  names in lower case
---@field body string
---@field seconds number

---@class bylaw.Transport
---@field pool bylaw.Pool
---@field private waiting table<integer, bylaw.Waiter>  by the id of their request
---@field private count integer  of those
local Transport = { __name = "bylaw.transport" }
Transport.__index = Transport

local SLICE = 0.5 -- seconds that a wait lasts at most, so that Lua sees an interrupt

---@param pool bylaw.Pool  it stays the caller's
---@return bylaw.Transport
function transport.new(pool)
  return setmetatable({ pool = pool, waiting = {}, count = 0 }, Transport)
end

--- Nobody waits for this request any more.
local function drop(self, id)
  if not self.waiting[id] then return end
  self.waiting[id], self.count = nil, self.count - 1
  if self.count == 0 then tasks.unwatch(self) end
end

--- What a waiter does when its wait is given up.
local function forget(waiter)
  drop(waiter.transport, waiter.id)
  waiter.transport.pool:cancel(waiter.id)
end

local function wait_for(self, id)
  local waiter = { -- with room for what tasks fills in
    nil, nil, transport = self, id = id, forget = forget, done = false, task = nil,
  }
  self.waiting[id], self.count = waiter, self.count + 1
  tasks.watch(self)
  return tasks.wait(waiter)
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
      drop(self, id)
      tasks.wake(waiter, nil, err)
    end
    return
  end
  for i = 1, #list do
    local result = list[i]
    local waiter = self.waiting[result.id]
    if waiter then
      drop(self, result.id)
      tasks.wake(waiter, result)
    end
  end
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
  local id, trace = self.pool:submit(call)
  if not id then return nil, trace end
  if trace then call.trace = trace end
  local result, err
  if tasks.alone() then
    result, err = settle_alone(self, id)
  else
    result, err = wait_for(self, id)
  end
  if not result then return nil, err end
  if result.body then return result end
  err = result.err
  err.sent, err.status, result.headers = result.sent, result.status, result.headers or {}
  return nil, err, result
end

--- Waits some time; other tasks go on.
---@param seconds number
function Transport.sleep(_, seconds) tasks.sleep(seconds) end

return transport
