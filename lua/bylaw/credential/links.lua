--- What the environment sets up: the credentials of a chain, each made of its variables.
---
--- Every function here gives a credential, or nil and an error: "credential_unavailable" where
--- nothing is set up, anything else where what is set up is wrong.
local azd = require "bylaw.credential.azd"
local azure_cli = require "bylaw.credential.azure_cli"
local azure_pipelines = require "bylaw.credential.azure_pipelines"
local azure_powershell = require "bylaw.credential.azure_powershell"
local cached = require "bylaw.credential.cached"
local client_assertion = require "bylaw.credential.client_assertion"
local client_certificate = require "bylaw.credential.client_certificate"
local client_secret = require "bylaw.credential.client_secret"
local clouds = require "bylaw.clouds"
local core = require "bylaw.core"
local environment = require "bylaw.credential.environment"
local errors = require "bylaw.errors"
local file = require "bylaw.credential.file"
local github_actions = require "bylaw.credential.github_actions"
local managed_identity = require "bylaw.credential.managed_identity"
local workload_identity = require "bylaw.credential.workload_identity"

local links = {}

---@class bylaw.ChainContext
---@field getenv fun(name: string): string?
---@field authority? string   goes before the environment's
---@field tenant_id? string   goes before the environment's
---@field ask_imds boolean    whether IMDS may be asked
---@field probe boolean       and then for a second at first
---@field timeout? number     seconds for a tool

local LARGEST = 65536 -- bytes of a file with an id or a secret

--- A variable, or the text of the file that another names.
local function read(context, name, file_name)
  local value = context.getenv(name)
  local path = not value and file_name and context.getenv(file_name)
  if not path then return value, value and name end
  local text, why = file.trimmed(path, LARGEST)
  if text then return text ~= "" and text or nil, file_name end
  return nil, file_name, errors.new("invalid_option", ("%s: %s"):format(file_name, why))
end

--- The authority that a family of names says; nil: that of the scope's cloud.
local function authority(context, family)
  if context.authority then return context.authority end
  if family == "AZURE" then return context.getenv "AZURE_AUTHORITY_HOST" end
  local name = context.getenv "ARM_ENVIRONMENT"
  if not name then return nil end
  local cloud, err = clouds.find(name)
  if cloud then return cloud.authority end
  return nil, errors.new("invalid_option", "ARM_ENVIRONMENT: " .. err.message)
end

