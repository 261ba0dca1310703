--- Habits that people bring: one dash, no terminal in CI, a quick start.
local cjson = require "cjson"
local cli = require "spec.support.cli"
local one_dash = require "bylaw.cli.one_dash"
local parser = require "bylaw.cli.parser"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"
local terminal_text = require "bylaw.cli.text"
local verbs = require "bylaw.cli.verbs"

describe("one dash", function()
  local NAMES = { "-o", "--output", "--out", "--auto-approve", "-y", "--lock-timeout" }
  for given, meant in pairs {
    ["-auto-approve"] = "--auto-approve", ["-out=x.plan"] = "--out=x.plan",
    ["-lock-timeout=3s"] = "--lock-timeout=3s", ["-o"] = "-o", ["-ojson"] = "-ojson",
    ["-y"] = "-y", ["--out"] = "--out", ["-outer"] = "-outer", ["-"] = "-", ["x"] = "x",
    ["-unknown=1"] = "-unknown=1",
  } do
    it(("makes %s of %s"):format(meant, given), function()
      assert.same({ "plan", meant }, one_dash({ "plan", given }, NAMES))
    end)
  end

  it("is left alone behind --", function()
    assert.same({ "--", "-out" }, one_dash({ "--", "-out" }, NAMES))
  end)

  it("works for what hands type that know Terraform", function()
    local it_is <close> = setmetatable(tenant.new(), { __index = getmetatable(tenant.new()).__index,
      __close = function(self) self:stop() end })
    it_is:declare(tenant.lifetimes { a = 8 })
    local planned = it_is:run "plan -no-color -out=next.plan -detailed-exitcode -parallelism=4"
    assert.equal(2, planned.code)
    assert.equal(0, it_is:run("apply -auto-approve -lock-timeout=3s").code)
    assert.equal(0, it_is:run("plan -json -detailed-exitcode").code)
    assert.same(cli.call { "version" }, cli.call { "-version" })
    assert.same(cli.call { "plan", "--help" }, cli.call { "plan", "-help" })
  end)
end)

