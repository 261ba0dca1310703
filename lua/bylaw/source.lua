--- Reads Lua files for the places of what they make: table constructors, their fields, and string
--- literals. A file is also written anew so that every table it makes is known by its constructor,
--- through locals, functions and loops. Pure.
local place = require "bylaw.place"

local source = {}

---@class bylaw.Source: bylaw.Text
---@field constructors bylaw.source.Constructor[]
---@field noted string   the text, every constructor inside a call that notes its number
---@field private tokens bylaw.source.Tokens

---@class bylaw.source.Constructor
---@field first integer   bytes
---@field last integer
---@field fields table<string|integer, bylaw.source.Field>

---@class bylaw.source.Field
---@field first integer  bytes, from the key
---@field last integer   to the end of the value
---@field from integer   tokens of the value
---@field to integer

---@class bylaw.source.Tokens
---@field kind string[]    "name", "string", "number", or the keyword or mark itself
---@field first integer[]  bytes
---@field last integer[]

--- The local that a file written anew calls: noted(number, table) gives the table.
source.NOTE = "__bylaw"

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch "%a+" do
  KEYWORDS[word] = true
end

local OPENS = { ["("] = true, ["["] = true, ["function"] = true, ["if"] = true, ["do"] = true,
  ["repeat"] = true }
local CLOSES = { [")"] = true, ["]"] = true, ["end"] = true, ["until"] = true }

--- Marks of more than one character; the longer ones first.
local MARKS = { "^%.%.%.", "^%.%.", "^[=~<>]=", "^//", "^::", "^<<", "^>>" }

--- The last byte of a long bracket that begins at a byte; nil where none does.
local function long_end(text, at)
  local level = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, last = text:find("]" .. level .. "]", at, true)
  return last
end

