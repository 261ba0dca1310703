--- bylaw schema: what may stand in a definition.
local core = require "bylaw.core"
local json_schema = require "bylaw.render.json_schema"
local kind_name = require "bylaw.cli.kind_name"
local text = require "bylaw.render.schema"

local USAGE = 64

local schema = {
  name = "schema",
  summary = "Show what may stand in a definition",
  usage = "bylaw schema [--json-schema] [KIND]",
  examples = {
    { "bylaw schema", "the kinds, a line each" },
    { "bylaw schema token-lifetime", "the settings of one" },
    { "bylaw schema claims-mapping --json-schema", "for editors" },
  },
  notes = "The JSON Schema (draft 2020-12) is that of the decoded definition, its\n"
    .. "wrapper included. What holds between properties is beyond it: `bylaw\n"
    .. "validate` checks that too.",
}

--- The kind that a name means; "policy" has no definition of its own.
local function convert(name)
  local kind, words = kind_name.convert(name)
  if kind ~= "policy" then return kind, words end
  return nil, ("'%s' holds definitions of every kind: name one of them"):format(name)
end

function schema.add_to(parser)
  parser:argument "KIND":target "kind":args "?":convert(convert)
    :description "tokenLifetimePolicy, token-lifetime and the\nlike."
  parser:flag "--json-schema":description "As a JSON Schema."
end

function schema.run(options, console)
  if options.kind then
    local kind = core.describe(options.kind)
    console:say(options.json_schema and json_schema.text(kind) or text.kind(kind))
    return 0
  end
  if options.json_schema then
    console:fail "--json-schema is about one kind: name it"
    return USAGE
  end
  local kinds = {}
  for i, name in ipairs(core.kinds) do kinds[i] = core.describe(name) end
  console:say(text.kinds(kinds))
  return 0
end

return schema
