--- What is read of the many answers that hold a token.
local core = require "bylaw.core"

local answer = {}

---@class bylaw.TokenAnswer
---@field token string
---@field lifetime? number    seconds from now; nil: it was not said
---@field refresh_in? number  seconds after which it is to be renewed, where the service says so
---@field refresh_token? string

--- A number, also where it is written as a text.
---@param value any
---@return number?
function answer.number(value)
  if type(value) == "number" then return value end
  return type(value) == "string" and value:find "^%d+%.?%d*$" and tonumber(value) or nil
end

--- Seconds since 1970 of a civil date and time in UTC.
local function epoch(year, month, day, hour, minute, second)
  local y = month > 2 and year or year - 1
  local m = (month + 9) % 12
  local days = 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 1 - 719468
  return ((days * 24 + hour) * 60 + minute) * 60 + second
end

local function local_time(year, month, day, hour, minute, second)
  return os.time { year = year, month = month, day = day, hour = hour, min = minute,
    sec = math.tointeger(second // 1) }
end

--- Of "2030-01-02T03:04:05Z", with an offset, or, without either, in local time.
local function iso_date(text)
  local year, month, day, hour, minute, second, zone =
    text:match "^(%d%d%d%d)-(%d%d)-(%d%d)[T ](%d%d):(%d%d):([%d.]+) ?(.*)$"
  local parts = { year, month, day, hour, minute, second }
  for i, part in ipairs(parts) do parts[i] = tonumber(part) end
  if #parts < 6 then return nil end
  if zone == "" then return local_time(table.unpack(parts)) end
  local at = epoch(table.unpack(parts))
  if zone == "Z" or zone == "UTC" then return at end
  local sign, hours, minutes = zone:match "^([+-])(%d%d):?(%d%d)$"
  if not sign then return nil end
  return at - (sign == "-" and -1 or 1) * (hours * 60 + minutes) * 60
end

--- Of "09/14/2017 00:00:00 PM +00:00", as App Service once wrote it: month first, hours to 24 or
--- to 12.
local function old_date(text)
  local month, day, year, hour, minute, second, half, sign, hours, minutes =
    text:match "^(%d+)/(%d+)/(%d%d%d%d) (%d+):(%d%d):(%d%d) ?([AP]?M?) ([+-])(%d%d):(%d%d)$"
  if not month then return nil end
  hour = tonumber(hour)
  if half == "PM" and hour > 0 and hour < 12 then hour = hour + 12 end
  if half == "AM" and hour == 12 then hour = 0 end
  local at = epoch(tonumber(year), tonumber(month), tonumber(day), hour, tonumber(minute),
    tonumber(second))
  return at - (sign == "-" and -1 or 1) * (hours * 60 + minutes) * 60
end

--- Seconds since 1970 of whatever an answer says in `expires_on`; nil where it makes no sense.
---@param value any
---@return number?
function answer.moment(value)
  local number = answer.number(value)
  if number or type(value) ~= "string" then return number end
  return iso_date(value) or old_date(value)
end

--- The token of a decoded answer; nil where there is none. The moment of its end goes before its
--- lifetime: an answer may come out of a cache.
---@param value any
---@param now integer  seconds since 1970
---@return bylaw.TokenAnswer?
function answer.read(value, now)
  if type(value) ~= "table" then return nil end
  local token = value.access_token
  if type(token) ~= "string" or not token:find "^[!-~]+$" then return nil end
  local ends = answer.moment(value.expires_on)
  local refresh = value.refresh_token
  return {
    token = token,
    lifetime = ends and ends - now or answer.number(value.expires_in),
    refresh_in = answer.number(value.refresh_in),
    refresh_token = type(refresh) == "string" and refresh ~= "" and refresh or nil,
  }
end

--- A text as a table, where it is JSON and one; a byte order mark in front is let pass.
---@param text string
---@return table?
function answer.json(text)
  local value = core.json_read((text:gsub("^\xEF\xBB\xBF", "")))
  return type(value) == "table" and value or nil
end

return answer
