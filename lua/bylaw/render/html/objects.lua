--- Policies, one fold each, under their kinds. Pure.
local core = require "bylaw.core"
local definition = require "bylaw.render.html.definition"
local escape = require "bylaw.render.html.escape"
local page = require "bylaw.render.html.page"
local target = require "bylaw.target"

local objects = {}

---@class bylaw.html.Object
---@field kind string
---@field action? "create"|"update"|"delete"  nil: it is shown as it is
---@field name string
---@field address string
---@field words string      what becomes of it
---@field facts { [1]: string, [2]: any, [3]: any }[]  name, before, after; the same value twice is
---  one that stays
---@field before? any       definition
---@field after? any
---@field is_defined boolean  whether the definition is to be shown
---@field carriers { state: "kept"|"add"|"remove", carrier: bylaw.Carrier }[]

local OPEN = 6 -- as many policies, or fewer, are shown unfolded

local SIGNS = { create = "+", update = "~", delete = "\u{2212}" }
local ELEMENTS = { add = { "ins", "+ " }, remove = { "del", "\u{2212} " }, kept = { "span", "" } }
local TYPES = { servicePrincipal = "service principal" }

local function shown(value)
  return escape(type(value) == "string" and value or assert(core.json_write(value)))
end

local function fact(row)
  local name, before, after = row[1], row[2], row[3]
  local value
  if before == after then
    value = shown(after)
  else
    value = (before ~= nil and ("<del>\u{2212} %s</del> "):format(shown(before)) or "")
      .. (after ~= nil and ("<ins>+ %s</ins>"):format(shown(after)) or "")
  end
  return ("<dt>%s</dt><dd>%s</dd>"):format(escape(name), value)
end

local function carrier(row)
  local element = ELEMENTS[row.state]
  local one = row.carrier
  local id = one.appId and "appId " .. one.appId or "id " .. one.id
  return ("<li><%s>%s%s <b>%s</b></%s> <code>%s</code></li>"):format(element[1], element[2],
    escape(TYPES[one.type] or one.type), escape(target.name(one)), element[1], escape(id))
end

local function add_body(pieces, one)
  pieces[#pieces + 1] = '<div class="body">'
  if #one.facts > 0 then
    pieces[#pieces + 1] = '<dl class="facts">'
    for _, row in ipairs(one.facts) do pieces[#pieces + 1] = fact(row) end
    pieces[#pieces + 1] = "</dl>"
  end
  if one.is_defined then
    pieces[#pieces + 1] = one.action and definition.html(one.kind, one.before, one.after)
      or definition.plain(one.kind, one.after)
  end
  if #one.carriers > 0 then
    pieces[#pieces + 1] = '<ul class="carriers">'
    for _, row in ipairs(one.carriers) do pieces[#pieces + 1] = carrier(row) end
    pieces[#pieces + 1] = "</ul>"
  end
  pieces[#pieces + 1] = "</div>"
end

local function add_object(pieces, one, is_open)
  pieces[#pieces + 1] = ('<details class="%s"%s><summary><span class="sign">%s</span>'
    .. '<span class="name">%s <code>%s</code></span><span class="what">%s</span></summary>'):format(
    one.action or "", is_open and " open" or "", SIGNS[one.action] or "\u{00B7}",
    escape(one.name), escape(one.address), escape(one.words))
  add_body(pieces, one)
  pieces[#pieces + 1] = "</details>\n"
end

--- The objects by kind: kinds in their order, then what is unknown.
local function by_kind(list)
  local groups, known = {}, {}
  for _, kind in ipairs(core.kinds) do known[kind] = {} end
  local order = table.move(core.kinds, 1, #core.kinds, 1, {})
  for _, one in ipairs(list) do
    if not known[one.kind] then
      known[one.kind] = {}
      order[#order + 1] = one.kind
    end
    table.insert(known[one.kind], one)
  end
  for _, kind in ipairs(order) do
    if #known[kind] > 0 then groups[#groups + 1] = { kind = kind, list = known[kind] } end
  end
  return groups
end

local function contents(groups)
  if #groups < 2 then return "" end
  local pieces = { '<nav aria-label="Kinds"><ul class="contents">\n' }
  for _, group in ipairs(groups) do
    pieces[#pieces + 1] = ('<li><a href="#%s">%s</a> %d</li>\n'):format(escape(group.kind),
      escape(group.kind), #group.list)
  end
  pieces[#pieces + 1] = "</ul></nav>\n"
  return table.concat(pieces)
end

--- A section with all of them; "" where there are none.
---@param title string
---@param list bylaw.html.Object[]
---@return string
function objects.html(title, list)
  if #list == 0 then return "" end
  local groups = by_kind(list)
  local pieces = { ('<section aria-labelledby="objects">\n<h2 id="objects">%s</h2>\n'):format(
    escape(title)), contents(groups), page.TOOLS }
  for _, group in ipairs(groups) do
    pieces[#pieces + 1] = ('<section class="kind" id="%s" aria-label="%s">\n<h3>%s <small>%d'
      .. "</small></h3>\n"):format(escape(group.kind), escape(group.kind), escape(group.kind),
      #group.list)
    for _, one in ipairs(group.list) do add_object(pieces, one, #list <= OPEN) end
    pieces[#pieces + 1] = "</section>\n"
  end
  pieces[#pieces + 1] = "</section>\n"
  return table.concat(pieces)
end

return objects
