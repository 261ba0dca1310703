--- What a host runs in its Lua state: keeps a service as its users' files of policies declare it.
--- It waits nowhere by itself: each file is a task, and the host's event loop gives the turns.
local bylaw = require "bylaw"

local keeper = {}

---@class keeper.Config
---@field endpoint string
---@field credential string|table
---@field policies string[]       files of users; what is in them is not trusted
---@field limits? bylaw.Limits    of each file; while one runs, the host's loop lies still
---@field every? number           seconds from one round to the next; nil: one round

--- The first line of what is wrong, for a log.
local function reason(err)
  local problem = err.problems and err.problems[1]
  return problem and problem.message or err.message
end

--- Makes a service as one file declares it: what was done, or nil and why not.
local function keep(client, path, limits)
  local desired, err = bylaw.load(path, { environment = false, limits = limits })
  if not desired then return nil, reason(err) end
  local plan
  plan, err = bylaw.plan(client, desired)
  if not plan then return nil, reason(err) end
  local outcome = bylaw.apply(client, plan)
  for _, result in ipairs(outcome.results) do
    if result.err then return nil, ("%s: %s"):format(result.address, reason(result.err)) end
  end
  return ("%d added, %d changed, %d removed"):format(outcome.added, outcome.changed,
    outcome.removed)
end

local function round(client, config, say)
  bylaw.map(config.policies, function(path)
    local done, why = keep(client, path, config.limits)
    say(("%s: %s"):format(path:match "[^/]*$", done or "left alone: " .. why))
    return true
  end)
end

--- Begins to keep. Returns at once; what is said comes in the turns that the host gives.
---@param config keeper.Config
---@param say fun(line: string)
function keeper.start(config, say)
  local client = assert(bylaw.connect {
    endpoint = config.endpoint, credential = config.credential,
  })
  local function run()
    local closing <close> = client -- luacheck: ignore (closed when the task ends)
    repeat
      round(client, config, say)
      if config.every then bylaw.tasks.sleep(config.every) end
    until not config.every
  end
  bylaw.tasks.spawn(function()
    local ok, why = pcall(run)
    if not ok then say("ended: " .. tostring(why)) end
  end)
end

return keeper
