--- Declared sets and live ones for specs, without files and without a service.
local bylaw = require "bylaw"

local desired = {}

--- A declared policy, as bylaw.load gives them.
---@param kind string
---@param label string
---@param properties table   of the policy; id, was, absent and assignTo are the declaration's own
---@return bylaw.Declared
function desired.policy(kind, label, properties)
  local own, inside = {}, {}
  for name, value in pairs(properties) do
    local is_own = name == "id" or name == "was" or name == "absent" or name == "assignTo"
    if is_own then own[name] = value else inside[name] = value end
  end
  return {
    address = kind .. "." .. label, kind = kind, label = label, id = own.id, was = own.was,
    absent = own.absent, displayName = inside.displayName, assignTo = own.assignTo,
    policy = not own.absent and bylaw[kind](inside) or nil,
    place = { file = "policies.lua", line = 1, column = 1 },
  }
end

--- A declared tokenLifetimePolicy; `hours` is its access token's lifetime.
function desired.lifetime(label, hours, properties)
  local all = { displayName = label, definition = { AccessTokenLifetime = hours .. ":00:00" } }
  for name, value in pairs(properties or {}) do all[name] = value end
  return desired.policy("tokenLifetimePolicy", label, all)
end

---@return bylaw.Desired
function desired.set(...) return { policies = { ... }, owns = {} } end

--- A GUID with a number in it.
function desired.guid(n) return ("00000000-0000-4000-8000-%012d"):format(n) end

--- A live tokenLifetimePolicy, as the service gives them.
function desired.live_lifetime(n, name, hours, more)
  local properties = {
    id = desired.guid(n), displayName = name, isOrganizationDefault = false,
    definition = { ('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"%s:00:00"}}')
      :format(hours) },
  }
  for key, value in pairs(more or {}) do properties[key] = value end
  return properties
end

--- What is live, of tokenLifetimePolicies alone.
---@return bylaw.Live
function desired.live(...)
  return { service = "http://127.0.0.1:1", policies = { tokenLifetimePolicy = { ... } },
    assignments = {}, targets = {}, carried = {} }
end

--- A service principal that the live set knows by its appId.
function desired.add_principal(live, n, name)
  local carrier = { type = "servicePrincipal", id = desired.guid(n), appId = desired.guid(n + 500),
    displayName = name }
  live.targets["servicePrincipal appId " .. carrier.appId] = carrier
  return carrier, { servicePrincipal = { appId = carrier.appId } }
end

return desired
