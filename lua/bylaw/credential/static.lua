--- A credential that is one token, as it stands.
local bearer = require "bylaw.credential.bearer"

local static = {}

static.__name = "bylaw.credential.static"

function static.__tostring()
  return "bylaw.credential.static (a token)"
end

--- The token is held where neither tostring nor a walk over the table finds it.
---@param token string
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "no_token"
function static.new(token)
  local checked, err = bearer.check(token, "bylaw.credential.static")
  if not checked then return nil, err end
  return setmetatable({ token = function() return checked end }, static)
end

return static
