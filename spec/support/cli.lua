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

--- Runs it in this process, with an empty environment and without a terminal.
---@param arguments string[]
---@param given? { env?: table, terminal?: boolean, stdin?: string }
---@return spec.Outcome
function cli.call(arguments, given)
  given = given or {}
  local env = given.env or {}
  local stdin, out, err = file_of(given.stdin or ""), file_of "", file_of ""
  local code = main(arguments, {
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
cli.UNSET = "env -u BYLAW_TOKEN -u BYLAW_ENDPOINT -u NO_COLOR -u CLICOLOR -u CLICOLOR_FORCE "
  .. "-u COLUMNS "

--- The command line that runs it in a folder.
---@param folder string
---@param arguments string  words for the shell
---@param env? string       NAME=VALUE words
function cli.line(folder, arguments, env)
  return ("cd '%s' && %s %s %s %s"):format(folder, cli.UNSET, env or "", cli.PROGRAM, arguments)
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

return cli
