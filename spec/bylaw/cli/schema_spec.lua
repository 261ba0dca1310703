local cli = require "spec.support.cli"
local core = require "bylaw.core"
local json_schema = require "bylaw.render.json_schema"
local schema = require "bylaw.render.schema"

local function call(...) return cli.call { "schema", ... } end

describe("bylaw schema", function()
  it("lists the kinds, a line each, without one", function()
    local kinds = {}
    for i, kind in ipairs(core.kinds) do kinds[i] = core.describe(kind) end
    assert.same({ code = 0, out = schema.kinds(kinds) .. "\n", err = "" }, call())
  end)

  for _, name in ipairs { "tokenLifetimePolicy", "token-lifetime", "TokenLifetimePolicies" } do
    it("shows the kind that is meant by " .. name, function()
      local kind = core.describe "tokenLifetimePolicy"
      assert.same({ code = 0, out = schema.kind(kind) .. "\n", err = "" }, call(name))
    end)
  end

  it("writes a JSON Schema when asked", function()
    local text = json_schema.text(core.describe "claimsMappingPolicy") .. "\n"
    assert.same({ code = 0, out = text, err = "" }, call("claims-mapping", "--json-schema"))
  end)

  for words, arguments in pairs {
    ["unknown kind 'token-lifetimes'; did you mean 'tokenLifetimePolicy'?"] = { "token-lifetimes" },
    ["'policy' holds definitions of every kind: name one of them"] = { "policy" },
    ["--json-schema is about one kind: name it"] = { "--json-schema" },
  } do
    it("refuses, saying: " .. words, function()
      local outcome = call(table.unpack(arguments))
      assert.same({ 64, "" }, { outcome.code, outcome.out })
      assert.equal("bylaw: " .. words, outcome.err:match "[^\n]*")
    end)
  end
end)
