--- Declarations that try to get out, or to stay in for ever: each ends in a clear error within its
--- limits, and leaves the host as it was.
local bylaw = require "bylaw"
local core = require "bylaw.core"
local shell = require "spec.support.shell"

local SECONDS = 0.3

--- Small limits, so that what never ends is over soon. Sanitizers make everything slower.
local LIMITS = { instructions = 20000000, memory = 32 << 20, seconds = SECONDS, output = 1 << 20 }

--- Processor time that a load may take beyond its limit, in a build that may be sanitized.
local GRACE = 3

describe("the sandbox of declarations", function()
  local folder

  before_each(function() folder = shell.scratch() end)
  after_each(function() shell.remove(folder) end)

  --- Loads a text: the desired set, or the first problem as "code: message" and its line.
  local function run(text, limits)
    local name = folder .. "/a.lua"
    shell.write(name, text)
    local desired, err = bylaw.load(name, { limits = limits or LIMITS, environment = false })
    if desired then return desired end
    local problem = err.problems[1]
    return nil, ("%s: %s"):format(problem.code, problem.message), problem.place.line
  end

  --- A declaration, so that a file is not empty.
  local DECLARED = '\nowns "tokenLifetimePolicy"\n'

  --- What a file finds by itself: its notes.
  local function printed(text)
    local name, lines = folder .. "/p.lua", {}
    shell.write(name, text .. DECLARED)
    assert(bylaw.load(name, { on_note = function(line) lines[#lines + 1] = line end }))
    return lines
  end

  for name, case in pairs {
    ["an endless loop"] = "while true do end",
    ["an endless goto"] = "::again:: goto again",
    ["an endless repeat"] = "repeat until false",
    ["a loop that catches its own end"] = "while true do pcall(function() while true do end end) end",
    ["a message handler that does not end"] =
      "xpcall(function() while true do end end, function() while true do end end)",
    ["coroutines that never end"] =
      "coroutine.wrap(function() while true do coroutine.wrap(function() while true do end end)() end end)()",
    ["a coroutine that is resumed for ever"] =
      "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
    ["coroutines that are short and many"] =
      "while true do pcall(coroutine.wrap(function() for _ = 1, 900 do end end)) end",
    ["a to-be-closed value that does not end"] =
      "local x <close> = setmetatable({}, { __close = function() while true do end end })",
    ["an __index that does not end"] =
      "local t = setmetatable({}, { __index = function(t, k) while true do end end }) return t.x",
    ["a comparison that does not end"] = "table.sort({ 3, 1, 2 }, function() while true do end end)",
    ["a replacement that does not end"] = "('x'):gsub('x', function() while true do end end)",
    ["an empty text repeated for ever"] = "return (''):rep(math.maxinteger)",
    ["a pattern that backtracks"] = "return (('a'):rep(3000)):find(('.-'):rep(40) .. 'b')",
    ["a pattern with captures that backtracks"] = "return (('a'):rep(3000)):match(('(.-)'):rep(30) .. 'b')",
    ["a pattern of greedy items"] = "return (('a'):rep(2000)):gsub(('a*'):rep(30) .. 'b', '')",
    ["a gmatch that backtracks"] = "for _ in (('a'):rep(3000)):gmatch(('.-'):rep(40) .. 'b') do end",
    ["a balance that is sought again and again"] =
      "local s = ('('):rep(100000) while true do s:find('%b()') end",
    ["a plain search through a long text"] =
      "local s = ('a'):rep(4000000) while true do s:find('ab', 1, true) end",
    ["the length of a long text, again and again"] =
      "local s = ('a'):rep(8000000) while true do utf8.len(s) end",
    ["a number read from a long text"] =
      "local s = (' '):rep(8000000) while true do tonumber(s) end",
    ["table.move over all integers"] = "table.move({}, 1, math.maxinteger - 1, 2)",
    ["table.insert at the front of a long list"] =
      "local t = {} for i = 1, 200000 do t[i] = i end while true do table.insert(t, 1, 0) end",
    ["table.sort again and again"] =
      "local t = {} for i = 1, 200000 do t[i] = i % 77 end while true do table.sort(t) end",
    ["long texts joined again and again"] =
      "local s = ('a'):rep(4000000) while true do local _ = s .. s end",
    ["long texts made upper case"] = "local s = ('a'):rep(4000000) while true do local _ = s:upper() end",
    ["a rule that does not end"] = "rule 'x' { check = function() while true do end end } "
      .. "tokenLifetimePolicy 'x' { displayName = 'x', definition = { AccessTokenLifetime = '1:00:00' } }",
    ["a value to be closed in a coroutine that a limit ended"] = "coroutine.wrap(function() "
      .. "local x <close> = setmetatable({}, { __close = function() while true do end end }) "
      .. "while true do end end)()",
    ["a value to be closed where a coroutine cannot yield"] = "coroutine.wrap(function() "
      .. "local x <close> = setmetatable({}, { __close = function() while true do end end }) "
      .. "table.sort({ 1, 2 }, function() while true do end end) end)()",
    ["a loop's value to be closed"] = "local c = coroutine.create(function() for _ in function() "
      .. "while true do end end, 0, 0, setmetatable({}, { __close = function() while true do end "
      .. "end }) do end end) coroutine.resume(c) coroutine.close(c) while true do end",
  } do
    it("ends " .. name, function()
      local began = os.clock()
      local desired, message = run(case)
      local took = os.clock() - began
      assert.is_nil(desired)
      assert.matches("^limit: the declarations ran for more than [%d.]+ %a+: does a loop not end%?$",
        message)
      assert.is_true(took < SECONDS + GRACE, took)
    end)
  end

  for name, case in pairs {
    ["an include of itself that is caught"] = "while true do pcall(include, 'a.lua') end",
    ["unknown words that are caught"] = "while true do pcall(function() return nosuchword end) end",
    ["notes without end"] = "while true do print(('x'):rep(1000)) end",
  } do
    it("ends " .. name .. " by what it says to the host", function()
      local desired, message = run(case, { output = 1 << 20 })
      assert.is_nil(desired)
      assert.equal("limit: the declarations give more than 1048576 bytes of data, or tables in too "
        .. "many tables", message)
    end)
  end

  for name, case in pairs {
    ["a text that is doubled"] = "local s = 'x' while true do s = s .. s end",
    ["two long texts"] = "return ('x'):rep(10 << 20) .. ('y'):rep(11 << 20)",
    ["a table that grows"] = "local t = {} while true do t[#t + 1] = {} end",
    ["a table with a large key"] = "local t = {} for i = 1, 1e9 do t[i .. ''] = i end",
    ["table.concat of one text many times"] =
      "local s, t = ('x'):rep(1 << 20), {} for i = 1, 1000 do t[i] = s end return table.concat(t)",
    ["coroutines that are all kept"] =
      "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
    ["a gsub that grows"] = "local s = ('x'):rep(1 << 20) return s:gsub('x', ('y'):rep(1000))",
    ["a buffer that is packed"] = "return string.pack('!16 c' .. (1 << 30), 'x')",
  } do
    it("refuses memory to " .. name, function()
      local desired, message = run(case, { memory = 16 << 20 })
      assert.is_nil(desired)
      assert.equal("limit: the declarations need more than 16777216 bytes of memory", message)
    end)
  end

  it("keeps the memory of the host within the limit", function()
    collectgarbage()
    local before = collectgarbage "count"
    run "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end"
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 1000)
  end)

  for name, case in pairs {
    ["deep recursion"] = { "local function f() return 1 + f() end f()", "raised: stack overflow" },
    ["deep recursion through metatables"] = {
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k] end return t.x",
      "raised: C stack overflow" },
    ["deep recursion through gsub"] = {
      "local function f() return (('x'):gsub('x', f)) end f()", "raised: C stack overflow" },
    ["deep recursion through coroutines"] = {
      "local function f() return coroutine.wrap(f)() end f()", "raised: C stack overflow" },
    ["a text of more than the largest piece"] = { "return ('x'):rep(1 << 30)",
      "raised: a text of more than 32 MiB" },
    ["many results"] = { "return table.unpack({}, 1, 1e7)", "raised: too many results to unpack" },
    ["a wide format"] = { "return ('%99999d'):format(1)", "raised: invalid conversion" },
    ["a precise format"] = { "return ('%.99999f'):format(1)", "raised: invalid conversion" },
    ["a pattern that is too deep"] = { "return (('x'):rep(1000)):find(('x?'):rep(1000))",
      "raised: pattern too complex" },
    ["a finalizer"] = { "setmetatable({}, { __gc = function() end })",
      "raised: a declaration has no finalizers (__gc)" },
    ["a finalizer that is no function"] = { "setmetatable({}, { __gc = true })",
      "raised: a declaration has no finalizers (__gc)" },
    ["the metatable of texts"] = { "getmetatable('').__index = nil",
      "raised: attempt to index a boolean value" },
    ["a new metatable for a text"] = { "setmetatable('', {})",
      "raised: bad argument #1 to 'setmetatable' (table expected, got string)" },
    ["the metatable of its globals"] = { "setmetatable(_G, nil)",
      "raised: cannot change a protected metatable" },
    ["a list with a length of its own"] = {
      "table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)",
      "raised: bad argument #1 to 'insert' (a table without a metatable is due)" },
    ["a list with a metatable to concat"] = {
      "table.concat(setmetatable({}, { __index = tostring }), '', 1, 1 << 60)",
      "raised: bad argument #1 to 'concat' (a table without a metatable is due)" },
    ["an error object with a metatable"] = {
      "error(setmetatable({}, { __tostring = function() while true do end end, __name = 7 }))",
      "raised: an error was raised that says nothing: a table" },
    ["an error object whose message is a trap"] = {
      "error(setmetatable({}, { __index = function() while true do end end }))",
      "raised: an error was raised that says nothing: a table" },
    ["an error object with a message"] = { "error { message = 'no more' }", "raised: no more" },
    ["an error that is nil"] = { "error(nil)", "raised: an error was raised that says nothing: a nil" },
    ["an error that is a function"] = { "error(print)",
      "raised: an error was raised that says nothing: a function" },
    ["bytecode"] = { string.dump(function() end), "binary_chunk: is a compiled Lua chunk; text is due" },
    ["an include of bytecode"] = { "include 'b.lua'", "binary_chunk: is a compiled Lua chunk; text is due" },
    ["a require"] = { "require 'os'", 'raised: there is no require here: include "file.lua" reads '
      .. "another file" },
    ["os"] = { "os.execute 'true'", "raised: there is no os here: a declaration does not reach the "
      .. "system" },
    ["io"] = { "io.open 'x'", "raised: there is no io here: a declaration does not reach the system" },
    ["debug"] = { "debug.getregistry()", "raised: there is no debug here: a declaration does not "
      .. "reach the host" },
    ["load"] = { "load 'return 1'", "raised: there is no load here: a declaration loads no code" },
    ["collectgarbage"] = { "collectgarbage 'stop'", "raised: there is no collectgarbage here: "
      .. "a declaration need not care" },
    ["string.dump"] = { "string.dump(print)", "raised: attempt to call a nil value (field 'dump')" },
    ["chance"] = { "return math.random()", "raised: attempt to call a nil value (field 'random')" },
    ["globals by another _ENV"] = { "local _ENV = { owns = owns } owns(os)",
      "raised: owns takes a table, not nil" },
    ["data that is too deep"] = { "local t = {} local u = t for _ = 1, 300 do u.x = {} u = u.x end "
      .. "tokenLifetimePolicy 'x' { displayName = 'x', definition = t }",
      "limit: the declarations give more than 1048576 bytes of data, or tables in too many tables" },
    ["data that is too much"] = { "for i = 1, 100 do tokenLifetimePolicy('x' .. i) "
      .. "{ displayName = ('x'):rep(100000), definition = {} } end",
      "limit: the declarations give more than 1048576 bytes of data, or tables in too many tables" },
  } do
    it(("says why %s is refused, and where"):format(name), function()
      shell.write(folder .. "/b.lua", string.dump(function() end))
      local desired, message, line = run(case[1], { output = 1 << 20 })
      assert.is_nil(desired)
      assert.equal(case[2], message:sub(1, #case[2]))
      assert.is_true(line == 1 or message:find("binary_chunk", 1, true) ~= nil, message)
    end)
  end

  it("knows a table that contains itself, and one that is in many places", function()
    local desired = assert(run([[
      local t = {} for _ = 1, 60 do t = { t, t } end
      owns { "tokenLifetimePolicy" }
      local p = { displayName = "x", definition = { AccessTokenLifetime = "1:00:00" } }
      p.accept = nil
      rule "unused" { kind = "claimsMappingPolicy", check = function() end, severity = "error" }
      tokenLifetimePolicy "a" (p)
    ]]))
    assert.equal(1, #desired.policies)
    local _, message = run("local t = {} t.AccessTokenLifetime = t "
      .. "tokenLifetimePolicy 'x' { displayName = 'x', definition = t }")
    assert.equal("unwritable_value: a table that contains itself cannot be written as JSON", message)
  end)

  it("takes functions and coroutines in data for what they are not", function()
    local _, message, line = run("tokenLifetimePolicy 'x' {\n displayName = 'x',\n "
      .. "definition = { AccessTokenLifetime = print } }")
    assert.equal("unwritable_value: a function cannot be written as JSON", message)
    assert.equal(3, line)
  end)

  it("has texts, tables, numbers, coroutines, and closures as any Lua", function()
    assert.same({ "a-b\t3\t1\t2.5\tx", "6\ttrue", "héllo\t5", "1 2 3", "yes\tno" }, printed [[
      local t = setmetatable({}, { __index = function(_, k) return k end, __call = function(_, x) return x end })
      print(("a b"):gsub(" ", "-"), #"abc", math.type(1) == "integer" and 1, 2.5, t.x)
      local sum = 0
      for i in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do sum = sum + i end
      print(sum, pcall(function() end))
      print("héllo", utf8.len "héllo")
      local list = { 3, 1, 2 } table.sort(list) print(table.concat(list, " "))
      goto on
      print "left out"
      ::on:: print(select("#") == 0 and "yes", "no")
    ]])
  end)

  it("goes through the keys of a table in their order", function()
    assert.same({ "1 x", "2.5 y", "a 1", "b 2", "c 3", "true z" }, printed [[
      for k, v in pairs { c = 3, a = 1, [2.5] = "y", [true] = "z", b = 2, "x" } do
        print(tostring(k) .. " " .. v)
      end
    ]])
  end)

  it("leaves the next load alone after one that was ended", function()
    run "while true do pcall(string.rep, 'x', 1e7) end"
    assert.same({ "fine" }, printed "print 'fine'")
    assert.equal("x", ("x"):upper():lower())
    assert.equal("function", type(string.dump))
  end)

  it("is not closed, or called again, while it runs", function()
    local box, problem
    local function program(host) return function() host.go() end end
    box = core.sandbox(string.dump(program, true), { go = function()
      problem = { pcall(box.close, box) }
      problem[3] = { pcall(box.call, box) }
    end }, { instructions = 1e6, memory = 1e7, seconds = 1, output = 1e6 })
    assert.is_true(box:call())
    assert.is_false(problem[1])
    assert.matches("the sandbox is in a call", problem[2])
    assert.matches("the sandbox is in a call", problem[3][2])
    box:close()
    box:close()
    assert.has_error(function() box:call() end, "calling 'call' on bad self (the sandbox is closed)")
  end)

  it("hands on what a function of the host raises, as it is", function()
    local thrown = setmetatable({}, {})
    local function program(host) return function() while true do pcall(host.go) end end end
    local box <close> = core.sandbox(string.dump(program, true),
      { go = function() error(thrown) end },
      { instructions = 1e6, memory = 1e7, seconds = 1, output = 1e6 })
    local ok, raised = pcall(box.call, box)
    assert.same({ false, true }, { ok, rawequal(thrown, raised) })
  end)
end)
