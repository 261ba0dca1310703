--- Creates a second with 1, 16 and 64 in flight, against a bare libcurl multi loop in C, `curl -Z`
--- and Microsoft's Graph client for JavaScript, on the same server in the same run; instructions a
--- create; memory while a map goes over 100,000 items. The server keeps its policies as it does by
--- default, in a file, and then in memory; and it shares a core with the client, where each create
--- costs both of them, and then has one of its own, where a create waits for the slower one and for
--- wake-ups across cores. The last ratio is what the bare loop itself has on `curl -Z`.
---   lua5.4 bench/client.lua
---   lua5.4 bench/client.lua side URL TOKEN COUNT IN_FLIGHT   our side alone
---   lua5.4 bench/client.lua map URL TOKEN COUNT              memory of a map
local bylaw = require "bylaw"
local now = require("bylaw.core").now

local ROUNDS, COUNT = 5, 3000
local CORE = "taskset -c %d "
local STORE = "build/bench/client.db"
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
local function numbers_of(core, command)
  local pipe = assert(io.popen(CORE:format(core) .. command .. " 2>/dev/null"))
  local first, second = pipe:read("n", "n")
  return pipe:close() and first, second
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local function remove_store()
  for _, tail in ipairs { "", "-wal", "-shm" } do os.remove(STORE .. tail) end
end

local function start_server(store)
  remove_store()
  local server = assert(io.popen(("%sbin/bylaw emulator --port 0 --store %s --token bench"
    .. " 2>/dev/null & echo $!; wait"):format(CORE:format(0), store), "r"))
  local pid = server:read "l"
  return server:read("l"):match "http://%S+", function()
    os.execute("kill " .. pid)
    server:close()
    remove_store()
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
local function clocked(core, command)
  local start = now()
  return os.execute(CORE:format(core) .. command .. " >/dev/null 2>&1") and now() - start
end

local ROW = "%-8s %-8s %9s %9s %10s %9s %9s %9s %9s"

local function shown(list) return list[1] and ("%.2f"):format(median(list)) or "-" end

local function race(url, store, core, flying)
  local all, ratios = commands(url, flying), { multi = {}, curl = {}, npm = {}, bare = {} }
  local rates, memories = {}, {}
  for round = 1, ROUNDS do
    local ours, kib = numbers_of(core, all.ours)
    local multi, curl = numbers_of(core, all.multi), clocked(core, all.curl)
    local npm, npm_kib = nil, nil
    if round == 1 then npm, npm_kib = numbers_of(core, all.npm) end
    rates[round] = COUNT / ours
    table.insert(ratios.multi, multi / ours)
    if curl then
      table.insert(ratios.curl, curl / ours)
      table.insert(ratios.bare, curl / multi)
    end
    if npm then
      table.insert(ratios.npm, npm / ours)
      table.insert(memories, kib / npm_kib)
    end
  end
  print(ROW:format(store == STORE and "file" or "memory", core == 0 and "shared" or "its own",
    flying, median(rates) // 1 | 0, shown(ratios.multi), shown(ratios.curl), shown(ratios.npm),
    shown(memories), shown(ratios.bare)))
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

local function races(store)
  local url, stop = start_server(store)
  for core = 0, 1 do
    for _, flying in ipairs { 1, 16, 64 } do race(url, store, core, flying) end
  end
  stop()
end

local file = assert(io.open("build/bench/body.json", "w"))
file:write(body)
file:close()
print(ROW:format("store", "core", "in flight", "creates/s", "libcurl =1", "curl -Z", "npm =1",
  "memory", "libcurl/-Z"))
races(STORE)
races ":memory:"
local url, stop = start_server ":memory:"
local ours = instructions(("lua5.4 bench/client.lua side %s bench %%d 1"):format(url))
local bare = instructions(("build/bench/create %s%s bench '%s' %%d"):format(url, COLLECTION,
  (body:gsub("%%", "%%%%"))))
if ours then
  print(("instructions a create: %.0f, of bare libcurl %.0f, ratio %.2f"):format(ours, bare,
    ours / bare))
end
os.execute(CORE:format(0) .. ("lua5.4 bench/client.lua map %s bench 100000"):format(url))
stop()
