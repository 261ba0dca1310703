--- Refusals of the identity platform: `error`, AADSTS codes, ids, and what helps. Pure.
local answer = require "bylaw.credential.answer"
local errors = require "bylaw.errors"

local aadsts = {}

local MATCHING = "issuer, subject and audience of the federated credential must be those of the "
  .. "assertion, letter for letter; a new one takes some minutes to work"
local NONE_HAS = "no federated credential of the app has the assertion's %s; "
local REGISTER = "is the certificate, with this key, among those of the app registration, and not "
  .. "expired?"
local CLOUD = "tenant, authority and Graph must be of one cloud (AZURE_AUTHORITY_HOST, --cloud)"
local SIGN_IN = "sign in again"
local USER = "a user must satisfy what the tenant asks for; without one, use an app credential"
local LATER = "the service says that this passes"

--- What to do, by code. Codes may change, so nothing but this depends on them.
--- Source: Microsoft Entra authentication and authorization error codes.
local HINTS = {
  [{ 7000215 }] = "give the secret's value, not its ID, and look for what a shell or a file may "
    .. "have changed in it",
  [{ 7000222 }] = "the secret has expired: make a new one for the app registration",
  [{ 7000216, 7000218 }] = "neither secret nor assertion was sent; for a device code the app must "
    .. "allow public client flows",
  [{ 700016, 70001 }] = "is the client id right, and the app registered or consented to in this "
    .. "tenant?",
  [{ 7000112 }] = "the app is disabled in this tenant",
  [{ 700025 }] = "the app is a public client: it takes neither secret nor certificate",
  [{ 700027 }] = REGISTER,
  [{ 700024 }] = "the assertion is outside of its time: is this machine's clock right?",
  [{ 700021 }] = "issuer and subject of the assertion must be the client id",
  [{ 700023 }] = "the assertion was made for another endpoint",
  [{ 50027 }] = "the assertion is no token",
  [{ 700030 }] = "the certificate's subject is not authorised for this app",
  [{ 70002, 50012 }] = "the secret, or the signature of the assertion, is not this app's",
  [{ 70021, 7002137, 7002138 }] = MATCHING,
  [{ 700211 }] = NONE_HAS:format "issuer" .. MATCHING,
  [{ 700212 }] = NONE_HAS:format "audience" .. MATCHING,
  [{ 700213 }] = NONE_HAS:format "subject" .. MATCHING,
  [{ 50013 }] = "the assertion of the external issuer is not valid: expired, or signed by a key "
    .. "that its issuer does not publish",
  [{ 50166 }] = "the keys of the external issuer could not be fetched: they must be public",
  [{ 90002 }] = "there is no such tenant: a misspelling, or one of another cloud",
  [{ 900023 }] = "a tenant is a GUID or a domain",
  [{ 1002012, 70011 }] = "an app asks for one resource and all it was granted: {resource}/.default",
  [{ 500011, 50001 }] = "the tenant does not know the resource; " .. CLOUD,
  [{ 28000, 28002, 28003, 700022 }] = "one request is for one resource",
  [{ 50059, 50194 }] = "name the tenant: the app is of one alone",
  [{ 501051, 50105 }] = "the app requires an assignment: assign this caller to it",
  [{ 53000, 53001, 53003 }] = "conditional access blocks it; there are policies for workload "
    .. "identities too",
  [{ 50072, 50076, 50079 }] = USER,
  [{ 65001, 650056, 650057 }] = "an administrator must consent to the app's permissions",
  [{ 70008, 700082, 700084, 50173, 70043, 50078 }] = SIGN_IN,
  [{ 70019, 70020 }] = "the code has expired: begin anew",
  [{ 90133 }] = "name the tenant, or `organizations`",
  [{ 90038, 900382, 900432 }] = CLOUD,
  [{ 50196 }] = "the same request came too often: keep the token, and do not ask again at once",
  [{ 90055 }] = "the tenant asks for too much just now",
  [{ 90033, 90006, 90024, 50033, 90090, 90012 }] = LATER,
}

local hint_of = {}
for codes, hint in pairs(HINTS) do
  for _, code in ipairs(codes) do hint_of[code] = hint end
end

--- What helps, by code; nil: nothing is known.
---@param code integer?
---@return string?
function aadsts.hint(code) return hint_of[code] end

--- The AADSTS code that a text names, if any.
---@param text string
---@return integer?
function aadsts.code_in(text) return math.tointeger(tonumber(text:match "AADSTS(%d+)")) end

--- Words for what has no AADSTS code, by `error`.
local BY_ERROR = {
  authorization_declined = "the sign-in was declined",
  access_denied = "the sign-in was declined",
  expired_token = "the code has expired: begin anew",
  interaction_required = USER,
}

local TRANSIENT = { temporarily_unavailable = true, server_error = true }

local function code_of(answered, description)
  local codes = answered.error_codes
  local first = type(codes) == "table" and answer.number(codes[1])
  return first and math.tointeger(first) or aadsts.code_in(description)
end

--- The first sentence or two: what follows is ids that stand apart.
local function words_of(description)
  local cut = description:find "%s*Trace ID:" or description:find "[\r\n]" or #description + 1
  return errors.one_line(description:sub(1, cut - 1))
end

local function text_of(value)
  return type(value) == "string" and value ~= "" and errors.one_line(value) or nil
end

--- How this machine's clock stands to the service's, for an assertion outside of its time.
local function clock_hint(hint, headers, now)
  local theirs = errors.http_date(headers.date or "")
  if not theirs or math.abs(theirs - now) < 60 then return hint end
  local off = now - theirs
  return ("%s it is %d seconds %s the service's"):format(hint, math.abs(off),
    off > 0 and "ahead of" or "behind")
end

--- The stable code: what passes is told apart from what does not.
local function kind_of(status, name)
  if status == 429 then return "throttled" end
  if status >= 500 or TRANSIENT[name] then return "server_error" end
  return "authentication_failed"
end

---@class bylaw.AuthenticationError: bylaw.Error
---@field graph_code string    the platform's `error`, such as "invalid_client"
---@field aadsts? integer      such as 7000215
---@field hint? string         what helps
---@field suberror? string
---@field correlation_id? string, trace_id? string  name the request in Microsoft's logs
---@field claims? string       what a token must hold besides, as JSON: a challenge

--- The error of an answer that is no success.
---@param status integer
---@param headers table<string, string>
---@param body string  without the secrets that were sent
---@param now integer  seconds since 1970
---@return bylaw.AuthenticationError
function aadsts.read(status, headers, body, now)
  local answered = answer.json(body)
  if not answered or type(answered.error) ~= "string" then
    return errors.from_response(status, headers, body)
  end
  local name = text_of(answered.error) or ""
  local description = type(answered.error_description) == "string" and answered.error_description
    or ""
  local code = code_of(answered, description)
  local hint = hint_of[code] or BY_ERROR[name]
  if code == 700024 then hint = clock_hint(hint, headers, now) end
  local words = words_of(description)
  if words == "" then
    words = code and ("AADSTS%d, without a word"):format(code) or name .. ", without a word"
  end
  return errors.new(kind_of(status, name), words, {
    status = status, graph_code = name, aadsts = code, hint = hint,
    suberror = text_of(answered.suberror), claims = text_of(answered.claims),
    correlation_id = text_of(answered.correlation_id), trace_id = text_of(answered.trace_id),
    request_id = text_of(headers["x-ms-request-id"]),
    client_request_id = text_of(headers["client-request-id"]),
    retry_after = errors.retry_after(headers),
  })
end

return aadsts
