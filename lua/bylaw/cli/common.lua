--- Options that several verbs share.
local common = {}

--- Forms for CI, of what judges.
common.JUDGED = { "sarif", "junit", "github", "azuredevops" }
--- Those, and the page for people.
common.PLANNED = { "html", table.unpack(common.JUDGED) }

--- How results are written; `more`: forms beside text and json.
function common.add_form(parser, more)
  local forms = { "text", "json", table.unpack(more or {}) }
  local few = #forms < 4
  parser:option "-o":hidden_name "--output":target "output"
    :description(few and "Form of the result (also --output)."
      or "Form of the result (also --output):\n"
        .. table.concat(forms, ", "):gsub(", github", ",\ngithub") .. ".")
    :choices(forms):argname(few and table.concat(forms, "|") or "FORM")
  common.add_json(parser)
end

--- That, and how much is told, and in which colours.
function common.add_output(parser, more)
  common.add_form(parser, more)
  common.add_manner(parser)
end

function common.add_json(parser)
  parser:flag "--json":description "The same as -o json."
    :action(function(options) options.output = "json" end)
end

function common.add_color(parser)
  parser:option "--color"
    :description "Colours; auto asks the terminal and\nNO_COLOR, CLICOLOR, CLICOLOR_FORCE."
    :choices { "auto", "always", "never" }
    :argname "auto|always|never"
  parser:flag "--no-color":description "The same as --color never."
    :action(function(options) options.color = "never" end)
end

--- Colours and how much is told.
function common.add_manner(parser)
  common.add_color(parser)
  parser:flag "-q --quiet"
    :description "Only results and errors."
end

--- Reads an option that is a number of seconds.
function common.seconds(given)
  local seconds = tonumber((given:gsub("^([%d.]+)s$", "%1")))
  if seconds and seconds >= 0 and seconds <= 86400 then return seconds end
  return nil, ("seconds are due, from 0 to 86400, not '%s'"):format(given)
end

--- How long a verb that creates looks for what may have been created.
function common.add_consistency(parser)
  parser:option "--consistency":argname "SECONDS":convert(common.seconds)
    :description "How long a write may take to show in reads;\n120 by default."
end

--- The kind of a body that does not say it.
function common.add_kind(parser)
  parser:option "--kind"
    :description "Kind of the JSON bodies, where their\ndefinition does not say it."
    :argname "KIND"
    :convert(require "bylaw.cli.kind_name".convert)
end

--- The kind that a verb is about.
function common.add_kind_argument(parser)
  return parser:argument "KIND"
    :description "tokenLifetimePolicy, token-lifetime and the\nlike; policy is the legacy endpoint."
    :target "kind"
    :convert(require "bylaw.cli.kind_name".convert)
end

return common
