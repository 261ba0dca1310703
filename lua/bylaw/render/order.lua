--- The order in which the members of an object are written. Pure.
local order = {}

--- Those that have a rank by rank, then the others by name.
---@param object table
---@param rank table<string, integer>
---@return string[] keys
function order.by_rank(object, rank)
  local keys = {}
  for key in next, object do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = rank[a] or math.huge, rank[b] or math.huge
    if x ~= y then return x < y end
    return a < b
  end)
  return keys
end

--- In the order of the rows, then by name.
---@param object table
---@param rows? bylaw.Field[]
---@return string[] keys
---@return table<string, bylaw.Field> row_of  the row of each that has one
function order.by_rows(object, rows)
  local row_of, rank = {}, {}
  for i, row in ipairs(rows or {}) do
    for _, name in ipairs { row.name, row.also } do
      row_of[name], rank[name] = row, i
    end
  end
  return order.by_rank(object, rank), row_of
end

return order
