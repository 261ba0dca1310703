--- The identity endpoint of Azure Machine Learning, and of App Service in its older form.
local ask = require "bylaw.credential.managed.ask"
local cached = require "bylaw.credential.cached"
local check = require "bylaw.credential.check"
local form = require "bylaw.credential.form"
local retrying = require "bylaw.credential.retrying"

local azure_ml = { name = "Azure ML" }

function azure_ml.ask(self, request, transport, getenv)
  if self.object_id or self.resource_id then
    return cached.unavailable "Azure ML finds an identity by its client_id alone"
  end
  local base, err = check.url("MSI_ENDPOINT", getenv "MSI_ENDPOINT")
  if not base then return nil, err end
  local secret = getenv "MSI_SECRET"
  local url = form.with_query(base, {
    { "api-version", "2017-09-01" }, { "resource", check.resource(request.scope) },
    { "clientid", self.client_id or getenv "DEFAULT_IDENTITY_CLIENT_ID" },
  })
  local token, refused = ask("Azure ML", transport, function()
    return { method = "GET", url = url, link_local = true, headers = { secret = secret } }
  end, { secret }, retrying.TOKEN)
  return token, refused
end

return azure_ml
