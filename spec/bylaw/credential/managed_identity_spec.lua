local azure_arc = require "bylaw.credential.managed.azure_arc"
local credential = require "bylaw.credential"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"

local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"
local SECRET = peer.CANARY

--- A credential in such an environment.
local function make(env, more)
  local given = { getenv = function(name) return (env or {})[name] end }
  for name, value in pairs(more or {}) do given[name] = value end
  return assert(credential.managed_identity(given))
end

--- An answer as IMDS gives it: every number a text.
local function imds_answer(more)
  local body = { access_token = TOKEN, client_id = "c-1", expires_in = "86399",
    token_type = "Bearer",
    expires_on = tostring(peer.BEGIN + 86399), ext_expires_in = "86399",
    not_before = tostring(peer.BEGIN - 300), resource = "https://graph.microsoft.com" }
  for name, value in pairs(more or {}) do body[name] = value end
  return { 200, body }
end

local HINT = "assign a managed identity to this machine or app, or name one that is assigned, by "
  .. "AZURE_CLIENT_ID or the option client_id"

local agent = azure_arc.AGENT

describe("bylaw.credential.managed_identity", function()
  setup(function() azure_arc.AGENT = "/nonexistent/himds" end)
  teardown(function()
    azure_arc.AGENT = agent
    peer.restore()
  end)

  for name, env in pairs {
    ["IMDS"] = {},
    ["App Service"] = { IDENTITY_ENDPOINT = "http://127.0.0.1:1/", IDENTITY_HEADER = SECRET },
    ["Service Fabric"] = { IDENTITY_ENDPOINT = "https://127.0.0.1:1/", IDENTITY_HEADER = SECRET,
      IDENTITY_SERVER_THUMBPRINT = "AA" },
    ["Azure ML"] = { MSI_ENDPOINT = "http://127.0.0.1:1/", MSI_SECRET = SECRET },
    ["Cloud Shell"] = { MSI_ENDPOINT = "http://127.0.0.1:1/", MSI_SECRET = "" },
    ["Azure Arc"] = { IDENTITY_ENDPOINT = "http://127.0.0.1:1/", IMDS_ENDPOINT = "http://x" },
  } do
    it("knows " .. name .. " by its variables, and shows none of them", function()
      local one = make(env)
      assert.equal(("bylaw.credential.managed_identity (%s, the system's own)"):format(name),
        tostring(one))
      assert.is_false(peer.shows(one, SECRET))
    end)
  end

  it("takes one name of an identity at most", function()
    assert.same({ nil, { code = "invalid_option",
      message = "client_id and resource_id exclude one another" } },
      { credential.managed_identity { client_id = "a", resource_id = "/subscriptions/b" } })
    assert.same({ nil, { code = "invalid_option", message = 'client_id "a b": this is no '
      .. 'identity' } },
      { credential.managed_identity { client_id = "a b" } })
  end)

  it("does not trust Service Fabric's own certificate", function()
    local one = make { IDENTITY_ENDPOINT = "https://x", IDENTITY_HEADER = "y",
      IDENTITY_SERVER_THUMBPRINT = "z" }
    assert.same({ nil, { code = "credential_unavailable", message = "the endpoint of Service "
      .. "Fabric "
      .. "shows a certificate of its own, which bylaw does not trust" } },
      { one:token(SCOPE, peer.new {}) })
  end)
end)

