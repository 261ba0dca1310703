--- Writes what a verb judged in a form for CI: SARIF, JUnit, GitHub Actions, Azure Pipelines.
local diagnostic = require "bylaw.cli.diagnostic"
local version = require "bylaw.version"

local judged = {}

local FORMS = { sarif = true, junit = true, github = true, azuredevops = true }

--- Whether the result is to be in one of these forms.
function judged.is_form(output) return FORMS[output] or false end

---@param console bylaw.cli.Console
---@param output "sarif"|"junit"|"github"|"azuredevops"
---@param verb string
---@param diagnostics bylaw.cli.Diagnostic[]
---@param subjects string[]  addresses of all that was judged
function judged.say(console, output, verb, diagnostics, subjects)
  local list = {}
  for i, one in ipairs(diagnostics) do list[i] = diagnostic.data(one) end
  local text = require("bylaw.render." .. output) { version = version, verb = verb,
    diagnostics = list, subjects = subjects }
  if text ~= "" then console:say(text) end
end

--- Addresses of policies that are declared.
---@param desired bylaw.Desired
---@return string[]
function judged.subjects(desired)
  local list = {}
  for i, one in ipairs(desired.policies) do list[i] = one.address end
  return list
end

return judged
