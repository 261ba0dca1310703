--- Which policy is on which application: two columns and what joins them. Pure.
local escape = require "bylaw.render.html.escape"

local picture = {}

---@class bylaw.html.Node
---@field key string
---@field name string
---@field group string    what it stands under: a kind, a type of object
---@field action? string  what becomes of a policy

---@class bylaw.html.Edge
---@field policy bylaw.html.Node
---@field carrier bylaw.html.Node
---@field state "kept"|"add"|"remove"

--- The node of all edges that stand for isOrganizationDefault.
picture.ORGANIZATION = { key = "organization", name = "the whole organization",
  group = "organization" }

local MOST = 60 -- edges that are drawn
local WIDTH, LEFT, RIGHT, ROW = 960, 400, 590, 27
local LETTERS = 46 -- of a name

local TYPES = { servicePrincipal = "service principals", application = "applications",
  organization = "default of" }
local GROUPS = { organization = 1, servicePrincipal = 2, application = 3 }

local function cut(name)
  local length = utf8.len(name)
  if not length or length <= LETTERS then return name end
  return name:sub(1, utf8.offset(name, LETTERS) - 1) .. "\u{2026}"
end

--- What changes first, then what stays, each in its order; at most MOST.
local function chosen(edges)
  local list = {}
  for _, wanted in ipairs { false, true } do
    for _, edge in ipairs(edges) do
      if (edge.state == "kept") == wanted and #list < MOST then list[#list + 1] = edge end
    end
  end
  return list
end

--- The nodes of one side, once each, sorted: by group, then by what `rank` says, then as found.
local function nodes_of(edges, side, rank)
  local list, at = {}, {}
  for _, edge in ipairs(edges) do
    local node = edge[side]
    if not at[node.key] then
      list[#list + 1] = node
      at[node.key] = #list
    end
  end
  table.sort(list, function(a, b)
    if a.group ~= b.group then
      local x, y = GROUPS[a.group] or 9, GROUPS[b.group] or 9
      if x ~= y then return x < y end
      return a.group < b.group
    end
    local x, y = rank(a), rank(b)
    if x ~= y then return x < y end
    return at[a.key] < at[b.key]
  end)
  return list
end

--- Where the nodes of a column stand, a heading before each group; and how high that is.
local function places_of(nodes)
  local places, heads, y, group = {}, {}, 8, nil
  for _, node in ipairs(nodes) do
    if node.group ~= group then
      if group then y = y + 10 end
      group = node.group
      heads[#heads + 1] = { text = TYPES[group] or group, y = y + 14 }
      y = y + ROW
    end
    places[node.key] = y + 13
    y = y + ROW
  end
  return places, heads, y + 4
end

--- The mean height of what a node is joined with, for few crossings.
local function mean_rank(edges, side, other, places)
  local sum, count = {}, {}
  for _, edge in ipairs(edges) do
    local key = edge[side].key
    sum[key] = (sum[key] or 0) + places[edge[other].key]
    count[key] = (count[key] or 0) + 1
  end
  return function(node) return sum[node.key] / count[node.key] end
end

local function add_column(pieces, column, x, anchor)
  local shift = anchor == "end" and -14 or 14
  for _, head in ipairs(column.heads) do
    pieces[#pieces + 1] = ('<text class="head" x="%d" y="%d" text-anchor="%s">%s</text>\n'):format(
      x + shift, head.y, anchor, escape(head.text))
  end
  for _, node in ipairs(column.nodes) do
    local y, class = column.places[node.key], node.action or ""
    pieces[#pieces + 1] = ('<g><title>%s</title><circle class="node %s" cx="%d" cy="%d" r="4"/>'
      .. '<text class="%s" x="%d" y="%.1f" text-anchor="%s">%s</text></g>\n'):format(
      escape(node.name), class, x, y, class, x + shift, y + 4.5, anchor, escape(cut(node.name)))
  end
end

local function add_edges(pieces, edges, left, right)
  local bend = (RIGHT - LEFT) / 2
  for _, edge in ipairs(edges) do
    local a, b = left.places[edge.policy.key], right.places[edge.carrier.key]
    pieces[#pieces + 1] = ('<path class="edge %s" d="M%d %dC%g %d %g %d %d %d"/>\n'):format(
      edge.state, LEFT + 6, a, LEFT + bend, a, RIGHT - bend, b, RIGHT - 6, b)
  end
end

local function column_of(nodes)
  local places, heads, height = places_of(nodes)
  return { nodes = nodes, places = places, heads = heads, height = height }
end

local function zero() return 0 end

local function columns_of(edges)
  local left = column_of(nodes_of(edges, "policy", zero))
  local right = column_of(nodes_of(edges, "carrier",
    mean_rank(edges, "carrier", "policy", left.places)))
  left = column_of(nodes_of(edges, "policy", mean_rank(edges, "policy", "carrier", right.places)))
  return left, right
end

local LEGEND = { { "kept", "stays" }, { "add", "comes" }, { "remove", "goes" } }

local function legend(edges, left_out)
  local used, pieces = {}, {}
  for _, edge in ipairs(edges) do used[edge.state] = true end
  for _, row in ipairs(LEGEND) do
    if used[row[1]] and (used.add or used.remove) then
      pieces[#pieces + 1] = ('<span><i class="%s"></i>%s</span>'):format(row[1], row[2])
    end
  end
  if left_out > 0 then
    pieces[#pieces + 1] = ("<span>%d more are not drawn; each is told of with its policy.</span>")
      :format(left_out)
  end
  return #pieces > 0 and "<figcaption>" .. table.concat(pieces) .. "</figcaption>\n" or ""
end

--- A section with the picture; "" where nothing is joined.
---@param all bylaw.html.Edge[]
---@return string
function picture.html(all)
  if #all == 0 then return "" end
  local edges = chosen(all)
  local left, right = columns_of(edges)
  local height = math.max(left.height, right.height)
  local pieces = { '<section aria-labelledby="assignments">\n'
    .. '<h2 id="assignments">What the policies apply to</h2>\n<figure>\n'
    .. '<div class="wide" tabindex="0" role="group" aria-labelledby="assignments">\n',
    ('<svg viewBox="0 0 %d %d" role="img" aria-label="%d assignments of %d policies to %d '
      .. 'objects">\n'):format(WIDTH, height, #edges, #left.nodes, #right.nodes) }
  add_edges(pieces, edges, left, right)
  add_column(pieces, left, LEFT, "end")
  add_column(pieces, right, RIGHT, "start")
  pieces[#pieces + 1] = "</svg>\n</div>\n" .. legend(edges, #all - #edges)
    .. "</figure>\n</section>\n"
  return table.concat(pieces)
end

return picture
