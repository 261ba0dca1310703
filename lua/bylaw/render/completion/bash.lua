--- The completion for bash. Pure.
local words = require "bylaw.render.completion.words"

local HEAD = [=[
# Completion of bylaw for bash; made by `bylaw completion bash`.

# Whether one of the words in $1 was typed already.
_bylaw_typed() {
  local i word
  for ((i = 2; i < COMP_CWORD; i++)); do
    for word in $1; do [[ ${COMP_WORDS[i]} == "$word" ]] && return 0; done
  done
  return 1
}

# What begins with $1: words of $2, options of $3 where it is one, files where
# $4 is set.
_bylaw_offer() {
  local list=$2 found
  [[ $1 == -* ]] && list=$3
  COMPREPLY=()
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -W "$list" -- "$1")
  [[ -z $4 || $1 == -* ]] && return
  compopt -o filenames 2>/dev/null
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -f -- "$1")
}

_bylaw() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local verb= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -* ]] && continue
    verb=${COMP_WORDS[i]}
    break
  done
  case $verb in]=]

local TAIL = [[
  esac
}

complete -F _bylaw bylaw]]

--- The options that take a value, each with what it can be.
local function put_values(put, options, given)
  for _, option in ipairs(options) do
    if option.argument then
      local list, files = words.of(option, given)
      put("    %s) _bylaw_offer \"$word\" '%s' ''%s; return ;;",
        table.concat(option.names, " | "), table.concat(list, " "), files and " 1" or " ''")
    end
  end
end

local function put_verb(put, verb, given)
  put("  %s)", verb.name)
  put "    case $before in"
  put_values(put, verb.options, given)
  put "    esac"
  local argument = verb.arguments[1]
  local list, files = {}, false
  if argument then list, files = words.of(argument, given) end
  put("    local words='%s'", table.concat(list, " "))
  if list[1] and not argument.many then put "    _bylaw_typed \"$words\" && words=" end
  put("    _bylaw_offer \"$word\" \"$words\" '%s'%s ;;",
    table.concat(words.names(verb.options), " "), files and " 1" or " ''")
end

---@param grammar bylaw.cli.Grammar
---@param given table<string, string[]>
---@return string
return function(grammar, given)
  local lines = { HEAD }
  local function put(form, ...)
    lines[#lines + 1] = select("#", ...) > 0 and form:format(...) or form
  end
  put("  '') _bylaw_offer \"$word\" '%s' '%s' ;;", table.concat(given.verb, " "),
    table.concat(words.names(grammar.options), " "))
  for _, verb in ipairs(grammar.verbs) do put_verb(put, verb, given) end
  put(TAIL)
  return table.concat(lines, "\n")
end
