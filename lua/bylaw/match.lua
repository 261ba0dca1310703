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

--- The texts by which live policies of a kind are looked up. What is found takes the place of the
--- false: a policy, or a list of those that have the same.
--- And whether two could meet the same live policy.
local function wanted_of(desired)
  local by_kind, crossing = {}, false
  for _, declared in ipairs(desired.policies) do
    local wanted = by_kind[declared.kind] or { id = {}, name = {} }
    by_kind[declared.kind] = wanted
    if declared.id then wanted.id[declared.id:lower()] = false end
    local name = declared.displayName
    crossing = crossing or declared.id ~= nil or declared.was ~= nil
      or (name ~= nil and wanted.name[name] ~= nil)
    if name then wanted.name[name] = false end
    if declared.was then wanted.name[declared.was] = false end
  end
  return by_kind, crossing
end

local function put(found, key, policy)
  local there = found[key]
  if not there then
    found[key] = policy
  elseif there.id then
    found[key] = { there, policy }
  else
    there[#there + 1] = policy
  end
end

--- Puts the live policies into `wanted`.
local function look_up(wanted, policies)
  local ids, names = wanted.id, wanted.name
  local any_id = next(ids) ~= nil
  for i = 1, #policies do
    local policy = policies[i]
    local name = policy.displayName
    if name ~= nil and names[name] ~= nil then put(names, name, policy) end
    local id = any_id and policy.id:lower()
    if id and ids[id] ~= nil then put(ids, id, policy) end
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

--- The live policy that a declared one meets, or nil; a problem.
local function meet(declared, wanted)
  if declared.id then
    local policy = wanted.id[declared.id:lower()] or nil
    if policy or declared.absent then return policy end
    return nil, problem(declared, "no_such_id",
      ("no live policy of this kind has the id %s; leave the id out to have one created"):format(
        errors.quote(declared.id)))
  end
  local found = wanted.name[declared.displayName] or nil
  if found and not found.id then
    return nil, ambiguous(declared, declared.displayName, found)
  end
  if found or not declared.was then return found end
  found = wanted.name[declared.was] or nil
  if found and not found.id then return nil, ambiguous(declared, declared.was, found) end
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

--- Brings declared and live policies together.
---@param desired bylaw.Desired
---@param policies table<string, table[]>  live ones by kind
---@return bylaw.Matches
function match.find(desired, policies)
  local wanted, crossing = wanted_of(desired)
  local claimed = (crossing or #(desired.owns or {}) > 0) and {} or nil
  local result = { live = {}, orphans = {}, problems = {} }
  for kind, lists in pairs(wanted) do look_up(lists, policies[kind] or {}) end
  for i, declared in ipairs(desired.policies) do
    local policy, wrong = meet(declared, wanted[declared.kind])
    if policy and claimed and claimed[policy.id] then
      wrong, policy = claimed_twice(declared, claimed[policy.id], policy), nil
    end
    if policy and claimed then claimed[policy.id] = declared end
    result.live[i] = policy or false
    result.problems[#result.problems + 1] = wrong
  end
  for _, owns in ipairs(desired.owns or {}) do
    add_orphans(result.orphans, owns, policies[owns.kind] or {}, claimed)
  end
  sort_orphans(result.orphans)
  return result
end

return match
