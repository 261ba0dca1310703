local cli = require "spec.support.cli"
local cjson = require "cjson"
local shell = require "spec.support.shell"

local GOOD = 'tokenLifetimePolicy "a" { displayName = "A", '
  .. 'definition = { AccessTokenLifetime = var "SPAN" } }\n'

describe("settings", function()
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

  it("of the project go before those of the user, one by one", function()
    set 'return { color = "always", files = { "here.lua" } }'
    shell.write(folder .. "/home/.config/bylaw/config.lua",
      'return { color = "never", cloud = "usgov" }')
    local env = ("BYLAW_VAR_SPAN=8:00:00 BYLAW_TOKEN=abc HOME='%s/home' "):format(folder)
    assert.equal("\27[32mValid:\27[0m 1 policy\n", cli.spawn(folder, "validate", env).out)
    local found = cjson.decode(cli.spawn(folder, "whoami --json", env).out)
    assert.equal("https://graph.microsoft.us", found.service)
    set 'return { cloud = "china" }'
    found = cjson.decode(cli.spawn(folder, "whoami --json", env).out)
    assert.equal("https://microsoftgraph.chinacloudapi.cn", found.service)
    found = cjson.decode(cli.spawn(folder, "whoami --json --cloud dod", env).out)
    assert.equal("https://dod-graph.microsoft.us", found.service)
    found = cjson.decode(cli.spawn(folder, "whoami --json",
      env .. "BYLAW_ENDPOINT=http://127.0.0.1:1").out)
    assert.equal("http://127.0.0.1:1", found.service)
  end)

  it("of the user lie where XDG_CONFIG_HOME says, from / on", function()
    shell.write(folder .. "/home/.config/bylaw/config.lua", 'return { cloud = "usgov" }')
    shell.write(folder .. "/xdg/bylaw/config.lua", 'return { cloud = "china" }')
    for xdg, service in pairs { [folder .. "/xdg"] = "https://microsoftgraph.chinacloudapi.cn",
      xdg = "https://graph.microsoft.us", [""] = "https://graph.microsoft.us",
      [folder .. "/none"] = "https://graph.microsoft.com" } do
      local found = cli.spawn(folder, "whoami --json",
        ("BYLAW_TOKEN=abc HOME='%s/home' XDG_CONFIG_HOME='%s'"):format(folder, xdg))
      assert.equal(service, cjson.decode(found.out).service, xdg)
    end
  end)

  it("of the user say how to sign in to a cloud, and to nothing else", function()
    shell.write(folder .. "/bylaw/config.lua", 'return { auth = "environment" }')
    local env = ("XDG_CONFIG_HOME='%s' "):format(folder)
    local found = cli.spawn(folder, "whoami", env)
    assert.matches("^bylaw: environment: AZURE_TENANT_ID, [^\n]* are not set\n$", found.err)
    found = cli.spawn(folder, "whoami", env .. "BYLAW_ENDPOINT=http://127.0.0.1:1")
    assert.matches("^bylaw: no token: ", found.err)
    found = cli.spawn(folder, "whoami --endpoint http://127.0.0.1:1", env)
    assert.matches("^bylaw: no token: ", found.err)
    found = cli.spawn(folder, "whoami --json", env .. "BYLAW_TOKEN=abc")
    assert.equal("static", cjson.decode(found.out).credential)
    assert.equal(0, cli.spawn(folder, "list --local", env).code)
  end)

  for text, words in pairs {
    ['return { files = { "a.lua" } }'] = "files belongs in this folder's .bylaw/config.lua",
    ['return { auth = "azure-cl" }'] = "\"azure-cl\" is none of default, environment, "
      .. "workload-identity, managed-identity, azure-cli, azure-powershell, azd, device-code; did "
      .. "you mean 'azure-cli'?",
    ['return { ca_file = "ca.pem" }'] = "ca_file must be a path from / on",
    ['return { endpoint = "https://x.example" }'] = 'there is no setting "endpoint"',
  } do
    it(("of the user that say `%s` are wrong use"):format(text), function()
      shell.write(folder .. "/bylaw/config.lua", text)
      local outcome = cli.spawn(folder, "version", ("XDG_CONFIG_HOME='%s'"):format(folder))
      assert.same({ 64, "" }, { outcome.code, outcome.out })
      assert.matches("bylaw: " .. folder .. "/bylaw/config.lua: ", outcome.err, 1, true)
      assert.matches(words, outcome.err, 1, true)
    end)
  end

  it("that cannot be read are not passed over", function()
    shell.must("mkdir -p '%s/.bylaw/config.lua'", folder)
    local outcome = cli.spawn(folder, "version")
    assert.equal(64, outcome.code)
    assert.matches("bylaw: .bylaw/config.lua: ", outcome.err, 1, true)
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
    ['return { auth = "azure-cli" }'] =
      "auth belongs in your own file, ~/.config/bylaw/config.lua",
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
