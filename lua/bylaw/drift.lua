--- How what is live left the declarations: a plan, turned round, without what is to be ignored.
--- Pure: no network, no clock.
local drift = {}

---@class bylaw.Drift
---@field service? string
---@field changes bylaw.Change[]  seen from the declarations: what happened to them
---@field counts { add: integer, change: integer, remove: integer }
---@field ignored integer  differences that the declarations ask to ignore

local TURNED = { create = "delete", update = "update", delete = "create", assign = "unassign",
  unassign = "assign" }
local COUNTED = { create = "add", assign = "add", update = "change", delete = "remove",
  unassign = "remove" }

--- "/definition/AccessTokenLifetime" as "definition.AccessTokenLifetime"; places of lists are left
--- as "[*]" where the pointer has "*", and count from 1.
local function dotted(pointer)
  local path = pointer:gsub("^/", ""):gsub("/(%d+)", function(i)
    return ("[%d]"):format(math.tointeger(i) + 1)
  end)
  return (path:gsub("/%*", "[*]"):gsub("/", "."):gsub("~1", "/"):gsub("~0", "~"))
end

local function pattern_of(glob)
  if glob:sub(1, 1) == "/" then glob = dotted(glob) end
  local escaped = glob:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*")
  return "^" .. escaped .. "$", "^" .. escaped .. "[%.%[].*$"
end

--- Whether a text is one of the patterns, or lies below one.
local function is_named(patterns, ...)
  for _, text in ipairs { ... } do
    for _, pair in ipairs(patterns) do
      if text:find(pair[1]) or text:find(pair[2]) then return true end
    end
  end
  return false
end

local function turned_field(field)
  return { path = field.path, before = field.after, after = field.before }
end

--- The change seen from the declarations, without the fields that are ignored; nil where nothing is
--- left of it. And how many were ignored.
local function turned(change, patterns)
  if is_named(patterns, change.address) then return nil, 1 end
  if change.target and is_named(patterns, "assignTo", change.policy .. ".assignTo") then
    return nil, 1
  end
  local one, ignored = {}, 0
  for name, value in pairs(change) do one[name] = value end
  one.action, one.needs, one.fields = TURNED[change.action], {}, change.fields and {}
  one.before, one.after = change.after, change.before
  for _, field in ipairs(change.fields or {}) do
    local is_ignored = change.action == "update"
      and is_named(patterns, field.path, change.address .. "." .. field.path)
    if is_ignored then ignored = ignored + 1 else table.insert(one.fields, turned_field(field)) end
  end
  if change.action == "update" and #one.fields == 0 then return nil, ignored end
  return one, ignored
end

--- Turns a plan round.
---@param plan bylaw.Plan
---@param ignore? string[]  addresses, paths ("definition.X", "/definition/X"), or both
---  ("ADDRESS.definition.X"), "*" for any text; what lies below one is ignored too
---@return bylaw.Drift
function drift.of(plan, ignore)
  local patterns = {}
  for i, glob in ipairs(ignore or {}) do patterns[i] = { pattern_of(glob) } end
  local found = { service = plan.service, changes = {}, ignored = 0,
    counts = { add = 0, change = 0, remove = 0 } }
  for _, change in ipairs(plan.changes) do
    local one, ignored = turned(change, patterns)
    found.ignored = found.ignored + ignored
    if one then
      table.insert(found.changes, one)
      local name = COUNTED[one.action]
      found.counts[name] = found.counts[name] + 1
    end
  end
  return found
end

return drift
