--- Many things done side by side: `bylaw.map(items, fn, options)`.
local core = require "bylaw.core"
local options = require "bylaw.options"
local tasks = require "bylaw.tasks"

---@class bylaw.MapOptions
---@field concurrency? integer  calls of fn that are under way at once, 16 by default
---@field on_error? "finish"|"cancel"|"continue"  what an error of one means for the others:
---  "finish", the default, begins no more and lets finish what is under way; "cancel" drops that
---  too, and a write that is dropped may have been carried out; "continue" goes on with all of them

local OPTIONS = { concurrency = "number", on_error = "string" }
local ON_ERROR = { "finish", "cancel", "continue" }
local MOST = 1000

--- A function that gives item after item, nil at the end.
local function feed_of(items)
  if type(items) == "function" then return items end
  if type(items) ~= "table" then
    error("map: items must be a list or a function, not a " .. type(items), 4)
  end
  local i = 0
  return function()
    i = i + 1
    return items[i]
  end
end

--- The next item and its number. A feed may wait itself, and is never asked twice at once.
local function take(run)
  while run.asking do
    local waiter = {}
    table.insert(run.hungry, waiter)
    tasks.wait(waiter)
  end
  local ok, item = true, nil
  if not run.halted then
    run.asking = true
    ok, item = pcall(run.feed)
    run.asking = false
  end
  if run.hungry[1] then tasks.wake(table.remove(run.hungry, 1)) end
  if ok and item ~= nil then
    run.count = run.count + 1
    return run.count, item
  end
  run.halted = true
  if not ok then run.raised = run.raised or { item } end
end

local function refuse(run, i, err)
  run.results.errors[i] = err
  if run.on_error == "continue" then return end
  run.err, run.halted = run.err or err, true
  if run.on_error == "cancel" then run:cancel() end
end

--- What one call of fn came to. An error of the world may be returned or raised; anything else that
--- is raised is a mistake, and goes to the caller of map.
local function settle(run, i, ok, value, err)
  if ok and (value ~= nil or err == nil) then
    run.results[i] = value
  elseif ok then
    refuse(run, i, err)
  elseif getmetatable(value) == core.error_metatable then
    refuse(run, i, value)
  else
    run.halted, run.raised = true, run.raised or { value }
  end
end

local function work(run)
  while true do
    local i, item = take(run)
    if not i then break end
    settle(run, i, pcall(run.fn, item, i))
  end
end

local Run = {}
Run.__index = Run

function Run:cancel()
  for _, task in ipairs(self.tasks) do task:cancel() end
end

Run.__close = Run.cancel

--- Workers take item after item, so that there are never more coroutines than asked for.
local function begin(items, fn, given)
  local run <const> = setmetatable({
    feed = feed_of(items), fn = fn, count = 0, hungry = {}, tasks = {}, results = { errors = {} },
    on_error = given.on_error or "finish",
  }, Run)
  local workers = given.concurrency or 16
  if type(items) == "table" then workers = math.min(workers, math.max(1, #items)) end
  for i = 1, workers do run.tasks[i] = tasks.spawn(work, run) end
  return run
end

local function check(fn, most)
  if type(fn) ~= "function" then error("map: a function was expected, not a " .. type(fn), 3) end
  if most and not (math.type(most) == "integer" and most >= 1 and most <= MOST) then
    error("map: concurrency must be a whole number from 1 to " .. MOST, 3)
  end
end

--- Calls fn(item, i) for each item, some of them side by side: what waits for the service in one
--- lets the others go on. Only as many items are held as are under way.
---
--- `items` is a list, or a function that gives one item a call and nil at the end, such as
--- `client:each(kind)`. What fn returns first is its result; `nil, err`, or an err that it raises,
--- is an error. Any other error that it raises ends the map like "finish" and is raised again.
---@param items any[]|fun(): any
---@param fn fun(item: any, i: integer): any, any
---@param given? bylaw.MapOptions
---@return table? results  results[i] of the ith item, `n`, how many there were, and `errors`, by
---  number; nil where an error ended it
---@return bylaw.Error? err  the first
---@return table? results  of those that were done all the same
local function map(items, fn, given)
  given = options.check("map", given, OPTIONS)
  if given.on_error then options.choice("map: on_error", given.on_error, ON_ERROR) end
  check(fn, given.concurrency)
  local run <close> = begin(items, fn, given)
  for _, task in ipairs(run.tasks) do
    task:await()
    if not task.ok and not task.cancelled then error(task.results[1], 0) end
  end
  if run.raised then error(run.raised[1], 0) end
  run.results.n = run.count
  if run.err then return nil, run.err, run.results end
  return run.results
end

return map
