--- A credential of a person who signs in with a browser, on this machine or another: they are shown
--- a code, and enter it there.
local answer = require "bylaw.credential.answer"
local cached = require "bylaw.credential.cached"
local errors = require "bylaw.errors"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local retrying = require "bylaw.credential.retrying"
local token_endpoint = require "bylaw.credential.token_endpoint"

local device_code = { __name = "bylaw.credential.device_code" }

local OPTIONS = required.merge(token_endpoint.OPTIONS, { prompt = "function" })
local GRANT = "urn:ietf:params:oauth:grant-type:device_code"
local INTERVAL = 5   -- seconds between two questions, where it is not said (RFC 8628, 3.2)
local SLOWER = 5     -- more of them after slow_down (RFC 8628, 3.5)
local LIFE = 900     -- seconds that a code is good for, where it is not said

--- What a person has to be shown.
---@class bylaw.DevicePrompt
---@field message string           the service's words: where to go, what to enter
---@field user_code string
---@field verification_uri string
---@field expires_in number        seconds

function device_code.__tostring(self)
  return ("%s (client %s, tenant %s)"):format(device_code.__name, self.client_id, self.tenant_id)
end

--- Whether to ask again after a refusal; the interval grows where it is asked to.
local function goes_on(state, err)
  if err.graph_code == "authorization_pending" then return true end
  if err.graph_code == "slow_down" or err.code == "throttled" then
    state.interval = state.interval + SLOWER
    return true
  end
  if err.code == "timeout" or err.code == "unreachable" or err.code == "cut"
    or err.code == "server_error" then
    state.interval = state.interval * 2
    return true
  end
  return false
end

local function expired()
  return nil, errors.new("authentication_failed", "nobody signed in before the code expired",
    { graph_code = "expired_token", hint = "begin anew" })
end

--- Asks until the person has signed in, has declined or is too late.
local function poll(self, request, transport, given)
  local state = { interval = answer.number(given.interval) or INTERVAL }
  local ends = cached.now() + (answer.number(given.expires_in) or LIFE)
  local url = token_endpoint.url(self, request.scope)
  while true do
    transport:sleep(state.interval)
    if cached.now() >= ends then return expired() end
    local answered, err = token_endpoint.post_once(transport, url, { { "grant_type", GRANT },
      { "client_id", self.client_id }, { "device_code", given.device_code } })
    local token = answered and answer.read(answered, token_endpoint.time())
    if token then return token end
    if answered then
      return nil, errors.new("bad_answer", "the answer of the token endpoint holds no token")
    end
    if not goes_on(state, err) then return nil, err end
  end
end

local function scope_of(request) return request.scope .. " offline_access" end

--- Begins a sign-in and sees it through.
local function sign_in(self, request, transport, prompt)
  local url = token_endpoint.url(self, request.scope, "devicecode")
  local given, err = retrying.call(retrying.TOKEN, transport, function()
    return token_endpoint.post_once(transport, url, { { "client_id", self.client_id },
      { "scope", scope_of(request) }, { "claims", request.claims } })
  end)
  if not given then return nil, err end
  if type(given.device_code) ~= "string" or type(given.user_code) ~= "string"
    or type(given.verification_uri) ~= "string" then
    return nil, errors.new("bad_answer", "the answer of the device code endpoint holds no code")
  end
  local words = type(given.message) == "string" and given.message
    or ("open %s and enter the code %s"):format(given.verification_uri, given.user_code)
  prompt { message = errors.one_line(words), user_code = errors.one_line(given.user_code),
    verification_uri = errors.one_line(given.verification_uri),
    expires_in = answer.number(given.expires_in) or LIFE }
  return poll(self, request, transport, given)
end

--- A new token by the refresh token of the last sign-in.
local function renew(self, request, transport, refresh_token)
  return token_endpoint.ask(transport, token_endpoint.url(self, request.scope), function()
    return { { "grant_type", "refresh_token" }, { "client_id", self.client_id },
      { "refresh_token", refresh_token }, { "scope", scope_of(request) },
      { "claims", request.claims } }
  end)
end

---@class bylaw.DeviceCodeOptions
---@field client_id string   of an app that allows public client flows
---@field tenant_id? string  "organizations" by default
---@field prompt fun(shown: bylaw.DevicePrompt)  shows it to the person who is to sign in
---@field authority? string

--- A refresh token is kept in memory, so that they sign in once.
---@param given bylaw.DeviceCodeOptions
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function device_code.new(given)
  given = options.check("device_code", given, OPTIONS)
  required.check("device_code", given, { "client_id", "prompt" })
  local self = setmetatable({ tenant_id = given.tenant_id or "organizations",
    client_id = given.client_id, authority = given.authority }, device_code)
  local ok, err = token_endpoint.check(self, true)
  if not ok then return nil, err end
  local refresh_token
  return cached.equip(self, function(request, transport)
    if refresh_token then
      local token, refused = renew(self, request, transport, refresh_token)
      if token then
        refresh_token = token.refresh_token or refresh_token
        return token
      end
      if refused.graph_code ~= "invalid_grant" and refused.graph_code ~= "interaction_required" then
        return nil, refused
      end
      refresh_token = nil
    end
    local token, refused = sign_in(self, request, transport, given.prompt)
    refresh_token = token and token.refresh_token
    return token, refused
  end)
end

return device_code
