--- How long tokens live, against the limits that the kind's table has: a row a value. Pure.
local core = require "bylaw.core"
local escape = require "bylaw.render.html.escape"

local lifetimes = {}

---@class bylaw.html.Lifetime   a policy's own, before and after
---@field name string
---@field before? table  definition, decoded
---@field after? table

local KIND = "tokenLifetimePolicy"
local MOST = 24 -- rows of a property; more are gathered by value
local WIDTH, LEFT, RIGHT, ROW = 960, 300, 860, 26
local LETTERS = 38

local TICKS = {
  { 60, "1 min" }, { 600, "10 min" }, { 1800, "30 min" }, { 3600, "1 h" }, { 7200, "2 h" },
  { 14400, "4 h" }, { 28800, "8 h" }, { 57600, "16 h" }, { 86400, "1 day" },
  { 604800, "7 days" }, { 2592000, "30 days" }, { 7776000, "90 days" }, { 31536000, "1 year" },
}
local GAP = 58 -- between the words of two ticks

local function cut(name)
  local length = utf8.len(name)
  if not length or length <= LETTERS then return name end
  return name:sub(1, utf8.offset(name, LETTERS) - 1) .. "\u{2026}"
end

-- Rows -------------------------------------------------------------------------------------------

local function text_of(definition, name)
  local value = type(definition) == "table" and definition[name]
  return type(value) == "string" and value or nil
end

local function is_unlimited(row, text)
  for _, one in ipairs(row.also_values or {}) do
    if one == text then return true end
  end
  return false
end

--- The policies that have the property, before or after.
local function rows_of(row, policies)
  local rows = {}
  for _, one in ipairs(policies) do
    local before, after = text_of(one.before, row.name), text_of(one.after, row.name)
    if before or after then
      rows[#rows + 1] = { name = one.name, before = before, after = after,
        is_new = one.before == nil, is_gone = one.after == nil }
    end
  end
  return rows
end

