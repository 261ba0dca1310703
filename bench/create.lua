--- Creates a second over one kept-alive connection, against a bare libcurl loop in C on the same
--- server in the same run. Everything runs on one core: over loopback the wake-ups across cores
--- would drown what is compared.
---   lua5.4 bench/create.lua
---   lua5.4 bench/create.lua client URL TOKEN N   our side alone, for a profiler
local bylaw = require "bylaw"
local monotime = require("system").monotime

local ROUNDS, COUNT = 7, 2000
local ONE_CORE = "taskset -c 0 "

local policy = bylaw.tokenLifetimePolicy {
  displayName = "CustomTokenLifetimePolicy", definition = { AccessTokenLifetime = "8:00:00" },
}

--- Seconds of `n` creates through a client, without the first, which connects.
local function client_side(url, token, n)
  local client <close> = assert(bylaw.connect { endpoint = url, credential = token })
  assert(client:create(policy))
  local start = monotime()
  for _ = 1, n do assert(client:create(policy)) end
  return monotime() - start
end

--- The number that a command prints.
local function number_of(command)
  local pipe = assert(io.popen(ONE_CORE .. command))
  local line = pipe:read "l"
  assert(pipe:close(), command)
  return assert(tonumber(line), command)
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

--- The local Graph in a process of its own, on the same core; stops with its pipe.
local function start_server(store)
  local server = assert(io.popen(("%sbin/bylaw emulator --port 0 --store %s --token bench"
    .. " 2>/dev/null & echo $!; wait"):format(ONE_CORE, store), "r"))
  local pid = server:read "l"
  local url = server:read("l"):match "http://%S+"
  return { url = url, stop = function()
    os.execute("kill " .. pid)
    server:close()
  end }
end

--- Creates a second of both sides and their ratio, medians of all rounds.
local function compare(store)
  local server = start_server(store)
  local ours = ("lua5.4 bench/create.lua client %s bench %d"):format(server.url, COUNT)
  local bare = ("build/bench/create %s/v1.0/policies/tokenLifetimePolicies bench '%s' %d"):format(
    server.url, bylaw.encode(policy), COUNT)
  local rates, bare_rates, ratios = {}, {}, {}
  for round = 1, ROUNDS do
    local our_seconds, bare_seconds = number_of(ours), number_of(bare)
    rates[round], bare_rates[round] = COUNT / our_seconds, COUNT / bare_seconds
    ratios[round] = bare_seconds / our_seconds
  end
  server.stop()
  return median(rates), median(bare_rates), median(ratios)
end

if arg[1] == "client" then
  print(("%.6f"):format(client_side(arg[2], arg[3], tonumber(arg[4]))))
  os.exit(0)
end

local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir " .. folder))
print("create, one connection   bylaw/s   libcurl/s   ratio")
for _, row in ipairs { { "durable, as by default", folder .. "/store.db" },
                       { "in memory", ":memory:" } } do
  print(("%-24s %8.0f   %9.0f   %5.2f"):format(row[1], compare(row[2])))
end
os.execute("rm -r " .. folder)
