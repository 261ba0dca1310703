--- bylaw schema: what may stand in a definition.
local common = require "bylaw.cli.common"
local core = require "bylaw.core"
local json_schema = require "bylaw.render.json_schema"
local kind_name = require "bylaw.cli.kind_name"
local pretty = require "bylaw.cli.pretty"
local text = require "bylaw.render.schema"
local words = require "bylaw.render.words"

local USAGE = 64

local schema = {
  name = "schema",
  summary = "Show what may stand in a definition",
  usage = "bylaw schema [options] [KIND]",
  examples = {
    { "bylaw schema", "the kinds, a line each" },
    { "bylaw schema token-lifetime", "the settings of one" },
    { "bylaw schema claims-mapping --json-schema", "for editors" },
    { "bylaw schema -o json", "all rows, for programs" },
  },
  notes = "The JSON Schema (draft 2020-12) is that of the decoded definition, its\n"
    .. "wrapper included. What holds between properties is beyond it: `bylaw\n"
    .. "validate` checks that too.",
}

--- The kind that a name means; "policy" has no definition of its own.
local function convert(name)
  local kind, why = kind_name.convert(name)
  if kind ~= "policy" then return kind, why end
  return nil, ("'%s' holds definitions of every kind: name one of them"):format(name)
end

function schema.add_to(parser)
  parser:argument "KIND":target "kind":args "?":convert(convert)
    :description "tokenLifetimePolicy, token-lifetime and the\nlike."
  parser:flag "--json-schema":description "As a JSON Schema."
  common.add_form(parser)
  common.add_color(parser)
end

local function rows(names, fields)
  local list = {}
  for name in names:gmatch "%S+" do
    list[#list + 1] = { name = name, fields = fields and fields[name] }
  end
  return list
end

--- The members of the JSON document, in the order in which they are written; a field may have
--- fields.
local FIELD = rows("name also type format required filled or_text as_text folded unordered min max "
  .. "values also_values trimmed default retired doc source item fields")
for _, row in ipairs(FIELD) do
  if row.name == "fields" or row.name == "item" then row.fields = FIELD end
end
local KIND = rows("name collection wrapper version targets doc source fields", { fields = FIELD })
local DOCUMENT = rows("format_version kinds", { kinds = KIND })

--- Takes away what stands for no maximum.
local function bound(fields)
  for _, field in ipairs(fields or {}) do
    field.min, field.max = words.limits(field)
    bound(field.item and { field.item })
    bound(field.fields)
  end
end

local function say_json(console, kinds)
  for _, kind in ipairs(kinds) do
    bound(kind.fields)
    if #kind.targets == 0 then kind.targets = core.json_read "[]" end
  end
  console:say(pretty.json({ format_version = "1.0", kinds = kinds }, DOCUMENT))
end

function schema.run(options, console)
  if options.json_schema and not options.kind then
    console:fail "--json-schema is about one kind: name it"
    return USAGE
  end
  local kinds = {}
  for i, name in ipairs(options.kind and { options.kind } or core.kinds) do
    kinds[i] = core.describe(name)
  end
  if options.json_schema then
    console:say(json_schema.text(kinds[1]))
  elseif options.output == "json" then
    say_json(console, kinds)
  else
    console:say(options.kind and text.kind(kinds[1]) or text.kinds(kinds))
  end
  return 0
end

return schema
