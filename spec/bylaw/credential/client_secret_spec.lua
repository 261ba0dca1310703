local credential = require "bylaw.credential"
local peer = require "spec.support.peer"

local SECRET = peer.CANARY
local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"

local function make(more)
  local given = { tenant_id = "contoso.onmicrosoft.com", client_secret = SECRET,
    client_id = "535fb089-9ff3-47b6-9bfb-4f1264799865" }
  for name, value in pairs(more or {}) do given[name] = value end
  return credential.client_secret(given)
end

local function success(token, more)
  local body = { token_type = "Bearer", expires_in = 3599, ext_expires_in = 3599,
    access_token = token or TOKEN }
  for name, value in pairs(more or {}) do body[name] = value end
  return { 200, body }
end

describe("bylaw.credential.client_secret", function()
  teardown(peer.restore)

  it("posts the documented form, every value encoded once", function()
    local there = peer.new { success() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    local call = there.calls[1]
    assert.matches("^%x+%-%x+%-4%x+%-%x+%-%x+$", call.headers["client-request-id"])
    call.headers["client-request-id"] = nil
    assert.same({
      method = "POST", timeout = 30, max_body = 1048576,
      url = "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
      headers = { accept = "application/json",
        ["content-type"] = "application/x-www-form-urlencoded" },
      body = "client_id=535fb089-9ff3-47b6-9bfb-4f1264799865"
        .. "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&grant_type=client_credentials"
        .. "&client_secret=canary-S3cret%2B%2F%3D~value",
    }, call)
  end)

  for scope, host in pairs {
    ["https://graph.microsoft.com/.default"] = "login.microsoftonline.com",
    ["https://graph.microsoft.us/.default"] = "login.microsoftonline.us",
    ["https://dod-graph.microsoft.us/.default"] = "login.microsoftonline.us",
    ["https://microsoftgraph.chinacloudapi.cn/.default"] = "login.partner.microsoftonline.cn",
    ["https://graph.svc.sovcloud.fr/.default"] = "login.sovcloud-identity.fr",
    ["https://graph.svc.sovcloud.de/.default"] = "login.sovcloud-identity.de",
    ["https://graph.svc.sovcloud.sg/.default"] = "login.sovcloud-identity.sg",
  } do
    it(("asks %s for %s"):format(host, scope), function()
      local there = peer.new { success() }
      assert(make():token(scope, there))
      assert.equal(("https://%s/contoso.onmicrosoft.com/oauth2/v2.0/token"):format(host),
        there.calls[1].url)
      assert.equal(scope, peer.fields(there.calls[1]).scope)
    end)
  end

  it("asks the authority that is named, with or without a slash at its end", function()
    for _, authority in ipairs { "https://login.example", "https://login.example/",
      "http://127.0.0.1:8080", "http://localhost:8080/", "http://[::1]:1" } do
      local there = peer.new { success() }
      assert(assert(make { authority = authority }):token(SCOPE, there))
      assert.equal(authority:gsub("/$", "") .. "/contoso.onmicrosoft.com/oauth2/v2.0/token",
        there.calls[1].url)
    end
  end)

  for words, more in pairs {
    ["authority \"http://login.example\": secrets go over https alone"] =
      { authority = "http://login.example" },
    ["authority \"http://127.0.0.1.evil.example\": secrets go over https alone"] =
      { authority = "http://127.0.0.1.evil.example" },
    ["authority \"login.example\": it must be a URL, such as https://host"] =
      { authority = "login.example" },
    ["authority: it must not hold credentials"] = { authority = "https://me:pass@login.example" },
    ["authority \"https://login.example/tenant\": it must be scheme and host alone; the tenant is "
      .. "an option of its own"] = { authority = "https://login.example/tenant" },
    ["tenant_id 'common' stands for many tenants; name one by GUID or domain"] =
      { tenant_id = "common" },
    ["tenant_id 'Organizations' stands for many tenants; name one by GUID or domain"] =
      { tenant_id = "Organizations" },
    ["tenant_id \"a/b\": only letters, digits, dots and hyphens can stand there"] =
      { tenant_id = "a/b" },
    ["tenant_id is empty"] = { tenant_id = "" },
    ["client_id \"a b\": only letters, digits, dots and hyphens can stand there"] =
      { client_id = "a b" },
    ["client_secret is empty"] = { client_secret = "" },
  } do
    it("refuses: " .. words, function()
      assert.same({ nil, { code = "invalid_option", message = words } }, { make(more) })
    end)
  end

  it("refuses a scope that cannot stand in a request", function()
    local there = peer.new {}
    assert.same({ nil, { code = "invalid_option",
      message = 'the scope "https://x/ y" has a character that no scope has' } },
      { make():token("https://x/ y", there) })
  end)

  it("raises for options that are missing or of a wrong type", function()
    assert.error_matches(function() credential.client_secret { tenant_id = "t",
      client_id = "c" } end,
      "client_secret needs the option 'client_secret'")
    assert.error_matches(function() make { client_secret = 1 } end,
      "option 'client_secret' must be a string")
    assert.error_matches(function() make { secret = "x" } end, "has no option 'secret'")
  end)

  it("tells a refusal with its AADSTS code, ids and what helps, and asks once", function()
    local there = peer.new { peer.refusal(401, "invalid_client", 7000215,
      "Invalid client secret provided. Ensure the secret being sent in the request is the client "
      .. "secret value, not the client secret ID.") }
    local token, err = make():token(SCOPE, there)
    assert.is_nil(token)
    assert.same({
      code = "authentication_failed", status = 401, graph_code = "invalid_client",
      aadsts = 7000215, correlation_id = "c-1", trace_id = "t-1", request_id = "r-1",
      message = "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in "
        .. "the request is the client secret value, not the client secret ID.",
      hint = "give the secret's value, not its ID, and look for what a shell or a file may have "
        .. "changed in it",
    }, err)
    assert.equal(err.message .. " (401 invalid_client, request-id r-1)\n  " .. err.hint,
      tostring(err))
    assert.same({ 1, {} }, { #there.calls, there.waits })
  end)

  it("asks again after trouble that passes, later each time", function()
    local there = peer.new { { 503, "<html>busy</html>" }, { err = "cut" }, { 429, "{}" },
      success() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    assert.same({ 1, 2, 4 }, there.waits)
  end)

  it("takes up to half of a wait off, by chance", function()
    local there = peer.new { { 500, "" }, { 500, "" }, success() }
    require "bylaw.credential.retrying".random = function() return 0 end
    assert(make():token(SCOPE, there))
    assert.same({ 0.5, 1 }, there.waits)
  end)

  it("waits as Retry-After says, up to a minute", function()
    local there = peer.new { { 429, "{}", { ["retry-after"] = "7" } }, success() }
    assert(make():token(SCOPE, there))
    assert.same({ 7 }, there.waits)
    there = peer.new { { 429, "{}", { ["retry-after"] = "60" } }, success() }
    assert(make():token(SCOPE, there))
    there = peer.new { { 429, "{}", { ["retry-after"] = "61" } } }
    local _, err = make():token(SCOPE, there)
    assert.same({ "throttled", 61, {} }, { err.code, err.retry_after, there.waits })
  end)

  it("gives up after four tries", function()
    for code, answer in pairs {
      server_error = { 503, "{}" }, unreachable = { err = "unreachable" },
      timeout = { err = "timeout" }, bad_answer = { 200, "<html>" },
    } do
      local there = peer.new({ answer }, true)
      local _, err = make():token(SCOPE, there)
      assert.same({ code, 4, 4 }, { err.code, err.tries, #there.calls })
    end
  end)

  it("asks once where another try would not help", function()
    for code, answer in pairs { tls = { err = "tls" }, unsendable = { err = "unsendable" },
      authentication_failed = peer.refusal(400, "invalid_request", 90002, "Tenant not found.") } do
      local there = peer.new({ answer }, true)
      local _, err = make():token(SCOPE, there)
      assert.same({ code, nil, 1 }, { err.code, err.tries, #there.calls })
    end
  end)

  it("takes no success without a token in it", function()
    for _, body in ipairs { {}, { access_token = 1 }, { access_token = "a b" },
      { access_token = "" } } do
      local _, err = make():token(SCOPE, peer.new({ { 200, body } }, true))
      assert.same({ "bad_answer", "the answer of the token endpoint holds no token" },
        { err.code, err.message })
    end
  end)

  it("shows its secret and its token to nobody", function()
    local one, there = make(), peer.new { success(TOKEN) }
    assert(one:token(SCOPE, there))
    assert.is_false(peer.shows(one, SECRET))
    assert.is_false(peer.shows(one, TOKEN))
    assert.equal("bylaw.credential.client_secret (client 535fb089-9ff3-47b6-9bfb-4f1264799865, "
      .. "tenant contoso.onmicrosoft.com)", tostring(one))
  end)

  it("shows its secret in no error, even where the answer quotes the request", function()
    local encoded = "canary-S3cret%2B%2F%3D~value"
    for _, answer in ipairs {
      { 400, "<html>client_secret=" .. encoded .. "</html>" }, { 400, SECRET },
      { 503, encoded }, { 200, "{" .. SECRET }, { 302, "", { location = "https://x/" } },
      peer.refusal(401, "invalid_client", 7000215, "the secret " .. SECRET .. " is wrong"),
      peer.refusal(401, SECRET, 1, SECRET), { err = "cut", message = "at " .. SECRET },
      { 500, { error = { message = SECRET } } },
    } do
      local token, err = make():token(SCOPE, peer.new({ answer }, true))
      assert.is_nil(token)
      assert.is_false(peer.shows(err, SECRET), tostring(err))
    end
  end)

  it("follows no redirect", function()
    local there = peer.new { { 307, "", { location = "https://evil.example/" } } }
    local _, err = make():token(SCOPE, there)
    assert.same({ "unexpected_status", "unexpected redirect to https://evil.example; redirects are "
      .. "not followed", 1 }, { err.code, err.message, #there.calls })
  end)
end)
