local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local POLICIES = "/v1.0/policies/tokenLifetimePolicies"
local APP, EXPIRED, PUBLIC, DISABLED, SHARED, SIGNED, FEDERATED, BARE =
  entra.id(1), entra.id(2), entra.id(3), entra.id(4), entra.id(5), entra.id(6), entra.id(7),
    entra.id(8)

describe("bylaw.emulator, sign-in:", function()
  local emulator, folder, certificate, expired, early, stranger, issuer

  setup(function()
    folder = shell.scratch()
    certificate = entra.certificate(folder, "certificate")
    stranger = entra.certificate(folder, "stranger")
    issuer = entra.certificate(folder, "issuer")
    expired = entra.certificate(folder, "expired", os.time() - 2 * 86400)
    early = entra.certificate(folder, "early", os.time() + 3600)
    emulator = graph.start {
      identity = {
        tenantId = entra.TENANT, domain = entra.DOMAIN,
        apps = {
          { clientId = APP, displayName = "one", secrets = { "right ~+/=secret" },
            roles = { "Policy.Read.All" } },
          { clientId = EXPIRED, secrets = { { value = "old", expires = "2020-01-01T00:00:00Z" },
            { value = "new", expires = "2100-01-01T00:00:00Z" } } },
          { clientId = PUBLIC, public = true, scopes = { "Policy.Read.All" } },
          { clientId = DISABLED, displayName = "off", secrets = { "s" }, disabled = true },
          { clientId = SHARED, secrets = { "s" }, multiTenant = true, public = true,
            scopes = { "Policy.Read.All" } },
          { clientId = SIGNED, certificates = { certificate.pem, expired.pem, early.pem } },
          { clientId = FEDERATED, federated = { { issuer = "https://issuer.example/a",
            subject = "system:serviceaccount:policies:Bylaw",
            keys = { keys = { entra.jwk(stranger.key, "other"), entra.jwk(issuer.key, "own") } } },
            { issuer = "https://unreachable.example", subject = "s" } } },
          { clientId = BARE },
        },
      },
    }
  end)
  teardown(function()
    emulator:stop()
    shell.remove(folder)
  end)

  local function ask(fields, tenant, headers)
    return entra.token(emulator, fields, tenant, headers)
  end
  --- Number, error and status of a refusal, and its description up to the ids.
  local function refused(status, answer)
    assert.is_table(answer, answer)
    local words = answer.error_description or ""
    local number, text = words:match "^AADSTS(%d+): (.*) Trace ID: "
    return { tonumber(number), answer.error, status }, text, answer
  end
  local function expect(wanted, fields, tenant, headers)
    local got, text, answer = refused(ask(fields, tenant, headers))
    assert.same(wanted, got)
    assert.same({ wanted[1] }, answer.error_codes)
    return text, answer
  end

  describe("a secret", function()
    it("gets a token that Graph takes", function()
      local status, answer, headers = ask { client_id = APP, client_secret = "right ~+/=secret" }
      assert.equal(200, status)
      assert.equal("application/json; charset=utf-8", headers["content-type"])
      assert.same({ "no-store, no-cache", "no-cache" },
        { headers["cache-control"], headers.pragma })
      assert.matches("^" .. graph.GUID .. "$", headers["x-ms-request-id"])
      assert.is_nil(headers["odata-version"])
      local token = answer.access_token
      assert.same({ token_type = "Bearer", expires_in = 3599, ext_expires_in = 3599,
        access_token = token }, answer)
      local got = graph.call(emulator, "GET", POLICIES, nil,
        { Authorization = "Bearer " .. token })
      assert.equal(200, got.status)
      local claims = entra.claims(token)
      assert.same({ entra.GRAPH, emulator.url .. "/" .. entra.TENANT .. "/v2.0", APP, "1", "app",
        entra.TENANT, { "Policy.Read.All" }, 3599 },
        { claims.aud, claims.iss, claims.appid, claims.appidacr, claims.idtyp, claims.tid,
          claims.roles, claims.exp - claims.iat })
      assert.is_true(math.abs(os.time() - claims.iat) <= 5)
    end)

    it("may come by basic authentication, and in a tenant named by its domain", function()
      local pair = entra.encoded(APP) .. ":" .. entra.encoded "right ~+/=secret"
      local basic = "Basic " .. entra.base64(pair)
      assert.equal(200, (ask({}, entra.DOMAIN, { Authorization = basic })))
      assert.equal(200, (ask({ client_id = APP:upper(), client_secret = "right ~+/=secret" },
        entra.DOMAIN:upper())))
    end)

    it("is refused in the platform's own words", function()
      local text, answer = expect({ 7000215, "invalid_client", 401 },
        { client_id = APP, client_secret = "wrong" })
      assert.equal("Invalid client secret provided. Ensure the secret being sent in the request is "
        .. "the client secret value, not the client secret ID, for a secret added to app '" .. APP
        .. "'.", text)
      assert.matches("^" .. graph.GUID .. "$", answer.trace_id)
      assert.matches("^" .. graph.GUID .. "$", answer.correlation_id)
      assert.matches("^%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%dZ$", answer.timestamp)
      assert.equal("https://login.microsoftonline.com/error?code=7000215", answer.error_uri)
      assert.equal(("AADSTS7000215: %s Trace ID: %s Correlation ID: %s Timestamp: %s"):format(text,
        answer.trace_id, answer.correlation_id, answer.timestamp), answer.error_description)
    end)

    it("is correlated by the client's own id", function()
      local id = "84b57260-4d19-422c-8229-34a01118ee07"
      local _, answer = ask({ client_id = APP, client_secret = "wrong" }, nil,
        { ["client-request-id"] = id })
      assert.equal(id, answer.correlation_id)
    end)

    it("is held against those that are good, and told when it is old", function()
      assert.equal(200, (ask { client_id = EXPIRED, client_secret = "new" }))
      expect({ 7000222, "invalid_client", 401 }, { client_id = EXPIRED, client_secret = "old" })
    end)
  end)

  describe("a request", function()
    local right = { client_id = APP, client_secret = "right ~+/=secret" }
    local function with(changes)
      local all = {}
      for name, value in pairs(right) do all[name] = value end
      for name, value in pairs(changes) do all[name] = value end
      return all
    end
    local GRAPH = entra.GRAPH .. "/.default"
    local cases = {
      { "without a grant type", with { grant_type = false }, { 900144, "invalid_request", 400 },
        "The request body must contain the following parameter: 'grant_type'." },
      { "without a client id", with { client_id = false }, { 900144, "invalid_request", 400 },
        "The request body must contain the following parameter: 'client_id'." },
      { "without a scope", with { scope = false }, { 900144, "invalid_request", 400 },
        "The request body must contain the following parameter: 'scope'." },
      { "of a grant that there is not", with { grant_type = "password" },
        { 70003, "unsupported_grant_type", 400 },
          "The app requested an unsupported grant type 'password'." },
      { "without a credential", with { client_secret = false }, { 7000216, "invalid_client", 401 },
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' "
        .. "grant type." },
      { "of an unknown application", with { client_id = entra.id(99) },
        { 700016, "unauthorized_client", 400 } },
      { "of a disabled application", with { client_id = DISABLED },
        { 7000112, "unauthorized_client", 400 }, "Application '" .. DISABLED
          .. "'(off) is disabled." },
      { "of a public application with a secret", with { client_id = PUBLIC },
        { 700025, "invalid_client", 401 }, "Client is public so neither 'client_assertion' nor "
        .. "'client_secret' should be presented." },
      { "with an assertion of no type", with { client_secret = false, client_assertion = "a.b.c" },
        { 90014, "invalid_request", 400 },
        "The required field 'client_assertion_type' is missing from the credential." },
      { "with an assertion of another type",
        with { client_secret = false, client_assertion = "a.b.c",
        client_assertion_type = "urn:saml" }, { 9002313, "invalid_request", 400 } },
      { "for no resource", with { scope = "  " }, { 28003, "invalid_scope", 400 } },
      { "for an unnamed resource", with { scope = "/.default" }, { 28002, "invalid_scope", 400 } },
      { "for two resources", with { scope = GRAPH .. " https://vault.azure.net/.default" },
        { 28000, "invalid_scope", 400 } },
      { "for one permission", with { scope = entra.GRAPH .. "/Policy.Read.All" },
        { 1002012, "invalid_scope", 400 },
          "The provided value for scope https://graph.microsoft.com/"
        .. "Policy.Read.All is not valid. Client credential flows must have a scope value with "
        .. "/.default suffixed to the resource identifier (application ID URI)." },
      { "for a scope that was encoded twice", with { scope = entra.encoded(GRAPH) },
        { 1002012, "invalid_scope", 400 } },
      { "for what is no scope", with { scope = "a\"b/.default" }, { 70011, "invalid_scope", 400 } },
      { "for another cloud's Graph", with { scope = "https://graph.microsoft.us/.default" },
        { 500011, "invalid_resource", 400 } },
    }
    for _, case in ipairs(cases) do
      local name, fields, wanted, words = table.unpack(case)
      it(name .. " is refused by AADSTS" .. wanted[1], function()
        local text = expect(wanted, fields)
        if words then assert.equal(words, text) end
      end)
    end

    it("that is no form is refused by AADSTS9002313", function()
      for _, body in ipairs { "a=%zz", "grant_type=a&grant_type=b", "a=%00", "a=%ff" } do
        assert.same({ 9002313, "invalid_request", 400 },
          (refused(entra.post(emulator, "/" .. entra.TENANT .. "/oauth2/v2.0/token", body))))
      end
    end)

    it("that is no POST is refused by AADSTS900561", function()
      for _, path in ipairs { "token", "devicecode" } do
        local got, text = refused(entra.get(emulator, ("/%s/oauth2/v2.0/%s"):format(entra.TENANT,
          path)))
        assert.same({ 900561, "invalid_request", 400 }, got)
        assert.equal("The endpoint only accepts POST requests. Received a GET request.", text)
      end
    end)

    local tenants = {
      { "10000000-0000-0000-0000-000000000000", 90002, "invalid_request" },
      { "other.onmicrosoft.com", 90002, "invalid_request" },
        { "nonsense", 900023, "invalid_request" },
      { "a!b.c", 900023, "invalid_request" }, { "common", 50194, "invalid_request" },
      { "organizations", 50194, "invalid_request" },
    }
    for _, case in ipairs(tenants) do
      it(("in the tenant '%s' is refused by AADSTS%d"):format(case[1], case[2]), function()
        expect({ case[2], case[3], 400 }, right, case[1])
      end)
    end

    it("of an application of many tenants names one, or is refused by AADSTS50059", function()
      expect({ 50059, "invalid_request", 400 }, { client_id = SHARED, client_secret = "s" },
        "common")
      assert.equal(200, (ask { client_id = SHARED, client_secret = "s" }))
    end)

    it("with a slash behind the resource, or Graph's id, or this address is for Graph", function()
      for _, resource in ipairs { entra.GRAPH .. "/", "00000003-0000-0000-c000-000000000000",
        emulator.url } do
        local status, answer = ask(with { scope = resource .. "/.default" })
        assert.equal(200, status)
        assert.equal(entra.GRAPH, entra.claims(answer.access_token).aud)
      end
    end)

    it("by who handles challenges gets a long token that is to be renewed early", function()
      local status, answer = ask(with {
        claims = '{"access_token":{"xms_cc":{"values":["cp1"]}}}' })
      assert.same({ 200, 86399, 43199 }, { status, answer.expires_in, answer.refresh_in })
      for _, claims in ipairs { "{}", "no", '{"access_token":{"xms_cc":{"values":[1,"cp2"]}}}' } do
        assert.equal(3599, select(2, ask(with { claims = claims })).expires_in)
      end
    end)
  end)

  describe("a certificate's assertion", function()
    local function endpoint(tenant)
      return ("%s/%s/oauth2/v2.0/token"):format(emulator.url, tenant or entra.TENANT)
    end
    --- An assertion as documented, with changes to its header and claims.
    local function sign(header, claims, key)
      local now = os.time()
      local all = { aud = endpoint(), iss = SIGNED, sub = SIGNED, jti = tostring(math.random()),
        nbf = now, iat = now, exp = now + 600 }
      for name, value in pairs(claims or {}) do all[name] = value or nil end
      for name, value in pairs(claims or {}) do if value == false then all[name] = nil end end
      local head = { alg = "PS256", typ = "JWT" }
      if not header then head["x5t#S256"] = entra.base64url(certificate.sha256) end
      for name, value in pairs(header or {}) do head[name] = value end
      return entra.sign(key or certificate.key, head, all)
    end
    local function fields(assertion)
      return { client_id = SIGNED, client_assertion = assertion,
        client_assertion_type = entra.ASSERTION }
    end
    local function hex(bytes)
      return (bytes:gsub(".", function(c) return ("%02X"):format(c:byte()) end))
    end

    it("gets a token, as documented", function()
      local status, answer = ask(fields(sign()))
      assert.equal(200, status)
      assert.equal("2", entra.claims(answer.access_token).appidacr)
    end)

    it("names its key in any of the ways in use", function()
      local sha1, sha256 = entra.base64url(certificate.sha1), entra.base64url(certificate.sha256)
      local standard = sha256:gsub("[-_]", { ["-"] = "+", _ = "/" }) .. "="
      local ways = {
        { alg = "PS256", ["x5t#S256"] = standard }, { alg = "PS256", ["x5t#S256"] = sha256 .. "=" },
        { alg = "RS256", x5t = sha1 }, { alg = "RS256", kid = sha1 },
        { alg = "RS256", x5t = sha1, kid = hex(certificate.sha1) },
        { alg = "RS256", kid = hex(certificate.sha1):lower() },
        { alg = "RS256", ["x5t#S256"] = sha256 },
      }
      for i, header in ipairs(ways) do
        assert.equal(200, (ask(fields(sign(header)))), "way " .. i)
      end
    end)

    it("is for the token endpoint, by the tenant's id or domain, or for the tenant", function()
      local name = emulator.url .. "/" .. entra.TENANT
      for _, aud in ipairs { endpoint(entra.DOMAIN), name .. "/v2.0", name .. "/", name } do
        assert.equal(200, (ask(fields(sign(nil, { aud = aud })))), aud)
      end
      local localhost = emulator.url:gsub("127%.0%.0%.1", "localhost")
      assert.equal(200, (entra.token({ url = localhost }, fields(sign(nil, {
        aud = localhost .. "/" .. entra.TENANT .. "/oauth2/v2.0/token" })))))
    end)

    it("is good for five minutes around its times, and no more", function()
      local now = os.time()
      for _, case in ipairs {
        { { exp = now - 290 }, true }, { { exp = now - 310 }, false },
        { { nbf = now + 290 }, true }, { { nbf = now + 310 }, false },
      } do
        local status, answer = ask(fields(sign(nil, case[1])))
        assert.equal(case[2], status == 200)
        if not case[2] then
          local got, text = refused(status, answer)
          assert.same({ 700024, "invalid_client", 401 }, got)
          assert.matches("^Client assertion is not within its valid time range%. Current time: "
            .. "[%d-]+T[%d:]+%.0000000Z, assertion valid from [%d-]+T[%d:]+%.0000000Z, expiry time "
            .. "of assertion [%d-]+T[%d:]+%.0000000Z%.$", text)
        end
      end
    end)

    local function refuses(number, assertion, words)
      local text = expect({ number, "invalid_client", 401 }, fields(assertion))
      if words then assert.matches(words, text, 1, true) end
    end

    it("of a key that is not registered is refused by AADSTS700027", function()
      local kid = entra.base64url(stranger.sha1)
      refuses(700027, sign({ alg = "RS256", x5t = kid }, nil, stranger.key),
        "[Reason - The key was not found., Thumbprint of key used by client: '" .. kid .. "'")
    end)

    it("that another key signed is refused by AADSTS700027", function()
      refuses(700027, sign(nil, nil, stranger.key),
        "Client assertion contains an invalid signature")
      refuses(700027, sign({ alg = "RS256",
        x5t = entra.base64url(certificate.sha1) }):gsub("%.[^.]*$", ".AAAA"),
        "Client assertion contains an invalid signature")
    end)

    it("of a certificate that is not valid now is refused by AADSTS700027", function()
      for words, dated in pairs { ["The key used is expired"] = expired,
        ["The key used is not valid yet"] = early } do
        refuses(700027, sign({ alg = "RS256", x5t = entra.base64url(dated.sha1) }, nil, dated.key),
          words)
      end
    end)

    it("by another algorithm is refused by AADSTS700027", function()
      for _, alg in ipairs { "none", "HS256", "RS384" } do
        refuses(700027, sign { alg = alg, x5t = entra.base64url(certificate.sha1) },
          "The algorithm is neither RS256 nor PS256")
      end
    end)

    it("of another application is refused by AADSTS700021", function()
      refuses(700021, sign(nil, { iss = APP, sub = APP }))
      refuses(700021, sign(nil, { sub = APP }))
      refuses(700021, sign(nil, { iss = APP }))
    end)

    it("for another endpoint is refused by AADSTS700023", function()
      for _, aud in ipairs { "https://login.microsoftonline.com/" .. entra.TENANT
        .. "/oauth2/v2.0/token",
        emulator.url, emulator.url .. "/" .. entra.id(1) .. "/oauth2/v2.0/token" } do
        refuses(700023, sign(nil, { aud = aud }))
      end
    end)

    it("that is none, or that lacks a claim, is refused by AADSTS50027", function()
      for _, text in ipairs { "x", "a.b", "YQ.YQ.YQ", "e30.W10.AA" } do refuses(50027, text) end
      for _, claim in ipairs { "aud", "iss", "sub", "exp" } do
        refuses(50027, sign(nil, { [claim] = false }))
      end
    end)
  end)

  describe("a federated assertion", function()
    local function sign(claims, key, header)
      local now = os.time()
      local all = { iss = "https://issuer.example/a", sub = "system:serviceaccount:policies:Bylaw",
        aud = "api://AzureADTokenExchange", nbf = now, iat = now, exp = now + 600 }
      for name, value in pairs(claims or {}) do all[name] = value end
      return entra.sign(key or issuer.key, header or { alg = "RS256", kid = "own" }, all)
    end
    local function fields(assertion, id)
      return { client_id = id or FEDERATED, client_assertion = assertion,
        client_assertion_type = entra.ASSERTION }
    end

    it("gets a token when issuer, subject and audience are those registered", function()
      assert.equal(200, (ask(fields(sign()))))
      assert.equal(200, (ask(fields(sign { aud = { "api://AzureADTokenExchange" } }))))
      assert.equal(200, (ask(fields(sign(nil, issuer.key, { alg = "RS256" })))))
    end)

    local cases = {
      { "issuer", { iss = "https://issuer.example/b" }, 700211,
        "issuer 'https://issuer.example/b'." },
      { "issuer in another case", { iss = "https://issuer.example/A" }, 7002137,
        "The issuer matches with case-insensitive comparison" },
      { "subject", { sub = "nobody" }, 700213, "presented assertion subject 'nobody'. Check your" },
      { "subject in another case", { sub = "system:serviceaccount:policies:bylaw" }, 7002138,
        "The subject matches with case-insensitive comparison, but not with case-sensitive "
          .. "comparison." },
      { "audience", { aud = "api://other" }, 700212,
        "presented assertion audience 'api://other'." },
      { "audience in another case", { aud = "api://azureadtokenexchange" }, 700212 },
    }
    for _, case in ipairs(cases) do
      local name, claims, number, words = table.unpack(case)
      it(("of another %s is refused by AADSTS%d"):format(name, number), function()
        local text = expect({ number, "invalid_client", 401 }, fields(sign(claims)))
        assert.matches("^No matching federated identity record found for presented assertion", text)
        if words then assert.matches(words, text, 1, true) end
      end)
    end

    it("for an application that trusts nobody is refused by AADSTS70021", function()
      expect({ 70021, "invalid_client", 401 }, fields(sign(), BARE))
    end)

    it("that is not signed by the issuer is refused by AADSTS50013", function()
      expect({ 50013, "invalid_grant", 400 }, fields(sign(nil, stranger.key)))
      expect({ 50013, "invalid_grant", 400 }, fields(sign(nil, certificate.key)))
      expect({ 50013, "invalid_grant", 400 },
        fields(sign(nil, nil, { alg = "HS256", kid = "own" })))
      expect({ 50013, "invalid_grant", 400 },
        fields(sign(nil, nil, { alg = "RS256", kid = "other" })))
    end)

    it("of an issuer whose keys are not to be had is refused by AADSTS50166", function()
      expect({ 50166, "invalid_request", 400 },
        fields(sign { iss = "https://unreachable.example", sub = "s" }))
    end)

    it("is good for five minutes around its times, and no more", function()
      assert.equal(200, (ask(fields(sign { exp = os.time() - 290 }))))
      expect({ 700024, "invalid_client", 401 }, fields(sign { exp = os.time() - 310 }))
    end)
  end)

  it("has every refusal in docs/emulator.md", function()
    local page = shell.read "docs/emulator.md"
    for number, status, err in shell.read "src/emulator/aadsts.h"
      :gmatch "X%(BL_A_[%w_]+, (%d+), (%d+), \"([%w_]+)\"" do
      local row = ("\n| %s | `%s` | %s |"):format(number == "0" and "none" or number, err, status)
      assert.matches(row, page, 1, true)
    end
  end)

  it("refuses what an application is declared to be refused, by any number of the table", function()
    local numbers = {}
    local header = shell.read "src/emulator/aadsts.h"
    for number, status, err in header:gmatch "X%(BL_A_[%w_]+, (%d+), (%d+), \"([%w_]+)\"" do
      if number ~= "0" then numbers[#numbers + 1] = { tonumber(number), err, tonumber(status) } end
    end
    assert.is_true(#numbers > 70)
    local apps = {}
    for i, row in ipairs(numbers) do
      apps[i] = { clientId = entra.id(i), secrets = { "s" }, refuse = row[1] }
    end
    local strict = graph.start { identity = { tenantId = entra.TENANT, apps = apps } }
    finally(function() strict:stop() end)
    for i, row in ipairs(numbers) do
      local status, answer, headers = entra.token(strict, { client_id = entra.id(i),
        client_secret = "s" })
      assert.same(row, (refused(status, answer)))
      assert.equal(status == 429 and "5" or nil, headers["retry-after"])
    end
  end)
end)
