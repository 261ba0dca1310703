local bylaw = require "bylaw"
local problems = require "spec.support.problems"

local function lifetime(definition)
  return bylaw.tokenLifetimePolicy { displayName = "x", definition = definition }
end

local function issuance(definition)
  return bylaw.tokenIssuancePolicy { displayName = "x", definition = definition }
end

local function judge(policy) return problems.of(bylaw.validate(policy)) end

--- A definition text of a token lifetime policy with these settings inside.
local function text(inside) return '{"TokenLifetimePolicy":{' .. inside .. "}}" end

describe("a token lifetime policy", function()
  it("takes access token lifetimes from 00:10:00 to 23:59:59 in every legal spelling", function()
    for _, span in ipairs { "00:10:00", "0:10:00", "8:00:00", "08:00:00", "0.08:00:00",
                            "00.8:00:00", "23:59:59" } do
      assert.same({}, judge(lifetime { AccessTokenLifetime = span }), span)
    end
  end)

  it("refuses lifetimes beyond its limits with the limit as hint", function()
    local path = "/definition/AccessTokenLifetime"
    for span, hint in pairs {
      ["00:09:59"] = "00:10:00", ["0:00:00"] = "00:10:00", ["24:00:00"] = "23:59:59",
      ["1.00:00:00"] = "23:59:59", ["999.23:59:59"] = "23:59:59", ["00:05"] = "00:10:00",
    } do
      assert.same({ ("error out_of_range %s [%s]"):format(path, hint) },
                  judge(lifetime { AccessTokenLifetime = span }), span)
    end
  end)

  it("explains texts that are no time span and guesses what was meant", function()
    local path = "/definition/AccessTokenLifetime"
    for span, hint in pairs {
      ["PT8H"] = "08:00:00", ["8h"] = "08:00:00", ["PT1H30M"] = "01:30:00", ["8:00"] = "08:00:00",
      ["00:90:00"] = "01:30:00", ["28800"] = "08:00:00", [" 5:00:00 "] = "05:00:00",
      ["30m"] = "00:30:00", ["P1D"] = "23:59:59", ["8:0:0"] = "08:00:00",
    } do
      assert.same({ ("error wrong_format %s [%s]"):format(path, hint) },
                  judge(lifetime { AccessTokenLifetime = span }), span)
    end
    for _, span in ipairs { "", "08:00:00.5", "-01:00:00", "until-revoked", "eight hours",
                            "8:00:00:00", "1.2.03:04:05", "1000.00:00:00", "08-00-00", "PT",
                            "P1M" } do
      assert.same({ "error wrong_format " .. path },
                  judge(lifetime { AccessTokenLifetime = span }), span)
    end
  end)

  it("says the rule, the value and the limit in its message", function()
    local _, err = bylaw.validate(lifetime { AccessTokenLifetime = "24:00:00" })
    assert.equal('"24:00:00" is above the longest allowed, 23:59:59', err.message)
    assert.equal("/definition/AccessTokenLifetime", err.path)
    assert.equal("Graph: tokenLifetimePolicy resource type", err.problems[1].source)
  end)

  it("takes the retired settings within their ranges, with a warning each", function()
    local cases = {
      { "MaxInactiveTime", "00:10:00", "00:09:59", "90.00:00:00", "90.00:00:01" },
      { "MaxAgeSingleFactor", "00:10:00", "00:09:59", "365.00:00:00", "365.00:00:01" },
      { "MaxAgeMultiFactor", "00:10:00", "00:09:59", "365.00:00:00", "365.00:00:01" },
      { "MaxAgeSessionSingleFactor", "00:10:00", "00:09:59", "365.00:00:00", "365.00:00:01" },
      { "MaxAgeSessionMultiFactor", "00:10:00", "00:09:59", "365.00:00:00", "365.00:00:01" },
    }
    for _, case in ipairs(cases) do
      local key, least, below, most, above = table.unpack(case)
      local warning = "warning retired_property /definition/" .. key
      local function found(span)
        return judge(lifetime { AccessTokenLifetime = "8:00:00", [key] = span })
      end
      assert.same({ warning }, found(least))
      assert.same({ warning }, found(most))
      local refused = "error out_of_range /definition/%s [%s]"
      assert.same({ refused:format(key, least), warning }, found(below))
      assert.same({ refused:format(key, most), warning }, found(above))
      if key ~= "MaxInactiveTime" then assert.same({ warning }, found "until-revoked") end
    end
    assert.same({ "error wrong_format /definition/MaxInactiveTime",
                  "warning retired_property /definition/MaxInactiveTime" },
                judge(lifetime { AccessTokenLifetime = "8:00:00",
                                 MaxInactiveTime = "until-revoked" }))
  end)

  it("warns when nothing in it has an effect", function()
    local nothing = "warning no_effect /definition [AccessTokenLifetime]"
    assert.same({ nothing }, judge(lifetime {}))
    assert.same({ "warning retired_property /definition/MaxAgeSingleFactor", nothing },
                judge(lifetime { MaxAgeSingleFactor = "180.00:00:00" }))
  end)

  it("warns of an idle time that is not below the ages", function()
    local function found(idle, age)
      local list = judge(lifetime { AccessTokenLifetime = "8:00:00", MaxInactiveTime = idle,
                                    MaxAgeSingleFactor = age })
      return list[3]
    end
    assert.is_nil(found("01:00:00", "01:00:01"))
    assert.is_nil(found("01:00:00", "until-revoked"))
    assert.equal("warning no_effect /definition/MaxInactiveTime", found("01:00:00", "01:00:00"))
  end)

  it("takes Version 1 as an integer only", function()
    for version, verdict in pairs {
      [1] = false, [2] = "error out_of_range /definition/Version [1]",
      [0] = "error out_of_range /definition/Version [1]",
      [1.5] = "error wrong_type /definition/Version",
      ["1"] = "error wrong_type /definition/Version",
    } do
      assert.same({ verdict or nil },
                  judge(lifetime { Version = version, AccessTokenLifetime = "8:00:00" }))
    end
  end)

  it("suggests the nearest name for a misspelt one and tells all of them", function()
    assert.same({
      "error wrong_type /definition/AccessTokenLifetime",
      "error unknown_property /definition/AccesTokenLifetime [AccessTokenLifetime]",
      "error unknown_property /definition/RefreshTokenMaxInactiveTime",
      "error unknown_property /definition/accesstokenlifetime [AccessTokenLifetime]",
      "error unknown_property /definition/version [Version]",
    }, judge(lifetime {
      AccessTokenLifetime = 28800, accesstokenlifetime = "8:00:00", AccesTokenLifetime = "8:00:00",
      version = 1, RefreshTokenMaxInactiveTime = "1.00:00:00",
    }))
  end)
end)

