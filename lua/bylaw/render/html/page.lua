--- A whole page: one file that asks for nothing else. Pure.
local escape = require "bylaw.render.html.escape"
local script = require "bylaw.render.html.script"
local style = require "bylaw.render.html.style"

local page = {}

---@class bylaw.html.Count
---@field count integer
---@field words string
---@field class? "add"|"change"|"remove"

---@class bylaw.html.Page
---@field title string     "Plan"
---@field lead string      what it comes to, in a sentence
---@field where? string    the service
---@field counts bylaw.html.Count[]
---@field version string   bylaw's
---@field parts string[]   sections, as markup

--- Nothing may be loaded, and nothing runs but the page's own script.
local POLICY = ("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '%s'; "
  .. "base-uri 'none'; form-action 'none'"):format(script.HASH)

local HEAD = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<link rel="icon" href="data:,">
<style>
%s</style>
</head>
<body>
]]

--- Links to the sections, by their headings.
local function contents(parts)
  local links = {}
  for _, part in ipairs(parts) do
    local id, title = part:match '<h2 id="([^"]+)">([^<]*)</h2>'
    if id then links[#links + 1] = ('<li><a href="#%s">%s</a></li>\n'):format(id, title) end
  end
  if #links < 2 then return "" end
  return '<nav aria-label="Sections"><ul class="contents">\n' .. table.concat(links)
    .. "</ul></nav>\n"
end

local function header(one)
  local pieces = { "<header>\n",
    ('<p class="brand">bylaw</p>\n<h1>%s</h1>\n'):format(escape(one.title)),
    ('<p class="lead">%s</p>\n'):format(escape(one.lead)) }
  if one.where then
    pieces[#pieces + 1] = ('<p class="where"><code>%s</code></p>\n'):format(escape(one.where))
  end
  if #one.counts > 0 then
    pieces[#pieces + 1] = '<ul class="counts">\n'
    for _, count in ipairs(one.counts) do
      pieces[#pieces + 1] = ("<li%s><b>%d</b> %s</li>\n"):format(
        count.class and count.count > 0 and (' class="%s"'):format(count.class) or "",
        count.count, escape(count.words))
    end
    pieces[#pieces + 1] = "</ul>\n"
  end
  pieces[#pieces + 1] = contents(one.parts) .. "</header>\n<main>\n"
  return table.concat(pieces)
end

--- The controls that the script makes use of.
page.TOOLS = [[
<div class="tools" hidden>
<input type="search" aria-label="Find by name or address" placeholder="Find by name or address">
<button type="button" class="open">Unfold all</button>
<button type="button" class="close">Fold all</button>
<output aria-live="polite"></output>
</div>
]]

--- The page as a text.
---@param one bylaw.html.Page
---@return string
function page.html(one)
  local pieces = { HEAD:format(escape(POLICY), escape(one.title .. " \u{2013} bylaw"), style),
    header(one) }
  table.move(one.parts, 1, #one.parts, #pieces + 1, pieces)
  pieces[#pieces + 1] = ("</main>\n<footer>Written by bylaw %s.</footer>\n"):format(
    escape(one.version))
  if table.concat(one.parts):find('class="tools"', 1, true) then
    pieces[#pieces + 1] = ("<script>%s</script>\n"):format(script.TEXT)
  end
  pieces[#pieces + 1] = "</body>\n</html>\n"
  return table.concat(pieces)
end

return page
