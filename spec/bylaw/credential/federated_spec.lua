local core = require "bylaw.core"
local credential = require "bylaw.credential"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"

local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"
local BEARER = "canary-S3cret-bearer"

local function jwt(claims)
  local function part(value) return core.base64_write(core.json_write(value), "base64url") end
  return part { alg = "RS256" } .. "." .. part(claims) .. "." .. core.base64_write("sig",
    "base64url")
end

local ASSERTION = jwt { iss = "https://issuer.example", sub = "repo:contoso/x:ref:refs/heads/main",
  aud = "api://AzureADTokenExchange" }

local function success() return { 200, { access_token = TOKEN, expires_in = 3599 } } end

local function app(more)
  local given = { tenant_id = "contoso.com", client_id = "client" }
  for name, value in pairs(more or {}) do given[name] = value end
  return given
end

--- What an assertion has to arrive as.
local function expected(assertion)
  return {
    client_id = "client", scope = SCOPE, grant_type = "client_credentials",
    client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion = assertion,
  }
end

describe("bylaw.credential.workload_identity", function()
  local folder, path

  setup(function()
    folder = shell.scratch()
    path = folder .. "/token"
  end)
  teardown(function()
    shell.remove(folder)
    peer.restore()
  end)

  it("sends what stands in the file, read anew for each request", function()
    local one = assert(credential.workload_identity(app { token_file = path }))
    local there = peer.new { success(), success() }
    shell.write(path, "\n " .. ASSERTION .. " \r\n")
    assert.equal(TOKEN, one:token(SCOPE, there))
    local other = jwt { iss = "other" }
    shell.write(path, other)
    one:refresh()
    assert(one:token(SCOPE, there))
    assert.same({ expected(ASSERTION), expected(other) },
      { peer.fields(there.calls[1]), peer.fields(there.calls[2]) })
    assert.equal("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
      there.calls[1].url)
    assert.equal(("bylaw.credential.workload_identity (client client, tenant contoso.com, %s)")
      :format(path), tostring(one))
  end)

  it("is unavailable without a file, with an empty one, or with what is no token", function()
    for text, words in pairs {
      [""] = "is empty", [" \n"] = "is empty", ["no token"] = "is no signed token",
      [ASSERTION .. "\n" .. ASSERTION] = "is no signed token",
    } do
      shell.write(path, text)
      assert.same({ nil, { code = "credential_unavailable",
        message = ("the assertion from the file %s %s"):format(path, words) } },
        { credential.workload_identity(app { token_file = path }):token(SCOPE, peer.new {}) })
    end
    local missing = folder .. "/missing"
    assert.same({ nil, { code = "credential_unavailable", message =
      ("no assertion could be read: %s: No such file or directory"):format(missing) } },
      { credential.workload_identity(app { token_file = missing }):token(SCOPE, peer.new {}) })
  end)

  it("says what the assertion has where the federated credential does not fit", function()
    shell.write(path, ASSERTION)
    local there = peer.new { peer.refusal(401, "invalid_client", 700213,
      "No matching federated identity record found for presented assertion subject.") }
    local _, err = credential.workload_identity(app { token_file = path }):token(SCOPE, there)
    assert.equal(700213, err.aadsts)
    assert.equal('the assertion has iss "https://issuer.example", sub '
      .. '"repo:contoso/x:ref:refs/heads/main", aud "api://AzureADTokenExchange"; no federated '
      .. "credential of the app has the assertion's subject; issuer, subject and audience of the "
      .. "federated credential must be those of the assertion, letter for letter; a new one takes "
      .. "some minutes to work", err.hint)
    assert.is_false(peer.shows(err, ASSERTION))
  end)

  it("shows the assertion to nobody, though the answer quotes it", function()
    shell.write(path, ASSERTION)
    for _, answer in ipairs { { 400, ASSERTION }, { 500, ASSERTION },
      peer.refusal(401, "invalid_client", 700027, ASSERTION) } do
      local one = credential.workload_identity(app { token_file = path })
      local _, err = one:token(SCOPE, peer.new({ answer }, true))
      assert.is_false(peer.shows({ one, err }, ASSERTION))
    end
  end)
end)

