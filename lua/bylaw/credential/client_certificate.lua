--- A credential of an app that has a certificate: PEM with its private key, or PKCS#12 (PFX).
local assertion = require "bylaw.credential.assertion"
local cached = require "bylaw.credential.cached"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local file = require "bylaw.credential.file"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local token_endpoint = require "bylaw.credential.token_endpoint"

local client_certificate = { __name = "bylaw.credential.client_certificate" }

local OPTIONS = required.merge(token_endpoint.OPTIONS, {
  certificate_path = "string", certificate = "string", password = "string", send_chain = "boolean",
})

local LARGEST = 1 << 20 -- bytes of a file with certificates
local LIFE = 300        -- seconds that an assertion is good for

function client_certificate.__tostring(self)
  return ("%s (client %s, tenant %s, %s)"):format(client_certificate.__name, self.client_id,
    self.tenant_id, self.certificate_path or "a certificate in memory")
end

--- Opens key and certificate. The file is read each time, so that a renewed one is taken up.
local function open(self, bytes, password)
  local why
  if self.certificate_path then
    bytes, why = file.read(self.certificate_path, LARGEST)
    if not bytes then
      return nil, errors.new("invalid_option", "the certificate cannot be read: " .. why)
    end
  end
  local signer, err = core.signer(bytes, password)
  if signer then return signer end
  return nil, errors.new("invalid_option", ("the certificate %s: %s"):format(
    self.certificate_path or "given", err.message))
end

--- A signed assertion for an endpoint.
---@param self table
---@param signer bylaw.Signer
---@param url string
---@return string? assertion
---@return bylaw.Error? err
local function sign(self, signer, url)
  local now = token_endpoint.time()
  local header = { alg = "PS256", typ = "JWT", ["x5t#S256"] = signer:facts().sha256,
    x5c = self.send_chain and signer:chain() or nil }
  local claims = { aud = url, iss = self.client_id, sub = self.client_id, jti = core.guid(),
    nbf = now, iat = now, exp = now + LIFE }
  local token, err = signer:sign("PS256", core.json_write(header), core.json_write(claims))
  if token then return token end
  return nil, errors.new("invalid_option", "the certificate: " .. err.message)
end

--- A refusal, with what the certificate itself says of it.
local function explain(err, ends)
  if err.aadsts ~= nil and ends < token_endpoint.time() then
    err.hint = ("the certificate expired on %s: make a new one, and register it with the app")
      :format(os.date("!%Y-%m-%d", ends))
  end
  return nil, err
end

---@class bylaw.ClientCertificateOptions: bylaw.AppOptions
---@field certificate_path? string  a file with certificate and private key: PEM or PKCS#12
---@field certificate? string       or its bytes
---@field password? string          opens it
---@field send_chain? boolean       sends the certificates too, for an app that is matched by
---  subject name and issuer

---@param given bylaw.ClientCertificateOptions
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option": also for a file that cannot be used
function client_certificate.new(given)
  given = options.check("client_certificate", given, OPTIONS)
  required.check("client_certificate", given, { "tenant_id", "client_id" })
  if (given.certificate_path == nil) == (given.certificate == nil) then
    error("client_certificate needs either 'certificate_path' or 'certificate'", 2)
  end
  local bytes, password = given.certificate, given.password
  local self = { tenant_id = given.tenant_id, client_id = given.client_id,
    authority = given.authority, certificate_path = given.certificate_path,
    send_chain = given.send_chain or false }
  local ok, err = token_endpoint.check(self)
  if not ok then return nil, err end
  local first <close>, refused = open(self, bytes, password)
  if not first then return nil, refused end
  return cached.equip(setmetatable(self, client_certificate), function(request, transport)
    local signer <close>, why = open(self, bytes, password)
    if not signer then return nil, why end
    local answered
    answered, why = assertion.ask(self, request, transport,
      function(url) return sign(self, signer, url) end)
    if answered then return answered end
    return explain(why, signer:facts().not_after)
  end)
end

return client_certificate
