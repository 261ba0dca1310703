--- Where in a file something stands: lines and columns, and the key that a problem's path names.
--- Files are searched as text, so a place is only given where there is no doubt. Pure.
local place = {}

local core = require "bylaw.core"

local LONG = 400 -- bytes of a line that are looked at as a whole

---@class bylaw.cli.Place
---@field line integer    from 1
---@field column integer  from 1, in characters
---@field first integer   bytes of the file, from 1
---@field last integer
---@field whole boolean   the whole line is meant

--- The line that a byte is in, and the byte at which that line begins.
local function line_at(s, byte)
  local line, start = 1, 1
  for after in s:gmatch "\n()" do
    if after > byte then break end
    line, start = line + 1, after
  end
  return line, start
end

--- First and last byte of a line, its break left out; nil when the text has no such line.
---@param s string
---@param line integer
---@return integer? first
---@return integer? last
function place.line(s, line)
  local first = 1
  for _ = 2, line do
    local found = s:find("\n", first, true)
    if not found then return nil end
    first = found + 1
  end
  local last = (s:find("\n", first, true) or #s + 1) - 1
  if s:byte(last) == 13 then last = last - 1 end -- CR
  return first, last
end

local function make(s, first, last, whole)
  local line, start = line_at(s, first)
  local before = s:sub(start, first - 1)
  return {
    line = line, column = (utf8.len(before) or #before) + 1,
    first = first, last = last, whole = whole,
  }
end

--- The whole of a line, without the blanks around it.
---@param s string
---@param line integer
---@return bylaw.cli.Place?
function place.of_line(s, line)
  local first, last = place.line(s, line)
  if not first then return nil end
  local blanks, content = s:sub(first, math.min(last, first + LONG)):match "^(%s*)(.-)%s*$"
  first = first + #blanks
  return make(s, first, first + #content - 1, true)
end

local function blank(s) return (s:gsub("[^\n]", " ")) end

--- A Lua text with its comments blanked out, of the same length. (What looks like a comment in a
--- string goes too: fewer places are found, and none is wrong.)
---@param s string
---@return string
function place.without_comments(s)
  s = s:gsub("(%-%-%[(=*)%[.-%]%2%])", blank)
  return (s:gsub("%-%-[^\n]*", blank))
end

local VALUES = { '^%s*"[^"\n]*"', "^%s*'[^'\n]*'", '^%s*\\"[^"\n]*"', "^%s*[%w_.-]+" }

--- The end of a scalar that begins behind `at`; `key_end` where none does.
local function value_end(s, at, key_end)
  for _, pattern in ipairs(VALUES) do
    local _, last = s:find(pattern, at)
    if last then return last end
  end
  return key_end
end

--- What begins at a line and a column of bytes.
---@param s string
---@param line integer
---@param column integer  from 1
---@return bylaw.cli.Place?
function place.of_byte(s, line, column)
  local start = place.line(s, line)
  if not start then return nil end
  local first = start + column - 1
  return make(s, first, value_end(s, first, first), false)
end

--- Where the one occurrence of a piece between two bytes begins.
local function only(s, piece, from, to)
  local first, last = s:find(piece, from, true)
  if not first or last > to then return nil end
  local again, finish = s:find(piece, last + 1, true)
  return not (again and finish <= to) and first or nil
end

--- What begins at a byte of a text that stands in the file, as it is or with JSON's escapes; nil
--- when the text is not found, or twice.
---@param s string
---@param inner string  the text
---@param byte integer  of the text
---@param from integer  the bytes between which it stands
---@param to integer
---@return bylaw.cli.Place?
function place.in_text(s, inner, byte, from, to)
  local function written(piece)
    local json = core.json_write(piece)
    return json and json:sub(2, -2)
  end
  local start, before = only(s, inner, from, to), inner:sub(1, byte - 1)
  if not start then
    local escaped = written(inner)
    start, before = escaped and only(s, escaped, from, to), written(before)
  end
  if not start or not before then return nil end
  local first = start + #before
  return make(s, first, value_end(s, first, first), false)
end

--- The one place between two bytes at which a key gets a value, as `key =`, `["key"] =`,
--- `"key":` or `\"key\":`; nil when there is none or more than one.
local function only_key(s, key, from, to)
  local pattern = "%f[%w_]" .. key:gsub("%p", "%%%0") .. "%f[^%w_]()\\*[\"']?%]?%s*[=:]%f[^=:]()"
  local first, _, key_end, behind = s:find(pattern, from)
  if not first or first > to then return nil end
  local again = s:find(pattern, behind)
  if again and again <= to then return nil end
  return first, value_end(s, behind, key_end - 1), behind
end

--- The place of the last key of a path (a JSON pointer), or of the nearest one above it that can
--- be told apart; nil when there is none.
---@param s string      the file, Lua's comments blanked out
---@param path string
---@param from integer  the bytes between which the policy stands
---@param to integer
---@return bylaw.cli.Place?
function place.of_path(s, path, from, to)
  local first, last
  for step in path:gmatch "/([^/]*)" do
    if not step:find "^%d+$" then
      local key = step:gsub("~1", "/"):gsub("~0", "~")
      local at, finish, behind = only_key(s, key, from, to)
      if not at then break end
      first, last, from = at, finish, behind
    end
  end
  return first and make(s, first, last, false)
end

return place
