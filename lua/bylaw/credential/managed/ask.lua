--- One way to ask the endpoint of a platform for the token of a managed identity.
local aadsts = require "bylaw.credential.aadsts"
local answer = require "bylaw.credential.answer"
local cached = require "bylaw.credential.cached"
local errors = require "bylaw.errors"
local exchange = require "bylaw.credential.exchange"
local retrying = require "bylaw.credential.retrying"
local token_endpoint = require "bylaw.credential.token_endpoint"

--- What to do about an identity that is not there.
local NO_IDENTITY = "assign a managed identity to this machine or app, or name one that is "
  .. "assigned, by AZURE_CLIENT_ID or the option client_id"

--- Words of answers that mean: there is no such identity, or more than one and none was named.
local ABSENT = { "identity not found", "no user assigned or delegated managed identity",
  "multiple user assigned identities", "no managed identity", "managedidentitynotfound" }

local function says_absent(text)
  text = text:lower()
  for _, words in ipairs(ABSENT) do
    if text:find(words, 1, true) then return true end
  end
  return false
end

--- The words of a refusal, in whatever shape the platform puts them.
local function words_of(body)
  local value = answer.json(body)
  if not value then return nil end
  local inner = type(value.error) == "table" and value.error or value
  local words = inner.error_description or inner.message or inner.error or inner.code
  return type(words) == "string" and errors.one_line(words) or "no reason was given", inner
end

local function code_of(status)
  if status == 429 then return "throttled" end
  return status >= 500 and "server_error" or "authentication_failed"
end

--- The error of an answer that is no success.
local function refusal(source, result)
  local status, more = result.status, { status = result.status }
  local words, inner = words_of(result.body)
  if not words and status < 500 and status ~= 404 and status ~= 410 and status ~= 429 then
    return errors.new("credential_unavailable", ("%s answered %d with what is no JSON: something "
      .. "else stands in its place, a proxy perhaps"):format(source, status), more)
  end
  words = words or errors.quote(result.body)
  more.graph_code = type(inner) == "table" and type(inner.error) == "string"
    and errors.one_line(inner.error) or nil
  more.aadsts = aadsts.code_in(words)
  more.hint = aadsts.hint(more.aadsts)
  more.retry_after = errors.retry_after(result.headers)
  local absent = status < 500 and says_absent(words)
  if absent then more.hint = NO_IDENTITY end
  if absent or status == 403 and words:find("unreachable network", 1, true) then
    return errors.new("credential_unavailable", ("%s: %s"):format(source, words), more)
  end
  if status == 502 or status == 504 then
    more.hint = "an HTTP proxy may stand in the way: this address must be reached without one"
  end
  return errors.new(code_of(status), ("%s: %s"):format(source, words), more)
end

--- Asks once; the decoded answer with the token in it.
local function once(source, transport, call, secrets)
  local result, err = exchange.send(transport, call, secrets)
  if not result then return nil, err end
  if result.status ~= 200 then
    return nil, exchange.clean(refusal(source, result), secrets)
  end
  local value = answer.json(result.body)
  if not value then
    return nil, errors.new("credential_unavailable", source
      .. " answered 200 with what is no JSON: something else stands in its place")
  end
  local token = answer.read(value, token_endpoint.time())
  if token then return { token = token, value = value } end
  return nil, errors.new("bad_answer", ("the answer of %s holds no token"):format(source),
    { status = 200 })
end

--- Asks, again where that helps. Whoever does not answer at all is not there.
---@param source string  for messages
---@param transport bylaw.Transport
---@param make fun(): bylaw.Call  made anew for each try
---@param secrets string[]
---@param policy bylaw.RetryPolicy
---@return bylaw.TokenAnswer?
---@return bylaw.Error?
---@return table? value  the answer as it came
return function(source, transport, make, secrets, policy)
  local found, err = retrying.call(policy, transport, function()
    return once(source, transport, make(), secrets)
  end)
  if found then return found.token, nil, found.value end
  if err.status == nil and (err.code == "unreachable" or err.code == "timeout") then
    return cached.unavailable(("%s does not answer (%s)"):format(source, err.message))
  end
  return nil, err
end
