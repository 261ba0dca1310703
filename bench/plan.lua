--- How plans grow: 1,000, 10,000 and 100,000 live policies, from memory and from the local Graph.
--- The peer is cjson.decode of the same pages, which is what any tool must do before it can plan.
---
--- Each size is measured in a process of its own, for its memory. BENCH_SIZES="1000 10000" and
--- BENCH_SERVED="1000" make it short.
local bylaw = require "bylaw"
local cjson = require "cjson"
local core = require "bylaw.core"
local desired = require "spec.support.desired"
local live = require "bylaw.live"
local plan = require "bylaw.plan"

local PAGE = 999 -- policies, the most that Graph gives in one
local PART = 10000 -- policies that the local Graph gets at once
local RUNS = 5

local function sizes(name, by_default)
  local list = {}
  for size in (os.getenv(name) or by_default):gmatch "%d+" do
    list[#list + 1] = math.tointeger(size)
  end
  return list
end

--- The definition of the ith: canonical, or as people write it.
local function text_of(i)
  local span = ("%d:%02d:00"):format(i % 22 + 1, i % 60)
  if i % 2 == 0 then
    return ('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"%s"}}'):format(span)
  end
  return ('{ "TokenLifetimePolicy": { "AccessTokenLifetime": "0%s", "Version": 1 } }'):format(
    span):gsub('"0(%d%d:)', '"%1')
end

local function name_of(i) return ("Contoso: policy number %d"):format(i) end

--- Pages as the service writes them.
local function pages_of(count)
  local pages, items = {}, {}
  for i = 1, count do
    items[#items + 1] = assert(core.json_write {
      id = desired.guid(i), deletedDateTime = core.null, definition = { (text_of(i)) },
      displayName = name_of(i), isOrganizationDefault = false,
    })
    if #items == PAGE or i == count then
      pages[#pages + 1] = ('{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#policies'
        .. '/tokenLifetimePolicies","value":[%s]}'):format(table.concat(items, ","))
      items = {}
    end
  end
  return pages
end

--- All of them declared; one in a hundred otherwise than it is live.
local function declare(count)
  local set = { policies = {}, owns = {} }
  for i = 1, count do
    local span = i % 100 == 0 and "23:30:00" or ("%d:%02d:00"):format(i % 22 + 1, i % 60)
    set.policies[i] = { address = "tokenLifetimePolicy.p" .. i, kind = "tokenLifetimePolicy",
      label = "p" .. i, displayName = name_of(i), policy = bylaw.tokenLifetimePolicy {
        displayName = name_of(i), definition = { AccessTokenLifetime = span } } }
  end
  return set
end

local function read(pages)
  local policies = {}
  for _, page in ipairs(pages) do
    local items = core.json_read(page).value
    table.move(items, 1, #items, #policies + 1, policies)
  end
  return { service = "memory", policies = { tokenLifetimePolicy = policies }, assignments = {},
    targets = {}, carried = {} }
end

local function kib(name)
  for line in io.lines "/proc/self/status" do
    local value = line:match("^" .. name .. ":%s+(%d+)")
    if value then return tonumber(value) end
  end
end

--- The best of some runs of each, in seconds. They take turns: what else the machine does only ever
--- adds, and adds to all of them.
local function best_of(runs, ...)
  local best = {}
  for _ = 1, runs do
    for i, fn in ipairs { ... } do
      collectgarbage()
      local began = os.clock()
      fn()
      best[i] = math.min(best[i] or math.huge, os.clock() - began)
    end
  end
  return table.unpack(best)
end

--- Bytes that this process has taken at most since it had `before` KiB.
local function peak_since(before) return (kib "VmHWM" - before) * 1024 end

--- One size, in this process.
local function measure(count, declared)
  local pages, bytes = pages_of(count), 0
  for _, page in ipairs(pages) do bytes = bytes + #page end
  local set = declare(declared)
  collectgarbage()
  local before = kib "VmRSS"
  assert(#plan.make(set, read(pages)).changes == declared // 100)
  local peak = peak_since(before)
  local peer, ours = best_of(RUNS, function()
    local all = {}
    for i, page in ipairs(pages) do all[i] = cjson.decode(page) end
    return all
  end, function() return plan.make(set, read(pages)) end)
  print(("%7d %8d %8.1f %9.1f %9.1f %7.2f %10.2f %8.2f"):format(count, declared, bytes / 2 ^ 20,
    peer * 1e3, ours * 1e3, ours / peer, ours / count * 1e6, peak / bytes))
end

--- A local Graph in this process that has so many policies, and none that is changed.
local function serve(count)
  local emulator = assert(require("bylaw.emulator").start {})
  for first = 1, count, PART do
    local bodies = {}
    for i = first, math.min(count, first + PART - 1) do
      bodies[#bodies + 1] = { displayName = name_of(i), definition = { (text_of(i)) } }
    end
    assert(emulator:seed(core.json_write { tokenLifetimePolicies = bodies }))
  end
  return emulator
end

--- One size, read from a local Graph in another process: time of the clock, since who reads waits.
local function measure_served(count, url, token)
  local client <close> = assert(bylaw.connect { endpoint = url, credential = token })
  local set, now = declare(count), bylaw.tasks.now
  local reading, planning, peak = math.huge, math.huge, nil
  assert(client:request("GET", "/policies/tokenLifetimePolicies?$top=1")) -- connected, all loaded
  collectgarbage()
  local before = kib "VmRSS"
  for _ = 1, RUNS do
    collectgarbage()
    local began = now()
    local seen = assert(live.read(client, set))
    local read_at = now()
    assert(#assert(plan.make(set, seen)).changes == count // 100)
    reading, planning = math.min(reading, read_at - began), math.min(planning, now() - read_at)
    peak = peak or peak_since(before)
  end
  local bytes = 0
  for _, page in ipairs(pages_of(count)) do bytes = bytes + #page end
  print(("%7d %8.1f %9.1f %9.1f %10.2f %8.2f"):format(count, bytes / 2 ^ 20, reading * 1e3,
    planning * 1e3, (reading + planning) / count * 1e6, peak / bytes))
end

local function in_process(...)
  local command = table.concat({ arg[-1] or "lua5.4", arg[0], ... }, " ")
  if not os.execute(command) then os.exit(1) end
end

if arg[1] == "memory" then
  measure(math.tointeger(arg[2]), math.tointeger(arg[3]))
elseif arg[1] == "served" then
  measure_served(math.tointeger(arg[2]), arg[3], arg[4])
else
  print "plan: decode the pages, meet, compare; a change in every hundredth"
  print "   live declared      MiB  cjson ms   plan ms  plan/cjson  us/policy  peak/payload"
  for _, size in ipairs(sizes("BENCH_SIZES", "1000 10000 100000")) do
    in_process("memory", size, size)
    if size > 1000 then in_process("memory", size, 1000) end
  end
  print "plan, read from the local Graph"
  print "   live      MiB   read ms   plan ms  us/policy  peak/payload"
  for _, size in ipairs(sizes("BENCH_SERVED", "1000 10000 100000")) do
    local emulator <close> = serve(size)
    in_process("served", size, emulator.url, emulator.token)
  end
end
