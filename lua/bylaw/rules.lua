--- Rules across objects: what no policy by itself can be judged for. Pure: takes what is desired
--- and, where it is known, what is live; gives problems.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local owned = require "bylaw.owned"

local rules = {}

---@class bylaw.RuleOptions
---@field mostRemoved? number  share of the live policies of the kinds concerned that a plan may
---  remove, from 0 to 1; what the declarations set goes before it; nil: all

--- The codes, in the order in which the rules are asked. docs/problems.md explains each.
rules.codes = { "duplicate_id", "duplicate_name", "two_defaults", "wrong_target", "target_taken",
  "assigned_absent", "mapped_claims_refused", "too_many_removed" }

local SOURCE = {
  two_defaults = "Graph: isOrganizationDefault, one of a kind",
  wrong_target = "Graph: navigation properties of application and servicePrincipal",
  target_taken = "Graph: Request_MultipleObjectsWithSameKeyValue",
  mapped_claims_refused = "Entra: AADSTS50146",
}

--- "policies.lua:12:3", for a message that tells of another place.
---@param place? bylaw.Place
---@return string
function rules.words_of_place(place)
  if not place then return "a place that is not known" end
  return table.concat({ place.file, place.line, place.column }, ":")
end

local function problem(declared, code, path, message, severity)
  return { severity = severity or "error", code = code, path = path, message = message,
    source = SOURCE[code], address = declared.address,
    place = declared.place_of and declared.place_of(path) or declared.place }
end

--- "tokenLifetimePolicy.a (policies.lua:1:1)"
local function words_of(declared)
  return ("%s (%s)"):format(declared.address, rules.words_of_place(declared.place))
end

--- Tells of every declaration whose `key_of` gives what an earlier one's gave.
local function each_again(policies, key_of, tell)
  local seen = {}
  for _, declared in ipairs(policies) do
    local key = key_of(declared)
    if key and seen[key] then tell(declared, seen[key]) end
    if key then seen[key] = seen[key] or declared end
  end
end

-- Names ------------------------------------------------------------------------------------------

local function duplicate_ids(found, desired)
  each_again(desired.policies, function(declared)
    return declared.id and declared.kind .. " " .. declared.id:lower()
  end, function(declared, other)
    table.insert(found, problem(declared, "duplicate_id", "/id",
      ("%s has this id too"):format(words_of(other))))
  end)
end

--- Two with ids of their own may share a name, as they may in a tenant.
local function duplicate_names(found, desired)
  each_again(desired.policies, function(declared)
    return not declared.id and declared.displayName and declared.kind .. " " .. declared.displayName
  end, function(declared, other)
    table.insert(found, problem(declared, "duplicate_name", "/displayName",
      ("%s has this name too; a name says which live policy is meant, so give each an id or a "
        .. "name of its own"):format(words_of(other))))
  end)
end

--- A name that a policy had and another one has: both would mean the same live policy.
local function reused_names(found, desired)
  local named = {}
  for _, declared in ipairs(desired.policies) do
    if declared.displayName then named[declared.kind .. " " .. declared.displayName] = declared end
  end
  for _, declared in ipairs(desired.policies) do
    local other = declared.was and named[declared.kind .. " " .. declared.was]
    if other and other ~= declared then
      table.insert(found, problem(declared, "duplicate_name", "/was",
        ("%s still has the name that this one had"):format(words_of(other))))
    end
  end
end

-- The organization's default ---------------------------------------------------------------------

--- Kinds with an effect on the whole organization, by name.
local function organization_kinds()
  local kinds = {}
  for _, kind in ipairs(core.kinds) do
    for _, target in ipairs(core.targets[kind]) do
      if target == "organization" then kinds[kind] = true end
    end
  end
  return kinds
end

local function is_default(declared)
  return declared.policy ~= nil and declared.policy.isOrganizationDefault == true
end

