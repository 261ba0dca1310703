--- What differs between two policies, field by field, going on inside the definition. By meaning:
--- "8:00:00" is "08:00:00", and the order of a set is none. Pure: no network, no clock.
---
--- The core alone knows what means the same. It is asked about two definitions that hold one value
--- each, in the place where it stands.
local align = require "bylaw.align"
local core = require "bylaw.core"

local diff = {}

---@class bylaw.Difference
---@field path string   "displayName", "definition.ClaimsSchema[2].JwtClaimType"; places of lists
---  count from 1, in the later list, or in the earlier one for what is removed
---@field before? any   nil: there was nothing
---@field after? any    nil: there will be nothing

--- The kind whose rows a definition is held against; nil for an unknown legacy type.
local function definition_kind(kind, properties)
  if kind ~= "policy" then return kind end
  return core.types[properties.type]
end

--- Whether isOrganizationDefault has an effect for a kind.
local defaults = {}
for _, kind in ipairs(core.kinds) do
  for _, name in ipairs(core.targets[kind]) do
    if name == "organization" then defaults[kind] = true end
  end
end

---@param kind string
---@return boolean
function diff.has_default(kind) return defaults[kind] or false end

local function is_list(value) return type(value) == "table" and rawlen(value) > 0 end

local function is_object(value) return type(value) == "table" and rawlen(value) == 0 end

-- A place inside a definition: a chain of steps, innermost first. --------------------------------

local function step(up, key) return { up = up, key = key } end

--- A definition that holds nothing but this value, at its place; any place of a list will do.
local function nested(place, value)
  while place do
    value = { [type(place.key) == "number" and 1 or place.key] = value }
    place = place.up
  end
  return value
end

local function same(walk, place, a, b)
  return rawequal(a, b) or core.definition_equal(walk.kind, nested(place, a), nested(place, b))
end

local function name_of(place)
  if not place then return "definition" end
  local before = name_of(place.up)
  if type(place.key) == "number" then return ("%s[%d]"):format(before, place.key) end
  if place.key:find "^[%a_][%w_]*$" then return before .. "." .. place.key end
  return ("%s[%s]"):format(before, assert(core.json_write(place.key)))
end

local function add(walk, place, before, after)
  table.insert(walk.found, { path = name_of(place), before = before, after = after })
end

-- Keys in the order of the rows ------------------------------------------------------------------

