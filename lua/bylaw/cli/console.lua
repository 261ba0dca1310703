--- The command's two streams and what is known about the terminal behind them. Results go to
--- stdout, everything else to stderr.
local console = {}

local text = require "bylaw.cli.text"

local STYLES = { bold = "1", dim = "2", red = "1;31", yellow = "1;33", green = "32" }

---@class bylaw.cli.Console
---@field stdout file*
---@field stderr file*
---@field stdin file*
---@field getenv fun(name: string): string?
---@field is_terminal fun(fd: integer): boolean
---@field quiet boolean    only results and errors
---@field verbose boolean  requests are told
---@field automated boolean  CI is set: no hints, no bar, and nothing is asked
---@field failure? string  why stdout took no more
---@field private terminals table<integer, boolean>  by file descriptor
---@field private width? integer  columns of the terminal
local Console = {}
Console.__index = Console

--- Whether a file descriptor is a terminal: Lua cannot ask, the shell can.
local function is_terminal(fd)
  return os.execute(("test -t %d"):format(fd)) == true
end

--- A console; `given` replaces any of its fields.
---@param given? table
---@return bylaw.cli.Console
function console.new(given)
  local self = {
    stdout = io.stdout, stderr = io.stderr, stdin = io.stdin,
    getenv = os.getenv, is_terminal = is_terminal,
    quiet = false, verbose = false, color = "auto", terminals = {},
  }
  for key, value in pairs(given or {}) do self[key] = value end
  local ci = self.getenv "CI" or ""
  self.automated = ci ~= "" and ci ~= "0" and ci:lower() ~= "false"
  return setmetatable(self, Console)
end

--- Takes over the options that every verb has.
---@param options table
function Console:configure(options)
  self.color = options.color or "auto"
  self.quiet = options.quiet or false
  self.verbose = options.verbose or false
end

--- Whether a file descriptor is a terminal; asked once.
---@param fd integer
---@return boolean
function Console:on_terminal(fd)
  if self.terminals[fd] == nil then self.terminals[fd] = self.is_terminal(fd) end
  return self.terminals[fd]
end

--- Whether colours are wanted: the flag, then CLICOLOR_FORCE, NO_COLOR, CLICOLOR, the terminal.
local function wants_color(self, fd)
  if self.color ~= "auto" then return self.color == "always" end
  local force, no_color = self.getenv "CLICOLOR_FORCE", self.getenv "NO_COLOR"
  if force and force ~= "" and force ~= "0" then return true end
  if no_color and no_color ~= "" then return false end
  if self.getenv "CLICOLOR" == "0" or self.getenv "TERM" == "dumb" then return false end
  return self:on_terminal(fd)
end

local function paint(self, fd, style, s)
  return wants_color(self, fd) and ("\27[%sm%s\27[0m"):format(STYLES[style], s) or s
end

--- A text in a style, for stdout or for stderr.
---@param style "bold"|"dim"|"red"|"yellow"|"green"
---@param s string
---@return string
function Console:on_stdout(style, s) return paint(self, 1, style, s) end

---@param style "bold"|"dim"|"red"|"yellow"|"green"
---@param s string
---@return string
function Console:on_stderr(style, s) return paint(self, 2, style, s) end

local function width_of(self)
  local given = tonumber(self.getenv "COLUMNS")
  if given then return math.max(given // 1, 20) end
  local pipe = io.popen "stty size 2>/dev/null </dev/tty"
  local size = pipe and pipe:read "l"
  if pipe then pipe:close() end
  local found = size and tonumber(size:match " (%d+)$")
  return found and found > 0 and math.max(found, 20) or 80
end

--- Columns of the terminal that a stream is; nil when it is none.
---@param fd integer
---@return integer?
function Console:columns(fd)
  if not self:on_terminal(fd) then return nil end
  if not self.width then self.width = width_of(self) end
  return self.width
end

--- Folds the lines of a text where a stream is a terminal that is too narrow for them.
local function folded(self, fd, s)
  local width = self:columns(fd)
  return width and s:gsub("[^\n]+", function(line) return text.fold(line, width) end) or s
end

--- Writes a line of the result.---@param line string  already fit to be shown
function Console:say(line) self:write(line .. "\n") end

--- Writes a line of a result for people, folded where the terminal is too narrow.
---@param line string  already fit to be shown
function Console:say_folded(line) self:say(folded(self, 1, line)) end

--- Writes a result as it is.
---@param content string
function Console:write(content)
  local done, why = self.stdout:write(content)
  if not done then self.failure = self.failure or why end
end

--- Writes a line that is not the result; nothing when it is to be quiet.
---@param line string
function Console:tell(line)
  if not self.quiet then self:complain(line) end
end

--- Writes a line of an error or a warning, behind the results so far.
---@param line string
function Console:complain(line)
  self.stdout:flush()
  self.stderr:write(line, "\n")
end

--- Tells what went wrong, as "bylaw: message" with what helps below it.
---@param message string
---@param below? string[]
function Console:fail(message, below)
  self:complain(folded(self, 2, self:on_stderr("red", "bylaw:") .. " " .. text.lines(message)))
  for _, line in ipairs(below or {}) do
    self:complain(folded(self, 2, "  " .. text.shown(line)))
  end
end

--- Whether somebody is there to answer.
---@return boolean
function Console:can_ask() return not self.automated and self:on_terminal(0) end

--- Asks on the terminal. nil: nobody is there to answer.
---@param question string
---@return string?
function Console:ask(question)
  if not self:can_ask() then return nil end
  self.stdout:flush()
  self.stderr:write(question, " ")
  return self.stdin:read "l" or ""
end

--- Writes what is pending; false when the results did not reach stdout.
---@return boolean
function Console:finish()
  local done, why = self.stdout:flush()
  if not done then self.failure = self.failure or why end
  if not self.failure then return true end
  self:fail("the results could not be written: " .. self.failure)
  return false
end

return console
