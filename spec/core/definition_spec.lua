local bylaw = require "bylaw"

local KIND = "tokenLifetimePolicy"
local TEXT = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}'

describe("bylaw.definition", function()
  it("turns a table into the documented text", function()
    assert.equal(TEXT, bylaw.definition.encode(KIND, { AccessTokenLifetime = "8:00:00" }))
    assert.equal(TEXT, bylaw.definition.encode(KIND, {
      TokenLifetimePolicy = { AccessTokenLifetime = "8:00:00", Version = 1 } }))
    assert.equal(TEXT, bylaw.definition.encode(KIND, " " .. TEXT:gsub(",", " , ")))
  end)

  it("refuses a table with problems", function()
    local text, err = bylaw.definition.encode(KIND, { AccessTokenLifetime = "1", x = 1 })
    assert.is_nil(text)
    assert.equal("invalid", err.code)
    assert.equal("/AccessTokenLifetime", err.problems[1].path)
    assert.equal(2, #err.problems)
  end)

  it("turns a text, or a list of one, into the inner table", function()
    for _, given in ipairs { TEXT, { TEXT } } do
      local inner, problems = bylaw.definition.decode(KIND, given)
      assert.same({ Version = 1, AccessTokenLifetime = "8:00:00" }, inner)
      assert.same({}, problems)
    end
  end)

  it("reads whatever can be read, and tells what is wrong with it", function()
    local inner, problems = bylaw.definition.decode(KIND,
      '{"TokenLifetimePolicy":{"Version":"1","AccessTokenLifetime":"99:00:00","New":[{}]}}')
    assert.same({ Version = "1", AccessTokenLifetime = "99:00:00", New = { {} } }, inner)
    assert.equal(3, #problems)
    inner, problems = bylaw.definition.decode(KIND, '{"Version":1}')
    assert.same({ Version = 1 }, inner)
    assert.equal("missing_wrapper", problems[1].code)
  end)

  it("returns nil and all that is wrong when a text is no JSON at all", function()
    local inner, err = bylaw.definition.decode(KIND, "definition-value")
    assert.is_nil(inner)
    assert.equal("invalid", err.code)
    inner, err = bylaw.definition.decode(KIND, { TEXT, TEXT })
    assert.is_nil(inner)
    assert.equal("one_definition", err.problems[1].code)
  end)

  it("returns nil and all that is wrong when an object is due and a lone value is there", function()
    for _, text in ipairs { "false", "5", '"x"', "null", '{"TokenLifetimePolicy":false}' } do
      local inner, err = bylaw.definition.decode(KIND, text)
      assert.is_nil(inner)
      assert.equal("wrong_type", err.problems[1].code)
    end
  end)

  it("takes an integer as a string where the kind does, in one way only", function()
    local function codes(version)
      local _, err = bylaw.definition.encode("tokenIssuancePolicy", { Version = version })
      return err and err.problems[1].code
    end
    assert.is_nil(codes "1")
    assert.equal("wrong_type", codes "01")
    assert.equal("wrong_type", codes "1 ")
    assert.equal("out_of_range", codes "0")
    assert.equal("out_of_range", codes "2")
  end)

  it("compares by meaning", function()
    local function same(a, b, kind) return bylaw.definition.equal(kind or KIND, a, b) end
    assert.is_true(same({ AccessTokenLifetime = "8:00:00" }, TEXT))
    assert.is_true(same({ AccessTokenLifetime = "0.08:00:00" }, { "{'TokenLifetimePolicy':"
      .. "{'AccessTokenLifetime':'08:00:00','Version':1}}" }))
    assert.is_false(same({ AccessTokenLifetime = "8:00:01" }, TEXT))
    assert.is_false(same({ AccessTokenLifetime = "8:00:00", x = 1 }, TEXT))
    assert.is_false(same({}, TEXT))
    assert.is_true(same({ EmitSamlNameFormat = true }, { EmitSAMLNameFormat = "true" },
                        "tokenIssuancePolicy"))
    assert.is_true(same({ Version = "1" }, {}, "tokenIssuancePolicy"))
    assert.is_false(same({ EmitSAMLNameFormat = false }, { EmitSAMLNameFormat = "true" },
                         "tokenIssuancePolicy"))
    assert.is_true(same({ MaxAgeSingleFactor = "until-revoked" },
                        { MaxAgeSingleFactor = "until-revoked" }))
    assert.is_false(same({ MaxAgeSingleFactor = "until-revoked" },
                         { MaxAgeSingleFactor = "180.00:00:00" }))
    local twice = '{"TokenLifetimePolicy":{"Version":1,"a":1,"a":2}}'
    assert.is_true(same(twice, twice))
    assert.is_true(same(twice, (bylaw.definition.decode(KIND, twice))))
    assert.is_true(same("no JSON", "no JSON"))
    assert.is_false(same("no JSON", TEXT))
  end)

  it("raises for a kind that there is not, with the nearest", function()
    assert.error_matches(function() bylaw.definition.encode("tokenLifetimPolicy", {}) end,
                         "did you mean tokenLifetimePolicy%?")
  end)
end)
