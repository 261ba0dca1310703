local core = require "bylaw.core"

--- What json_read and definition_decode give of a body that is as it should be.
local function slowly(kind, body)
  local p = core.json_read(body)
  for name, value in pairs(p) do
    if value == core.null or name:sub(1, 1) == "@" then p[name] = nil end
  end
  local text = p.definition
  if type(text) == "table" then text = text[1] end
  local inner, problems = core.definition_decode(kind, text)
  p.definition = inner
  return { p, text, problems }
end

local function body(definition)
  return core.json_write {
    ["@odata.context"] = "https://graph.example/$metadata", id = "x", displayName = "é \"quoted\"",
    definition = definition, isOrganizationDefault = false, description = core.null,
    list = { 1, 2.5, { a = true } },
  }
end

describe("bylaw.core.stored", function()
  it("gives what json_read and definition_decode give, for each public definition", function()
    local count = 0
    for line in io.lines "spec/data/definitions.jsonl" do
      local case = core.json_read(line)
      local kind = case.kind
      local text = case.definition
      if type(text) == "table" and #text == 1 then text = text[1] end
      if core.collections[kind] and type(text) == "string"
        and type((core.definition_decode(kind, text))) == "table" then
        for _, definition in ipairs { text, { text } } do
          local answer = body(definition)
          assert.same(slowly(kind, answer), { core.stored(kind, answer) })
        end
        count = count + 1
      end
    end
    assert.is_true(count > 100)
  end)

  for name, answer in pairs {
    ["no JSON"] = "{", ["no object"] = "[1]", ["a definition that cannot be read"] = body { "{" },
    ["two texts"] = body { "{}", "{}" }, ["no definition"] = '{"id":"x"}',
    ["a definition that is an object"] = body { TokenLifetimePolicy = {} },
    ["the definition twice"] = '{"definition":"{}","definition":"{}"}',
  } do
    it("leaves to others what is anything but plain: " .. name, function()
      assert.is_nil((core.stored("tokenLifetimePolicy", answer)))
    end)
  end

  it("raises for an unknown kind", function()
    assert.error_matches(function() core.stored("fooPolicy", "{}") end, "not a kind of policy")
  end)
end)
