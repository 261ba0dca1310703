--- What Graph makes of a token: whether it is good, and what it permits.
local cjson = require "cjson"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"

local POLICIES = "/v1.0/policies/tokenLifetimePolicies"
local APP = entra.id(1)
local RW = "Policy.ReadWrite.ApplicationConfiguration"

describe("bylaw.emulator, bearers:", function()
  local emulator
  setup(function()
    emulator = graph.start { identity = { tenantId = entra.TENANT, tokenLifetime = 60,
      refreshIn = 30,
      apps = { { clientId = APP, secrets = { "s" } } } } }
  end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function token(fields)
    local all = { client_id = APP, client_secret = "s" }
    for name, value in pairs(fields or {}) do all[name] = value end
    local status, answer = entra.token(emulator, all)
    assert.equal(200, status)
    return answer.access_token, answer
  end
  local function get(bearer)
    return graph.call(emulator, "GET", POLICIES, nil, { Authorization = "Bearer " .. bearer })
  end
  local function expect(message, bearer)
    local answer = get(bearer)
    assert.equal(401, answer.status)
    assert.same({ "InvalidAuthenticationToken", message },
      { graph.error(answer).code, graph.error(answer).message })
    return answer.headers["www-authenticate"]
  end
  local PLAIN = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/'
    .. 'oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"'

  it("are good for their time, and for no second more", function()
    local bearer, answer = token()
    assert.same({ 60, 30 }, { answer.expires_in, answer.refresh_in })
    assert.equal(200, get(bearer).status)
    local claims = entra.claims(bearer)
    emulator:shift(claims.exp - os.time() - 2)
    assert.equal(200, get(bearer).status)
    emulator:shift(claims.exp - os.time())
    assert.equal(PLAIN, expect("Lifetime validation failed, the token is expired.", bearer))
  end)

  it("are not good before their time, but for clocks five minutes apart", function()
    emulator:shift(290)
    local soon = token()
    emulator:shift(0)
    assert.equal(200, get(soon).status)
    emulator:shift(320)
    local later = token()
    emulator:shift(0)
    expect("Access token has expired or is not yet valid.", later)
  end)

  it("are known again, more of them than are remembered", function()
    local all = {}
    for i = 1, 20 do all[i] = token() end
    for _ = 1, 2 do
      for _, bearer in ipairs(all) do assert.equal(200, get(bearer).status) end
    end
    emulator:shift(70)
    for _, bearer in ipairs(all) do assert.equal(401, get(bearer).status) end
  end)

  it("are for Graph alone", function()
    expect("Access token validation failure. Invalid audience.",
      (token { scope = "api://AzureADTokenExchange/.default" }))
  end)

  it("are refused where nobody can read them", function()
    for _, text in ipairs { "a", "a.b", "a.b.c", "YQ.YQ.YQ", "e30.YQ.AA", ("x"):rep(5000) } do
      expect("CompactToken parsing failed with error code: 80049217", text)
    end
  end)

  it("are refused where the signature is not the platform's", function()
    local bearer = token()
    local header, claims, signature = bearer:match "^(.-)%.(.-)%.(.*)$"
    local forged = entra.base64url(cjson.encode { aud = entra.GRAPH, exp = os.time() + 60 })
    local none = entra.base64url '{"alg":"none"}'
    for _, text in ipairs { header .. "." .. forged .. "." .. signature, none .. "." .. claims
      .. ".",
      none .. "." .. claims .. "." .. signature, header .. "." .. claims .. "." } do
      expect("Access token validation failure.", text)
    end
    local other = graph.start { identity = { tenantId = entra.TENANT,
      apps = { { clientId = APP, secrets = { "s" } } } } }
    finally(function() other:stop() end)
    local _, answer = entra.token(other, { client_id = APP, client_secret = "s" })
    expect("Access token validation failure.", answer.access_token)
  end)

  it("are revoked together, and those who handle challenges are told what to ask for", function()
    local plain = token()
    local handling = token { claims = '{"access_token":{"xms_cc":{"values":["cp1"]}}}' }
    emulator:revoke()
    local words = "Continuous access evaluation resulted in challenge with result: "
      .. "InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"
    assert.equal(PLAIN, expect(words, plain))
    local start, claims = expect(words, handling):match "^(.*), claims=\"([^\"]*)\"$"
    assert.equal(PLAIN .. ', error="insufficient_claims"', start)
    local asked = cjson.decode(entra.decode(claims)).access_token.nbf
    assert.is_true(asked.essential)
    assert.is_true(math.abs(tonumber(asked.value) - os.time()) < 5)
    assert.equal(200, get(token()).status)
    assert.equal(200, get(graph.TOKEN).status)
  end)

  describe("permissions", function()
    local R, AR, AW, OWNED = "Policy.Read.All", "Application.Read.All", "Application.ReadWrite.All",
      "Application.ReadWrite.OwnedBy"
    -- which of read, write, carriers, assign, see an object and write one are permitted
    local cases = {
      { "", {} },
      { R, { read = true } },
      { RW, { read = true, write = true } },
      { AR, { see = true } },
      { AW, { see = true, object = true } },
      { OWNED, { see = true, object = true } },
      { "Directory.Read.All", { see = true, carriers = true } },
      { R .. " " .. AR, { read = true, carriers = true, see = true } },
      { RW .. " " .. AR, { read = true, write = true, carriers = true, see = true } },
      { R .. " " .. AW, { read = true, carriers = true, assign = true, see = true,
        object = true } },
      { R .. " " .. OWNED, { read = true, assign = true, see = true, object = true } },
      { RW .. " " .. AW, { read = true, write = true, carriers = true, assign = true, see = true,
        object = true } },
      { RW .. " " .. OWNED, { read = true, write = true, assign = true, see = true,
        object = true } },
      { "Some.Other.Permission", {} },
    }
    local strict, application, policy
    setup(function()
      local apps = {}
      for i, case in ipairs(cases) do
        local roles = {}
        for role in case[1]:gmatch "%S+" do roles[#roles + 1] = role end
        apps[i] = { clientId = entra.id(i), secrets = { "s" }, roles = roles }
      end
      apps[#apps + 1] = { clientId = entra.id(99), public = true, scopes = { R, OWNED } }
      strict = graph.start { enforce_permissions = true,
        identity = { tenantId = entra.TENANT, apps = apps } }
      policy = graph.create(strict, POLICIES)
      application = graph.create(strict, "/v1.0/applications", '{"displayName":"one"}')
    end)
    teardown(function() strict:stop() end)

    local function outcomes(bearer)
      local headers = { Authorization = "Bearer " .. bearer }
      local link = ("/v1.0/applications/%s/tokenLifetimePolicies"):format(application)
      local routes = {
        read = { "GET", POLICIES }, write = { "PATCH", POLICIES .. "/" .. policy, "{}" },
        carriers = { "GET", POLICIES .. "/" .. policy .. "/appliesTo" }, assign = { "GET", link },
        see = { "GET", "/v1.0/applications/" .. application },
        object = { "PATCH", "/v1.0/applications/" .. application, "{}" },
      }
      local permitted = {}
      for name, route in pairs(routes) do
        local answer = graph.call(strict, route[1], route[2], route[3], headers)
        if answer.status == 403 then
          assert.same({ "Authorization_RequestDenied", "Insufficient privileges to complete the "
            .. "operation." }, { graph.error(answer).code, graph.error(answer).message })
        else
          assert.is_true(answer.status < 300, answer.body)
          permitted[name] = true
        end
      end
      return permitted
    end

    for i, case in ipairs(cases) do
      it(("of '%s' permit what they say"):format(case[1]), function()
        local status, answer = entra.token(strict, { client_id = entra.id(i), client_secret = "s" })
        assert.equal(200, status)
        assert.same(case[2], outcomes(answer.access_token))
      end)
    end

    it("that applications alone can have are none of a user's", function()
      local path = "/" .. entra.TENANT .. "/oauth2/v2.0/"
      local _, device = entra.post(strict, path .. "devicecode",
        { client_id = entra.id(99), scope = entra.GRAPH .. "/.default" })
      entra.post(strict, "/devicelogin", { user_code = device.user_code, token = graph.TOKEN,
        decision = "approve" })
      local _, answer = entra.post(strict, path .. "token", { grant_type = entra.DEVICE,
        client_id = entra.id(99), device_code = device.device_code })
      assert.same({ read = true }, outcomes(answer.access_token))
    end)

    it("do not bind the emulator's own bearer, nor anyone where they are not enforced", function()
      assert.same(cases[12][2], outcomes(graph.TOKEN))
      assert.equal(201, graph.call(emulator, "POST", POLICIES, graph.body(),
        { Authorization = "Bearer " .. token() }).status)
    end)

    it("bind each part of a batch", function()
      local _, answer = entra.token(strict, { client_id = entra.id(2), client_secret = "s" })
      local batch = graph.call(strict, "POST", "/v1.0/$batch", cjson.encode { requests = {
        { id = "1", method = "GET", url = "/policies/tokenLifetimePolicies" },
        { id = "2", method = "DELETE", url = "/policies/tokenLifetimePolicies/" .. policy },
      } }, { Authorization = "Bearer " .. answer.access_token })
      local by_id = {}
      for _, part in ipairs(cjson.decode(batch.body).responses) do by_id[part.id] = part.status end
      assert.same({ ["1"] = 200, ["2"] = 403 }, by_id)
    end)
  end)
end)
