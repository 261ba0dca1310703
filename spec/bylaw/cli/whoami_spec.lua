local cjson = require "cjson"
local cli = require "spec.support.cli"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local SECRET = "canary-S3cret~value"
local APP, PUBLIC = entra.id(1), entra.id(2)

describe("bylaw whoami", function()
  local emulator, folder, env

  setup(function()
    folder = shell.scratch()
    emulator = graph.start { identity = {
      tenantId = entra.TENANT, domain = entra.DOMAIN, deviceInterval = 1,
      apps = {
        { clientId = APP, displayName = "Contoso pipelines", secrets = { SECRET },
          roles = { "Policy.Read.All", "Application.Read.All" } },
        { clientId = entra.id(3), managedIdentity = "system" },
        { clientId = PUBLIC, public = true, scopes = { "Policy.Read.All",
          "Policy.ReadWrite.ApplicationConfiguration" } },
      },
    } }
  end)
  before_each(function()
    env = { BYLAW_ENDPOINT = emulator.url, AZURE_AUTHORITY_HOST = emulator.url,
      AZURE_TENANT_ID = entra.DOMAIN, AZURE_CLIENT_ID = APP, AZURE_CLIENT_SECRET = SECRET }
  end)
  teardown(function()
    emulator:stop()
    shell.remove(folder)
  end)

  local function whoami(...) return cli.call({ "whoami", ... }, { env = env }) end

  local SIGNED_IN = ("signed in by environment (AZURE_*): client %s, tenant %s\n"):format(APP,
    entra.DOMAIN)

  local function warning()
    return ('bylaw: warning: the authority "%s" is none of Microsoft\'s\n'):format(emulator.url)
  end

  it("shows credential, tenant, app and rights, and what is missing of them", function()
    local outcome = whoami("--auth", "default")
    local expires = outcome.out:match "expires     (%S+)\n"
    assert.same({ code = 0, err = warning() .. SIGNED_IN
      .. "the token lacks Policy.ReadWrite.ApplicationConfiguration, which writing policies "
        .. "takes\n",
      out = ([[
service     %s
credential  environment (AZURE_*): client %s, tenant %s
tenant      %s
app         %s (Contoso pipelines)
object      %s
roles       Application.Read.All, Policy.Read.All
audience    https://graph.microsoft.com
expires     %s
]]):format(emulator.url, APP, entra.DOMAIN, entra.TENANT, APP, APP, expires) }, outcome)
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$", expires)
  end)

  it("shows the same as JSON", function()
    local outcome = whoami("--auth", "environment", "-o", "json", "-q")
    local found = cjson.decode(outcome.out)
    assert.is_string(found.expires)
    found.expires = nil
    assert.same({ service = emulator.url, credential = "environment", from = "AZURE_*",
      description = ("client %s, tenant %s"):format(APP, entra.DOMAIN), readable = true,
      tenant = entra.TENANT, app = APP, app_name = "Contoso pipelines", object = APP,
      roles = { "Application.Read.All", "Policy.Read.All" }, scopes = {},
      missing = { "Policy.ReadWrite.ApplicationConfiguration" },
      audience = "https://graph.microsoft.com" }, found)
    assert.equal(warning(), outcome.err)
  end)

  it("tells of the credentials that were passed over, where it is to be verbose", function()
    env.AZURE_CLIENT_SECRET, env.AZURE_FEDERATED_TOKEN_FILE = nil, nil
    env.ARM_TENANT_ID, env.ARM_CLIENT_ID, env.ARM_OIDC_TOKEN = entra.DOMAIN, APP, "no token"
    local outcome = whoami("--auth", "default", "-v")
    assert.equal(1, outcome.code)
    assert.matches("\n  environment: AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is not "
      .. "set; ",
      outcome.err, 1, true)
  end)

  it("tells of them beside the one that is used, with -v alone", function()
    env = { BYLAW_ENDPOINT = emulator.url, IDENTITY_ENDPOINT = emulator.url .. "/msi/token",
      IDENTITY_HEADER = graph.TOKEN }
    local told = whoami("--auth", "default", "-v")
    assert.equal(0, told.code)
    local used, passed = told.err:match "^(signed in by managed_identity[^\n]*\n)(.-\n)the token"
    assert.matches("^  not by environment: AZURE_TENANT_ID, [^\n]*\n  not by workload_identity: "
      .. "[^\n]*\n$", passed)
    assert.equal(used, whoami("--auth", "default").err:match "^[^\n]*\n")
    assert.not_matches("not by", whoami("--auth", "default").err)
  end)

  it("shows a refusal with its code, ids and what helps", function()
    env.AZURE_CLIENT_SECRET = "canary-wrong"
    local outcome = whoami("--auth", "default")
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches("\nbylaw: environment %(AZURE_%*%): AADSTS7000215: [^\n]*\n  401 "
      .. "invalid_client\n",
      outcome.err)
    assert.matches("\n  correlation%-id %x+%-%x+%-%x+%-%x+%-%x+\n  give the secret's value, not "
      .. "its ID",
      outcome.err)
    assert.is_nil(outcome.err:find("canary", 1, true))
  end)

  it("says of an opaque token that nothing shows", function()
    env.BYLAW_TOKEN = graph.TOKEN
    assert.same({ code = 0, out = ("service     %s\ncredential  static: a token\n"):format(
      emulator.url), err = "the token is opaque: whose it is, and what it may do, does not "
        .. "show\n" },
      whoami())
    assert.same({ service = emulator.url, credential = "static", description = "a token",
      readable = false }, cjson.decode(whoami("-o", "json").out))
  end)

  it("reads a token from a file, and shows it nowhere", function()
    local _, answer = entra.token(emulator, { client_id = APP, client_secret = SECRET })
    shell.write(folder .. "/token", answer.access_token)
    for _, form in ipairs { "text", "json" } do
      local outcome = whoami("--token-file", folder .. "/token", "-o", form, "-v")
      assert.equal(0, outcome.code)
      assert.matches(entra.TENANT, outcome.out, 1, true)
      for part in answer.access_token:gmatch "[^.]+" do
        assert.is_nil((outcome.out .. outcome.err):find(part, 1, true))
      end
    end
  end)

  it("shows the code on stderr where a person is to sign in, and whose token it is then", function()
    env = { BYLAW_ENDPOINT = emulator.url, AZURE_AUTHORITY_HOST = emulator.url,
      AZURE_TENANT_ID = entra.DOMAIN, AZURE_CLIENT_ID = PUBLIC }
    local function quoted(text) return "'" .. text .. "'" end
    local command = ("BYLAW_ENDPOINT=%s AZURE_AUTHORITY_HOST=%s AZURE_TENANT_ID=%s "
      .. "AZURE_CLIENT_ID=%s")
      :format(emulator.url, emulator.url, entra.DOMAIN, PUBLIC)
    local pipe = assert(io.popen(("cd %s && %s %s whoami --auth device-code -o json 2>err"):format(
      quoted(folder), command, cli.PROGRAM)))
    local code
    for _ = 1, 100 do
      code = shell.exists(folder .. "/err") and shell.read(folder .. "/err"):match "code (%S+) to"
      if code then break end
      os.execute "sleep 0.05"
    end
    assert.equal(200, (entra.post(emulator, "/devicelogin", { user_code = code,
      decision = "approve", token = graph.TOKEN })))
    local found = cjson.decode(pipe:read "a")
    assert.is_true(pipe:close())
    assert.same({ "device_code", {}, { "Policy.Read.All",
      "Policy.ReadWrite.ApplicationConfiguration" } },
      { found.credential, found.missing, found.scopes })
  end)

  it("signs in to a cloud by what the environment says, without being told to", function()
    env.BYLAW_ENDPOINT = nil
    local outcome = whoami "-q"
    assert.equal(0, outcome.code)
    assert.matches("^service     https://graph%.microsoft%.com\ncredential  environment ",
      outcome.out)
  end)

  it("gives another address no credential of the environment unasked", function()
    assert.same({ code = 1, out = "", err = "bylaw: no token: put one into BYLAW_TOKEN, name a "
      .. "file that holds one by --token-file, say how to sign in by --auth, or work without a "
      .. "service by --local\n" }, whoami())
    env.BYLAW_AUTH = "environment"
    assert.equal(0, whoami().code)
  end)

  for arguments, words in pairs {
    ["--auth azure-cli --token-file x"] = "--token-file and --auth name two credentials",
    ["--auth azure-cli --local"] = "--local takes no --auth",
    ["--auth azure"] = "argument for option '--auth' must be one of 'default', 'environment', "
      .. "'workload-identity', 'managed-identity', 'azure-cli', 'azure-powershell', 'azd', "
      .. "'device-code'",
  } do
    it("is used wrongly: " .. arguments, function()
      local list = {}
      for word in arguments:gmatch "%S+" do list[#list + 1] = word end
      local outcome = whoami(table.unpack(list))
      assert.equal(64, outcome.code)
      assert.matches("bylaw: " .. words, outcome.err, 1, true)
    end)
  end

  it("is used wrongly where BYLAW_AUTH is no method, or a device code has no app", function()
    env.BYLAW_AUTH = "azurecli"
    local outcome = whoami()
    assert.equal(64, outcome.code)
    assert.matches('BYLAW_AUTH: "azurecli" is none of default, .*; did you mean \'azure%-cli\'%?',
      outcome.err)
    env = { BYLAW_ENDPOINT = emulator.url }
    outcome = whoami("--auth", "device-code")
    assert.same({ 64, "bylaw: device-code needs AZURE_CLIENT_ID: an app of yours that allows "
      .. "public client flows\n" }, { outcome.code, outcome.err })
  end)
end)
