--- Microsoft Entra policies, by Lua.
local core = require "bylaw.core"
local client = require "bylaw.client"
local credential = require "bylaw.credential"
local declaration = require "bylaw.declaration"
local export = require "bylaw.export"
local map = require "bylaw.map"
local policy = require "bylaw.policy"
local tasks = require "bylaw.tasks"
require "bylaw.policies" -- gives the client its operations
require "bylaw.assignments"

---@class bylaw
---@field kinds string[]  names of the kinds, in a stable order
---@field null lightuserdata  JSON's null; the same as cjson.null
---@field credential bylaw.credential
local bylaw = {
  _NAME = "bylaw",
  _VERSION = core.version,
  kinds = core.kinds,
  null = core.null,
  credential = credential,
}

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
for _, kind in ipairs(core.kinds) do
  bylaw[kind] = function(properties) return policy.new(kind, properties) end
end

--- A policy for the legacy endpoint /beta/policies, whose `type` says its kind.
---@param properties { type: string, displayName: string, definition: table|string|string[] }
---@return bylaw.Policy
function bylaw.policy(properties) return policy.new("policy", properties) end

--- The table of a kind: name, collection, wrapper, targets, doc, source, fields.
---@param kind string
---@return bylaw.Kind? description
---@return bylaw.Error? err  code "unknown_kind"
function bylaw.describe(kind)
  local found = core.describe(kind)
  if found then return found end
  return nil, require("bylaw.errors").unknown_kind(kind)
end

--- Checks a policy without any network: every problem at once.
---@type fun(p: bylaw.Policy): true?, bylaw.Problem[]|bylaw.Error
---  true and the warnings; or nil and err, with all problems in err.problems
bylaw.validate = core.validate

--- The request body of a policy, checked first; in the dialect of the policy's endpoint unless
--- another is named.
---@alias bylaw.Dialect "collection"|"legacy"|"legacy-string"
---@type fun(p: bylaw.Policy, dialect?: bylaw.Dialect): string?, bylaw.Error?
bylaw.encode = core.encode

--- Definitions by themselves.
bylaw.definition = {
  --- Canonical text of a table (or of a text, read leniently), checked first.
  ---@type fun(kind: string, definition: table|string): string?, bylaw.Error?
  encode = core.definition_encode,
  --- The inner table of a text, or of a list with one text, and what is odd about it.
  ---@type fun(kind: string, text: string|string[]): table?, bylaw.Problem[]|bylaw.Error
  decode = core.definition_decode,
  --- Whether two definitions mean the same.
  ---@type fun(kind: string, a: table|string, b: table|string): boolean
  equal = core.definition_equal,
}

--- Loads files of declarations: what is desired, or every problem at once.
bylaw.load = declaration.load

--- Writes what is live as declarations.
bylaw.export = export.run

--- Calls a function for each of many items, side by side.
bylaw.map = map

--- What lies below `map`: tasks that are begun by themselves, waits, and what a host with an event
--- loop of its own needs.
bylaw.tasks = tasks

--- A client of Microsoft Graph, or of anything that speaks like it.
bylaw.connect = client.connect

return bylaw
