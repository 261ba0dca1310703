--- What every credential does that fetches its tokens: keeps them in memory, renews them ahead of
--- their end, and asks once where many want one.
local check = require "bylaw.credential.check"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local tasks = require "bylaw.tasks"
local transports = require "bylaw.transport"

local cached = {}

local MARGIN = 300      -- seconds before its end from which on a token is not used any more
local SHORT = 600       -- of a lifetime below which the margin is a fifth of it
local LONG = 7200       -- of a lifetime above which it is renewed at half of it
local UNKNOWN = 300     -- lifetime of a token that does not say it
local REFUSED = 60      -- seconds that a refusal stands: asking again would lock an account
local BUSY = 5          -- seconds that trouble stands, where it does not say how long
local BUSY_MOST = 3600

--- Seconds by a clock that nobody sets; a spec may replace it.
cached.now = core.now

---@class bylaw.TokenRequest
---@field scope string
---@field claims? string  JSON: what the service asked for in a challenge

---@class bylaw.CachedToken
---@field token string
---@field ends number   by `cached.now`, the margin taken off
---@field renew number  from when on a new one is asked for

--- Seconds that a failure stands, by its code.
local STANDS = { throttled = BUSY, server_error = BUSY, authentication_failed = REFUSED,
  no_credential = REFUSED }

local function keep(answered, began)
  local lifetime = answered.lifetime or UNKNOWN
  local margin = lifetime < SHORT and lifetime / 5 or MARGIN
  local ends = began + lifetime - margin
  local renew = ends
  if answered.refresh_in and answered.refresh_in < lifetime then
    renew = math.min(began + answered.refresh_in, ends)
  elseif lifetime > LONG then
    renew = began + lifetime / 2
  end
  return { token = answered.token, ends = ends, renew = renew }
end

--- A failure that is to stand for some time, so that thousands of tasks do not repeat it; nil: it
--- is worth another try at once.
---@param err bylaw.Error
---@return { err: bylaw.Error, ends: number }?
function cached.failure_of(err)
  local stands = STANDS[err.code]
  if not stands then return nil end
  local seconds = stands == BUSY and math.min(err.retry_after or BUSY, BUSY_MOST) or stands
  return { err = err, ends = cached.now() + seconds }
end

--- Each caller gets an error of its own, to which more may be added.
function cached.copy(err)
  local twin = {}
  for name, value in pairs(err) do twin[name] = value end
  return setmetatable(twin, core.error_metatable)
end

--- A call without a transport, from a script say, gets one of its own.
local function with_transport(transport, fn)
  if transport then return fn(transport) end
  local pool <close> = core.pool { max_connections = 1 }
  return fn(transports.new(pool))
end

local function renew(state, scope, acquire, transport)
  local began = cached.now()
  local answered, err = with_transport(transport, function(open)
    return acquire({ scope = scope, claims = state.claims[scope] }, open)
  end)
  if answered then
    state.tokens[scope], state.claims[scope] = keep(answered, began), nil
    state.failures[scope] = nil
    return answered.token
  end
  state.failures[scope] = cached.failure_of(err)
  return nil, err
end

--- The token of a scope, from memory or by asking.
local function token_of(state, scope, acquire, transport)
  local now, kept, failure = cached.now(), state.tokens[scope], state.failures[scope]
  if kept and now < kept.renew then return kept.token end
  local usable = kept and now < kept.ends and kept.token or nil
  if failure and now < failure.ends then
    if usable then return usable end
    return nil, cached.copy(failure.err)
  end
  if usable and state.flights[scope] then return usable end
  local token, err = tasks.shared(state.flights, scope, renew, state, scope, acquire, transport)
  if token then return token end
  if usable then return usable end
  return nil, cached.copy(err)
end

--- Forgets tokens. `rejected` names the one that the service refused: where it is not the one kept,
--- somebody has renewed it already, and nothing is forgotten. `claims` (JSON) is what the service
--- asked for; it goes with the next request.
local function refresh(state, rejected, claims)
  for scope, kept in pairs(state.tokens) do
    if rejected == nil or kept.token == rejected then
      state.tokens[scope] = nil
      state.claims[scope] = claims
    end
  end
end

--- Gives an object the methods `token` and `refresh`. Tokens are where neither tostring nor a walk
--- over the object finds them.
---@alias bylaw.Acquire
---| fun(request: bylaw.TokenRequest, transport: bylaw.Transport): bylaw.TokenAnswer?, bylaw.Error?
---@generic T: table
---@param object T
---@param acquire bylaw.Acquire
---@return T object  a bylaw.Credential
function cached.equip(object, acquire)
  local state = { tokens = {}, flights = {}, failures = {}, claims = {} }
  function object.token(_, scope, transport)
    local checked, err = check.scope(scope)
    if not checked then return nil, err end
    return token_of(state, checked, acquire, transport)
  end
  function object.refresh(_, rejected, claims) refresh(state, rejected, claims) end
  return object
end

--- The error of a credential that is not set up here, so that a chain goes on to the next.
---@param words string
---@param more? table
---@return nil
---@return bylaw.Error err  code "credential_unavailable"
function cached.unavailable(words, more)
  return nil, errors.new("credential_unavailable", words, more)
end

return cached
