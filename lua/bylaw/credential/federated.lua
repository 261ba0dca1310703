--- What the credentials share that sign in with an assertion of somebody else's: an app, or a
--- user-assigned identity, with a federated credential that trusts its issuer.
local assertion = require "bylaw.credential.assertion"
local answer = require "bylaw.credential.answer"
local cached = require "bylaw.credential.cached"
local check = require "bylaw.credential.check"
local clouds = require "bylaw.clouds"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local exchange = require "bylaw.credential.exchange"
local token_endpoint = require "bylaw.credential.token_endpoint"

local federated = {}

--- The audience that an assertion has to have, by the cloud of the scope.
---@param given { audience?: string, authority?: string }
---@param scope string
---@return string?
---@return bylaw.Error? err
function federated.audience(given, scope)
  if given.audience then return given.audience end
  local cloud = clouds.of_scope(scope)
  if not cloud then return clouds.all[1].audience end
  if cloud.audience then return cloud.audience end
  return nil, errors.new("invalid_option",
    ("the audience of federated credentials in the cloud %s must be given"):format(cloud.name))
end

--- Whether an assertion can be one. What it is does not reach the message.
---@param text any
---@param from string
---@return string?
---@return bylaw.Error?
function federated.checked(text, from)
  if type(text) == "string" and text:find "^[%w_-]+%.[%w_-]+%.[%w_-]+$" then return text end
  local fault = text == "" and "is empty" or "is no signed token"
  return cached.unavailable(("the assertion from %s %s"):format(from, fault))
end

--- What an assertion says of itself, for whoever set up the federated credential: no secret.
local function told(text)
  local _, claims = core.token_read(text)
  claims = claims and answer.json(claims)
  if not claims then return nil end
  local parts = {}
  for _, name in ipairs { "iss", "sub", "aud" } do
    local value = claims[name]
    if type(value) == "table" then value = value[1] end
    parts[#parts + 1] = ("%s %s"):format(name, errors.quote(tostring(value)))
  end
  return "the assertion has " .. table.concat(parts, ", ")
end

--- AADSTS codes that mean that the assertion and the federated credential do not fit.
local MISMATCH = { [70021] = true, [700211] = true, [700212] = true, [700213] = true,
  [7002137] = true, [7002138] = true }

--- Fetches JSON with a bearer for an assertion.
---@param transport bylaw.Transport
---@param call bylaw.Call
---@param secret string  the bearer
---@param from string    for messages
---@return table?
---@return bylaw.Error?
function federated.fetch(transport, call, secret, from)
  call.headers.authorization = "Bearer " .. secret
  local result, err = exchange.send(transport, call, { secret })
  if not result then return nil, err end
  if result.status ~= 200 then
    err = errors.from_response(result.status, result.headers, result.body)
    if err.code == "unauthorized" or err.code == "forbidden" or err.code == "bad_request"
      or err.code == "not_found" then
      err.code = "authentication_failed"
    end
    err.message = ("%s gave no assertion: %s"):format(from, err.message)
    exchange.clean(err, { secret })
    err.request_id = err.request_id or result.headers["x-vss-e2eid"]
      or result.headers["x-msedge-ref"]
    return nil, err
  end
  local value = answer.json(result.body)
  if value then return value end
  return nil, errors.new("bad_answer", from .. " answered 200 with what is no JSON")
end

--- Makes a credential of `fetch`, which is called for each request.
---@param self table  with tenant_id and client_id, its metatable set
---@param fetch fun(scope: string, transport: bylaw.Transport): string?, bylaw.Error?
---@return bylaw.Credential?
---@return bylaw.Error?
function federated.equip(self, fetch)
  local ok, err = token_endpoint.check(self)
  if not ok then return nil, err end
  if self.audience then
    ok, err = check.scope(self.audience)
    if not ok then return nil, err end
  end
  return cached.equip(self, function(request, transport)
    local sent
    local answered, why = assertion.ask(self, request, transport, function()
      local text, refused = fetch(request.scope, transport)
      sent = text
      return text, refused
    end)
    if not answered and MISMATCH[why.aadsts] and sent then
      why.hint = ("%s; %s"):format(told(sent) or "the assertion cannot be read", why.hint)
    end
    return answered, why
  end)
end

return federated
