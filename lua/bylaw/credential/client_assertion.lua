--- A credential of an app whose assertion a function gives: for issuers of other kinds, or for a
--- managed identity that stands for an app.
local federated = require "bylaw.credential.federated"
local cached = require "bylaw.credential.cached"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local token_endpoint = require "bylaw.credential.token_endpoint"

local client_assertion = { __name = "bylaw.credential.client_assertion" }

local OPTIONS = required.merge(token_endpoint.OPTIONS, { assertion = "function" })

function client_assertion.__tostring(self)
  return ("%s (client %s, tenant %s)"):format(client_assertion.__name, self.client_id,
    self.tenant_id)
end

---@class bylaw.ClientAssertionOptions: bylaw.AppOptions
---@field assertion fun(scope: string, transport: bylaw.Transport): string?, any  is called for each
---  request, and returns a signed token, or nil and why not

---@param given bylaw.ClientAssertionOptions
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function client_assertion.new(given)
  given = options.check("client_assertion", given, OPTIONS)
  required.check("client_assertion", given, { "tenant_id", "client_id", "assertion" })
  local self = setmetatable({ tenant_id = given.tenant_id, client_id = given.client_id,
    authority = given.authority }, client_assertion)
  return federated.equip(self, function(scope, transport)
    local text, err = given.assertion(scope, transport)
    if text then return federated.checked(text, "the function") end
    if type(err) == "table" and err.code then return nil, err end
    return cached.unavailable("the function gave no assertion"
      .. (err ~= nil and ": " .. tostring(err) or ""))
  end)
end

return client_assertion
