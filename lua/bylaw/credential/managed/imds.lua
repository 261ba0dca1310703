--- The instance metadata service of virtual machines, scale sets and Kubernetes nodes.
local ask = require "bylaw.credential.managed.ask"
local check = require "bylaw.credential.check"
local errors = require "bylaw.errors"
local form = require "bylaw.credential.form"
local retrying = require "bylaw.credential.retrying"

local imds = { name = "IMDS" }

local HOST = "http://169.254.169.254"
local TIMEOUT = 10 -- seconds
local PROBE = 1

--- Five tries in half a minute, and for an IMDS that is being updated (404, 410) until 70 seconds
--- have passed. Source: How to use managed identities on a VM to acquire an access token, retry
--- guidance.
imds.POLICY = {
  delays = { 2, 4, 8, 16 }, exact = true, answers_only = true,
  statuses = { [404] = true, [410] = true, [429] = true },
  patient = { [404] = true, [410] = true }, delays_of_patience = { 20, 20 },
}

--- The base of its URL: another may stand in for it on this machine, as pod identities do.
local function base_of(getenv)
  local given = getenv "AZURE_POD_IDENTITY_AUTHORITY_HOST"
  if not given then return HOST end
  if given:find "^http://" then return check.url("AZURE_POD_IDENTITY_AUTHORITY_HOST", given) end
  return nil, errors.new("invalid_option", "AZURE_POD_IDENTITY_AUTHORITY_HOST: it must be plain "
    .. "http to this machine or its link-local neighbours")
end

---@param self table  with client_id, object_id, resource_id, probe
---@param request bylaw.TokenRequest
---@param transport bylaw.Transport
---@param getenv fun(name: string): string?
---@return bylaw.TokenAnswer?
---@return bylaw.Error?
function imds.ask(self, request, transport, getenv)
  local base, err = base_of(getenv)
  if not base then return nil, err end
  local url = form.with_query(base .. "/metadata/identity/oauth2/token", {
    { "api-version", "2018-02-01" }, { "resource", check.resource(request.scope) },
    { "client_id", self.client_id }, { "object_id", self.object_id },
    { "msi_res_id", self.resource_id },
  })
  local function call()
    return { method = "GET", url = url, link_local = true,
      timeout = self.probe and PROBE or TIMEOUT, headers = { metadata = "true" } }
  end
  local token, refused = ask("IMDS", transport, call, {},
    self.probe and retrying.NONE or imds.POLICY)
  if token then self.probe = false end
  return token, refused
end

return imds
