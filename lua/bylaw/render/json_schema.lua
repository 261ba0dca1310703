--- A kind as a JSON Schema (draft 2020-12) of its decoded definition, for editors and for other
--- languages. It says what the rows of the kind say; what holds between properties is left to
--- `bylaw.validate`. Pure.
local json_schema = {}

local core = require "bylaw.core"
local by_rank = require("bylaw.render.order").by_rank
local span_pattern = require "bylaw.render.span_pattern"
local words = require "bylaw.render.words"

local DRAFT = "https://json-schema.org/draft/2020-12/schema"
local BEYOND = "What holds between properties is not said here: `bylaw validate` checks it too."

--- Keywords in the order in which they are written; a table of properties has its own order.
local KEYWORDS = {}
for i, keyword in ipairs {
  "$schema", "$id", "title", "description", "$comment", "deprecated", "default", "type", "const",
  "enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern",
  "anyOf", "allOf", "not", "required", "additionalProperties", "properties", "items",
} do
  KEYWORDS[keyword] = i
end

local LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

--- What the core takes for a GUID, an absolute URI, a domain name.
local PATTERNS = {
  guid = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
  uri = [=[[A-Za-z][A-Za-z0-9+.-]*:[^\x00- "<>\\^`{|}\x7f]+]=],
  domain = ("(?:%s\\.)+%s"):format(LABEL, LABEL),
}

local LONGEST_DOMAIN = 253
local NO_BLANKS_AROUND = "(?:[^ \\t\\n\\r](?:[\\s\\S]*[^ \\t\\n\\r])?)?"

local function anchored(pattern) return "^" .. pattern .. "$" end

--- A text's pattern in which case does not count.
local function folded(text)
  return (text:gsub("[%^%$%(%)%.%[%]%*%+%?{}|\\]", "\\%0"):gsub("%a", function(letter)
    return "[" .. letter:upper() .. letter:lower() .. "]"
  end))
end

--- The texts of a list, offered as they are documented, taken in any case where that is so.
local function choices(field, values)
  if not field.folded then return { { enum = values } } end
  local patterns = {}
  for i, value in ipairs(values) do patterns[i] = folded(value) end
  local pattern = anchored("(?:" .. table.concat(patterns, "|") .. ")")
  return { { enum = values }, { pattern = pattern } }
end

--- What a text must be that is none of a list.
local function meaning(field)
  if field.format == "timespan" then
    return { pattern = anchored(span_pattern.of(field.min, field.max)) }
  elseif field.format then
    return { pattern = anchored(PATTERNS[field.format]),
      maxLength = field.format == "domain" and LONGEST_DOMAIN or nil }
  end
  local min, max = words.limits(field) -- bytes; JSON Schema counts characters, of 1 to 4 bytes
  return { minLength = min and (min + 3) // 4, maxLength = max,
    pattern = field.trimmed and anchored(NO_BLANKS_AROUND) or nil }
end

local function of_string(field)
  local values = field.values or field.also_values
  local branches = values and choices(field, values) or {}
  if not field.values then branches[#branches + 1] = meaning(field) end
  local schema = #branches == 1 and branches[1] or { anyOf = branches }
  schema.type = "string"
  return schema
end

local function of_boolean(field)
  if not field.or_text then return { type = "boolean" } end
  return { enum = { true, false, "true", "false", "True", "False" } }
end

local function of_integer(field)
  local min, max = words.limits(field)
  local number = { type = "integer", minimum = min, maximum = max }
  if min and min == max then number = { type = "integer", const = min } end
  if not field.or_text then return number end
  local digits = min and min == max and tostring(min) or "(?:0|[1-9][0-9]*)"
  return { anyOf = { number, { type = "string", maxLength = 18, pattern = anchored(digits) } } }
end

local of_field, of_object

local function of_array(field, order)
  local min, max = words.limits(field)
  return { type = "array", minItems = min, maxItems = max,
    items = field.fields and of_object(field.fields, order) or of_field(field.item, order) }
end

local OF_TYPE = {
  string = of_string, boolean = of_boolean, integer = of_integer, array = of_array,
  object = function(field, order) return of_object(field.fields, order) end,
  any = function() return {} end,
}

--- A row's default as the value that it stands for.
local function default_of(field)
  if field.type ~= "boolean" then return field.default end
  if field.default then return field.default == "true" end
end

function of_field(field, order)
  local schema = OF_TYPE[field.type](field, order)
  schema.description = field.doc
  schema["$comment"] = field.source
  schema.default = default_of(field)
  if field.retired then
    schema.deprecated = true
    schema.description = ("%s; %s"):format(field.doc, field.retired)
  end
  return schema
end

--- A property of two names: at most one of them; exactly one where it is required.
local function spelled(field)
  local name, also = { required = { field.name } }, { required = { field.also } }
  local both = { required = { field.name, field.also } }
  return field.required and { anyOf = { name, also }, ["not"] = both } or { ["not"] = both }
end

---@param order table<table, string[]>  takes the keys of tables of properties, in their order
function of_object(fields, order)
  local properties, names, required, spellings = {}, {}, {}, {}
  for _, field in ipairs(fields) do
    for _, name in ipairs { field.name, field.also } do
      properties[name] = of_field(field, order)
      names[#names + 1] = name
    end
    if field.also then
      properties[field.also].description = ("%s in another spelling: %s"):format(field.name,
        properties[field.name].description)
      spellings[#spellings + 1] = spelled(field)
    elseif field.required then
      required[#required + 1] = field.name
    end
  end
  order[properties] = names
  return { type = "object", properties = properties, additionalProperties = false,
    required = required[1] and required, allOf = spellings[1] and spellings }
end

--- The schema of a kind's decoded definition, its wrapper around it, and the order of the keys
--- of its tables of properties.
---@param kind bylaw.Kind
---@return table schema
---@return table<table, string[]> order
function json_schema.of(kind)
  local order = {}
  local inner = kind.fields and of_object(kind.fields, order) or {}
  local schema = inner
  if kind.wrapper then
    inner.description = kind.doc
    schema = { type = "object", required = { kind.wrapper }, additionalProperties = false,
      properties = { [kind.wrapper] = inner } }
  else
    schema.description = kind.doc
  end
  schema["$schema"] = DRAFT
  schema["$id"] = "urn:bylaw:schema:" .. kind.name
  schema.title = kind.name .. ", its decoded definition"
  schema["$comment"] = kind.fields and ("%s. %s"):format(kind.source, BEYOND) or kind.source
  return schema, order
end

local function keys_of(object, order) return order[object] or by_rank(object, KEYWORDS) end

local write

--- Items in one line where none of them is a table.
local function write_list(list, order, indent)
  local written, nested = {}, false
  for i, item in ipairs(list) do
    written[i] = write(item, order, indent .. "  ")
    nested = nested or type(item) == "table"
  end
  if not nested then return "[" .. table.concat(written, ", ") .. "]" end
  local gap = "\n" .. indent .. "  "
  return "[" .. gap .. table.concat(written, "," .. gap) .. "\n" .. indent .. "]"
end

function write(value, order, indent)
  if type(value) ~= "table" then return assert(core.json_write(value)) end
  if #value > 0 then return write_list(value, order, indent) end
  local lines = {}
  for i, key in ipairs(keys_of(value, order)) do
    lines[i] = ("%s  %s: %s"):format(indent, assert(core.json_write(key)),
      write(value[key], order, indent .. "  "))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "}"
end

--- The schema as indented JSON; equal kinds are equal bytes.
---@param kind bylaw.Kind
---@return string  lines, the last without a line break
function json_schema.text(kind)
  local schema, order = json_schema.of(kind)
  return write(schema, order, "")
end

return json_schema
