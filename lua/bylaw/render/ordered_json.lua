--- JSON with its members in a given order, indented. Pure.
local core = require "bylaw.core"

local write

local function write_list(list, rank, indent)
  local lines = {}
  for i, item in ipairs(list) do lines[i] = indent .. "  " .. write(item, rank, indent .. "  ") end
  return "[\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "]"
end

local function write_object(object, rank, indent)
  local keys, lines = {}, {}
  for key in next, object do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = rank[a] or math.huge, rank[b] or math.huge
    if x ~= y then return x < y end
    return a < b
  end)
  for i, key in ipairs(keys) do
    lines[i] = ("%s  %s: %s"):format(indent, assert(core.json_write(key)),
      write(object[key], rank, indent .. "  "))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "}"
end

function write(value, rank, indent)
  if type(value) ~= "table" or next(value) == nil then return assert(core.json_write(value)) end
  return (rawlen(value) > 0 and write_list or write_object)(value, rank, indent)
end

---@param value table
---@param order string[]  names of members; those that are not there come last, by name
---@return string
return function(value, order)
  local rank = {}
  for i, name in ipairs(order) do rank[name] = i end
  return write(value, rank, "")
end
