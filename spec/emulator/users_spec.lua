--- Users who sign in by device code, refresh tokens, and replays.
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local POLICIES = "/v1.0/policies/tokenLifetimePolicies"
local PUBLIC, OTHER, CONFIDENTIAL = entra.id(1), entra.id(2), entra.id(3)
local SCOPE = entra.GRAPH .. "/Policy.Read.All offline_access openid"

describe("bylaw.emulator, users:", function()
  local emulator
  setup(function()
    emulator = graph.start { enforce_permissions = true, identity = {
      tenantId = entra.TENANT,
      apps = {
        { clientId = PUBLIC, displayName = "cli", public = true, scopes = { "Policy.Read.All" } },
        { clientId = OTHER, public = true, multiTenant = true, scopes = { "Policy.Read.All" } },
        { clientId = CONFIDENTIAL, secrets = { "s" } },
      },
    } }
  end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function refused(status, answer)
    return { tonumber(answer.error_description:match "^AADSTS(%d+): "), answer.error, status }
  end
  local function begin(fields, tenant)
    local all = { client_id = PUBLIC, scope = SCOPE }
    for name, value in pairs(fields or {}) do all[name] = value end
    return entra.post(emulator, ("/%s/oauth2/v2.0/devicecode"):format(tenant or entra.TENANT), all)
  end
  local function started()
    local status, answer = begin()
    assert.equal(200, status)
    return answer
  end
  local function poll(code, client)
    return entra.post(emulator, "/" .. entra.TENANT .. "/oauth2/v2.0/token",
      { grant_type = entra.DEVICE, client_id = client or PUBLIC, device_code = code })
  end
  local function decide(fields, headers)
    local all = { token = graph.TOKEN, decision = "approve" }
    for name, value in pairs(fields) do all[name] = value end
    return (entra.post(emulator, "/devicelogin", all, headers))
  end
  local function refresh(token, fields)
    local all = { grant_type = "refresh_token", client_id = PUBLIC, refresh_token = token }
    for name, value in pairs(fields or {}) do all[name] = value end
    return entra.post(emulator, "/" .. entra.TENANT .. "/oauth2/v2.0/token", all)
  end
  local function get(token)
    return graph.call(emulator, "GET", POLICIES, nil, { Authorization = "Bearer " .. token }).status
  end
  local function signed_in()
    local device = started()
    assert.equal(200, decide { user_code = device.user_code })
    local status, answer = poll(device.device_code)
    assert.equal(200, status)
    return answer
  end

  describe("a device code", function()
    it("comes with words for a person", function()
      local answer = started()
      assert.matches("^[A-Z2-9]+$", answer.user_code)
      assert.equal(9, #answer.user_code)
      assert.same({ 900, 5, emulator.url .. "/devicelogin" },
        { answer.expires_in, answer.interval, answer.verification_uri })
      assert.equal(("To sign in, use a web browser to open the page %s/devicelogin and enter "
        .. "the code "
        .. "%s to authenticate."):format(emulator.url, answer.user_code), answer.message)
    end)

    it("is pending until a person approves, and then gives one token", function()
      local device = started()
      assert.same({ 70016, "authorization_pending", 400 }, refused(poll(device.device_code)))
      assert.equal(200, decide { user_code = device.user_code })
      local status, answer = poll(device.device_code)
      assert.equal(200, status)
      assert.same({ "Bearer", "Policy.Read.All openid", 3599 },
        { answer.token_type, answer.scope, answer.expires_in })
      local claims = entra.claims(answer.access_token)
      assert.same({ "Policy.Read.All openid", "0", "user" },
        { claims.scp, claims.appidacr, claims.idtyp })
      assert.is_nil(claims.roles)
      assert.equal(200, get(answer.access_token))
      assert.same({ 70019, "expired_token", 400 }, refused(poll(device.device_code)))
    end)

    it("slows down who polls too often, by five seconds more each time", function()
      local device = started()
      local function outcome() return (select(2, poll(device.device_code))).error end
      assert.equal("authorization_pending", outcome())
      emulator:shift(4)
      assert.equal("slow_down", outcome())
      emulator:shift(4 + 9)
      assert.equal("slow_down", outcome())
      emulator:shift(4 + 9 + 15.5)
      assert.equal("authorization_pending", outcome())
    end)

    it("ends when it is declined", function()
      local device = started()
      assert.equal(200, decide { user_code = device.user_code, decision = "decline" })
      assert.same({ nil, "authorization_declined", 400 }, refused(poll(device.device_code)))
    end)

    it("ends with its time", function()
      local device = started()
      emulator:shift(895)
      assert.same({ 70016, "authorization_pending", 400 }, refused(poll(device.device_code)))
      emulator:shift(901)
      assert.same({ 70020, "expired_token", 400 }, refused(poll(device.device_code)))
      assert.equal(404, decide { user_code = device.user_code })
    end)

    it("is the one's who asked for it", function()
      local device = started()
      decide { user_code = device.user_code }
      for _, code in ipairs { "", "x", device.user_code } do
        assert.same({ 70018, "bad_verification_code", 400 }, refused(poll(code)))
      end
      assert.same({ 70018, "bad_verification_code", 400 }, refused(poll(device.device_code, OTHER)))
      assert.same({ 900144, "invalid_request", 400 }, refused(poll(false)))
    end)

    local cases = {
      { "without a client id", { client_id = false }, nil, { 900144, "invalid_request", 400 } },
      { "without a scope", { scope = false }, nil, { 900144, "invalid_request", 400 } },
      { "of a confidential application", { client_id = CONFIDENTIAL }, nil,
        { 7000218, "invalid_client", 401 } },
      { "of an unknown application", { client_id = entra.id(9) }, nil,
        { 700016, "unauthorized_client", 400 } },
      { "in no tenant", {}, "common", { 90133, "invalid_request", 400 } },
      { "in the tenant of all consumers", {}, "consumers", { 90133, "invalid_request", 400 } },
      { "in many tenants by an application of one", {}, "organizations",
        { 50194, "invalid_request", 400 } },
    }
    for _, case in ipairs(cases) do
      it(("asked for %s is refused by AADSTS%d"):format(case[1], case[4][1]), function()
        assert.same(case[4], refused(begin(case[2], case[3])))
      end)
    end

    it("may be asked for in many tenants by an application of many", function()
      assert.equal(200, (begin({ client_id = OTHER }, "organizations")))
    end)

    it("for what nobody consented to, or what is no scope, is refused with the token", function()
      local wanted = { ["Policy.ReadWrite.ApplicationConfiguration"] = { 65001, "invalid_grant",
        400 },
        ["https://vault.azure.net/.default"] = { 70011, "invalid_scope", 400 },
        ['a"b'] = { 70011, "invalid_scope", 400 } }
      for scope, outcome in pairs(wanted) do
        local _, device = begin { scope = scope }
        decide { user_code = device.user_code }
        assert.same(outcome, refused(poll(device.device_code)))
      end
      local _, device = begin { scope = entra.GRAPH .. "/.default" }
      decide { user_code = device.user_code }
      assert.equal("Policy.Read.All", select(2, poll(device.device_code)).scope)
    end)
  end)

  describe("the page", function()
    it("is there for a person", function()
      local status, page, headers = entra.get(emulator, "/devicelogin")
      assert.same({ 200, "text/html; charset=utf-8" }, { status, headers["content-type"] })
      assert.matches('<form method="post" action="/devicelogin">', page, 1, true)
    end)

    it("takes a code as people type it", function()
      local code = started().user_code
      assert.equal(200, decide { user_code = (" %s-%s "):format(code:sub(1, 4):lower(),
        code:sub(5)) })
    end)

    it("wants the emulator's token, in the form or as a bearer", function()
      local device = started()
      assert.equal(401, decide { user_code = device.user_code, token = false })
      assert.equal(401, decide { user_code = device.user_code, token = "wrong" })
      assert.equal("authorization_pending", (select(2, poll(device.device_code))).error)
      assert.equal(200, decide({ user_code = device.user_code, token = false },
        { Authorization = "Bearer " .. graph.TOKEN }))
    end)

    it("says what is wrong with a decision", function()
      local device = started()
      assert.equal(404, decide { user_code = "NOSUCHONE" })
      assert.equal(404, decide {})
      assert.equal(400, decide { user_code = device.user_code, decision = "perhaps" })
      assert.equal(200, decide { user_code = device.user_code })
      assert.equal(409, decide { user_code = device.user_code, decision = "decline" })
    end)
  end)

  describe("a refresh token", function()
    it("comes where it was asked for, and is exchanged for the next one", function()
      local first = signed_in()
      local status, second = refresh(first.refresh_token)
      assert.equal(200, status)
      assert.equal(200, get(second.access_token))
      assert.not_equal(first.refresh_token, second.refresh_token)
      assert.same({ 50173, "invalid_grant", 400 }, refused(refresh(first.refresh_token)))
      assert.equal(200, (refresh(second.refresh_token, { scope = "Policy.Read.All" })))
      local _, device = begin { scope = "Policy.Read.All" }
      decide { user_code = device.user_code }
      assert.is_nil(select(2, poll(device.device_code)).refresh_token)
    end)

    it("ends after ninety days, and is its application's own", function()
      local token = signed_in().refresh_token
      assert.same({ 50173, "invalid_grant", 400 }, refused(refresh(token, { client_id = OTHER })))
      assert.same({ 900144, "invalid_request", 400 }, refused(refresh(false)))
      emulator:shift(90 * 86400 + 60)
      assert.same({ 70008, "invalid_grant", 400 }, refused(refresh(token)))
      emulator:shift(90 * 86400 - 60)
      assert.equal(200, (refresh(token)))
    end)

    it("of a confidential application takes its credential", function()
      assert.same({ 7000218, "invalid_client", 401 },
        refused(refresh("x", { client_id = CONFIDENTIAL })))
    end)
  end)

  it("takes an assertion once, where it is told to", function()
    local folder = shell.scratch()
    local certificate = entra.certificate(folder, "app")
    local strict = graph.start { identity = { tenantId = entra.TENANT, refuseReplays = true,
      apps = { { clientId = PUBLIC, certificates = { certificate.pem } } } } }
    finally(function()
      strict:stop()
      shell.remove(folder)
    end)
    local now = os.time()
    local function sign(jti)
      return entra.sign(certificate.key,
        { alg = "RS256", x5t = entra.base64url(certificate.sha1) }, {
        aud = ("%s/%s/oauth2/v2.0/token"):format(strict.url, entra.TENANT), iss = PUBLIC,
          sub = PUBLIC,
        jti = jti, nbf = now, iat = now, exp = now + 600 })
    end
    local function ask(assertion)
      return entra.token(strict, { client_id = PUBLIC, client_assertion = assertion,
        client_assertion_type = entra.ASSERTION })
    end
    local first = sign "1"
    assert.equal(200, (ask(first)))
    assert.same({ 50012, "invalid_client", 401 }, refused(ask(first)))
    assert.equal(200, (ask(sign "2")))
  end)
end)
