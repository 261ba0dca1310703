--- A policy as a value: a table of Graph's properties that knows its kind.
local core = require "bylaw.core"

local policy = {}

---@class bylaw.Policy
---@field kind string              such as "tokenLifetimePolicy"; "policy" for a legacy one
---@field displayName string       the name people see; not unique in a tenant
---@field definition table|string  what is inside the wrapper; the text where it cannot be read
---@field isOrganizationDefault? boolean  whether it holds for the whole organization
---@field description? string      not every kind takes one
---@field type? string             kind of a legacy policy, such as "TokenLifetimePolicy"
---@field id? string               GUID that the service gave
---@field accept? string[]         codes of problems that are to be warnings
---@field problems? bylaw.Problem[]  what is odd about a policy that came from the service

local byte = string.byte
local ANNOTATION = byte "@" -- begins "@odata.context" and its like

local metatable = core.policy_metatable

function metatable.__tostring(p)
  return ("%s %q"):format(p.kind, tostring(p.displayName))
end

--- The kind whose rows a definition is held against; nil for an unknown legacy type.
local function definition_kind(p)
  if p.kind ~= "policy" then return p.kind end
  return core.types[p.type]
end

--- The one text of a definition on the wire: a string, or a list of one string.
local function wire_text(definition)
  if type(definition) == "table" and rawlen(definition) == 1 and next(definition, 1) == nil then
    definition = rawget(definition, 1)
  end
  return type(definition) == "string" and definition or nil
end

--- What stands inside { TokenLifetimePolicy = { … } }; the table itself where no wrapper is.
local function unwrap(definition, kind)
  local wrapper = core.wrappers[kind]
  local inner = wrapper and rawget(definition, wrapper)
  if type(inner) == "table" and next(definition, next(definition)) == nil then return inner end
  return definition
end

--- Whether strict JSON would have refused the text.
local function is_lenient(problems)
  for i = 1, #problems do
    if problems[i].code == "lenient_json" then return true end
  end
  return false
end

--- Makes `definition` read as the inner object, and keeps a text for as long as nobody changes it;
--- the service's own goes back as it came even where it is not strict JSON.
---@return bylaw.Problem[]  of a text
local function open_definition(p, from_service)
  local kind, text = definition_kind(p), wire_text(p.definition)
  if not kind then return {} end
  if text then
    local inner, problems = core.definition_decode(kind, text)
    if not inner then return problems.problems or {} end
    p.definition = inner
    core.keep(p, text, from_service and is_lenient(problems))
    return problems
  end
  if type(p.definition) == "table" then p.definition = unwrap(p.definition, kind) end
  return {}
end

--- Makes a policy of a table of its properties; the table is left as it is, its definition shared.
--- What is wrong inside is told by `validate`.
---@param kind string
---@param properties table
---@return bylaw.Policy
function policy.new(kind, properties)
  if type(properties) ~= "table" then -- constructors end in this call: they are no level
    error(("bylaw.%s takes a table of properties, not %s"):format(kind, type(properties)), 2)
  end
  local p = {}
  for key, value in next, properties do p[key] = value end
  p.kind = kind
  open_definition(p)
  return setmetatable(p, metatable)
end

--- Makes a policy of what the service answered: the table itself becomes it. Nulls and annotations
--- go; a definition that bylaw finds odd is readable all the same, its problems in `problems`.
---@param kind string
---@param answer table  as decoded from JSON
---@return bylaw.Policy
function policy.stored(kind, answer)
  for key, value in next, answer do
    if value == core.null or byte(key) == ANNOTATION then answer[key] = nil end
  end
  answer.kind = kind
  local problems = open_definition(answer, true)
  for i = 1, #problems do problems[i].path = "/definition" .. problems[i].path end
  answer.problems = problems
  return setmetatable(answer, metatable)
end

return policy