describe("bylaw.credential.github_actions", function()
  teardown(peer.restore)

  local function make(more)
    local given = app { request_token = BEARER,
      request_url = "https://pipelines.example/token?api-version=2.0" }
    for name, value in pairs(more or {}) do given[name] = value end
    return assert(credential.github_actions(given))
  end

  it("asks GitHub for an assertion for each request", function()
    local there = peer.new { { 200, { count = 1234, value = ASSERTION } }, success() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    assert.same({
      method = "GET", timeout = 30, max_body = 1048576,
      url = "https://pipelines.example/token?api-version=2.0"
        .. "&audience=api%3A%2F%2FAzureADTokenExchange",
      headers = { accept = "application/json; api-version=2.0",
        authorization = "Bearer " .. BEARER },
    }, there.calls[1])
    assert.same(expected(ASSERTION), peer.fields(there.calls[2]))
  end)

  for scope, audience in pairs {
    ["https://graph.microsoft.us/.default"] = "api://AzureADTokenExchangeUSGov",
    ["https://dod-graph.microsoft.us/.default"] = "api://AzureADTokenExchangeUSGov",
    ["https://microsoftgraph.chinacloudapi.cn/.default"] = "api://AzureADTokenExchangeChina",
  } do
    it("asks for the audience of the cloud of " .. scope, function()
      local there = peer.new { { 200, { value = ASSERTION } }, success() }
      assert(make():token(scope, there))
      assert.equal("&audience=" .. audience:gsub(":", "%%3A"):gsub("/", "%%2F"),
        there.calls[1].url:match "&audience=.*")
    end)
  end

  it("needs an audience where that of the cloud is not known", function()
    local scope = "https://graph.svc.sovcloud.de/.default"
    assert.same({ nil, { code = "invalid_option",
      message = "the audience of federated credentials in the cloud germany must be given" } },
      { make():token(scope, peer.new {}) })
    local there = peer.new { { 200, { value = ASSERTION } }, success() }
    assert(make { audience = "api://other" }:token(scope, there))
    assert.matches("audience=api%3A%2F%2Fother", there.calls[1].url, 1, true)
  end)

  it("fetches another assertion when it asks again", function()
    local second = jwt { iss = "second" }
    local there = peer.new { { 200, { value = ASSERTION } }, { 503, "" },
      { 200, { value = second } }, success() }
    assert(make():token(SCOPE, there))
    assert.equal(second, peer.fields(there.calls[4]).client_assertion)
  end)

  it("says what GitHub refused, without the bearer", function()
    for _, case in ipairs {
      { { 401, { message = "Bad credentials " .. BEARER } }, "authentication_failed", 1 },
      { { 403, "no" }, "authentication_failed", 1 }, { { 500, "no" }, "server_error", 4 },
      { { err = "unreachable", message = "at " .. BEARER }, "unreachable", 4 },
      { { 200, "no" }, "bad_answer", 4 },
      { { 200, { value = 1 } }, "credential_unavailable", 1 },
    } do
      local one, there = make(), peer.new({ case[1] }, true)
      local _, err = one:token(SCOPE, there)
      assert.same({ case[2], case[3] }, { err.code, #there.calls })
      assert.is_false(peer.shows({ one, err }, BEARER))
    end
  end)
end)

describe("bylaw.credential.azure_pipelines", function()
  teardown(peer.restore)

  local function make()
    return assert(credential.azure_pipelines(app { system_token = BEARER,
      service_connection_id = "11111111-2222-4333-8444-555555555555",
      request_url = "https://dev.azure.com/contoso/p/_apis/distributedtask/oidctoken" }))
  end

  it("asks Azure Pipelines as documented, with an empty body", function()
    local there = peer.new { { 200, { oidcToken = ASSERTION } }, success() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    assert.same({
      method = "POST", timeout = 30, max_body = 1048576,
      url = "https://dev.azure.com/contoso/p/_apis/distributedtask/oidctoken?api-version=7.1"
        .. "&serviceConnectionId=11111111-2222-4333-8444-555555555555",
      headers = { accept = "application/json", authorization = "Bearer " .. BEARER,
        ["content-type"] = "application/json", ["x-tfs-fedauthredirect"] = "Suppress" },
    }, there.calls[1])
    assert.same(expected(ASSERTION), peer.fields(there.calls[2]))
  end)

  it("tells the id that Azure Pipelines gives a refusal", function()
    for name, id in pairs { ["x-vss-e2eid"] = "e-1", ["x-msedge-ref"] = "m-1" } do
      local there = peer.new { { 401, "", { [name] = id } } }
      local one = make()
      local _, err = one:token(SCOPE, there)
      assert.same({ "authentication_failed", id,
        "Azure Pipelines gave no assertion: the service answered 401 without a word" },
        { err.code, err.request_id, err.message })
    end
  end)

  it("takes no answer without an assertion", function()
    local _, err = make():token(SCOPE, peer.new({ { 200, {} } }, true))
    assert.equal("the answer of Azure Pipelines holds no assertion", err.message)
  end)
end)

describe("bylaw.credential.client_assertion", function()
  teardown(peer.restore)

  it("sends what a function gives, for each request", function()
    local scopes = {}
    local there = peer.new { success() }
    local one = assert(credential.client_assertion(app { assertion = function(scope, transport)
      table.insert(scopes, scope)
      assert.equal(there, transport)
      return ASSERTION
    end }))
    assert.equal(TOKEN, one:token(SCOPE, there))
    assert.same({ SCOPE }, scopes)
    assert.same(expected(ASSERTION), peer.fields(there.calls[1]))
  end)

  it("tells why the function gave none", function()
    local function outcome(...)
      local results = table.pack(...)
      return select(2, credential.client_assertion(app {
        assertion = function() return table.unpack(results, 1, results.n) end,
      }):token(SCOPE, peer.new {}))
    end
    assert.same({ code = "credential_unavailable", message = "the function gave no assertion: "
      .. "gone" },
      outcome(nil, "gone"))
    assert.same({ code = "credential_unavailable",
      message = "the assertion from the function is no signed token" }, outcome "secret")
  end)
end)
