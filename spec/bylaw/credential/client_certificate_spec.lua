local cjson = require "cjson"
local core = require "bylaw.core"
local credential = require "bylaw.credential"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"

local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"
local PASSWORD = "canary-S3cret-password"
local CLIENT = "22222222-2222-2222-2222-222222222222"
local URL = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"

describe("bylaw.credential.client_certificate", function()
  local folder

  local function path(name) return folder .. "/" .. name end
  local function openssl(...) return shell.must("cd '%s' && openssl " .. ..., folder) end

  setup(function()
    folder = shell.scratch()
    local new = "req -x509 -newkey rsa:2048 -nodes -days 30 "
    openssl(new .. "-subj /CN=bylaw -keyout key.pem -out cert.pem")
    openssl(new .. "-subj /CN=other -keyout o.pem -out other.pem")
    shell.must("cd '%s' && cat key.pem cert.pem >both.pem && cat other.pem cert.pem key.pem "
      .. ">chain.pem",
      folder)
    openssl("pkcs12 -export -in cert.pem -inkey key.pem -passout pass:" .. PASSWORD
      .. " -out x.pfx")
    openssl "pkcs12 -export -in cert.pem -inkey key.pem -passout pass: -out open.pfx"
    openssl("rsa -aes256 -in key.pem -passout pass:" .. PASSWORD .. " -out locked.pem 2>&1")
    shell.must("cd '%s' && cat cert.pem >>locked.pem", folder)
    openssl "ecparam -name prime256v1 -genkey -noout -out ec.pem"
    openssl "req -x509 -new -key ec.pem -days 30 -subj /CN=ec -out ec-cert.pem"
    shell.must("cd '%s' && cat ec-cert.pem >>ec.pem", folder)
    openssl "x509 -in cert.pem -noout -pubkey -out public.pem"
  end)
  teardown(function()
    shell.remove(folder)
    peer.restore()
  end)

  local function make(more)
    local given = { tenant_id = "contoso.com", client_id = CLIENT }
    for name, value in pairs(more) do given[name] = value end
    return credential.client_certificate(given)
  end

  local function success() return { 200, { access_token = TOKEN, expires_in = 3599 } } end

  --- The parts of an assertion: header, claims.
  local function parts(assertion)
    local header, claims = core.token_read(assertion)
    return cjson.decode(header), cjson.decode(claims)
  end

  --- Whether openssl finds the signature to be the certificate's: PSS, a salt of 32 bytes.
  local function openssl_verifies(assertion)
    local signed, signature = assertion:match "^(.*)%.([^.]*)$"
    shell.write(path "signed", signed)
    shell.write(path "signature", assert(core.base64_read(signature)))
    return shell.run("cd '%s' && openssl dgst -sha256 -sigopt rsa_padding_mode:pss "
      .. "-sigopt rsa_pss_saltlen:32 -verify public.pem -signature signature signed", folder)
      == "Verified OK\n"
  end

  for name, given in pairs {
    ["PEM with key and certificate"] = { file = "both.pem" },
    ["PEM with the certificates of others before its own"] = { file = "chain.pem" },
    ["PEM with a locked key"] = { file = "locked.pem", password = PASSWORD },
    ["a locked PFX"] = { file = "x.pfx", password = PASSWORD },
    ["an open PFX"] = { file = "open.pfx" },
  } do
    it("signs with " .. name, function()
      local there = peer.new { success() }
      local one = assert(make { certificate_path = path(given.file), password = given.password })
      assert.equal(TOKEN, one:token(SCOPE, there))
      local fields = peer.fields(there.calls[1])
      local assertion = fields.client_assertion
      fields.client_assertion = nil
      assert.same({ client_id = CLIENT, scope = SCOPE, grant_type = "client_credentials",
        client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" }, fields)
      local header, claims = parts(assertion)
      local fingerprint = openssl "x509 -in cert.pem -noout -fingerprint -sha256"
      local bytes = fingerprint:match "=(.*)\n":gsub("(%x%x):?",
        function(hex) return string.char(tonumber(hex, 16)) end)
      assert.same({ alg = "PS256", typ = "JWT",
        ["x5t#S256"] = core.base64_write(bytes, "base64url") }, header)
      assert.matches("^%x+%-%x+%-4%x+%-%x+%-%x+$", claims.jti)
      claims.jti = nil
      assert.same({ aud = URL, iss = CLIENT, sub = CLIENT, nbf = peer.BEGIN, iat = peer.BEGIN,
        exp = peer.BEGIN + 300 }, claims)
      assert.is_true(openssl_verifies(assertion))
      assert.is_false(peer.shows(one, PASSWORD))
      assert.equal(("bylaw.credential.client_certificate (client %s, tenant contoso.com, %s)")
        :format(CLIENT, path(given.file)), tostring(one))
    end)
  end

  it("takes the bytes in place of a file", function()
    local there = peer.new { success() }
    local one = assert(make { certificate = shell.read(path "x.pfx"), password = PASSWORD })
    assert.equal(TOKEN, one:token(SCOPE, there))
    assert.is_true(openssl_verifies(peer.fields(there.calls[1]).client_assertion))
    assert.matches("a certificate in memory", tostring(one))
  end)

  it("makes an assertion of its own for each try", function()
    local there = peer.new { { 503, "" }, success() }
    assert(make { certificate_path = path "both.pem" }:token(SCOPE, there))
    local first = peer.fields(there.calls[1]).client_assertion
    local second = peer.fields(there.calls[2]).client_assertion
    local _, a = parts(first)
    local _, b = parts(second)
    assert.not_equal(a.jti, b.jti)
  end)

  it("sends the certificates too where that is asked for", function()
    local there = peer.new { success() }
    assert(make { certificate_path = path "chain.pem", send_chain = true }:token(SCOPE, there))
    local header = parts(peer.fields(there.calls[1]).client_assertion)
    local der = shell.must("openssl x509 -in '%s' -outform DER | base64 -w0", path "cert.pem")
    assert.equal(der, header.x5c[1])
    assert.is_string(header["x5t#S256"])
  end)

  it("takes up a file that was renewed", function()
    shell.write(path "renewed.pem", shell.read(path "both.pem"))
    local there = peer.new { success(), success() }
    local one = assert(make { certificate_path = path "renewed.pem" })
    assert(one:token(SCOPE, there))
    shell.must("cd '%s' && cat o.pem other.pem >renewed.pem", folder)
    one:refresh()
    assert(one:token(SCOPE, there))
    local before = parts(peer.fields(there.calls[1]).client_assertion)
    local after = parts(peer.fields(there.calls[2]).client_assertion)
    assert.not_equal(before["x5t#S256"], after["x5t#S256"])
  end)

  it("refuses at once what cannot sign, and says why, without the password", function()
    shell.write(path "text", "hello")
    for file, password in pairs { ["cert.pem"] = false, ["key.pem"] = false, ["text"] = false,
      ["missing"] = false, ["locked.pem"] = false, ["x.pfx"] = PASSWORD .. "x" } do
      local one, err = make { certificate_path = path(file), password = password or nil }
      assert.is_nil(one, file)
      assert.equal("invalid_option", err.code)
      assert.matches("^the certificate ", err.message)
      assert.is_false(peer.shows(err, PASSWORD))
    end
  end)

  it("refuses a key that is not RSA when it is to sign", function()
    local _, err = make { certificate_path = path "ec.pem" }:token(SCOPE, peer.new {})
    assert.equal("invalid_option", err.code)
    assert.matches("RSA", err.message)
  end)

  it("needs one source of the certificate, and one alone", function()
    for _, given in ipairs { {}, { certificate_path = "a", certificate = "b" } } do
      assert.error_matches(function() make(given) end,
        "needs either 'certificate_path' or 'certificate'")
    end
  end)

  it("says of a refused certificate that it has expired", function()
    shell.must("'%s/jose' make '%s' old DNS:old 1700000000 1 >'%s'",
      os.getenv "BYLAW_BUILD" or "build",
      path "key.pem", path "old-cert.pem")
    shell.must("cd '%s' && cat key.pem old-cert.pem >old.pem", folder)
    local there = peer.new({ peer.refusal(401, "invalid_client", 700027,
      "The certificate with identifier used to sign the client assertion is expired on "
        .. "application.")
      }, true)
    require "bylaw.credential.token_endpoint".time = os.time
    local _, err = make { certificate_path = path "old.pem" }:token(SCOPE, there)
    assert.equal(700027, err.aadsts)
    assert.matches("^the certificate expired on %d%d%d%d%-%d%d%-%d%d: make a new one", err.hint)
    _, err = make { certificate_path = path "both.pem" }:token(SCOPE, there)
    assert.equal("is the certificate, with this key, among those of the app registration, and not "
      .. "expired?", err.hint)
  end)

  it("shows the assertion in no error", function()
    local sent
    for _, shape in ipairs { "%s", '{"error":"x","error_description":"AADSTS1: %s"}' } do
      local there = peer.new({ function(call)
        sent = peer.fields(call).client_assertion
        return { 400, shape:format(sent) }
      end }, true)
      local _, err = make { certificate_path = path "both.pem" }:token(SCOPE, there)
      assert.is_false(peer.shows(err, sent))
    end
  end)
end)
