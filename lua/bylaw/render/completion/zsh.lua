--- The completion for zsh, by its _arguments. Pure.
local words = require "bylaw.render.completion.words"

local function escaped(s, characters) return (s:gsub("[\\" .. characters .. "]", "\\%0")) end

--- What an element can be, in the form of _arguments.
local function action(element, given)
  local list, files = words.of(element, given)
  if files then return "_files" end
  return list[1] and "(" .. table.concat(list, " ") .. ")" or " "
end

local function label(element) return escaped(element.argument or element.name, ":") end

--- The specification of an option; "(-q --quiet)" excludes its other spelling.
local function option_spec(option, given)
  local value = option.argument and (":%s:%s"):format(label(option), action(option, given)) or ""
  local description = ("[%s]"):format(escaped(option.description, "%[%]:"))
  local repeated = not option.argument and "(" .. table.concat(option.names, " ") .. ")" or ""
  local specs = {}
  for i, name in ipairs(option.names) do
    specs[i] = words.quoted(repeated .. name .. description .. value)
  end
  return specs
end

local function argument_spec(argument, position, given)
  local place = argument.many and "*" or tostring(position)
  return words.quoted(("%s:%s:%s"):format(place, label(argument), action(argument, given)))
end

---@param grammar bylaw.cli.Grammar
---@param given table<string, string[]>
---@return string
return function(grammar, given)
  local lines = { "#compdef bylaw",
    "# Completion of bylaw for zsh; made by `bylaw completion zsh`.",
    "", "_bylaw() {", "  local context state line", "  typeset -A opt_args", "  local -a verbs" }
  local function put(form, ...)
    lines[#lines + 1] = select("#", ...) > 0 and form:format(...) or form
  end
  local function put_specs(specs, indent)
    for i, spec in ipairs(specs) do put(indent .. "%s%s", spec, i < #specs and " \\" or "") end
  end
  put "  _arguments -C \\"
  local root = {}
  for _, option in ipairs(grammar.options) do
    table.move(option_spec(option, given), 1, #option.names, #root + 1, root)
  end
  root[#root + 1] = "'1:verb:->verb'"
  root[#root + 1] = "'*::argument:->argument'"
  put_specs(root, "    ")
  put "  case $state in"
  put "  verb)"
  put "    verbs=("
  for _, verb in ipairs(grammar.verbs) do
    put("      %s", words.quoted(verb.name .. ":" .. escaped(verb.summary, ":")))
  end
  put "    )"
  put "    _describe verb verbs ;;"
  put "  argument)"
  put "    case $words[1] in"
  for _, verb in ipairs(grammar.verbs) do
    local specs = {}
    for _, option in ipairs(verb.options) do
      table.move(option_spec(option, given), 1, #option.names, #specs + 1, specs)
    end
    for i, argument in ipairs(verb.arguments) do
      specs[#specs + 1] = argument_spec(argument, i, given)
    end
    put("    %s)", verb.name)
    put "      _arguments \\"
    put_specs(specs, "        ")
    put "      ;;"
  end
  put "    esac ;;"
  put "  esac"
  put "}"
  put ""
  put "if [[ $funcstack[1] == _bylaw ]]; then _bylaw \"$@\"; else compdef _bylaw bylaw; fi"
  return table.concat(lines, "\n")
end
