--- Microsoft Entra policies, by Lua. What is behind a name is loaded when the name is first used: a
--- program that requires bylaw and does not come to it pays nothing for libcurl.
local version = require "bylaw.version"

---@class bylaw
---@field kinds string[]  names of the kinds, in a stable order
---@field null lightuserdata  JSON's null; the same as cjson.null
---@field credential bylaw.credential
---@field policy fun(properties: bylaw.LegacyProperties): bylaw.Policy
---@field validate fun(p: bylaw.Policy): true?, bylaw.Problem[]|bylaw.Error
---@field encode fun(p: bylaw.Policy, dialect?: bylaw.Dialect): string?, bylaw.Error?
---@field definition bylaw.Definitions
---@field map fun(items: any[], fn: function, options?: table): any[]
---@field tasks bylaw.tasks
---@field load fun(path: string|string[], options?: bylaw.LoadOptions): bylaw.Desired?, bylaw.Error?
---@field export fun(client: bylaw.Client, options?: table): string?, bylaw.Error?
---@field apply fun(on: bylaw.Client, plan: bylaw.Plan, o?: bylaw.ApplyOptions): bylaw.ApplyOutcome
---@field connect fun(given: bylaw.ClientOptions): bylaw.Client?, bylaw.Error?
local bylaw = {
  _NAME = "bylaw",
  _VERSION = version,
}

--- The core, and what gives its errors their words.
local function core()
  require "bylaw.errors"
  return require "bylaw.core"
end

--- What gives the value of a name, at its first use.
---@type table<string, fun(): any>
local makers = {}

function makers.kinds() return core().kinds end
function makers.null() return core().null end
function makers.credential() return require "bylaw.credential" end

---@alias bylaw.Dialect "collection"|"legacy"|"legacy-string"

---@class bylaw.LegacyProperties
---@field type string
---@field displayName string
---@field definition table|string|string[]

---@class bylaw.Definitions
---@field encode fun(kind: string, definition: table|string): string?, bylaw.Error?
---@field decode fun(kind: string, text: string|string[]): table?, bylaw.Problem[]|bylaw.Error
---@field equal fun(kind: string, a: table|string, b: table|string): boolean

---@class bylaw.Problem
---@field severity "error"|"warning"
---@field code string     stable, such as "unknown_property"
---@field path string     JSON pointer into the policy, going on inside its definition
---@field message string  what is wrong and what would be right
---@field hint? string    the nearest legal name or value
---@field source? string  where the rule is stated
---@field line? integer   in the definition's text, from 1, where it was given as one
---@field column? integer in that line, from 1, in bytes

--- One constructor a kind: bylaw.tokenLifetimePolicy { displayName = …, definition = { … } }.
--- A definition may be the inner object, the whole documented form with its wrapper, a JSON
--- text, or a list with one text. A table may leave out wrapper and Version; a text is taken as it
--- stands.
local function constructor(kind)
  require "bylaw.errors"
  local new = require("bylaw.policy").new
  return function(properties) return new(kind, properties) end
end

--- A policy for the legacy endpoint /beta/policies, whose `type` says its kind.
function makers.policy() return constructor "policy" end

--- The table of a kind: name, collection, wrapper, targets, doc, source, fields.
---@param kind string
---@return bylaw.Kind? description
---@return bylaw.Error? err  code "unknown_kind"
function bylaw.describe(kind)
  local found = core().describe(kind)
  if found then return found end
  return nil, require("bylaw.errors").unknown_kind(kind)
end

--- Checks a policy without any network, every problem at once: true and the warnings; or nil and
--- err, with all problems in err.problems.
function makers.validate() return core().validate end

--- The request body of a policy, checked first; in the dialect of the policy's endpoint unless
--- another is named.
function makers.encode() return core().encode end

--- Definitions by themselves.
function makers.definition()
  local found = core()
  return {
    --- Canonical text of a table (or of a text, read leniently), checked first.
    encode = found.definition_encode,
    --- The inner table of a text, or of a list with one text, and what is odd about it.
    decode = found.definition_decode,
    --- Whether two definitions mean the same.
    equal = found.definition_equal,
  }
end

--- Calls a function for each of many items, side by side.
function makers.map() return require "bylaw.map" end

--- What lies below `map`: tasks that are begun by themselves, waits, and what a host with an event
--- loop of its own needs.
function makers.tasks() return require "bylaw.tasks" end

--- Loads files of declarations: what is desired, or every problem at once.
function makers.load() return require("bylaw.declaration").load end

--- Writes what is live as declarations.
function makers.export() return require("bylaw.export").run end

--- What would have to be done so that a service is as declared. Everything is read first.
---@param on bylaw.Client
---@param desired bylaw.Desired
---@param given? bylaw.LiveOptions
---@return bylaw.Plan?
---@return bylaw.Error? err  of a read that failed; or code "invalid", with all problems
function bylaw.plan(on, desired, given)
  local seen, err = require("bylaw.live").read(on, desired, given)
  if not seen then return nil, err end
  return require("bylaw.plan").judged(desired, seen)
end

--- Carries out a plan: bylaw.apply(client, plan, options). What went wrong is in the results.
function makers.apply() return require("bylaw.apply").run end

--- A client of Microsoft Graph, or of anything that speaks like it.
function makers.connect()
  local connect = require("bylaw.client").connect
  require "bylaw.policies" -- gives the client its operations
  require "bylaw.assignments"
  return connect
end

--- The value of a name that was not used yet: what its maker gives, or a kind's constructor.
local function value_of(name)
  if makers[name] then return makers[name]() end
  for _, kind in ipairs(bylaw.kinds) do
    if kind == name then return constructor(kind) end
  end
end

return setmetatable(bylaw, {
  __index = function(self, name)
    local value = value_of(name)
    rawset(self, name, value)
    return value
  end,
  __pairs = function(self)
    for name in pairs(makers) do local _ = self[name] end
    for _, kind in ipairs(self.kinds) do local _ = self[kind] end
    return next, self
  end,
})
