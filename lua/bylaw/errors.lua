--- Errors: the tables that come back behind nil. Pure: no network, no clock, no files.
local core = require "bylaw.core"

local errors = {}

---@class bylaw.Error
---@field code string           stable, for programs
---@field message string        one line, for people
---@field path? string          JSON pointer into the policy
---@field problems? bylaw.Problem[]  everything that is wrong, for "invalid"
---@field place? { file: string, line?: integer, column?: integer }
---@field status? integer       HTTP's, where an answer came
---@field graph_code? string    Graph's own, or "HTTP_<status>" where it gave none
---@field request_id? string    names the request in Microsoft's logs
---@field client_request_id? string  names it in ours
---@field retry_after? number   seconds that the service asks to wait
---@field hint? string          what helps
---@field sent? boolean         whether any of the request left this machine

--- Codes of answers that are no success, by HTTP status. What is not listed is "server_error" from
--- 500 on, and "unexpected_status" below, redirects among them. A success that cannot be used
--- (HTML, no JSON, an empty body where one is due, an object without an id) is "bad_answer".
errors.BY_STATUS = {
  [400] = "bad_request",
  [401] = "unauthorized",
  [403] = "forbidden",
  [404] = "not_found",
  [405] = "method_not_allowed",
  [409] = "conflict",
  [410] = "gone",
  [413] = "payload_too_large",
  [415] = "unsupported_media_type",
  [429] = "throttled",
}

--- Graph's codes that say more than the ones around them (graph error responses, error codes).
local KNOWN = {}
for code in ([[
  Request_BadRequest Request_UnsupportedQuery Request_InvalidRequestUrl Request_ResourceNotFound
  Request_MultipleObjectsWithSameKeyValue Request_ThrottledTemporarily Request_ThrottledPermanently
  Directory_ConcurrencyViolation Directory_QuotaExceeded Directory_ExpiredPageToken
  Directory_ReplicaUnavailable Directory_ObjectNotFound Service_InternalServerError
  Authorization_RequestDenied Authorization_IdentityNotFound Authorization_IdentityDisabled
  Authentication_MissingOrMalformed Authentication_Unauthorized Authentication_ExpiredToken
  Authentication_UnsupportedTokenType InvalidAuthenticationToken TooManyRequests
  activityLimitReached BadRequest Forbidden accessDenied AccessDenied ResourceNotFound itemNotFound
  NotFound Headers_HeaderNotSupported MethodNotAllowed PreconditionFailed RequestTimeout
  ServiceUnavailable GatewayTimeout
]]):gmatch "%S+" do
  KNOWN[code] = true
end

local SHOWN = 200     -- bytes of a strange answer that are quoted
local SEARCHED = 65536 -- bytes of it that are searched for secrets, which a cut could hide
local LONGEST = 2000  -- bytes of a message
local DEEPEST = 20    -- inner errors inside one another

--- The text without what looks like a token.
local function redact(text)
  return (text:gsub("([Bb][Ee][Aa][Rr][Ee][Rr]%s+)[%w%-%._~%+/=]+", "%1…")
    :gsub("eyJ[%w%-_]+%.[%w%-_%.]+", "…"))
end

--- Cuts a text to at most `max` bytes, not inside a character.
local function cut(text, max)
  if #text <= max then return text end
  local last = max
  while last > max - 4 and (text:byte(last + 1) or 0) & 0xC0 == 0x80 do last = last - 1 end
  return text:sub(1, last) .. "…"
end

--- One line that a terminal can show: no tokens, no control characters, only UTF-8.
local function one_line(text, max)
  text = redact(text:sub(1, SEARCHED)):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  text = cut(text, max):gsub("%c", function(c) return ("\\x%02X"):format(c:byte()) end)
  if utf8.len(text) then return text end
  return (text:gsub("[\x80-\xFF]", function(c) return ("\\x%02X"):format(c:byte()) end))
end

--- Foreign text as one line of at most 2000 bytes, fit for a message: without what looks like a
--- token, without controls.
---@param text string
---@return string
function errors.one_line(text) return one_line(text, LONGEST) end