--- The first byte behind blanks and comments.
local function skip(text, at)
  while true do
    at = text:find("%S", at)
    if not at or text:sub(at, at + 1) ~= "--" then return at end
    at = (long_end(text, at + 2) or (text:find("\n", at, true) or #text)) + 1
  end
end

--- The last byte of a string in quotes.
local function quoted_end(text, at)
  local stop = "[\\" .. text:sub(at, at) .. "]"
  at = text:find(stop, at + 1)
  while at and text:byte(at) == 92 do at = text:find(stop, at + 2) end -- behind a backslash
  return at or #text
end

--- Kind and last byte of the token that begins at a byte.
local function token_at(text, at)
  local _, last = text:find("^[%a_][%w_]*", at)
  if last then
    local word = text:sub(at, last)
    return KEYWORDS[word] and word or "name", last
  end
  local c = text:sub(at, at)
  if c == '"' or c == "'" then return "string", quoted_end(text, at) end
  last = c == "[" and long_end(text, at)
  if last then return "string", last end
  if text:find("^%.?%d", at) then
    _, last = text:find("^0[xX][%x.]*[pP]?[+-]?%x*", at)
    if not last then _, last = text:find("^[%d.]*[eE][+-]?%d*", at) end
    if not last then _, last = text:find("^[%d.]*", at) end
    return "number", last
  end
  for _, mark in ipairs(MARKS) do
    _, last = text:find(mark, at)
    if last then return text:sub(at, last), last end
  end
  return c, at
end

local function tokens_of(text)
  local kind, first, last, n = {}, {}, {}, 0
  local at = skip(text, 1)
  while at do
    n = n + 1
    first[n] = at
    kind[n], last[n] = token_at(text, at)
    at = skip(text, last[n] + 1)
  end
  return { kind = kind, first = first, last = last, count = n }
end

--- The value of a string or number token.
local function value_of(self, i)
  local tokens = self.tokens
  local chunk = load("return " .. self.text:sub(tokens.first[i], tokens.last[i]), "", "t", {})
  return chunk and chunk()
end

--- The field that begins at token i: its key, where that can be told, and the value's first token.
local function begin_field(self, constructor, i)
  local kind = self.tokens.kind
  if kind[i] == "}" then return nil end
  local field = { first = self.tokens.first[i], from = i }
  if kind[i] == "name" and kind[i + 1] == "=" then
    field.key = self.text:sub(field.first, self.tokens.last[i])
    field.from = i + 2
  elseif kind[i] ~= "[" then
    constructor.count = constructor.count + 1
    field.key = constructor.count
  elseif (kind[i + 1] == "string" or kind[i + 1] == "number") and kind[i + 2] == "]" then
    field.key = value_of(self, i + 1)
    field.from = i + 4
  end
  return field
end

--- Ends the field that is open, before token i.
local function end_field(self, constructor, i)
  local field = constructor.field
  constructor.field = nil
  if not field or field.key == nil then return end
  field.to, field.last = i - 1, self.tokens.last[i - 1]
  constructor.fields[field.key] = field
end

--- Kinds of tokens after which a table is what they are called with.
local CALLED = { name = true, string = true, [")"] = true, ["]"] = true, ["}"] = true }

--- What stands before and behind a constructor so that its table is noted. Where a new statement
--- that begins with "(" follows, it must not become a call of what the note gives.
local function note(self, constructor, next_token)
  local call = ("%s(%d,"):format(source.NOTE, constructor.number)
  if constructor.called then return "(" .. call, "))" end
  return call, self.tokens.kind[next_token] == "(" and ");" or ")"
end

--- Goes over the tokens once: constructors, fields, and the text written anew.
local function walk(self)
  local tokens, stack, pieces, done = self.tokens, {}, {}, 1
  local function write(upto, inserted)
    pieces[#pieces + 1] = self.text:sub(done, upto)
    pieces[#pieces + 1] = inserted
    done = upto + 1
  end
  for i = 1, tokens.count do
    local kind, top = tokens.kind[i], stack[#stack]
    if kind == "{" then
      local number = #self.constructors + 1
      local made = { first = tokens.first[i], fields = {}, count = 0, number = number,
        called = CALLED[tokens.kind[i - 1]] }
      self.constructors[number], stack[#stack + 1] = made, made
      write(tokens.first[i] - 1, (note(self, made)))
      made.field = begin_field(self, made, i + 1)
    elseif kind == "}" and top then
      end_field(self, top, i)
      top.last, stack[#stack] = tokens.last[i], nil
      write(tokens.last[i], (select(2, note(self, top, i + 1))))
    elseif OPENS[kind] then
      stack[#stack + 1] = false
    elseif CLOSES[kind] then
      stack[#stack] = nil
    elseif top and (kind == "," or kind == ";") then
      end_field(self, top, i)
      top.field = begin_field(self, top, i + 1)
    end
  end
  pieces[#pieces + 1] = self.text:sub(done)
  self.noted = ("local %s = ...; "):format(source.NOTE) .. table.concat(pieces)
end

--- Scans a text that Lua can read.
---@param name string
---@param text string
---@return bylaw.Source
function source.scan(name, text)
  local self = { name = name, text = text, constructors = {} }
  self.tokens = tokens_of(text)
  walk(self)
  return self
end

--- Where the marking of a field ends: with its value, if that is short; a table is not.
local function shown_end(self, field)
  local tokens = self.tokens
  if tokens.kind[field.from] == "{" then
    local key = field.from >= 3 and tokens.kind[field.from - 1] == "=" and field.from - 2
    return key and tokens.last[key] or field.first
  end
  local found = place.of_bytes(self, field.first, field.last)
  local _, line_end = place.line(self, found.line)
  return math.min(field.last, line_end)
end

--- The place of a field of a constructor, from its key to the end of its value.
---@param self bylaw.Source
---@param number integer  of the constructor
---@param key string|integer
---@return bylaw.Place?
---@return bylaw.source.Field?
function source.field(self, number, key)
  local constructor = self.constructors[number]
  local field = constructor and constructor.fields[key]
  if not field then return nil end
  return place.of_bytes(self, field.first, shown_end(self, field)), field
end

--- The place of a name on a line, and of the string behind it; nil where it is not there, or twice.
---@param self bylaw.Source
---@param line integer
---@param name string
---@return bylaw.Place?
function source.word(self, line, name)
  local first, last = place.line(self, line)
  local tokens, found = self.tokens, nil
  if not first then return nil end
  for i = 1, tokens.count do
    local at = tokens.first[i]
    if at > last then break end
    if at >= first and tokens.kind[i] == "name" and self.text:sub(at, tokens.last[i]) == name then
      if found then return nil end
      found = i
    end
  end
  if not found then return nil end
  local behind = tokens.kind[found + 1] == "string" and found + 1 or found
  if tokens.last[behind] > last then behind = found end
  return place.of_bytes(self, tokens.first[found], tokens.last[behind])
end

local ESCAPES = { { "^\\x%x%x", 1 }, { "^\\%d%d?%d?", 1 }, { "^\\\r\n", 1 }, { "^\\\n\r", 1 },
  { "^\\.", 1 } }

--- Bytes of the file that an escape takes, and bytes of the value that it gives.
local function escape(text, at)
  local _, last = text:find("^\\z%s*", at)
  if last then return last - at + 1, 0 end
  local code = text:match("^\\u{(%x+)}", at)
  if code then return #code + 4, #utf8.char(tonumber(code, 16)) end
  for _, one in ipairs(ESCAPES) do
    _, last = text:find(one[1], at)
    if last then return last - at + 1, one[2] end
  end
  return 1, 1
end

--- The byte of the file at which byte `wanted` of a string token's value stands.
local function byte_in(self, i, wanted)
  local text, at = self.text, self.tokens.first[i]
  local long = text:match("^%[=*%[", at)
  at = at + (long and #long or 1)
  if long then at = text:match("^\r\n()", at) or text:match("^\n\r?()", at) or at end
  local count = 1
  while count < wanted do
    local taken, given = 1, 1
    if not long and text:byte(at) == 92 then
      taken, given = escape(text, at)
    elseif long and text:find("^\r\n", at) then
      taken = 2
    end
    at, count = at + taken, count + given
  end
  return not long and text:match("^\\z%s*()", at) or at -- what stands for no byte
end

--- Strings that are joined by "..", as tokens and their values; nil for anything else.
local function literals(self, from, to)
  local list, kind = {}, self.tokens.kind
  for i = from, to do
    if (i - from) % 2 == 1 then
      if kind[i] ~= ".." then return nil end
    else
      if kind[i] ~= "string" then return nil end
      list[#list + 1] = { token = i, value = value_of(self, i) }
    end
  end
  return list
end

--- The one token of the file whose value is this text.
local function only_literal(self, text)
  local found
  for i = 1, self.tokens.count do
    local length = self.tokens.last[i] - self.tokens.first[i]
    if self.tokens.kind[i] == "string" and length >= #text and value_of(self, i) == text then
      if found then return nil end
      found = { { token = i, value = text } }
    end
  end
  return found
end

--- The place of a byte of a text that a field holds: in its literals, or in the one literal of the
--- file that is that text; nil when the file does not show it.
---@param self bylaw.Source
---@param field? bylaw.source.Field
---@param text string
---@param byte integer
---@return bylaw.Place?
function source.in_text(self, field, text, byte)
  local list = field and literals(self, field.from, field.to)
  local whole = ""
  for _, one in ipairs(list or {}) do whole = whole .. one.value end
  if whole ~= text then list = only_literal(self, text) end
  for _, one in ipairs(list or {}) do
    if byte <= #one.value then return place.of_value(self, byte_in(self, one.token, byte)) end
    byte = byte - #one.value
  end
end

return source
