--- A credential of whoever is signed in with the Azure CLI. Its tokens carry few rights in Graph:
--- reading may do, writing policies often does not.
local tool = require "bylaw.credential.tool"

return tool.module {
  name = "azure_cli",
  program = "az",
  sign_in = "az login --allow-no-subscriptions",
  signed_out = { "az login", "az account set" },
  command = function(scope, tenant)
    local argv = { "az", "account", "get-access-token", "--output", "json", "--scope", scope }
    if tenant then table.move({ "--tenant", tenant }, 1, 2, #argv + 1, argv) end
    return argv
  end,
  read = function(value)
    -- `expiresOn` is local time; newer versions say the moment too
    return { access_token = value.accessToken, expires_on = value.expires_on or value.expiresOn }
  end,
}
