--- Policies as they are declared: what belongs to the declaration, what is the policy's own.
local policies = {}

local core = require "bylaw.core"
local errors = require "bylaw.errors"
local policy = require "bylaw.policy"
local problems = require "bylaw.declaration.problems"
local rules = require "bylaw.rules"

--- What belongs to the declaration and is not of the policy itself.
local OWN = { was = "string", absent = "boolean", assignTo = "table" }
local OWN_NAMES = { "was", "absent", "assignTo" }


local function address_of(self, kind, label, properties)
  if label then
    if label:find "^[%w_-]+$" then return kind .. "." .. label end
    return ("%s[%s]"):format(kind, errors.quote(label))
  end
  local name = properties.displayName
  if type(name) == "string" then return ("%s %s"):format(kind, errors.quote(name)) end
  return ("%s, number %d"):format(kind, #self.desired.policies + 1)
end

local function check_own(self, declared)
  for _, name in ipairs(OWN_NAMES) do
    local value = declared.properties[name]
    if value ~= nil and type(value) ~= OWN[name] then
      problems.add_to(self, declared, "wrong_type", "/" .. name,
        ("must be a %s, not a %s"):format(OWN[name], type(value)))
      declared[name] = nil
    end
  end
  if declared.absent and not declared.id and type(declared.displayName) ~= "string" then
    problems.add_to(self, declared, "missing_property", "/displayName",
      '"displayName" is missing: it says which policy must not exist')
  end
end

local WAYS = { "appId", "displayName", "id" }

--- What is wrong with one target, or nil.
local function wrong_target(one)
  local which = type(one) == "table" and (one.servicePrincipal or one.application)
  if not which or next(one, next(one)) ~= nil then
    return 'must be servicePrincipal { appId = "..." } or application { appId = "..." }'
  end
  if type(which) == "string" then return nil end
  local count = 0
  for name, value in next, which do
    count = count + 1
    if not (name == "id" or name == "appId" or name == "displayName") then
      local hint = type(name) == "string" and errors.suggestion(name, WAYS) or ""
      return ("has %s; appId, displayName or id say which one%s"):format(
        errors.quote(tostring(name)), hint)
    end
    if type(value) ~= "string" then return name .. " must be a string, not a " .. type(value) end
  end
  if count ~= 1 then return "must have one of appId, displayName and id" end
end

--- The targets of a policy: a list, or one by itself.
local function take_targets(self, declared)
  local given = declared.assignTo
  if not given then return end
  if given.servicePrincipal or given.application then given = { given } end
  declared.assignTo = {}
  for i, one in ipairs(given) do
    local wrong = wrong_target(one)
    if wrong then
      problems.add_to(self, declared, "invalid_target", "/assignTo/" .. i - 1, wrong)
    else
      table.insert(declared.assignTo, one)
    end
  end
end

--- The hint of a property that bylaw itself knows, nearly.
local function own_hint(problem)
  local name = problem.path:match "^/([^/]*)$"
  if problem.code ~= "unknown_property" or problem.hint or not name then return problem end
  local lower = {}
  for i, own in ipairs(OWN_NAMES) do lower[i] = own:lower() end
  local near = core.nearest(name:lower(), lower)
  for i, own in ipairs(lower) do
    if own == near then problem.hint = OWN_NAMES[i] end
  end
  return problem
end

--- Holds a policy against its kind's rows.
function policies.judge(self, declared)
  local valid, result = core.validate(declared.policy)
  local found = valid and result or result.problems
    or { { severity = "error", code = result.code, path = "", message = result.message } }
  declared.valid = valid == true
  for _, problem in ipairs(found) do
    problem.judged = true
    table.insert(self.desired.problems, own_hint(problems.locate(self, declared, problem)))
  end
end

local function policy_of(kind, properties)
  local rest = {}
  for key, value in next, properties do
    if OWN[key] == nil then rest[key] = value end
  end
  return policy.new(kind, rest)
end

--- Takes a policy that is declared on a line of a file.
function policies.add(self, kind, label, properties, name, line)
  local function text(value) return type(value) == "string" and value or nil end
  local declared = { kind = kind, label = label, properties = properties,
    address = address_of(self, kind, label, properties), id = text(properties.id),
    displayName = text(properties.displayName), was = properties.was,
    absent = properties.absent or nil, assignTo = properties.assignTo,
    place = problems.place_on(self, name, line, kind) }
  function declared.place_of(pointer) return problems.follow(self, declared, pointer).place end
  check_own(self, declared)
  take_targets(self, declared)
  local other = label and self.addresses[declared.address]
  if other then
    problems.add_to(self, declared, "duplicate_label", "",
      ("is declared twice: %s has it too"):format(rules.words_of_place(other.place)))
  end
  self.addresses[declared.address] = declared
  if not declared.absent then declared.policy = policy_of(kind, properties) end
  table.insert(self.desired.policies, declared)
end

return policies
