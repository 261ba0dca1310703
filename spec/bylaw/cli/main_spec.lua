local cli = require "spec.support.cli"
local core = require "bylaw.core"
local kind_name = require "bylaw.cli.kind_name"
local shell = require "spec.support.shell"

local VERBS = { "validate", "create", "list", "show", "delete", "emulator", "version", "help" }

local function words(line)
  local list = {}
  for word in line:gmatch "%S+" do list[#list + 1] = word end
  return list
end

describe("bylaw", function()
  it("prints its version on one line", function()
    local due = { code = 0, out = "bylaw " .. core.version .. "\n", err = "" }
    assert.same(due, cli.call { "version" })
    assert.same(due, cli.call { "--version" })
  end)

  it("alone prints its help to stderr and ends with 64", function()
    local help = cli.call { "help" }
    assert.same({ code = 64, out = "", err = help.out }, cli.call {})
  end)

  it("prints its help, with every verb in it, by help, -h and --help alike", function()
    local help = cli.call { "help" }
    assert.equal(0, help.code)
    assert.equal("", help.err)
    for _, verb in ipairs(VERBS) do assert.matches("\n  " .. verb .. " +%u", help.out) end
    assert.matches("Examples:.*Options:.*Verbs:.*Environment:.*Exit status:", help.out)
    assert.same(help, cli.call { "-h" })
    assert.same(help, cli.call { "--help" })
  end)

  for _, verb in ipairs(VERBS) do
    it(("explains %s: examples first, then options and exit status"):format(verb), function()
      local help = cli.call { "help", verb }
      assert.same({ 0, "" }, { help.code, help.err })
      assert.matches("^Usage: bylaw " .. verb .. ".*Examples:.*Options:.*Exit status:", help.out)
      assert.same(help, cli.call { verb, "-h" })
      assert.same(help, cli.call { verb, "--help" })
      for line in help.out:gmatch "[^\n]+" do
        assert.is_true(#line <= 80, "wider than 80 columns: " .. line)
      end
    end)
  end

  for line, message in pairs {
    ["lst"] = "unknown verb 'lst'; did you mean 'list'?",
    ["frobnicate"] = "unknown verb 'frobnicate'",
    ["help crate"] = "unknown verb 'crate'; did you mean 'create'?",
    ["--versoin"] = "there is no option '--versoin' before the verb; did you mean '--version'?",
    ["--local list"] = "option '--local' stands behind the verb",
    ["list --lcal"] = "there is no option '--lcal' of this verb; did you mean '--local'?",
    ["validate --local"] = "there is no option '--local' of this verb",
    ["list -o yaml"] = "argument for option '-o' must be one of 'text', 'json'",
    ["list --color"] = "option '--color' requires an argument",
    ["list --quiet=1"] = "option '--quiet' does not take arguments",
    ["list --api-version v2"] =
      "argument for option '--api-version' must be one of 'v1.0', 'beta'",
    ["list --cloud usgv"] = "\"usgv\" is no cloud; did you mean 'usgov'?",
    ["list tokenLifetmePolicy"] =
      "unknown kind 'tokenLifetmePolicy'; did you mean 'tokenLifetimePolicy'?",
    ["list Tokenissuancepolicie"] =
      "unknown kind 'Tokenissuancepolicie'; did you mean 'tokenIssuancePolicy'?",
    ["--"] = "a verb is due",
    ["create"] = "missing argument 'FILE'",
    ["create a b"] = "too many arguments",
    ["show tokenLifetimePolicy"] = "missing argument 'ID|NAME'",
    ["delete"] = "missing argument 'KIND'",
    ["emulator --port 65536"] = "'65536' is no port: a number from 0 to 65535 is due",
    ["emulator --port=-1"] = "'-1' is no port: a number from 0 to 65535 is due",
    ["emulator --port x"] = "'x' is no port: a number from 0 to 65535 is due",
    ["version now"] = "too many arguments",
  } do
    it(("ends `bylaw %s` with 64 and says why"):format(line), function()
      local outcome = cli.call(words(line))
      assert.same({ 64, "" }, { outcome.code, outcome.out })
      assert.equal("bylaw: " .. message, outcome.err:match "^[^\n]*")
    end)
  end

  it("says how a verb is used, below a wrong use of it", function()
    assert.equal([[
bylaw: too many arguments
Usage: bylaw create [options] FILE
Try: bylaw help create
]], cli.call { "create", "a", "b" }.err)
  end)

  it("names all kinds where none is near", function()
    assert.equal("bylaw: unknown kind 'x'; there are " .. table.concat(core.kinds, ", ")
      .. " and policy (legacy)", cli.call { "list", "x" }.err:match "^[^\n]*")
  end)

  it("lets no escape of an argument through to the terminal", function()
    for _, arguments in ipairs { { "\27[31m" }, { "list", "\27[31m" }, { "list", "--\27[31m" } } do
      local outcome = cli.call(arguments)
      assert.equal(64, outcome.code)
      assert.not_matches("\27", outcome.err)
      assert.matches("\\u{1B}[31m", outcome.err, 1, true)
    end
  end)

  it("paints the word bylaw of an error red when asked to", function()
    local env = { CLICOLOR_FORCE = "1" }
    assert.matches("^\27%[1;31mbylaw:\27%[0m unknown verb 'x'\n",
      cli.call({ "x" }, { env = env }).err)
  end)

  it("says so when the results could not be written", function()
    local outcome = cli.spawn("/", "version >/dev/full")
    assert.same({ 1, "bylaw: the results could not be written: No space left on device\n" },
      { outcome.code, outcome.err })
  end)

  it("says that a mistake of its own is one", function()
    local outcome = cli.call({ "list" }, { env = setmetatable({}, {
      __index = function(_, name) return name:find "^BYLAW" and error "oops" or nil end,
    }) })
    assert.equal(1, outcome.code)
    assert.matches("^bylaw: this is a mistake in bylaw itself: .*oops", outcome.err)
  end)

  it("runs from any folder, and by a link to it", function()
    local folder = shell.scratch()
    shell.must("ln -s %s '%s/b'", cli.PROGRAM, folder)
    assert.equal("bylaw " .. core.version .. "\n", shell.must("cd '%s' && ./b version", folder))
    shell.remove(folder)
  end)
end)

describe("the names of kinds", function()
  for name, kind in pairs {
    tokenLifetimePolicy = "tokenLifetimePolicy", tokenlifetimepolicies = "tokenLifetimePolicy",
    TokenLifetime = "tokenLifetimePolicy", ["token-lifetime"] = "tokenLifetimePolicy",
    token_lifetime_policy = "tokenLifetimePolicy", TOKENISSUANCE = "tokenIssuancePolicy",
    policy = "policy", Policies = "policy", legacy = "policy",
  } do
    it(("take %s for %s"):format(name, kind), function()
      assert.equal(kind, (kind_name.find(name)))
    end)
  end

  it("give the nearest one where there is none", function()
    assert.same({ n = 2, nil, "tokenLifetimePolicy" }, table.pack(kind_name.find "tokn-lifetime"))
    assert.same({ n = 2, nil, nil }, table.pack(kind_name.find "conditionalAccessPolicy"))
  end)
end)
