--- Adds up what is wrong with files.
local judge = {}

---@class bylaw.cli.Verdict
---@field diagnostics bylaw.cli.Diagnostic[]
---@field errors integer
---@field warnings integer
---@field policies integer  how many were looked at
---@field subjects string[] their addresses

local function add(verdict, diagnostics)
  for _, one in ipairs(diagnostics) do
    table.insert(verdict.diagnostics, one)
    local counter = one.severity == "error" and "errors" or "warnings"
    verdict[counter] = verdict[counter] + 1
  end
end

--- What is wrong with the files and, unless that is not to be judged, with what is in them.
---@param inputs bylaw.cli.Input[]
---@param judged? boolean  true by default
---@return bylaw.cli.Verdict
function judge.inputs(inputs, judged)
  local verdict = { diagnostics = {}, errors = 0, warnings = 0, policies = 0,
    subjects = {} }
  for _, input in ipairs(inputs) do
    add(verdict, input.problems)
    if judged ~= false then add(verdict, input.verdicts) end
    verdict.policies = verdict.policies + #input.items
    for _, item in ipairs(input.items) do table.insert(verdict.subjects, item.address) end
  end
  return verdict
end

return judge
