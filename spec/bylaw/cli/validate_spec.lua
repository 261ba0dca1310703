-- luacheck: no max line length (what is told stands on one line)
local cjson = require "cjson"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local BAD = [[
return {
  tokenLifetimePolicy {
    displayName = "Contoso: 8 hours",
    definition = { AccessTokenLifetime = "24:00:00" },
  },
  policy { type = "TokenLifetimePolicy", definition = { AccesTokenLifetime = "8:00:00" } },
}
]]

local GOOD = [[
return {
  tokenLifetimePolicy "one" {
    displayName = "one",
    definition = { AccessTokenLifetime = "8:00:00" },
  },
  tokenIssuancePolicy { displayName = "two", definition = { SamlTokenVersion = "1.1" } },
}
]]

local BODY = [[
{"displayName":"CustomTokenLifetimePolicy",
 "definition":"{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}",
 "type":"TokenLifetimePolicy"}
]]

describe("bylaw validate", function()
  local folder

  before_each(function() folder = shell.scratch() end)
  after_each(function() shell.remove(folder) end)

  local function write(name, content)
    shell.write(folder .. "/" .. name, content)
    return folder .. "/" .. name
  end

  --- Validates one file of that content; its folder is left out of what is said.
  local function judge(name, content, options, given)
    local arguments = { "validate", write(name, content), table.unpack(options or {}) }
    local outcome = cli.call(arguments, given)
    outcome.out = outcome.out:gsub(folder:gsub("%p", "%%%0") .. "/", "")
    return outcome
  end

  it("finds nothing wrong with policies that are right", function()
    assert.same({ code = 0, out = "Valid: 2 policies\n", err = "" }, judge("good.lua", GOOD))
    assert.same({ code = 0, out = "Valid: 1 policy\n", err = "" }, judge("body.json", BODY))
  end)

  it("tells every problem in a form that editors read", function()
    local outcome = judge("bad.lua", BAD)
    assert.same({ 1, "" }, { outcome.code, outcome.err })
    assert.equal([[
bad.lua:4:20: error[out_of_range]: /definition/AccessTokenLifetime: "24:00:00" is above the longest allowed, 23:59:59
  in tokenLifetimePolicy "Contoso: 8 hours":
  4: definition = { AccessTokenLifetime = "24:00:00" },
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Did you mean 23:59:59? (Graph: tokenLifetimePolicy resource type)
bad.lua:6:3: error[missing_property]: /displayName: "displayName" is missing: the name people see
  in policy, number 2:
  6: policy { type = "TokenLifetimePolicy", definition = { AccesTokenLifetime = "8:00:00" } },
     ^^^^^^
  (Graph: stsPolicy resource type)
bad.lua:6:57: error[unknown_property]: /definition/AccesTokenLifetime: "AccesTokenLifetime" is not a known property; did you mean AccessTokenLifetime?
  in policy, number 2:
  6: policy { type = "TokenLifetimePolicy", definition = { AccesTokenLifetime = "8:00:00" } },
                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
bad.lua:6:42: warning[no_effect]: /definition: sets nothing that has an effect: AccessTokenLifetime is missing
  in policy, number 2:
  6: policy { type = "TokenLifetimePolicy", definition = { AccesTokenLifetime = "8:00:00" } },
                                            ^^^^^^^^^^
Invalid: 3 errors, 1 warning
]], outcome.out)
  end)

  it("tells them in 80 columns on a terminal", function()
    write("bad.lua", BAD)
    local shown, code = cli.terminal(folder, "validate --color never bad.lua")
    assert.equal(1, code)
    assert.equal([[
Error: /definition/AccessTokenLifetime: "24:00:00" is above the longest
  allowed, 23:59:59
  on bad.lua line 4, in tokenLifetimePolicy "Contoso: 8 hours":
  4: definition = { AccessTokenLifetime = "24:00:00" },
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Did you mean 23:59:59? (Graph: tokenLifetimePolicy resource type)

Error: /displayName: "displayName" is missing: the name people see
  on bad.lua line 6, in policy, number 2:
  6: policy { type = "TokenLifetimePolicy", definition = { AccesTokenLifetim...
     ^^^^^^
  (Graph: stsPolicy resource type)

Error: /definition/AccesTokenLifetime: "AccesTokenLifetime" is not a known
  property; did you mean AccessTokenLifetime?
  on bad.lua line 6, in policy, number 2:
  6: ...enLifetimePolicy", definition = { AccesTokenLifetime = "8:00:00" } },
                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

Warning: /definition: sets nothing that has an effect: AccessTokenLifetime is
  missing
  on bad.lua line 6, in policy, number 2:
  6: ...y { type = "TokenLifetimePolicy", definition = { AccesTokenLifetime ...
                                          ^^^^^^^^^^

Invalid: 3 errors, 1 warning
]], shown)
  end)

  it("paints severities and carets on a terminal", function()
    write("bad.lua", BAD)
    local shown = cli.terminal(folder, "validate bad.lua")
    assert.matches("^\27%[1;31mError:\27%[0m ", shown)
    assert.matches("\27%[32m *%^+\27%[0m\n", shown)
    assert.matches("\27%[1;33mWarning:\27%[0m ", shown)
    assert.matches("\27%[1;31mInvalid:\27%[0m 3 errors, 1 warning\n$", shown)
  end)

  it("gives programs a document with every place", function()
    local outcome = judge("bad.lua", BAD, { "-o", "json" })
    assert.same({ 1, "" }, { outcome.code, outcome.err })
    local document = cjson.decode(outcome.out)
    assert.same({ "1.0", false, 3, 1, 4 }, { document.format_version, document.valid,
      document.error_count, document.warning_count, #document.diagnostics })
    assert.same({
      severity = "error", code = "out_of_range", path = "/definition/AccessTokenLifetime",
      summary = '"24:00:00" is above the longest allowed, 23:59:59', hint = "23:59:59",
      detail = "Did you mean 23:59:59? (Graph: tokenLifetimePolicy resource type)",
      source = "Graph: tokenLifetimePolicy resource type",
      address = 'tokenLifetimePolicy "Contoso: 8 hours"', filename = "bad.lua",
      range = {
        filename = "bad.lua",
        start = { line = 4, column = 20, byte = 90 },
        ["end"] = { line = 4, column = 52, byte = 122 },
      },
      snippet = { start_line = 4,
        code = '    definition = { AccessTokenLifetime = "24:00:00" },' },
    }, document.diagnostics[1])
    assert.equal('AccessTokenLifetime = "24:00:00"', BAD:sub(91, 122))
  end)

  it("gives an empty list where there is nothing to tell", function()
    local outcome = judge("good.lua", GOOD, { "--output=json" })
    assert.equal(0, outcome.code)
    assert.equal([[
{
  "format_version": "1.0",
  "valid": true,
  "error_count": 0,
  "warning_count": 0,
  "diagnostics": []
}
]], outcome.out)
  end)

  it("takes a file with warnings alone for valid, and leaves them out when quiet", function()
    local content = 'return tokenLifetimePolicy { displayName = "x", definition = {'
      .. ' AccessTokenLifetime = "8:00:00", MaxInactiveTime = "1:00:00" } }'
    local outcome = judge("a.lua", content)
    assert.equal(0, outcome.code)
    assert.matches("^a.lua:1:97: warning%[retired_property%]", outcome.out)
    assert.matches("\nValid: 1 policy, 1 warning\n$", outcome.out)
    assert.same({ code = 0, out = "", err = "" }, judge("a.lua", content, { "-q" }))
  end)

  it("points into a definition that is a text, and tells its own line and column", function()
    local outcome = judge("a.lua", [==[
return tokenIssuancePolicy {
  displayName = "x",
  definition = [[{"TokenIssuancePolicy":{"Version":1,
    "SamlTokenVersion":"3.0"}}]],
}
]==])
    assert.equal([[
a.lua:4:24: error[unknown_value]: /definition/SamlTokenVersion: "3.0" is not one of 1.1 or 2.0
  in tokenIssuancePolicy "x":
  4: "SamlTokenVersion":"3.0"}}]].."]]"..[[,
                        ^^^^^
  at line 2, column 24 of the definition's text
  Did you mean 2.0? (Graph: tokenIssuancePolicy resource type)
Invalid: 1 error
]], outcome.out)
  end)

  it("points into strings that are joined, and quotes the text that the file does not show", function()
    local outcome = judge("a.lua", [[
local half = '{"TokenIssuancePolicy":'
tokenIssuancePolicy "x" {
  displayName = "x",
  definition = '{"TokenIssuancePolicy":' .. '{"Version":1,"SamlTokenVersion":"3.0"}}',
}
tokenIssuancePolicy "y" {
  displayName = "y",
  definition = half .. '{"Version":1,"SamlTokenVersion":"3.0"}}',
}
]])
    assert.equal([[
a.lua:4:78: error[unknown_value]: /definition/SamlTokenVersion: "3.0" is not one of 1.1 or 2.0
  in tokenIssuancePolicy.x:
  4: definition = '{"TokenIssuancePolicy":' .. '{"Version":1,"SamlTokenVersion":"3.0"}}',
                                                                                ^^^^^
  at line 1, column 56 of the definition's text
  Did you mean 2.0? (Graph: tokenIssuancePolicy resource type)
a.lua:8:3: error[unknown_value]: /definition/SamlTokenVersion: "3.0" is not one of 1.1 or 2.0
  in tokenIssuancePolicy.y:
  8: definition = half .. '{"Version":1,"SamlTokenVersion":"3.0"}}',
     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  at line 1, column 56 of the definition's text:
  1: {"TokenIssuancePolicy":{"Version":1,"SamlTokenVersion":"3.0"}}
                                                            ^
  Did you mean 2.0? (Graph: tokenIssuancePolicy resource type)
Invalid: 2 errors
]], outcome.out)
  end)

  it("quotes what stands near a place in a long line", function()
    local long = ("ü"):rep(500)
    local outcome = judge("a.json", '{"description":"' .. long .. '","displayName":"' .. long
      .. [[","definition":["{\"TokenLifetimePolicy\":{\"Version\":2,\"AccessTokenLifetime\":]]
      .. [[\"1:00:00\"}}"]}]])
    assert.matches([[
a.json:1:1089: error[out_of_range]: /definition/Version: is 2; only 1 is known
  in tokenLifetimePolicy "]] .. ("ü"):rep(57) .. [[...":
  1: ...on":["{\"TokenLifetimePolicy\":{\"Version\":2,\"AccessTokenLifetime\":\"1:00:00\"}}"]}
                                                    ^
  at line 1, column 35 of the definition's text
]], outcome.out, 1, true)
    assert.matches('\n  1: ...' .. ("ü"):rep(20), outcome.out, 1, true)
    for line in outcome.out:gmatch "\n(  1: [^\n]*)" do
      assert.is_truthy(utf8.len(line))
      assert.is_true(utf8.len(line) <= 100)
    end
  end)

  it("finds the constructor of a policy and its fields, wherever it stands", function()
    local outcome = judge("a.lua", [[
local make = tokenLifetimePolicy
local life = { AccessTokenLifetime = "24:00:00" }
local function short(name) make { displayName = name, definition = {} } end

short "one"
make(7 and { definition = { AccessTokenLifetime = "1:00:00" } })
make "three" { displayName = "three", definition = life }
]])
    assert.matches("^a.lua:3:55: warning%[no_effect%]", outcome.out)
    assert.matches("\na.lua:6:1: error%[missing_property%]: /displayName", outcome.out)
    assert.matches("\na.lua:2:16: error%[out_of_range%]: /definition/AccessTokenLifetime", outcome.out)
  end)

  for name, case in pairs {
    ["nothing"] = { "return 5", "a.lua: error[no_policy]: declares nothing: declare a policy, such "
      .. 'as tokenLifetimePolicy "eight-hours" { ... }' },
    ["a syntax error"] = { "x = 1\nreturn {\n", "a.lua:3:1: error[syntax]: unexpected symbol near "
      .. "<eof>" },
    ["a mistake"] = { "local x\n\nreturn x.y", "a.lua:3:1: error[raised]: attempt to index a nil "
      .. "value (local 'x')\n  3: return x.y" },
    ["an error of its own"] = { "error('no\\27[31m', 0)", "a.lua:1:1: error[raised]: no\\u{1B}[31m"
      .. "\n  1: error('no\\27[31m', 0)" },
    ["an error that says nothing"] = { "error {}", "a.lua:1:1: error[raised]: an error was raised "
      .. "that says nothing: a table\n  1: error {}" },
    ["a word that is nearly one"] = { "\n  tokenLifetimPolicy 'x' {}", "a.lua:2:3: error[raised]: "
      .. "there is no word \"tokenLifetimPolicy\"; did you mean 'tokenLifetimePolicy'?\n"
      .. "  2: tokenLifetimPolicy 'x' {}\n     ^^^^^^^^^^^^^^^^^^^^^^" },
    ["require"] = { "local cjson = require 'cjson'", "a.lua:1:1: error[raised]: there is no require "
      .. 'here, but of "bylaw": include "file.lua" reads another file' },
    ["a constructor of a number"] = { "\nlocal p = tokenLifetimePolicy(7)", "a.lua:2:1: "
      .. "error[raised]: tokenLifetimePolicy takes a table of properties, not number\n"
      .. "  2: local p = tokenLifetimePolicy(7)" },
    ["a constructor without its table"] = { "\nlocal p = tokenLifetimePolicy 'x'", "a.lua:2:11: "
      .. 'error[no_policy]: tokenLifetimePolicy "x" has no table of properties\n'
      .. "  2: local p = tokenLifetimePolicy 'x'" },
    ["a compiled chunk"] = { string.dump(function() end), "a.lua: error[binary_chunk]: is a "
      .. "compiled Lua chunk; text is due" },
    ["UTF-16"] = { "\xFF\xFEr\0", "a.lua: error[unreadable]: cannot be read: it is UTF-16: save it "
      .. "as UTF-8" },
    ["endless recursion"] = { "local function f() return 1 + f() end\nf()", "a.lua:1:1: "
      .. "error[raised]: stack overflow" },
  } do
    it(("refuses a Lua file with %s, and says where"):format(name), function()
      local outcome = judge("a.lua", case[1])
      assert.same({ 1, "" }, { outcome.code, outcome.err })
      assert.equal(case[2], outcome.out:sub(1, #case[2]))
      assert.matches("\nInvalid: 1 error\n$", outcome.out)
    end)
  end

  for name, case in pairs {
    ["no JSON"] = { "{\n  x", "a.json:2:3: error[invalid_json]: " },
    ["nothing"] = { "", "a.json:1:1: error[invalid_json]: " },
    ["text behind its end"] = { "{} {}", "a.json:1:4: error[invalid_json]: " },
    ["a number"] = { "5", "a.json: error[no_policy]: the body is no policy: a JSON object is due" },
    ["an empty list"] = { "[]", "a.json: error[no_policy]: the list is empty" },
    ["a number in a list"] = { "[5]", "a.json: error[no_policy]: number 1 of the list is no "
      .. "policy: a JSON object is due" },
    ["a body without a kind"] = { '{"displayName":"x","definition":["definition-value"]}',
      "a.json:1:20: error[unknown_kind]: /definition: the definition does not say what kind of "
      .. "policy it is: give it by --kind, such as --kind tokenLifetimePolicy" },
    ["another kind's wrapper, nearly"] = {
      [[{"displayName":"x","definition":["{\"TokenLifetimPolicy\":{}}"]}]],
      [[a.json:1:20: error[unknown_kind]: /definition: the definition does not say what kind of ]]
        .. "policy it is: give it by --kind, such as --kind tokenLifetimePolicy\n"
        .. [[
  in the body:
  1: {"displayName":"x","definition":["{\"TokenLifetimPolicy\":{}}"]}
                        ^^^^^^^^^^^^
  Did you mean tokenLifetimePolicy?]],
    },
    ["an unknown kind"] = { '{"kind":"tokenLifetimPolicy"}', "a.json:1:2: error[unknown_kind]: "
      .. "/kind: is not a kind of policy" },
    ["a definition that is cut off"] = { '{"displayName":"x","definition":["{\\"TokenLifetime'
      .. 'Policy\\":{"]}', "a.json:1:61: error[invalid_json]: /definition: " },
    ["keys that stand twice"] = { '{"displayName":"x",\n"displayName":"y",\n'
      .. '"definition":["{\\"TokenLifetimePolicy\\":{\\"Version\\":1,\\"AccessTokenLifetime\\":'
      .. '\\"1:00:00\\"}}"]}', 'a.json:2:1: error[duplicate_key]: /displayName: "displayName" '
      .. 'stands twice in one object\n  2: "displayName":"y",\n     ^^^^^^^^^^^^^\n' },
    ["a NUL in a name"] = { '{"displayName":"a\\u0000b","type":"TokenLifetimePolicy",'
      .. '"definition":"{\\"TokenLifetimePolicy\\":{\\"Version\\":1,\\"AccessTokenLifetime\\":'
      .. '\\"1:00:00\\"}}"}', 'a.json:1:16: error[nul_character]: /displayName: "a\\x00b" has a '
      .. "NUL character in it" },
    ["bytes that are no UTF-8"] = { '{"displayName":"\xFF"}',
      "a.json:1:17: error[invalid_utf8]: " },
    ["UTF-16"] = { "\xFE\xFF\0{", "a.json: error[unreadable]: cannot be read: it is UTF-16" },
  } do
    it(("refuses a JSON file with %s, and says where"):format(name), function()
      local outcome = judge("a.json", case[1])
      assert.same({ 1, "" }, { outcome.code, outcome.err })
      assert.equal(case[2], outcome.out:sub(1, #case[2]))
      assert.matches("\nInvalid: 1 error\n$", outcome.out)
    end)
  end

  it("takes the kind of bodies by --kind", function()
    local outcome = judge("a.json", '{"displayName":"x","definition":["definition-value"]}',
      { "--kind", "token-issuance" })
    assert.matches("^a.json:1:35: error%[invalid_json%]: /definition: this is a placeholder",
      outcome.out)
  end)

  it("reads a body whose definition is an object, and a list of bodies", function()
    assert.equal("Valid: 2 policies\n", judge("a.json", '[{"displayName":"x","definition":'
      .. '{"TokenLifetimePolicy":{"AccessTokenLifetime":"1:00:00"}}},{"kind":"tokenIssuance",'
      .. '"displayName":"y","definition":{"SamlTokenVersion":"2.0"}}]').out)
  end)

  it("passes over a byte order mark and a first line for the shell", function()
    assert.equal("Valid: 1 policy\n", judge("a.json", "\xEF\xBB\xBF" .. BODY).out)
    assert.equal("Valid: 2 policies\n", judge("a.lua", "\xEF\xBB\xBF" .. GOOD).out)
    assert.equal("Valid: 2 policies\n", judge("b.lua", "#!/usr/bin/env lua5.4\n" .. GOOD).out)
  end)

  it("tells Lua and JSON apart where the name does not, and reads stdin", function()
    assert.equal("Valid: 1 policy\n", judge("body", " \n" .. BODY).out)
    assert.equal("Valid: 2 policies\n", judge("policies", GOOD).out)
    assert.equal("Valid: 2 policies\n", cli.call({ "validate", "-" }, { stdin = GOOD }).out)
    assert.matches("^stdin:1:1: error%[syntax%]",
      cli.call({ "validate", "-" }, { stdin = ")" }).out)
  end)

  it("lets no escape in a name, a message or a quoted line through", function()
    local outcome = judge("a.lua", 'return tokenLifetimePolicy {\n'
      .. '  displayName = "\\27[31m", definition = { ["\\27]0;x\\7"] = 1 }, --\27[31m\n}')
    assert.equal(1, outcome.code)
    assert.not_matches("[\27\7]", outcome.out)
  end)

  it("writes JSON however broken the file is", function()
    local outcome = judge("a.lua", 'return tokenLifetimePolicy { displayName = "\\xFF\xFF",'
      .. ' definition = { ["\\xFE"] = 0/0 } }', { "-o", "json" })
    assert.equal(1, outcome.code)
    local document = cjson.decode(outcome.out)
    assert.equal(document.error_count + document.warning_count, #document.diagnostics)
    assert.is_truthy(utf8.len(outcome.out))
  end)

  it("judges several files and tells of each", function()
    local one, two = write("one.lua", GOOD), write("two.lua", "return x.y")
    local outcome = cli.call { "validate", one, folder .. "/none.lua", folder, two }
    assert.equal(1, outcome.code)
    assert.matches("none.lua: error%[unreadable%]: cannot be read: No such file or directory\n",
      outcome.out)
    assert.matches(": error%[unreadable%]: cannot be read: Is a directory\n", outcome.out)
    assert.matches("two.lua:1:8: error%[raised%]", outcome.out)
    assert.matches("\nInvalid: 3 errors\n$", outcome.out)
  end)

  it("takes what a Lua file prints for no result", function()
    local outcome = judge("a.lua", "print('loading', 1, nil)\n" .. GOOD, { "-o", "json" })
    assert.equal("loading\t1\tnil\n", (outcome.err:gsub("\\t", "\t")))
    assert.is_true(cjson.decode(outcome.out).valid)
  end)

  it("keeps the globals of a file to that file", function()
    assert.equal(0, judge("a.lua", "leaked = true\n" .. GOOD).code)
    assert.is_nil(rawget(_G, "leaked"))
  end)

  it("refuses a file that is larger than 64 MiB", function()
    local name = folder .. "/huge.lua"
    shell.must("truncate -s 67108864 '%s'", name)
    assert.not_matches("larger than", cli.call({ "validate", name }).out)
    shell.must("truncate -s 67108865 '%s'", name)
    assert.matches("huge.lua: error%[unreadable%]: cannot be read: it is larger than 64 MiB\n",
      cli.call({ "validate", name }).out)
  end)

  it("takes policies.lua, else policies/*.lua, where no file is named", function()
    local outcome = cli.spawn(folder, "validate")
    assert.same({ 64, "", "bylaw: no FILE is named, and there is neither policies.lua nor "
      .. "policies/*.lua here\n  write one, or begin with what is live: bylaw export "
      .. ">policies.lua\n" }, { outcome.code, outcome.out, outcome.err })
    write("policies/b.lua", "return y")
    write("policies/a b.lua", GOOD)
    assert.matches('^policies/b.lua:1:8: error%[raised%]: there is no word "y"',
      cli.spawn(folder, "validate").out)
    write("policies.lua", GOOD)
    assert.equal("Valid: 2 policies\n", cli.spawn(folder, "validate").out)
  end)

  -- the interpreter that is built for the sanitizers leaves SIGINT to the system
  local in_lua = rawget(_G, "host") and function() end or it

  in_lua("ends with 130 when it is interrupted in a file that does not end", function()
    write("loop.lua", "print 'started' while true do end")
    local outcome = cli.interrupt(folder, "validate loop.lua", "", "INT", function()
      return shell.exists(folder .. "/err") and shell.read(folder .. "/err") == "started\n"
    end)
    assert.same({ code = 130, out = "", err = "started\nbylaw: interrupted\n" }, outcome)
  end)
end)
