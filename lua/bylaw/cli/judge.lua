--- Holds the policies of files against the rules, without any network.
local judge = {}

local core = require "bylaw.core"
local diagnostic = require "bylaw.cli.diagnostic"

---@class bylaw.cli.Verdict
---@field diagnostics bylaw.cli.Diagnostic[]
---@field errors integer
---@field warnings integer
---@field policies integer  how many were looked at
---@field invalid integer   how many of them have an error

local function add(verdict, one)
  table.insert(verdict.diagnostics, one)
  local counter = one.severity == "error" and "errors" or "warnings"
  verdict[counter] = verdict[counter] + 1
end

--- Whether a problem of a policy was told as one of the file's text.
local function is_told(input, problem)
  for _, one in ipairs(input.problems) do
    if one.code == problem.code and one.path == problem.path and not input.list then return true end
  end
  return false
end

local function problems_of(policy)
  local valid, result = core.validate(policy)
  if valid then return result end
  if result.problems then return result.problems end
  return { { severity = "error", code = result.code, path = "", message = result.message } }
end

local function judge_item(verdict, input, item)
  local before = verdict.errors
  for _, problem in ipairs(problems_of(item.policy)) do
    if not is_told(input, problem) then
      add(verdict, diagnostic.of_problem(input, item, problem))
    end
  end
  verdict.policies = verdict.policies + 1
  if verdict.errors > before then verdict.invalid = verdict.invalid + 1 end
end

--- What is wrong with the files and, unless they are not to be judged, with their policies.
---@param inputs bylaw.cli.Input[]
---@param judged? boolean  true by default
---@return bylaw.cli.Verdict
function judge.inputs(inputs, judged)
  local verdict = { diagnostics = {}, errors = 0, warnings = 0, policies = 0, invalid = 0 }
  for _, input in ipairs(inputs) do
    for _, one in ipairs(input.problems) do add(verdict, one) end
    if judged ~= false then
      for _, item in ipairs(input.items) do judge_item(verdict, input, item) end
    end
  end
  return verdict
end

return judge
