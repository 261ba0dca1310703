--- The completion for fish. Pure.
local words = require "bylaw.render.completion.words"

local HEAD = [[
# Completion of bylaw for fish; made by `bylaw completion fish`.

# Whether the first word that is no option is $argv[1]; '' is for none yet.
function __bylaw_verb
    for word in (commandline -opc)[2..-1]
        if not string match -q -- '-*' $word
            test "$word" = "$argv[1]"
            return
        end
    end
    test -z "$argv[1]"
end

# Whether none of these words was typed behind the verb.
function __bylaw_untyped
    set -l typed (commandline -opc)[3..-1]
    for word in $argv
        contains -- $word $typed; and return 1
    end
    return 0
end

complete -c bylaw -f]]

local function quoted(s) return "'" .. s:gsub("[\\']", "\\%0") .. "'" end

--- The names of an option as flags of `complete`.
local function flags(option)
  local list = {}
  for i, name in ipairs(option.names) do
    list[i] = name:sub(1, 2) == "--" and "-l " .. name:sub(3) or "-s " .. name:sub(2)
  end
  return table.concat(list, " ")
end

--- What follows: words that it can be, or files.
local function choice(list, files)
  return list[1] and " -a " .. quoted(table.concat(list, " ")) or files and " -F" or ""
end

---@param grammar bylaw.cli.Grammar
---@param given table<string, string[]>
---@return string
return function(grammar, given)
  local lines = { HEAD }
  local function put(when, form, ...)
    lines[#lines + 1] = ("complete -c bylaw -n %s "):format(quoted(when)) .. form:format(...)
  end
  local function put_option(when, option)
    local value = ""
    if option.argument then
      local list, files = words.of(option, given)
      value = (files and " -r" or " -x") .. choice(list, files)
    end
    put(when, "%s%s -d %s", flags(option), value, quoted(option.description))
  end
  for _, option in ipairs(grammar.options) do put_option("__bylaw_verb ''", option) end
  for _, verb in ipairs(grammar.verbs) do
    put("__bylaw_verb ''", "-a %s -d %s", verb.name, quoted(verb.summary))
  end
  for _, verb in ipairs(grammar.verbs) do
    local when = "__bylaw_verb " .. verb.name
    for _, option in ipairs(verb.options) do put_option(when, option) end
    local argument = verb.arguments[1]
    local list, files = {}, false
    if argument then list, files = words.of(argument, given) end
    if list[1] and not argument.many then
      when = when .. "; and __bylaw_untyped " .. table.concat(list, " ")
    end
    if list[1] or files then put(when, "%s", choice(list, files):sub(2)) end
  end
  return table.concat(lines, "\n")
end
