-- luacheck: no max string line length
local azure_arc = require "bylaw.credential.managed.azure_arc"
local bylaw = require "bylaw"
local credential = require "bylaw.credential"
local errors = require "bylaw.errors"
local links = require "bylaw.credential.links"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"
local tasks = require "bylaw.tasks"

local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"
local SECRET = peer.CANARY
local JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln"

local function success() return { 200, { access_token = TOKEN, expires_in = 3599 } } end

--- A chain in such an environment; tools are not installed.
local function make(env, more)
  local given = { getenv = function(name) return env[name] end }
  for name, value in pairs(more or {}) do given[name] = value end
  return credential.default(given)
end

local AZURE = { AZURE_TENANT_ID = "contoso.com", AZURE_CLIENT_ID = "azure-client" }
local ARM = { ARM_TENANT_ID = "fabrikam.com", ARM_CLIENT_ID = "arm-client" }

local function with(...)
  local env = {}
  for _, part in ipairs { ... } do
    for name, value in pairs(part) do env[name] = value end
  end
  return env
end

describe("bylaw.credential.default", function()
  local agent, tools, folder = azure_arc.AGENT, {}, nil
  local TOOLS = { "azure_cli", "azure_powershell", "azd" }

  --- In place of a tool: its outcome.
  local function stand_in(name, outcome)
    links[name] = function()
      return { token = function()
        if type(outcome) == "string" then return outcome end
        return nil, outcome
      end }
    end
  end

  setup(function()
    azure_arc.AGENT = "/nonexistent/himds"
    folder = shell.scratch()
    for _, name in ipairs(TOOLS) do tools[name] = links[name] end
  end)
  before_each(function()
    for _, name in ipairs(TOOLS) do
      stand_in(name, errors.new("credential_unavailable", name .. " is not installed"))
    end
  end)
  teardown(function()
    azure_arc.AGENT = agent
    for _, name in ipairs(TOOLS) do links[name] = tools[name] end
    shell.remove(folder)
    peer.restore()
  end)

  it("lists why each credential could not be used", function()
    local _, err = make({}):token(SCOPE, peer.new {})
    assert.equal("no_credential", err.code)
    assert.equal([[no credential could be used
  environment: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set; ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH are not set
  workload_identity: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE or another source of assertions are not set; ARM_TENANT_ID, ARM_CLIENT_ID and ARM_OIDC_TOKEN_FILE_PATH or another source of assertions are not set
  managed_identity: no platform has set it up, and IMDS is asked only where that is wanted (probe_imds, ARM_USE_MSI=true, AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential)
  azure_cli: azure_cli is not installed
  azure_powershell: azure_powershell is not installed
  azd: azd is not installed]], tostring(err))
  end)

  it("names what is missing of what was begun", function()
    local _, err = make(AZURE):token(SCOPE, peer.new {})
    assert.equal("environment: AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is not set; "
      .. "ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH are "
        .. "not set", err.problems[1].message)
  end)

  --- What each environment leads to: the link, where from, and tenant and client of the request.
  local file_names = { "token", "id", "secret" }
  for _, case in ipairs {
    { "a secret of AZURE_*", "environment", "AZURE_*", with(AZURE,
      { AZURE_CLIENT_SECRET = SECRET }) },
    { "a secret of ARM_*", "environment", "ARM_*", with(ARM, { ARM_CLIENT_SECRET = SECRET }) },
    { "AZURE_* before ARM_*", "environment", "AZURE_*", with(AZURE, ARM,
      { AZURE_CLIENT_SECRET = SECRET, ARM_CLIENT_SECRET = "other" }) },
    { "ARM_* where AZURE_* is not whole, unmixed", "environment", "ARM_*", with(ARM,
      { AZURE_TENANT_ID = "contoso.com", AZURE_CLIENT_SECRET = "other",
        ARM_CLIENT_SECRET = SECRET }) },
    { "files of ARM_*", "environment", "ARM_*", { ARM_TENANT_ID = "fabrikam.com",
      ARM_CLIENT_ID_FILE_PATH = "id", ARM_CLIENT_SECRET_FILE_PATH = "secret" } },
    { "a token file of AZURE_*", "workload_identity", "AZURE_*", with(AZURE,
      { AZURE_FEDERATED_TOKEN_FILE = "token" }) },
    { "a token file of ARM_*", "workload_identity", "ARM_*", with(ARM,
      { ARM_OIDC_TOKEN_FILE_PATH = "token" }) },
    { "a token in ARM_OIDC_TOKEN", "workload_identity", "ARM_*", with(ARM,
      { ARM_OIDC_TOKEN = JWT }) },
    { "a secret before a token file", "environment", "AZURE_*", with(AZURE,
      { AZURE_FEDERATED_TOKEN_FILE = "token", AZURE_CLIENT_SECRET = SECRET }) },
    { "an empty variable as unset", "environment", "ARM_*", with(AZURE, ARM,
      { AZURE_CLIENT_SECRET = "", ARM_CLIENT_SECRET = SECRET }) },
  } do
    local what, name, from, env = table.unpack(case)
    it("takes " .. what, function()
      shell.write(folder .. "/token", JWT)
      shell.write(folder .. "/id", "arm-client\n")
      shell.write(folder .. "/secret", SECRET .. "\n")
      local placed = {}
      for variable, value in pairs(env) do
        for _, file in ipairs(file_names) do
          if value == file then value = folder .. "/" .. file end
        end
        placed[variable] = value
      end
      local there, events = peer.new { success() }, {}
      local one = make(placed, { on_event = function(event) table.insert(events, event) end })
      assert.equal(TOKEN, one:token(SCOPE, there))
      local family = from == "AZURE_*" and { "contoso.com", "azure-client" }
        or { "fabrikam.com", "arm-client" }
      local fields = peer.fields(there.calls[1])
      assert.same({ name, from, family[1], family[2] }, { one.used, one.from,
        there.calls[1].url:match "^https://login%.microsoftonline%.com/([^/]+)", fields.client_id })
      assert.equal(name == "environment" and SECRET or nil, fields.client_secret)
      assert.equal(name == "workload_identity" and JWT or nil, fields.client_assertion)
      assert.same({ "credential", name, from }, { events[1].type, events[1].credential,
        events[1].from })
      assert.is_false(peer.shows({ one, events }, SECRET))
      assert.is_false(peer.shows({ one, events }, JWT))
    end)
  end

  it("asks GitHub where a job may ask it", function()
    local there = peer.new { { 200, { value = JWT } }, success() }
    local one = make(with(AZURE, { ACTIONS_ID_TOKEN_REQUEST_URL = "https://github.example/?a=b",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN = SECRET }))
    assert.equal(TOKEN, one:token(SCOPE, there))
    assert.equal("https://github.example/?a=b&audience=api%3A%2F%2FAzureADTokenExchange",
      there.calls[1].url)
    assert.matches("^bylaw%.credential%.default %(bylaw%.credential%.github_actions ",
      tostring(one))
    local _, err = make(with(AZURE, { ACTIONS_ID_TOKEN_REQUEST_URL = "https://github.example/" }))
      :token(SCOPE, peer.new {})
    assert.matches("^workload_identity: ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set",
      err.problems[2].message)
  end)

  for what, env in pairs {
    ["the variables of its task"] = { AZURESUBSCRIPTION_TENANT_ID = "contoso.com",
      AZURESUBSCRIPTION_CLIENT_ID = "azure-client",
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID = "s-1" },
    ["Terraform's variables"] = with(ARM, { ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID = "s-1" }),
    ["Terraform's other variables"] = with(ARM, { ARM_OIDC_AZURE_SERVICE_CONNECTION_ID = "s-1" }),
  } do
    it("asks Azure Pipelines by " .. what, function()
      local there = peer.new { { 200, { oidcToken = JWT } }, success() }
      local one = make(with(env, { SYSTEM_OIDCREQUESTURI = "https://dev.azure.example/x",
        SYSTEM_ACCESSTOKEN = SECRET }))
      assert.equal(TOKEN, one:token(SCOPE, there))
      assert.equal("https://dev.azure.example/x?api-version=7.1&serviceConnectionId=s-1",
        there.calls[1].url)
    end)
  end

  it("takes the authority of the environment, and warns of one that nobody knows", function()
    for family, case in pairs {
      AZURE = { with(AZURE, { AZURE_CLIENT_SECRET = SECRET,
        AZURE_AUTHORITY_HOST = "https://login.microsoftonline.us/" }), "login.microsoftonline.us",
          0 },
      ARM = { with(ARM, { ARM_CLIENT_SECRET = SECRET, ARM_ENVIRONMENT = "usgovernment" }),
        "login.microsoftonline.us", 0 },
      OTHER = { with(AZURE, { AZURE_CLIENT_SECRET = SECRET,
        AZURE_AUTHORITY_HOST = "https://login.evil.example" }), "login.evil.example", 1 },
    } do
      local there, warnings = peer.new { success() }, 0
      assert(make(case[1], { on_event = function(event)
        if event.type == "warning" then warnings = warnings + 1 end
      end }):token(SCOPE, there))
      assert.same({ case[2], case[3] },
        { there.calls[1].url:match "^https://([^/]+)", warnings }, family)
    end
  end)

  it("warns of a private key that others can read, once", function()
    local path = folder .. "/key.pem"
    shell.must("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout '%s' -out '%s.crt' "
      .. "&& cat '%s.crt' >>'%s'", path, path, path, path)
    for mode, expected in pairs { ["600"] = {},
      ["644"] = { ("others can read %s: chmod 600 %s"):format(path, path) } } do
      shell.must("chmod %s '%s'", mode, path)
      local warnings, there = {}, peer.new { success(), success() }
      local one = make(with(AZURE, { AZURE_CLIENT_CERTIFICATE_PATH = path }), {
        on_event = function(event)
          if event.type == "warning" then warnings[#warnings + 1] = event.message end
        end })
      assert(one:token(SCOPE, there))
      one:refresh(TOKEN)
      assert(one:token(SCOPE, there))
      assert.same(expected, warnings)
    end
  end)

  it("stops where what is set up is refused", function()
    local there = peer.new { peer.refusal(401, "invalid_client", 7000222, "Expired.") }
    stand_in("azure_cli", TOKEN)
    local one = make(with(AZURE, { AZURE_CLIENT_SECRET = SECRET }))
    local _, err = one:token(SCOPE, there)
    assert.same({ "authentication_failed", "environment (AZURE_*): AADSTS7000222: Expired.",
      7000222, "environment" }, { err.code, err.message, err.aadsts, err.credential })
    assert.is_nil(one.used)
  end)

  it("stops where what is set up cannot be used", function()
    stand_in("azure_cli", TOKEN)
    for message, env in pairs {
      ["^environment %(AZURE_%*%): the certificate cannot be read: /nonexistent: "] = with(AZURE,
        { AZURE_CLIENT_CERTIFICATE_PATH = "/nonexistent" }),
      ["^environment %(AZURE_%*%): tenant_id 'common' stands for many"] = with(AZURE,
        { AZURE_TENANT_ID = "common", AZURE_CLIENT_SECRET = SECRET }),
      ["^environment %(ARM_%*%): ARM_ENVIRONMENT: \"mars\" is no cloud"] = with(ARM,
        { ARM_ENVIRONMENT = "mars", ARM_CLIENT_SECRET = SECRET }),
      ["^environment %(ARM_%*%): ARM_CLIENT_CERTIFICATE is no base64"] = with(ARM,
        { ARM_CLIENT_CERTIFICATE = "§" }),
      ["^environment %(ARM_%*%): ARM_CLIENT_SECRET_FILE_PATH: /nonexistent: "] = with(ARM,
        { ARM_CLIENT_SECRET_FILE_PATH = "/nonexistent" }),
    } do
      local _, err = make(env):token(SCOPE, peer.new {})
      assert.same({ "invalid_option", "environment" }, { err.code, err.credential })
      assert.matches(message, err.message)
    end
  end)

  it("goes on after a tool that fails in whatever way", function()
    stand_in("azure_cli", errors.new("authentication_failed",
      "az ended with status 1: AADSTS50076"))
    stand_in("azure_powershell", errors.new("timeout", "slow"))
    stand_in("azd", TOKEN)
    local one = make {}
    assert.equal(TOKEN, one:token(SCOPE, peer.new {}))
    assert.equal("azd", one.used)
    local skipped = {}
    for i, link in ipairs(one.skipped) do skipped[i] = link.name .. " " .. link.err.code end
    assert.same({ "environment credential_unavailable", "workload_identity credential_unavailable",
      "managed_identity credential_unavailable", "azure_cli authentication_failed",
      "azure_powershell timeout" }, skipped)
  end)

  it("stays with the credential that gave the first token", function()
    stand_in("azure_cli", TOKEN)
    local env = {}
    local one = make(env)
    assert(one:token(SCOPE, peer.new {}))
    env.AZURE_TENANT_ID, env.AZURE_CLIENT_ID, env.AZURE_CLIENT_SECRET = "t", "c", SECRET
    assert(one:token(SCOPE, peer.new {}))
    assert.equal("azure_cli", one.used)
    one:refresh() -- which this one does not know
  end)

  it("searches once for many tasks, and not again for a minute where it found nothing", function()
    local count = 0
    links.azure_cli = function()
      return { token = function()
        count = count + 1
        tasks.sleep(0.02)
        return nil, errors.new("credential_unavailable", "no")
      end }
    end
    local there = peer.new {}
    local one = make {}
    local results = bylaw.map({ 1, 2, 3, 4 }, function()
      local _, err = one:token(SCOPE, there)
      return err.code
    end)
    assert.equal("no_credential no_credential no_credential no_credential",
      table.concat(results, " "))
    assert.equal(1, count)
    there.time = 59
    assert.is_nil((one:token(SCOPE, there)))
    assert.equal(1, count)
    there.time = 60
    assert.is_nil((one:token(SCOPE, there)))
    assert.equal(2, count)
  end)

  describe("and managed identities", function()
    local function imds() return { 200, { access_token = TOKEN, expires_in = "3600" } } end

    it("never asks IMDS unasked", function()
      local there = peer.new {}
      assert.is_nil((make(AZURE):token(SCOPE, there)))
      assert.equal(0, #there.calls)
    end)

    for what, case in pairs {
      ["the option probe_imds, for a second"] = { {}, { probe_imds = true }, 1 },
      ["ARM_USE_MSI, for a second"] = { { ARM_USE_MSI = "True" }, {}, 1 },
      ["AZURE_TOKEN_CREDENTIALS, in earnest"] =
        { { AZURE_TOKEN_CREDENTIALS = "ManagedIdentityCredential" }, {}, 10 },
    } do
      it("asks IMDS by " .. what, function()
        local there = peer.new { imds() }
        local one = make(case[1], case[2])
        assert.equal(TOKEN, one:token(SCOPE, there))
        assert.same({ "managed_identity", "IMDS", case[3] },
          { one.used, one.from, there.calls[1].timeout })
      end)
    end

    it("asks the platform that has set one up, for the identity of AZURE_CLIENT_ID", function()
      local there = peer.new { { 200, { access_token = TOKEN,
        expires_on = tostring(peer.BEGIN + 3600) } } }
      local one = make { IDENTITY_ENDPOINT = "http://127.0.0.1:1/msi", IDENTITY_HEADER = SECRET,
        AZURE_CLIENT_ID = "u-1" }
      assert.equal(TOKEN, one:token(SCOPE, there))
      assert.equal("App Service", one.from)
      assert.matches("&client_id=u-1", there.calls[1].url, 1, true)
    end)

    it("goes on where there is no identity, or no IMDS", function()
      stand_in("azure_cli", TOKEN)
      for _, answer in ipairs { { err = "timeout" }, { err = "unreachable" },
        { 400, { error = "invalid_request", error_description = "Identity not found" } } } do
        local one = make({}, { probe_imds = true })
        assert.equal(TOKEN, one:token(SCOPE, peer.new { answer }))
        assert.equal("azure_cli", one.used)
      end
    end)
  end)

  describe("and AZURE_TOKEN_CREDENTIALS", function()
    local function searched(value)
      local _, err = make({ AZURE_TOKEN_CREDENTIALS = value }):token(SCOPE,
        peer.new { { err = "timeout" }, { err = "timeout" } })
      local names = {}
      for i, problem in ipairs(err.problems or {}) do names[i] = problem.message:match "^[%w_]+" end
      return names, err
    end

    it("looks where it says, in whatever letters", function()
      for value, names in pairs {
        dev = { "azure_cli", "azure_powershell", "azd" },
        [" PROD "] = { "environment", "workload_identity", "managed_identity" },
        EnvironmentCredential = { "environment" },
        workloadidentitycredential = { "workload_identity" },
        AzureCliCredential = { "azure_cli" }, AzurePowerShellCredential = { "azure_powershell" },
        AzureDeveloperCliCredential = { "azd" },
      } do
        assert.same(names, (searched(value)))
      end
      assert.equal(6, #searched "")
    end)

    it("is refused where it says what is not known", function()
      local _, err = searched "VisualStudioCredential"
      assert.same({ code = "invalid_option", message = 'AZURE_TOKEN_CREDENTIALS: '
        .. '"visualstudiocredential" is none of dev, prod, environmentcredential, '
        .. "workloadidentitycredential, managedidentitycredential, azureclicredential, "
        .. "azurepowershellcredential, azuredeveloperclicredential" }, err)
    end)
  end)

  it("passes over the Azure CLI where Terraform's switch says so", function()
    links.azure_cli = tools.azure_cli
    local _, err = make({ ARM_USE_CLI = "false" }):token(SCOPE, peer.new {})
    assert.equal("azure_cli: ARM_USE_CLI switches it off", err.problems[4].message)
  end)

  it("reads the process's own environment where nothing else is said", function()
    assert.equal(os.getenv "HOME", credential.default().getenv "HOME")
    assert.equal("bylaw.credential.default (nothing chosen yet)", tostring(credential.default()))
  end)
end)
