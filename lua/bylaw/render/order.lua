--- The order in which the members of an object are written: that of the rows, then by name. Pure.
---@param object table
---@param rows? bylaw.Field[]
---@return string[] keys
---@return table<string, bylaw.Field> row_of  the row of each that has one
return function(object, rows)
  local keys, row_of, rank = {}, {}, {}
  for i, row in ipairs(rows or {}) do
    for _, name in ipairs { row.name, row.also } do
      row_of[name], rank[name] = row, i
    end
  end
  for key in next, object do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = rank[a] or math.huge, rank[b] or math.huge
    if x ~= y then return x < y end
    return a < b
  end)
  return keys, row_of
end