--- Tenant and client of a family; nil, the names of what is missing, and an error where a value is
--- there that cannot be used.
local function app(context, family)
  local missing = {}
  local tenant = context.tenant_id or context.getenv(family .. "_TENANT_ID")
  local client, _, err = read(context, family .. "_CLIENT_ID",
    family == "ARM" and "ARM_CLIENT_ID_FILE_PATH" or nil)
  if err then return nil, missing, err end
  if not tenant then missing[1] = family .. "_TENANT_ID" end
  if not client then missing[#missing + 1] = family .. "_CLIENT_ID" end
  if missing[1] then return nil, missing end
  local host
  host, err = authority(context, family)
  if err then return nil, missing, err end
  return { tenant_id = tenant, client_id = client, authority = host }, missing
end

local function join(list)
  if #list < 2 then return list[1] or "" end
  return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

local function unset(names)
  return cached.unavailable(("%s %s not set"):format(join(names), names[2] and "are" or "is"))
end

--- The certificate of a family: a file, or, for ARM, the bytes in base64.
local function add_certificate(context, family, given)
  given.password = context.getenv(family .. "_CLIENT_CERTIFICATE_PASSWORD")
  given.certificate_path = context.getenv(family .. "_CLIENT_CERTIFICATE_PATH")
  given.send_chain = environment.is_on(context.getenv(family .. "_CLIENT_SEND_CERTIFICATE_CHAIN"))
  if given.certificate_path then return true end
  local inline = context.getenv "ARM_CLIENT_CERTIFICATE"
  given.certificate = core.base64_read((inline:gsub("%s", "")))
  if given.certificate then return true end
  return nil, errors.new("invalid_option", "ARM_CLIENT_CERTIFICATE is no base64")
end

local function has_certificate(context, family)
  return context.getenv(family .. "_CLIENT_CERTIFICATE_PATH")
    or family == "ARM" and context.getenv "ARM_CLIENT_CERTIFICATE"
end

--- Secret or certificate of an app in one family.
local function app_credential(context, family)
  local secret, _, unreadable = read(context, family .. "_CLIENT_SECRET",
    family == "ARM" and "ARM_CLIENT_SECRET_FILE_PATH" or nil)
  if unreadable then return nil, unreadable end
  local given, missing, wrong = app(context, family)
  if wrong then return nil, wrong end
  local certificate = has_certificate(context, family)
  if not (secret or certificate) then
    table.insert(missing, ("%s_CLIENT_SECRET or %s_CLIENT_CERTIFICATE_PATH"):format(family, family))
  end
  if missing[1] then return unset(missing) end
  if secret then
    given.client_secret = secret
    return client_secret.new(given)
  end
  local ok, err = add_certificate(context, family, given)
  if not ok then return nil, err end
  return client_certificate.new(given)
end

--- Where a family finds assertions.
---@class bylaw.AssertionSources
---@field file? string, text? string, url? string, connection? string, bearer? string

---@return bylaw.AssertionSources
local function sources(getenv, family)
  if family == "AZURE" then
    local connection = getenv "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
    local pipelines = connection and getenv "SYSTEM_OIDCREQUESTURI"
    return { file = getenv "AZURE_FEDERATED_TOKEN_FILE", connection = pipelines and connection,
      url = pipelines or getenv "ACTIONS_ID_TOKEN_REQUEST_URL" }
  end
  local connection = getenv "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID"
    or getenv "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"
  local url = getenv "ARM_OIDC_REQUEST_URL" or connection and getenv "SYSTEM_OIDCREQUESTURI"
    or getenv "ACTIONS_ID_TOKEN_REQUEST_URL"
  return { file = getenv "ARM_OIDC_TOKEN_FILE_PATH", text = getenv "ARM_OIDC_TOKEN", url = url,
    connection = url and connection, bearer = getenv "ARM_OIDC_REQUEST_TOKEN" }
end

--- The credential that asks GitHub, or Azure Pipelines where a service connection is named.
local function asking(getenv, given, found)
  local name = found.connection and "SYSTEM_ACCESSTOKEN" or "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
  local bearer = found.bearer or getenv(name)
  if not bearer then return unset { name } end
  given.request_url = found.url
  if found.connection then
    given.service_connection_id, given.system_token = found.connection, bearer
    return azure_pipelines.new(given)
  end
  given.request_token = bearer
  return github_actions.new(given)
end

--- Tenant and client as a task of Azure Pipelines tells them.
local function pipelines_app(context)
  local tenant = context.getenv "AZURESUBSCRIPTION_TENANT_ID"
  local client = context.getenv "AZURESUBSCRIPTION_CLIENT_ID"
  if not (tenant and client) then return nil end
  return { tenant_id = tenant, client_id = client, authority = authority(context, "AZURE") }
end

--- An assertion in a file, in a variable, by GitHub, or by Azure Pipelines.
local function federated_credential(context, family)
  local getenv = context.getenv
  if family == "AZURE" and getenv "AZURE_KUBERNETES_TOKEN_PROXY" then
    return cached.unavailable("AZURE_KUBERNETES_TOKEN_PROXY is set, and bylaw does not speak to "
      .. "that proxy")
  end
  local found = sources(getenv, family)
  local given, missing, wrong = app(context, family)
  if wrong then return nil, wrong end
  if family == "AZURE" and found.connection then given = given or pipelines_app(context) end
  if not (found.file or found.text or found.url) then
    table.insert(missing, (family == "ARM" and "ARM_OIDC_TOKEN_FILE_PATH"
      or "AZURE_FEDERATED_TOKEN_FILE") .. " or another source of assertions")
    given = nil
  end
  if not given then return unset(missing) end
  if found.file then
    given.token_file = found.file
    return workload_identity.new(given)
  end
  if found.text then
    given.assertion = function() return found.text end
    return client_assertion.new(given)
  end
  return asking(getenv, given, found)
end

--- Tries the families of names in their order. What is set up in the first is not mixed with the
--- second; where neither is set up, both are told.
local function by_family(make)
  return function(context)
    local reasons = {}
    for _, family in ipairs(environment.FAMILIES) do
      local credential, err = make(context, family)
      if credential then return credential, nil, family .. "_*" end
      if err.code ~= "credential_unavailable" then return nil, err, family .. "_*" end
      reasons[#reasons + 1] = err.message
    end
    return cached.unavailable(table.concat(reasons, "; "))
  end
end

links.environment = by_family(app_credential)
links.workload_identity = by_family(federated_credential)

function links.managed_identity(context)
  local source, certain = managed_identity.source(context.getenv)
  if not certain and not context.ask_imds then
    return cached.unavailable("no platform has set it up, and IMDS is asked only where that is "
      .. "wanted (probe_imds, ARM_USE_MSI=true, AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential)")
  end
  local credential, err = managed_identity.new {
    client_id = context.getenv "AZURE_CLIENT_ID", probe = context.probe, getenv = context.getenv,
  }
  return credential, err, source.name
end

--- A tool is asked for a token of the tenant that is named, so that nobody writes to another.
local function by_tool(module, switch)
  return function(context)
    if switch and environment.is_off(context.getenv(switch)) then
      return cached.unavailable(switch .. " switches it off")
    end
    return module.new { timeout = context.timeout, tenant_id = context.tenant_id
      or context.getenv "AZURE_TENANT_ID" or context.getenv "ARM_TENANT_ID" }
  end
end

links.azure_cli = by_tool(azure_cli, "ARM_USE_CLI")
links.azure_powershell = by_tool(azure_powershell)
links.azd = by_tool(azd)

return links
