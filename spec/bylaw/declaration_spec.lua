-- luacheck: no max line length (cases stand on one line)
local bylaw = require "bylaw"
local shell = require "spec.support.shell"

local APP = "11111111-1111-1111-1111-111111111111"

describe("bylaw.load", function()
  local folder

  before_each(function() folder = shell.scratch() end)
  after_each(function() shell.remove(folder) end)

  local function write(name, text)
    shell.write(folder .. "/" .. name, text)
    return folder .. "/" .. name
  end

  --- Loads a text as policies.lua, the environment left out unless it is asked for.
  local function load(text, given)
    given = given or {}
    if given.environment == nil then given.environment = false end
    return bylaw.load(write("policies.lua", text), given)
  end

  --- The problems of a text as "line:column code path: message"; of other files with their name.
  local function problems(text, given)
    local desired, err = load(text, given)
    local lines = {}
    for i, one in ipairs(desired and desired.problems or err.problems) do
      local at = one.place
      local name = at.file:sub(#folder + 2)
      lines[i] = ("%s%s:%s %s %s: %s"):format(name == "policies.lua" and "" or name .. ":",
        tostring(at.line), tostring(at.column), one.code, one.path, one.message)
    end
    return lines
  end

  it("takes a script that requires bylaw and returns what it made", function()
    local desired = assert(load([[
local bylaw = require "bylaw"
local function made(name)
  local p = bylaw.tokenLifetimePolicy {
    displayName = name, definition = { AccessTokenLifetime = "8:00:00" },
  }
  return p
end
return { made "one", made "two" }
]]))
    local names = {}
    for i, one in ipairs(desired.policies) do names[i] = one.kind .. " " .. one.displayName end
    assert.same({ "tokenLifetimePolicy one", "tokenLifetimePolicy two" }, names)
  end)

  it("gives what is declared, in its order", function()
    local desired = assert(load(([[
local apps = { hr = "%s" }

tokenLifetimePolicy "eight-hours" {
  displayName = "Contoso: 8 hour access tokens",
  definition  = { AccessTokenLifetime = "8:00:00" },
  assignTo    = { servicePrincipal { appId = apps.hr }, application { displayName = "Sales" } },
}
homeRealmDiscoveryPolicy "default" { displayName = "hrd", isOrganizationDefault = true,
  definition = { AccelerateToFederatedDomain = true, PreferredDomain = "contoso.com" } }
tokenLifetimePolicy "old" { displayName = "Contoso legacy", absent = true }
tokenLifetimePolicy "new" { displayName = "New name", was = "Old name", id = "%s",
  definition = [=[{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"1:00:00"}}]=] }
owns { "tokenLifetimePolicy", displayName = "Contoso:*" }
owns "claimsMappingPolicy"
ignore { "/description", "tokenLifetimePolicy.old" }
settings { mostRemoved = 0.25 }
]]):format(APP, APP)))
    local seen = {}
    for i, one in ipairs(desired.policies) do
      seen[i] = { one.address, one.kind, one.label, one.displayName, one.id or false,
        one.was or false, one.absent or false, one.policy and one.policy.definition or false,
        one.assignTo or false, one.place.line, one.place.column }
    end
    assert.same({
      { "tokenLifetimePolicy.eight-hours", "tokenLifetimePolicy", "eight-hours",
        "Contoso: 8 hour access tokens", false, false, false, { AccessTokenLifetime = "8:00:00" },
        { { servicePrincipal = { appId = APP } }, { application = { displayName = "Sales" } } },
        3, 1 },
      { "homeRealmDiscoveryPolicy.default", "homeRealmDiscoveryPolicy", "default", "hrd", false,
        false, false, { AccelerateToFederatedDomain = true, PreferredDomain = "contoso.com" },
        false, 8, 1 },
      { "tokenLifetimePolicy.old", "tokenLifetimePolicy", "old", "Contoso legacy", false, false,
        true, false, false, 10, 1 },
      { "tokenLifetimePolicy.new", "tokenLifetimePolicy", "new", "New name", APP, "Old name", false,
        { Version = 1, AccessTokenLifetime = "1:00:00" }, false, 11, 1 },
    }, seen)
    assert.same({ "tokenLifetimePolicy Contoso:* 13:1", "claimsMappingPolicy * 14:1" }, {
      ("%s %s %d:%d"):format(desired.owns[1].kind, desired.owns[1].displayName,
        desired.owns[1].place.line, desired.owns[1].place.column),
      ("%s %s %d:%d"):format(desired.owns[2].kind, desired.owns[2].displayName,
        desired.owns[2].place.line, desired.owns[2].place.column) })
    assert.same({ "/description", "tokenLifetimePolicy.old" }, desired.ignore)
    assert.same({ mostRemoved = 0.25 }, desired.settings)
    assert.same({}, desired.problems)
    assert.is_true(bylaw.validate(desired.policies[1].policy))
  end)

  it("says where every field of a policy stands", function()
    local desired = assert(load([[
local inner = { Source = "user", ID = "mail",
  JwtClaimType = "mail" }
claimsMappingPolicy "c" {
  displayName = "c",
  definition = { ClaimsMappingPolicy = { Version = 1, IncludeBasicClaimSet = "true",
    ClaimsSchema = { { Source = "user", ID = "upn", JwtClaimType = "upn" }, inner } } },
  assignTo = { servicePrincipal "x" },
}
]]))
    local function place(pointer)
      local at = desired.policies[1].place_of(pointer)
      return ("%d:%d"):format(at.line, at.column)
    end
    assert.same({ "4:3", "6:5", "6:24", "6:41", "1:17", "1:34", "2:3", "7:16", "3:1" }, {
      place "/displayName", place "/definition/ClaimsSchema", place "/definition/ClaimsSchema/0/Source",
      place "/definition/ClaimsSchema/0/ID", place "/definition/ClaimsSchema/1/Source",
      place "/definition/ClaimsSchema/1/ID", place "/definition/ClaimsSchema/1/JwtClaimType/deeper",
      place "/assignTo/0", place "/nothing" })
  end)

  it("tells every problem at once, each at its field", function()
    assert.same({
      '3:22 wrong_type /was: must be a string, not a number',
      '4:16 invalid_target /assignTo/0: has "appID"; appId, displayName or id say which one; '
        .. "did you mean 'appId'?",
      '4:56 invalid_target /assignTo/1: must be servicePrincipal { appId = "..." } or application '
        .. '{ appId = "..." }',
      '5:3 unknown_property /isOrganisationDefault: "isOrganisationDefault" is not a known property; '
        .. "did you mean isOrganizationDefault?",
      '2:18 out_of_range /definition/AccessTokenLifetime: "24:00:00" is above the longest allowed, '
        .. "23:59:59",
      '7:1 missing_property /displayName: "displayName" is missing: the name people see',
    }, problems [[
tokenLifetimePolicy "a" {
  definition = { AccessTokenLifetime = "24:00:00" },
  displayName = "a", was = 7,
  assignTo = { { servicePrincipal = { appID = "x" } }, "x" },
  isOrganisationDefault = true,
}
tokenLifetimePolicy "b" { definition = { AccessTokenLifetime = "1:00:00" } }
]])
  end)

  it("finds the place inside a raw JSON text, and in a local that holds it", function()
    assert.same({ '3:25 unknown_value /definition/SamlTokenVersion: "3.0" is not one of 1.1 or 2.0',
      '5:78 unknown_value /definition/SamlTokenVersion: "3.0" is not one of 1.1 or 2.0' }, problems [==[
tokenIssuancePolicy "a" { displayName = "a", definition =
[[{"TokenIssuancePolicy": { "Version": 1,
    "SamlTokenVersion": "3.0" } }]]
}
local text = "{\"TokenIssuancePolicy\":{\"Version\":1,\t\"SamlTokenVersion\":\"3.0\"}}"
tokenIssuancePolicy "b" { displayName = "b", definition = { text } }
]==])
  end)

  it("refuses words that are none, and names the nearest", function()
    assert.same({ "1:1 raised : there is no word \"tokenLifetimPolicy\"; did you mean "
      .. "'tokenLifetimePolicy'?" }, problems "tokenLifetimPolicy 'x' {}")
    assert.same({ "2:3 raised : there is no word \"incldue\"; did you mean 'include'?" },
      problems "local x =\n  incldue 'x.lua'")
    assert.same({ "1:1 unknown_kind : owns: \"tokenLifetimPolicy\" is no kind of policy; did you mean "
      .. "'tokenLifetimePolicy'?",
      "2:1 unknown_property : owns has no \"displayname\"; known are displayName; did you mean "
      .. "'displayName'?" }, { problems "owns 'tokenLifetimPolicy'"[1],
      problems "\nowns { 'tokenLifetimePolicy', displayname = 'x' }"[1] })
    assert.same({ "1:1 missing_property : owns: a kind of policy is due, such as "
      .. 'owns { "tokenLifetimePolicy" }' }, problems "owns {}")
  end)

  it("refuses a label that stands twice, and one without its table", function()
    local twice = problems [[
tokenLifetimePolicy "a" { displayName = "a", absent = true }
tokenLifetimePolicy "a" { displayName = "b", absent = true }
tokenLifetimePolicy "c"
]]
    assert.equal(2, #twice)
    assert.matches("^2:1 duplicate_label : is declared twice: .*policies.lua:1:1 has it too$", twice[1])
    assert.equal('3:1 no_policy : tokenLifetimePolicy "c" has no table of properties', twice[2])
  end)

  it("runs loops and functions, and keeps what was declared from later changes", function()
    local desired = assert(load [[
local function life(hours) return { AccessTokenLifetime = ("%d:00:00"):format(hours) } end
local p = { definition = life(1) }
for name, hours in pairs { c = 3, a = 1, b = 2 } do
  p.displayName, p.definition = name, life(hours)
  tokenLifetimePolicy(name)(p)
end
p.definition.AccessTokenLifetime = "nothing"
]])
    local seen = {}
    for i, one in ipairs(desired.policies) do
      seen[i] = one.displayName .. " " .. one.policy.definition.AccessTokenLifetime
    end
    assert.same({ "a 1:00:00", "b 2:00:00", "c 3:00:00" }, seen)
  end)

  describe("include", function()
    it("gives a file's value, relative to the one that includes it, and runs it once", function()
      write("parts/apps.lua", "print 'once' include 'deep/more.lua' return { hr = '" .. APP .. "' }")
      write("parts/deep/more.lua", "include '../apps2.lua'")
      write("parts/apps2.lua", "owns 'tokenLifetimePolicy'")
      local notes = {}
      local desired = assert(load([[
local apps = include "parts/apps.lua"
assert(include "./parts/apps.lua" == apps)
tokenLifetimePolicy "x" { displayName = apps.hr, absent = true }]],
        { on_note = function(line) notes[#notes + 1] = line end }))
      assert.same({ { "once" }, APP, 1 }, { notes, desired.policies[1].displayName, #desired.owns })
    end)

    it("explains a file that includes itself", function()
      write("a.lua", "include 'b.lua'")
      write("b.lua", "\ninclude 'a.lua'")
      local lines = problems "include 'a.lua'"
      assert.equal(1, #lines)
      assert.equal(("b.lua:2:1 raised : the file includes itself: %s/a.lua -> %s/b.lua -> %s/a.lua")
        :format(folder, folder, folder), lines[1])
    end)

    it("stays inside the root, also through links", function()
      write("inside/policies.lua", "include '../outside.lua'")
      write("outside.lua", "owns 'tokenLifetimePolicy'")
      shell.must("ln -s ../outside.lua '%s/inside/link.lua'", folder)
      write("inside/b.lua", "include 'link.lua'")
      write("inside/c.lua", "include '/etc/passwd'")
      for _, name in ipairs { "policies", "b", "c" } do
        local _, err = bylaw.load(folder .. "/inside/" .. name .. ".lua")
        assert.matches("^include \".*\": it leads out of .*/inside, where the declarations are$",
          err.problems[1].message)
      end
      assert(bylaw.load(folder .. "/inside/b.lua", { root = folder }))
    end)

    it("tells of a file that is missing, and of one that is wrong, where that is", function()
      write("wrong.lua", "return\nreturn")
      assert.same({ '1:1 raised : include "none.lua": No such file or directory' },
        problems "include 'none.lua'")
      assert.same({ "wrong.lua:2:1 syntax : unexpected symbol near 'return'" },
        problems "include 'wrong.lua'")
    end)
  end)

  describe("var", function()
    local TEXT = "tokenLifetimePolicy 'x' { displayName = var 'NAME', absent = true }"

    local function name_of(given)
      return assert(load(TEXT, given)).policies[1].displayName
    end

    it("has values that are given, then those of files, then the environment's", function()
      local file = write("vars.lua", "return { NAME = 'of the file', OTHER = { 1 } }")
      assert.equal("given", name_of { vars = { NAME = "given" }, vars_files = { file } })
      assert.equal("of the file", name_of { vars_files = { file } })
      assert.equal("of the file", name_of { vars_files = { file }, environment = true })
      write("policies.lua", TEXT)
      local found = shell.must([[BYLAW_VAR_NAME='of the environment' POLICIES='%s/policies.lua' \
        lua5.4 -e 'print(assert(require("bylaw").load(os.getenv "POLICIES")).policies[1].displayName)'
      ]], folder)
      assert.equal("of the environment\n", found)
      assert(load("assert(var 'OTHER'[1] == 1) owns 'tokenLifetimePolicy'", { vars_files = { file } }))
    end)

    it("may have a value of its own, for when there is none", function()
      assert.equal("mine", assert(load("tokenLifetimePolicy 'x' { displayName = var('NAME', 'mine'), "
        .. "absent = true }")).policies[1].displayName)
    end)

    it("tells of every one that is missing, at its place, and of nothing that follows", function()
      local lines = problems "\ntokenLifetimePolicy 'x' { displayName = var 'A', definition = var 'B' }"
      assert.equal(2, #lines)
      assert.equal('2:1 missing_variable : there is no value for "A"; give it by --var A=VALUE, '
        .. "BYLAW_VAR_A, or a file of variables", lines[1])
      assert.matches('missing_variable : there is no value for "B"', lines[2])
    end)

    it("refuses a file of variables that returns none", function()
      local file = write("vars.lua", "return 1")
      assert.matches("a file of variables returns a table", problems(TEXT, { vars_files = { file } })[1])
    end)
  end)

  describe("rule", function()
    local RULE = [[
rule "no token above 8 hours" { kind = "tokenLifetimePolicy", check = function(policy)
  if seconds(policy.definition.AccessTokenLifetime) > 8 * 3600 then
    return "lives for more than 8 hours", "/definition/AccessTokenLifetime"
  end
end }
]]

    it("is asked of every policy of its kind, and reported like a problem of bylaw's own", function()
      local desired, err = load(RULE .. [[
tokenLifetimePolicy "a" { displayName = "a", definition = { AccessTokenLifetime = "8:00:00" } }
tokenLifetimePolicy "b" { displayName = "b",
  definition = { AccessTokenLifetime = "8:00:01" } }
tokenIssuancePolicy "c" { displayName = "c", definition = { SamlTokenVersion = "1.1" } }
]])
      assert.is_nil(desired)
      local one = err.problems[1]
      assert.same({ 1, "error", "rule", "/definition/AccessTokenLifetime",
        "lives for more than 8 hours", 'rule "no token above 8 hours"', 8, 18, "tokenLifetimePolicy.b" },
        { #err.problems, one.severity, one.code, one.path, one.message, one.source, one.place.line,
          one.place.column, one.address })
      assert.equal(folder .. '/policies.lua:8:18: /definition/AccessTokenLifetime: lives for more '
        .. "than 8 hours", tostring(err))
    end)

    it("may warn, answer false or a table, and is content with nil and true", function()
      local desired = assert(load [[
local function answers(value, more) return function() return value, more end end
rule "a" { severity = "warning", check = answers(false) }
rule "b" { severity = "warning", check = answers(false, "because") }
rule "c" { check = answers { message = "table", path = "/displayName", hint = "h", severity = "warning" } }
rule "d" { check = answers(true, "no") }
rule "e" { check = answers(nil, "no") }
rule "f" { kind = { "claimsMappingPolicy", "tokenIssuancePolicy" }, check = answers(false) }
tokenLifetimePolicy "x" { displayName = "x", definition = { AccessTokenLifetime = "8:00:00" } }
]])
      local seen = {}
      for i, one in ipairs(desired.problems) do
        seen[i] = ("%s %s %s %s %d"):format(one.severity, one.message, one.path, tostring(one.hint),
          one.place.column)
      end
      assert.same({ "warning breaks this rule  nil 1", "warning because  nil 1",
        "warning table /displayName h 27" }, seen)
    end)

    it("sees a copy, and a mistake of its own is told with its line", function()
      local lines = problems [[
rule "change" { check = function(p) p.definition.AccessTokenLifetime = "x" p.kind = nil end }
rule "mistake" { check = function(p) return p.nothing.at.all end }
tokenLifetimePolicy "x" { displayName = "x", definition = { AccessTokenLifetime = "8:00:00" } }
]]
      assert.same({ "2:1 raised : attempt to index a nil value (field 'nothing')" }, lines)
    end)

    it("is not asked of a policy that is wrong by itself", function()
      assert.equal(1, #problems(RULE .. "tokenLifetimePolicy 'x' { displayName = 'x', definition = "
        .. "{ AccessTokenLifetime = 'soon' } }"))
    end)

    it("refuses what is no rule", function()
      assert.matches("takes a table with a function", problems "rule 'x' { check = 1 }"[1])
      assert.matches('rule "x" has no "kinds"; .*did you mean \'kind\'', problems(
        "rule 'x' { check = print, kinds = 1 }")[1])
      assert.matches("unknown_kind", problems "rule 'x' { check = print, kind = 'y' }"[1])
    end)
  end)

  it("reads as one line a problem, with its place", function()
    local _, err = load "tokenLifetimePolicy 'x' { displayName = 7 }\ntokenLifetimePolicy 'y' {}"
    local first = tostring(err):match "^[^\n]*\n  ([^\n]*)"
    assert.equal("invalid", err.code)
    assert.equal(("%s/policies.lua:1:1: /definition: \"definition\" is missing: the settings"):format(
      folder), first)
  end)

  it("takes several files as one set, and a file that is missing for a problem", function()
    local a, b = write("a.lua", "shared = 'x'"), write("b.lua",
      "tokenLifetimePolicy 'x' { displayName = shared, absent = true }")
    assert.equal("x", assert(bylaw.load { a, b }).policies[1].displayName)
    local _, err = bylaw.load { a, folder .. "/none.lua" }
    assert.same({ "unreadable", folder .. "/none.lua" }, { err.problems[1].code,
      err.problems[1].place.file })
  end)

  it("raises for options that do not exist and limits that are none", function()
    assert.has_error(function() bylaw.load("x", { rot = "" }) end,
      "load has no option 'rot'; did you mean 'root'?")
    assert.has_error(function() bylaw.load("x", { limits = { second = 1 } }) end,
      "load: limits has no option 'second'; did you mean 'seconds'?")
    assert.has_error(function() bylaw.load(7) end, "load: path must be a string, not a number")
  end)
end)
