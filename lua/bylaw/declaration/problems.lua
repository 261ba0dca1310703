--- Problems of declarations and their places: of a line, a word, a field of a policy, a byte in a
--- definition's text.
local problems = {}

local core = require "bylaw.core"
local place = require "bylaw.place"
local source = require "bylaw.source"

--- Adds a problem of the files; gives it.
function problems.add(self, code, message, more)
  local problem = { severity = "error", code = code, path = "", message = message }
  for name, value in pairs(more or {}) do problem[name] = value end
  table.insert(self.desired.problems, problem)
  return problem
end

--- The place of a line of a file, or of a word on it.
function problems.place_on(self, name, line, word)
  local text = self.by_name[name]
  if not text or not line then return nil end
  return word and text.tokens and source.word(text, line, word) or place.of_line(text, line)
end

--- The file and the constructor that made a table.
local function origin_of(self, value)
  local number = self.sandbox:origin(value)
  if not number then return nil end
  return self.files[number >> 32], number & 0xFFFFFFFF
end

--- The key of a table that a step of a JSON pointer names.
local function key_of(value, step)
  local key = step:gsub("~1", "/"):gsub("~0", "~")
  if rawlen(value) > 0 and key:find "^%d+$" then return tonumber(key) + 1 end
  return key
end

--- What a definition's pointer goes on in: inside the wrapper, inside the list of one text.
local function inside(value, wrapper)
  if type(value) ~= "table" then return value, nil end
  if wrapper and type(value[wrapper]) == "table" then return value[wrapper], wrapper end
  if rawlen(value) == 1 and type(value[1]) == "string" then return value[1], 1 end
  return value, nil
end

--- Follows a pointer through what was declared: the place of its last known step, and, for that
--- step, the file, the field and the value.
function problems.follow(self, declared, pointer)
  local value, found = declared.properties, { place = declared.place }
  local function enter(key)
    local text, number = origin_of(self, value)
    local at, field
    if text then at, field = source.field(text, number, key) end
    if at then found = { place = at, field = field, text = text } end
    value = value[key]
    found.value = value
  end
  local depth = 0
  for step in pointer:gmatch "/([^/]*)" do
    depth = depth + 1
    if type(value) ~= "table" then break end
    enter(key_of(value, step))
    if depth == 1 and step == "definition" then
      local _, key = inside(value, core.wrappers[declared.kind])
      if key then enter(key) end
    end
    if value == nil then break end
  end
  return found
end

--- The one text of a definition.
local function text_of(definition)
  local text = inside(definition)
  return type(text) == "string" and text or nil
end

--- The byte of a text at a line and a column of bytes.
local function byte_of(text, line, column)
  local first = place.line({ text = text }, line)
  return first and first + column - 1
end

--- Gives a problem of a policy its place, and that in the definition's text where it has one.
function problems.locate(self, declared, problem)
  problem.address = declared.address
  local pointer = problem.path
  if problem.code == "missing_property" then pointer = pointer:gsub("/[^/]*$", "") end
  local found = problems.follow(self, declared, pointer)
  problem.place = found.place
  local text = problem.line and text_of(declared.properties.definition)
  if not text then return problem end
  problem.text = text
  local byte = byte_of(text, problem.line, problem.column)
  local holder = problems.follow(self, declared, "/definition")
  local at = byte and holder.text and source.in_text(holder.text, holder.field, text, byte)
  if at then
    problem.place, problem.text = at, nil
  else
    problem.place = holder.place
  end
  return problem
end

--- Adds a problem of a declared policy at a pointer.
function problems.add_to(self, declared, code, path, message, hint)
  return problems.locate(self, declared,
    problems.add(self, code, message, { path = path, hint = hint }))
end

return problems
