--- Table -> validated -> escaped request body, against lua-cjson encoding twice without any
--- validation: the same tables, the same run, taken in turns.
---   lua5.4 bench/encode.lua                    the table; instructions and memory by valgrind
---   lua5.4 bench/encode.lua loop CASE SIDE N   N encodes of one side, for a profiler
local bylaw = require "bylaw"
local cjson = require "cjson"
local cases = require "bench.support.cases"
local measure = require "bench.support.measure"

--- One function a side, each from the tables to the body.
local function sides(case)
  local policy, whole = case.policy, case.whole
  return {
    bylaw = function() return bylaw.encode(policy) end,
    cjson = function()
      return cjson.encode {
        definition = { cjson.encode(whole) }, displayName = policy.displayName,
        isOrganizationDefault = policy.isOrganizationDefault,
      }
    end,
  }
end

if arg[1] == "loop" then
  measure.run_loop(sides(cases.named(arg[2]))[arg[3]], arg[4])
  os.exit(0)
end

--- What only valgrind can tell of a side: instructions, requests and bytes of memory.
local function counted(case, name)
  local loop = measure.loop("bench/encode.lua", case.name, name)
  local requests, bytes = measure.memory(loop)
  return { loop = loop, instructions = measure.instructions(loop), requests = requests,
           bytes = bytes }
end

--- Percent of the instructions of encoding that judging the policy takes.
local function checking(counts)
  local share = counts.instructions and measure.instructions(counts.loop, "bl_policy_check")
  return measure.figure(share and share / counts.instructions * 100, "%.0f %%")
end

print "encode: table -> checked -> escaped body; cjson: encoded twice, unchecked"
print("case      bytes  bylaw us  cjson us  times faster  fewer instructions  checking"
  .. "   instructions       allocations     bytes allocated")
for _, case in ipairs(cases) do
  local side = sides(case)
  local ours, theirs = cjson.decode(side.bylaw()), cjson.decode(side.cjson())
  assert(bylaw.definition.equal(case.policy.kind, ours.definition, theirs.definition))
  local b, c, ratio = measure.compare(side.bylaw, side.cjson)
  local one, two = counted(case, "bylaw"), counted(case, "cjson")
  local function pair(key)
    return measure.figure(one[key], "%.0f") .. " : " .. measure.figure(two[key], "%.0f")
  end
  print(("%-9s %5d  %8.3f  %8.3f  %12.2f  %18s  %8s   %-18s %-15s %s"):format(case.name,
    #side.bylaw(), b, c, ratio, measure.ratio(one.instructions, two.instructions), checking(one),
    pair "instructions", pair "requests", pair "bytes"))
end
