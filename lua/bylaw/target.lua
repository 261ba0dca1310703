--- What carries a policy: a service principal or an application, by id, appId or displayName. Pure.
local target = {}

---@class bylaw.NamedTarget
---@field type "servicePrincipal"|"application"
---@field by "id"|"appId"|"displayName"
---@field value string

--- The types, and where their objects live.
target.COLLECTIONS = { servicePrincipal = "/servicePrincipals", application = "/applications" }

local TYPES = { "servicePrincipal", "application" }
local WAYS = { "id", "appId", "displayName" }

--- Reads a target as it is declared: { servicePrincipal = "ID" }, { application = { appId = … } }.
---@param declared table
---@return bylaw.NamedTarget?  nil for what is no target
function target.read(declared)
  for _, name in ipairs(TYPES) do
    local which = declared[name]
    if type(which) == "string" then return { type = name, by = "id", value = which } end
    for _, by in ipairs(WAYS) do
      if type(which) == "table" and type(which[by]) == "string" then
        return { type = name, by = by, value = which[by] }
      end
    end
  end
  return nil
end

--- One text for a target, to look it up by.
---@param one bylaw.NamedTarget
---@return string
function target.key(one) return ("%s %s %s"):format(one.type, one.by, one.value) end

--- One text for a carrier; two ways to name it come to the same.
---@param carrier bylaw.Carrier
---@return string
function target.carrier_key(carrier) return carrier.type .. " " .. carrier.id end

--- How people are told of a carrier: its name, else what is known of it.
---@param carrier bylaw.Carrier
---@return string
function target.name(carrier) return carrier.displayName or carrier.appId or carrier.id end

return target
