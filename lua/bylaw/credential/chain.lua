--- The credential that finds one: those that Azure's own libraries try, in their order, the first
--- that is set up and gives a token.
local cached = require "bylaw.credential.cached"
local check = require "bylaw.credential.check"
local clouds = require "bylaw.clouds"
local environment = require "bylaw.credential.environment"
local errors = require "bylaw.errors"
local file = require "bylaw.credential.file"
local links = require "bylaw.credential.links"
local options = require "bylaw.options"
local tasks = require "bylaw.tasks"

local chain = { __name = "bylaw.credential.default" }

--- The order. `class` is the name in AZURE_TOKEN_CREDENTIALS. A tool that people are signed in with
--- never stops the search: that it fails says nothing of the others.
--- Source: DefaultAzureCredential of Azure Identity.
local ORDER = {
  { name = "environment", class = "environmentcredential" },
  { name = "workload_identity", class = "workloadidentitycredential" },
  { name = "managed_identity", class = "managedidentitycredential" },
  { name = "azure_cli", class = "azureclicredential", tool = true },
  { name = "azure_powershell", class = "azurepowershellcredential", tool = true },
  { name = "azd", class = "azuredeveloperclicredential", tool = true },
}

local NAMES = {}
for i, link in ipairs(ORDER) do NAMES[i] = link.name end

local OPTIONS = { only = "string", authority = "string", tenant_id = "string",
  probe_imds = "boolean",
  timeout = "number", getenv = "function", on_event = "function" }

---@class bylaw.DefaultOptions
---@field only? string          one of "environment", "workload_identity", "managed_identity",
---  "azure_cli", "azure_powershell", "azd": no other is looked at
---@field authority? string     goes before AZURE_AUTHORITY_HOST
---@field tenant_id? string     goes before AZURE_TENANT_ID
---@field probe_imds? boolean   has IMDS asked, for a second at first
---@field timeout? number       seconds for a tool, 13 by default
---@field getenv? fun(name: string): string?  in place of os.getenv
---@field on_event? fun(event: table)  is told which credential is used, and why those before it
---  were not ({ type = "credential" }); of an authority that is none of Microsoft's ({ type =
---  "warning" })

--- A link that was passed over, and why.
---@class bylaw.SkippedCredential
---@field name string
---@field err bylaw.Error

---@class bylaw.DefaultCredential: bylaw.Credential
---@field used? string       name of the credential that is used; nil: none was found yet
---@field from? string       where that was found: "AZURE_*", "IMDS"
---@field credential? bylaw.Credential  that one
---@field skipped bylaw.SkippedCredential[]  those before it

function chain.__tostring(self)
  return ("%s (%s)"):format(chain.__name, self.used and tostring(self.credential)
    or "nothing chosen yet")
end

--- The one link of that name.
local function only_link(name)
  for _, link in ipairs(ORDER) do
    if link.name == name then return { link }, true end
  end
end

