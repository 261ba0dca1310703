--- Places in a text: bytes become lines and columns. Pure.
local place = {}

local LONG = 400 -- bytes of a line that are looked at as a whole

---@class bylaw.Place
---@field file string     as it is shown
---@field line integer    from 1
---@field column integer  from 1, in characters
---@field first integer   bytes of the file, from 1
---@field last integer
---@field whole? true     no more than the line is known

---@class bylaw.Text
---@field name string    of the file
---@field text string    all of it
---@field private starts? integer[]  the bytes at which its lines begin

--- The bytes at which the lines begin; found once a text.
local function starts_of(self)
  if self.starts then return self.starts end
  local starts = { 1 }
  for after in self.text:gmatch "\n()" do starts[#starts + 1] = after end
  self.starts = starts
  return starts
end

--- The line that a byte is in.
local function line_at(starts, byte)
  local low, high = 1, #starts
  while low < high do
    local middle = (low + high + 1) // 2
    if starts[middle] <= byte then low = middle else high = middle - 1 end
  end
  return low
end

--- First and last byte of a line, its break left out; nil when the text has no such line.
---@param self bylaw.Text
---@param line integer
---@return integer? first
---@return integer? last
function place.line(self, line)
  local starts = starts_of(self)
  local first = starts[line]
  if not first then return nil end
  local last = (starts[line + 1] or #self.text + 2) - 2
  if self.text:byte(last) == 13 then last = last - 1 end -- CR
  return first, last
end

--- The place of some bytes.
---@param self bylaw.Text
---@param first integer
---@param last integer
---@return bylaw.Place
function place.of_bytes(self, first, last)
  local starts = starts_of(self)
  local line = line_at(starts, first)
  local before = self.text:sub(starts[line], first - 1)
  return { file = self.name, line = line, column = (utf8.len(before) or #before) + 1,
    first = first, last = last }
end

--- The whole of a line, without the blanks around it.
---@param self bylaw.Text
---@param line integer
---@return bylaw.Place?
function place.of_line(self, line)
  local first, last = place.line(self, line)
  if not first then return nil end
  local blanks, content = self.text:sub(first, math.min(last, first + LONG)):match "^(%s*)(.-)%s*$"
  first = first + #blanks
  local found = place.of_bytes(self, first, first + #content - 1)
  found.whole = true
  return found
end

local VALUES = { '^"[^"\n]*"', "^'[^'\n]*'", '^\\"[^"\n]*"', "^[%w_.-]+" }

--- The scalar of a JSON text that begins at a byte, or the byte alone.
---@param self bylaw.Text
---@param first integer
---@return bylaw.Place
function place.of_value(self, first)
  for _, pattern in ipairs(VALUES) do
    local _, last = self.text:find(pattern, first)
    if last then return place.of_bytes(self, first, last) end
  end
  return place.of_bytes(self, first, first)
end

return place
