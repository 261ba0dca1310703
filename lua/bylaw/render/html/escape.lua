--- Text as a page may have it: nothing in it is markup, nothing hidden, nothing that turns the
--- direction of what stands beside it. Pure.

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
  ["'"] = "&#39;" }

--- UTF-8 of code points that are not seen or turn the direction: C1 controls, soft hyphen, marks
--- and overrides of direction, invisible separators, tags.
local HIDDEN = { "\xC2[\x80-\x9F\xAD]", "\xD8\x9C", "\xE2\x80[\x8B\x8E\x8F\xA8-\xAE]",
  "\xE2\x81[\xA0-\xAF]", "\xEF\xBB\xBF", "\xEF\xBF[\xB9-\xBB]", "\xF3\xA0[\x80\x81][\x80-\xBF]" }

local function code(character) return ("\\u{%X}"):format(utf8.codepoint(character)) end

local function control(c) return ("\\u{%X}"):format(c:byte()) end

--- The text with every byte that is no UTF-8 as U+FFFD.
local function valid(s)
  if utf8.len(s) then return s end
  local pieces, at = {}, 1
  while at <= #s do
    if utf8.len(s, at, at) then
      local next_at = utf8.offset(s, 2, at)
      pieces[#pieces + 1] = s:sub(at, next_at - 1)
      at = next_at
    else
      pieces[#pieces + 1] = "\u{FFFD}"
      at = at + 1
    end
  end
  return table.concat(pieces)
end

---@param value any
---@return string
return function(value)
  local s = tostring(value)
  if not s:find "[^%w%-._~ /:]" then return s end
  s = valid(s):gsub("[%z\1-\8\11\12\14-\31\127]", control)
  if s:find "[\xC2-\xF3]" then
    for _, pattern in ipairs(HIDDEN) do s = s:gsub(pattern, code) end
  end
  return (s:gsub("[&<>\"']", ENTITIES))
end
