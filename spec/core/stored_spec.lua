local core = require "bylaw.core"
local policy = require "bylaw.policy"

--- What comes of a body that is first decoded as any answer is; and the text that is kept for it.
local function slowly(kind, body)
  local p = policy.stored(kind, core.json_read(body))
  return { p, core.kept(p) }
end

local function at_once(kind, body)
  local p = core.stored(kind, body)
  return { p, p and core.kept(p) }
end

local function body(definition)
  return core.json_write {
    ["@odata.context"] = "https://graph.example/$metadata", id = "x", displayName = "é \"quoted\"",
    definition = definition, isOrganizationDefault = false, description = core.null,
    list = { 1, 2.5, { a = true } },
  }
end

describe("bylaw.core.stored", function()
  it("gives the policy that comes of decoding first, for each public definition", function()
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
          assert.same(slowly(kind, answer), at_once(kind, answer))
        end
        count = count + 1
      end
    end
    assert.is_true(count > 100)
  end)

  for name, answer in pairs {
    ["no JSON"] = "{", ["no object"] = "[1]", ["a definition that cannot be read"] = body { "{" },
    ["two texts"] = body { "{}", "{}" }, ["no definition"] = '{"id":"x"}',
    ["no id"] = '{"definition":"{}"}', ["an empty id"] = '{"definition":"{}","id":""}',
    ["an id that is a number"] = '{"definition":"{}","id":1}',
    ["a second id that is none"] = '{"definition":"{}","id":"x","id":null}',
    ["a second name that is none"] = '{"definition":"{}","id":"x","type":"a","type":null}',
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
