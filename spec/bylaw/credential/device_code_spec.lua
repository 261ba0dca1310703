local credential = require "bylaw.credential"
local peer = require "spec.support.peer"

local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"
local DEVICE = "canary-S3cret-device"
local REFRESH = "canary-S3cret-refresh"
local MESSAGE = "To sign in, use a web browser to open the page https://microsoft.com/devicelogin "
  .. "and enter the code B8VDNWPQL to authenticate."

local function start(more)
  local body = { user_code = "B8VDNWPQL", device_code = DEVICE, expires_in = 900, interval = 5,
    verification_uri = "https://microsoft.com/devicelogin", message = MESSAGE }
  for name, value in pairs(more or {}) do body[name] = value or nil end
  return { 200, body }
end

local function success(more)
  local body = { access_token = TOKEN, expires_in = 3599, token_type = "Bearer", scope = "x" }
  for name, value in pairs(more or {}) do body[name] = value end
  return { 200, body }
end

local function pending(name) return { 400, { error = name or "authorization_pending",
  error_description = "AADSTS70016: Pending. \r\nTrace ID: x" } } end

describe("bylaw.credential.device_code", function()
  local shown

  before_each(function() shown = {} end)
  teardown(peer.restore)

  local function make(more)
    local given = { client_id = "client", tenant_id = "contoso.com",
      prompt = function(prompt) table.insert(shown, prompt) end }
    for name, value in pairs(more or {}) do given[name] = value end
    return assert(credential.device_code(given))
  end

  it("shows the code, and polls until the person has signed in", function()
    local there = peer.new { start(), pending(), pending(), success() }
    assert.equal(TOKEN, make():token(SCOPE, there))
    assert.same({ { message = MESSAGE, user_code = "B8VDNWPQL", expires_in = 900,
      verification_uri = "https://microsoft.com/devicelogin" } }, shown)
    assert.same({ 5, 5, 5 }, there.waits)
    assert.equal("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/devicecode",
      there.calls[1].url)
    assert.same({ client_id = "client", scope = SCOPE .. "%20offline_access" },
      { client_id = peer.fields(there.calls[1]).client_id,
        scope = (peer.fields(there.calls[1]).scope:gsub(" ", "%%20")) })
    for i = 2, 4 do
      assert.equal("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
        there.calls[i].url)
      assert.same({ client_id = "client", device_code = DEVICE,
        grant_type = "urn:ietf:params:oauth:grant-type:device_code" }, peer.fields(there.calls[i]))
    end
  end)

  it("polls five seconds later each time it is told to slow down", function()
    local there = peer.new { start { interval = 2 }, pending "slow_down", pending(),
      pending "slow_down", success() }
    assert(make():token(SCOPE, there))
    assert.same({ 2, 7, 7, 12 }, there.waits)
  end)

  it("polls half as often after each answer that did not come", function()
    local there = peer.new { start(), { err = "timeout" }, { 503, "" }, success() }
    assert(make():token(SCOPE, there))
    assert.same({ 5, 10, 20 }, there.waits)
  end)

  it("polls every five seconds where nothing else is said", function()
    local there = peer.new { start { interval = false }, success() }
    assert(make():token(SCOPE, there))
    assert.same({ 5 }, there.waits)
  end)

  it("gives up when the code has expired", function()
    local there = peer.new({ start { expires_in = 20 }, pending() }, true)
    assert.same({ nil, { code = "authentication_failed", graph_code = "expired_token",
      message = "nobody signed in before the code expired", hint = "begin anew" } },
      { make():token(SCOPE, there) })
    assert.equal(20, there.time)
  end)

  for name, hint in pairs {
    authorization_declined = "the sign-in was declined", access_denied = "the sign-in was declined",
    expired_token = "the code has expired: begin anew", bad_verification_code = false,
  } do
    it("ends at " .. name, function()
      local there = peer.new { start(), { 400, { error = name } } }
      local _, err = make():token(SCOPE, there)
      assert.same({ "authentication_failed", name, hint or nil },
        { err.code, err.graph_code, err.hint })
    end)
  end

  it("says that the app must be a public client", function()
    local there = peer.new { start(), peer.refusal(401, "invalid_client", 7000218,
      "The request body "
      .. "must contain the following parameter: 'client_assertion' or 'client_secret'.") }
    local _, err = make():token(SCOPE, there)
    assert.equal(7000218, err.aadsts)
    assert.matches("public client flows", err.hint)
  end)

  it("takes a tenant that stands for many, and is of any organization by default", function()
    local there = peer.new { start(), success() }
    assert(credential.device_code { client_id = "client", prompt = function() end }
      :token(SCOPE, there))
    assert.matches("/organizations/", there.calls[1].url, 1, true)
  end)

  it("renews by the refresh token, the newest of them, without asking anybody", function()
    local there = peer.new { start(), success { refresh_token = REFRESH },
      success { refresh_token = REFRESH .. "2" }, success(), success() }
    local one = make()
    for i = 1, 4 do
      one:refresh()
      assert.equal(TOKEN, one:token(SCOPE, there))
      assert.equal(i + 1, #there.calls)
    end
    assert.equal(1, #shown)
    assert.same({ client_id = "client", refresh_token = REFRESH, grant_type = "refresh_token",
      scope = SCOPE .. " offline_access" }, peer.fields(there.calls[3]))
    assert.equal(REFRESH .. "2", peer.fields(there.calls[4]).refresh_token)
    assert.equal(REFRESH .. "2", peer.fields(there.calls[5]).refresh_token)
    assert.is_false(peer.shows(one, REFRESH))
  end)

  it("asks the person again when the refresh token is refused", function()
    local there = peer.new { start(), success { refresh_token = REFRESH },
      peer.refusal(400, "invalid_grant", 70008, "The refresh token has expired."), start(),
        success() }
    local one = make()
    assert(one:token(SCOPE, there))
    one:refresh()
    assert.equal(TOKEN, one:token(SCOPE, there))
    assert.equal(2, #shown)
  end)

  it("asks nobody again because of trouble that passes", function()
    local there = peer.new({ start(), success { refresh_token = REFRESH }, { 503, "" } }, true)
    local one = make()
    assert(one:token(SCOPE, there))
    one:refresh()
    assert.equal("server_error", select(2, one:token(SCOPE, there)).code)
    assert.equal(1, #shown)
  end)

  it("shows device code and refresh token in no error", function()
    for _, answers in ipairs {
      { start(), { 400, DEVICE } }, { start(), { 400, { error = DEVICE } } },
      { start(), { 200, DEVICE } }, { { 200, "{" .. DEVICE } },
      { start { user_code = false } },
      { start(), success { refresh_token = REFRESH }, peer.refusal(400, "invalid_client", 1,
        REFRESH) },
    } do
      local one, there = make(), peer.new(answers, true)
      local token, err = one:token(SCOPE, there)
      if token then
        one:refresh()
        token, err = one:token(SCOPE, there)
      end
      assert.is_nil(token)
      assert.is_false(peer.shows({ one, err }, DEVICE))
      assert.is_false(peer.shows({ one, err }, REFRESH))
    end
  end)

  it("lets nothing through to the person that a terminal obeys", function()
    local there = peer.new { start { message = "go\27[2J to", user_code = "A\nB" }, success() }
    assert(make():token(SCOPE, there))
    assert.same({ "go\\x1B[2J to", "A B" }, { shown[1].message, shown[1].user_code })
  end)
end)
