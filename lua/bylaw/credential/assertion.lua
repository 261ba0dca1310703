--- What certificate and federated credentials have in common: an assertion in place of a secret.
local token_endpoint = require "bylaw.credential.token_endpoint"

local assertion = {}

local TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

--- Asks for a token with an assertion that is made, or fetched, anew for each try.
---@param self table  with tenant_id, client_id, authority
---@param request bylaw.TokenRequest
---@param transport bylaw.Transport
---@param make fun(url: string): string?, bylaw.Error?  gets the URL of the token endpoint
---@return bylaw.TokenAnswer?
---@return bylaw.Error?
function assertion.ask(self, request, transport, make)
  local url = token_endpoint.url(self, request.scope)
  return token_endpoint.ask(transport, url, function()
    local made, err = make(url)
    if not made then return nil, err end
    return token_endpoint.fields(self, request,
      { { "client_assertion_type", TYPE }, { "client_assertion", made } })
  end)
end

return assertion
