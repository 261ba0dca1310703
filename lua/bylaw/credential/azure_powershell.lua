--- A credential of whoever is signed in with Azure PowerShell (Az.Accounts, 2.2.0 or newer).
local check = require "bylaw.credential.check"
local core = require "bylaw.core"
local tool = require "bylaw.credential.tool"

--- From 2.17 on a token can be had as a secure string, from 5.0 on it always is one.
local SCRIPT = [[
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$m = Import-Module Az.Accounts -MinimumVersion 2.2.0 -PassThru -ErrorAction SilentlyContinue
if (-not $m) {
  [Console]::Error.WriteLine('error: the module Az.Accounts 2.2.0 or newer is not installed')
  exit 127
}
$p = @{ ResourceUrl = '%s' }
%s
if ($m.Version -ge [version]'2.17.0') { $p['AsSecureString'] = $true }
try { $t = Get-AzAccessToken @p } catch {
  [Console]::Error.WriteLine('error: ' + $_.Exception.Message)
  exit 1
}
$v = $t.Token
if ($v -is [System.Security.SecureString]) {
  $v = [System.Net.NetworkCredential]::new('', $v).Password
}
@{ Token = $v; ExpiresOn = $t.ExpiresOn.ToUnixTimeSeconds() } | ConvertTo-Json -Compress
]]

--- As -EncodedCommand takes it: UTF-16, low byte first, in base64. The script is ASCII.
local function encoded(script)
  return core.base64_write((script:gsub(".", "%0\0")))
end

return tool.module {
  name = "azure_powershell",
  program = "pwsh",
  sign_in = "Connect-AzAccount",
  signed_out = { "connect-azaccount" },
  command = function(scope, tenant)
    -- neither of the two can hold a quote
    local more = tenant and ("$p['TenantId'] = '%s'"):format(tenant) or ""
    return { "pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand",
      encoded(SCRIPT:format(check.resource(scope), more)) }
  end,
  read = function(value)
    return { access_token = value.Token, expires_on = value.ExpiresOn }
  end,
}
