--- The declarations that plan, apply and drift go by, and what is wrong with them.
local declaration = require "bylaw.declaration"
local declarations = require "bylaw.cli.declarations"
local diagnostic = require "bylaw.cli.diagnostic"
local judged = require "bylaw.cli.judged"
local report = require "bylaw.cli.report"

local declared = {}

local FAILED, USAGE = 1, 64

function declared.add_to(parser)
  parser:argument "FILE":args "*":target "files"
    :description "Declarations in Lua; policies.lua, else\npolicies/*.lua, by default."
  declarations.add_to(parser)
end

--- Tells of problems, on stderr: they are not what was asked for. In a form for CI they are, and
--- are kept in `options.found`, to be said when all are known.
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
  if not judged.is_form(options.output) then
    report.write(diagnostics, console, false)
    return failed
  end
  options.found = table.move(diagnostics, 1, #diagnostics, #(options.found or {}) + 1,
    options.found or {})
  if failed then declared.say(console, desired, options, {}) end
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
    console:fail(none)
    return nil, USAGE
  end
  local files = {}
  for i, name in ipairs(names) do files[i] = { name = name } end
  local desired = declaration.read(files, declarations.options(options, console))
  local code = declared.tell(console, desired, desired.problems, options)
  if code then return nil, code end
  return desired
end

return declared
