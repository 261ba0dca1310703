--- Definitions with something done to them: whole trees, wrapper and all, as core.json_read makes
--- them. What comes out may be in order or not.
local bylaw = require "bylaw"
local core = require "bylaw.core"
local generator = require "spec.support.generator"

local mutator = {}

local SPANS = {
  "0:00", "0:05:00", "00:04:59", "00:05:00", "00:09:59", "00:10:00", "0:10:00", "0.00:10:00",
  "00.00:10:00", "000.00:10:00", "0000.00:10:00", "8:00:00", "08:0:00", "08:00:0", "008:00:00",
  "23:59:59", "23:60:00", "24:00:00", "1.00:00:00", "00:90:00", "20:00:00", "90.00:00:00",
  "90.00:00:01", "089.23:59:59", "365.00:00:00", "365.00:00:01", "366.00:00:00", "999.00:00:00",
  "-1:00:00", " 08:00:00", "08:00:00 ", "08:00:00\n", "until-revoked", "Until-Revoked", "PT8H",
  "28800", "٠٨:00:00", "", "0.8:00:00", "1.8:00:00", "01.8:00:00", "001.8:00:00",
}

--- Texts that stand at limits, in other cases, or in other places of definitions.
local TEXTS = {
  "", " ", "x", "1", "0", "01", "1.1", "true", "True", "TRUE", "false", "null", "*", "all_apps",
  "ALL_DOMAINS", "contoso.com", "contoso", "-a.com", "a..b", ("a"):rep(63) .. ".com",
  ("a"):rep(64) .. ".com", ("abcdefg."):rep(31) .. "abcde", ("abcdefg."):rep(31) .. "abcdef",
  "00000003-0000-0ff1-ce00-000000000000", "00000003-0000-0FF1-CE00-000000000000",
  "{00000003-0000-0ff1-ce00-000000000000}", "https://contoso.com", "https:", "urn:x", "a b:c",
  "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "8:00:00", "00:10:00", "user", "User",
  "USER", "transformation", "Transformation", "company", "constant", "mail", "Mail", "objectId",
  "tenantcountry", "tags", "extension_x", "string1", "String1", "separator", "Separator", "Join",
  "JOIN", "ToLowerCase", "ToLowercase()", "RegexReplace", "é", "\u{1F511}", "a\0b",
}

--- Keys of all kinds, values that their rows name, and the rows beside the one of a key.
local KEYS, VALUES, BESIDE = {}, {}, {}