--- The keys of both objects, as pairs of spellings: the second spelling of a row is the same key.
local function keys_of(rows, a, b)
  local keys, seen = {}, {}
  local function take(object, name, also)
    if object[name] ~= nil then return name end
    return also and object[also] ~= nil and also or nil
  end
  for _, row in ipairs(rows or {}) do
    local x, y = take(a, row.name, row.also), take(b, row.name, row.also)
    seen[row.name], seen[row.also or row.name] = true, true
    if x or y then keys[#keys + 1] = { before = x or y, after = y or x, row = row } end
  end
  local known = #keys
  for _, object in ipairs { a, b } do
    for key in next, object do
      if not seen[key] then keys[#keys + 1] = { before = key, after = key } end
      seen[key] = true
    end
  end
  local unknown = table.move(keys, known + 1, #keys, 1, {})
  table.sort(unknown, function(x, y) return tostring(x.after) < tostring(y.after) end)
  return table.move(unknown, 1, #unknown, known + 1, keys)
end

-- The walk ---------------------------------------------------------------------------------------

--- Everything in a value, a line each: it comes, or goes.
local function spread(walk, row, place, value, comes)
  local inner = type(value) == "table" and next(value) ~= nil
  if not inner then
    if comes then add(walk, place, nil, value) else add(walk, place, value, nil) end
  elseif is_list(value) then
    for i, item in ipairs(value) do
      spread(walk, row and (row.item or row), step(place, i), item, comes)
    end
  else
    for _, key in ipairs(keys_of(row and row.fields, value, value)) do
      spread(walk, key.row, step(place, key.after), value[key.after], comes)
    end
  end
end

local compare

local function compare_objects(walk, rows, place, a, b)
  for _, key in ipairs(keys_of(rows, a, b)) do
    compare(walk, key.row, place, key, a[key.before], b[key.after])
  end
end

--- A list: what stayed is passed over; what stands where something else stood is compared with it.
local function compare_lists(walk, row, place, a, b)
  local inner = row and (row.item or row)
  local pairs_of = align.lists(a, b, {
    unordered = row and row.unordered,
    same = function(x, y) return same(walk, step(place, 1), x, y) end,
  })
  for _, pair in ipairs(pairs_of) do
    local i, j = pair.before, pair.after
    if i and j then
      if is_object(a[i]) and is_object(b[j]) then
        compare_objects(walk, inner and inner.fields, step(place, j), a[i], b[j])
      else
        add(walk, step(place, j), a[i], b[j])
      end
    else
      spread(walk, inner, step(place, i or j), i and a[i] or b[j], j ~= nil)
    end
  end
end

compare = function(walk, row, up, key, before, after)
  local place = step(up, key.after)
  if rawequal(before, after) and key.before == key.after then return end
  if core.definition_equal(walk.kind, nested(step(up, key.before), before),
      nested(place, after)) then
    return
  end
  if is_list(before) and is_list(after) then
    compare_lists(walk, row, place, before, after)
  elseif is_object(before) and is_object(after) then
    compare_objects(walk, row and row.fields, place, before, after)
  elseif before == nil or after == nil then
    local comes = before == nil
    spread(walk, row, place, comes and after or before, comes)
  elseif type(before) == "table" or type(after) == "table" then
    spread(walk, row, place, before, false)
    spread(walk, row, place, after, true)
  else
    add(walk, place, before, after)
  end
end

--- The inner object of a definition in any form; the text where it cannot be read.
local function inner_of(kind, definition)
  local text = definition
  if type(text) == "table" and rawlen(text) == 1 and next(text, 1) == nil then text = text[1] end
  if type(text) ~= "string" then
    local wrapper = core.wrappers[kind]
    local inner = wrapper and type(definition) == "table" and definition[wrapper]
    return type(inner) == "table" and next(definition, next(definition)) == nil and inner
      or definition
  end
  return kind and core.definition_decode(kind, text) or text
end

--- The strings of a definition as it goes over the wire; nil for one that is no text.
local function texts_of(definition)
  if type(definition) == "string" then return { definition } end
  if type(definition) ~= "table" or rawlen(definition) == 0 then return nil end
  for _, text in ipairs(definition) do
    if type(text) ~= "string" then return nil end
  end
  return definition
end

--- The same text means the same, even where nobody can read it.
local function same_definition(kind, before, after)
  if before == nil or after == nil then return false end
  local a, b = texts_of(before), texts_of(after)
  if a and b and #a == #b and table.concat(a, "\0") == table.concat(b, "\0") then return true end
  return kind ~= nil and core.definition_equal(kind, before, after)
end

--- The rows of kinds that were asked for: they do not change.
local rows_by_kind = {}

local function rows_of(kind)
  if not rows_by_kind[kind] then rows_by_kind[kind] = core.describe(kind).fields or {} end
  return rows_by_kind[kind]
end

local function compare_definitions(found, kind, before, after)
  if same_definition(kind, before, after) then return end
  local walk = { kind = kind, found = found }
  local a, b = inner_of(kind, before), inner_of(kind, after)
  local rows = kind and rows_of(kind)
  if kind and type(a) == "table" and type(b) == "table" then
    compare_objects(walk, rows, nil, a, b)
    if #found > 0 then return end
  end
  if a ~= nil then spread(walk, { fields = rows }, nil, a, false) end
  if b ~= nil then spread(walk, { fields = rows }, nil, b, true) end
end

-- Policies ---------------------------------------------------------------------------------------

--- Names of further properties that the declaration sets.
local function further(after)
  local names = {}
  for name in next, after do
    if type(name) == "string" and not core.apart[name] and not name:find "@" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function is_default(properties) return properties.isOrganizationDefault == true end

local function deep_same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  return core.json_write(a) == core.json_write(b)
end

local function or_nil(value)
  if value == core.null then return nil end
  return value
end

--- Whether a live policy is what is declared, in what the declaration sets: the quick way to know
--- that nothing differs.
---@type fun(kind: string, live: table, declared: table): boolean
diff.same = core.policy_same

--- What differs. Properties that `after` does not have are left alone, but isOrganizationDefault,
--- which is false unless it is said.
---@param kind string
---@param before? table  nil: everything comes
---@param after? table   nil: everything goes
---@return bylaw.Difference[]
function diff.fields(kind, before, after)
  local found, a, b = {}, before or {}, after or {}
  local function take(name, x, y)
    if not deep_same(x, y) then found[#found + 1] = { path = name, before = x, after = y } end
  end
  take("displayName", a.displayName, b.displayName)
  if kind == "policy" and not (before and after) then take("type", a.type, b.type) end
  for _, name in ipairs(further(after or a)) do take(name, or_nil(a[name]), or_nil(b[name])) end
  if defaults[kind] then
    local x, y = is_default(a), is_default(b)
    if before and after then
      take("isOrganizationDefault", x, y)
    elseif x or y then
      take("isOrganizationDefault", before and x or nil, after and y or nil)
    end
  end
  local inside = {}
  compare_definitions(inside, definition_kind(kind, after or a), a.definition, b.definition)
  return table.move(inside, 1, #inside, #found + 1, found)
end

--- Names of the properties that differ, each once.
---@param fields bylaw.Difference[]
---@return string[]
function diff.properties(fields)
  local names, seen = {}, {}
  for _, field in ipairs(fields) do
    local name = field.path:match "^[%w_]+"
    if not seen[name] then names[#names + 1] = name end
    seen[name] = true
  end
  return names
end

return diff
