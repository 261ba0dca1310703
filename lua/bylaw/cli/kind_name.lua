--- What people call a kind, and the kind they mean.
local kind_name = {}

local core = require "bylaw.core"

--- "Token-Lifetime" and "tokenlifetime" are one name.
local function folded(name) return (name:lower():gsub("[-_ ]", "")) end

--- The names of a kind, folded: its own, its collection's, and its own without "policy".
local function names_of(kind)
  local name = folded(kind)
  return { name, folded(core.collections[kind]), (name:gsub("policy$", "")) }
end

local LEGACY = { "policy", "policies", "legacy" }

--- The kind that a name means; nil and the kind that is nearest, if one is.
---@param name string
---@return string? kind  "policy" for the legacy endpoint
---@return string? nearest
function kind_name.find(name)
  local wanted, all, kind_of = folded(name), {}, {}
  local function take(names, kind)
    for _, one in ipairs(names) do
      if not kind_of[one] then table.insert(all, one) end
      kind_of[one] = kind
    end
  end
  for _, kind in ipairs(core.kinds) do take(names_of(kind), kind) end
  take(LEGACY, "policy")
  if kind_of[wanted] then return kind_of[wanted] end
  return nil, kind_of[core.nearest(wanted, all)]
end

--- For argparse: the kind, or the words of a usage error.
---@param name string
---@return string? kind
---@return string? words
function kind_name.convert(name)
  local kind, nearest = kind_name.find(name)
  if kind then return kind end
  if nearest then
    return nil, ("unknown kind '%s'; did you mean '%s'?"):format(name, nearest)
  end
  return nil, ("unknown kind '%s'; there are %s and policy (legacy)"):format(name,
    table.concat(core.kinds, ", "))
end

return kind_name
