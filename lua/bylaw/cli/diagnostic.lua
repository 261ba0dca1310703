--- One thing that is wrong with a file: what, in which policy, where, and what would be right.
--- Made of core's problems; `report` writes it for people. Pure.
local diagnostic = {}

local json_place = require "bylaw.cli.json_place"
local core = require "bylaw.core"
local place = require "bylaw.place"
local text = require "bylaw.cli.text"

---@class bylaw.cli.Diagnostic
---@field severity "error"|"warning"
---@field code string
---@field message string
---@field hint? string
---@field source? string
---@field path? string      JSON pointer into the policy
---@field address? string   kind and name of the policy
---@field file string
---@field place? bylaw.Place
---@field quote? bylaw.cli.Quote  the line of the file
---@field inside? bylaw.cli.Inside  where in the definition's text, if that is one

---@class bylaw.cli.Quote
---@field text string     the line, or what stands near the place in a long one
---@field first integer   the byte of the file at which it begins
---@field begins boolean  whether that is where the line begins

---@class bylaw.cli.Inside
---@field line integer
---@field column integer  in bytes
---@field text? string    that line, or what stands near, where the file does not show the place
---@field at? integer     the byte of `text` that is meant
---@field begins? boolean  whether the line begins where `text` does

local NEAR = 160 -- bytes of a long line that are quoted before a place, and behind it

--- How a policy is called in messages.
---@param policy bylaw.Policy
---@param number? integer  in its list, for one without a name
---@return string
function diagnostic.address(policy, number)
  local name = policy.displayName
  if type(name) == "string" then
    return ("%s %s"):format(policy.kind, text.quoted(text.cut(name, 60)))
  end
  return number and ("%s, number %d of the list"):format(policy.kind, number) or policy.kind
end

local function at(self, found)
  self.place = found or nil
  return self
end

--- Where quoting begins: at the line's first byte, or at a character near the place.
local function quote_from(s, first, at_byte)
  local from = at_byte - NEAR
  if from <= first then return first end
  while (s:byte(from) or 0) & 0xC0 == 0x80 do from = from + 1 end
  return from
end

--- The line that a place is in, for quoting.
local function quote(self, file)
  local found = self.place
  if not found then return self end
  local first, last = place.line(file, found.line)
  local from = quote_from(file.text, first, found.first)
  local line = file.text:sub(from, math.min(last, found.first + 2 * NEAR))
  if line:find "%S" then self.quote = { text = line, first = from, begins = from == first } end
  return self
end

--- Of a file as a whole.
---@param input bylaw.cli.Input
---@param code string
---@param message string
---@return bylaw.cli.Diagnostic
function diagnostic.of_file(input, code, message)
  return { severity = "error", code = code, message = message, file = input.name }
end

local function copy(problem, input)
  return {
    severity = problem.severity, code = problem.code, message = problem.message,
    hint = problem.hint, source = problem.source, path = problem.path, file = input.name,
  }
end

--- The byte of a text at a line and a column of bytes; the first byte of that line too.
local function byte_at(file, line, column)
  local first, last = place.line(file, line)
  if first then return first + column - 1, first, last end
end

--- Of a JSON file's text: the problem has its line and column there.
---@param input bylaw.cli.Input
---@param problem bylaw.Problem
---@return bylaw.cli.Diagnostic
function diagnostic.of_json(input, problem)
  local self = copy(problem, input)
  if problem.path == "" then self.path = nil end
  local byte = byte_at(input, problem.line or 1, problem.column or 1)
  return quote(at(self, byte and place.of_value(input, byte)), input)
end

--- Tells the line and column in a definition's text, and quotes it where the file does not show it.
local function show_inside(self, problem, definition)
  if not problem.line then return end
  self.inside = { line = problem.line, column = problem.column }
  local byte, first, last
  if definition then
    byte, first, last = byte_at({ text = definition }, problem.line, problem.column)
  end
  if not byte then return end
  local from = quote_from(definition, first, byte)
  self.inside.text = definition:sub(from, math.min(last, byte + NEAR))
  self.inside.at, self.inside.begins = byte - from + 1, from == first
end

--- The place in a JSON file of a problem that a policy of it has.
local function json_place_of(self, input, item, problem)
  local byte = problem.line and item.definition
    and byte_at({ text = item.definition }, problem.line, problem.column)
  local found = byte and item.base and json_place.in_text(input, item.base, byte)
  show_inside(self, problem, not found and item.definition or nil)
  if not item.base then return nil end
  local path = problem.path
  if problem.code == "missing_property" then path = path:gsub("/[^/]*$", "") end
  local kind = item.policy and item.policy.kind
  return found or json_place.of_path(input, item.base, path,
    core.wrappers[kind] or kind == "policy" and item.policy.type or nil)
end

--- Of a policy in a JSON file.
---@param input bylaw.cli.Input
---@param item table  with `base`, the pointer to the policy in the file, where there is one
---@param problem bylaw.Problem
---@return bylaw.cli.Diagnostic
function diagnostic.of_problem(input, item, problem)
  local self = copy(problem, input)
  self.address = item.address
  return quote(at(self, json_place_of(self, input, item, problem)), input)
end

--- Of declarations.
---@param problem bylaw.Problem  with its place
---@param files table<string, bylaw.Text>
---@return bylaw.cli.Diagnostic
function diagnostic.of_declared(problem, files)
  local found = problem.place or {}
  local self = copy(problem, { name = found.file or "the declarations" })
  self.address, self.rule = problem.address, problem.rule
  if self.path == "" then self.path = nil end
  show_inside(self, problem, problem.text)
  if found.line then quote(at(self, found), files[found.file]) end
  return self
end

--- Codes whose hint repeats the message.
local PLAIN = { missing_property = true, no_effect = true }

--- What would be right, and who says so.
---@param self bylaw.cli.Diagnostic
---@return string?
function diagnostic.advice(self)
  local pieces = {}
  if self.hint and not PLAIN[self.code] and not self.message:find("did you mean", 1, true) then
    pieces[1] = ("Did you mean %s?"):format(self.hint)
  end
  if self.source then pieces[#pieces + 1] = ("(%s)"):format(self.source) end
  return pieces[1] and table.concat(pieces, " ")
end

local function position(found, byte, column)
  return { line = found.line, column = column, byte = byte }
end

--- Lines and columns from 1, bytes from 0, the end exclusive.
local function range(self)
  local found = self.place
  if not found then return nil end
  local quoted = self.quote
  local marked = quoted and quoted.text:sub(found.first - quoted.first + 1,
    found.last - quoted.first + 1)
  local width = marked and (utf8.len(marked) or #marked)
    or found.first and found.last - found.first + 1 or 0
  return {
    filename = text.valid(self.file),
    start = position(found, found.first and found.first - 1, found.column),
    ["end"] = position(found, found.last, found.column + width),
  }
end

--- The diagnostic as data for JSON, with the member names that Terraform's users know.
---@param self bylaw.cli.Diagnostic
---@return table
function diagnostic.data(self)
  local advised = diagnostic.advice(self)
  return {
    severity = self.severity, code = self.code, summary = text.valid(self.message),
    detail = advised and text.valid(advised), hint = self.hint and text.valid(self.hint),
    source = self.source, address = self.address, path = self.path,
    filename = text.valid(self.file), range = range(self),
    snippet = self.quote and {
      code = text.valid(self.quote.text), start_line = self.place.line,
    },
    definition = self.inside and { line = self.inside.line, column = self.inside.column },
  }
end

return diagnostic
