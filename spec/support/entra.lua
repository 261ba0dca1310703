--- Speaks to an emulator's identity side: forms, tokens, assertions. Signatures are openssl's.
local cjson = require "cjson"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local entra = {}

entra.TENANT = "11111111-2222-3333-4444-555555555555"
entra.DOMAIN = "contoso.onmicrosoft.com"
entra.GRAPH = "https://graph.microsoft.com"
entra.ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
entra.DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

--- A client id that is as good as another.
function entra.id(n) return ("00000000-0000-4000-8000-%012d"):format(n) end

local function encoded(text)
  return (tostring(text):gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end
entra.encoded = encoded

--- A form's text; members that are false are left out.
function entra.form(fields)
  local parts = {}
  for name, value in pairs(fields) do
    if value then parts[#parts + 1] = encoded(name) .. "=" .. encoded(value) end
  end
  table.sort(parts)
  return table.concat(parts, "&")
end

--- A POST of a form; gives status and the answer, decoded where it is JSON.
function entra.post(emulator, path, fields, headers)
  local all = { Authorization = false, ["Content-Type"] = "application/x-www-form-urlencoded" }
  for name, value in pairs(headers or {}) do all[name] = value end
  local body = type(fields) == "string" and fields or entra.form(fields)
  local answer = graph.call(emulator, "POST", path, body, all)
  local read, value = pcall(cjson.decode, answer.body)
  return answer.status, read and value or answer.body, answer.headers
end

--- A GET without a bearer.
function entra.get(emulator, path, headers)
  local all = { Authorization = false }
  for name, value in pairs(headers or {}) do all[name] = value end
  local answer = graph.call(emulator, "GET", path, nil, all)
  local read, value = pcall(cjson.decode, answer.body)
  return answer.status, read and value or answer.body, answer.headers
end

--- Asks the token endpoint; the usual fields of an application by itself are there.
function entra.token(emulator, fields, tenant, headers)
  local all = { grant_type = "client_credentials", scope = entra.GRAPH .. "/.default" }
  for name, value in pairs(fields) do all[name] = value end
  return entra.post(emulator, ("/%s/oauth2/v2.0/token"):format(tenant or entra.TENANT), all,
    headers)
end

local FLAVOUR = { ["+"] = "-", ["/"] = "_", ["="] = "" }

--- base64 of a text.
function entra.base64(text)
  local folder = shell.scratch()
  shell.write(folder .. "/text", text)
  local out = shell.must("openssl base64 -A -in '%s/text'", folder)
  shell.remove(folder)
  return out
end

function entra.base64url(text) return (entra.base64(text):gsub("[+/=]", FLAVOUR)) end

function entra.decode(text)
  text = text:gsub("[-_]", { ["-"] = "+", _ = "/" }) .. ("="):rep(-#text % 4)
  local folder = shell.scratch()
  shell.write(folder .. "/text", text)
  local out = shell.must("openssl base64 -d -A -in '%s/text'", folder)
  shell.remove(folder)
  return out
end

--- The claims of a token, unverified.
function entra.claims(token) return cjson.decode(entra.decode(token:match "%.(.-)%.")) end

local PADDING = {
  RS256 = "", PS256 = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
}

--- A JWT signed with the key in a file.
function entra.sign(key, header, claims)
  local head = entra.base64url(cjson.encode(header)) .. "." .. entra.base64url(cjson.encode(claims))
  local folder = shell.scratch()
  shell.write(folder .. "/head", head)
  shell.must("openssl dgst -sha256 %s -sign '%s' -out '%s/signature' '%s/head'",
    PADDING[header.alg] or "", key, folder, folder)
  local signature = entra.base64url(shell.read(folder .. "/signature"))
  shell.remove(folder)
  return head .. "." .. signature
end

--- A key and a self-signed certificate for it in a folder, NAME.key and NAME.pem; its digests as
--- bytes.
---@param from? integer  when its one day begins, in seconds since 1970; by default now
---@return { key: string, file: string, pem: string, sha1: string, sha256: string }
function entra.certificate(folder, name, from)
  local base = folder .. "/" .. name
  shell.must("openssl genrsa -out '%s.key' 2048", base)
  if from then
    shell.must("%s/jose make '%s.key' %s DNS:localhost %d 1 >'%s.pem'",
      os.getenv "BYLAW_BUILD" or "build", base, name, from, base)
  else
    shell.must("openssl req -x509 -key '%s.key' -out '%s.pem' -subj /CN=%s -days 2"
      .. " -addext subjectAltName=DNS:localhost,IP:127.0.0.1", base, base, name)
  end
  local function digest(algorithm)
    shell.must("openssl x509 -in '%s.pem' -outform DER | openssl dgst -%s -binary >'%s.digest'",
      base, algorithm, base)
    return shell.read(base .. ".digest")
  end
  return { key = base .. ".key", file = base .. ".pem", pem = shell.read(base .. ".pem"),
    sha1 = digest "sha1", sha256 = digest "sha256" }
end

--- The JSON Web Key of a private key in a file.
function entra.jwk(key, kid)
  local modulus = shell.must("openssl rsa -in '%s' -noout -modulus", key):match "=(%x+)"
  local bytes = modulus:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end)
  return { kty = "RSA", n = entra.base64url(bytes), e = "AQAB", kid = kid }
end

return entra
