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

--- The best of some runs, in seconds.
local function best(runs, fn)
  local least = math.huge
  for _ = 1, runs do
    collectgarbage()
    local began = os.clock()
    fn()
    least = math.min(least, os.clock() - began)
  end
  return least
end

--- One size, in this process.
local function measure(count, declared)
  local pages, bytes = pages_of(count), 0
  for _, page in ipairs(pages) do bytes = bytes + #page end
  local set = declare(declared)
  collectgarbage()
  local before = kib "VmRSS"
  assert(#plan.make(set, read(pages)).changes == declared // 100)
  local peak = (kib "VmHWM" - before) * 1024
  local peer = best(5, function()
    local all = {}
    for i, page in ipairs(pages) do all[i] = cjson.decode(page) end
    return all
  end)
  local ours = best(5, function() return plan.make(set, read(pages)) end)
  print(("%7d %8d %8.1f %9.1f %9.1f %7.2f %8.2f"):format(count, declared, bytes / 2 ^ 20,
    peer * 1e3, ours * 1e3, ours / peer, peak / bytes))
end

local function measure_served(count)
  local emulator <close> = assert(require("bylaw.emulator").start {})
  local client <close> = assert(bylaw.connect { endpoint = emulator.url,
    credential = emulator.token, max_connections = 64 })
  local set, i = declare(count), 0
  assert(bylaw.map(function()
    i = i + 1
    return i <= count and i or nil
  end, function(n)
    return client:create(bylaw.tokenLifetimePolicy { displayName = name_of(n),
      definition = { AccessTokenLifetime = ("%d:%02d:00"):format(n % 22 + 1, n % 60) } })
  end, { concurrency = 64 }))
  collectgarbage()
  local now = bylaw.tasks.now
  local began = now()
  local seen = assert(live.read(client, set))
  local read_at = now()
  local made = assert(plan.make(set, seen))
  local ended = now()
  assert(#made.changes == count // 100)
  print(("%7d %9.1f %9.1f %12.0f"):format(count, (read_at - began) * 1e3, (ended - read_at) * 1e3,
    count / (ended - began)))
end

local function in_process(...)
  local command = table.concat({ arg[-1] or "lua5.4", arg[0], ... }, " ")
  if not os.execute(command) then os.exit(1) end
end

if arg[1] == "memory" then
  measure(math.tointeger(arg[2]), math.tointeger(arg[3]))
elseif arg[1] == "served" then
  measure_served(math.tointeger(arg[2]))
else
  print "plan: decode the pages, meet, compare; a change in every hundredth"
  print "   live declared      MiB  cjson ms   plan ms  plan/cjson  peak/payload"
  for _, size in ipairs(sizes("BENCH_SIZES", "1000 10000 100000")) do
    in_process("memory", size, size)
    if size > 1000 then in_process("memory", size, 1000) end
  end
  print "plan, read from the local Graph"
  print "   live   read ms   plan ms  policies/s"
  for _, size in ipairs(sizes("BENCH_SERVED", "1000 10000")) do in_process("served", size) end
end
