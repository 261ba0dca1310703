--- Values as Lua that people read: short tables on one line, members in the order of a kind's rows.
--- Pure.
local lua = {}

local core = require "bylaw.core"
local order = require "bylaw.render.order"

local WIDTH = 96

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch "%a+" do
  KEYWORDS[word] = true
end

local NAMED = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local function escaped(c) return NAMED[c] or ("\\x%02X"):format(c:byte()) end

--- A text in double quotes. What is no UTF-8, or no character to see, is an escape.
---@param s string
---@return string
function lua.quoted(s)
  local written = s:gsub('[%c"\\]', escaped)
  if not utf8.len(s) then written = written:gsub("[\x80-\xFF]", escaped) end
  return '"' .. written .. '"'
end

--- A text in long brackets, where it can stand in them as it is; else in quotes.
---@param s string
---@return string
function lua.long(s)
  local odd = s:find "[^%C\n\t]" or s:find "^\n" or not utf8.len(s)
  if odd or not s:find '["\\\n]' then return lua.quoted(s) end
  local level = ""
  while s:find("]" .. level .. "]", 1, true) or s:find("]" .. level .. "$") do
    level = level .. "="
  end
  return ("[%s[%s]%s]"):format(level, s, level)
end

--- A key as it stands before "=".
---@param key string
---@return string
function lua.key(key)
  if key:find "^[%a_][%w_]*$" and not KEYWORDS[key] then return key end
  return "[" .. lua.quoted(key) .. "]"
end

local function number(n)
  if math.type(n) == "integer" then return ("%d"):format(n) end
  local written = ("%.17g"):format(n)
  return written:find "^%-?%d+$" and written .. ".0" or written
end

local function scalar(value, names)
  if value == core.null then return "null" end
  if type(value) == "string" then return names[value] or lua.quoted(value) end
  if type(value) == "number" then return number(value) end
  return tostring(value)
end

local write

--- The pieces of a table: "key = value", or values.
local function pieces_of(value, rows, names, indent)
  local pieces = {}
  if rawlen(value) > 0 then
    for i, item in ipairs(value) do pieces[i] = write(item, rows, names, indent) end
    return pieces
  end
  local keys, row_of = order.by_rows(value, rows)
  for i, key in ipairs(keys) do
    local row = row_of[key] or {}
    local inner = row.fields or row.item and row.item.fields
    pieces[i] = lua.key(key) .. " = " .. write(value[key], inner, names, indent)
  end
  return pieces
end

function write(value, rows, names, indent)
  if type(value) ~= "table" then return scalar(value, names) end
  if next(value) == nil then return "{}" end
  local deeper = indent .. "  "
  local pieces = pieces_of(value, rows, names, deeper)
  local line = "{ " .. table.concat(pieces, ", ") .. " }"
  if #indent + #line <= WIDTH - 20 and not line:find "\n" then return line end
  return ("{\n%s%s,\n%s}"):format(deeper, table.concat(pieces, ",\n" .. deeper), indent)
end

--- A value as Lua.
---@param value any          null as the word `null`
---@param rows? bylaw.Field[]  of its members
---@param names? table<string, string>  texts that are written as an expression, such as apps.hr
---@param indent? string     of the line that it stands on
---@return string
function lua.value(value, rows, names, indent)
  return write(value, rows, names or {}, indent or "")
end

return lua
