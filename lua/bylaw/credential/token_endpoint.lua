--- The token endpoint of an authority: a form goes there, a token or a refusal comes back.
local aadsts = require "bylaw.credential.aadsts"
local answer = require "bylaw.credential.answer"
local check = require "bylaw.credential.check"
local clouds = require "bylaw.clouds"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local exchange = require "bylaw.credential.exchange"
local form = require "bylaw.credential.form"
local retrying = require "bylaw.credential.retrying"

local token_endpoint = {}

--- Seconds since 1970; a spec may replace it.
token_endpoint.time = os.time

--- What must not come back: values of these fields.
local SECRET = { client_secret = true, client_assertion = true, refresh_token = true,
  device_code = true }

---@class bylaw.AppOptions
---@field tenant_id string   a GUID or a domain
---@field client_id string
---@field authority? string  "https://host"; by default that of the scope's cloud

--- Names of options that every credential with an authority takes, with their types.
token_endpoint.OPTIONS = { authority = "string", tenant_id = "string", client_id = "string" }

--- Checks tenant, client id and authority, and mends the last.
---@param given bylaw.AppOptions
---@param many? boolean  whether a tenant that stands for many will do
---@return true?
---@return bylaw.Error? err  code "invalid_option"
function token_endpoint.check(given, many)
  local ok, err
  if many then
    ok, err = check.id("tenant_id", given.tenant_id)
  else
    ok, err = check.one_tenant(given.tenant_id)
  end
  if not ok then return nil, err end
  ok, err = check.id("client_id", given.client_id)
  if not ok then return nil, err end
  if given.authority then
    given.authority, err = check.authority("authority", given.authority)
    if not given.authority then return nil, err end
  end
  return true
end

--- The root of the authority for a scope.
---@param given bylaw.AppOptions
---@param scope string
---@return string
function token_endpoint.authority(given, scope)
  local cloud = clouds.of_scope(scope) or clouds.all[1]
  return given.authority or cloud.authority
end

--- The URL of the endpoint, which is also the audience of an assertion.
---@param given bylaw.AppOptions
---@param scope string
---@param name? string  "token" by default, or "devicecode"
---@return string
function token_endpoint.url(given, scope, name)
  return ("%s/%s/oauth2/v2.0/%s"):format(token_endpoint.authority(given, scope), given.tenant_id,
    name or "token")
end

local function secrets_of(fields)
  local list = {}
  for _, field in ipairs(fields) do
    if SECRET[field[1]] and field[2] then list[#list + 1] = field[2] end
  end
  return list
end

--- Posts a form once, and gives the decoded answer.
---@param transport bylaw.Transport
---@param url string
---@param fields { [1]: string, [2]: string? }[]
---@return table? answer
---@return bylaw.Error? err
function token_endpoint.post_once(transport, url, fields)
  local secrets = secrets_of(fields)
  local result, err = exchange.send(transport, {
    method = "POST", url = url, body = form.encode(fields),
    headers = {
      accept = "application/json",
      ["client-request-id"] = core.guid(),
      ["content-type"] = "application/x-www-form-urlencoded",
    },
  }, secrets)
  if not result then return nil, err end
  if result.status ~= 200 then
    return nil, exchange.clean(aadsts.read(result.status, result.headers, result.body,
      token_endpoint.time()), secrets)
  end
  local answered = answer.json(result.body)
  if answered then return answered end
  -- what the body holds may be most of a token, so it is not quoted
  return nil, errors.new("bad_answer", ("%s answered 200 with what is no JSON")
    :format(url:match "^%a+://([^/]+)"), { status = 200 })
end

--- Asks for a token, again where that helps.
---@param transport bylaw.Transport
---@param url string
---@param fields fun(): table?, bylaw.Error?  made anew for each try
---@return bylaw.TokenAnswer?
---@return bylaw.Error?
function token_endpoint.ask(transport, url, fields)
  return retrying.call(retrying.TOKEN, transport, function()
    local list, err = fields()
    if not list then return nil, err end
    local answered
    answered, err = token_endpoint.post_once(transport, url, list)
    if not answered then return nil, err end
    local token = answer.read(answered, token_endpoint.time())
    if token then return token end
    return nil, errors.new("bad_answer", "the answer of the token endpoint holds no token",
      { status = 200 })
  end)
end

--- The fields that every request for a token of an app has; those of the credential follow.
---@param given table  with client_id
---@param request bylaw.TokenRequest
---@param more { [1]: string, [2]: string? }[]
---@return table
function token_endpoint.fields(given, request, more)
  return { { "client_id", given.client_id }, { "scope", request.scope },
    { "grant_type", "client_credentials" }, { "claims", request.claims },
    table.unpack(more) }
end

return token_endpoint
