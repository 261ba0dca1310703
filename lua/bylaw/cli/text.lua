--- Text as a terminal may see it: nothing hidden, nothing that moves the cursor, and columns
--- that line up. Pure.
local words = require "bylaw.render.words"

local text = {}

--- Code points that are never written raw: controls, marks of direction, invisible separators.
local HIDDEN = {
  { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x200B, 0x200B },
  { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF },
  { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
}

--- Code points that take no column, and those that take two.
local NARROW = { { 0x300, 0x36F }, { 0x200C, 0x200D }, { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F } }
local WIDE = {
  { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 },
  { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 },
  { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD },
}

local NAMED = { [0x09] = "\\t", [0x0A] = "\\n", [0x0D] = "\\r" }

local function within(code, ranges)
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

--- Walks over a text: start and end of each character, and its code point; nil for a byte that is
--- no UTF-8.
local function characters(s)
  local at = 1
  return function()
    local first = at
    if first > #s then return nil end
    if not utf8.len(s, first, first) then
      at = first + 1
      return first, first, nil
    end
    at = utf8.offset(s, 2, first)
    return first, at - 1, utf8.codepoint(s, first)
  end
end

local function escape(s, kept)
  if not s:find "[%c\x7F-\xFF]" then return s end
  local pieces = {}
  for first, last, code in characters(s) do
    local piece = s:sub(first, last)
    if not code then
      piece = ("\\x%02X"):format(s:byte(first))
    elseif within(code, HIDDEN) and piece ~= kept then
      piece = NAMED[code] or ("\\u{%X}"):format(code)
    end
    pieces[#pieces + 1] = piece
  end
  return table.concat(pieces)
end

--- A text of one line, with what a terminal must not get written as an escape.
---@param s string
---@return string
function text.shown(s) return escape(s) end

--- The same for a text of many lines.
---@param s string
---@return string
function text.lines(s) return escape(s, "\n") end

--- The text in double quotes, as a name is shown.
---@param s string
---@return string
function text.quoted(s) return '"' .. text.shown(s):gsub('"', '\\"') .. '"' end

--- The text with every byte that is no UTF-8 replaced, fit for JSON.
---@param s string
---@return string
function text.valid(s)
  if utf8.len(s) then return s end
  local pieces = {}
  for first, last, code in characters(s) do
    pieces[#pieces + 1] = code and s:sub(first, last) or "\u{FFFD}"
  end
  return table.concat(pieces)
end

local function columns(code)
  if not code or code < 0x300 then return 1 end
  return within(code, NARROW) and 0 or within(code, WIDE) and 2 or 1
end

--- How many columns of a terminal a shown text takes.
---@param s string
---@return integer
function text.width(s)
  if not s:find "[\x80-\xFF]" then return #s end
  local width = 0
  for _, _, code in characters(s) do width = width + columns(code) end
  return width
end

--- The text in at most `width` columns; "..." tells that more was there.
---@param s string
---@param width integer
---@return string
function text.cut(s, width)
  if text.width(s) <= width then return s end
  local room, last = math.max(width - 3, 0), 0
  for _, finish, code in characters(s) do
    room = room - columns(code)
    if room < 0 then break end
    last = finish
  end
  return s:sub(1, last) .. ("..."):sub(1, width)
end

--- The last characters of a text that fit into `width` columns.
---@param s string
---@param width integer
---@return string
function text.tail(s, width)
  local excess = text.width(s) - width
  for first, _, code in characters(s) do
    if excess <= 0 then return s:sub(first) end
    excess = excess - columns(code)
  end
  return ""
end

--- The text filled up with blanks.
---@param s string
---@param width integer
---@return string
function text.pad(s, width) return s .. (" "):rep(width - text.width(s)) end

--- The text broken at blanks into lines of at most `width` columns, where that is possible.
---@param s string
---@param width integer
---@return string[]
function text.wrap(s, width) return words.wrap(s, width, text.width) end

--- The columns of a text that colours have been put into.
local function painted_width(s)
  return text.width(s:find("\27", 1, true) and s:gsub("\27%[[%d;]*m", "") or s)
end

--- A line that takes more columns than there are as several: broken at blanks, of which none gets
--- lost within quotes, and going on further in than it began. A word that fits on no line is left
--- to the terminal. Colours take no columns.
---@param line string
---@param width integer
---@return string
function text.fold(line, width)
  if painted_width(line) <= width then return line end
  local blanks = line:match "^[\27%[%d;m]*( *)"
  local margin = blanks .. (line:find "^[\27%[%d;m]* *# " and "#   " or "    ")
  local lines, current = {}, ""
  for piece in line:gmatch "%S* *" do
    local word = piece:gsub(" +$", "")
    local helps = #margin + painted_width(word) <= width
    if helps and current:find "%S" and painted_width(current .. word) > width then
      lines[#lines + 1] = current:gsub(" +$", "")
      current = margin
    end
    current = current .. piece
  end
  lines[#lines + 1] = current
  return table.concat(lines, "\n")
end

--- A number and its noun: "1 policy", "3 policies".
---@param count integer
---@param one string
---@param many? string  one .. "s" by default
---@return string
function text.count(count, one, many)
  return ("%d %s"):format(count, count == 1 and one or many or one .. "s")
end

return text
