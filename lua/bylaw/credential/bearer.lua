--- What may stand behind "Authorization: Bearer".
local errors = require "bylaw.errors"

local bearer = {}

--- The token, if it can be sent. A line break in one would start a header of its own making, so
--- only visible ASCII is let through. The error never quotes the token.
---@param token any
---@param from string  who gave it, for the message
---@return string? token
---@return bylaw.Error? err  code "no_token"
function bearer.check(token, from)
  if type(token) == "string" and token:find "^[!-~]+$" then return token end
  local fault
  if type(token) ~= "string" then
    fault = ("is a %s where a string was expected"):format(type(token))
  elseif token == "" then
    fault = "is empty"
  elseif token:find "^[Bb][Ee][Aa][Rr][Ee][Rr] " then
    fault = 'begins with "Bearer ", which is added by bylaw'
  else
    fault = "has a character that no token has, such as a blank or a line break"
  end
  return nil, errors.new("no_token", ("the token from %s %s"):format(from, fault))
end

return bearer
