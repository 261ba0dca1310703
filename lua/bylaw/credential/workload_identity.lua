--- A credential that signs in with a token file that a platform keeps fresh, as Kubernetes does.
local cached = require "bylaw.credential.cached"
local federated = require "bylaw.credential.federated"
local file = require "bylaw.credential.file"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local token_endpoint = require "bylaw.credential.token_endpoint"

local workload_identity = { __name = "bylaw.credential.workload_identity" }

local OPTIONS = required.merge(token_endpoint.OPTIONS, { token_file = "string" })
local LARGEST = 65536 -- bytes

function workload_identity.__tostring(self)
  return ("%s (client %s, tenant %s, %s)"):format(workload_identity.__name, self.client_id,
    self.tenant_id, self.token_file)
end

--- The file is read for each request, since what stands in it is replaced long before it ends.
---@param given { tenant_id: string, client_id: string, token_file: string, authority?: string }
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function workload_identity.new(given)
  given = options.check("workload_identity", given, OPTIONS)
  required.check("workload_identity", given, { "tenant_id", "client_id", "token_file" })
  local self = setmetatable({ tenant_id = given.tenant_id, client_id = given.client_id,
    authority = given.authority, token_file = given.token_file }, workload_identity)
  return federated.equip(self, function()
    local text, why = file.trimmed(self.token_file, LARGEST)
    if text then return federated.checked(text, "the file " .. self.token_file) end
    return cached.unavailable("no assertion could be read: " .. why)
  end)
end

return workload_identity