describe("a token issuance policy", function()
  it("takes what is documented and nothing else", function()
    local good = {
      SigningAlgorithm = { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                           "http://www.w3.org/2000/09/xmldsig#rsa-sha1" },
      TokenResponseSigningPolicy = { "ResponseOnly", "TokenOnly", "ResponseAndToken" },
      SamlTokenVersion = { "1.1", "2.0" },
      EmitSAMLNameFormat = { true, false, "true", "false", "True", "False" },
      EmitSamlNameFormat = { true, "false" },
      Version = { 1, "1" },
    }
    for key, values in pairs(good) do
      for _, value in ipairs(values) do assert.same({}, judge(issuance { [key] = value })) end
    end
    local bad = {
      { "SigningAlgorithm", "rsa-sha256", "error unknown_value" },
      { "TokenResponseSigningPolicy", "Tokenonly", "error unknown_value", "TokenOnly" },
      { "SamlTokenVersion", 1.1, "error wrong_type" },
      { "SamlTokenVersion", "1.0", "error unknown_value", "1.1" },
      { "EmitSAMLNameFormat", "yes", "error wrong_type" },
      { "EmitSAMLNameFormat", 1, "error wrong_type" },
      { "Version", "2", "error out_of_range", "1" },
      { "Version", "one", "error wrong_type" },
    }
    for _, case in ipairs(bad) do
      local key, value, verdict, hint = table.unpack(case)
      assert.same({ verdict .. " /definition/" .. key .. (hint and " [" .. hint .. "]" or "") },
                  judge(issuance { [key] = value }))
    end
  end)

  it("takes either spelling of EmitSAMLNameFormat, never both", function()
    assert.same({ "error two_spellings /definition/EmitSamlNameFormat" },
                judge(issuance { EmitSAMLNameFormat = true, EmitSamlNameFormat = true }))
  end)
end)

