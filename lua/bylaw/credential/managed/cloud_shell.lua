--- Azure Cloud Shell: the user who is signed in there.
local ask = require "bylaw.credential.managed.ask"
local cached = require "bylaw.credential.cached"
local check = require "bylaw.credential.check"
local form = require "bylaw.credential.form"
local retrying = require "bylaw.credential.retrying"

local cloud_shell = { name = "Cloud Shell" }

function cloud_shell.ask(self, request, transport, getenv)
  if self.client_id or self.object_id or self.resource_id then
    return cached.unavailable "Cloud Shell has the user who is signed in, and no other identity"
  end
  local url, err = check.url("MSI_ENDPOINT", getenv "MSI_ENDPOINT")
  if not url then return nil, err end
  local body = form.encode { { "resource", check.resource(request.scope) } }
  local token, refused = ask("Cloud Shell", transport, function()
    return { method = "POST", url = url, body = body, link_local = true, headers = {
      metadata = "true", ["content-type"] = "application/x-www-form-urlencoded" } }
  end, {}, retrying.TOKEN)
  return token, refused
end

return cloud_shell
