--- JSON with its members in a given order, indented. Pure.
local core = require "bylaw.core"
local order = require "bylaw.render.order"

local write

local function write_list(list, rank, indent)
  local lines = {}
  for i, item in ipairs(list) do lines[i] = indent .. "  " .. write(item, rank, indent .. "  ") end
  return "[\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "]"
end

local function write_object(object, rank, indent)
  local lines = {}
  for i, key in ipairs(order.by_rank(object, rank)) do
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
---@param names string[]  of members; those that are not there come last, by name
---@return string
return function(value, names)
  local rank = {}
  for i, name in ipairs(names) do rank[name] = i end
  return write(value, rank, "")
end