describe("a policy", function()
  it("needs displayName and definition", function()
    assert.same({ "error missing_property /definition [definition]",
                  "error missing_property /displayName [displayName]" },
                judge(bylaw.tokenLifetimePolicy {}))
    assert.same({ "error out_of_range /displayName" },
                judge(bylaw.tokenLifetimePolicy {
                  displayName = "", definition = { AccessTokenLifetime = "8:00:00" } }))
  end)

  it("names wrong types of its own properties", function()
    assert.same({
      "error wrong_type /displayName",
      "error wrong_type /description",
      "error wrong_type /isOrganizationDefault",
      "error unknown_property /displayname [displayName]",
      "warning may_be_refused /description",
      "error wrong_type /definition",
    }, judge(bylaw.tokenLifetimePolicy {
      displayName = 3, description = {}, isOrganizationDefault = "true", definition = 4,
      displayname = "x",
    }))
  end)

  it("warns of a name of more than 256 characters, counted as characters", function()
    local definition = { AccessTokenLifetime = "8:00:00" }
    assert.same({}, judge(bylaw.tokenLifetimePolicy { displayName = ("é"):rep(256),
                                                      definition = definition }))
    assert.same({ "warning may_be_refused /displayName" },
                judge(bylaw.tokenLifetimePolicy { displayName = ("é"):rep(257),
                                                  definition = definition }))
  end)

  it("warns of a default flag that its kind ignores", function()
    local function flagged(kind)
      return judge(bylaw[kind] { displayName = "x", isOrganizationDefault = true,
                                 definition = { Version = 1, AccessTokenLifetime = kind ==
                                   "tokenLifetimePolicy" and "8:00:00" or nil } })
    end
    assert.same({}, flagged "tokenLifetimePolicy")
    assert.same({ "warning no_effect /isOrganizationDefault" }, flagged "tokenIssuancePolicy")
  end)

  it("tells what cannot be written, wherever it stands, together with all the rest", function()
    local cyclic = {}
    cyclic.me = cyclic
    assert.same({
      "error invalid_utf8 /displayName",
      "error wrong_type /description",
      "warning may_be_refused /description",
      "error unwritable_value /definition/AccessTokenLifetime",
      "error unknown_property /definition/a",
      "error unwritable_value /definition/a",
      "error unknown_property /definition/b",
      "error unwritable_value /definition/b",
      "error unknown_property /definition/c",
      "error nul_character /definition/c",
      "warning no_effect /definition [AccessTokenLifetime]",
    }, (function()
      local list = judge(bylaw.tokenLifetimePolicy {
        displayName = "\xff", description = 1,
        definition = { AccessTokenLifetime = print, a = 0 / 0, b = { cyclic }, c = "\0" },
      })
      -- the walk of b goes down to where the cycle closes
      for i, line in ipairs(list) do list[i] = line:gsub("/b/0/me", "/b") end
      list[#list + 1] = "warning no_effect /definition [AccessTokenLifetime]"
      return list
    end)())
  end)

  it("refuses text definitions that lack wrapper or Version, and fills them into tables", function()
    assert.same({ "error missing_wrapper /definition [TokenLifetimePolicy] @1:1" },
                judge(lifetime '{"Version":1,"AccessTokenLifetime":"8:00:00"}'))
    assert.same({ "error missing_property /definition/Version [Version] @1:24" },
                judge(lifetime(text '"AccessTokenLifetime":"8:00:00"')))
    local whole = text '"Version":1,"AccessTokenLifetime":"8:00:00"'
    for _, definition in ipairs { whole, { whole }, { AccessTokenLifetime = "8:00:00" },
                                  { Version = 1, AccessTokenLifetime = "8:00:00" },
                                  { TokenLifetimePolicy = { AccessTokenLifetime = "8:00:00" } } } do
      assert.same({}, judge(lifetime(definition)))
      assert.equal('{"definition":["' .. whole:gsub('"', '\\"') .. '"],"displayName":"x"}',
                   bylaw.encode(lifetime(definition)))
    end
  end)

  it("names line and column inside a text, in the order of the text", function()
    assert.same({
      "warning lenient_json /definition @1:2",
      "error unknown_property /definition/versoin [Version] @2:2",
      "error out_of_range /definition/AccessTokenLifetime [23:59:59] @3:25",
    }, (function()
      local list = judge(lifetime("{'TokenLifetimePolicy':{\n \"versoin\": 1,\n"
        .. ' "AccessTokenLifetime": "24:00:00", "Version": 1}}'))
      return list
    end)())
  end)

  it("tells of a wrapper that is another kind's, misspelt, or not alone", function()
    assert.same({ "error wrong_wrapper /definition [TokenLifetimePolicy] @1:2" },
                judge(lifetime '{"TokenIssuancePolicy":{"Version":1}}'))
    assert.same({ "error wrong_wrapper /definition [TokenLifetimePolicy]" },
                judge(lifetime { TokenLifeTimePolicy = { AccessTokenLifetime = "8:00:00" } }))
    assert.same({ "error unknown_property /definition/Version" },
                judge(lifetime { TokenLifetimePolicy = { AccessTokenLifetime = "8:00:00" },
                                 Version = 1 }))
    assert.same({ "error wrong_type /definition @1:1" }, judge(lifetime { "[1]" }))
  end)

  it("says that a definition is one text", function()
    assert.same({ "error one_definition /definition" }, judge(lifetime { "{}", "{}" }))
    assert.same({ "error wrong_type /definition" }, judge(lifetime(true)))
    assert.same({ "error wrong_type /definition" }, judge(lifetime { 5 }))
  end)

  it("recognises a whole request body in a definition's place, as text and as table", function()
    local words = 'this is a whole request body: what stands in its "definition" is what belongs '
      .. "here"
    local inner = text '"Version":1,"AccessTokenLifetime":"8:00:00"'
    local body = bylaw.encode(lifetime(inner))
    local in_place = { [body] = " @1:1", ["\n\n" .. body] = " @3:1" }
    for given, place in pairs(in_place) do
      local found = { "error missing_wrapper /definition" .. place }
      assert.same(found, judge(lifetime(given)))
      assert.same(found, judge(lifetime { given }))
    end
    for _, given in ipairs { { displayName = "x", definition = { Version = 1 } },
                             { definition = { inner } }, { definition = inner, type = 5 } } do
      local _, err = bylaw.validate(lifetime(given))
      assert.equal(words, err.message)
      assert.same({ "error missing_wrapper /definition" }, judge(lifetime(given)))
    end
    local _, err = bylaw.validate(lifetime(body))
    assert.equal(words, err.message)
  end)

  it("does not take a misplaced key for a request body where the wrapper is there", function()
    assert.same({ "error unknown_property /definition/definition @1:2" },
                judge(lifetime('{"definition":1,' .. text('"Version":1,'
                  .. '"AccessTokenLifetime":"8:00:00"'):sub(2))))
  end)

  it("recognises what the documents and shells leave in a text", function()
    for given, words in pairs {
      ["definition-value"] = "this is a placeholder of the documentation",
      ["String"] = "this is a placeholder of the documentation",
      [""] = "the text is empty",
      ['{`"TokenLifetimePolicy`":{}}'] = "PowerShell's back-tick escapes",
      ['{\\"TokenLifetimePolicy\\":{}}'] = "the text is escaped once too often",
      ['{{"TokenLifetimePolicy":{}}}'] = "an extra pair of braces",
      ['"{"TokenLifetimePolicy":{}}"'] = "the quotes of a program's string",
      ['<<<<<<< HEAD\n{}'] = "marks of an unresolved merge",
      ['{"TokenLifetimePolicy":{**"Version":1**}}'] = "emphasis marks (**)",
      ['{"TokenLifetimePolicy":{"Versio…'] = "the text looks cut off",
    } do
      local _, err = bylaw.validate(lifetime(given))
      assert.equal("invalid_json", err.problems[1].code)
      assert.equal(1, err.message:find(words, 1, true), err.message)
    end
  end)

  it("turns accepted codes into warnings, and tells of codes that there are not", function()
    local p = lifetime { AccessTokenLifetime = "8:00:00", NewSetting = 1 }
    p.accept = { "unknown_property" }
    assert.same({ "warning unknown_property /definition/NewSetting" }, judge(p))
    assert.equal('{"definition":["{\\"TokenLifetimePolicy\\":{\\"Version\\":1,'
      .. '\\"AccessTokenLifetime\\":\\"8:00:00\\",\\"NewSetting\\":1}}"],"displayName":"x"}',
                 bylaw.encode(p))
    p.accept = { "unknown_propety" }
    assert.same({ "error unknown_value /accept/0",
                  "error unknown_property /definition/NewSetting" },
                judge(p))
  end)

  it("lists 1000 problems and counts the rest", function()
    local definition = {}
    for i = 1, 1500 do definition["x" .. i] = i end
    local list = judge(lifetime(definition))
    assert.equal(1001, #list)
    assert.equal("error too_many_problems ", list[1001])
    local _, err = bylaw.validate(lifetime(definition))
    assert.equal("501 more problems are not listed", err.problems[1001].message)
    assert.equal("1500 problems", err.message)
  end)

  it("raises when it is given what no constructor made", function()
    assert.error_matches(function() bylaw.validate(3) end, "table expected, got number")
    assert.error_matches(function() bylaw.validate {} end, "a policy is due")
    assert.error_matches(function() bylaw.tokenLifetimePolicy "x" end,
                         "bylaw.tokenLifetimePolicy takes a table of properties, not string")
    assert.error_matches(function() bylaw.encode(lifetime {}, "typed") end,
                         "invalid option 'typed'")
  end)
end)

describe("the request body", function()
  local custom = {
    type = "TokenLifetimePolicy", displayName = "CustomTokenLifetimePolicy",
    definition = { AccessTokenLifetime = "8:00:00" },
  }

  it("is the documented one in each dialect", function()
    local p = bylaw.policy(custom)
    local inner = [[{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}]]
    assert.equal('{"displayName":"CustomTokenLifetimePolicy","definition":"' .. inner
      .. '","type":"TokenLifetimePolicy"}', bylaw.encode(p, "legacy-string"))
    local array = '{"displayName":"CustomTokenLifetimePolicy","definition":["' .. inner
      .. '"],"type":"TokenLifetimePolicy"}'
    assert.equal(array, bylaw.encode(p, "legacy"))
    assert.equal(array, bylaw.encode(p))
    assert.equal('{"definition":["' .. inner .. '"],"displayName":"TokenLifetimePolicy1",'
      .. '"isOrganizationDefault":true}', bylaw.encode(bylaw.tokenLifetimePolicy {
        displayName = "TokenLifetimePolicy1", isOrganizationDefault = true,
        definition = { AccessTokenLifetime = "8:00:00" },
      }))
  end)

  it("is the same for equal policies, whatever the order of their tables", function()
    local a = issuance { Version = 1, SamlTokenVersion = "2.0", EmitSAMLNameFormat = true }
    local b = issuance { EmitSamlNameFormat = "true", SamlTokenVersion = "2.0" }
    assert.equal(bylaw.encode(a), bylaw.encode(b))
  end)

  it("has booleans and integers in the form in which they are documented", function()
    local cases = {
      { "tokenIssuancePolicy", { EmitSAMLNameFormat = "False", Version = "1" },
        '{"TokenIssuancePolicy":{"Version":1,"EmitSAMLNameFormat":"false"}}' },
      { "tokenIssuancePolicy", { EmitSAMLNameFormat = true },
        '{"TokenIssuancePolicy":{"Version":1,"EmitSAMLNameFormat":"true"}}' },
      { "claimsMappingPolicy", { IncludeBasicClaimSet = "True" },
        '{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true"}}' },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[3], bylaw.definition.encode(case[1], case[2]))
    end
    for given, written in pairs { ["True"] = "true", ["false"] = "false", [true] = "true" } do
      local encoded = bylaw.definition.encode("claimsMappingPolicy", {
        ClaimsSchema = { { Source = "transformation", ID = "x", TransformationId = "t",
                           JwtClaimType = "x" }, { Source = "user", ID = "mail" } },
        ClaimsTransformations = { {
          ID = "t", TransformationMethod = "ExtractMailPrefix",
          InputClaims = { { ClaimTypeReferenceId = "mail", TransformationClaimType = "mail",
                            TreatAsMultiValue = given } },
          OutputClaims = { { ClaimTypeReferenceId = "x", TransformationClaimType = "out" } } } } })
      assert.equal(written, encoded:match '"TreatAsMultiValue":([^,}]+)')
    end
    local given = '{"TokenIssuancePolicy":{"Version":"1","EmitSAMLNameFormat":"True"}}'
    assert.equal(given, require("cjson").decode(bylaw.encode(issuance(given))).definition[1])
  end)

  it("carries a text byte for byte while the policy says what the text says", function()
    local given = '{ "TokenLifetimePolicy" :\n{"AccessTokenLifetime":"8:00:00","Version":1} }'
    local p = lifetime(given)
    assert.equal(given, require("cjson").decode(bylaw.encode(p)).definition[1])
    p.definition.AccessTokenLifetime = "9:00:00"
    assert.equal('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"9:00:00"}}',
                 require("cjson").decode(bylaw.encode(p)).definition[1])
  end)

  it("is written strictly where a text had to be read leniently", function()
    local p = lifetime "{'TokenLifetimePolicy':{'Version':1,'AccessTokenLifetime':'5:00:00',}}"
    assert.equal('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"5:00:00"}}',
                 require("cjson").decode(bylaw.encode(p)).definition[1])
  end)

  it("carries what the service sent back as it came, strict or not, until it is changed", function()
    local stored = require("bylaw.policy").stored
    local texts = {
      "{'TokenLifetimePolicy':{'Version':1,'AccessTokenLifetime':'5:00:00',}}",
      '\xEF\xBB\xBF{"TokenLifetimePolicy" : {"Version":1, /**/"AccessTokenLifetime":"5:00:00"}}',
      '{"TokenLifetimePolicy":{"AccessTokenLifetime":"5:00:00","Version":1}}',
    }
    for _, given in ipairs(texts) do
      local p = stored("tokenLifetimePolicy", { id = "x", displayName = "x",
                                                definition = { given } })
      p.id = nil
      local function sent() return require("cjson").decode(bylaw.encode(p)).definition[1] end
      assert.equal(given, sent())
      p.displayName = "y"
      assert.equal(given, sent())
      p.definition.AccessTokenLifetime = "6:00:00"
      assert.equal('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"6:00:00"}}', sent())
      p.definition.AccessTokenLifetime = "5:00:00"
      assert.equal(given, sent())
    end
  end)

  it("is right for calls that run in the midst of one another, as finalizers do", function()
    local small, large = lifetime { AccessTokenLifetime = "8:00:00" }, {}
    for i = 1, 400 do large[i] = { Value = "v" .. i, JwtClaimType = "claim" .. i } end
    large = bylaw.claimsMappingPolicy { displayName = "x", definition = { ClaimsSchema = large } }
    local expected = { [small] = bylaw.encode(small), [large] = bylaw.encode(large) }
    assert.is_true(#expected[large] > 20000)
    local runs, wrong, over = 0, 0, false
    local function set_trap()
      setmetatable({}, { __gc = function()
        if over then return end
        runs = runs + 1
        for p, body in pairs(expected) do
          if bylaw.encode(p) ~= body then wrong = wrong + 1 end
        end
        set_trap()
      end })
    end
    set_trap()
    local pause, step = collectgarbage("setpause", 0), collectgarbage("setstepmul", 1000)
    local round = 0
    while round < 300 or (runs < 3 and round < 20000) do
      round = round + 1
      for p, body in pairs(expected) do assert.equal(body, bylaw.encode(p)) end
      pcall(bylaw.encode, {}) -- raises with its scope open
    end
    over = true
    collectgarbage("setpause", pause)
    collectgarbage("setstepmul", step)
    assert.is_true(runs > 2)
    assert.equal(0, wrong)
  end)

  it("needs a legacy type that is known", function()
    local function found(type)
      return judge(bylaw.policy { type = type, displayName = "x",
                                  definition = { AccessTokenLifetime = "8:00:00" } })
    end
    assert.same({}, found "TokenLifetimePolicy")
    assert.same({ "error missing_property /type [type]" }, found(nil))
    assert.same({ "error unknown_kind /type [TokenLifetimePolicy]" }, found "TokenLifeTimePolicy")
    assert.same({ "error contradiction /type [TokenLifetimePolicy]" },
                judge(bylaw.tokenLifetimePolicy {
                  type = "TokenIssuancePolicy", displayName = "x",
                  definition = { AccessTokenLifetime = "8:00:00" } }))
  end)

  it("has no legacy form where the kind has no legacy type", function()
    local p = bylaw.onPremAuthenticationPolicy { displayName = "x", definition = { Version = 1 } }
    assert.equal('{"definition":["{\\"Version\\":1}"],"displayName":"x"}', bylaw.encode(p))
    local body, err = bylaw.encode(p, "legacy")
    assert.is_nil(body)
    assert.equal("unsendable", err.code)
    p.type = "TokenLifetimePolicy"
    assert.same({ "error contradiction /type" }, judge(p))
  end)

  it("is at most 4 MiB", function()
    local function body(length)
      local p = lifetime { AccessTokenLifetime = "8:00:00" }
      p.displayName = ("n"):rep(length)
      return bylaw.encode(p)
    end
    local overhead = #body(1) - 1
    assert.equal(4 * 1024 * 1024, #body(4 * 1024 * 1024 - overhead))
    local none, err = body(4 * 1024 * 1024 - overhead + 1)
    assert.is_nil(none)
    assert.equal("too_large", err.code)
    assert.equal("the request body would be larger than 4 MiB, which is what Graph takes",
                 err.message)
    assert.is_nil((body(50000000)))
  end)
end)
