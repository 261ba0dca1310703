--- A credential of whoever is signed in with the Azure Developer CLI.
local tool = require "bylaw.credential.tool"

return tool.module {
  name = "azd",
  program = "azd",
  sign_in = "azd auth login",
  signed_out = { "azd auth login", "not logged in" },
  command = function(scope, tenant)
    local argv = { "azd", "auth", "token", "--output", "json", "--no-prompt", "--scope", scope }
    if tenant then table.move({ "--tenant-id", tenant }, 1, 2, #argv + 1, argv) end
    return argv
  end,
  read = function(value)
    return { access_token = value.token, expires_on = value.expiresOn }
  end,
}
