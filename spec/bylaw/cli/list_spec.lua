-- luacheck: no max string line length
local bylaw = require "bylaw"
local cjson = require "cjson"
local cli = require "spec.support.cli"
local server = require "spec.support.server"
local shell = require "spec.support.shell"

describe("bylaw list", function()
  local emulator, client, ids

  before_each(function()
    emulator = assert(require("bylaw.emulator").start())
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
    ids = {}
  end)
  after_each(function()
    client:close()
    emulator:stop()
  end)

  local function store(kind, name, definition, default)
    local policy = assert(client:create(bylaw[kind] {
      displayName = name, definition = definition, isOrganizationDefault = default,
    }))
    ids[#ids + 1] = policy.id
  end

  --- Lists; ids are shown as the letter A of the first policy, B of the second, …
  local function list(...)
    local outcome = cli.call({ "list", ... },
      { env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token } })
    for i, id in ipairs(ids) do
      outcome.out = outcome.out:gsub(id:gsub("%-", "%%-"), (string.char(64 + i):rep(36)))
    end
    return outcome
  end

  local function fill()
    store("tokenLifetimePolicy", "Contoso: 8 hour access tokens",
      { AccessTokenLifetime = "8:00:00" }, true)
    store("tokenLifetimePolicy", "日本\27[31m", { MaxInactiveTime = "1.00:00:00" })
    store("tokenIssuancePolicy", "SAML", { SamlTokenVersion = "1.1", EmitSAMLNameFormat = true,
      SigningAlgorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" })
  end

  it("prints the policies of a kind in columns, one a line", function()
    fill()
    assert.same({ code = 0, err = "", out = [[
ID                                    NAME                           DEFAULT  DEFINITION
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  Contoso: 8 hour access tokens  yes      AccessTokenLifetime=8:00:00
BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB  日本\u{1B}[31m                 no       MaxInactiveTime=1.00:00:00
]] }, list "token-lifetime")
  end)

  it("prints all kinds that have policies, a table each, when none is named", function()
    fill()
    assert.same({ code = 0, err = "", out = [[
tokenIssuancePolicy
ID                                    NAME  DEFAULT  DEFINITION
CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC  SAML  no       SigningAlgorithm=http://www.w3.org/2000/09/xmldsig#rsa-sh...

tokenLifetimePolicy
ID                                    NAME                           DEFAULT  DEFINITION
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  Contoso: 8 hour access tokens  yes      AccessTokenLifetime=8:00:00
BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB  日本\u{1B}[31m                 no       MaxInactiveTime=1.00:00:00
]] }, list())
  end)

  it("prints those of the legacy endpoint as the kind policy", function()
    fill()
    local outcome = list("policy", "-o", "json")
    local found = {}
    for i, policy in ipairs(cjson.decode(outcome.out)) do
      found[i] = policy.kind .. " " .. policy.type .. " " .. policy.displayName
    end
    assert.same({
      "policy TokenLifetimePolicy Contoso: 8 hour access tokens",
      "policy TokenLifetimePolicy 日本\27[31m", "policy TokenIssuancePolicy SAML",
    }, found)
  end)

  it("prints them as a JSON array, definitions decoded, in an order that stays", function()
    store("tokenIssuancePolicy", "SAML \u{9B}", { EmitSAMLNameFormat = true,
      SamlTokenVersion = "1.1" })
    assert.same({ code = 0, err = "", out = [[
[
  {
    "kind": "tokenIssuancePolicy",
    "id": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "displayName": "SAML \u009b",
    "isOrganizationDefault": false,
    "definition": {
      "Version": 1,
      "SamlTokenVersion": "1.1",
      "EmitSAMLNameFormat": "true"
    }
  }
]
]] }, list("-o", "json"))
    assert.equal("[]\n", list("token-lifetime", "-o", "json").out)
  end)

  it("says that there are none, on stderr, unless it is to be quiet", function()
    assert.same({ code = 0, out = "", err = "no tokenLifetimePolicy\n" }, list "token-lifetime")
    assert.same({ code = 0, out = "", err = "no legacy policy\n" }, list "legacy")
    assert.same({ code = 0, out = "", err = "no policy of any kind\n" }, list())
    assert.same({ code = 0, out = "", err = "" }, list("token-lifetime", "-q"))
  end)

  it("puts definitions below the names where the terminal is too narrow", function()
    fill()
    local folder = shell.scratch()
    shell.write(folder .. "/token", emulator.token)
    shell.must("chmod 600 '%s/token'", folder)
    local shown, code = cli.terminal(folder, "list token-lifetime --color never --token-file token "
      .. "--endpoint " .. emulator.url)
    shell.remove(folder)
    for i, id in ipairs(ids) do
      shown = shown:gsub(id:gsub("%-", "%%-"), (string.char(64 + i):rep(36)))
    end
    assert.equal(0, code)
    assert.equal([[
ID                                    NAME                           DEFAULT
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  Contoso: 8 hour access tokens  yes
                                      AccessTokenLifetime=8:00:00
BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB  日本\u{1B}[31m                 no
                                      MaxInactiveTime=1.00:00:00
]], shown)
  end)

  it("cuts names that leave no room, and paints the head", function()
    store("tokenLifetimePolicy", ("long name "):rep(20), { AccessTokenLifetime = "8:00:00" })
    local outcome = cli.call({ "list", "token-lifetime" }, {
      terminal = true,
      env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token, COLUMNS = "80" },
    })
    assert.equal("\27[1mID                                    NAME" .. (" "):rep(31)
      .. "DEFAULT\27[0m\n" .. ids[1] .. "  long name long name long name ...  no\n"
      .. (" "):rep(38) .. "AccessTokenLifetime=8:00:00\n", outcome.out)
  end)

  it("shows a definition that cannot be read as the text that it is", function()
    local lax <close> = assert(require("bylaw.emulator").start { check = false })
    local other <close> = assert(bylaw.connect { endpoint = lax.url, credential = lax.token })
    assert(other:create(bylaw.tokenLifetimePolicy { displayName = "x",
      definition = { "definition\n-value" } }, { validate = false }))
    local outcome = cli.call({ "list", "token-lifetime" },
      { env = { BYLAW_ENDPOINT = lax.url, BYLAW_TOKEN = lax.token } })
    assert.matches("  x     no       definition\\n%-value\n$", outcome.out)
  end)

  it("fails at once where no kind can be listed", function()
    fill()
    local outcome = list("--api-version", "v1.0", "--token-file", "/dev/null")
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.equal(("bylaw: listing %s: the token from the file /dev/null is empty\n")
      :format(bylaw.kinds[1]), outcome.err)
  end)

  it("tells of an answer that is no list", function()
    local trouble = server.start()
    trouble:answer("odd", 200, '{"value":{}}')
    local outcome = cli.call({ "list", "token-lifetime" },
      { env = { BYLAW_ENDPOINT = trouble.url .. "/say/odd", BYLAW_TOKEN = "x" } })
    trouble:stop()
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches("^bylaw: listing tokenLifetimePolicy: the answer cannot be used: a list was "
      .. "expected\n", outcome.err)
  end)
end)
