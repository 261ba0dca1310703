--- What a shell offers behind `bylaw …`, asked of the shell itself. Each function asks about many
--- lines in one shell, since one takes its time to begin, and gives the words by line, sorted.
local shell = require "spec.support.shell"

local complete = {}

--- Runs a script, which prints what is offered behind each line and then a line `THE-END`; `word`
--- matches what is offered in a line of that.
local function run(folder, program, script, extension, lines, word)
  local path = folder .. "/ask." .. extension
  shell.write(path, script)
  local output = shell.must("cd '%s' && timeout 60 %s '%s' </dev/null", folder, program, path)
  local answers, at = {}, 1
  for part in output:gmatch "(.-)THE%-END\r?\n" do
    local list, seen = {}, {}
    for line in part:gmatch "[^\r\n]+" do
      local found = line:match(word)
      if found and not seen[found] then list[#list + 1] = found end
      seen[found or ""] = true
    end
    table.sort(list)
    answers[lines[at]], at = list, at + 1
  end
  assert(at == #lines + 1, output)
  return answers
end

--- A script's end: one piece a line.
local function each(lines, format)
  local pieces = {}
  for i, line in ipairs(lines) do pieces[i] = format(line) end
  return table.concat(pieces)
end

--- The words of a line that is still being typed; an empty last one behind a blank.
local function words_of(line)
  local words = {}
  for word in (line .. " "):gmatch "([^ ]*) " do words[#words + 1] = "'" .. word .. "'" end
  return words
end

function complete.bash(folder, file, lines)
  local script = ("source '%s'\n"):format(file) .. each(lines, function(line)
    local words = words_of(line)
    return ([[
COMPREPLY=()
COMP_WORDS=(%s)
COMP_CWORD=%d
_bylaw
[ ${#COMPREPLY[@]} = 0 ] || printf '%%s\n' "${COMPREPLY[@]}"
echo THE-END
]]):format(table.concat(words, " "), #words - 1)
  end)
  return run(folder, "bash --norc", script, "bash", lines, "^[^\t]*")
end

function complete.fish(folder, file, lines)
  local script = ("set fish_complete_path\nsource '%s'\n"):format(file)
    .. each(lines, function(line) return ("complete -C '%s'\necho THE-END\n"):format(line) end)
  return run(folder, ("env HOME='%s' fish --no-config"):format(folder), script, "fish", lines,
    "^[^\t]*")
end

--- zsh completes at its prompt alone: for each line one in a terminal of its own is typed into, and
--- what it would show is printed in place of being shown.
function complete.zsh(folder, file, lines)
  local script = ([=[
zmodload zsh/zpty
autoload -Uz compinit; compinit -u -d '%s/dump'
begin() {
  zpty z zsh -f -i
  zpty -w z 'PROMPT=; PS2=; autoload -Uz compinit; compinit -C -d %s/dump; source %s'
  zpty -w z 'compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    local -a hits; builtin compadd -A hits -D hits "$@"
    (( $#hits )) && print -rl -- "HIT:"${^hits}":"
    builtin compadd "$@"
  }'
  zpty -w z 'ask() { zle complete-word; print "THE-${:-END}"; exit; }'
  zpty -w z 'zle -N ask; bindkey "^I" ask'
  zpty -w z 'zle -C complete-word list-choices _main_complete'
  zpty -w z 'unsetopt zle_bracketed_paste 2>/dev/null; print RE"ADY"'
  while zpty -r z line '*READY*'; do break; done
}
show() {
  local line all=
  begin
  zpty -w -n z "$1"$'\t'
  while zpty -r z line; do all+=$line; [[ $line == *THE-END* ]] && break; done
  zpty -d z
  print -r -- ${all%%%%THE-END*}; print THE-END
}
]=]):format(folder, folder, file) .. each(lines, function(line)
    return ("show '%s'\n"):format(line)
  end)
  return run(folder, "zsh -f", script, "zsh", lines, "HIT:(.-):$")
end

return complete
