--- What is live, as a page. Pure.
local core = require "bylaw.core"
local diff = require "bylaw.diff"
local lifetimes = require "bylaw.render.html.lifetimes"
local objects = require "bylaw.render.html.objects"
local page = require "bylaw.render.html.page"
local picture = require "bylaw.render.html.picture"
local target = require "bylaw.target"

local tenant = {}

---@class bylaw.html.Found
---@field policy bylaw.Policy
---@field carriers? bylaw.Carrier[]  nil: they were not asked for

local function is_default(policy)
  return policy.isOrganizationDefault == true and diff.has_default(policy.kind)
end

local function words_of(one)
  if is_default(one.policy) then return "the organization's default" end
  if not one.carriers then return "" end
  return #one.carriers == 0 and "applies to nothing"
    or ("applies to %d"):format(#one.carriers)
end

local function object_of(one)
  local policy, carriers = one.policy, {}
  for i, carrier in ipairs(one.carriers or {}) do
    carriers[i] = { state = "kept", carrier = carrier }
  end
  local facts = { { "id", policy.id, policy.id } }
  if type(policy.description) == "string" then
    facts[2] = { "description", policy.description, policy.description }
  end
  return { kind = policy.kind, name = tostring(policy.displayName), address = policy.id,
    words = words_of(one), facts = facts, after = policy.definition,
    is_defined = policy.definition ~= nil, carriers = carriers }
end

local function edges_of(found)
  local edges = {}
  for _, one in ipairs(found) do
    local node = { key = one.policy.id, name = tostring(one.policy.displayName),
      group = one.policy.kind }
    if is_default(one.policy) then
      edges[#edges + 1] = { policy = node, carrier = picture.ORGANIZATION, state = "kept" }
    end
    for _, carrier in ipairs(one.carriers or {}) do
      edges[#edges + 1] = { policy = node, state = "kept",
        carrier = { key = target.carrier_key(carrier), name = target.name(carrier),
          group = carrier.type } }
    end
  end
  return edges
end

local function lifetimes_of(found)
  local list = {}
  for _, one in ipairs(found) do
    if one.policy.kind == "tokenLifetimePolicy" then
      list[#list + 1] = { name = tostring(one.policy.displayName),
        before = one.policy.definition, after = one.policy.definition }
    end
  end
  return list
end

local function counts_of(found)
  local counts, list = {}, {}
  for _, one in ipairs(found) do
    counts[one.policy.kind] = (counts[one.policy.kind] or 0) + 1
  end
  for _, kind in ipairs(core.kinds) do
    if counts[kind] then list[#list + 1] = { count = counts[kind], words = kind } end
  end
  return list
end

--- The page.
---@param found bylaw.html.Found[]
---@param where? string  the service
---@return string
function tenant.html(found, where)
  local list = {}
  for i, one in ipairs(found) do list[i] = object_of(one) end
  local lead = #found == 1 and "1 policy." or ("%d policies."):format(#found)
  return page.html { title = "What is live", lead = lead, where = where, counts = counts_of(found),
    version = core.version, parts = { objects.html("Policies", list),
      picture.html(edges_of(found)), lifetimes.html(lifetimes_of(found)) } }
end

return tenant
