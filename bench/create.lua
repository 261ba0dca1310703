--- Creates a second over one kept-alive connection, against a bare libcurl loop in C on the same
--- server in the same run. Everything runs on one core: over loopback the wake-ups across cores
--- would drown what is compared.
---   lua5.4 bench/create.lua
---   lua5.4 bench/create.lua client URL TOKEN N   our side alone, for a profiler
local bylaw = require "bylaw"
local monotime = require("system").monotime

local ROUNDS, COUNT = 7, 3000
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

--- The emulator in a process of its own, on the same core; stops with its pipe.
local function start_server()
  local token = "bench"
  local server = assert(io.popen(ONE_CORE .. "bin/bylaw emulator --port 0 --store :memory: --token "
    .. token .. " 2>/dev/null & echo $!; wait", "r"))
  local pid = server:read "l"
  local url = server:read("l"):match "http://%S+"
  return { url = url, token = token, stop = function()
    os.execute("kill " .. pid)
    server:close()
  end }
end

if arg[1] == "client" then
  print(("%.6f"):format(client_side(arg[2], arg[3], tonumber(arg[4]))))
  os.exit(0)
end

local server = start_server()
local ours = ("lua5.4 bench/create.lua client %s %s %d"):format(server.url, server.token, COUNT)
local bare = ("build/bench/create %s/v1.0/policies/tokenLifetimePolicies %s '%s' %d"):format(
  server.url, server.token, bylaw.encode(policy), COUNT)
local rates, bare_rates, ratios = {}, {}, {}
for round = 1, ROUNDS do
  local our_seconds, bare_seconds = number_of(ours), number_of(bare)
  rates[round], bare_rates[round] = COUNT / our_seconds, COUNT / bare_seconds
  ratios[round] = bare_seconds / our_seconds
end
server.stop()
print("create, one connection   bylaw/s   libcurl/s   ratio")
print(("%-24s %8.0f   %9.0f   %5.2f"):format("", median(rates), median(bare_rates), median(ratios)))
