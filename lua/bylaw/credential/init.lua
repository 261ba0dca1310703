--- Credentials: objects that give the token of a request when it is needed.
local callback = require "bylaw.credential.callback"
local chain = require "bylaw.credential.chain"

---@alias bylaw.GiveToken
---| fun(self: bylaw.Credential, scope?: string, transport?: bylaw.Transport): string?, bylaw.Error?

---@class bylaw.Credential
---@field token bylaw.GiveToken  the token to send now; `scope` says what for, `transport` is what a
---  request for it goes through
---@field refresh? fun(self: bylaw.Credential, rejected?: string, claims?: string)
---  forgets the token that the service rejected; `claims` is what a challenge asked for

--- Names of the modules, each of which makes one kind of credential.
local KINDS = { "static", "callback", "token_file", "client_secret", "client_certificate",
  "client_assertion", "workload_identity", "github_actions", "azure_pipelines", "managed_identity",
  "azure_cli", "azd", "azure_powershell", "device_code" }

---@class bylaw.credential
local credential = { default = chain.new }

--- The kinds of credential that look at their token themselves.
local OWN = { [chain] = true }

for _, name in ipairs(KINDS) do
  local module = require("bylaw.credential." .. name)
  credential[name], OWN[module] = module.new, true
end

--- A credential of somebody else's making, whose tokens are looked at before they are sent.
local function checked(foreign)
  local one = callback.new(function(...) return foreign:token(...) end)
  if foreign.refresh then
    function one.refresh(_, ...) return foreign:refresh(...) end
  end
  return one
end

--- The credential that a value stands for: a token, a function that returns one, or a credential.
---@param value string|fun(scope?: string): string?, any|bylaw.Credential
---@param level? integer  whose mistake anything else is, as for `error`; 2 by default
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "no_token", for a text that is no token
function credential.of(value, level)
  local static = require "bylaw.credential.static"
  if type(value) == "string" then return static.new(value) end
  if type(value) == "function" then return callback.new(value) end
  if type(value) == "table" and value.token then
    return OWN[getmetatable(value)] and value or checked(value)
  end
  error("a credential is a token, a function that returns one, or an object with the method "
    .. "token, not a " .. type(value), (level or 2))
end

return credential
