--- One scheduler for everything that waits: coroutines over what transports and clocks bring.
---
--- Inside a task (a coroutine of this module: `spawn`, `map`) a wait lets the other tasks go on.
--- Anywhere else, on the main thread or in a coroutine of the user's own, the same call simply
--- waits; the tasks that there are go on meanwhile. So a generator made with coroutine.wrap may
--- call the client inside a task: its yields are its own.
local core = require "bylaw.core"

local tasks = {}

local SLICE = 0.5  -- seconds that the program lies still at most, so that Lua sees an interrupt
local SHARE = 0.005 -- seconds for one transport where several are waited for and tell no descriptor
local DEEPEST = 8  -- waits inside one another's tasks; deeper ones let no other task go on

--- Seconds by a clock that nobody sets, and lying still for some. A spec may replace them.
tasks.now = core.now
tasks.pause = core.pause

---@class bylaw.Waiter   what a task waits for; waking it twice is once
---@field done boolean
---@field [1] any         what it was woken with
---@field [2] any
---@field [3] any
---@field task? bylaw.Task  that waits; nil: nobody yet, or no task
---@field forget? fun(waiter: bylaw.Waiter)  gives up what was to wake it

---@class bylaw.Task
---@field co thread
---@field done boolean
---@field ok? boolean       it ended well
---@field cancelled? true
---@field results? table    what it returned, or the error alone
---@field private waiter? bylaw.Waiter  what it waits for just now
---@field private watchers bylaw.Waiter[]  who waits for its end
local Task = { __name = "bylaw.task" }
Task.__index = Task

local ready, first, last = {}, 1, 0 -- tasks to resume, a queue
local sleepers = {} -- waiters with `at`, the next to wake at the end
local sources = {} -- transports with waiters, as keys
local current -- the task that was resumed last and has not given way yet
local depth = 0 -- of waits outside tasks inside one another

--- The task that runs, or nil outside of all.
---@return bylaw.Task?
function tasks.current()
  return current and coroutine.running() == current.co and current or nil
end

local function enqueue(task)
  last = last + 1
  ready[last] = task
end

--- Ends a wait; the task goes on when its turn comes.
---@param waiter bylaw.Waiter
function tasks.wake(waiter, a, b, c)
  if waiter.done then return end
  waiter.done, waiter[1], waiter[2], waiter[3] = true, a, b, c
  if waiter.task then enqueue(waiter.task) end
end

--- A transport is waited for from now on, or no more.
function tasks.watch(source) sources[source] = true end
function tasks.unwatch(source) sources[source] = nil end

--- Lets a task go on. One that was cancelled meanwhile is dead, which is as well; one that yielded
--- of its own accord lets the others go first.
local function resume(task)
  local outer = current
  current = task
  coroutine.resume(task.co)
  current = outer
  if not task.waiter and coroutine.status(task.co) == "suspended" then enqueue(task) end
end

--- Resumes those that were ready when it began.
local function run_ready()
  local limit = last
  while first <= limit do
    local task = ready[first]
    ready[first], first = nil, first + 1
    resume(task)
  end
end

local function wake_sleepers()
  local now = #sleepers > 0 and tasks.now()
  while #sleepers > 0 and sleepers[#sleepers].at <= now do tasks.wake(table.remove(sleepers)) end
end

