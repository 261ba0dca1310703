--- Which item of a list became which of another. Pure.
local align = {}

---@class bylaw.Pair  one of them is nil where an item comes or goes
---@field before? integer
---@field after? integer

local MOST = 10000 -- comparisons; beyond, items are taken by their place

--- The length of the same items at the start, and at the end behind it.
local function ends(a, b, same)
  local shorter = math.min(#a, #b)
  local head, tail = 0, 0
  while head < shorter and same(a[head + 1], b[head + 1]) do head = head + 1 end
  while tail < shorter - head and same(a[#a - tail], b[#b - tail]) do tail = tail + 1 end
  return head, tail
end

--- The longest common subsequence of what lies between: a list of { i, j }.
local function common(a, b, head, tail, same)
  local n, m = #a - head - tail, #b - head - tail
  if n == 0 or m == 0 or n * m > MOST then return {} end
  local length = {}
  for i = n + 1, 1, -1 do
    length[i] = {}
    for j = m + 1, 1, -1 do
      if i > n or j > m then
        length[i][j] = 0
      elseif same(a[head + i], b[head + j]) then
        length[i][j] = length[i + 1][j + 1] + 1
      else
        length[i][j] = math.max(length[i + 1][j], length[i][j + 1])
      end
    end
  end
  local found, i, j = {}, 1, 1
  while i <= n and j <= m do
    if same(a[head + i], b[head + j]) then
      found[#found + 1] = { head + i, head + j }
      i, j = i + 1, j + 1
    elseif length[i + 1][j] >= length[i][j + 1] then
      i = i + 1
    else
      j = j + 1
    end
  end
  return found
end

--- How much two items have in common: members of objects that are equal; 0 for anything else.
local function likeness(x, y)
  if type(x) ~= "table" or type(y) ~= "table" then return 0 end
  local alike = 0
  for key, value in next, x do
    if type(value) ~= "table" and y[key] == value then alike = alike + 1 end
  end
  return alike
end

--- Pairs the items of a gap: the likest first, what is left by its turn; what has no partner
--- comes or goes.
local function pair_gap(a, b, gap)
  local partner, taken = {}, {}
  local function take(wanted)
    for i = gap.a_first, gap.a_last do
      local best, at = wanted - 1, nil
      for j = gap.b_first, gap.b_last do
        local alike = not partner[i] and not taken[j] and likeness(a[i], b[j]) or -1
        if alike > best then best, at = alike, j end
      end
      if at then partner[i], taken[at] = at, i end
    end
  end
  take(2)
  take(1)
  take(0)
  return partner, taken
end

local function add_gap(pairs_of, a, b, gap)
  local partner, taken = pair_gap(a, b, gap)
  for i = gap.a_first, gap.a_last do
    if not partner[i] then pairs_of[#pairs_of + 1] = { before = i } end
  end
  for j = gap.b_first, gap.b_last do
    pairs_of[#pairs_of + 1] = { before = taken[j], after = j }
  end
end

local function ordered(a, b, same)
  local head, tail = ends(a, b, same)
  local kept = common(a, b, head, tail, same)
  kept[#kept + 1] = { #a - tail + 1, #b - tail + 1 }
  local pairs_of, i, j = {}, head + 1, head + 1
  for _, stays in ipairs(kept) do
    add_gap(pairs_of, a, b, { a_first = i, a_last = stays[1] - 1,
      b_first = j, b_last = stays[2] - 1 })
    i, j = stays[1] + 1, stays[2] + 1
  end
  return pairs_of
end

--- Of a set: whatever has no equal on the other side.
local function unordered(a, b, same)
  local taken, left, pairs_of = {}, {}, {}
  local at = {}
  for j, item in ipairs(b) do
    if type(item) ~= "table" then
      at[item] = at[item] or {}
      table.insert(at[item], j)
    end
  end
  for i, item in ipairs(a) do
    local list = at[item]
    if list and #list > 0 then taken[table.remove(list, 1)] = true else left[#left + 1] = i end
  end
  for _, i in ipairs(left) do
    local found
    for j = 1, #b do
      if not taken[j] and same(a[i], b[j]) then
        found = j
        break
      end
    end
    if found then taken[found] = true else pairs_of[#pairs_of + 1] = { before = i } end
  end
  for j = 1, #b do
    if not taken[j] then pairs_of[#pairs_of + 1] = { after = j } end
  end
  return pairs_of
end

--- What is not the same in two lists: items that changed, that go and that come.
---@param a any[]
---@param b any[]
---@param how { unordered?: boolean, same: fun(x: any, y: any): boolean }
---@return bylaw.Pair[]
function align.lists(a, b, how)
  return (how.unordered and unordered or ordered)(a, b, how.same)
end

return align
