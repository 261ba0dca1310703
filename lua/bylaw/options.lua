--- Tables of options: a name that does not exist is a mistake that must not pass in silence.
local errors = require "bylaw.errors"

local options = {}

local function names_of(types)
  local names = {}
  for name in pairs(types) do table.insert(names, name) end
  table.sort(names)
  return names
end

--- What is wrong with one option, or nil.
local function fault(name, value, types)
  local due = types[name]
  if not due then
    local hint = type(name) == "string" and errors.suggestion(name, names_of(types)) or ""
    return (" has no option '%s'%s"):format(tostring(name), hint)
  end
  if (" " .. due .. " "):find(" " .. type(value) .. " ", 1, true) then return nil end
  return (": option '%s' must be a %s, not a %s"):format(name, due:gsub(" ", " or "), type(value))
end

--- Raises, in the name of the caller's caller, when an option is unknown or of a wrong type.
---@param what string   the function, for the message
---@param given table?  as the user wrote it; nil stands for {}
---@param types table<string, string>  the types that each option may have: "string", "string table"
---@param level? integer  whose mistake it is; 3, the caller's caller, by default
---@return table given
function options.check(what, given, types, level)
  if given == nil then return {} end
  if type(given) ~= "table" then
    error(("%s takes a table of options, not a %s"):format(what, type(given)), level or 3)
  end
  for name, value in next, given do
    local wrong = types[name] ~= type(value) and fault(name, value, types)
    if wrong then error(what .. wrong, level or 3) end
  end
  return given
end

--- Raises, in the name of the caller's caller, when a value is no text.
---@param what string
---@param value any
function options.text(what, value)
  if type(value) ~= "string" then
    error(("%s must be a string, not a %s"):format(what, type(value)), 3)
  end
end

--- Whether a value is in a list.
---@param value any
---@param list any[]
---@return boolean
function options.is_one_of(value, list)
  for i = 1, #list do
    if value == list[i] then return true end
  end
  return false
end

--- Raises, in the name of the caller's caller, when a text is none of the choices.
---@param what string
---@param value string
---@param choices string[]
function options.choice(what, value, choices)
  if type(value) ~= "string" then
    error(("%s must be a string, not a %s"):format(what, type(value)), 3)
  end
  if options.is_one_of(value, choices) then return end
  error(("%s '%s' is none of %s%s"):format(what, value, table.concat(choices, ", "),
    errors.suggestion(value, choices)), 3)
end

return options
