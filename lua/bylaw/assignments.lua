--- What carries a policy: assign, unassign, assigned, applies_to. Loading this module gives
--- bylaw.Client these operations as methods; each function takes the client first.
---
--- A target is { servicePrincipal = … } or { application = … }: the object's id, { appId = … }
--- or { displayName = … }. Which kind goes on which is in the table of the kind, and a wrong pair
--- is refused before anything is sent.
local client_module = require "bylaw.client"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local options = require "bylaw.options"
local paths = require "bylaw.paths"
local policies = require "bylaw.policies"

local assignments = {}

---@class bylaw.Target   one of the two
---@field application? string|{ appId?: string, displayName?: string }
---@field servicePrincipal? string|{ appId?: string, displayName?: string }

---@class bylaw.Carrier   what a policy applies to
---@field type string     "application", "servicePrincipal", or what else Graph says
---@field id string
---@field appId? string
---@field displayName? string

local COLLECTIONS = { application = "applications", servicePrincipal = "servicePrincipals" }
local WORDS = { application = "an application", servicePrincipal = "a service principal" }
local WAYS = { "appId", "displayName" }
local ALREADY = "one or more added object references already exist"
local MISSING = "one or more removed object references do not exist"

--- Raises, in the name of the caller's caller, when a target is none. Gives its type and what
--- stands there.
local function read_target(what, target)
  local type_name = type(target) == "table" and next(target)
  local value = type_name and target[type_name]
  if not COLLECTIONS[type_name] or next(target, type_name) ~= nil then
    error(what .. ": a target is { servicePrincipal = … } or { application = … }", 3)
  end
  local way = type(value) == "table" and next(value)
  local named = way and options.is_one_of(way, WAYS) and type(value[way]) == "string"
    and next(value, way) == nil
  if not named and (type(value) ~= "string" or value == "") then
    error(("%s: %s is an id, { appId = … } or { displayName = … }"):format(what, type_name), 3)
  end
  return type_name, value, way or nil
end

--- The kind under whose name a policy is assigned; a legacy one says it by its type.
local function kind_of(what, policy)
  if type(policy) ~= "table" or type(policy.id) ~= "string" or type(policy.kind) ~= "string" then
    error(what .. ": a policy with its id was expected, as create, get and list give it", 3)
  end
  return policy.kind == "policy" and core.types[policy.type] or policy.kind
end

--- Where a kind may be assigned, in words.
local function legal_words(targets)
  local list = {}
  for _, name in ipairs(targets) do
    if WORDS[name] then table.insert(list, WORDS[name]) end
  end
  if #list > 0 then return "it goes on " .. table.concat(list, " or ") end
  return "it holds for the whole organization, by isOrganizationDefault, or not at all"
end

--- An error where the kind does not go on such a target, or is none.
local function pair_fault(kind, type_name)
  local targets = core.targets[kind]
  if not targets then return errors.unknown_kind(kind) end
  if options.is_one_of(type_name, targets) then return nil end
  return errors.new("wrong_target", ("%s cannot be assigned to %s; %s"):format(kind,
    WORDS[type_name], legal_words(targets)), { targets = targets })
end

--- The objects of that type with that name, as { id, appId, displayName }.
local function find_by_name(client, type_name, name)
  local quoted = paths.percent("displayName eq '" .. name:gsub("'", "''") .. "'")
  return policies.items(client, ("/%s?$filter=%s&$select=id,appId,displayName"):format(
    COLLECTIONS[type_name], quoted))
end

--- The path of an object that is named by its displayName; nil and err where none or two have it.
local function path_by_name(client, type_name, name)
  local found, err = find_by_name(client, type_name, name)
  if not found then return nil, err end
  if #found == 1 then
    return ("/%s/%s"):format(COLLECTIONS[type_name], paths.percent(found[1].id))
  end
  local quoted, ids = errors.quote(name), {}
  if #found == 0 then
    return nil, errors.new("not_found",
      ("%s named %s is not there"):format(WORDS[type_name], quoted))
  end
  for i, object in ipairs(found) do ids[i] = object.id end
  return nil, errors.new("ambiguous",
    ("%d objects of type %s are named %s: %s; say which by its id"):format(#found, type_name,
      quoted, table.concat(ids, ", ")), { ids = ids })
end