--- Seconds until something is due by the clock, at most `most`.
local function patience(most)
  if first <= last then return 0 end
  local next_one = sleepers[#sleepers]
  return next_one and math.max(0, math.min(most, next_one.at - tasks.now())) or most
end

--- Lies still until a transport or the clock brings something, or the time is over.
local function look(seconds)
  seconds = patience(seconds)
  local source = next(sources)
  if not source then
    if seconds > 0 then tasks.pause(seconds) end
  elseif not next(sources, source) then
    source:collect(seconds)
  else
    for each in next, sources do each:collect(math.min(seconds, SHARE)) end
  end
  wake_sleepers()
end

local function idle() return first > last and not sleepers[1] and not next(sources) end

local function pump(waiter)
  while true do
    if depth <= DEEPEST then run_ready() end
    if waiter.done then return end
    if idle() then error("bylaw.tasks: a wait for what nobody does", 0) end
    look(SLICE)
  end
end

local function forget(waiter)
  if not waiter.done and waiter.forget then waiter:forget() end
  waiter.done = true
end

--- Waits outside of all tasks. An error on the way, an interrupt say, gives up the wait.
local function block(waiter)
  depth = depth + 1
  local ok, why = pcall(pump, waiter)
  depth = depth - 1
  if ok then return end
  forget(waiter)
  error(why, 0)
end

--- Waits until it is woken, and gives what it was woken with.
---@param waiter bylaw.Waiter
function tasks.wait(waiter)
  if not waiter.done then
    local task = tasks.current()
    if task then
      waiter.task, task.waiter = task, waiter
      coroutine.yield()
      task.waiter = nil
    else
      block(waiter)
    end
  end
  return waiter[1], waiter[2], waiter[3]
end

--- Whether a wait here can be for what another task does.
local function can_wait() return depth < DEEPEST or tasks.current() ~= nil end

--- Whether this call is all there is: no task, nothing that waits.
function tasks.alone()
  return depth == 0 and first > last and not sleepers[1] and not next(sources)
    and not current
end

local function forget_sleep(waiter)
  for i, other in ipairs(sleepers) do
    if other == waiter then return table.remove(sleepers, i) end
  end
end

--- Waits some time. An error on the way ends it: an interrupt is seen within half a second.
---@param seconds number
function tasks.sleep(seconds)
  if seconds <= 0 then return end
  local waiter = { at = tasks.now() + seconds, forget = forget_sleep }
  local i = #sleepers
  while i > 0 and sleepers[i].at <= waiter.at do i = i - 1 end
  table.insert(sleepers, i + 1, waiter)
  tasks.wait(waiter)
end

--- A call that several wait for.
local Shared = {}

function Shared:__close()
  if self.owner[self.key] == self then self.owner[self.key] = nil end
  for _, waiter in ipairs(self.waiters) do tasks.wake(waiter) end
end

local function run_shared(owner, key, fn, ...)
  local call <close> = setmetatable({ owner = owner, key = key, waiters = {} }, Shared)
  owner[key] = call
  call.results = table.pack(fn(...))
  return table.unpack(call.results, 1, call.results.n)
end

--- Calls fn, once for all who ask while it runs: they get its results. One who asks later calls it
--- anew. Where fn raises or its task is cancelled, each of the others tries itself.
---@param owner table  where the call is known under `key` while it runs
---@param key any
---@param fn function
function tasks.shared(owner, key, fn, ...)
  while owner[key] and can_wait() do
    local call, waiter = owner[key], {}
    table.insert(call.waiters, waiter)
    tasks.wait(waiter)
    if call.results then return table.unpack(call.results, 1, call.results.n) end
  end
  return run_shared(owner, key, fn, ...)
end

local function finish(task, ok, ...)
  task.done, task.ok, task.results = true, ok, table.pack(...)
  for _, watcher in ipairs(task.watchers) do tasks.wake(watcher) end
end

--- Begins fn as a task: it runs when somebody waits, or `step` is called.
---@param fn function
---@return bylaw.Task
function tasks.spawn(fn, ...)
  local task, args = setmetatable({ done = false, watchers = {} }, Task), table.pack(...)
  task.co = coroutine.create(function()
    finish(task, pcall(fn, table.unpack(args, 1, args.n)))
  end)
  enqueue(task)
  return task
end

--- Waits until the task has ended, however it does.
---@return bylaw.Task
function Task:await()
  if not self.done then
    local waiter = {}
    table.insert(self.watchers, waiter)
    tasks.wait(waiter)
  end
  return self
end

--- Waits until the task has ended, and gives its results; what it raised is raised.
function Task:join()
  self:await()
  if not self.ok then error(self.results[1], 0) end
  return table.unpack(self.results, 1, self.results.n)
end

--- Ends a task that waits: what it waited for is given up, its to-be-closed variables are closed. A
--- request that is under way may still have been carried out.
---@return boolean cancelled  false: it had ended, or is just now running
function Task:cancel()
  if self.done or coroutine.status(self.co) ~= "suspended" then return false end
  if self.waiter then forget(self.waiter) end
  self.cancelled = true
  finish(self, false, "the task was cancelled")
  coroutine.close(self.co)
  return true
end

--- For a host with an event loop of its own: does what can be done, waiting at most that long for
--- something to do.
---@param seconds? number  0 by default
---@return boolean more  whether anything is still under way
function tasks.step(seconds)
  run_ready()
  if not idle() then look(seconds or 0) end
  run_ready()
  for source in next, sources do source:collect(0) end -- what was just asked for gets under way
  return not idle()
end

--- What such a host waits for between the steps: the sockets of all transports.
---@return { fd: integer, reads: boolean, writes: boolean }[]
function tasks.sockets()
  local all = {}
  for source in next, sources do
    for _, socket in ipairs(source.pool:sockets() or {}) do table.insert(all, socket) end
  end
  return all
end

--- Seconds after which the next step is due though no socket moves; nil: nothing is under way.
---@return number?
function tasks.timeout()
  if idle() then return nil end
  local seconds = patience(math.huge)
  for source in next, sources do seconds = math.min(seconds, source.pool:timeout() or math.huge) end
  return seconds
end

return tasks
