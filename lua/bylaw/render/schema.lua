--- A kind as text for people: what may stand in its definition. 80 columns. Pure.
local schema = {}

local examples = require "bylaw.render.examples"
local words = require "bylaw.render.words"

local WIDTH = 80
local STEP = 2 -- columns that an object's fields stand further in

--- The notes below a text: each words once, with its number.
---@class bylaw.render.Notes
---@field list string[]
---@field number table<string, integer>

---@param notes bylaw.render.Notes
---@param note? string
---@return string  "[2]"; "" without a note
local function refer(notes, note)
  if not note then return "" end
  if not notes.number[note] then
    notes.list[#notes.list + 1] = note
    notes.number[note] = #notes.list
  end
  return ("[%d]"):format(notes.number[note])
end

--- The columns that names take at most, those of fields in fields among them.
local function names_width(fields, indent)
  local width = 0
  for _, field in ipairs(fields) do
    width = math.max(width, indent + #field.name, names_width(field.fields or {}, indent + STEP))
  end
  return width
end

--- Type, limits and manners in one line.
local function headline(field, notes)
  local text = words.value(field)
  for _, manner in ipairs(words.manners(field)) do text = text .. "; " .. manner end
  if field.retired then text = text .. "; retired " .. refer(notes, field.retired) end
  return text
end

--- The values of a row as one paragraph, or as a list where one would not fit.
local function add_values(lines, field, column, width)
  local values = words.values(field)
  if #values == 0 then return end
  local longest = 0
  for _, value in ipairs(values) do longest = math.max(longest, #value) end
  if longest <= width then
    lines:paragraph((field.values and "" or "also ") .. words.join(values, "or"), column)
    return
  end
  for _, value in ipairs(values) do lines:put((" "):rep(WIDTH - longest) .. value) end
end

local function add_field(lines, field, indent, column)
  local left = (" "):rep(indent) .. field.name
  lines:paragraph(headline(field, lines.notes), column, left)
  add_values(lines, field, column, WIDTH - column)
  lines:paragraph(field.doc .. " " .. refer(lines.notes, field.source), column)
  if field.default then lines:paragraph("default: " .. field.default, column) end
  if field.also then lines:paragraph("also spelled " .. field.also, column) end
  for _, inner in ipairs(field.fields or {}) do
    add_field(lines, inner, indent + STEP, column)
  end
end

---@class bylaw.render.Lines
---@field notes bylaw.render.Notes
local Lines = {}
Lines.__index = Lines

function Lines:put(line) self[#self + 1] = line end

--- A paragraph whose lines begin at a column; `left` stands before the first of them.
function Lines:paragraph(text, column, left)
  for i, line in ipairs(words.wrap(text, WIDTH - column)) do
    local before = i == 1 and left or ""
    self:put(before .. (" "):rep(column - #before) .. line)
  end
end

local function add_facts(lines, kind)
  local targets = words.targets(kind)
  local function fact(name, text)
    if text then lines:paragraph(text, 16, "  " .. name) end
  end
  fact("wrapper", kind.wrapper or "none")
  fact("collection", "/policies/" .. kind.collection)
  fact("version", kind.version and kind.version .. " alone")
  fact("assigned to", #targets > 0 and words.join(targets, "and") or nil)
end

local function add_notes(lines)
  lines:put ""
  for i, note in ipairs(lines.notes.list) do
    local number = ("[%d]"):format(i)
    lines:paragraph(note, #number + 1, number)
  end
end

local function add_example(lines, kind)
  if not examples[kind.name] then return end
  lines:put "\nExample:"
  for line in examples[kind.name]:gmatch "[^\n]+" do lines:put("  " .. line) end
end

--- Everything about one kind.
---@param kind bylaw.Kind
---@return string  lines, the last without a line break
function schema.kind(kind)
  local lines = setmetatable({ notes = { list = {}, number = {} } }, Lines)
  local source = refer(lines.notes, kind.source)
  lines:paragraph(("%s: %s %s"):format(kind.name, kind.doc, source), 0)
  lines:put ""
  add_facts(lines, kind)
  if kind.fields then
    lines:put("\nIn its definition:")
    local column = names_width(kind.fields, STEP) + 2
    for _, field in ipairs(kind.fields) do add_field(lines, field, STEP, column) end
  end
  add_example(lines, kind)
  add_notes(lines)
  return table.concat(lines, "\n")
end

--- All kinds, a line each.
---@param kinds bylaw.Kind[]
---@return string  lines, the last without a line break
function schema.kinds(kinds)
  local lines, column = setmetatable({}, Lines), 0
  for _, kind in ipairs(kinds) do column = math.max(column, #kind.name + 2) end
  for _, kind in ipairs(kinds) do
    local beta = kind.version and (" (%s)"):format(kind.version) or ""
    lines:paragraph(kind.doc .. beta, column, kind.name)
  end
  return table.concat(lines, "\n")
end

return schema
