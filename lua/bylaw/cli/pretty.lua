--- JSON for people: indented, members in an order that tells a story. Pure.
local pretty = {}

local core = require "bylaw.core"
local order = require "bylaw.render.order"

--- A policy's own properties come first and in this order.
local POLICY = {
  { name = "kind" }, { name = "id" }, { name = "type" }, { name = "displayName" },
  { name = "description" }, { name = "isOrganizationDefault" }, { name = "definition" },
}

--- What a terminal would obey, or hide, is as good JSON in escapes.
local function escape(character) return ("\\u%04x"):format(utf8.codepoint(character)) end

--- A scalar or an empty table. JSON itself takes care of the other controls.
local function scalar(value)
  local written = assert(core.json_write(value))
  if not written:find "[\x7F-\xFF]" then return written end
  return (written:gsub("\x7F", escape):gsub("\xC2[\x80-\x9F]", escape)
    :gsub("\xD8\x9C", escape):gsub("\xE2\x80[\x8B\x8E\x8F\xA8-\xAE]", escape)
    :gsub("\xE2\x81[\xA0-\xAF]", escape):gsub("\xEF\xBB\xBF", escape))
end

local write

local function write_list(list, rows, indent)
  local lines = {}
  for _, item in ipairs(list) do
    lines[#lines + 1] = indent .. "  " .. write(item, rows, indent .. "  ")
  end
  return "[\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "]"
end

local function write_object(object, rows, indent)
  local lines = {}
  local keys, row_of = order.by_rows(object, rows)
  for _, key in ipairs(keys) do
    local row = row_of[key] or {}
    lines[#lines + 1] = ("%s  %s: %s"):format(indent, scalar(key),
      write(object[key], row.fields, indent .. "  "))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "}"
end

function write(value, rows, indent)
  if type(value) ~= "table" or next(value) == nil then return scalar(value) end
  return (rawlen(value) > 0 and write_list or write_object)(value, rows, indent)
end

--- The rows of a policy's definition; nil for a kind that is not known.
---@param policy bylaw.Policy
---@return bylaw.Field[]?
function pretty.rows(policy)
  if policy.kind ~= "policy" then
    local described = core.describe(policy.kind)
    return described and described.fields
  end
  for _, kind in ipairs(core.kinds) do
    local described = core.describe(kind)
    if described.wrapper == policy.type then return described.fields end
  end
  return nil
end

--- A value as indented JSON, without a line break at its end.
---@param value any
---@param rows? bylaw.Field[]  whose order the members of an object, or of a list's objects, take
---@param indent? string       what stands before every line but the first
---@return string
function pretty.json(value, rows, indent) return write(value, rows, indent or "") end

--- A policy as an indented JSON object: what Lua sees, with its kind.
---@param policy bylaw.Policy
---@param indent? string
---@return string
function pretty.policy(policy, indent)
  local rows, shown = { table.unpack(POLICY) }, {}
  rows[#rows] = { name = "definition", fields = pretty.rows(policy) }
  for key, value in next, policy do shown[key] = value end
  if shown.problems and #shown.problems == 0 then shown.problems = nil end
  return write(shown, rows, indent or "")
end

--- A list of policies as an indented JSON array.
---@param policies bylaw.Policy[]
---@return string
function pretty.policies(policies)
  if #policies == 0 then return "[]" end
  local written = {}
  for i, one in ipairs(policies) do written[i] = "  " .. pretty.policy(one, "  ") end
  return "[\n" .. table.concat(written, ",\n") .. "\n]"
end

return pretty