local function gather(fields)
  for _, field in ipairs(fields) do
    KEYS[#KEYS + 1] = field.name
    KEYS[#KEYS + 1] = field.also
    BESIDE[field.name], BESIDE[field.also or field.name] = fields, fields
    for _, list in ipairs { field.values or {}, field.also_values or {} } do
      table.move(list, 1, #list, #VALUES + 1, VALUES)
    end
    gather(field.fields or {})
    gather { field.item }
  end
end
for _, kind in ipairs(bylaw.kinds) do
  local described = bylaw.describe(kind)
  KEYS[#KEYS + 1] = described.wrapper
  gather(described.fields or {})
end

local function array() return core.json_read "[]" end
local function copy(value) return core.json_read(core.json_write(value)) end

--- A value of any type.
local function any(r)
  local choice = r:int(1, 9)
  if choice == 1 then return bylaw.null end
  if choice == 2 then return r:once_in(2) end
  if choice == 3 then return r:pick { 0, 1, 2, -1, 1.5, 1e300, math.maxinteger } end
  if choice == 4 then return array() end
  if choice == 5 then return {} end
  if choice == 6 then return { r:pick(TEXTS) } end
  if choice == 7 then return { [r:pick(KEYS)] = r:pick(TEXTS) } end
  return r:pick(r:once_in(3) and VALUES or TEXTS)
end

local function sorted_keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

--- Arrays and objects of a tree, itself first.
local function holders(value, list)
  list[#list + 1] = value
  for _, key in ipairs(sorted_keys(value)) do
    if type(value[key]) == "table" then holders(value[key], list) end
  end
  return list
end

local function is_array(value) return #value > 0 or getmetatable(value) ~= nil end

--- A key that is nearly this one.
local function misspelt(r, key)
  local at = r:int(1, #key)
  local c = key:sub(at, at)
  return r:pick {
    key:lower(), key:upper(), key .. "s", key:gsub("s$", ""), " " .. key,
    key:sub(1, at - 1) .. key:sub(at + 1),
    key:sub(1, at - 1) .. (c:lower() == c and c:upper() or c:lower()) .. key:sub(at + 1),
  }
end

local function put(object, key, value)
  if key ~= "" then object[key] = value end
end

local on_object = {
  function(_, object, key) if key then object[key] = nil end end,
  function(r, object) object[r:pick(KEYS)] = any(r) end,
  function(r, object) object["x" .. r:int(1, 9)] = any(r) end,
  function(r, object, key)
    local row = r:pick(BESIDE[key] or BESIDE.Version)
    object[r:once_in(2) and row.also or row.name] = generator.value(r, row)
  end,
  function(r, object, key)
    if key and key ~= "" then
      local value = object[key]
      if r:once_in(2) then object[key] = nil end
      put(object, misspelt(r, key), value)
    end
  end,
  function(r, object, key)
    if key then object[r:pick(KEYS)], object[key] = object[key], nil end
  end,
}

local on_array = {
  function(_, list, at) if at and #list > 1 then table.remove(list, at) end end,
  function(_, list, at) if at then table.insert(list, copy(list[at])) end end,
  function(r, list) table.insert(list, any(r)) end,
  function(r, list, at)
    if at then
      local to = r:int(1, #list)
      list[at], list[to] = list[to], list[at]
    end
  end,
}

--- Values in the place of others.
local function on_value(r, value)
  local choice = r:int(1, 6)
  if type(value) == "string" and value:find "^[%d.]*:" and choice > 1 then return r:pick(SPANS) end
  if type(value) == "string" and choice > 1 then
    return r:pick {
      value .. "x", value:upper(), value:lower(), " " .. value, value .. " ", value:sub(2),
      value:sub(1, -2), r:pick(TEXTS), r:pick(VALUES), r:pick(TEXTS), r:pick(VALUES),
      math.tointeger(tonumber(value)) or value,
    }
  end
  if type(value) == "number" and choice > 2 then
    return r:pick { value + 1, value - 1, value + 0.5, tostring(value), -value }
  end
  if type(value) == "boolean" and choice > 2 then
    return r:pick { not value, tostring(value), "True", "FALSE", value and 1 or 0 }
  end
  if type(value) == "table" and choice > 1 then return choice > 2 and value or { copy(value) } end
  return any(r)
end

--- One change somewhere below the wrapper, seldom at the wrapper itself: most texts would then be
--- refused for that alone.
local function once(r, tree)
  local list = holders(tree, {})
  local holder = #list > 1 and not r:once_in(10) and list[r:int(2, #list)] or tree
  local keys = sorted_keys(holder)
  local key = #keys > 0 and r:pick(keys) or nil
  if key and not r:once_in(4) then
    holder[key] = on_value(r, holder[key])
  elseif is_array(holder) then
    r:pick(on_array)(r, holder, key)
  else
    r:pick(on_object)(r, holder, key)
  end
end

--- The text of a tree after one change, or a few; now and then of another value altogether. A
--- change that cuts a character in two makes no JSON and is not done.
---@param r spec.Random
---@param tree table
---@return string
function mutator.text(r, tree)
  if r:once_in(200) then return core.json_write(any(r)) end
  local text = core.json_write(tree)
  for _ = 1, r:pick { 1, 1, 1, 2, 4 } do
    local changed = core.json_read(text)
    once(r, changed)
    text = core.json_write(changed) or text
  end
  return text
end

return mutator
