--- A credential that signs in as a job of GitHub Actions, which asks GitHub for an assertion.
local check = require "bylaw.credential.check"
local federated = require "bylaw.credential.federated"
local form = require "bylaw.credential.form"
local options = require "bylaw.options"
local required = require "bylaw.credential.required"
local token_endpoint = require "bylaw.credential.token_endpoint"

local github_actions = { __name = "bylaw.credential.github_actions" }

local OPTIONS = required.merge(token_endpoint.OPTIONS,
  { request_url = "string", request_token = "string", audience = "string" })

function github_actions.__tostring(self)
  return ("%s (client %s, tenant %s)"):format(github_actions.__name, self.client_id, self.tenant_id)
end

---@class bylaw.GithubActionsOptions: bylaw.AppOptions
---@field request_url string    ACTIONS_ID_TOKEN_REQUEST_URL, which a job has with `id-token: write`
---@field request_token string  ACTIONS_ID_TOKEN_REQUEST_TOKEN, likewise
---@field audience? string      other than that of the cloud

--- An assertion lives for minutes, so each request fetches its own.
---@param given bylaw.GithubActionsOptions
---@return bylaw.Credential? credential
---@return bylaw.Error? err  code "invalid_option"
function github_actions.new(given)
  given = options.check("github_actions", given, OPTIONS)
  required.check("github_actions", given,
    { "tenant_id", "client_id", "request_url", "request_token" })
  local url, err = check.url("request_url", given.request_url)
  if not url then return nil, err end
  local secret = given.request_token
  local self = setmetatable({ tenant_id = given.tenant_id, client_id = given.client_id,
    authority = given.authority, audience = given.audience }, github_actions)
  return federated.equip(self, function(scope, transport)
    local audience, unknown = federated.audience(self, scope)
    if not audience then return nil, unknown end
    local value, refused = federated.fetch(transport, {
      method = "GET", url = form.with_query(url, { { "audience", audience } }),
      headers = { accept = "application/json; api-version=2.0" },
    }, secret, "GitHub")
    if not value then return nil, refused end
    return federated.checked(value.value, "GitHub")
  end)
end

return github_actions
