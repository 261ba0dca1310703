--- A definition as lines of JSON, and what became of it line by line. Pure.
local core = require "bylaw.core"
local escape = require "bylaw.render.html.escape"
local order = require "bylaw.render.order"

local definition = {}

--- More lines than that on a side are not compared: all of the one go, all of the other come.
local MOST = 400

-- Lines ------------------------------------------------------------------------------------------

local add_value

local function add_members(lines, value, rows, indent)
  local deeper = indent .. "  "
  if rawlen(value) > 0 then
    for i, item in ipairs(value) do
      add_value(lines, item, rows, deeper, "", i < #value and "," or "")
    end
    return
  end
  local keys, row_of = order.by_rows(value, rows)
  for i, key in ipairs(keys) do
    local row = row_of[key] or {}
    add_value(lines, value[key], row.fields or row.item and row.item.fields, deeper,
      assert(core.json_write(key)) .. ": ", i < #keys and "," or "")
  end
end

add_value = function(lines, value, rows, indent, before, after)
  if type(value) ~= "table" or next(value) == nil then
    lines[#lines + 1] = indent .. before .. assert(core.json_write(value)) .. after
    return
  end
  local is_list = rawlen(value) > 0
  lines[#lines + 1] = indent .. before .. (is_list and "[" or "{")
  add_members(lines, value, rows, indent)
  lines[#lines + 1] = indent .. (is_list and "]" or "}") .. after
end

--- The inner object of a definition in any form, or the text that cannot be read.
local function inner_of(kind, written)
  local text = written
  if type(text) == "table" and rawlen(text) == 1 and next(text, 1) == nil then text = text[1] end
  if type(text) ~= "string" then return text end
  return core.collections[kind] and core.definition_decode(kind, text) or text
end

--- A definition as lines.
---@param kind string
---@param written any  on the wire, or decoded
---@return string[]
function definition.lines(kind, written)
  local value = inner_of(kind, written)
  local lines = {}
  if type(value) == "string" then
    for line in (value .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  elseif value ~= nil then
    local described = core.collections[kind] and core.describe(kind)
    add_value(lines, value, described and described.fields, "", "", "")
  end
  return lines
end

-- Differences ------------------------------------------------------------------------------------

--- The lengths of what two lists have in common from each place on.
local function common_lengths(a, b)
  local lengths = {}
  for i = #a + 1, 1, -1 do
    lengths[i] = {}
    for j = #b + 1, 1, -1 do
      if i > #a or j > #b then
        lengths[i][j] = 0
      elseif a[i] == b[j] then
        lengths[i][j] = lengths[i + 1][j + 1] + 1
      else
        lengths[i][j] = math.max(lengths[i + 1][j], lengths[i][j + 1])
      end
    end
  end
  return lengths
end

--- What becomes of lines: { sign, line } where the sign is "-", "+" or " ".
---@param a string[]
---@param b string[]
---@return { [1]: string, [2]: string }[]
function definition.compare(a, b)
  local list, i, j = {}, 1, 1
  local function take(sign, line) list[#list + 1] = { sign, line } end
  local lengths = #a <= MOST and #b <= MOST and common_lengths(a, b)
  while i <= #a or j <= #b do
    if lengths and i <= #a and j <= #b and a[i] == b[j] then
      take(" ", a[i])
      i, j = i + 1, j + 1
    elseif i <= #a and (j > #b or not lengths or lengths[i + 1][j] >= lengths[i][j + 1]) then
      take("-", a[i])
      i = i + 1
    else
      take("+", b[j])
      j = j + 1
    end
  end
  return list
end

local ELEMENTS = { ["-"] = "del", ["+"] = "ins", [" "] = "span" }
local SIGNS = { ["-"] = "\u{2212}", ["+"] = "+", [" "] = " " }

--- What became of a definition, as a block: nil stands for none.
---@param kind string
---@param before any
---@param after any
---@return string
function definition.html(kind, before, after)
  local pieces = { '<pre class="definition">' }
  local lines = definition.compare(definition.lines(kind, before), definition.lines(kind, after))
  for _, line in ipairs(lines) do
    local element = ELEMENTS[line[1]]
    pieces[#pieces + 1] = ("<%s>%s %s\n</%s>"):format(element, SIGNS[line[1]], escape(line[2]),
      element)
  end
  pieces[#pieces + 1] = "</pre>"
  return table.concat(pieces)
end

--- A definition as it is, as a block.
---@param kind string
---@param written any
---@return string
function definition.plain(kind, written)
  return '<pre class="definition plain">'
    .. escape(table.concat(definition.lines(kind, written), "\n")) .. "</pre>"
end

return definition
