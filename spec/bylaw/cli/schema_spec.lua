local cjson = require "cjson"
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

  it("writes the rows of a kind, or of all, for programs", function()
    local one = cjson.decode(call("token-issuance", "-o", "json").out)
    assert.same({ "1.0", 1, "tokenIssuancePolicy" },
      { one.format_version, #one.kinds, one.kinds[1].name })
    local of_the_core = core.describe "tokenIssuancePolicy"
    assert.same(of_the_core, one.kinds[1])
    local all, names = cjson.decode(call("--json").out), {}
    for i, kind in ipairs(all.kinds) do names[i] = kind.name end
    assert.same(core.kinds, names)
  end)

  it("tells programs of no maximum where there is none", function()
    local kind = cjson.decode(call("claims-mapping", "-o", "json").out).kinds[1]
    local items = {}
    for _, field in ipairs(kind.fields[3].fields) do items[field.name] = field end
    assert.same({ "ClaimsSchema", 1 }, { kind.fields[3].name, items.ID.min })
    assert.is_nil(items.ID.max)
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
