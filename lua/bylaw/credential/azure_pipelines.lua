--- A credential that signs in as a service connection of Azure Pipelines.
local check = require "bylaw.credential.check"
local errors = require "bylaw.errors"
local federated = require "bylaw.credential.federated"
local form = require "bylaw.credential.form"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local token_endpoint = require "bylaw.credential.token_endpoint"

local azure_pipelines = { __name = "bylaw.credential.azure_pipelines" }

local OPTIONS = required.merge(token_endpoint.OPTIONS,
  { request_url = "string", system_token = "string", service_connection_id = "string" })

function azure_pipelines.__tostring(self)
  return ("%s (client %s, tenant %s, service connection %s)"):format(azure_pipelines.__name,
    self.client_id, self.tenant_id, self.service_connection_id)
end

---@class bylaw.AzurePipelinesOptions: bylaw.AppOptions
---@field service_connection_id string
---@field request_url string   the pipeline's SYSTEM_OIDCREQUESTURI
---@field system_token string  its System.AccessToken, which a job must pass on

---@param given bylaw.AzurePipelinesOptions
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function azure_pipelines.new(given)
  given = options.check("azure_pipelines", given, OPTIONS)
  required.check("azure_pipelines", given,
    { "tenant_id", "client_id", "service_connection_id", "request_url", "system_token" })
  local url, err = check.url("request_url", given.request_url)
  if not url then return nil, err end
  local secret = given.system_token
  local self = setmetatable({ tenant_id = given.tenant_id, client_id = given.client_id,
    authority = given.authority, service_connection_id = given.service_connection_id },
    azure_pipelines)
  return federated.equip(self, function(_, transport)
    local value, refused = federated.fetch(transport, {
      method = "POST",
      url = form.with_query(url, { { "api-version", "7.1" },
        { "serviceConnectionId", self.service_connection_id } }),
      headers = { accept = "application/json", ["content-type"] = "application/json",
        ["x-tfs-fedauthredirect"] = "Suppress" },
    }, secret, "Azure Pipelines")
    if not value then return nil, refused end
    if value.oidcToken == nil then
      return nil, errors.new("bad_answer", "the answer of Azure Pipelines holds no assertion")
    end
    return federated.checked(value.oidcToken, "Azure Pipelines")
  end)
end

return azure_pipelines
