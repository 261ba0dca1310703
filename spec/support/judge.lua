--- An independent judge of definitions: ajv, a JSON Schema validator for node, which the set-up of
--- the tests puts into build/node.
local shell = require "spec.support.shell"

local judge = {}

local MODULES = "build/node/node_modules"

--- Why it cannot judge here; nil when it can.
function judge.missing()
  if select(2, shell.run "command -v node") ~= 0 then return "node is not there" end
  if not shell.exists(MODULES .. "/ajv/dist/2020.js") then return "ajv is not in " .. MODULES end
end

--- What it says of each { kind, text }: "valid", or what is wrong, in one process for all.
---@param schemas string  folder of KIND.schema.json
---@param cases { kind: string, text: string }[]
---@return string[]
function judge.verdicts(schemas, cases)
  local folder = shell.scratch()
  local file = assert(io.open(folder .. "/in", "w"))
  for _, case in ipairs(cases) do file:write(case.kind, "\t", case.text, "\n") end
  file:close()
  shell.must("timeout 120 node spec/support/judge.js %s '%s' %s/in %s/out", MODULES, schemas,
    folder, folder)
  local verdicts = {}
  for line in io.lines(folder .. "/out") do verdicts[#verdicts + 1] = line end
  shell.remove(folder)
  assert(#verdicts == #cases, "a verdict for each case")
  return verdicts
end

return judge
