--- The regular expression of the time spans between two limits, as the core reads them:
--- [days.]hours:minutes:seconds, days of one to three digits, hours of one or two, the rest of two.
--- Pure.
local span_pattern = {}

--- A part of a text that is compared part by part: its least and its most value, and the pattern
--- of its values from a to b.
---@class bylaw.render.Part
---@field least integer
---@field most integer
---@field pattern fun(a: integer, b: integer): string

local function one_of(branches)
  if #branches == 1 then return branches[1] end
  return "(?:" .. table.concat(branches, "|") .. ")"
end

--- The limits `values` with all parts from `first` on replaced by their least or most.
local function opened(parts, values, first, limit)
  local open = { table.unpack(values, 1, #parts) }
  for i = first, #parts do open[i] = parts[i][limit] end
  return open
end

local function is_open(parts, values, first, limit)
  for i = first, #parts do
    if values[i] ~= parts[i][limit] then return false end
  end
  return true
end

--- The pattern of all that is from `low` to `high`, beginning with part `i`.
local function between(parts, low, high, i)
  local part = parts[i]
  if not part then return "" end
  local from, to = low[i], high[i]
  if from == to then return part.pattern(from, to) .. between(parts, low, high, i + 1) end
  local least, most = opened(parts, low, i + 1, "least"), opened(parts, high, i + 1, "most")
  local branches, last = {}, nil
  if not is_open(parts, low, i + 1, "least") then
    branches[1] = part.pattern(from, from) .. between(parts, low, most, i + 1)
    from = from + 1
  end
  if not is_open(parts, high, i + 1, "most") then
    last = part.pattern(to, to) .. between(parts, least, high, i + 1)
    to = to - 1
  end
  if from <= to then
    branches[#branches + 1] = part.pattern(from, to) .. between(parts, least, most, i + 1)
  end
  branches[#branches + 1] = last
  return one_of(branches)
end

---@type bylaw.render.Part
local DIGIT = {
  least = 0, most = 9,
  pattern = function(a, b)
    if a == b then return tostring(a) end
    return ("[%d%s%d]"):format(a, b - a > 1 and "-" or "", b)
  end,
}

--- The numbers from a to b, all written with `width` digits.
local function fixed(a, b, width)
  local parts, low, high = {}, {}, {}
  for i = width, 1, -1 do
    parts[i], low[i], high[i] = DIGIT, a % 10, b % 10
    a, b = a // 10, b // 10
  end
  return between(parts, low, high, 1)
end

--- The numbers from a to b with up to `width` digits, leading zeros among them.
local function padded(a, b, width)
  local branches = {}
  for digits = 1, width do
    local low = math.max(a, digits == 1 and 0 or 10 ^ (digits - 1) // 1 | 0)
    local high = math.min(b, 10 ^ digits // 1 - 1 | 0)
    local zeros = width - digits
    local head = zeros == 0 and "" or zeros == 1 and "0?" or ("0{0,%d}"):format(zeros)
    if low <= high then branches[#branches + 1] = head .. fixed(low, high, digits) end
  end
  return one_of(branches)
end

--- No days may be written as nothing at all.
local function days(a, b)
  if b == 0 then return "(?:0{1,3}\\.)?" end
  local written = padded(a, b, 3) .. "\\."
  return a == 0 and "(?:" .. written .. ")?" or written
end

---@type bylaw.render.Part[]
local SPAN = {
  { least = 0, most = 999, pattern = days },
  { least = 0, most = 23, pattern = function(a, b) return padded(a, b, 2) .. ":" end },
  { least = 0, most = 59, pattern = function(a, b) return fixed(a, b, 2) .. ":" end },
  { least = 0, most = 59, pattern = function(a, b) return fixed(a, b, 2) end },
}

local function values_of(span)
  local d, rest = span:match "^(%d+)%.(.*)$"
  local h, m, s = (rest or span):match "^(%d+):(%d+):(%d+)$"
  return { tonumber(d or 0), tonumber(h), tonumber(m), tonumber(s) }
end

--- The pattern without anchors.
---@param min string  such as "00:10:00"
---@param max string  such as "90.00:00:00"
---@return string
function span_pattern.of(min, max) return between(SPAN, values_of(min), values_of(max), 1) end

return span_pattern
