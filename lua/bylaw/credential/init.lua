--- Credentials: objects that give the token of a request when it is needed.
local callback = require "bylaw.credential.callback"
local static = require "bylaw.credential.static"
local token_file = require "bylaw.credential.token_file"

---@class bylaw.Credential
---@field token fun(self: bylaw.Credential, scope?: string): string?, bylaw.Error?
---  the token to send now; `scope` says what for

---@class bylaw.credential
local credential = {
  static = static.new,
  callback = callback.new,
  token_file = token_file.new,
}

--- The kinds of credential that look at their token themselves.
local OWN = { [static] = true, [callback] = true, [token_file] = true }

--- A credential of somebody else's making, whose tokens are looked at before they are sent.
local function checked(foreign)
  return callback.new(function(scope) return foreign:token(scope) end)
end

--- The credential that a value stands for: a token, a function that returns one, or a credential.
---@param value string|fun(scope?: string): string?, any|bylaw.Credential
---@param level? integer  whose mistake anything else is, as for `error`; 2 by default
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "no_token", for a text that is no token
function credential.of(value, level)
  if type(value) == "string" then return static.new(value) end
  if type(value) == "function" then return callback.new(value) end
  if type(value) == "table" and value.token then
    return OWN[getmetatable(value)] and value or checked(value)
  end
  error("a credential is a token, a function that returns one, or an object with the method "
    .. "token, not a " .. type(value), (level or 2))
end

return credential
