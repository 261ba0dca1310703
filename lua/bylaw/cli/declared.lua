--- The declarations that plan, apply and drift go by, and what is wrong with them.
local declaration = require "bylaw.declaration"
local declarations = require "bylaw.cli.declarations"
local diagnostic = require "bylaw.cli.diagnostic"
local failure = require "bylaw.cli.failure"
local judged = require "bylaw.cli.judged"
local plan_json = require "bylaw.render.plan_json"
local report = require "bylaw.cli.report"

local declared = {}

local FAILED = 1

function declared.add_to(parser)
  parser:argument "FILE":args "*":target "files"
    :description "Declarations in Lua; policies.lua, else\npolicies/*.lua, by default."
  declarations.add_to(parser)
end

--- Puts problems where the result goes: into the stream at once; for a form for CI into
--- `options.found`, to be said when all are known. Else, on stderr: they are no result.
local function put(console, diagnostics, options)
  if options.stream then
    for _, one in ipairs(diagnostics) do
      options.stream:write(plan_json.diagnostic(diagnostic.data(one)))
    end
  elseif judged.is_form(options.output) then
    options.found = table.move(diagnostics, 1, #diagnostics, #(options.found or {}) + 1,
      options.found or {})
  else
    report.write(diagnostics, console, false)
  end
end

--- Tells of problems.
---@param console bylaw.cli.Console
---@param desired bylaw.Desired
---@param problems bylaw.Problem[]
---@param options table
---@return integer? exit_code  nil where there was no error among them
function declared.tell(console, desired, problems, options)
  local diagnostics, failed = {}, nil
  for i, problem in ipairs(problems) do
    diagnostics[i] = diagnostic.of_declared(problem, desired.files)
    if problem.severity == "error" then failed = FAILED end
  end
  put(console, diagnostics, options)
  if failed and options.found then declared.say(console, desired, options, {}) end
  return failed
end

--- Says what was found, in the form for CI that was asked for.
---@param console bylaw.cli.Console
---@param desired bylaw.Desired
---@param options table
---@param more bylaw.cli.Diagnostic[]  beside the problems
function declared.say(console, desired, options, more)
  local all = table.move(more, 1, #more, #(options.found or {}) + 1, options.found or {})
  judged.say(console, options.output, options.verb, all, judged.subjects(desired))
end

--- Loads the declarations that the command line names. What is wrong has been told.
---@param options table
---@param console bylaw.cli.Console
---@return bylaw.Desired?
---@return integer? exit_code
function declared.load(options, console)
  local names, none = declarations.files(options)
  if not names then
    return nil, failure.streamed(options, console, none)
  end
  local files = {}
  for i, name in ipairs(names) do files[i] = { name = name } end
  local desired = declaration.read(files, declarations.options(options, console))
  local code = declared.tell(console, desired, desired.problems, options)
  if code then return nil, code end
  return desired
end

return declared
