--- Options of credentials: those that must be there, and lists of names joined. Pure.
local required = {}

--- Raises, in the name of the caller's caller, when an option is missing.
---@param what string
---@param given table
---@param names string[]
function required.check(what, given, names)
  for _, name in ipairs(names) do
    if given[name] == nil then error(("%s needs the option '%s'"):format(what, name), 3) end
  end
end

--- Two tables of options in one.
---@param a table<string, string>
---@param b table<string, string>
---@return table<string, string>
function required.merge(a, b)
  local all = {}
  for name, types in pairs(a) do all[name] = types end
  for name, types in pairs(b) do all[name] = types end
  return all
end

return required
