--- A plan or drift as what a page shows: policies with all that happens to each, what joins them
--- with what, and their lifetimes. Pure.
local core = require "bylaw.core"
local diff = require "bylaw.diff"
local match = require "bylaw.match"
local picture = require "bylaw.render.html.picture"
local target = require "bylaw.target"

local changes = {}

local STATES = { assign = "add", unassign = "remove" }

local function place_words(place)
  if type(place) ~= "table" or not place.file then return nil end
  return place.line and ("%s:%d"):format(place.file, place.line) or place.file
end

local REASONS = { absent = "declared absent", owned = "not declared, and owned" }

--- What is said of an object beside its definition: first what tells which it is.
local function facts_of(change)
  local facts = {}
  local function add(name, before, after)
    if before ~= nil or after ~= nil then facts[#facts + 1] = { name, before, after } end
  end
  for _, field in ipairs(change.fields or {}) do
    if not field.path:find "^definition" then add(field.path, field.before, field.after) end
  end
  add("id", change.id, change.id)
  local place, reason = place_words(change.place), REASONS[change.reason]
  add("declared in", place, place)
  add("why", reason, reason)
  return facts
end

local function has_definition(change)
  for _, field in ipairs(change.fields or {}) do
    if field.path:find "^definition" then return true end
  end
  return false
end

local function object_of(change, words)
  return { kind = change.kind, action = change.action, name = tostring(change.displayName),
    address = change.address, words = words[change.action], facts = facts_of(change),
    before = (change.before or {}).definition, after = (change.after or {}).definition,
    is_defined = has_definition(change), carriers = {} }
end

--- An object of which nothing changes but what it is assigned to.
local function bystander(change)
  local one = { kind = change.kind, action = "update", name = tostring(change.displayName),
    address = change.policy, words = "assignments", facts = {}, is_defined = false, carriers = {} }
  if change.id then one.facts[1] = { "id", change.id, change.id } end
  return one
end

--- The changes by object.
---@param list bylaw.Change[]
---@param words table<string, string>  what becomes of an object, by action
---@return bylaw.html.Object[]
function changes.objects(list, words)
  local objects, by_address = {}, {}
  local function take(address, one)
    by_address[address] = one
    objects[#objects + 1] = one
  end
  for _, change in ipairs(list) do
    if not change.target then take(change.address, object_of(change, words)) end
  end
  for _, change in ipairs(list) do
    if change.target then
      if not by_address[change.policy] then take(change.policy, bystander(change)) end
      table.insert(by_address[change.policy].carriers,
        { state = STATES[change.action], carrier = change.target })
    end
  end
  return objects
end

-- Edges ------------------------------------------------------------------------------------------

local function node_of(change, address, actions)
  return { key = address, name = tostring(change.displayName), group = change.kind,
    action = actions[address] }
end

local function carrier_node(carrier)
  return { key = target.carrier_key(carrier), name = target.name(carrier), group = carrier.type }
end

local function is_default(properties) return (properties or {}).isOrganizationDefault == true end

--- The edge to the organization of a policy that is its default, before or after.
local function add_default(edges, node, before, after)
  if not (before or after) or not diff.has_default(node.group) then return end
  local state = before and after and "kept" or after and "add" or "remove"
  edges[#edges + 1] = { policy = node, carrier = picture.ORGANIZATION, state = state }
end

--- What the declared policies have already and keep.
local function add_kept(edges, list, desired, live, actions)
  local moved, changed = {}, {}
  for _, change in ipairs(list) do
    if change.target then
      moved[(change.id or "") .. " " .. target.carrier_key(change.target)] = true
    else
      changed[change.address] = true
    end
  end
  local matches = match.find(desired, live.policies)
  for i, declared in ipairs(desired.policies) do
    local policy = matches.live[i]
    local node = policy and node_of({ displayName = policy.displayName, kind = declared.kind },
      declared.address, actions)
    for _, carrier in ipairs(policy and live.assignments[policy.id] or {}) do
      if not moved[policy.id .. " " .. target.carrier_key(carrier)] then
        edges[#edges + 1] = { policy = node, carrier = carrier_node(carrier), state = "kept" }
      end
    end
    if policy and not changed[declared.address] then
      add_default(edges, node, is_default(policy), is_default(policy))
    end
  end
end

--- What joins policies and objects: what comes, goes and stays.
---@param list bylaw.Change[]
---@param desired? bylaw.Desired  with `live`: what stays is drawn too
---@param live? bylaw.Live
---@return bylaw.html.Edge[]
function changes.edges(list, desired, live)
  local edges, actions = {}, {}
  for _, change in ipairs(list) do
    if not change.target then actions[change.address] = change.action end
  end
  for _, change in ipairs(list) do
    local node = node_of(change, change.policy or change.address, actions)
    if change.target then
      edges[#edges + 1] = { policy = node, carrier = carrier_node(change.target),
        state = STATES[change.action] }
    else
      add_default(edges, node, is_default(change.before), is_default(change.after))
    end
  end
  if desired and live then add_kept(edges, list, desired, live, actions) end
  return edges
end

-- Lifetimes --------------------------------------------------------------------------------------

local KIND = "tokenLifetimePolicy"

local function decoded(written)
  if type(written) == "table" and rawlen(written) == 1 then written = written[1] end
  if type(written) ~= "string" then return written end
  return core.definition_decode(KIND, written)
end

--- The lifetimes of what changes, and of the declared policies that stay.
---@param list bylaw.Change[]
---@param desired? bylaw.Desired
---@return bylaw.html.Lifetime[]
function changes.lifetimes(list, desired)
  local found, changed = {}, {}
  for _, change in ipairs(list) do
    if change.kind == KIND and not change.target then
      changed[change.address] = true
      found[#found + 1] = { name = tostring(change.displayName),
        before = change.before and decoded(change.before.definition),
        after = change.after and decoded(change.after.definition) }
    end
  end
  for _, declared in ipairs(desired and desired.policies or {}) do
    if declared.kind == KIND and declared.policy and not changed[declared.address] then
      local same = decoded(declared.policy.definition)
      found[#found + 1] = { name = tostring(declared.displayName), before = same, after = same }
    end
  end
  return found
end

return changes
