--- What a shell offers behind `bylaw …`, asked of the shell itself.
local shell = require "spec.support.shell"

local complete = {}

local function run(folder, program, script, extension)
  local path = folder .. "/ask." .. extension
  shell.write(path, script)
  return shell.must("cd '%s' && timeout 30 %s '%s' </dev/null", folder, program, path)
end

--- The lines of an output, sorted.
local function sorted(output)
  local list, seen = {}, {}
  for line in output:gmatch "[^\r\n]+" do
    local word = line:match "^[^\t]*"
    if not seen[word] then list[#list + 1] = word end
    seen[word] = true
  end
  table.sort(list)
  return list
end

--- The words of a line that is still being typed; an empty last one behind a blank.
local function words_of(line)
  local words = {}
  for word in (line .. " "):gmatch "([^ ]*) " do words[#words + 1] = word end
  return words
end

function complete.bash(folder, file, line)
  local words = words_of(line)
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = "'" .. word .. "'" end
  return sorted(run(folder, "bash --norc", ([[
source '%s'
COMP_WORDS=(%s)
COMP_CWORD=%d
_bylaw
[ ${#COMPREPLY[@]} = 0 ] || printf '%%s\n' "${COMPREPLY[@]}"
]]):format(file, table.concat(quoted, " "), #words - 1), "bash"))
end

function complete.fish(folder, file, line)
  return sorted(run(folder, ("env HOME='%s' fish --no-config"):format(folder),
    ("set fish_complete_path\nsource '%s'\ncomplete -C '%s'\n"):format(file, line), "fish"))
end

--- zsh completes at its prompt alone: one in a terminal of its own is typed into, and what it would
--- show is printed in place of being shown.
function complete.zsh(folder, file, line)
  local output = run(folder, "zsh -f", ([=[
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=; PS2=; autoload -Uz compinit; compinit -u -D; source %s'
zpty -w z 'compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits -D hits "$@"
  (( $#hits )) && print -rl -- "HIT:"${^hits}":"
  builtin compadd "$@"
}'
zpty -w z 'ask() { zle complete-word; print "THE-${:-END}"; exit; }; zle -N ask; bindkey "^I" ask'
zpty -w z 'zle -C complete-word list-choices _main_complete'
zpty -w z 'unsetopt zle_bracketed_paste 2>/dev/null; print RE"ADY"'
local line all=
while zpty -r z line '*READY*'; do break; done
zpty -w -n z $'%s\t'
while zpty -r z line; do all+=$line; [[ $line == *THE-END* ]] && break; done
print -r -- $all
]=]):format(file, line), "zsh")
  local hits = {}
  for word in output:gmatch "HIT:([^\r\n]-):[\r\n]" do hits[#hits + 1] = word end
  return sorted(table.concat(hits, "\n"))
end

return complete
