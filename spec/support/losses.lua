--- Many creates against a local Graph that loses, refuses and repeats; counted in its store.
local bylaw = require "bylaw"
local tasks = require "bylaw.tasks"

local losses = {}

local HASTE = 100 -- how much faster the client's clock runs

--- 30 % of the creates meet trouble of every sort, half of it behind the commit. Each rule is asked
--- where those before it did not fire.
local RULES = {
  { cut = "before", how = "close" }, { cut = "after", how = "close" },
  { cut = "before", how = "reset" }, { cut = "after", how = "reset" },
  { cut = "before", how = "half" }, { cut = "after", how = "half" },
  { status = 500 }, { status = 500, applied = true },
  { status = 503, retry_after = "1" }, { status = 503, applied = true },
  { status = 504 }, { status = 504, applied = true },
  { status = 429, retry_after = "1.5" }, { body = "truncated" },
  { status = 409, code = "Directory_ConcurrencyViolation" }, { body = "html" },
  { status = 502 }, { body = "empty" },
}
local SHARE = 0.3

local function trouble(emulator)
  for i, rule in ipairs(RULES) do
    local share = SHARE / #RULES
    local given = { method = "POST", probability = share / (1 - share * (i - 1)) }
    for name, value in pairs(rule) do given[name] = value end
    emulator:fault(given)
  end
  emulator:fault { method = "GET", status = 503, probability = 0.05 }
end

local function hurried()
  return {
    now = function() return tasks.now() * HASTE end, date = os.time, random = math.random,
    sleep = function(seconds) tasks.sleep(seconds / HASTE) end,
  }
end

--- The policies in the store, by name, asked for without trouble.
local function stored(emulator)
  emulator:calm()
  local client <close> = assert(bylaw.connect {
    endpoint = emulator.url, credential = emulator.token })
  local names, count = {}, 0
  for p in client:each "tokenLifetimePolicy" do
    names[p.displayName] = (names[p.displayName] or 0) + 1
    count = count + 1
  end
  return names, count
end

--- Creates `count` policies under trouble. What there was in the end: policies in the store, names
--- that are missing and that are there twice, creates that ended in an error, answers lost.
function losses.run(count, concurrency, seed)
  local emulator = assert(require("bylaw.emulator").start { random_seed = seed })
  trouble(emulator)
  local lost = 0
  local client <close> = assert(bylaw.connect {
    endpoint = emulator.url, credential = emulator.token, max_connections = concurrency,
    attempts = 12, consistency = 20, budget = 300 * HASTE, -- of this machine's seconds
    on_event = function(event) if event.type == "lost" then lost = lost + 1 end end,
  })
  client.clock, client.pacer = hurried(), require("bylaw.pacer").new()
  local i = 0
  local results = assert(bylaw.map(function()
    i = i + 1
    return i <= count and i or nil
  end, function(n)
    local p, err = client:create(bylaw.tokenLifetimePolicy {
      displayName = "policy " .. n, definition = { AccessTokenLifetime = "8:00:00" } })
    return p and p.id, err
  end, { concurrency = concurrency, on_error = "continue" }))
  local names, total = stored(emulator)
  local outcome = { stored = total, lost = lost, missing = 0, twice = 0, errors = 0 }
  for n = 1, count do
    local there = names["policy " .. n] or 0
    if there == 0 then outcome.missing = outcome.missing + 1 end
    if there > 1 then outcome.twice = outcome.twice + 1 end
    if results.errors[n] then
      outcome.errors = outcome.errors + 1
      outcome.first_error = outcome.first_error or tostring(results.errors[n])
    end
  end
  emulator:stop()
  return outcome
end

return losses
