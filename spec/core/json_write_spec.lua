local cjson = require "cjson"
local core = require "bylaw.core"

--- The code and path of the one problem that writing the value meets.
local function refusal(value)
  local text, err = core.json_write(value)
  assert.is_nil(text)
  assert.equal(1, #err.problems)
  return err.problems[1].path .. " " .. err.problems[1].message
end

local KEYS = { 1, 2, 3, 4, 0, 2.5, "a", "b" }

--- A table that has the keys whose bits are set, put in one by one in an order, with room kept for
--- some of them as a list or not: it decides where Lua keeps them, in which order it gives them.
local function table_of(bits, step, room)
  local made = room and { nil, nil, nil, nil } or {}
  for i = 1, #KEYS do
    local n = (i * step) % (#KEYS + 1) -- each number from 1 on once
    if bits >> (n - 1) & 1 == 1 then made[KEYS[n]] = n end
  end
  return made
end

--- What is to become of a table, by Lua's own word on the length of its list.
local function fate_of(value)
  local names, numbers, holes = 0, 0, false
  for key in next, value do
    if type(key) == "string" then names = names + 1 else numbers = numbers + 1 end
  end
  for i = 1, #value do holes = holes or value[i] == nil end
  if numbers == 0 then return "object" end
  if #value == 0 then return "a table with number keys that make no list" end
  if holes then return "a list with holes" end
  return names + numbers == #value and "list" or "a table with list items and other keys"
end

describe("core.json_write", function()
  it("writes members in the order of their names, whatever the table's order", function()
    local a, b = {}, {}
    for i = 1, 50 do a["k" .. i] = i end
    for i = 50, 1, -1 do b["k" .. i] = i end
    assert.equal(core.json_write(a), core.json_write(b))
    assert.equal('{"A":1,"a":2,"aa":3,"b":4}', core.json_write { b = 4, aa = 3, a = 2, A = 1 })
  end)

  it("escapes what JSON must escape and nothing else", function()
    assert.equal([["\"\\\b\f\n\r\t\u0000\u001f/]] .. "\127é\u{2028}😀\"",
                 core.json_write '"\\\b\f\n\r\t\0\31/\127é\u{2028}😀')
  end)

  it("escapes at every place of a long string", function()
    for length = 0, 40 do
      for at = 1, length do
        local text = ("x"):rep(at - 1) .. '"' .. ("y"):rep(length - at)
        assert.equal('"' .. text:gsub('"', '\\"') .. '"', core.json_write(text))
      end
    end
  end)

  it("writes integers whole and other numbers with the digits that read back", function()
    local cases = {
      [math.maxinteger] = "9223372036854775807",
      [math.mininteger] = "-9223372036854775808",
      [2^53 + 1] = "9007199254740992",
      [9007199254740993] = "9007199254740993",
      [1.0] = "1",
      [0.1] = "0.1",
      [1 / 3] = "0.3333333333333333",
      [5e-324] = "4.94065645841247e-324",
      [1e300] = "1e+300",
    }
    for number, text in pairs(cases) do
      assert.equal(text, core.json_write(number))
      assert.equal(number, core.json_read(text))
    end
  end)

  it("writes cjson.null as null and knows no other", function()
    assert.equal("[null,1]", core.json_write { cjson.null, 1 })
    assert.equal(cjson.null, core.null)
  end)

  it("tells what JSON has no words for, and where", function()
    local cyclic, shared = {}, {}
    cyclic.a = { cyclic }
    local cases = {
      { { f = print }, "/f a function cannot be written as JSON" },
      { { f = coroutine.create(print) }, "/f a coroutine cannot be written as JSON" },
      { { f = io.stdout }, "/f a userdata cannot be written as JSON" },
      { { 1, 0 / 0 }, "/1 NaN cannot be written as JSON" },
      { { math.huge }, "/0 infinity cannot be written as JSON" },
      { { -math.huge }, "/0 infinity cannot be written as JSON" },
      { { 1, 2, a = 3 }, " a table with list items and other keys cannot be written as JSON" },
      { { [3] = "x" }, " a table with number keys that make no list cannot be written as JSON" },
      { { [true] = 1 }, " a table with keys that are neither names nor a list's cannot be written"
        .. " as JSON" },
      { cyclic, "/a/0 a table that contains itself cannot be written as JSON" },
      { { "ok", "\xff" }, '/1 "\\xFF" is not UTF-8' },
      { { ["k\xc0"] = 1 }, '/k\u{FFFD} "k\\xC0" is not UTF-8' },
      { { ["a/b~c"] = print }, "/a~1b~0c a function cannot be written as JSON" },
    }
    for _, case in ipairs(cases) do assert.equal(case[2], refusal(case[1])) end
    assert.equal("[{},{}]", core.json_write { shared, shared })
  end)

  it("tells lists from objects and from what is neither, however a table came about", function()
    for bits = 1, 2 ^ #KEYS - 1 do
      for _, step in ipairs { 1, 2, 4, 5, 7, 8 } do
        for _, room in ipairs { false, true } do
          local value = table_of(bits, step, room)
          local fate, text = fate_of(value), core.json_write(value)
          if text then
            assert.equal(fate == "list" and "[" or "{", text:sub(1, 1))
            assert.same(value, cjson.decode(text))
          else
            assert.equal((" %s cannot be written as JSON"):format(fate), refusal(value))
          end
        end
      end
    end
  end)

  it("takes 100 levels of tables and tells of the next", function()
    local function nest(levels)
      local table = {}
      for _ = 2, levels do table = { table } end
      return table
    end
    assert.equal(("["):rep(99) .. "{}" .. ("]"):rep(99), core.json_write(nest(100)))
    assert.matches("nested more than 100 levels deep", refusal(nest(101)), 1, true)
    assert.matches("nested more than 100 levels deep", refusal(nest(10000)), 1, true)
  end)

  it("asks no metatable", function()
    local trap = function() error "asked" end
    local table = setmetatable({ a = 1 }, { __index = trap, __pairs = trap, __len = trap })
    assert.equal('{"a":1}', core.json_write(table))
    assert.equal("{}", core.json_write(setmetatable({}, { __index = { hidden = 1 } })))
  end)

  it("stops with an error before a table of shared tables takes all memory", function()
    local value = { 1 }
    for _ = 1, 60 do value = { value, value } end
    local text, err = core.json_write(value)
    assert.is_nil(text)
    assert.equal("too_large", err.code)
  end)
end)
