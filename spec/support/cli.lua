--- The command, run in this process (`call`) or as a process of its own (`spawn`).
local cli = {}

local main = require "bylaw.cli.main"
local shell = require "spec.support.shell"

---@class spec.Outcome
---@field code integer
---@field out string
---@field err string

--- A file that holds a text and is read from its beginning.
local function file_of(text)
  local file = assert(io.tmpfile())
  file:write(text)
  file:seek "set"
  return file
end

local function text_of(file)
  file:seek "set"
  local text = file:read "a"
  file:close()
  return text
end

--- An option that is to be left out of every command line, and whether it takes a value: so that
--- spec/bylaw/cli/flags_spec.lua can see a case fail without the option that it is about.
local LEFT_OUT, TAKES = (os.getenv "BYLAW_LEFT_OUT" or ""):match "^(%S+) ?(%S*)$"

local function without(arguments)
  if not LEFT_OUT then return arguments end
  local list, at = {}, 1
  while arguments[at] do
    local one = arguments[at]
    if one == LEFT_OUT then
      at = at + (TAKES ~= "" and 1 or 0)
    elseif one:sub(1, #LEFT_OUT + 1) ~= LEFT_OUT .. "=" then
      list[#list + 1] = one
    end
    at = at + 1
  end
  return list
end

--- The same of words for the shell.
local function words_without(arguments)
  if not LEFT_OUT then return arguments end
  local words = {}
  arguments = arguments:gsub("'[^']*'", function(word) return (word:gsub(" ", "\1")) end)
  for word in arguments:gmatch "%S+" do words[#words + 1] = (word:gsub("\1", " ")) end
  return table.concat(without(words), " ")
end

--- Runs it in this process, with an empty environment and without a terminal.
---@param arguments string[]
---@param given? { env?: table, terminal?: boolean, stdin?: string }
---@return spec.Outcome
function cli.call(arguments, given)
  given = given or {}
  local env = given.env or {}
  local stdin, out, err = file_of(given.stdin or ""), file_of "", file_of ""
  local code = main(without(arguments), {
    stdin = stdin, stdout = out, stderr = err,
    getenv = function(name) return env[name] end,
    is_terminal = function() return given.terminal or false end,
  })
  stdin:close()
  return { code = code, out = text_of(out), err = text_of(err) }
end

--- A word as the shell takes it.
function cli.quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

local here = shell.must("pwd"):gsub("\n", "")
cli.PROGRAM = cli.quote(here .. "/bin/bylaw")

--- Variables that would change what the command does.
cli.UNSET = "env -u CI -u BYLAW_TOKEN -u BYLAW_ENDPOINT -u BYLAW_CA_FILE -u NO_COLOR -u CLICOLOR "
  .. "-u CLICOLOR_FORCE -u COLUMNS -u XDG_CONFIG_HOME HOME=/nonexistent "

--- The command line that runs it in a folder.
---@param folder string
---@param arguments string  words for the shell
---@param env? string       NAME=VALUE words
function cli.line(folder, arguments, env)
  return ("cd '%s' && %s %s %s %s"):format(folder, cli.UNSET, env or "", cli.PROGRAM,
    words_without(arguments))
end

--- Runs it as a process in a folder.
---@param folder string
---@param arguments string  words for the shell
---@param env? string       NAME=VALUE words
---@return spec.Outcome
function cli.spawn(folder, arguments, env)
  local scratch = shell.scratch()
  local _, code = shell.run("{ %s\n} >'%s/out' 2>'%s/err' </dev/null",
    cli.line(folder, arguments, env), scratch, scratch)
  local outcome = { code = code, out = shell.read(scratch .. "/out"),
    err = shell.read(scratch .. "/err") }
  shell.remove(scratch)
  return outcome
end

--- Runs it as a process in a folder, sends it a signal once it is ready, and waits for its end.
---@param folder string     where its streams go too, as `out` and `err`
---@param arguments string  words for the shell
---@param env string        NAME=VALUE words
---@param signal string     such as "INT"
---@param is_ready fun(): boolean?  asked until it says so, for ten seconds
---@return spec.Outcome
function cli.interrupt(folder, arguments, env, signal, is_ready)
  local pipe = assert(io.popen(("cd '%s' && echo $$ >pid && exec %s %s %s %s >out 2>err </dev/null")
    :format(folder, cli.UNSET, env, cli.PROGRAM, words_without(arguments))))
  for _ = 1, 200 do
    if is_ready() then break end
    os.execute "sleep 0.05"
  end
  shell.must("kill -%s $(cat '%s/pid')", signal, folder)
  local _, _, code = pipe:close()
  return { code = code, out = shell.read(folder .. "/out"), err = shell.read(folder .. "/err") }
end

--- Runs it on a terminal of 80 columns, both streams together, as a person sees it.
---@param folder string
---@param arguments string  words for the shell
---@param typed? string     what the person types
---@param env? string       NAME=VALUE words
---@return string shown
---@return integer code
function cli.terminal(folder, arguments, typed, env)
  local script = "stty cols 80 rows 24 -echo; "
    .. cli.line(folder, arguments, "TERM=xterm " .. (env or ""))
  local shown, code = shell.run("printf %s | script -qec %s /dev/null",
    cli.quote((typed or ""):gsub("%%", "%%%%")), cli.quote(script))
  return shown:gsub("\r\n", "\n"), code
end

return cli
