--- The identity endpoint of App Service, Functions, Container Apps and their kin.
local ask = require "bylaw.credential.managed.ask"
local check = require "bylaw.credential.check"
local form = require "bylaw.credential.form"
local retrying = require "bylaw.credential.retrying"

local app_service = { name = "App Service" }

function app_service.ask(self, request, transport, getenv)
  local base, err = check.url("IDENTITY_ENDPOINT", getenv "IDENTITY_ENDPOINT")
  if not base then return nil, err end
  local secret = getenv "IDENTITY_HEADER"
  local url = form.with_query(base, {
    { "api-version", "2019-08-01" }, { "resource", check.resource(request.scope) },
    { "client_id", self.client_id }, { "principal_id", self.object_id },
    { "mi_res_id", self.resource_id },
  })
  local token, refused = ask("App Service", transport, function()
    return { method = "GET", url = url, link_local = true,
      headers = { ["x-identity-header"] = secret } }
  end, { secret }, retrying.TOKEN)
  return token, refused
end

return app_service
