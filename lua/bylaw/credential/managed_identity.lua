--- A credential of the machine or app that runs this: no secret is kept, the platform hands out
--- tokens at an address of its own.
local app_service = require "bylaw.credential.managed.app_service"
local azure_arc = require "bylaw.credential.managed.azure_arc"
local azure_ml = require "bylaw.credential.managed.azure_ml"
local cached = require "bylaw.credential.cached"
local cloud_shell = require "bylaw.credential.managed.cloud_shell"
local environment = require "bylaw.credential.environment"
local errors = require "bylaw.errors"
local imds = require "bylaw.credential.managed.imds"
local options = require "bylaw.options"

local managed_identity = { __name = "bylaw.credential.managed_identity" }

local OPTIONS = { client_id = "string", object_id = "string", resource_id = "string",
  probe = "boolean", getenv = "function" }

local service_fabric = { name = "Service Fabric" }

function service_fabric.ask()
  return cached.unavailable("the endpoint of Service Fabric shows a certificate of its own, which "
    .. "bylaw does not trust")
end

--- Which platform this is. Source: MSAL.
---@param getenv fun(name: string): string?
---@return table source
---@return boolean certain  false: only asking can tell
function managed_identity.source(getenv)
  if getenv "IDENTITY_ENDPOINT" and getenv "IDENTITY_HEADER" then
    return getenv "IDENTITY_SERVER_THUMBPRINT" and service_fabric or app_service, true
  end
  if getenv "MSI_ENDPOINT" then return getenv "MSI_SECRET" and azure_ml or cloud_shell, true end
  if getenv "IDENTITY_ENDPOINT" and getenv "IMDS_ENDPOINT" or azure_arc.is_here() then
    return azure_arc, true
  end
  return imds, false
end

function managed_identity.__tostring(self)
  local which = self.client_id or self.object_id or self.resource_id or "the system's own"
  return ("%s (%s, %s)"):format(managed_identity.__name,
    managed_identity.source(self.getenv).name, which)
end

--- At most one of `client_id`, `object_id` and `resource_id` names an identity that was assigned;
--- without, it is the system's own. `probe` asks IMDS for a second at first, and once: for when it
--- is not known whether this machine has one.
---@param given? { client_id?: string, object_id?: string, resource_id?: string, probe?: boolean }
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function managed_identity.new(given)
  given = options.check("managed_identity", given, OPTIONS)
  local named = {}
  for _, name in ipairs { "client_id", "object_id", "resource_id" } do
    local value = given[name]
    if value then named[#named + 1] = name end
    if value and not value:find "^[%w._()/-]+$" then
      return nil, errors.new("invalid_option", ("%s %s: this is no identity"):format(name,
        errors.quote(value)))
    end
  end
  if named[2] then
    return nil, errors.new("invalid_option", ("%s and %s exclude one another"):format(named[1],
      named[2]))
  end
  local self = setmetatable({ client_id = given.client_id, object_id = given.object_id,
    resource_id = given.resource_id, probe = given.probe or false,
    getenv = environment.reader(given.getenv) }, managed_identity)
  return cached.equip(self, function(request, transport)
    return managed_identity.source(self.getenv).ask(self, request, transport, self.getenv)
  end)
end

return managed_identity
