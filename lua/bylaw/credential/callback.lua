--- A credential that asks a function, each time a token is needed.
local bearer = require "bylaw.credential.bearer"
local errors = require "bylaw.errors"

local callback = {}

callback.__name = "bylaw.credential.callback"

function callback.__tostring()
  return "bylaw.credential.callback (a function)"
end

--- `fn` gets the scope that the token is for, such as "https://graph.microsoft.com/.default" (nil
--- where the endpoint is of no known cloud), and the client's transport. It returns the token, or
--- nil and an error: a table as bylaw makes them, or words. It may be called for every request, so
--- it keeps its own cache. What it raises goes through to the caller.
---@param fn fun(scope?: string, transport?: bylaw.Transport): string?, any
---@return bylaw.Credential
function callback.new(fn)
  local function token(_, scope, transport)
    local given, err = fn(scope, transport)
    if given then return bearer.check(given, "the credential") end
    if type(err) == "table" and err.code then return nil, err end
    return nil, errors.new("no_token", ("the credential gave no token%s"):format(
      err ~= nil and ": " .. tostring(err) or ""))
  end
  return setmetatable({ token = token }, callback)
end

return callback
