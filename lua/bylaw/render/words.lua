--- What the rows of a kind say, in words: for the text on a terminal, the reference page and the
--- annotations alike. Pure.
local words = {}

--- A maximum that is as good as none.
local UNLIMITED = 2147483647

local FORMATS = { timespan = "time span", guid = "GUID", uri = "absolute URI",
  domain = "domain name" }

local TARGETS = { application = "applications", servicePrincipal = "service principals",
  organization = "the organization, by isOrganizationDefault" }

local function quoted(values)
  local list = {}
  for i, value in ipairs(values or {}) do list[i] = '"' .. value .. '"' end
  return list
end

--- Texts joined by commas, the last by another word.
---@param texts string[]
---@param last string  "or", "and"
---@return string
function words.join(texts, last)
  if #texts < 2 then return texts[1] or "" end
  return table.concat(texts, ", ", 1, #texts - 1) .. " " .. last .. " " .. texts[#texts]
end

--- What a value is: "time span", "list of GUIDs", "text".
---@param field bylaw.Field
---@return string
function words.type(field)
  if field.type == "array" then
    return field.item and "list of " .. words.type(field.item) .. "s" or "list of objects"
  end
  if field.type == "any" then return "any value" end
  return FORMATS[field.format] or field.type == "string" and "text" or field.type
end

--- A row's limits, without those that are none; nothing for a row that has none.
---@param field bylaw.Field
---@return integer|string|nil min
---@return integer|string|nil max
function words.limits(field)
  local max = field.max
  return field.min, max ~= UNLIMITED and max or nil
end

--- The limits in words: "00:10:00 to 23:59:59", "1", "not empty"; nil: there are none.
---@param field bylaw.Field
---@return string?
function words.range(field)
  local min, max = words.limits(field)
  if not min then return nil end
  local unit = field.format == "timespan" and "" or field.type == "string" and " bytes"
    or field.type == "array" and " items" or ""
  if not max then return min == 1 and "not empty" or ("at least %s%s"):format(min, unit) end
  return (min == max and tostring(min) or ("%s to %s"):format(min, max)) .. unit
end

--- The texts that are legal by themselves, quoted; those beside a format after it.
---@param field bylaw.Field
---@return string[]
function words.values(field)
  local item = field.item or {}
  local beside = quoted(field.also_values or item.also_values)
  return field.values and quoted(field.values) or beside
end

--- What else holds for a value, a few words each; but for blanks around a text, of which the
--- checker tells.
---@param field bylaw.Field
---@return string[]
function words.manners(field)
  local item, list = field.item or {}, {}
  local function add(holds, text) list[#list + 1] = holds and text or nil end
  add(field.required and not field.filled, "required")
  add(field.filled, "a table may leave it out")
  add(field.folded or item.folded, "in any case")
  add(field.unordered, "in any order")
  add(field.or_text, field.as_text and "written as text" or "text is taken too")
  return list
end

--- Type and limits: "time span, 00:10:00 to 23:59:59", "integer 1".
---@param field bylaw.Field
---@return string
function words.value(field)
  local text, range = words.type(field), words.range(field)
  if not range then return text end
  return text .. (field.type == "integer" and " " or ", ") .. range
end

--- Whatever carries a policy of the kind.
---@param kind bylaw.Kind
---@return string[]
function words.targets(kind)
  local list = {}
  for i, target in ipairs(kind.targets) do list[i] = TARGETS[target] end
  return list
end

--- A text broken at blanks into lines of at most `width` columns, where that is possible.
---@param text string  ASCII
---@param width integer
---@param measure? fun(text: string): integer  bytes by default
---@return string[]
function words.wrap(text, width, measure)
  measure = measure or string.len
  local lines, line = {}, nil
  for word in text:gmatch "%S+" do
    if line and measure(line) + 1 + measure(word) <= width then
      line = line .. " " .. word
    else
      lines[#lines + 1] = line
      line = word
    end
  end
  lines[#lines + 1] = line
  return lines
end

return words
