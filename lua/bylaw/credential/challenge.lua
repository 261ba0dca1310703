--- Challenges: what a 401 asks a new token to hold. Pure.
local answer = require "bylaw.credential.answer"
local core = require "bylaw.core"

local challenge = {}

--- The text in quotes that begins at a byte, and where it goes on behind it.
local function quoted(header, at)
  local text = {}
  at = at + 1
  while at <= #header and header:byte(at) ~= 0x22 do
    if header:byte(at) == 0x5C then at = at + 1 end -- a backslash keeps what follows
    text[#text + 1] = header:sub(at, at)
    at = at + 1
  end
  return table.concat(text), at + 1
end

--- The value of a parameter in WWW-Authenticate, where several challenges may stand one behind the
--- other, and names in quoted texts too.
local function parameter(header, wanted)
  local at = 1
  while at <= #header do
    local name, value_at = header:match("^[%s,]*([%w!#$%%&'*+.^_`|~-]+)%s*=%s*()", at)
    if not name then
      at = header:match("^[%s,]*[^%s,]+()", at) or #header + 1 -- a scheme
    else
      local value
      if header:byte(value_at) == 0x22 then
        value, at = quoted(header, value_at)
      else
        value, at = header:match("^([^%s,]*)()", value_at)
      end
      if name:lower() == wanted then return value end
    end
  end
end

--- What the next request for a token is to ask for, as JSON: the claims of the challenge, and that
--- this client knows how to take one. Nil where there is no such challenge.
---@param headers table<string, string>  of a 401, names in lower case
---@return string?
function challenge.claims(headers)
  local encoded = parameter(headers["www-authenticate"] or "", "claims")
  local text = encoded and core.base64_read(encoded)
  local claims = text and answer.json(text)
  if not claims then return nil end
  local token = type(claims.access_token) == "table" and claims.access_token or {}
  token.xms_cc = { values = { "cp1" } }
  claims.access_token = token
  return core.json_write(claims)
end

return challenge
