-- luacheck: no max line length (a body as Graph has it)
local core = require "bylaw.core"
local json_place = require "bylaw.cli.json_place"

local BODY = [[
{ "displayName" : "x", // "displayName": 1
  "displayName": "é",
  "definition": ["{\"TokenLifetimePolicy\":{\"Version\": 1, \"A\\u0042\":\"\u00e9b\", \"L\":[{\"B\":2}]}}"] }]]

--- "line:column marked text" of a pointer.
local function found(text, base, path, wrapper)
  local at = json_place.of_path({ name = "a", text = text }, base, path, wrapper)
  return at and ("%d:%d %s"):format(at.line, at.column, text:sub(at.first, at.last))
end

describe("bylaw.cli.json_place", function()
  it("finds a member, the last of those that stand twice, with a value that is short", function()
    assert.equal('2:3 "displayName": "é"', found(BODY, "", "/displayName"))
    assert.equal('3:3 "definition"', found(BODY, "", "/definition"))
    assert.equal('1:2 "a/b~c":1', found('{"a/b~c":1}', "", "/a~1b~0c"))
  end)

  it("finds what is inside a definition that is JSON in a string", function()
    local in_policy = "TokenLifetimePolicy"
    assert.equal([[3:45 \"Version\": 1]], found(BODY, "", "/definition/Version", in_policy))
    assert.equal([[3:61 \"A\\u0042\":\"\u00e9b\"]], found(BODY, "", "/definition/AB", in_policy))
    assert.equal([[3:95 \"B\":2]], found(BODY, "", "/definition/L/0/B", in_policy))
  end)

  it("finds what is inside a definition that is an object, with and without a wrapper", function()
    assert.equal('1:21 "A":1', found('{"definition":{"W":{"A":1}}}', "", "/definition/A", "W"))
    assert.equal('1:16 "A":1', found('{"definition":{"A":1}}', "", "/definition/A", "W"))
  end)

  it("gives the nearest member above one that is not there", function()
    assert.equal('1:21 "A":1', found('{"definition":{"W":{"A":1}}}', "", "/definition/A/B/C", "W"))
    assert.equal('1:2 "definition"', found('{"definition":{}}', "", "/definition/A", "W"))
    assert.is_nil(found("{}", "", "/displayName"))
    assert.equal("1:5 {", found("[7, {}]", "/1", "/displayName"))
  end)

  it("finds a byte of the text in a string, by what was written for it", function()
    local text = core.json_read(BODY, true).definition[1]
    for _, piece in ipairs { "TokenLifetimePolicy", "éb", "L", "B" } do
      local byte = text:find(piece, 1, true)
      local at = json_place.in_text({ name = "a", text = BODY }, "", byte)
      local written = piece == "éb" and "\\u00e9b" or piece
      assert.equal(written, BODY:sub(at.first, at.first + #written - 1))
    end
    assert.is_nil(json_place.in_text({ name = "a", text = '{"definition":{}}' }, "", 1))
  end)

  it("comes to an end in a text that is cut off anywhere", function()
    for last = 0, #BODY do
      found(BODY:sub(1, last), "", "/definition/L/0/B", "TokenLifetimePolicy")
    end
  end)
end)