--- The beginning of foreign text, quoted, fit for a message.
---@param text string
---@return string
function errors.quote(text)
  return '"' .. one_line(text, SHOWN) .. '"'
end

---@param code string
---@param message string
---@param more? table  further fields
---@return bylaw.Error
function errors.new(code, message, more)
  local err = { code = code, message = message }
  for name, value in pairs(more or {}) do err[name] = value end
  return setmetatable(err, core.error_metatable)
end

--- "; did you mean 'x'?", or nothing when no candidate is near.
---@param name string
---@param candidates string[]
---@return string
function errors.suggestion(name, candidates)
  local nearest = core.nearest(name, candidates)
  return nearest and ("; did you mean '%s'?"):format(nearest) or ""
end

--- Says that there is no such kind of policy.
---@param kind string
---@return bylaw.Error
function errors.unknown_kind(kind)
  local kinds = table.move(core.kinds, 1, #core.kinds, 1, {})
  table.insert(kinds, "policy")
  local hint = errors.suggestion(kind, kinds)
  if hint == "" then hint = "; there are " .. table.concat(kinds, ", ") end
  return errors.new("unknown_kind", ("%s is no kind of policy%s"):format(errors.quote(kind), hint))
end

local MONTHS = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9,
  Oct = 10, Nov = 11, Dec = 12 }

--- Seconds since 1970 of an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"), or nil. Days are counted
--- by the civil calendar, years from March.
local function http_date(text)
  local day, name, year, hour, minute, second =
    text:match "^%a+, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$"
  local month = MONTHS[name]
  if not month then return nil end
  local y = month > 2 and tonumber(year) or tonumber(year) - 1
  local m = (month + 9) % 12
  local days = 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 1 - 719468
  return ((days * 24 + hour) * 60 + minute) * 60 + second
end

errors.http_date = http_date

--- Seconds that the header Retry-After asks to wait: a number, fractions included, or a date, which
--- is taken against the answer's own Date or, without one, against `now`. Nil when there is none
--- that makes sense. Some services of Azure say milliseconds, in headers of their own.
---@param headers table<string, string>  names in lower case
---@param now? number  seconds since 1970
---@return number?
function errors.retry_after(headers, now)
  local ms = headers["retry-after-ms"] or headers["x-ms-retry-after-ms"]
  if ms and ms:find "^%d+%.?%d*$" then return tonumber(ms) / 1000 end
  local value = headers["retry-after"]
  if not value then return nil end
  if value:find "^%d+%.?%d*$" then return tonumber(value) end
  local at = http_date(value)
  now = http_date(headers.date or "") or now
  return at and now and math.max(0, at - now) or nil
end

--- A member by its name in whatever letters.
local function member(object, name)
  if object[name] ~= nil then return object[name] end
  for key, value in pairs(object) do
    if type(key) == "string" and key:lower() == name:lower() then return value end
  end
end

local function text_of(value)
  return type(value) == "string" and value ~= "" and value or nil
end

--- A message may also be { lang = "en", value = "…" }.
local function message_of(object)
  local message = member(object, "message")
  if type(message) == "table" then message = member(message, "value") end
  return text_of(message)
end

--- An error object and those inside it, from the outside in.
local function levels(object)
  local list = {}
  while type(object) == "table" and #list < DEEPEST do
    table.insert(list, object)
    object = member(object, "innererror")
  end
  return list
end

