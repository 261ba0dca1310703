--- What is live, for programs: policies as list has them, each with what it applies to.
local core = require "bylaw.core"
local pretty = require "bylaw.cli.pretty"

--- A policy with its carriers; without them where they were not read, or its kind has none.
local function with_carriers(one)
  local data = {}
  for name, value in next, one.policy do data[name] = value end
  if one.carriers then data.assignedTo = one.carriers[1] and one.carriers or core.json_read "[]" end
  return data
end

---@param found bylaw.Exported[]
---@param where string  the service
---@return string
return function(found, where)
  local policies = {}
  for i, one in ipairs(found) do
    policies[i] = "    " .. pretty.policy(with_carriers(one), "    ")
  end
  local list = policies[1] and "[\n" .. table.concat(policies, ",\n") .. "\n  ]" or "[]"
  return ('{\n  "format_version": "1.0",\n  "service": %s,\n  "policies": %s\n}\n'):format(
    pretty.json(where), list)
end