--- The links that AZURE_TOKEN_CREDENTIALS leaves: all without it.
local function wanted_links(getenv, only)
  if only then return only_link(only) end
  local value = getenv "AZURE_TOKEN_CREDENTIALS"
  value = value and value:match "^%s*(.-)%s*$":lower()
  if not value or value == "" then return ORDER end
  local list, names = {}, { "dev", "prod" }
  for _, link in ipairs(ORDER) do
    local group = link.tool and "dev" or "prod"
    if value == group or value == link.class then list[#list + 1] = link end
    names[#names + 1] = link.class
  end
  if list[1] then return list, value ~= "dev" and value ~= "prod" end
  return nil, errors.new("invalid_option", ("AZURE_TOKEN_CREDENTIALS: %s is none of %s"):format(
    errors.quote(value), table.concat(names, ", ")))
end

local function tell(self, event)
  if not self.on_event then return end
  local ok, why = pcall(self.on_event, event)
  if not ok then warn("bylaw: on_event: ", tostring(why)) end
end

--- An authority that nobody knows gets the secrets all the same, but not in silence.
local function warn_of_authority(self, authority)
  if not authority or clouds.is_known_authority((authority:gsub("/+$", ""))) then return end
  tell(self, { type = "warning", message = ("the authority %s is none of Microsoft's")
    :format(errors.quote(authority)) })
end

--- Tells of a private key that others can read.
local function warn_of_key(self)
  local path = self.credential.certificate_path
  local words = path and file.exposed(path)
  if words then tell(self, { type = "warning", message = words }) end
end

local function context_of(self, alone)
  local getenv, given = self.getenv, self.given
  local asked = given.probe_imds or alone or environment.is_on(getenv "ARM_USE_MSI")
  return { getenv = getenv, authority = given.authority, tenant_id = given.tenant_id,
    ask_imds = asked or false, probe = not alone, timeout = given.timeout }
end

local function titled(link, from)
  return from and ("%s (%s)"):format(link.name, from) or link.name
end

--- Tries one link: its credential and token; or nil, why not, and whether that ends the search.
local function try(self, link, context, scope, transport)
  local credential, err, from = links[link.name](context)
  local token
  if credential then
    token, err = credential:token(scope, transport)
    if token then
      self.used, self.from, self.credential = link.name, from, credential
      return token
    end
  end
  local ends = not link.tool and err.code ~= "credential_unavailable"
  if ends then
    err.credential = link.name
    err.message = ("%s: %s"):format(titled(link, from), err.message)
  end
  return nil, err, ends
end

--- The error of a search that found nothing: one line for each credential.
local function nothing(self)
  local problems = {}
  for i, skipped in ipairs(self.skipped) do
    local err = skipped.err
    problems[i] = { severity = "error", code = err.code, path = "",
      message = ("%s: %s%s"):format(skipped.name, err.message,
        err.hint and (" (%s)"):format(err.hint) or "") }
  end
  return errors.new("no_credential", "no credential could be used", { problems = problems })
end

local function search(self, scope, transport)
  local list, alone = wanted_links(self.getenv, self.given.only)
  if not list then return nil, alone end
  local context = context_of(self, alone)
  self.skipped = {}
  warn_of_authority(self, context.authority or self.getenv "AZURE_AUTHORITY_HOST")
  for _, link in ipairs(list) do
    local token, err, ends = try(self, link, context, scope, transport)
    if token then
      tell(self, { type = "credential", credential = link.name, from = self.from,
        description = tostring(self.credential), skipped = self.skipped })
      warn_of_key(self)
      return token
    end
    if ends then return nil, err end
    table.insert(self.skipped, { name = link.name, err = err })
  end
  return nil, nothing(self)
end

--- Looks for a credential when the first token is wanted, and stays with the one that gave it.
---
--- What is not set up is passed over; what is set up and refused ends the search, since another
--- identity is not what was meant. IMDS is never asked on the off chance: it costs seconds where
--- there is none.
---@param given? bylaw.DefaultOptions
---@return bylaw.DefaultCredential
function chain.new(given)
  given = options.check("default", given, OPTIONS)
  if given.only then options.choice("default: only", given.only, NAMES) end
  local flights, failure = {}, nil
  local self = setmetatable({ given = given, getenv = environment.reader(given.getenv),
    on_event = given.on_event, skipped = {} }, chain)
  function self.token(_, scope, transport)
    local checked, err = check.scope(scope)
    if not checked then return nil, err end
    if self.credential then return self.credential:token(checked, transport) end
    if failure and cached.now() < failure.ends then return nil, cached.copy(failure.err) end
    local token
    token, err = tasks.shared(flights, "search", search, self, checked, transport)
    if token then return token end
    failure = cached.failure_of(err)
    return nil, cached.copy(err)
  end
  function self.refresh(_, ...)
    local used = self.credential
    if used and used.refresh then used:refresh(...) end
  end
  return self
end

return chain
