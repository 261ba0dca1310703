--- The clouds in which Microsoft runs Graph: where it answers, who gives tokens for it.
local errors = require "bylaw.errors"

local clouds = {}

---@class bylaw.Cloud
---@field name string       the first of its names
---@field aliases string[]  other names it goes by, in lower case
---@field endpoint string   root of Graph
---@field authority string  who gives tokens
---@field scope string      what to ask them for
---@field audience? string  of a federated credential's assertion, where it is known

local function cloud(name, aliases, endpoint, authority, audience)
  return {
    name = name,
    aliases = aliases,
    endpoint = endpoint,
    authority = authority,
    scope = endpoint .. "/.default",
    audience = audience and "api://AzureADTokenExchange" .. audience,
  }
end

--- Source: Graph documentation, national cloud deployments; the last three from MSAL's metadata.
clouds.all = {
  cloud("global", { "public", "commercial", "gcc", "azurecloud" },
    "https://graph.microsoft.com", "https://login.microsoftonline.com", ""),
  cloud("usgov", { "usgovernment", "gcchigh", "l4", "usgovernmentl4", "azureusgovernment" },
    "https://graph.microsoft.us", "https://login.microsoftonline.us", "USGov"),
  cloud("dod", { "usgovdod", "l5", "usgovernmentl5" },
    "https://dod-graph.microsoft.us", "https://login.microsoftonline.us", "USGov"),
  cloud("china", { "21vianet", "azurechinacloud" },
    "https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn",
    "China"),
  cloud("france", { "bleu" },
    "https://graph.svc.sovcloud.fr", "https://login.sovcloud-identity.fr"),
  cloud("germany", { "delos" },
    "https://graph.svc.sovcloud.de", "https://login.sovcloud-identity.de"),
  cloud("singapore", { "govsg" },
    "https://graph.svc.sovcloud.sg", "https://login.sovcloud-identity.sg"),
}

--- The cloud of that name or alias, in whatever letters.
---@param name string
---@return bylaw.Cloud?
---@return bylaw.Error? err  code "unknown_cloud"
function clouds.find(name)
  local wanted, names = name:lower(), {}
  for _, one in ipairs(clouds.all) do
    if one.name == wanted then return one end
    table.insert(names, one.name)
    for _, alias in ipairs(one.aliases) do
      if alias == wanted then return one end
      table.insert(names, alias)
    end
  end
  local hint = errors.suggestion(wanted, names)
  if hint == "" then hint = "; there are global, usgov, dod, china, france, germany, singapore" end
  return nil, errors.new("unknown_cloud", ("%s is no cloud%s"):format(errors.quote(name), hint))
end

--- The cloud whose Graph a scope is for; nil where that is none of them.
---@param scope string
---@return bylaw.Cloud?
function clouds.of_scope(scope)
  for _, one in ipairs(clouds.all) do
    if scope:sub(1, #one.endpoint + 1) == one.endpoint .. "/" then return one end
  end
end

--- Hosts of authorities that go by another name too.
--- Source: Graph and Entra documentation, national clouds; MSAL's metadata.
local ALIASES = {
  ["https://login.windows.net"] = true, ["https://login.microsoft.com"] = true,
  ["https://sts.windows.net"] = true, ["https://login.usgovcloudapi.net"] = true,
  ["https://login.chinacloudapi.cn"] = true,
}

--- Whether Microsoft gives tokens there.
---@param authority string  "https://host"
---@return boolean
function clouds.is_known_authority(authority)
  authority = authority:lower()
  if ALIASES[authority] then return true end
  for _, one in ipairs(clouds.all) do
    if one.authority == authority then return true end
  end
  return false
end

return clouds
