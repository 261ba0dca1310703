--- Each credential against the local Graph's own identity side, or a process that stands for a
--- tool, and at the end of each a policy that is really there.
local azure_arc = require "bylaw.credential.managed.azure_arc"
local bylaw = require "bylaw"
local core = require "bylaw.core"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local imds = require "bylaw.credential.managed.imds"
local peer = require "spec.support.peer"
local retrying = require "bylaw.credential.retrying"
local shell = require "spec.support.shell"

local HERE = shell.must("pwd"):gsub("\n", "")
local SECRET = "canary ~+/=S3cret"
local APP, SIGNED, EXPIRED, FEDERATED, MACHINE, ASSIGNED, PUBLIC, OFF, DUMB =
  entra.id(1), entra.id(2), entra.id(3), entra.id(4), entra.id(5), entra.id(6), entra.id(7),
  entra.id(8), entra.id(9)
local GITHUB = "https://token.actions.githubusercontent.com"
local PIPELINES = "https://vstoken.dev.azure.com/" .. entra.id(90)

describe("bylaw.credential, at a service:", function()
  local emulator, folder, good, old, issuer
  local delays, imds_delays, tokens = retrying.TOKEN.delays, imds.POLICY.delays, azure_arc.TOKENS

  setup(function()
    peer.restore()
    folder = shell.scratch()
    shell.must("mkdir '%s/arc'", folder)
    good = entra.certificate(folder, "good")
    old = entra.certificate(folder, "old", os.time() - 5 * 86400)
    entra.certificate(folder, "stranger")
    issuer = entra.certificate(folder, "issuer")
    for _, name in ipairs { "good", "old", "stranger" } do
      shell.must("cd '%s' && cat %s.key %s.pem >%s.both", folder, name, name, name)
    end
    shell.must("cd '%s' && openssl pkcs12 -export -in good.pem -inkey good.key -passout pass:%s "
      .. "-out good.pfx", folder, "canary-pfx")
    emulator = graph.start { enforce_permissions = true, identity = {
      tenantId = entra.TENANT, domain = entra.DOMAIN, deviceInterval = 1,
      arcFolder = folder .. "/arc",
      apps = {
        { clientId = APP, secrets = { SECRET, { value = "old-secret",
          expires = "2020-01-01T00:00:00Z" } },
          roles = { "Policy.ReadWrite.ApplicationConfiguration" } },
        { clientId = SIGNED, certificates = { good.pem, old.pem },
          roles = { "Policy.ReadWrite.ApplicationConfiguration" } },
        { clientId = EXPIRED, secrets = { "x" } },
        { clientId = FEDERATED, roles = { "Policy.ReadWrite.ApplicationConfiguration" },
          federated = {
            { issuer = GITHUB, subject = "repo:contoso/policies:ref:refs/heads/main" },
            { issuer = PIPELINES, subject = "sc://contoso/policies/bylaw" },
            { issuer = "https://cluster.example", subject = "system:serviceaccount:ns:bylaw",
              keys = { keys = { entra.jwk(issuer.key, "k1") } } },
            { issuer = "https://login.microsoftonline.com/" .. entra.TENANT .. "/v2.0",
              subject = MACHINE },
          } },
        { clientId = MACHINE, managedIdentity = "system",
          roles = { "Policy.ReadWrite.ApplicationConfiguration" } },
        { clientId = ASSIGNED, managedIdentity = "user", resourceId = "/subscriptions/s/x",
          roles = { "Policy.ReadWrite.ApplicationConfiguration" } },
        { clientId = PUBLIC, public = true,
          scopes = { "Policy.ReadWrite.ApplicationConfiguration" } },
        { clientId = OFF, secrets = { SECRET }, disabled = true },
        { clientId = DUMB, secrets = { SECRET }, refuse = 53003 },
      },
    } }
    retrying.TOKEN.delays, imds.POLICY.delays = { 0.01 }, { 0.01 }
    azure_arc.TOKENS = folder .. "/arc"
  end)
  teardown(function()
    retrying.TOKEN.delays, imds.POLICY.delays, azure_arc.TOKENS = delays, imds_delays, tokens
    emulator:stop()
    shell.remove(folder)
  end)

  local count = 0

  --- Creates a policy with a credential; the stored one, or nil and err.
  local function create(credential, more)
    local given = { endpoint = emulator.url, credential = credential, timeout = 10 }
    for name, value in pairs(more or {}) do given[name] = value end
    local client <close> = assert(bylaw.connect(given))
    count = count + 1
    return client:create(bylaw.tokenLifetimePolicy { displayName = "policy " .. count,
      definition = { AccessTokenLifetime = "8:00:00" } })
  end

  --- The same, looked at by somebody else.
  local function creates(credential)
    local stored = assert(create(assert(credential)))
    local answer = graph.call(emulator, "GET", "/v1.0/policies/tokenLifetimePolicies/" .. stored.id)
    assert.equal(200, answer.status)
    assert.matches(('"displayName":"policy %d"'):format(count), answer.body, 1, true)
  end

  --- The refusal: its AADSTS code; it has a hint, and shows no secret.
  local function refused(credential, aadsts, ...)
    local stored, err = create(assert(credential))
    assert.is_nil(stored)
    assert.same({ "authentication_failed", aadsts }, { err.code, err.aadsts }, tostring(err))
    assert.is_string(err.hint)
    assert.matches("^%x+%-%x+%-%x+%-%x+%-%x+$", err.correlation_id)
    for _, secret in ipairs { SECRET, "canary-pfx", graph.TOKEN, ... } do
      assert.is_false(peer.shows({ credential, err }, secret))
    end
    return err
  end

  local function app(id, more)
    local given = { tenant_id = entra.DOMAIN, client_id = id, authority = emulator.url }
    for name, value in pairs(more) do given[name] = value end
    return given
  end

  --- A token file's assertion, of the cluster.
  local function assertion(changes)
    local claims = { iss = "https://cluster.example", sub = "system:serviceaccount:ns:bylaw",
      aud = "api://AzureADTokenExchange", iat = os.time(), nbf = os.time(), exp = os.time() + 600 }
    for name, value in pairs(changes or {}) do claims[name] = value end
    return entra.sign(issuer.key, { alg = "RS256", typ = "JWT", kid = "k1" }, claims)
  end

  local function token_file(text)
    shell.write(folder .. "/token", text)
    return app(FEDERATED, { token_file = folder .. "/token" })
  end

  describe("a token", function()
    it("creates a policy as it stands, in a file, and by a function", function()
      creates(bylaw.credential.static(graph.TOKEN))
      shell.write(folder .. "/bearer", graph.TOKEN .. "\n")
      creates(bylaw.credential.token_file(folder .. "/bearer"))
      creates(bylaw.credential.callback(function() return graph.TOKEN end))
    end)
  end)

  describe("a secret", function()
    local function make(id, secret, more)
      local given = app(id, { client_secret = secret })
      for name, value in pairs(more or {}) do given[name] = value end
      return bylaw.credential.client_secret(given)
    end

    it("creates a policy", function() creates(make(APP, SECRET)) end)

    it("is refused where it is wrong, expired, of another app or tenant", function()
      assert.matches("value, not its ID", refused(make(APP, "canary-wrong"), 7000215,
        "canary-wrong").hint)
      assert.matches("expired: make a new one", refused(make(APP, "old-secret"), 7000222,
        "old-secret").hint)
      refused(make(entra.id(99), SECRET), 700016)
      refused(make(OFF, SECRET), 7000112)
      refused(make(DUMB, SECRET), 53003)
      refused(make(APP, SECRET, { tenant_id = entra.id(77) }), 90002)
    end)

    it("is refused for a Graph that the tenant does not know", function()
      local one = make(APP, SECRET)
      local pool <close> = core.pool {}
      local _, err = one:token("https://graph.microsoft.us/.default",
        require("bylaw.transport").new(pool))
      assert.same({ 500011, "authentication_failed" }, { err.aadsts, err.code })
      assert.matches("of one cloud", err.hint)
    end)

    it("is asked for a new token once Graph takes the old no more", function()
      local requests = {}
      local one = make(APP, SECRET)
      local client <close> = assert(bylaw.connect { endpoint = emulator.url, credential = one,
        on_event = function(event) table.insert(requests, event.status) end })
      assert(client:list "tokenLifetimePolicy")
      emulator:revoke()
      assert(client:list "tokenLifetimePolicy")
      assert.same({ 200, 401, 200 }, requests)
    end)

    it("is used once by a hundred tasks", function()
      local asked, one = 0, make(APP, SECRET)
      local foreign = { token = function(_, scope, transport)
        return one:token(scope, { send = function(_, call)
          asked = asked + 1
          return transport:send(call)
        end })
      end }
      local client <close> = assert(bylaw.connect { endpoint = emulator.url, credential = foreign })
      local items = {}
      for i = 1, 100 do items[i] = i end
      local done = assert(bylaw.map(items, function()
        return client:list "tokenLifetimePolicy"
      end, { concurrency = 100 }))
      assert.equal(100, #done)
      assert.equal(1, asked)
    end)
  end)

  describe("a certificate", function()
    local function make(name, more)
      local given = app(SIGNED, { certificate_path = folder .. "/" .. name })
      for key, value in pairs(more or {}) do given[key] = value end
      return bylaw.credential.client_certificate(given)
    end

    it("creates a policy, from PEM and from PFX", function()
      creates(make "good.both")
      creates(make("good.pfx", { password = "canary-pfx" }))
      creates(make("good.both", { send_chain = true }))
    end)

    it("is refused where it is expired, or not the app's", function()
      assert.matches("^the certificate expired on %d+%-%d+%-%d+: make a new one",
        refused(make "old.both", 700027).hint)
      assert.matches("among those of the app registration", refused(make "stranger.both",
        700027).hint)
      refused(make("good.both", { client_id = EXPIRED }), 700027)
    end)
  end)

  describe("a token file", function()
    it("creates a policy", function()
      creates(bylaw.credential.workload_identity(token_file(assertion())))
    end)

    it("is refused where issuer, subject, audience or time do not fit", function()
      for aadsts, changes in pairs {
        [700211] = { iss = "https://other.example" }, [700212] = { aud = "api://other" },
        [700213] = { sub = "system:serviceaccount:ns:other" },
        [700024] = { iat = os.time() - 7200, nbf = os.time() - 7200, exp = os.time() - 3600 },
      } do
        local text = assertion(changes)
        local err = refused(bylaw.credential.workload_identity(token_file(text)), aadsts, text)
        if aadsts ~= 700024 then assert.matches("^the assertion has iss ", err.hint) end
      end
    end)

    it("is renewed by whoever writes it anew", function()
      local one = assert(bylaw.credential.workload_identity(token_file(assertion { aud = "x" })))
      assert.equal(700212, select(2, create(one)).aadsts)
      creates(bylaw.credential.workload_identity(token_file(assertion())))
    end)
  end)

  describe("a workflow", function()
    local function github(more)
      local given = app(FEDERATED, { request_url = emulator.url .. "/github/token?api-version=2.0",
        request_token = graph.TOKEN })
      for name, value in pairs(more or {}) do given[name] = value end
      return bylaw.credential.github_actions(given)
    end
    local function pipelines(more)
      local given = app(FEDERATED, { request_url = emulator.url .. "/pipelines/token",
        service_connection_id = entra.id(80), system_token = graph.TOKEN })
      for name, value in pairs(more or {}) do given[name] = value end
      return bylaw.credential.azure_pipelines(given)
    end

    it("of GitHub creates a policy", function() creates(github()) end)
    it("of Azure Pipelines creates a policy", function() creates(pipelines()) end)

    it("is refused with a wrong audience, or by its own host", function()
      refused(github { audience = "api://other" }, 700212)
      refused(github { client_id = APP }, 70021)
      for _, one in ipairs { github { request_token = "canary-wrong" },
        pipelines { system_token = "canary-wrong" } } do
        local _, err = create(one)
        assert.equal("authentication_failed", err.code)
        assert.matches("gave no assertion: ", err.message)
        assert.is_false(peer.shows({ one, err }, "canary-wrong"))
      end
    end)
  end)

  describe("a managed identity", function()
    local function make(env, more)
      local given = { getenv = function(name) return env[name] end }
      for name, value in pairs(more or {}) do given[name] = value end
      return bylaw.credential.managed_identity(given)
    end
    local function machine(more)
      return make({ AZURE_POD_IDENTITY_AUTHORITY_HOST = emulator.url }, more)
    end
    local function site(more)
      return make({ IDENTITY_ENDPOINT = emulator.url .. "/msi/token",
        IDENTITY_HEADER = graph.TOKEN }, more)
    end
    local function server(more)
      return make({ IDENTITY_ENDPOINT = emulator.url .. "/arc/metadata/identity/oauth2/token",
        IMDS_ENDPOINT = emulator.url }, more)
    end

    for name, one in pairs { ["IMDS"] = machine, ["App Service"] = site, ["Azure Arc"] = server } do
      it("of " .. name .. " creates a policy, the system's own and one that is named", function()
        creates(one())
        creates(one { client_id = ASSIGNED })
        -- an agent of Arc must say which identity it gave, and this one says client ids alone
        if name ~= "Azure Arc" then creates(one { object_id = ASSIGNED:upper() }) end
      end)

      it("of " .. name .. " is unavailable where there is none", function()
        local _, err = create(assert(one { client_id = entra.id(98) }))
        assert.equal("credential_unavailable", err.code)
        assert.matches("assign a managed identity", err.hint)
      end)
    end

    it("stands for an app that trusts it", function()
      local who = assert(machine())
      local one = bylaw.credential.client_assertion(app(FEDERATED, {
        assertion = function(_, transport)
          return who:token("api://AzureADTokenExchange/.default", transport)
        end,
      }))
      local stored, err = create(one)
      -- whether this issuer is among those that the service trusts is told by its code
      assert.is_true(stored ~= nil or err.aadsts == 700211, tostring(err))
    end)

    it("of App Service is refused where its header is wrong", function()
      local one = make { IDENTITY_ENDPOINT = emulator.url .. "/msi/token",
        IDENTITY_HEADER = "canary-wrong" }
      local _, err = create(one)
      assert.equal("authentication_failed", err.code)
      assert.is_false(peer.shows({ one, err }, "canary-wrong"))
    end)
  end)

  describe("a device code", function()
    --- Decides as the person would, by the page that is named.
    local function decide(decision)
      return function(shown)
        local answer = entra.post(emulator, "/devicelogin", { user_code = shown.user_code,
          decision = decision, token = graph.TOKEN })
        assert.equal(200, answer)
      end
    end
    local function make(prompt, id)
      return bylaw.credential.device_code(app(id or PUBLIC, { prompt = prompt }))
    end

    it("creates a policy once the person has signed in", function()
      creates(make(decide "approve"))
    end)

    it("is refused where the person declines, or the app is no public one", function()
      local _, err = create(make(decide "decline"))
      assert.same({ "authentication_failed", "authorization_declined", "the sign-in was declined" },
        { err.code, err.graph_code, err.hint })
      refused(make(function() end, APP), 7000218)
    end)
  end)

  describe("a tool", function()
    --- Creates a policy in a process in whose PATH the tool stands first.
    local PROGRAM = [=[
      local bylaw = require "bylaw"
      local client <close> = assert(bylaw.connect { endpoint = arg[1],
        credential = assert(bylaw.credential[arg[2]]()) })
      local stored, err = client:create(bylaw.tokenLifetimePolicy { displayName = "by " .. arg[2],
        definition = { AccessTokenLifetime = "8:00:00" } })
      io.write(stored and stored.displayName or tostring(err))]=]

    local PRINTS = {
      azure_cli = { "az", [[{"accessToken":"%s","expires_on":4102444800}]] },
      azd = { "azd", [[{"token":"%s","expiresOn":"2100-01-01T00:00:00Z"}]] },
      azure_powershell = { "pwsh", [[{"Token":"%s","ExpiresOn":4102444800}]] },
      default = { "az", [[{"accessToken":"%s","expires_on":4102444800}]] },
    }

    for kind, tool in pairs(PRINTS) do
      it(("creates a policy: %s, by %s"):format(tool[1], kind), function()
        shell.write(folder .. "/create.lua", PROGRAM)
        shell.write(folder .. "/bin/" .. tool[1], ("#!/bin/sh\necho '%s'\n"):format(
          tool[2]:format(graph.TOKEN)))
        shell.must("chmod +x '%s/bin/%s'", folder, tool[1])
        local said = shell.must("cd '%s' && PATH=\"%s/bin:$PATH\" lua5.4 '%s/create.lua' %s %s",
          HERE,
          folder, folder, emulator.url, kind)
        assert.equal("by " .. kind, said)
        local list = graph.call(emulator, "GET", "/v1.0/policies/tokenLifetimePolicies").body
        assert.matches(('"by %s"'):format(kind), list, 1, true)
      end)
    end
  end)

  describe("the default", function()
    it("creates a policy by what the environment says, and tells which it was", function()
      local told
      local env = { ARM_TENANT_ID = entra.DOMAIN, ARM_CLIENT_ID = APP, ARM_CLIENT_SECRET = SECRET }
      local one = bylaw.credential.default { authority = emulator.url,
        getenv = function(name) return env[name] end,
        on_event = function(event) if event.type == "credential" then told = event end end }
      creates(one)
      assert.same({ "environment", "ARM_*" }, { told.credential, told.from })
      assert.is_false(peer.shows({ one, told }, SECRET))
    end)
  end)

  it("sends no bearer to a token endpoint, and no secret to Graph", function()
    local calls = {}
    local one = assert(bylaw.credential.client_secret(app(APP, { client_secret = SECRET })))
    local client <close> = assert(bylaw.connect { endpoint = emulator.url, credential = one })
    local send = client.transport.send
    client.transport.send = function(self, call)
      table.insert(calls, call)
      return send(self, call)
    end
    assert(client:list "tokenLifetimePolicy")
    assert.same({ "POST", "GET" }, { calls[1].method, calls[2].method })
    assert.is_nil(calls[1].headers.authorization)
    assert.is_false(peer.shows(calls[2], SECRET))
  end)
end)