--- The declarations by what live policies are known by: kind and id, kind and name (`was` too, for
--- want of another).
local function index_of(desired)
  local index = {}
  for _, declared in ipairs(desired.policies) do
    if declared.id then index[declared.kind .. " id " .. declared.id:lower()] = declared end
  end
  for _, property in ipairs { "displayName", "was" } do
    for _, declared in ipairs(desired.policies) do
      local key = not declared.id and declared[property]
        and ("%s name %s"):format(declared.kind, declared[property])
      if key then index[key] = index[key] or declared end
    end
  end
  return index
end

--- The declaration of a live policy, or nil.
local function declaration_of(index, kind, live)
  return index[("%s id %s"):format(kind, tostring(live.id):lower())]
    or index[("%s name %s"):format(kind, live.displayName)]
end

--- A function that says whether a live policy is one that the declarations own.
local function owner_of(desired)
  local patterns = {}
  for i, owns in ipairs(desired.owns or {}) do
    patterns[i] = { kind = owns.kind, text = owned.pattern(owns) }
  end
  return function(kind, live)
    for _, pattern in ipairs(patterns) do
      if pattern.kind == kind and tostring(live.displayName):find(pattern.text) then return true end
    end
    return false
  end
end

local function two_defaults(found, desired, live)
  local kinds, default = organization_kinds(), {}
  each_again(desired.policies, function(declared)
    if not (kinds[declared.kind] and is_default(declared)) then return nil end
    default[declared.kind] = default[declared.kind] or declared
    return declared.kind
  end, function(declared, other)
    table.insert(found, problem(declared, "two_defaults", "/isOrganizationDefault",
      ("%s is the organization's default already; there is one of a kind"):format(words_of(other))))
  end)
  local index, is_owned = index_of(desired), owner_of(desired)
  for kind, declared in pairs(default) do
    for _, one in ipairs(live and live.policies[kind] or {}) do
      if one.isOrganizationDefault == true and not declaration_of(index, kind, one)
        and not is_owned(kind, one) then
        table.insert(found, problem(declared, "two_defaults", "/isOrganizationDefault",
          ("the live policy %s (%s) is the organization's default and not declared: declare it, "
            .. "without the default"):format(errors.quote(tostring(one.displayName)),
            tostring(one.id))))
      end
    end
  end
end

-- Targets ----------------------------------------------------------------------------------------

local WAYS = { "id", "appId", "displayName" }

--- Type, way and value of a declared target.
local function read_target(one)
  local name = one.servicePrincipal and "servicePrincipal" or "application"
  local which = one[name]
  if type(which) == "string" then return name, "id", which end
  for _, way in ipairs(WAYS) do
    if type(which) == "table" and which[way] then return name, way, which[way] end
  end
end

--- What a target names, as live; nil where that is not known.
local function carrier_of(live, one)
  local name, way, value = read_target(one)
  local carrier = live and live.targets
    and live.targets[("%s %s %s"):format(name, way, value)]
  return carrier and carrier.id and carrier or nil
end

--- One text for a target: two ways to name an object come to the same where it is known.
local function key_of_target(live, one)
  local name, way, value = read_target(one)
  local carrier = carrier_of(live, one)
  if carrier then return name .. " id " .. carrier.id:lower() end
  return ("%s %s %s"):format(name, way, way == "displayName" and value or value:lower())
end

--- Calls fn for each target: its declaration, the target, the pointer to it.
local function each_target(desired, fn)
  for _, declared in ipairs(desired.policies) do
    for i, one in ipairs(declared.assignTo or {}) do
      fn(declared, one, "/assignTo/" .. i - 1)
    end
  end
end

local ARTICLES = { application = "an application", servicePrincipal = "a service principal" }

