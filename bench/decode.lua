--- The text of a definition -> Lua table, and what the service answers -> policy, against lua-cjson
--- on the same texts: the same run, taken in turns. bylaw also says what is wrong with the text. An
--- answer is that to a create; an item, of a list, has been decoded with its page.
---   lua5.4 bench/decode.lua                         the table
---   lua5.4 bench/decode.lua loop CASE THING SIDE N  N times one side, for a profiler
local bylaw = require "bylaw"
local cjson = require "cjson"
local core = require "bylaw.core"
local policy = require "bylaw.policy"
local cases = require "bench.support.cases"
local measure = require "bench.support.measure"

--- The body of a policy, and what the service adds to it.
local function answered(body)
  return [[{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#policies/$entity",]]
    .. [["id":"4d2f137b-e8a9-46da-a5c3-cc85b2b840a4","deletedDateTime":null,]] .. body:sub(2)
end

--- For each thing that is read, one function a side.
local function things(case)
  local kind = case.policy.kind
  local text = cjson.encode(case.whole)
  local body = answered(assert(bylaw.encode(case.policy)))
  local function decoded_twice()
    local answer = cjson.decode(body)
    answer.definition = cjson.decode(answer.definition[1])
    return answer
  end
  return {
    text = {
      bytes = #text,
      bylaw = function() return (bylaw.definition.decode(kind, text)) end,
      cjson = function() return cjson.decode(text) end,
    },
    answer = {
      bytes = #body,
      bylaw = function() return core.stored(kind, body) end,
      cjson = decoded_twice,
    },
    item = {
      bytes = #body,
      bylaw = function() return policy.stored(kind, core.json_read(body)) end,
      cjson = decoded_twice,
    },
  }
end

if arg[1] == "loop" then
  measure.run_loop(things(cases.named(arg[2]))[arg[3]][arg[4]], arg[5])
  os.exit(0)
end

print "decode: text -> table and problems; answer, item -> policy; cjson: unchecked, in two steps"
print("case      thing   bytes  bylaw us  cjson us  times faster  fewer instructions"
  .. "   instructions       bytes held by each")
for _, case in ipairs(cases) do
  local of = things(case)
  for _, thing in ipairs { "text", "answer", "item" } do
    local side = of[thing]
    local b, c, ratio = measure.compare(side.bylaw, side.cjson)
    local counts, held = {}, {}
    for i, name in ipairs { "bylaw", "cjson" } do
      counts[i] = measure.instructions(measure.loop("bench/decode.lua", case.name, thing, name))
      held[i] = measure.held(side[name])
    end
    print(("%-9s %-6s  %5d  %8.3f  %8.3f  %12.2f  %18s   %-18s %.0f : %.0f"):format(case.name,
      thing, side.bytes, b, c, ratio, measure.ratio(counts[1], counts[2]),
      measure.figure(counts[1], "%.0f") .. " : " .. measure.figure(counts[2], "%.0f"), held[1],
      held[2]))
  end
end
