--- What starting costs: `bylaw version`, `bylaw validate` of 100 policies and `require "bylaw"`,
--- beside an interpreter that does nothing.
---
--- usage: make bench, or lua5.4 bench/start.lua beside a build
local RUNS, ROUNDS = 20, 5

local folder = assert(io.popen "mktemp -d"):read "l"
local policies = folder .. "/policies.lua"
local file <close> = assert(io.open(policies, "w"))
file:write [[
for i = 1, 100 do
  tokenLifetimePolicy("p" .. i) { displayName = "Policy " .. i,
    definition = { AccessTokenLifetime = "8:00:00" } }
end
]]
file:close()

--- Milliseconds of a command: the best of some rounds, each of many runs in one shell.
local function cost(command)
  local best = math.huge
  for _ = 1, ROUNDS do
    local pipe <close> = assert(io.popen(([[
began=$(date +%%s%%N)
i=0; while [ $i -lt %d ]; do %s >/dev/null || echo failed; i=$((i + 1)); done
ended=$(date +%%s%%N); echo $((ended - began))]]):format(RUNS, command)))
    best = math.min(best, assert(pipe:read "n") / RUNS / 1e6)
  end
  return best
end

local nothing = cost "lua5.4 -e ''"
local function say(words, command)
  local spent = cost(command)
  print(("%-40s %7.2f ms  %5.1f x"):format(words, spent, spent / nothing))
end

print(("%-40s %7.2f ms    1.0 x"):format("lua5.4 -e ''", nothing))
say('require "bylaw"', [[lua5.4 -e 'require "bylaw"']])
say('require "bylaw", and a policy judged', [[lua5.4 -e 'local bylaw = require "bylaw"
  assert(bylaw.validate(bylaw.tokenLifetimePolicy { displayName = "a",
    definition = { AccessTokenLifetime = "8:00:00" } }))']])
say("bylaw version", "lua5.4 bin/bylaw version")
say("bylaw validate, 100 policies", ("lua5.4 bin/bylaw validate '%s'"):format(policies))
os.remove(policies)
os.remove(folder)