--- Rows with the same values as one.
local function gathered(rows)
  local list, known = {}, {}
  for _, row in ipairs(rows) do
    local key = (row.before or "") .. ">" .. (row.after or "")
    if not known[key] then
      known[key] = { before = row.before, after = row.after, count = 0, is_new = row.is_new,
        is_gone = row.is_gone }
      list[#list + 1] = known[key]
    end
    known[key].count = known[key].count + 1
  end
  for _, row in ipairs(list) do
    row.name = row.count == 1 and "1 policy" or ("%d policies"):format(row.count)
  end
  table.sort(list, function(a, b)
    if a.count ~= b.count then return a.count > b.count end
    return (a.after or a.before) .. (a.before or "") < (b.after or b.before) .. (b.before or "")
  end)
  return list
end

-- One property -----------------------------------------------------------------------------------

--- Where a number of seconds stands: by its logarithm, a little room on both sides of the limits.
local function scale(row)
  local min, max = core.seconds(row.min), core.seconds(row.max)
  local low, high = math.log(min * 0.75), math.log(max * (row.also_values and 2.2 or 1.25))
  return { min = min, max = max, x = function(seconds)
    local share = (math.log(math.max(seconds, 1)) - low) / (high - low)
    return LEFT + math.min(math.max(share, 0), 1) * (RIGHT - LEFT)
  end }
end

--- Where a value stands; nil for what is no time.
local function x_of(row, axis, text)
  if not text then return nil end
  if is_unlimited(row, text) then return RIGHT end
  local seconds = core.seconds(text)
  return seconds and axis.x(seconds)
end

local function is_outside(row, axis, text)
  local seconds = text and not is_unlimited(row, text) and core.seconds(text)
  return seconds and (seconds < axis.min or seconds > axis.max)
end

local function add_axis(pieces, row, axis, height)
  local a, b = axis.x(axis.min), axis.x(axis.max)
  pieces[#pieces + 1] = ('<rect class="band" x="%.1f" y="22" width="%.1f" height="%d" rx="3"/>\n')
    :format(a, b - a, height - 26)
  local last = -math.huge
  for _, tick in ipairs(TICKS) do
    local x = axis.x(tick[1])
    if tick[1] >= axis.min * 0.99 and tick[1] <= axis.max * 1.01 and x - last >= GAP then
      last = x
      pieces[#pieces + 1] = ('<line class="grid" x1="%.1f" x2="%.1f" y1="22" y2="%d"/>'
        .. '<text class="quiet number" x="%.1f" y="14" text-anchor="middle">%s</text>\n'):format(x,
        x, height - 4, x, tick[2])
    end
  end
  local usual = x_of(row, axis, row.default)
  if usual then
    pieces[#pieces + 1] = ('<line class="default" x1="%.1f" x2="%.1f" y1="22" y2="%d"/>\n'):format(
      usual, usual, height - 4)
  end
end

local function action_of(one)
  if one.is_new then return "create" end
  if one.is_gone then return "delete" end
  return one.before == one.after and "" or "update"
end

local function words_of(one, row, axis)
  local words = one.after or one.before
  if one.before and one.after and one.before ~= one.after then
    words = one.before .. " \u{2192} " .. one.after
  elseif not one.after and not one.is_gone then
    words = words .. " \u{2192} default"
  end
  if is_outside(row, axis, one.after) then words = words .. ", outside" end
  return words
end

local function add_row(pieces, one, row, axis, y)
  local x, was = x_of(row, axis, one.after or one.before), x_of(row, axis, one.before)
  pieces[#pieces + 1] = ('<g><title>%s</title><text x="%d" y="%.1f" text-anchor="end">%s</text>\n')
    :format(escape(one.name), LEFT - 18, y + 4.5, escape(cut(one.name)))
  if x and was and math.abs(x - was) > 1 then
    pieces[#pieces + 1] = ('<line class="move" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>'
      .. '<circle class="was" cx="%.1f" cy="%d" r="4"/>\n'):format(was, x, y, y, was, y)
  end
  local action = action_of(one)
  if x then
    pieces[#pieces + 1] = ('<circle class="node %s" cx="%.1f" cy="%d" r="5"/>\n'):format(action, x,
      y)
  end
  x = x or was or LEFT
  local is_far = math.max(x, was or x) > RIGHT - 150
  local at = is_far and math.min(x, was or x) - 12 or math.max(x, was or x) + 12
  pieces[#pieces + 1] = ('<text class="number %s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>'
    .. "</g>\n"):format(action, at, y + 4.5, is_far and "end" or "start",
    escape(words_of(one, row, axis)))
end

local function caption(row, left_out)
  local words = { ('<span><i class="band"></i>%s to %s</span>'):format(escape(row.min),
    escape(row.max)) }
  if row.default then
    words[#words + 1] = ("<span>dotted: %s, where nothing is said</span>"):format(
      escape(row.default))
  end
  if left_out > 0 then
    words[#words + 1] = ("<span>%d more values are not drawn</span>"):format(left_out)
  end
  return "<figcaption>" .. table.concat(words) .. "</figcaption>\n"
end

local function add_property(parts, row, rows)
  local shown = #rows > MOST and gathered(rows) or rows
  local count = math.min(#shown, MOST)
  local axis, height = scale(row), 30 + count * ROW
  local label = ("%s of %d policies, against its limits"):format(row.name, #rows)
  local pieces = { ('<h3>%s <small>%s%s</small></h3>\n<figure>\n<div class="wide" tabindex="0" '
    .. 'role="group" aria-label="%s">\n<svg viewBox="0 0 %d %d" role="img" aria-label="%s">\n')
    :format(escape(row.name), escape(row.doc or ""), row.retired and "; without effect" or "",
      label, WIDTH, height, label) }
  add_axis(pieces, row, axis, height)
  for i = 1, count do add_row(pieces, shown[i], row, axis, 12 + i * ROW) end
  pieces[#pieces + 1] = "</svg>\n</div>\n" .. caption(row, #shown - count) .. "</figure>\n"
  parts[#parts + 1] = table.concat(pieces)
end

--- A section with a chart for each property that one of the policies has; "" where none has.
---@param policies bylaw.html.Lifetime[]
---@return string
function lifetimes.html(policies)
  local parts = {}
  for _, row in ipairs(core.describe(KIND).fields) do
    local rows = row.format == "timespan" and row.min and rows_of(row, policies) or {}
    if #rows > 0 then add_property(parts, row, rows) end
  end
  if #parts == 0 then return "" end
  return '<section aria-labelledby="lifetimes">\n<h2 id="lifetimes">How long tokens live</h2>\n'
    .. table.concat(parts) .. "</section>\n"
end

return lifetimes
