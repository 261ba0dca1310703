--- Definitions that are in order, made of what `bylaw.describe` says of a kind; and the same ones
--- said in other words. What no row says (references, counts of a method) is said here once more,
--- on purpose by other means than in the core.
local bylaw = require "bylaw"

local generator = {}

local LETTERS = "abcdefghijklmnopqrstuvwxyz"
local PIECES = { -- of free text: what JSON and its inside of a string have to escape
  "a", "Q", "7", "-", "_", ".", "/", "\"", "\\", "'", "{", "]", ":", ",", " ", "\n", "\t", "\127",
  "\1", "é", "€", "\u{1F511}", "\u{2028}", "\u{FFFD}", "e\u{301}", "\\u0000", "$ref", "${x}",
}

local function word(r, least, most)
  local letters = {}
  for i = 1, r:int(least, most) do
    local at = r:int(1, #LETTERS)
    letters[i] = LETTERS:sub(at, at)
  end
  return table.concat(letters)
end

--- Letters in another case.
local function recased(r, text)
  return (text:gsub("%a", function(c) return r:once_in(2) and c:upper() or c:lower() end))
end

local function free_text(r, field)
  local pieces = {}
  for i = 1, r:int(0, 8) do pieces[i] = r:pick(PIECES) end
  local text = table.concat(pieces)
  if field.trimmed then text = text:gsub("^%s+", ""):gsub("%s+$", "") end
  if #text < (field.min or 0) then text = text .. word(r, field.min, field.min + 4) end
  return text
end

--- Seconds of "[d.]hh:mm:ss", as `describe` writes limits.
local function seconds(span)
  local days, h, m, s = ("0." .. span):match "(%d+)%.(%d+):(%d+):(%d+)$"
  return days * 86400 + h * 3600 + m * 60 + tonumber(s)
end

--- One of the ways to write a span.
local function span_text(r, total)
  local days, rest = total // 86400, total % 86400
  local clock = (r:once_in(2) and "%d:%02d:%02d" or "%02d:%02d:%02d")
    :format(rest // 3600, rest % 3600 // 60, rest % 60)
  if days == 0 and r:once_in(2) then return clock end
  return ("%0" .. r:int(#("%d"):format(days), 3) .. "d."):format(days) .. clock
end

local formats = {}

function formats.timespan(r, field)
  local least, most = seconds(field.min), seconds(field.max)
  if r:once_in(8) then return span_text(r, r:once_in(2) and least or most) end
  return span_text(r, r:int(least, most))
end

function formats.guid(r)
  local text = ("x"):rep(8) .. "-xxxx-xxxx-xxxx-" .. ("x"):rep(12)
  return (text:gsub("x", function() return ("%x"):format(r:int(0, 15)) end))
end

function formats.uri(r)
  return r:pick { "https://%s.example/%s", "urn:%s:%s", "api://%s/%s", "a+b.c-1:%s#%s" }
    :format(word(r, 1, 9), word(r, 0, 9))
end

function formats.domain(r)
  local labels = {}
  for i = 1, r:int(2, 4) do labels[i] = word(r, 1, 9) .. r:pick { "", "-x", "2" } end
  return table.concat(labels, ".")
end

local make = {}

function make.string(r, field)
  if field.also_values and r:once_in(3) then return r:pick(field.also_values) end
  if field.values then
    local value = r:pick(field.values)
    return field.folded and r:once_in(3) and recased(r, value) or value
  end
  return (formats[field.format] or free_text)(r, field)
end

function make.boolean(r, field)
  if field.or_text and r:once_in(2) then return r:pick { "true", "false", "True", "False" } end
  return r:once_in(2)
end

function make.integer(r, field)
  local value = r:int(field.min or -2 ^ 40 // 1, field.max or 2 ^ 40 // 1)
  return field.or_text and r:once_in(3) and tostring(value) or value
end

local object

function make.array(r, field)
  local list = {}
  for i = 1, r:int(field.min or 0, (field.min or 0) + 3) do
    list[i] = field.fields and object(r, field.fields) or make.string(r, field.item)
  end
  return list
end

function make.object(r, field) return object(r, field.fields) end

local function value_of(r, field) return make[field.type](r, field) end

--- A value that is right for a row of `bylaw.describe`.
generator.value = value_of

--- The name to write a field by: mostly the documented one.
local function name_of(r, field)
  return field.also and r:once_in(3) and field.also or field.name
end

object = function(r, fields)
  local made = {}
  for _, field in ipairs(fields) do
    if field.required and not field.filled or r:once_in(2) then
      made[name_of(r, field)] = value_of(r, field)
    end
  end
  return made
end

--- Any value that JSON has, for what no row describes.
local function any(r, depth)
  local kind = r:int(1, depth > 3 and 6 or 8)
  if kind == 1 then return bylaw.null end
  if kind == 2 then return r:once_in(2) end
  if kind == 3 then return r:int(-2 ^ 53 // 1, 2 ^ 53 // 1) end
  if kind == 4 then return r:int(-9999, 9999) / 64 end
  if kind <= 6 then return free_text(r, {}) end
  local made = {}
  for i = 1, r:int(0, 4) do made[kind == 7 and i or "k" .. free_text(r, {})] = any(r, depth + 1) end
  return made
end

-- What the rows of a kind do not say -----------------------------------------------------------

local special = {}

function special.activityBasedTimeoutPolicy(_, made)
  local seen, list = {}, {}
  for _, entry in ipairs(made.ApplicationPolicies) do
    if not seen[entry.ApplicationId] then list[#list + 1] = entry end
    seen[entry.ApplicationId] = true
  end
  made.ApplicationPolicies = list
end

function special.homeRealmDiscoveryPolicy(r, made)
  if next(made) == nil then made.AccelerateToFederatedDomain = r:once_in(2) end
end

--- What each method takes: how many inputs and parameters, with which names where those are
--- fixed; how many outputs at most.
local METHODS = {
  join = { claims = { 0, 2, { "string1", "string2" } },
           parameters = { 1, 3, { "separator", "string1", "string2" } }, outputs = 1 },
  extractmailprefix = { claims = { 1, 1 }, parameters = { 0, 2 }, outputs = 1 },
  tolowercase = { claims = { 1, 1 }, parameters = { 0, 2 }, outputs = 1 },
  touppercase = { claims = { 1, 1 }, parameters = { 0, 2 }, outputs = 1 },
  regexreplace = { claims = { 1, 3 }, parameters = { 2, 4 }, outputs = 1 },
  createstringclaim = { claims = { 0, 2 }, parameters = { 1, 3 }, outputs = 3 },
}

--- A list of `limits[1]` to `limits[2]` objects; `key` gets the names that are due in turn.
local function inputs(r, fields, limits, key, change)
  local list = {}
  for i = 1, r:int(limits[1], limits[2]) do
    local made = object(r, fields)
    if limits[3] then made[key] = limits[3][i] end
    if change then change(made) end
    list[i] = made
  end
  return list
end

local function find(fields, name)
  for _, field in ipairs(fields) do
    if field.name == name then return field end
  end
end

--- What fills an entry of ClaimsSchema: one of the three shapes, or a transformation.
local entry = {}

function entry.constant(r, made) made.Value, made.Source, made.ID = free_text(r, {}), nil, nil end

local ATTRIBUTES = {
  user = { "userprincipalname", "displayName", "mail", "extensionAttribute7", "employeeid" },
  application = { "displayname", "objectid", "tags" },
  company = { "tenantcountry" },
}

function entry.attribute(r, made)
  made.Source = r:pick { "user", "User", "application", "resource", "audience", "company" }
  made[r:pick { "ID", "Id" }] = r:pick(ATTRIBUTES[made.Source:lower()] or ATTRIBUTES.application)
end

function entry.extension(r, made)
  made.Source = r:pick { "user", "USER" }
  made.ExtensionID = "extension_" .. ("0a"):rep(16) .. "_" .. word(r, 1, 6)
end

function entry.transformed(r, made, transformations)
  made.Source, made[r:pick { "ID", "Id" }] = "transformation", word(r, 1, 9)
  made[r:pick { "TransformationId", "TransformationID" }] = r:pick(transformations).ID
end

local KEYS_OF_A_SOURCE = { "Value", "Source", "ID", "Id", "ExtensionID", "TransformationId",
                           "TransformationID" }

--- One entry of ClaimsSchema.
local function claim(r, fields, transformations)
  local made = object(r, fields)
  for _, key in ipairs(KEYS_OF_A_SOURCE) do made[key] = nil end
  local shapes = { "constant", "attribute", "attribute", "extension",
                   #transformations > 0 and "transformed" or "attribute" }
  entry[r:pick(shapes)](r, made, transformations)
  return made
end

--- One transformation, of claims with these IDs.
local function transformation(r, fields, id, ids)
  local name = value_of(r, find(fields, "TransformationMethod"))
  local method = METHODS[name:lower():gsub("%(%)$", "")]
  if #ids == 0 and method.claims[1] > 0 then
    name, method = "CreateStringClaim", METHODS.createstringclaim
  end
  local made = { ID = id, TransformationMethod = name }
  local function refer(item) item.ClaimTypeReferenceId = r:pick(ids) end
  if #ids > 0 then
    made.InputClaims = inputs(r, find(fields, "InputClaims").fields, method.claims,
                              "TransformationClaimType", refer)
  end
  made.InputParameters = inputs(r, find(fields, "InputParameters").fields, method.parameters, "ID")
  made.OutputClaims = inputs(r, find(fields, "OutputClaims").fields, { 1, method.outputs })
  return made
end

--- Entries and transformations that refer to one another.
function special.claimsMappingPolicy(r, made, fields)
  local claims, transformations, ids = {}, {}, {}
  local row = find(fields, "ClaimsTransformations")
  for i = 1, r:int(0, 3) do transformations[i] = { ID = word(r, 1, 6) .. i } end
  for i = 1, r:int(0, 4) do
    claims[i] = claim(r, find(fields, "ClaimsSchema").fields, transformations)
    ids[#ids + 1] = claims[i].ID or claims[i].Id
  end
  for i, stub in ipairs(transformations) do
    transformations[i] = transformation(r, row.fields, stub.ID, ids)
  end
  if made.ClaimsSchema or #claims > 0 then made.ClaimsSchema = claims end
  made[row.name], made[row.also] = nil, nil
  if #transformations > 0 or r:once_in(4) then made[name_of(r, row)] = transformations end
end

--- A definition without a problem that is an error: the inner table, Version left out or not.
---@param kind string
---@param r spec.Random
---@return table
function generator.definition(kind, r)
  local described = bylaw.describe(kind)
  if not described.fields then
    local made = {}
    for _ = 1, r:int(0, 4) do made["k" .. free_text(r, {})] = any(r, 1) end
    return made
  end
  local made = object(r, described.fields)
  if special[kind] then special[kind](r, made, described.fields) end
  return made
end

-- The same in other words ----------------------------------------------------------------------

local other = {}

function other.string(r, field, value)
  local plain = not (field.values or field.also_values)
  if field.format == "timespan" and value:find ":" then return span_text(r, seconds(value)) end
  return field.folded and (plain or r:once_in(2)) and recased(r, value) or value
end

function other.boolean(r, field, value)
  if not field.or_text then return value end
  local yes = value == true or value == "true" or value == "True"
  return r:pick(yes and { true, "true", "True" } or { false, "false", "False" })
end

function other.integer(r, field, value)
  if not field.or_text then return value end
  return r:once_in(2) and math.tointeger(tonumber(value)) or ("%d"):format(value)
end

local other_object

function other.array(r, field, value)
  local list = {}
  for i, item in ipairs(value) do
    list[i] = field.fields and other_object(r, field.fields, item)
      or other[field.item.type](r, field.item, item)
  end
  return field.unordered and r:shuffled(list) or list
end

function other.object(r, field, value) return other_object(r, field.fields, value) end

other_object = function(r, fields, value)
  local made = {}
  for _, field in ipairs(fields) do
    local old = value[field.name]
    if old == nil and field.also then old = value[field.also] end
    if old ~= nil then
      made[name_of(r, field)] = other[field.type](r, field, old)
    elseif field.filled and r:once_in(2) then
      made[field.name] = field.min
    end
  end
  return made
end

--- A definition that means the same: other spellings, spans, cases, orders of sets.
function generator.reworded(kind, r, definition)
  local fields = bylaw.describe(kind).fields
  return fields and other_object(r, fields, definition) or definition
end

-- What is expected of it -------------------------------------------------------------------------

local written_object

local function written(field, value)
  if field.type == "boolean" then
    local yes = tostring(value):lower() == "true"
    if field.as_text then return tostring(yes) end
    return yes
  end
  if field.type == "integer" then return math.tointeger(tonumber(value)) end
  if field.type == "object" then return written_object(field.fields, value) end
  if field.type ~= "array" or not field.fields then return value end
  local list = {}
  for i, item in ipairs(value) do list[i] = written_object(field.fields, item) end
  return list
end

written_object = function(fields, value)
  local made = {}
  for _, field in ipairs(fields) do
    local old = value[field.name]
    if old == nil and field.also then old = value[field.also] end
    if old == nil and field.filled then old = field.min end
    if old ~= nil then made[field.name] = written(field, old) end
  end
  return made
end

--- What a definition is once it was written and read again: Version filled in, booleans that a kind
--- writes as strings are strings, a second spelling has become the first; nothing else.
function generator.written(kind, definition)
  local fields = bylaw.describe(kind).fields
  return fields and written_object(fields, definition) or definition
end

-- Changes ----------------------------------------------------------------------------------------

--- The same table made in another order of its keys, so that they lie in another order in it.
function generator.rebuilt(r, value)
  if type(value) ~= "table" then return value end
  local keys, made = {}, {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i = 1, r:int(0, 8) do made["spare" .. i] = true end
  for _, key in ipairs(r:shuffled(keys)) do made[key] = generator.rebuilt(r, value[key]) end
  for i = 1, 8 do made["spare" .. i] = nil end
  return made
end

local function places(value, list)
  for key, inner in pairs(value) do
    if type(inner) == "table" and next(inner) ~= nil then
      places(inner, list)
    elseif type(inner) ~= "table" then
      list[#list + 1] = { value, key }
    end
  end
  return list
end

local function another(value)
  if type(value) == "boolean" then return not value end
  if type(value) == "number" then return value + 1 end
  return type(value) == "string" and value .. "x" or "x"
end

--- A copy with one value changed, and what it was; nil where there is no value to change.
function generator.changed(r, definition)
  local copy = generator.rebuilt(r, definition)
  local list = places(copy, {})
  if #list == 0 then return nil end
  local at = r:pick(list)
  at[1][at[2]] = another(at[1][at[2]])
  return copy
end

--- Whether two values are one, numbers of Lua by their value.
function generator.same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not generator.same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

return generator