describe("80 columns", function()
  local LONG = "Contoso Europe: a name that somebody made of all that there was to say about it"
  local DECLARED = ([[
tokenLifetimePolicy "a-label-that-a-script-may-have-made-of-a-name" { displayName = "%s",
  definition = { AccessTokenLifetime = "%%d:00:00" },
  assignTo = { servicePrincipal { displayName = "%s" } } }
claimsMappingPolicy "claims" { displayName = "Claims", definition = { ClaimsSchema = { {
  Source = "user", ID = "employeeid", JwtClaimType = "name_of_a_claim_that_is_rather_long" } } } }
]]):format(LONG, LONG)

  --- Whether a line has a word that fits on none.
  local function is_too_wide(line)
    for word in line:gmatch "%S+" do
      if terminal_text.width(word) > 72 then return true end
    end
    return false
  end

  --- Asserts that a person sees no line that the terminal had to break and we could have.
  local function fits(it_is, arguments, expected)
    local shown, code = it_is:terminal(arguments)
    assert.equal(expected or 0, code, shown)
    for line in shown:gmatch "[^\n]+" do
      local bare = line:gsub("\27%[[%d;]*m", ""):gsub("^.*\27%[K", "") -- of a bar, the last
      assert.is_true(terminal_text.width(bare) <= 80 or is_too_wide(bare),
        arguments .. ": " .. line)
    end
  end

  it("hold whatever a verb shows on a terminal, however long names are", function()
    local it_is = tenant.new()
    finally(function() it_is:stop() end)
    it_is:make_carrier(LONG)
    it_is:declare(DECLARED:format(8))
    fits(it_is, "validate")
    fits(it_is, "plan --out next.plan")
    fits(it_is, "apply next.plan")
    fits(it_is, ("effective --app '%s'"):format(LONG))
    it_is:declare(DECLARED:format(9))
    fits(it_is, "plan")
    fits(it_is, "drift", 2)
    fits(it_is, "history")
    fits(it_is, "history 1")
    fits(it_is, "list")
    fits(it_is, ("show token-lifetime '%s'"):format(LONG))
    fits(it_is, "show token-lifetime 'Contoso, or what was it called? Somebody said it was "
      .. "much longer than this'", 1)
    fits(it_is, "create policies.lua")
    fits(it_is, "plan", 1)
    fits(it_is, "list token-lifetimes", 64)
    fits(it_is, "whoami")
    fits(it_is, "schema")
    fits(it_is, "schema claims-mapping")
    fits(it_is, "emulator --questions")
  end)

  it("hold every help", function()
    local root, parsers = parser.make()
    parsers[""] = root
    for name, one in pairs(parsers) do
      for line in one:get_help():gmatch "[^\n]+" do
        assert.is_true(#line <= 80, name .. ": " .. line)
      end
    end
  end)
end)

describe("CI", function()
  it("set means that nothing is asked, not even on a terminal", function()
    local folder = shell.scratch()
    for value, asks in pairs { ["true"] = false, ["1"] = false, ["false"] = true, [""] = true } do
      local outcome = cli.call({ "delete", "token-lifetime", "x", "--endpoint",
        "http://127.0.0.1:1" }, { terminal = true, env = { CI = value, BYLAW_TOKEN = "t" } })
      local refused = outcome.err:find("there is no terminal to ask on", 1, true) ~= nil
      assert.equal(asks, not refused, "CI=" .. value)
    end
    shell.remove(folder)
  end)
end)

describe("the start", function()
  it("of `bylaw version` loads neither the core nor another verb", function()
    local loaded = shell.must([[lua5.4 -e '
      local code = require "bylaw.cli.main" ({ "version" })
      for name in pairs(package.loaded) do
        if name:find "^bylaw" then print(name) end
      end' | sort]])
    assert.equal([[
bylaw 0.1.0
bylaw.cli.common
bylaw.cli.console
bylaw.cli.main
bylaw.cli.one_dash
bylaw.cli.parser
bylaw.cli.settings
bylaw.cli.text
bylaw.cli.verbs
bylaw.cli.version
bylaw.render.words
bylaw.version
]], loaded)
  end)

  it('of `require "bylaw"` loads no more than it, and touches no table but its own', function()
    assert.equal("bylaw bylaw.version\n", shell.must([[lua5.4 -e '
      local before, loaded = {}, {}
      for name in pairs(_G) do before[name] = true end
      local strings = getmetatable("").__index
      local bylaw = require "bylaw"
      for name in pairs(_G) do assert(before[name], name) end
      assert(strings == string and getmetatable(_G) == nil)
      for name in pairs(package.loaded) do
        if name:find "^bylaw" then loaded[#loaded + 1] = name end
      end
      table.sort(loaded)
      print(table.concat(loaded, " "))']]))
  end)

  it("gives every public name when it is asked for", function()
    local bylaw = require "bylaw"
    local names = {}
    for name in pairs(bylaw) do names[name] = true end
    for _, name in ipairs { "kinds", "null", "credential", "policy", "describe", "validate",
      "encode", "definition", "map", "tasks", "load", "export", "plan", "apply", "connect",
      "tokenLifetimePolicy" } do
      assert.is_true(names[name], name)
    end
    assert.is_nil(bylaw.tokenLifetimePolicies)
    assert.equal(require("bylaw.core").version, bylaw._VERSION)
  end)
end)

describe("the help and the manual pages", function()
  local root, parsers = parser.make()

  --- Roff read back: its escapes undone.
  local function page(name)
    return (shell.read("man/" .. name .. ".1"):gsub("\\f[BIR]", ""):gsub("\\%-", "-"))
  end

  it("have the same verbs and options before them", function()
    local text = page "bylaw"
    for _, name in ipairs(verbs.names) do
      assert.matches("\n.BR bylaw-" .. name .. " (1)\n", text, 1, true)
    end
    for _, option in ipairs(parser.option_names(root)) do assert.matches(option, text, 1, true) end
  end)

  for _, name in ipairs(verbs.names) do
    it("have their notes as they were written, and each default once, for " .. name, function()
      local help = parsers[name]:get_help()
      for line in (verbs.find(name).notes or ""):gmatch "[^\n]+" do
        assert.matches("\n" .. line .. "\n", help, 1, true)
      end
      assert.not_matches("(default:", help, 1, true)
    end)

    it("have the same options and examples of " .. name, function()
      local text, help = page("bylaw-" .. name), parsers[name]:get_help()
      for _, option in ipairs(parser.option_names(parsers[name])) do
        assert.matches(option, text, 1, true)
      end
      for _, example in ipairs(verbs.find(name).examples) do
        assert.matches(example[1], help, 1, true)
        assert.matches("\n.B " .. example[1]:gsub("^([.'])", "\\&%1"), text, 1, true)
      end
    end)
  end

  local groff = select(2, shell.run "command -v groff") == 0
  local test = groff and it or function(name) pending(name .. " (groff is not there)") end
  test("are roff that groff has nothing to say against", function()
    assert.equal("", shell.must "groff -man -ww -z -Tutf8 man/*.1")
  end)
end)

describe("bylaw version -o json", function()
  it("is a document", function()
    assert.same({ format_version = "1.0", bylaw_version = "0.1.0" },
      cjson.decode(cli.call({ "version", "-o", "json" }).out))
  end)
end)
