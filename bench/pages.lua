--- Lists of policies, page by page: what a page costs at the start, in the middle and at the end of
--- a list of 100,000, and whether twice as many take twice as long.
---   lua5.4 bench/pages.lua [COUNT]
local core = require "bylaw.core"
local emulators = require "bylaw.emulator"
local monotime = require("system").monotime

local COUNT = tonumber(arg and arg[1]) or 100000
local WALKS = 3
local PATH = "/v1.0/policies/tokenLifetimePolicies"
local BODY = [[{"displayName":"eight hours","definition":["{\"TokenLifetimePolicy\":]]
  .. [[{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}"]}]]

local emulator <close> = assert(emulators.start { token = "bench" })
local pool <close> = core.pool { max_connections = 32 }

local function submit(method, url, body)
  return assert(pool:submit {
    method = method, url = url, body = body,
    headers = { Authorization = "Bearer bench", ["Content-Type"] = body and "application/json" },
  })
end

local function wait(expected)
  local last
  while assert(pool:pending()) > 0 do
    for _, result in ipairs(assert(pool:wait(10))) do
      assert(result.status == expected, result.body)
      last = result
    end
  end
  return last
end

local function create(count)
  for first = 1, count, 1000 do
    for _ = first, math.min(first + 999, count) do submit("POST", emulator.url .. PATH, BODY) end
    wait(201)
  end
end

--- Reads the whole list and gives the seconds of each page.
local function walk(options)
  local pages, link, items = {}, emulator.url .. PATH .. options, 0
  while link do
    local start = monotime()
    submit("GET", link)
    local body = wait(200).body
    pages[#pages + 1] = monotime() - start
    items = items + select(2, body:gsub('"displayName"', ""))
    link = body:match '"@odata.nextLink":"([^"]+)"'
  end
  return pages, items
end

local function median(list, from, to)
  local part = table.move(list, from, to, 1, {})
  table.sort(part)
  return part[(#part + 1) // 2]
end

local function sum(list)
  local total = 0
  for _, seconds in ipairs(list) do total = total + seconds end
  return total
end

--- The quickest of some walks: other work on the machine only ever adds.
local function show(options)
  local pages, items = walk(options)
  for _ = 2, WALKS do
    local again = walk(options)
    if sum(again) < sum(pages) then pages = again end
  end
  local tenth = math.max(#pages // 10, 1)
  print(("%-40s %6d items %4d pages %6.3f s  a page %.2f ms, the first tenth %.2f, the last %.2f")
    :format(options == "" and "(100 a page)" or options, items, #pages, sum(pages),
      1000 * median(pages, 1, #pages), 1000 * median(pages, 1, tenth),
      1000 * median(pages, #pages - tenth + 1, #pages)))
  return sum(pages)
end

create(COUNT // 2)
local half = show "?$top=999"
local start = monotime()
create(COUNT - COUNT // 2)
print(("%d creates in %.2f s"):format(COUNT - COUNT // 2, monotime() - start))
local whole = show "?$top=999"
print(("twice as many policies take %.2f times as long"):format(whole / half))
show ""
show "?$top=999&$filter=displayName%20ne%20'x'"
show "?$top=999&$orderby=displayName"
show "?$top=999&$orderby=displayName%20desc"
