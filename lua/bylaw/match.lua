--- Which live policy each declared one meets. Pure: no network, no clock.
---
--- By `id` where one is given; else by kind and displayName; else by the name that it had (`was`).
--- Two that fit are a problem: nothing guesses.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local owned = require "bylaw.owned"

local match = {}

---@class bylaw.Orphan  a live policy that is owned and not declared
---@field kind string
---@field policy table
---@field owns table  the declaration that owns it

---@class bylaw.Matches
---@field live (table|false)[]  what each declared policy meets, in their order; false: nothing
---@field orphans bylaw.Orphan[]  by kind, name and id
---@field problems bylaw.Problem[]

local function problem(declared, code, message)
  return { severity = "error", code = code, path = "", message = message,
    address = declared.address, place = declared.place }
end

--- The place of a name that a policy had: behind those of the declared ones, unless one has it.
local function place_of_was(names, was, last)
  names[was] = names[was] or last + 1
  return names[was], math.max(last, names[was])
end

--- What live policies are looked up by: `kinds`, by kind, has the places of ids and names. The
--- place of a declared policy is its own turn, unless an earlier one names the same (`shared`);
--- the names that policies had have places too (`was`). What is found there: false, a policy, or a
--- list of those that have the same. `crossing`: two could meet the same live policy.
local function wanted_of(desired)
  local policies = desired.policies
  local kinds, found, shared, was = {}, {}, {}, {}
  local crossing, last = false, #policies
  local kind, keys -- of the policy before: most stand beside their like
  for i = 1, #policies do
    local declared = policies[i]
    if declared.kind ~= kind then
      kind = declared.kind
      keys = kinds[kind] or { id = {}, name = {} }
      kinds[kind] = keys
    end
    local id, had = declared.id, declared.was
    local places = id and keys.id or keys.name
    local key = id and id:lower() or declared.displayName
    local taken = key ~= nil and places[key]
    if taken then shared[i] = taken elseif key ~= nil then places[key] = i end
    if had and not id then was[i], last = place_of_was(keys.name, had, last) end
    if id or taken or had then crossing = true end
    found[i] = false
  end
  return { kinds = kinds, found = found, several = {}, shared = shared, was = was,
    crossing = crossing }
end

--- Keeps a second live policy for a place, or a further one.
local function put_another(wanted, place, policy)
  local several = wanted.several[place] or { wanted.found[place] }
  several[#several + 1] = policy
  wanted.several[place] = several
end

--- Puts the live policies of a kind where they are wanted.
local function look_up(wanted, keys, policies)
  local ids, names, found = keys.id, keys.name, wanted.found
  local any_id = next(ids) ~= nil
  for i = 1, #policies do
    local policy = policies[i]
    local name = policy.displayName
    local place = name ~= nil and names[name]
    if place and found[place] then
      put_another(wanted, place, policy)
    elseif place then
      found[place] = policy
    end
    place = any_id and ids[policy.id:lower()]
    if place then found[place] = policy end
  end
end

local function ids_of(found)
  local ids = {}
  for i, policy in ipairs(found) do ids[i] = policy.id end
  table.sort(ids)
  return table.concat(ids, ", ")
end

local function ambiguous(declared, name, found)
  return problem(declared, "ambiguous", ("%d live policies of this kind are named %s (%s); "
    .. "say which one by id"):format(#found, errors.quote(name), ids_of(found)))
end

--- The live policy that the ith declared one meets, or nil; a problem.
local function meet(declared, i, wanted)
  local place, name = wanted.shared[i] or i, declared.displayName
  local found = wanted.found[place] or nil
  if declared.id then
    if found or declared.absent then return found end
    return nil, problem(declared, "no_such_id",
      ("no live policy of this kind has the id %s; leave the id out to have one created"):format(
        errors.quote(declared.id)))
  end
  if not found and declared.was then
    place, name = wanted.was[i], declared.was
    found = wanted.found[place] or nil
  end
  local several = wanted.several[place]
  if several then return nil, ambiguous(declared, name, several) end
  return found
end

local function claimed_twice(declared, other, policy)
  return problem(declared, "claimed_twice", ("%s and %s are both the live policy %s (%s); "
    .. "give each an id, or a displayName of its own"):format(other.address, declared.address,
    errors.quote(tostring(policy.displayName)), policy.id))
end

--- The live policies of a kind that one of `owns` names and nobody declares.
local function add_orphans(orphans, owns, policies, claimed)
  local pattern = owned.pattern(owns)
  for _, policy in ipairs(policies) do
    if not claimed[policy.id] and tostring(policy.displayName):find(pattern) then
      claimed[policy.id] = owns
      orphans[#orphans + 1] = { kind = owns.kind, policy = policy, owns = owns }
    end
  end
end

local function rank_of_kinds()
  local rank = {}
  for i, kind in ipairs(core.kinds) do rank[kind] = i end
  return rank
end

local function sort_orphans(orphans)
  local rank = rank_of_kinds()
  table.sort(orphans, function(a, b)
    if a.kind ~= b.kind then return (rank[a.kind] or 99) < (rank[b.kind] or 99) end
    local x, y = tostring(a.policy.displayName), tostring(b.policy.displayName)
    if x ~= y then return x < y end
    return a.policy.id < b.policy.id
  end)
end

--- The kinds that a desired set speaks of, in the order of bylaw.kinds.
---@param desired bylaw.Desired
---@return string[]
function match.kinds(desired)
  local named, kinds, rank = {}, {}, rank_of_kinds()
  for _, list in ipairs { desired.policies, desired.owns or {} } do
    for _, one in ipairs(list) do
      if not named[one.kind] then kinds[#kinds + 1] = one.kind end
      named[one.kind] = true
    end
  end
  table.sort(kinds, function(a, b) return (rank[a] or 99) < (rank[b] or 99) end)
  return kinds
end

--- What each declared policy meets, in turn: policies by turn, problems. Those that are met go into
--- `claimed`, by id.
local function meet_all(declarations, wanted, claimed)
  local live, problems = {}, {}
  for i = 1, #declarations do
    local declared = declarations[i]
    local policy, wrong = meet(declared, i, wanted)
    local other = policy and claimed[policy.id]
    if other then
      wrong, policy = claimed_twice(declared, other, policy), nil
    elseif policy then
      claimed[policy.id] = declared
    end
    live[i] = policy or false
    if wrong then table.insert(problems, wrong) end
  end
  return live, problems
end

--- Brings declared and live policies together.
---@param desired bylaw.Desired
---@param policies table<string, table[]>  live ones by kind
---@return bylaw.Matches
function match.find(desired, policies)
  local wanted, all_owned = wanted_of(desired), desired.owns or {}
  for kind, keys in pairs(wanted.kinds) do look_up(wanted, keys, policies[kind] or {}) end
  local plain = not wanted.crossing and next(wanted.several) == nil and #all_owned == 0
  if plain then return { live = wanted.found, orphans = {}, problems = {} } end
  local claimed, orphans = {}, {}
  local live, problems = meet_all(desired.policies, wanted, claimed)
  for _, owns in ipairs(all_owned) do
    add_orphans(orphans, owns, policies[owns.kind] or {}, claimed)
  end
  sort_orphans(orphans)
  return { live = live, orphans = orphans, problems = problems }
end

return match
