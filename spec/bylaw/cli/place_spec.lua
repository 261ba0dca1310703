local place = require "bylaw.cli.place"

local LUA = [[
return {
  tokenLifetimePolicy { -- displayName = "no"
    displayName = "one",
    definition = { AccessTokenLifetime = "8:00:00", ["Odd-Key"] = 1 },
  },
  tokenLifetimePolicy {
    displayName = "two", definition = { AccessTokenLifetime = "9:00:00" },
  },
}
]]

--- "line:column marked text" of a path between two lines.
local function found(s, path, from, to)
  local first = place.line(s, from or 1)
  local _, last = place.line(s, to or select(2, s:gsub("\n", "")) + 1)
  local it = place.of_path(s, path, first, last)
  return it and ("%d:%d %s"):format(it.line, it.column, s:sub(it.first, it.last))
end

describe("bylaw.cli.place", function()
  it("finds the key that a path ends in, and its value", function()
    local s = place.without_comments(LUA)
    assert.equal('3:5 displayName = "one"', found(s, "/displayName", 2, 5))
    assert.equal('4:20 AccessTokenLifetime = "8:00:00"',
      found(s, "/definition/AccessTokenLifetime", 2, 5))
    assert.equal('7:41 AccessTokenLifetime = "9:00:00"',
      found(s, "/definition/AccessTokenLifetime", 6, 8))
  end)

  it("finds keys in brackets", function()
    assert.equal('4:55 Odd-Key"] = 1', found(LUA, "/definition/Odd-Key", 2, 5))
  end)

  it("gives the nearest key above one that is not there", function()
    assert.equal("4:5 definition", found(LUA, "/definition/Missing/Deeper", 3, 5))
  end)

  it("gives nothing where there is a doubt", function()
    assert.is_nil(found(LUA, "/displayName"))
    assert.is_nil(found(LUA, "/displayName", 2, 5)) -- one stands in a comment
    assert.is_nil(found(LUA, "", 2, 5))
    assert.is_nil(found("if displayName == 'x' then", "/displayName"))
  end)

  it("finds keys of JSON, and of JSON in a string", function()
    local s = [[{ "displayName" : 'x', ]]
      .. [["definition": ["{\"Foo\":{\"Version\": 1, \"Bar\":\"b\"}}"] }]]
    assert.equal([[1:4 displayName" : 'x']], found(s, "/displayName"))
    assert.equal([[1:52 Version\": 1]], found(s, "/definition/Version"))
    assert.equal([[1:68 Bar\":\"b\"]], found(s, "/definition/Bar"))
  end)

  it("reads a pointer's escapes", function()
    assert.equal('1:3 a/b~c"] = 1', found('["a/b~c"] = 1', "/a~1b~0c"))
  end)

  it("finds a definition's text as it stands, and with JSON's escapes", function()
    local inner = '{"A":{"B":1}}'
    local byte = inner:find "1"
    for s, column in pairs {
      ["x = [[" .. inner .. "]]"] = 17,
      [ [[{"definition":"{\"A\":{\"B\":1}}"}]] ] = 30,
    } do
      local it = place.in_text(s, inner, byte, 1, #s)
      assert.same({ 1, column, "1" }, { it.line, it.column, s:sub(it.first, it.last) })
    end
    assert.is_nil(place.in_text(inner .. inner, inner, byte, 1, 2 * #inner))
    assert.is_nil(place.in_text("elsewhere", inner, byte, 1, 9))
  end)

  it("counts columns in characters and lines by either break", function()
    local s = "é = 1,\r\nä = 2, key = 3"
    assert.equal("2:8 key = 3", found(s, "/key"))
    assert.same({ 10, #s }, { place.line(s, 2) })
    assert.is_nil(place.line(s, 3))
  end)

  it("blanks out comments without moving anything", function()
    local s = "a --b\n--[[ c\nd ]] e --[==[ f ]==] g"
    assert.equal("a    \n      \n     e" .. (" "):rep(15) .. "g", place.without_comments(s))
  end)

  it("marks the whole of a line without the blanks around it", function()
    local it = place.of_line("a\n  b c \n", 2)
    assert.same({ 2, 3, 5, 7, true }, { it.line, it.column, it.first, it.last, it.whole })
    assert.is_nil(place.of_line("a", 2))
  end)
end)
