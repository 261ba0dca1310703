--- Places in JSON files: of the member that a pointer names, also inside a definition that is JSON
--- in a string. Pure.
local json_place = {}

local core = require "bylaw.core"
local place = require "bylaw.place"

--- The first byte behind blanks and comments.
local function skip(s, at)
  while true do
    at = s:find("%S", at)
    if not at then return #s + 1 end
    local comment = s:match("^//[^\n]*()", at) or s:match("^/%*.-%*/()", at)
    if not comment then return at end
    at = comment
  end
end

--- The last byte of a string; of the text, where it has no end.
local function string_end(s, at)
  local stop = "[\\" .. s:sub(at, at) .. "]"
  local found = s:find(stop, at + 1)
  while found and s:byte(found) == 92 do found = s:find(stop, found + 2) end -- a backslash
  return found or #s
end

local function is_quote(c) return c == '"' or c == "'" end

--- The last byte of a value.
local function value_end(s, at)
  local c, depth = s:sub(at, at), 0
  if is_quote(c) then return string_end(s, at) end
  if c ~= "{" and c ~= "[" then
    local _, last = s:find("^[^%s,%]}]+", at)
    return last or at
  end
  repeat
    c = s:sub(at, at)
    if is_quote(c) then at = string_end(s, at) end
    if c == "{" or c == "[" then depth = depth + 1 end
    if c == "}" or c == "]" then depth = depth - 1 end
    if depth == 0 then return at end
    at = skip(s, at + 1)
  until at > #s
  return #s
end

--- The text of a string between two bytes; nil where it is none.
local function text_of(s, first, last)
  local text = core.json_read(s:sub(first, last), true)
  return type(text) == "string" and text or nil
end

---@class bylaw.cli.Member
---@field key integer    first byte of the key, or of an item
---@field first integer  bytes of the value
---@field last integer

--- Goes over the members of an object, or the items of a list, that begins at a byte: key (from 0
--- in a list) and member.
local function members(s, at)
  local object, index = s:sub(at, at) == "{", -1
  at = skip(s, at + 1)
  return function()
    if at > #s or s:find("^[}%]]", at) then return nil end
    local member, key = { key = at }, tostring(index + 1)
    if object then
      local last = value_end(s, at)
      key = text_of(s, at, last) or s:sub(at, last)
      at = s:match("^:()", skip(s, last + 1)) or last + 1
    end
    index = index + 1
    member.first = skip(s, at)
    member.last = value_end(s, member.first)
    at = skip(s, member.last + 1)
    at = s:match("^,()", at) and skip(s, at + 1) or at
    return key, member
  end
end

local function is_table(s, at) return s:find("^[{%[]", at) ~= nil end

--- The last member of that key, as reading takes the last one.
local function member_of(s, at, wanted)
  local found
  if not is_table(s, at) then return nil end
  for key, member in members(s, at) do
    if key == wanted then found = member end
  end
  return found
end

--- The one item of a list, or the one member of that name.
local function only(s, at, name)
  local found, count = nil, 0
  if not is_table(s, at) then return nil end
  for key, member in members(s, at) do
    count = count + 1
    if key == name then found = member end
  end
  return count == 1 and found or nil
end

--- The byte of the file at which byte `wanted` of a string's text stands; `first` is its quote.
local function byte_in(s, first, wanted)
  local at, count = first + 1, 1
  while count < wanted and at <= #s do
    local taken, given = 1, 1
    if s:find("^\\u%x%x%x%x", at) then
      local high = tonumber(s:sub(at + 2, at + 5), 16)
      taken, given = 6, high < 0x80 and 1 or high < 0x800 and 2 or 3
      if high >= 0xD800 and high < 0xDC00 and s:find("^\\u", at + 6) then taken, given = 12, 4 end
    elseif s:byte(at) == 92 then
      taken = 2
    end
    at, count = at + taken, count + given
  end
  return at
end

--- Follows the steps from the value at a byte: the last member that is there.
local function follow(s, at, steps, from)
  local found
  for i = from, #steps do
    local member = member_of(s, at, steps[i])
    if not member then break end
    found, at = member, member.first
  end
  return found
end

--- The string that a definition is, in the file: its member; nil where it is a table.
local function definition_string(s, member)
  local item = s:sub(member.first, member.first) == "[" and only(s, member.first, "0") or member
  return is_quote(s:sub(item.first, item.first)) and item or nil
end

--- What a pointer inside a definition names.
local function in_definition(s, member, steps, from, wrapper)
  local string, text, at = definition_string(s, member), s, member.first
  if string then
    text = text_of(s, string.first, string.last)
    at = text and skip(text, 1)
  end
  if not text then return member end
  local inner = wrapper and only(text, at, wrapper)
  local found = follow(text, inner and inner.first or at, steps, from) or inner
  if not found then return member end
  if not string then return found end
  local function out(byte) return byte_in(s, string.first, byte) end
  return { key = out(found.key), first = out(found.first), last = out(found.last + 1) - 1 }
end

local function steps_of(path)
  local steps = {}
  for step in path:gmatch "/([^/]*)" do
    steps[#steps + 1] = step:gsub("~1", "/"):gsub("~0", "~")
  end
  return steps
end

--- The place of a member: with its value where that is short and on its line.
local function place_of(self, member)
  local s, last = self.text, member.last
  if is_table(s, member.first) or s:sub(member.key, last):find "\n" then
    last = value_end(s, member.key)
    if is_table(s, member.key) then last = member.key end
  end
  return place.of_bytes(self, member.key, last)
end

--- The place of what a pointer names, or of the nearest above it that is there.
---@param self bylaw.Text
---@param base string      pointer to the policy in the file: "" or "/0"
---@param path string      pointer into the policy
---@param wrapper? string  of its kind's definition
---@return bylaw.Place?
function json_place.of_path(self, base, path, wrapper)
  local s, steps = self.text, steps_of(path)
  local at = skip(s, 1)
  local found = follow(s, at, steps_of(base), 1)
  if found then at = found.first end
  if steps[1] == "definition" and steps[2] then
    local member = member_of(s, at, "definition")
    if member then return place_of(self, in_definition(s, member, steps, 2, wrapper)) end
  end
  found = follow(s, at, steps, 1) or found
  return found and place_of(self, found)
end

--- The place of a byte of the text that a definition is.
---@param self bylaw.Text
---@param base string
---@param byte integer
---@return bylaw.Place?
function json_place.in_text(self, base, byte)
  local s = self.text
  local found = follow(s, skip(s, 1), steps_of(base .. "/definition"), 1)
  local string = found and is_quote(s:sub(skip(s, 1), skip(s, 1))) == false
    and definition_string(s, found)
  return string and place.of_value(self, byte_in(s, string.first, byte)) or nil
end

return json_place