--- The path of a target, such as "/servicePrincipals/ID".
local function path_of(client, type_name, value, way)
  if way == "displayName" then return path_by_name(client, type_name, value.displayName) end
  local collection = COLLECTIONS[type_name]
  if way == "appId" then
    local key = value.appId:gsub("'", "''")
    return ("/%s(appId='%s')"):format(collection, paths.percent(key))
  end
  local fault = paths.id_fault(value, type_name)
  if fault then return nil, fault end
  return ("/%s/%s"):format(collection, paths.percent(value))
end

--- The path of a kind's policies at a target: "/servicePrincipals/ID/tokenLifetimePolicies".
local function place_of(client, kind, type_name, value, way)
  local err = pair_fault(kind, type_name)
  if err then return nil, err end
  local path
  path, err = path_of(client, type_name, value, way)
  if not path then return nil, err end
  return path .. "/" .. core.collections[kind]
end

local function says(err, words)
  return err.status == 400 and (err.message or ""):lower():find(words, 1, true) ~= nil
end

--- Whether the policy is among those at the place: the service's word that it is already there is
--- taken only so far.
local function is_there(client, place, id)
  local items, err = policies.items(client, place)
  if not items then return nil, err end
  for _, item in ipairs(items) do
    if item.id:lower() == id:lower() then return true end
  end
  return false
end

--- Lets a target carry a policy. One that does so already is fine.
---@param client bylaw.Client
---@param policy bylaw.Policy  with its id
---@param target bylaw.Target
---@return true? done
---@return bylaw.Error? err  code "wrong_target", "not_found", "ambiguous", …
function assignments.assign(client, policy, target)
  local kind, type_name, value, way = kind_of("assign", policy), read_target("assign", target)
  local place, err = place_of(client, kind, type_name, value, way)
  if not place then return nil, err end
  local fault = paths.id_fault(policy.id, "policy")
  if fault then return nil, fault end
  local url = client_module.url_of(client, ("/policies/%s/%s"):format(core.collections[kind],
    paths.percent(policy.id)), core.versions[kind])
  local done
  done, err = client:request("POST", place .. "/$ref", { ["@odata.id"] = url },
    { version = core.versions[kind] })
  if done then return true end
  if says(err, ALREADY) and is_there(client, place, policy.id) then return true end
  return nil, err
end

--- Lets a target carry a policy no more. One that did not is fine.
---@param client bylaw.Client
---@param policy bylaw.Policy  with its id
---@param target bylaw.Target
---@return true? done
---@return bylaw.Error? err
function assignments.unassign(client, policy, target)
  local kind, type_name, value, way = kind_of("unassign", policy), read_target("unassign", target)
  local place, err = place_of(client, kind, type_name, value, way)
  if not place then return nil, err end
  local fault = paths.id_fault(policy.id, "policy")
  if fault then return nil, fault end
  local done
  done, err = client:request("DELETE", ("%s/%s/$ref"):format(place, paths.percent(policy.id)), nil,
    { version = core.versions[kind] })
  if done or err.code == "not_found" or says(err, MISSING) then return true end
  return nil, err
end

--- The policies of a kind that a target carries.
---@param client bylaw.Client
---@param kind string
---@param target bylaw.Target
---@return bylaw.Policy[]?
---@return bylaw.Error? err
function assignments.assigned(client, kind, target)
  options.text("assigned: kind", kind)
  local place, err = place_of(client, kind, read_target("assigned", target))
  if not place then return nil, err end
  return policies.at(client, kind, place, core.versions[kind])
end

--- What carries a policy. Its being the organization's default is no carrier.
---@param client bylaw.Client
---@param policy bylaw.Policy  with its id
---@return bylaw.Carrier[]?
---@return bylaw.Error? err
function assignments.applies_to(client, policy)
  local kind = kind_of("applies_to", policy)
  if not core.collections[kind] then return nil, errors.unknown_kind(kind) end
  local fault = paths.id_fault(policy.id, "policy")
  if fault then return nil, fault end
  local items, err = policies.items(client, ("/policies/%s/%s/appliesTo"):format(
    core.collections[kind], paths.percent(policy.id)), core.versions[kind])
  if not items then return nil, err end
  for i, item in ipairs(items) do
    local function text(name) return type(item[name]) == "string" and item[name] or nil end
    items[i] = {
      type = (text "@odata.type" or ""):match "([^.#]+)$" or "directoryObject",
      id = item.id, appId = text "appId", displayName = text "displayName",
    }
  end
  return items
end

for name, operation in pairs(assignments) do client_module.Client[name] = operation end

return assignments
