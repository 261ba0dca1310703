local cli = require "spec.support.cli"
local cjson = require "cjson"
local shell = require "spec.support.shell"

local GOOD = 'tokenLifetimePolicy "a" { displayName = "A", '
  .. 'definition = { AccessTokenLifetime = var "SPAN" } }\n'

describe("the project's settings", function()
  local folder
  before_each(function()
    folder = shell.scratch()
    shell.write(folder .. "/here.lua", GOOD)
  end)
  after_each(function() shell.remove(folder) end)

  local function set(text) shell.write(folder .. "/.bylaw/config.lua", text) end

  it("give files and variables where the command line gives none", function()
    set 'return { files = { "here.lua" }, var_files = { "vars.lua" } }'
    shell.write(folder .. "/vars.lua", 'return { SPAN = "8:00:00" }')
    assert.same({ code = 0, out = "Valid: 1 policy\n", err = "" }, cli.spawn(folder, "validate"))
    local other = cli.spawn(folder, "validate other.lua")
    assert.same({ 1, true }, { other.code, other.out:find("other.lua", 1, true) ~= nil })
  end)

  it("stand behind the environment, and that behind the flags", function()
    set 'return { color = "always", files = { "here.lua" } }'
    local env, painted = "BYLAW_VAR_SPAN=8:00:00 ", "\27[32mValid:\27[0m 1 policy\n"
    assert.equal(painted, cli.spawn(folder, "validate", env).out)
    assert.equal("Valid: 1 policy\n", cli.spawn(folder, "validate", env .. "NO_COLOR=1").out)
    assert.equal(painted, cli.spawn(folder, "validate --color always", env .. "NO_COLOR=1").out)
    assert.equal("Valid: 1 policy\n", cli.spawn(folder, "validate --no-color", env).out)
  end)

  it("name the cloud, unless an endpoint is given", function()
    set 'return { cloud = "usgov" }'
    local found = cli.spawn(folder, "whoami --json", "BYLAW_TOKEN=abc")
    assert.equal("https://graph.microsoft.us", cjson.decode(found.out).service)
    found = cli.spawn(folder, "whoami --json", "BYLAW_TOKEN=abc "
      .. "BYLAW_ENDPOINT=http://127.0.0.1:1")
    assert.equal("http://127.0.0.1:1", cjson.decode(found.out).service)
    found = cli.spawn(folder, "whoami --json --cloud china", "BYLAW_TOKEN=abc")
    assert.equal("https://microsoftgraph.chinacloudapi.cn", cjson.decode(found.out).service)
  end)

  for text, words in pairs {
    ["return { concurency = 8 }"] =
      'there is no setting "concurency"; did you mean \'concurrency\'?',
    ['return { endpoint = "https://evil.example" }'] = 'there is no setting "endpoint"',
    ["return { concurrency = 0 }"] = "concurrency must be a whole number from 1 to 1000",
    ["return { concurrency = 1001 }"] = "concurrency must be a whole number from 1 to 1000",
    ['return { color = "red" }'] = "color must be one of auto, always, never",
    ['return { api_version = "v2" }'] = "api_version must be one of v1.0, beta",
    ['return { cloud = "usgv" }'] = "cloud \"usgv\" is no cloud; did you mean 'usgov'?",
    ['return { files = "a.lua" }'] = "files must be a list of file names",
    ["return { files = { 1 } }"] = "files must be a list of file names",
    ["return os.getenv"] = "line 1: there is no os here: a declaration does not reach the system",
    ["return {"] = "line 1: unexpected symbol near <eof>",
  } do
    it(("that say `%s` are wrong use"):format(text), function()
      set(text)
      local outcome = cli.spawn(folder, "version")
      assert.same({ 64, "" }, { outcome.code, outcome.out })
      assert.equal("bylaw: .bylaw/config.lua: " .. words .. "\n", outcome.err)
    end)
  end
end)