local function wrong_targets(found, desired)
  local targets = {}
  for _, kind in ipairs(core.kinds) do
    targets[kind] = {}
    for _, name in ipairs(core.targets[kind]) do targets[kind][name] = true end
  end
  each_target(desired, function(declared, one, path)
    local name, known = read_target(one), targets[declared.kind]
    if not known or known[name] then return end
    local can = {}
    for _, other in ipairs { "application", "servicePrincipal" } do
      if known[other] then can[#can + 1] = ARTICLES[other] end
    end
    table.insert(found, problem(declared, "wrong_target", path,
      ("%s %s cannot be assigned to %s; %s"):format(
        declared.kind:find "^[ao]" and "an" or "a", declared.kind, ARTICLES[name],
        can[1] and "it takes " .. table.concat(can, " or ")
        or "it holds for the organization alone, by isOrganizationDefault")))
  end)
end

local function taken_targets(found, desired, live)
  local taken = {}
  each_target(desired, function(declared, one, path)
    if declared.absent then return end
    local key = declared.kind .. " " .. key_of_target(live, one)
    local other = taken[key]
    taken[key] = other or declared
    if not other then return end
    table.insert(found, problem(declared, "target_taken", path, other == declared
      and "is named twice here"
      or ("%s is assigned to it already; an object carries one policy of a kind"):format(
        words_of(other))))
  end)
end

local function assigned_absent(found, desired)
  for _, declared in ipairs(desired.policies) do
    if declared.absent and declared.assignTo and #declared.assignTo > 0 then
      table.insert(found, problem(declared, "assigned_absent", "/assignTo",
        "the policy is declared absent: nothing can be assigned that does not exist"))
    end
  end
end

--- Claims may be mapped for an application that says it accepts that, or whose service principal
--- has a signing key of its own. Where neither is known, nothing is said.
local function mapped_claims(found, desired, live)
  each_target(desired, function(declared, one, path)
    local carrier = carrier_of(live, one)
    if declared.kind ~= "claimsMappingPolicy" or declared.absent or not carrier then return end
    if carrier.acceptMappedClaims ~= false or #(carrier.keyCredentials or {}) > 0 then return end
    table.insert(found, problem(declared, "mapped_claims_refused", path,
      ("sign-ins to %s will fail with AADSTS50146: set acceptMappedClaims on the application, or "
        .. "give its service principal a signing key of its own"):format(
        errors.quote(carrier.displayName or carrier.id)), "warning"))
  end)
end

-- Removing ---------------------------------------------------------------------------------------

--- How many live policies there are, and how many would go.
local function count_removed(desired, live)
  local index, is_owned = index_of(desired), owner_of(desired)
  local total, removed = 0, 0
  for kind, policies in pairs(live.policies) do
    for _, one in ipairs(policies) do
      local declared = declaration_of(index, kind, one)
      total = total + 1
      if declared and declared.absent or not declared and is_owned(kind, one) then
        removed = removed + 1
      end
    end
  end
  return total, removed
end

local function too_many_removed(found, desired, live, given)
  local most = desired.settings and desired.settings.mostRemoved or given.mostRemoved
  if not live or not most then return end
  local total, removed = count_removed(desired, live)
  if removed <= most * total then return end
  table.insert(found, { severity = "error", code = "too_many_removed", path = "",
    message = ("%d of %d live policies would be removed, which is more than the share of %g that "
      .. "may be (mostRemoved)"):format(removed, total, most) })
end

--- Holds what is desired against the rules.
---@param desired bylaw.Desired
---@param live? bylaw.Live     without it, what needs it is not judged
---@param given? bylaw.RuleOptions
---@return bylaw.Problem[]  each with `address` and `place`, where it is about a declaration
function rules.check(desired, live, given)
  local found = {}
  duplicate_ids(found, desired)
  duplicate_names(found, desired)
  reused_names(found, desired)
  two_defaults(found, desired, live)
  wrong_targets(found, desired)
  taken_targets(found, desired, live)
  assigned_absent(found, desired)
  mapped_claims(found, desired, live)
  too_many_removed(found, desired, live, given or {})
  return found
end

return rules