describe("bylaw.credential.managed_identity: IMDS", function()
  setup(function() azure_arc.AGENT = "/nonexistent/himds" end)
  teardown(function()
    azure_arc.AGENT = agent
    peer.restore()
  end)

  it("asks as documented, for the resource, without a bearer", function()
    local there = peer.new { imds_answer() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    assert.same({
      method = "GET", timeout = 10, max_body = 1048576, link_local = true,
      url = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
        .. "&resource=https%3A%2F%2Fgraph.microsoft.com",
      headers = { metadata = "true" },
    }, there.calls[1])
  end)

  for option, name in pairs { client_id = "client_id", object_id = "object_id",
    resource_id = "msi_res_id" } do
    it("names an identity by its " .. option, function()
      local there = peer.new { imds_answer() }
      assert(make({}, { [option] = "/a-1" }):token(SCOPE, there))
      assert.matches("&" .. name .. "=%2Fa-1", there.calls[1].url, 1, true)
    end)
  end

  it("takes the moment of the end before the lifetime, both of them texts", function()
    local there = peer.new { imds_answer { expires_on = tostring(peer.BEGIN + 1000) },
      imds_answer() }
    local one = make()
    assert(one:token(SCOPE, there))
    there.time = 699
    assert(one:token(SCOPE, there))
    assert.equal(1, #there.calls)
    there.time = 700
    assert(one:token(SCOPE, there))
    assert.equal(2, #there.calls)
  end)

  it("may be stood in for on this machine", function()
    local there = peer.new { imds_answer() }
    assert(make { AZURE_POD_IDENTITY_AUTHORITY_HOST = "http://127.0.0.1:2579/" }:token(SCOPE,
      there))
    assert.matches("^http://127%.0%.0%.1:2579/metadata/identity/oauth2/token%?", there.calls[1].url)
    local _, err = make { AZURE_POD_IDENTITY_AUTHORITY_HOST = "https://x" }:token(SCOPE, there)
    assert.equal("invalid_option", err.code)
  end)

  it("is unavailable where there is no identity, or more than one", function()
    for _, words in ipairs { "Identity not found", "Multiple user assigned identities exist, "
      .. "please specify the clientId / resourceId of the identity in the token request" } do
      local there = peer.new { { 400, { error = "invalid_request", error_description = words } } }
      assert.same({ nil, { code = "credential_unavailable", message = "IMDS: " .. words,
        status = 400,
        graph_code = "invalid_request", hint = HINT } }, { make():token(SCOPE, there) })
    end
  end)

  for what, case in pairs {
    ["a header that a proxy took away"] = { { 400, { error = "bad_request_102",
      error_description = "Required metadata header not specified" } }, "authentication_failed" },
    ["a resource that the tenant does not know"] = { { 400, { error = "invalid_resource",
      error_description = "AADSTS500011: The resource principal was not found" } },
      "authentication_failed" },
    ["a caller who is not entitled"] = { { 401, { error = "unknown_source" } },
      "authentication_failed" },
    ["a container elsewhere"] = { { 403, { error = "x", error_description = "connecting to "
      .. "169.254.169.254:80: A socket operation was attempted to an unreachable network." } },
      "credential_unavailable" },
    ["a captive portal"] = { { 200, "<html>log in</html>" }, "credential_unavailable" },
    ["a proxy"] = { { 403, "<html>forbidden</html>" }, "credential_unavailable" },
    ["nobody there"] = { { err = "unreachable" }, "credential_unavailable" },
    ["no answer in time"] = { { err = "timeout" }, "credential_unavailable" },
  } do
    it(("tells %s, and asks once"):format(what), function()
      local there = peer.new({ case[1] }, true)
      local _, err = make():token(SCOPE, there)
      assert.same({ case[2], 1 }, { err.code, #there.calls })
    end)
  end

  it("gives the AADSTS code and what helps", function()
    local there = peer.new { { 400, { error = "invalid_resource",
      error_description = "AADSTS500011: The resource principal was not found" } } }
    local _, err = make():token(SCOPE, there)
    assert.same({ 500011, "the tenant does not know the resource; tenant, authority and Graph "
      .. "must be "
      .. "of one cloud (AZURE_AUTHORITY_HOST, --cloud)" }, { err.aadsts, err.hint })
  end)

  it("waits as documented while it is busy", function()
    for _, status in ipairs { 429, 500, 503 } do
      local there = peer.new({ { status, "{}" } }, true)
      assert.is_nil((make():token(SCOPE, there)))
      assert.same({ 2, 4, 8, 16 }, there.waits)
    end
  end)

  it("waits out an update, for more than a minute", function()
    for _, status in ipairs { 404, 410 } do
      local there = peer.new({ { status, "{}" } }, true)
      assert.is_nil((make():token(SCOPE, there)))
      assert.same({ 2, 4, 8, 16, 20, 20 }, there.waits)
    end
    local there = peer.new { { 410, "" }, imds_answer() }
    assert.equal(TOKEN, make():token(SCOPE, there))
  end)

  it("hints at a proxy where a gateway answers in its place", function()
    local _, err = make():token(SCOPE, peer.new({ { 504, "<html>" } }, true))
    assert.matches("proxy", err.hint)
  end)

  it("is probed for a second and once, and from its first answer on asked in earnest", function()
    local there = peer.new { { 503, "{}" } }
    local one = make({}, { probe = true })
    local _, err = one:token(SCOPE, there)
    assert.same({ "server_error", 1, {} }, { err.code, there.calls[1].timeout, there.waits })
    there = peer.new { imds_answer { expires_on = "1" }, { 503, "{}" }, imds_answer() }
    one = make({}, { probe = true })
    assert(one:token(SCOPE, there))
    assert(one:token(SCOPE, there))
    assert.same({ 1, 10, 10 }, { there.calls[1].timeout, there.calls[2].timeout,
      there.calls[3].timeout })
  end)
end)

describe("bylaw.credential.managed_identity: App Service", function()
  teardown(peer.restore)

  local ENV = { IDENTITY_ENDPOINT = "http://169.254.129.2:8081/msi/token",
    IDENTITY_HEADER = SECRET }
  local ANSWER = { 200, { access_token = TOKEN, expires_on = tostring(peer.BEGIN + 3600),
    resource = "https://graph.microsoft.com", token_type = "Bearer", client_id = "c-1" } }

  it("asks as documented, with the header in place of a bearer", function()
    local there = peer.new { ANSWER }
    assert.equal(TOKEN, make(ENV, { client_id = "c-1" }):token(SCOPE, there))
    assert.same({
      method = "GET", timeout = 30, max_body = 1048576, link_local = true,
      url = "http://169.254.129.2:8081/msi/token?api-version=2019-08-01"
        .. "&resource=https%3A%2F%2Fgraph.microsoft.com&client_id=c-1",
      headers = { ["x-identity-header"] = SECRET },
    }, there.calls[1])
  end)

  for option, name in pairs { object_id = "principal_id", resource_id = "mi_res_id" } do
    it("names an identity by its " .. option, function()
      local there = peer.new { ANSWER }
      assert(make(ENV, { [option] = "a-1" }):token(SCOPE, there))
      assert.matches("&" .. name .. "=a-1", there.calls[1].url, 1, true)
    end)
  end

  it("reads where it is each time, since its port changes", function()
    local env = { IDENTITY_ENDPOINT = "http://127.0.0.1:1/msi/token", IDENTITY_HEADER = "a" }
    local there = peer.new { ANSWER, ANSWER }
    local one = make(env)
    assert(one:token(SCOPE, there))
    env.IDENTITY_ENDPOINT, env.IDENTITY_HEADER = "http://127.0.0.1:2/msi/token", "b"
    one:refresh()
    assert(one:token(SCOPE, there))
    assert.matches("^http://127%.0%.0%.1:2/", there.calls[2].url)
    assert.equal("b", there.calls[2].headers["x-identity-header"])
  end)

  it("is unavailable without the identity that is named", function()
    local there = peer.new { { 400, { statusCode = 400, message = "No User Assigned or Delegated "
      .. "Managed Identity found for specified ClientId/ResourceId/PrincipalId." } } }
    assert.same({ nil, { code = "credential_unavailable", status = 400, hint = HINT,
      message = "App Service: No User Assigned or Delegated Managed Identity found for specified "
        .. "ClientId/ResourceId/PrincipalId." } }, { make(ENV):token(SCOPE, there) })
  end)

  it("shows the header in no error, and asks again after a vague 500", function()
    for _, answer in ipairs { { 500, { message = SECRET } }, { 500, SECRET }, { 403, SECRET },
      { 400, { message = "header " .. SECRET } }, { err = "cut", message = SECRET } } do
      local one = make(ENV)
      local _, err = one:token(SCOPE, peer.new({ answer }, true))
      assert.is_false(peer.shows({ one, err }, SECRET))
    end
    local there = peer.new { { 500, "" }, ANSWER }
    assert.equal(TOKEN, make(ENV):token(SCOPE, there))
  end)
end)

describe("bylaw.credential.managed_identity: Azure ML and Cloud Shell", function()
  teardown(peer.restore)

  it("asks Azure ML with its secret, and reads the date that it answers with", function()
    local env = { MSI_ENDPOINT = "http://127.0.0.1:46808/MSI/auth", MSI_SECRET = SECRET,
      DEFAULT_IDENTITY_CLIENT_ID = "d-1" }
    local there = peer.new { { 200, { access_token = TOKEN,
      expires_on = "01/01/2026 01:00:00 AM +00:00" } } } -- an hour after the beginning
    local one = make(env)
    assert.equal(TOKEN, one:token(SCOPE, there))
    assert.equal("http://127.0.0.1:46808/MSI/auth?api-version=2017-09-01"
      .. "&resource=https%3A%2F%2Fgraph.microsoft.com&clientid=d-1", there.calls[1].url)
    assert.same({ secret = SECRET }, there.calls[1].headers)
    there.time = 3299
    assert(one:token(SCOPE, there))
    assert.equal(1, #there.calls)
    assert.equal("credential_unavailable",
      select(2, make(env, { object_id = "o" }):token(SCOPE, peer.new {})).code)
  end)

  it("posts to Cloud Shell, which has one user", function()
    local env = { MSI_ENDPOINT = "http://localhost:50342/oauth2/token" }
    local there = peer.new { imds_answer() }
    assert.equal(TOKEN, make(env):token(SCOPE, there))
    assert.same({ "POST", "http://localhost:50342/oauth2/token",
      "resource=https%3A%2F%2Fgraph.microsoft.com", "true" }, { there.calls[1].method,
      there.calls[1].url, there.calls[1].body, there.calls[1].headers.metadata })
    assert.equal("credential_unavailable",
      select(2, make(env, { client_id = "c" }):token(SCOPE, peer.new {})).code)
  end)
end)

describe("bylaw.credential.managed_identity: Azure Arc", function()
  local folder, tokens = nil, azure_arc.TOKENS
  local KEY = "canary-arc-key-value"

  setup(function()
    folder = shell.scratch()
    azure_arc.TOKENS = folder .. "/tokens"
    azure_arc.AGENT = folder .. "/himds"
    shell.write(azure_arc.AGENT, "")
  end)
  before_each(function() shell.write(azure_arc.TOKENS .. "/a-1.key", KEY) end)
  teardown(function()
    azure_arc.TOKENS, azure_arc.AGENT = tokens, agent
    shell.remove(folder)
    peer.restore()
  end)

  local function challenge(path)
    return { 401, "", { ["www-authenticate"] = "Basic realm=" .. path } }
  end

  it("shows the key that the challenge names, to this machine", function()
    local there = peer.new { challenge(azure_arc.TOKENS .. "/a-1.key"), imds_answer() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    local url = "http://127.0.0.1:40342/metadata/identity/oauth2/token?api-version=2020-06-01"
      .. "&resource=https%3A%2F%2Fgraph.microsoft.com"
    assert.same({
      { method = "GET", url = url, timeout = 30, max_body = 1048576,
        headers = { metadata = "true" } },
      { method = "GET", url = url, timeout = 30, max_body = 1048576,
        headers = { metadata = "true", authorization = "Basic " .. KEY } },
    }, there.calls)
  end)

  it("shows no other file, whatever the challenge says", function()
    shell.write(folder .. "/secret.key", "not yours")
    shell.write(azure_arc.TOKENS .. "/a.txt", "not yours")
    shell.write(azure_arc.TOKENS .. "/deep/a.key", "not yours")
    for _, path in ipairs { folder .. "/secret.key", azure_arc.TOKENS .. "/../secret.key",
      azure_arc.TOKENS .. "/a.txt", azure_arc.TOKENS .. "/deep/a.key", "/etc/passwd", "a-1.key",
      azure_arc.TOKENS .. "//a-1.key", azure_arc.TOKENS .. "/..%2f/a-1.key", "",
      azure_arc.TOKENS .. "/.key", azure_arc.TOKENS .. "/a-1.key\0" } do
      local there = peer.new { challenge(path) }
      local _, err = make():token(SCOPE, there)
      assert.same({ "authentication_failed", 1 }, { err.code, #there.calls }, path)
      assert.is_nil(tostring(err):find "not yours")
    end
  end)

  it("reads a key of 4096 bytes, and none that is larger, empty or of several lines", function()
    local path = azure_arc.TOKENS .. "/a-1.key"
    shell.write(path, ("k"):rep(4096))
    assert(make():token(SCOPE, peer.new { challenge(path), imds_answer() }))
    for _, text in ipairs { ("k"):rep(4097), "", "a\r\nX-Evil: 1" } do
      shell.write(path, text)
      local _, err = make():token(SCOPE, peer.new { challenge(path) })
      assert.equal("authentication_failed", err.code)
    end
  end)

  it("says who may read the key where it cannot", function()
    local path = azure_arc.TOKENS .. "/b.key"
    local _, err = make():token(SCOPE, peer.new { challenge(path) })
    assert.same({ ("Azure Arc: its key cannot be read: %s: No such file or directory"):format(path),
      "the user that runs this must be in the group himds" }, { err.message, err.hint })
  end)

  it("takes nothing but a challenge for the first answer", function()
    for _, answer in ipairs { imds_answer(), { 401, "" }, { 403, "{}" }, { 500, "" },
      { 401, "", { ["www-authenticate"] = "Bearer" } } } do
      local there = peer.new { answer }
      local _, err = make():token(SCOPE, there)
      assert.same({ "authentication_failed", 1 }, { err.code, #there.calls })
    end
    local _, err = make():token(SCOPE, peer.new { { err = "unreachable" } })
    assert.equal("credential_unavailable", err.code)
  end)

  it("takes no other identity than the one that was named", function()
    local path = azure_arc.TOKENS .. "/a-1.key"
    for option, name in pairs { client_id = "client_id", object_id = "object_id",
      resource_id = "msi_res_id" } do
      local function outcome(answered)
        local there = peer.new { challenge(path), imds_answer(answered) }
        return make({}, { [option] = "A-1" }):token(SCOPE, there)
      end
      assert.equal(TOKEN, (outcome { [name] = "a-1" }))
      for _, answered in ipairs { { [name] = "b-1" }, { [name] = 1 } } do
        local token, err = outcome(answered)
        assert.is_nil(token)
        assert.equal("Azure Arc: its agent gave the machine's own identity in place of the one "
          .. "that was named", err.message)
      end
    end
  end)

  it("shows its key in no error", function()
    local path = azure_arc.TOKENS .. "/a-1.key"
    for _, answer in ipairs { { 400, { error = "x", error_description = KEY } }, { 403, KEY },
      { 500, KEY } } do
      local answers = { challenge(path), answer, answer, answer, answer }
      local one = make()
      local _, err = one:token(SCOPE, peer.new(answers))
      assert.is_false(peer.shows({ one, err }, KEY))
    end
  end)
end)
