--- Creates a second with 1, 16 and 64 in flight, against a bare libcurl multi loop in C, `curl -Z`
--- and Microsoft's Graph client for JavaScript, on the same server in the same run; instructions a
--- create; memory while a map goes over 100,000 items. Everything runs on one core: over loopback
--- the wake-ups across cores would drown what is compared.
---   lua5.4 bench/client.lua
---   lua5.4 bench/client.lua side URL TOKEN COUNT IN_FLIGHT   our side alone
---   lua5.4 bench/client.lua map URL TOKEN COUNT              memory of a map
local bylaw = require "bylaw"
local now = require("bylaw.core").now

local ROUNDS, COUNT = 5, 3000
local ONE_CORE = "taskset -c 0 "
local COLLECTION = "/v1.0/policies/tokenLifetimePolicies"

local policy = bylaw.tokenLifetimePolicy {
  displayName = "CustomTokenLifetimePolicy", definition = { AccessTokenLifetime = "8:00:00" },
}

local function numbers(n)
  local i = 0
  return function()
    i = i + 1
    return i <= n and i or nil
  end
end

--- A figure of this process from /proc, in KiB.
local function memory(name)
  for line in io.lines "/proc/self/status" do
    local figure = line:match("^" .. name .. ":%s*(%d+)")
    if figure then return tonumber(figure) end
  end
end

local function connect(url, token, flying)
  return assert(bylaw.connect { endpoint = url, credential = token, max_connections = flying })
end

--- Creates `n` policies; seconds.
local function create_many(client, n, flying)
  local start = now()
  if flying == 1 then
    for _ = 1, n do assert(client:create(policy)) end
  else
    assert(bylaw.map(numbers(n), function()
      local made, err = client:create(policy)
      return made and true, err
    end, { concurrency = flying }))
  end
  return now() - start
end

local sides = {}

function sides.side(url, token, n, flying)
  local client <close> = connect(url, token, flying)
  print(("%.6f %d"):format(create_many(client, n, flying), memory "VmHWM"))
end

function sides.map(url, token, n)
  local client <close> = connect(url, token, 16)
  local shown = { [n // 10] = "10 %", [n // 2] = "50 %", [n] = "100 %" }
  assert(bylaw.map(numbers(n), function(i)
    local made, err = client:create(policy)
    if shown[i] then
      collectgarbage()
      print(("map, %-5s %8.0f KiB of Lua's, %6d KiB resident"):format(shown[i],
        collectgarbage "count", memory "VmRSS"))
    end
    return not made and made or nil, err
  end))
end

if sides[arg[1]] then
  sides[arg[1]](arg[2], arg[3], tonumber(arg[4]), tonumber(arg[5]))
  os.exit(0)
end

--- The numbers that a command prints first; nil where it fails.
local function numbers_of(command)
  local pipe = assert(io.popen(ONE_CORE .. command .. " 2>/dev/null"))
  local first, second = pipe:read("n", "n")
  return pipe:close() and first, second
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local function start_server()
  local server = assert(io.popen(("%sbin/bylaw emulator --port 0 --store :memory: --token bench"
    .. " 2>/dev/null & echo $!; wait"):format(ONE_CORE), "r"))
  local pid = server:read "l"
  return server:read("l"):match "http://%S+", function()
    os.execute("kill " .. pid)
    server:close()
  end
end

local body = bylaw.encode(policy)

--- Commands of all sides, for a number in flight.
local function commands(url, flying)
  return {
    ours = ("lua5.4 bench/client.lua side %s bench %d %d"):format(url, COUNT, flying),
    multi = ("build/bench/multi %s%s bench '%s' %d %d"):format(url, COLLECTION, body, COUNT,
      flying),
    curl = ([[sh -c "curl -Z --parallel-max %d -s -f -o /dev/null -w '' -X POST]]
      .. [[ -H 'Authorization: Bearer bench' -H 'Content-Type: application/json']]
      .. [[ -d @build/bench/body.json '%s%s?n=[1-%d]'"]]):format(flying, url, COLLECTION, COUNT),
    npm = ("env NODE_PATH=build/node/clients/node_modules node bench/graph.js %s bench %d %d")
      :format(url, COUNT, flying),
  }
end

--- Seconds of a command that tells none itself.
local function clocked(command)
  local start = now()
  return os.execute(ONE_CORE .. command .. " >/dev/null 2>&1") and now() - start
end

local function race(url, flying)
  local all, ratios = commands(url, flying), { multi = {}, curl = {}, npm = {} }
  local rates, ours_kib, npm_kib = {}, nil, nil
  for round = 1, ROUNDS do
    local ours, kib = numbers_of(all.ours)
    rates[round], ours_kib = COUNT / ours, kib
    local multi, curl = numbers_of(all.multi), clocked(all.curl)
    local npm, npm_peak = nil, nil
    if round == 1 then npm, npm_peak = numbers_of(all.npm) end
    table.insert(ratios.multi, multi / ours)
    if curl then table.insert(ratios.curl, curl / ours) end
    if npm then
      table.insert(ratios.npm, npm / ours)
      npm_kib = npm_peak
    end
  end
  local function shown(list) return list[1] and ("%6.2f"):format(median(list)) or "     -" end
  print(("%9d %9.0f %12s %9s %9s %s"):format(flying, median(rates), shown(ratios.multi),
    shown(ratios.curl), shown(ratios.npm),
    npm_kib and ("%7.2f"):format(ours_kib / npm_kib) or "      -"))
end

--- Instructions of one create: the difference of two runs, so that start-up does not count.
local function instructions(command)
  local figures = {}
  for i, n in ipairs { 200, 1200 } do
    local pipe = assert(io.popen("valgrind --tool=callgrind --callgrind-out-file=/dev/null "
      .. command:format(n) .. " 2>&1"))
    figures[i] = tonumber(pipe:read("a"):match "Collected : (%d+)")
    pipe:close()
  end
  return figures[1] and (figures[2] - figures[1]) / 1000
end

local url, stop = start_server()
local file = assert(io.open("build/bench/body.json", "w"))
file:write(body)
file:close()
print "in flight  creates/s   libcurl =1   curl -Z   npm =1   memory of npm's"
for _, flying in ipairs { 1, 16, 64 } do race(url, flying) end
local ours = instructions(("lua5.4 bench/client.lua side %s bench %%d 1"):format(url))
local bare = instructions(("build/bench/create %s%s bench '%s' %%d"):format(url, COLLECTION,
  (body:gsub("%%", "%%%%"))))
if ours then
  print(("instructions a create: %.0f, of bare libcurl %.0f, ratio %.2f"):format(ours, bare,
    ours / bare))
end
os.execute(ONE_CORE .. ("lua5.4 bench/client.lua map %s bench 100000"):format(url))
stop()
