--- Problems as short lines, for whole comparisons: "error unknown_property /definition/x [hint]".
local problems = {}

local function line(problem)
  local text = ("%s %s %s"):format(problem.severity, problem.code, problem.path)
  if problem.hint then text = text .. " [" .. problem.hint .. "]" end
  if problem.line then text = ("%s @%d:%d"):format(text, problem.line, problem.column) end
  return text
end

--- All problems of `validate`'s two results, in their order.
function problems.of(valid, result)
  local list = {}
  for _, problem in ipairs(valid and result or result.problems) do
    list[#list + 1] = line(problem)
  end
  return list
end

return problems
