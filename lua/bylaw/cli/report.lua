--- Diagnostics as lines for people: in words on a terminal, behind a compiler's first line
--- elsewhere, so that editors find the place.
local report = {}

local diagnostic = require "bylaw.cli.diagnostic"
local text = require "bylaw.cli.text"

---@class bylaw.cli.Look
---@field paint fun(style: string, s: string): string
---@field columns? integer  of the terminal; nil: the lines go elsewhere

local ELSEWHERE = 100 -- columns of a quoted line where there is no terminal

local function on_one_line(s) return text.shown((s:gsub("\t", "  "))) end

--- A line as it is quoted, and the blanks and carets under its bytes `first` to `last`. `begins`:
--- nothing of it was left out before.
local function excerpt(line, first, last, begins, room)
  local before = on_one_line(line:sub(1, first - 1))
  local marked, behind = on_one_line(line:sub(first, last)), on_one_line(line:sub(last + 1))
  if begins then before = before:gsub("^ +", "") end
  local fits = begins and text.width(before .. marked .. behind) <= room
  if not fits and (not begins or text.width(before) > room // 2) then
    before = "..." .. text.tail(before, room // 2 - 3)
  end
  local shown = text.cut(before .. marked .. behind, room)
  local carets = math.min(text.width(marked), room - text.width(before))
  return shown, (" "):rep(text.width(before)) .. ("^"):rep(math.max(carets, 1))
end

--- A quoted line with its number before it, and carets below it.
local function add_quote(lines, look, number, line, first, last, begins)
  local margin = ("  %d: "):format(number)
  local room = (look.columns or ELSEWHERE) - #margin - 1
  local shown, carets = excerpt(line, first, last, begins, room)
  lines[#lines + 1] = look.paint("dim", margin) .. shown
  lines[#lines + 1] = (" "):rep(#margin) .. look.paint("green", carets)
end

local STYLE = { error = "red", warning = "yellow" }
local WORD = { error = "Error:", warning = "Warning:" }

--- The first line: in a compiler's form where an editor may read it.
local function head(self, look)
  local style = STYLE[self.severity]
  local message = text.shown(self.message)
  if self.path and self.path ~= "" then message = text.shown(self.path) .. ": " .. message end
  if look.columns then
    local lines = text.wrap(WORD[self.severity] .. " " .. message, look.columns - 2)
    lines[1] = lines[1]:gsub("^%S+", function(word) return look.paint(style, word) end)
    return table.concat(lines, "\n  ")
  end
  local where = text.shown(self.file)
  if self.place then where = ("%s:%d:%d"):format(where, self.place.line, self.place.column) end
  return ("%s: %s: %s"):format(where,
    look.paint(style, ("%s[%s]"):format(self.severity, self.code)), message)
end

local function add_wrapped(lines, look, s)
  for i, line in ipairs(text.wrap(s, (look.columns or math.huge) - 4)) do
    lines[#lines + 1] = (i == 1 and "  " or "    ") .. line
  end
end

--- File, line and policy; no more than the policy where the first line has the rest.
local function whereabouts(self, look)
  local words = look.columns and "on " .. text.shown(self.file)
  if words and self.place then words = ("%s line %d"):format(words, self.place.line) end
  local address = self.address and "in " .. self.address
  words = words and address and words .. ", " .. address or words or address
  return words and (self.quote and words .. ":" or words)
end

--- The line of the file, and the line of the definition's text where that is another.
local function add_quotes(self, lines, look)
  local found, within, quoted = self.place, self.inside, self.quote
  if quoted then
    local before = quoted.first - 1
    add_quote(lines, look, found.line, quoted.text, found.first - before, found.last - before,
      quoted.begins)
    if found.whole then lines[#lines] = nil end
  end
  if not within then return end
  add_wrapped(lines, look, ("at line %d, column %d of the definition's text%s"):format(within.line,
    within.column, within.text and ":" or ""))
  if within.text then
    add_quote(lines, look, within.line, within.text, within.at, within.at, within.begins)
  end
end

--- The diagnostic as lines of text.
---@param self bylaw.cli.Diagnostic
---@param look bylaw.cli.Look
---@return string[]
function report.lines(self, look)
  local lines = { head(self, look) }
  local where, advised = whereabouts(self, look), diagnostic.advice(self)
  if where then add_wrapped(lines, look, where) end
  add_quotes(self, lines, look)
  if advised then add_wrapped(lines, look, text.shown(advised)) end
  return lines
end

--- Writes diagnostics to stdout, where they are the result, or to stderr.
---@param diagnostics bylaw.cli.Diagnostic[]
---@param console bylaw.cli.Console
---@param result boolean
function report.write(diagnostics, console, result)
  local look = { columns = console:columns(result and 1 or 2) }
  function look.paint(style, s)
    if result then return console:on_stdout(style, s) end
    return console:on_stderr(style, s)
  end
  for _, one in ipairs(diagnostics) do
    if one.severity == "error" or not console.quiet then
      local written = table.concat(report.lines(one, look), "\n")
      if look.columns then written = written .. "\n" end
      if result then console:say(written) else console:complain(written) end
    end
  end
end

return report
