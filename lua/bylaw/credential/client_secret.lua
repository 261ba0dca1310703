--- A credential of an app that has a secret.
local cached = require "bylaw.credential.cached"
local errors = require "bylaw.errors"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local token_endpoint = require "bylaw.credential.token_endpoint"

local client_secret = { __name = "bylaw.credential.client_secret" }

local OPTIONS = required.merge(token_endpoint.OPTIONS, { client_secret = "string" })

function client_secret.__tostring(self)
  return ("%s (client %s, tenant %s)"):format(client_secret.__name, self.client_id, self.tenant_id)
end

---@class bylaw.ClientSecretOptions: bylaw.AppOptions
---@field client_secret string  its value, not its id

--- No request is made yet.
---@param given bylaw.ClientSecretOptions
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function client_secret.new(given)
  given = options.check("client_secret", given, OPTIONS)
  required.check("client_secret", given, { "tenant_id", "client_id", "client_secret" })
  local secret = given.client_secret
  local self = { tenant_id = given.tenant_id, client_id = given.client_id,
    authority = given.authority }
  local ok, err = token_endpoint.check(self)
  if not ok then return nil, err end
  if secret == "" then return nil, errors.new("invalid_option", "client_secret is empty") end
  return cached.equip(setmetatable(self, client_secret), function(request, transport)
    local fields = token_endpoint.fields(self, request, { { "client_secret", secret } })
    return token_endpoint.ask(transport, token_endpoint.url(self, request.scope),
      function() return fields end)
  end)
end

return client_secret
