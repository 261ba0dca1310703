local place = require "bylaw.place"
local random = require "spec.support.random"
local source = require "bylaw.source"

--- The text of a field of a constructor, as it is marked, behind its line and column.
local function marked(self, number, key)
  local found = source.field(self, number, key)
  return found and ("%d:%d %s"):format(found.line, found.column,
    self.text:sub(found.first, found.last))
end

--- Runs a text that was written anew: what it returns, and the constructor of each table by table.
local function run(self, env)
  local noted = {}
  local chunk = assert(load(self.noted, "=noted", "t", env or {}))
  local result = table.pack(chunk(function(number, made)
    noted[made] = number
    return made
  end))
  return result, noted
end

describe("bylaw.source", function()
  it("knows the fields of constructors by their keys", function()
    local self = source.scan("a.lua", [[
return {
  a = 1, ["b c"] = "x"; [7] = f(1, 2), -- { not = 1 }
  'first', function() local x, y = 1, 2 return { y } end,
  [ [==[long]==] ] = nil, [k] = 3, last = { 1, 2, },
}
]])
    assert.same({ '2:3 a = 1', '2:10 ["b c"] = "x"', "2:25 [7] = f(1, 2)", "3:3 'first'",
      "3:12 function() local x, y = 1, 2 return { y } end", "4:3 [ [==[long]==] ] = nil",
      "4:36 last" },
      { marked(self, 1, "a"), marked(self, 1, "b c"), marked(self, 1, 7), marked(self, 1, 1),
        marked(self, 1, 2), marked(self, 1, "long"), marked(self, 1, "last") })
    assert.is_nil(marked(self, 1, "k"))
    assert.is_nil(marked(self, 1, "nothing"))
    assert.is_nil(marked(self, 9, "a"))
    assert.same({ "3:50 y" }, { marked(self, 2, 1) })
    assert.same({ "4:45 1", "4:48 2" }, { marked(self, 3, 1), marked(self, 3, 2) })
  end)

  it("is not misled by comments, strings, and keywords that close others", function()
    local self = source.scan("a.lua", [=[
local s = "{ a = \" } " .. '\'{' .. [[ { ]] -- { a = 1 }
--[[ { a = 2 } ]] --[==[ ]] { ]==]
local t = { f = function() if a then return {}; else for i = 1, 2 do end end repeat until { 1 } end,
  g = (function(...) while x do break end return ... end)(1, 2), h = a[{ 3 }], b = 1 }
]=])
    assert.same({ 4, "4:3 g = (function(...) while x do break end return ... end)(1, 2)", "4:80 b = 1" },
      { #self.constructors, marked(self, 1, "g"), marked(self, 1, "b") })
  end)

  for name, text in pairs {
    ["a call with a table"] = "return f{ 1 } { 2 }",
    ["a method with a table"] = "return o:m{ 1 }",
    ["a call of a call"] = "return (f){ 1 }{ 2 } 'x' { 3 }",
    ["a string's call"] = "return f 'x' { 1 }",
    ["an index with a table"] = "return o[{}] or o.m{}",
    ["a statement that begins with a bracket"] = "local t = {}\n(function() t.x = 1 end)() return t",
    ["a statement behind an assignment"] = "local t t = { 1 }\n(f)(t) return t",
    ["a length and a concat"] = "return #{ 1, 2 }, #{} .. 'x', -#{ 3 }, not {}",
    ["varargs and calls in lists"] = "local function g(...) return { ... }, { (...) } end return g(1, 2, 3)",
    ["many results at the end"] = "return { f 'a', f 'b' }",
    ["a closing attribute"] = "local t <const> = { 1 } return t",
    ["a goto behind a table"] = "local t = {} goto on ::on:: return t",
    ["a long nest"] = "return " .. ("{ "):rep(60) .. ("}"):rep(60),
    ["numbers of all kinds"] = "return { 0x1p4, 0xA.8p0, 1e3, .5, 3., 1//1, 7 .. '', 0x10-1 }",
    ["escapes of all kinds"] = [[return { "\z
      a\x41\065\u{48}\
b\\", '\"\'' }]],
  } do
    it(("writes %s anew so that it does the same"):format(name), function()
      local function env()
        local o = setmetatable({}, { __index = function() return 5 end })
        function o.m(_, t) return t end
        local f = setmetatable({}, { __call = function(self, x)
          if type(x) == "string" then return self end
          return setmetatable(type(x) == "table" and x or {}, getmetatable(self))
        end })
        return { o = o, f = f, print = print }
      end
      local plain = table.pack(assert(load(text, "=plain", "t", env()))())
      assert.same(plain, (run(source.scan("a.lua", text), env())))
    end)
  end

  it("notes every table by the constructor that made it, through functions and loops", function()
    local self = source.scan("a.lua", [[
local function make(x) return { x = x } end
local list = {}
for i = 1, 2 do list[i] = make(i) end
return list
]])
    local result, noted = run(self)
    local list = result[1]
    assert.same({ 2, 1, 1 }, { noted[list], noted[list[1]], noted[list[2]] })
    assert.equal("1:33 x = x", marked(self, noted[list[2]], "x"))
  end)

  it("finds a byte of a text in the strings that it was written as", function()
    for _, case in ipairs {
      { [[return { a = "x\ty\u{E9}\x41\065z" }]], "z" },
      { [[return { a = 'one' .. "two" .. [=[three]=] }]], "three" },
      { "return { a = [[\nabc\ndef]] }", "def" },
      { "return { a = [[\r\nabc\r\ndef]] }", "def" },
      { "return { a = 'abc\\z   \n  def' }", "def" },
      { "return { a = 'abc\\\ndef' }", "def" },
      { "local t = 'abcdef' return { a = t }", "def" },
    } do
      local self = source.scan("a.lua", case[1])
      local text = load(case[1])().a
      local _, field = source.field(self, #self.constructors, "a")
      local found = source.in_text(self, field, text, (text:find(case[2], 1, true)))
      assert.equal(case[2], self.text:sub(found.first, found.first + #case[2] - 1), case[1])
    end
  end)

  it("finds no byte of a text that the file does not show, or shows twice", function()
    for _, text in ipairs { "local t = 'a' .. f return { a = t }",
      "local t, u = 'abc', 'abc' return { a = t }" } do
      local self = source.scan("a.lua", text)
      local _, field = source.field(self, 1, "a")
      assert.is_nil(source.in_text(self, field, "abc", 2))
    end
  end)

  it("finds a word on a line, with the string behind it, if it is there once", function()
    local self = source.scan("a.lua", 'x "l" {}\nx() x()\ny -- x\nx [[\n]]')
    local function word(line, name)
      local found = source.word(self, line, name)
      return found and self.text:sub(found.first, found.last)
    end
    assert.same({ 'x "l"', "y", "x" }, { word(1, "x"), word(3, "y"), word(4, "x") })
    assert.is_nil(word(2, "x"))
    assert.is_nil(word(3, "x"))
    assert.is_nil(word(9, "x"))
  end)

  --- A random value and the Lua that makes it, in any of the ways that Lua has.
  local function make(rand, depth)
    local pick = rand(depth > 3 and 4 or 7)
    if pick == 1 then return tostring(rand(1000)) end
    if pick == 2 then return ({ '"a, b = {"', "'}'", "[[ { ]]", '"\\"}"', "[=[ ]] ]=]" })[rand(5)] end
    if pick == 3 then return ({ "true", "nil", "(1)", "#'x'", "-1" })[rand(5)] end
    if pick == 4 then return "(function(...) local a, b = ... if a then return b end return 'x' end)()" end
    local pieces = {}
    for i = 1, rand(4) - 1 do
      local key = ({ "k" .. i .. " = ", "['s" .. i .. "'] = ", "[" .. i + 10 .. "] = ", "" })[rand(4)]
      pieces[i] = key .. make(rand, depth + 1)
    end
    local between = ({ ", ", "; ", " --[[ , ]] ,\n", ", -- }\n" })[rand(4)]
    return "{ " .. table.concat(pieces, between) .. (#pieces > 0 and rand(2) == 1 and "," or "") .. " }"
  end

  --- Compares every field of a table and of those in it with what the source says of it.
  local function compare(self, noted, value)
    local constructor = self.constructors[noted[value]]
    assert.equal("{", self.text:sub(constructor.first, constructor.first))
    assert.equal("}", self.text:sub(constructor.last, constructor.last))
    for key, item in pairs(value) do
      local field = constructor.fields[key]
      local written = self.text:sub(self.tokens.first[field.from], field.last)
      if type(item) == "table" then
        compare(self, noted, item)
        assert.equal("{", written:sub(1, 1))
      else
        assert.equal(item, load("return " .. written)())
      end
    end
  end

  it("says of every field of generated sources what stands there", function()
    local generator = random.new(11)
    local function rand(n) return generator:int(1, n) end
    for _ = 1, 400 do
      local text = "return { " .. make(rand, 0) .. ", " .. make(rand, 0) .. " }"
      local self = source.scan("a.lua", text)
      local result, noted = run(self)
      assert.same(load(text)(), result[1])
      compare(self, noted, result[1])
    end
  end)
end)

describe("bylaw.place", function()
  it("counts lines by either break and columns in characters", function()
    local self = { name = "a", text = "é = 1,\r\nä = 2, key = 3" }
    local found = place.of_bytes(self, (self.text:find "key"))
    assert.same({ 2, 8 }, { found.line, found.column })
    assert.same({ 10, #self.text }, { place.line(self, 2) })
    assert.is_nil(place.line(self, 3))
  end)

  it("marks the whole of a line without the blanks around it", function()
    local found = place.of_line({ name = "a", text = "a\n  b c \n" }, 2)
    assert.same({ file = "a", line = 2, column = 3, first = 5, last = 7, whole = true }, found)
    assert.is_nil(place.of_line({ name = "a", text = "a" }, 2))
  end)
end)
