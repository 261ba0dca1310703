--- Clients that were not written here, over TLS: Graph's own for JavaScript, with Entra's own
--- credentials.
local bylaw = require "bylaw"
local cjson = require "cjson"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local MODULES = "build/node/clients"
local CARRIERS = { application = "applications", servicePrincipal = "servicePrincipals" }

--- Why they cannot work here; nil when they can.
local function missing()
  if select(2, shell.run "command -v node") ~= 0 then return "node is not there" end
  local installed = MODULES .. "/node_modules/@microsoft/microsoft-graph-client"
  if not shell.exists(installed) then return "the clients are not in " .. MODULES end
end

--- What the program needs to know of a kind.
local function kind_of(name)
  local described = bylaw.describe(name)
  local text = require "bylaw.render.examples"[name]
  local policy = load("local bylaw = ... return " .. text, "=" .. name, "t", {})(bylaw)
  local body = cjson.decode((assert(bylaw.encode(policy))))
  body.isOrganizationDefault = nil
  local carriers = {}
  for _, target in ipairs(described.targets or {}) do
    if CARRIERS[target] then carriers[#carriers + 1] = CARRIERS[target] end
  end
  table.sort(carriers)
  return { name = name, collection = described.collection, version = described.version, body = body,
    carriers = carriers }
end

describe("bylaw.emulator, other clients:", function()
  local folder, emulator, certificate, key
  local APP = entra.id(1)

  setup(function()
    folder = shell.scratch()
    certificate = entra.certificate(folder, "app")
    shell.write(folder .. "/both.pem", shell.read(certificate.key) .. certificate.pem)
    key = certificate.key
    local roles = { "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration",
      "Application.ReadWrite.All" }
    emulator = graph.start {
      tls = true, enforce_permissions = true,
      identity = { tenantId = entra.TENANT, apps = {
        { clientId = APP, secrets = { "s3cret~" }, certificates = { certificate.pem },
          roles = roles,
          public = true, scopes = roles, federated = { { issuer = "https://issuer.example",
            subject = "bylaw", keys = { entra.jwk(key) } } } },
        { clientId = entra.id(2), managedIdentity = "system", roles = roles },
      }, deviceInterval = 1 },
    }
    local now = os.time()
    shell.write(folder .. "/assertion", entra.sign(key, { alg = "RS256" }, {
      iss = "https://issuer.example", sub = "bylaw", aud = "api://AzureADTokenExchange", iat = now,
      nbf = now, exp = now + 600 }))
  end)
  teardown(function()
    emulator:stop()
    shell.remove(folder)
  end)
  after_each(function() emulator:reset() end)

  --- Runs the program; gives what it saw.
  local function run(changes, env)
    local input = {
      url = emulator.url, authority = emulator.url, tenant = entra.TENANT, client = APP,
      secret = "s3cret~", certificate = folder .. "/both.pem", assertion = folder .. "/assertion",
      token = graph.TOKEN, kinds = {},
    }
    for name, value in pairs(changes) do input[name] = value end
    shell.write(folder .. "/input.json", cjson.encode(input))
    local output = shell.run("NODE_EXTRA_CA_CERTS='%s' %s timeout 60 node spec/node/graph.mjs %s "
      .. "'%s/input.json' 2>'%s/err'", emulator.ca_file, env or "", MODULES, folder, folder)
    local read, seen = pcall(cjson.decode, output)
    return read and seen or error(output .. shell.read(folder .. "/err"))
  end

  local function names_of(kind, first)
    local names = {}
    for i = first or 1, 5 do names[#names + 1] = ("%s %d"):format(kind.name, i) end
    return names
  end

  it("create, list by pages, filter, update, assign, batch and delete every kind", function()
    local why = missing()
    if why then return pending(why) end
    local kinds = {}
    for i, name in ipairs(bylaw.kinds) do kinds[i] = kind_of(name) end
    local outcome = run { kinds = kinds, batch = true }
    assert.is_nil(outcome.message)
    assert.is_true(outcome.lasts)
    for i, kind in ipairs(kinds) do
      local seen = outcome.seen[i]
      local assigned = {}
      for _, collection in ipairs(kind.carriers) do
        assigned[collection] = { on = { kind.name .. " 2" }, by = true, after = 0 }
      end
      table.sort(seen.listed)
      assert.equal(6, #seen.created)
      seen.created = nil
      assert.same({ kind = kind.name, listed = names_of(kind), first = 2,
        filtered = { kind.name .. " 3" }, changed = "changed", definition = kind.body.definition,
        assigned = assigned, batch = { 201, 200, 404 }, left = 0,
        error = { status = 404, code = "Request_ResourceNotFound", id = true } }, seen)
    end
  end)

  local credentials = {
    certificate = "", assertion = "", workload = "", device = "",
    appService = "IDENTITY_ENDPOINT='%s/msi/token' IDENTITY_HEADER=" .. graph.TOKEN,
  }
  for name, env in pairs(credentials) do
    it("get their tokens by " .. name, function()
      local why = missing()
      if why then return pending(why) end
      local outcome = run({ credential = name, kinds = { kind_of "tokenLifetimePolicy" } },
        env:format(emulator.url))
      assert.is_nil(outcome.message)
      assert.equal(0, outcome.seen[1].left)
    end)
  end

  it("are told what is wrong in words that they understand", function()
    local why = missing()
    if why then return pending(why) end
    local outcome = run { secret = "wrong" }
    assert.equal("AuthenticationRequiredError", outcome.failed)
    assert.matches("AADSTS7000215", outcome.message, 1, true)
  end)
end)
