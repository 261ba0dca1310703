--- Lets memory run out at one point of an operation after the other: the first
--- request for memory is refused, then the second, until the operation is over
--- before its turn comes. Runs in the sanitized host alone (spec/c/host.c).
local torture = {}

---@class torture.Operation
---@field name string
---@field run fun(): any, any   a result, or nil and an error table
---@field codes? table<string, true>   codes of errors that running out of memory
---  may come out as, besides out_of_memory

---@class torture.Report
---@field points integer    requests that were refused, one a run
---@field stride integer    1: none was left out
---@field complaints string[]

local MOST_POINTS = 100000
local MOST_COMPLAINTS = 10
local REPETITIONS = 8 -- of a request after which more is held than before

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do
    if not same(v, b[k]) then return false end
  end
  for k in pairs(b) do
    if a[k] == nil then return false end
  end
  return true
end

--- Bytes of Lua's allocator and blocks of libcurl that C holds.
local function held()
  collectgarbage()
  collectgarbage()
  return host.held()
end

--- What is wrong about an outcome, or nil. A raised error must be about
--- memory, a returned one must have a fitting code, a result must be the right one.
local function wrong(operation, expected, ok, outcome)
  if not ok then
    if type(outcome) == "string" and outcome:match "not enough memory$" then return nil end
    return "raised " .. tostring(outcome)
  end
  local value, err = table.unpack(outcome, 1, 2)
  if value ~= nil then
    return not same(value, expected) and "another result than with memory" or nil
  end
  local code = type(err) == "table" and err.code
  if code == "out_of_memory" or (operation.codes or {})[code] then return nil end
  return ("returned %s: %s"):format(tostring(code), tostring(code and err.message or err))
end

--- Runs it with the nth request refused. Gives how many were asked and refused,
--- and what is wrong about the outcome, if anything; holds on to none of it.
local function attempt(operation, expected, n, mode)
  local outcome = { nil, nil }
  local ok, raised, asked, refused = host.fail(function()
    outcome[1], outcome[2] = operation.run()
  end, n, mode)
  return asked, refused, wrong(operation, expected, ok, ok and outcome or raised)
end

--- Whether C holds more and more when the same request is refused again and again.
--- A connection that is dropped and made anew, or a block that is kept for later, may
--- shift what is held now and then; a leak is there every time.
local function grows(operation, expected, n, mode)
  local rises = 0
  local lent, curl = held()
  for _ = 1, REPETITIONS do
    attempt(operation, expected, n, mode)
    attempt(operation, expected, 0)
    local lent_now, curl_now = held()
    if lent_now < lent or curl_now < curl then return false end
    if lent_now > lent or curl_now > curl then rises = rises + 1 end
    lent, curl = lent_now, curl_now
  end
  return rises >= REPETITIONS / 2
end

--- Refuses in every run one request ("once") or one and all behind it ("from").
--- Looks at about `most` points, evenly spread, or at all of them without it.
---@param operation torture.Operation
---@param mode "once"|"from"
---@param most? integer
---@return torture.Report
function torture.run(operation, mode, most)
  local expected = assert(operation.run()) -- what a process makes once is made now
  local asked = attempt(operation, expected, 0)
  local lent, curl = held()
  local stride = most and asked > most and math.ceil(asked / most) or 1
  local report = { points = 0, stride = stride, complaints = {} }
  local function complain(n, format, ...)
    table.insert(report.complaints, ("request %d, %s: " .. format):format(n, mode, ...))
  end

  for n = 1, MOST_POINTS, stride do
    local _, refused, why = attempt(operation, expected, n, mode)
    if why then complain(n, "%s", why) end
    _, _, why = attempt(operation, expected, 0) -- it must work again
    if why then complain(n, "afterwards: %s", why) end
    local lent_now, curl_now = held()
    if (lent_now > lent or curl_now > curl) and grows(operation, expected, n, mode) then
      complain(n, "leaks: C held %d bytes and %d blocks of libcurl before, %d and %d after",
        lent, curl, lent_now, curl_now)
    end
    lent, curl = held()
    if refused == 0 or #report.complaints >= MOST_COMPLAINTS then break end
    report.points = report.points + 1
  end

  if report.points == 0 then complain(0, "never asked for memory") end
  if host.leaks() then complain(0, "LeakSanitizer found a leak, reported above") end
  return report
end

--- Runs all operations both ways, prints a line each, and says whether all went well.
---@param operations torture.Operation[]
---@param most? integer
---@return boolean
function torture.all(operations, most)
  local passed, failed = 0, 0
  for _, operation in ipairs(operations) do
    for _, mode in ipairs { "once", "from" } do
      local began = os.clock()
      local report = torture.run(operation, mode, most)
      local spread = report.stride > 1 and (", 1 in %d"):format(report.stride) or ""
      print(("%-32s %-4s %5d points%s %6.2f s cpu"):format(operation.name, mode,
        report.points, spread, os.clock() - began))
      for _, complaint in ipairs(report.complaints) do print("  FAILED " .. complaint) end
      if #report.complaints == 0 then passed = passed + 1 else failed = failed + 1 end
      io.flush()
    end
  end
  print(("result: %d passed, %d failed"):format(passed, failed))
  return failed == 0
end

return torture