--- What `pick` first finds, from the inside out or from the outside in.
local function first(list, pick, inside_out)
  for i = 1, #list do
    local found = pick(list[inside_out and #list + 1 - i or i])
    if found then return found end
  end
end

local function code_of(object) return text_of(member(object, "code")) end

local function known_code_of(object)
  local code = code_of(object)
  return KNOWN[code] and code
end

--- Code, message and ids of an error body, each where it has one.
local function read_envelope(body)
  local answer = core.json_read((body:gsub("^\xEF\xBB\xBF", "")))
  if type(answer) ~= "table" then return {} end
  local object = member(answer, "error") or answer["odata.error"]
  if type(object) == "string" then -- as a token endpoint answers
    local words = text_of(answer.error_description)
    return { code = text_of(object), message = words and words:match "^[^\r\n]+" }
  end
  local list = levels(object)
  local function id(name)
    return first(list, function(level) return text_of(member(level, name)) end)
  end
  return {
    code = first(list, known_code_of, true) or first(list, code_of),
    message = first(list, message_of),
    request_id = id "request-id" or id "requestId",
    client_request_id = id "client-request-id",
  }
end

--- What is said of an answer that does not explain itself.
local function unexplained(status, headers, body)
  local host = status // 100 == 3 and (headers.location or ""):match "^(%a+://[^/?#]*)"
  if host then
    return ("unexpected redirect to %s; redirects are not followed"):format(one_line(host, SHOWN))
  end
  if body == "" then return ("the service answered %d without a word"):format(status) end
  return ("the service answered %d with what is no error of Graph: %s"):format(status,
    errors.quote(body))
end

--- What every error of an answer carries.
local function circumstances(status, headers)
  return {
    status = status,
    request_id = text_of(headers["request-id"]),
    client_request_id = text_of(headers["client-request-id"]),
    retry_after = errors.retry_after(headers),
  }
end

--- The error of an answer that is no success, by Graph's envelope in all its historical shapes, or,
--- where there is none, by its status.
---@param status integer
---@param headers table<string, string>  names in lower case
---@param body string
---@return bylaw.Error
function errors.from_response(status, headers, body)
  local said = read_envelope(body)
  local more = circumstances(status, headers)
  more.graph_code = said.code and one_line(said.code, SHOWN) or "HTTP_" .. status
  more.request_id = more.request_id or said.request_id
  more.client_request_id = more.client_request_id or said.client_request_id
  local code = errors.BY_STATUS[status] or (status >= 500 and "server_error" or "unexpected_status")
  local message = said.message and one_line(said.message, LONGEST)
  if not message and said.code then
    message = ("the service answered %d and gave no reason but its code"):format(status)
  end
  return errors.new(code, message or unexplained(status, headers, body), more)
end

--- The error of a success that cannot be used.
---@param status integer
---@param headers table<string, string>
---@param body string
---@param why string  such as "JSON was expected"
---@return bylaw.Error
function errors.bad_answer(status, headers, body, why)
  local came = body == "" and "an empty body" or errors.quote(body)
  return errors.new("bad_answer",
    ("the answer cannot be used: %s, but %s came"):format(why, came),
    circumstances(status, headers))
end

--- One problem as a line: where, what, and what would be right.
local function problem_line(problem)
  local text = problem.message
  if problem.hint and not text:find(problem.hint, 1, true) then
    text = ("%s; did you mean '%s'?"):format(text, problem.hint)
  end
  if problem.line then
    text = ("%s (line %d, column %d)"):format(text, problem.line, problem.column)
  end
  if problem.severity == "warning" then text = "warning: " .. text end
  return problem.path and problem.path ~= "" and problem.path .. ": " .. text or text
end

--- " (404 Request_ResourceNotFound, request-id …)", of an answer of the service.
local function origin(err)
  if not err.status then return "" end
  local parts = { err.graph_code and err.status .. " " .. err.graph_code or tostring(err.status) }
  if err.request_id then table.insert(parts, "request-id " .. one_line(err.request_id, SHOWN)) end
  return (" (%s)"):format(table.concat(parts, ", "))
end

local function place(err)
  local where = err.place
  if type(where) ~= "table" or not where.file then return "" end
  return table.concat({ where.file, where.line, where.column }, ":") .. ": "
end

--- Reads well: one problem as "path: message", several a line each.
function core.error_metatable.__tostring(err)
  local problems = err.problems or {}
  if #problems == 1 then return place(err) .. problem_line(problems[1]) .. origin(err) end
  local path = err.path and err.path ~= "" and err.path .. ": " or ""
  local lines = { place(err) .. path .. tostring(err.message) .. origin(err) }
  for _, problem in ipairs(problems) do table.insert(lines, "  " .. problem_line(problem)) end
  if err.hint then table.insert(lines, "  " .. err.hint) end
  return table.concat(lines, "\n")
end

return errors
