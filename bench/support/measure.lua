--- How figures are taken: two sides in turns, in one run; instructions and memory by valgrind.
local measure = {}

local ROUNDS = 40
local SPAN = 0.03 -- seconds of a round of one side, about

local function seconds(fn, n)
  local start = os.clock()
  for _ = 1, n do fn() end
  return os.clock() - start
end

--- Microseconds of one call of each, and how many times faster `ours` is. Of many short rounds,
--- taken in turns, the fastest counts: what else the machine does only ever adds.
function measure.compare(ours, theirs)
  local n = math.ceil(200 * SPAN / seconds(ours, 200))
  local a, b = math.huge, math.huge
  for _ = 1, ROUNDS do
    a, b = math.min(a, seconds(ours, n)), math.min(b, seconds(theirs, n))
  end
  return a / n * 1e6, b / n * 1e6, b / a
end

--- A script run as `SCRIPT loop WORDS… N` is to do the thing N times and no more.
function measure.loop(script, ...)
  local words = ("lua5.4 %s loop %s"):format(script, table.concat({ ... }, " "))
  return function(tool, pattern, n)
    local pipe = assert(io.popen(("valgrind %s %s %d 2>&1"):format(tool, words, n)))
    local text = pipe:read "a"
    pipe:close()
    local figure = text:match(pattern)
    return figure and tonumber((figure:gsub(",", "")))
  end
end

--- A figure of one call: the difference of two runs, so that start-up does not count; nil without
--- valgrind.
local function per_call(loop, tool, pattern)
  local few, many = loop(tool, pattern, 200), loop(tool, pattern, 600)
  return few and many and (many - few) / 400
end

local CALLGRIND = "--tool=callgrind --callgrind-out-file=/dev/null "

--- Instructions of one call; with the name of a C function, those below it alone.
function measure.instructions(loop, below)
  local tool = CALLGRIND .. (below and "--toggle-collect=" .. below or "")
  return per_call(loop, tool, "Collected : (%d+)")
end

--- Requests to the allocator and bytes asked for by one call.
function measure.memory(loop)
  return per_call(loop, "--leak-check=no", "total heap usage: ([%d,]+) allocs"),
    per_call(loop, "--leak-check=no", "frees, ([%d,]+) bytes allocated")
end

--- Bytes that stay with Lua for each of the values that `make` returns.
function measure.held(make)
  local values, n = {}, 500
  for i = 1, n do values[i] = false end
  make()
  collectgarbage()
  collectgarbage()
  local before = collectgarbage "count"
  for i = 1, n do values[i] = make() end
  collectgarbage()
  collectgarbage()
  return (collectgarbage "count" - before) * 1024 / n, values
end

--- Does `fn` as often as the words after `loop` on the command line say.
function measure.run_loop(fn, n) seconds(fn, tonumber(n)) end

--- How many times more of something they need, as a table has it.
function measure.ratio(ours, theirs)
  return measure.figure(ours and theirs and theirs / ours, "%.2f")
end

--- A figure as a table has it.
function measure.figure(value, format) return value and format:format(value) or "-" end

return measure
