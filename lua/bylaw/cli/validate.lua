--- bylaw validate: checks files of policies, without any network.
local common = require "bylaw.cli.common"
local core = require "bylaw.core"
local declarations = require "bylaw.cli.declarations"
local diagnostic = require "bylaw.cli.diagnostic"
local failure = require "bylaw.cli.failure"
local input = require "bylaw.cli.input"
local judge = require "bylaw.cli.judge"
local judged = require "bylaw.cli.judged"
local pretty = require "bylaw.cli.pretty"
local report = require "bylaw.cli.report"
local text = require "bylaw.cli.text"

local validate = {
  name = "validate",
  summary = "Check files of policies, without any network",
  usage = "bylaw validate [options] [FILE...]",
  examples = {
    { "bylaw validate", "policies.lua, else policies/*.lua" },
    { "bylaw validate a.lua body.json", "Lua files and request bodies" },
    { "bylaw validate -o json", "for programs" },
    { "bylaw validate -o sarif >bylaw.sarif", "for code scanning" },
  },
  notes = "Every problem is told at once, with its place. Warnings alone leave a\n"
    .. "file valid.",
}

local function rows(names, fields)
  local list = {}
  for name in names:gmatch "%S+" do
    list[#list + 1] = { name = name, fields = fields and fields[name] }
  end
  return list
end

--- The members of the JSON document, in the order in which they are written.
local POSITION = rows "line column byte"
local RANGE = rows("filename start end", { start = POSITION, ["end"] = POSITION })
local DIAGNOSTIC = rows("severity code summary detail address path filename range snippet",
  { range = RANGE, definition = POSITION })
local DOCUMENT = rows("format_version valid error_count warning_count diagnostics",
  { diagnostics = DIAGNOSTIC })

function validate.add_to(parser)
  parser:argument "FILE":args "*":target "files"
    :description "Declarations in Lua, or JSON bodies; - is\nstdin."
  common.add_kind(parser)
  declarations.add_to(parser)
  common.add_output(parser, common.JUDGED)
end

local function say_json(console, verdict)
  local diagnostics = {}
  for i, one in ipairs(verdict.diagnostics) do diagnostics[i] = diagnostic.data(one) end
  if #diagnostics == 0 then diagnostics = core.json_read "[]" end
  console:say(pretty.json({
    format_version = "1.0", valid = verdict.errors == 0, error_count = verdict.errors,
    warning_count = verdict.warnings, diagnostics = diagnostics,
  }, DOCUMENT))
end

local function summary(console, verdict)
  local warnings = verdict.warnings > 0 and ", " .. text.count(verdict.warnings, "warning") or ""
  if verdict.errors > 0 then
    return console:on_stdout("red", "Invalid:") .. " "
      .. text.count(verdict.errors, "error") .. warnings
  end
  local count = text.count(verdict.policies, "policy", "policies")
  return ("%s %s%s"):format(console:on_stdout("green", "Valid:"), count, warnings)
end

function validate.run(options, console)
  local files, none = declarations.files(options)
  if not files then return failure.tell(console, none) end
  local inputs = input.read(files, {
    kind = options.kind, stdin = console.stdin, load = declarations.options(options, console),
  })
  local verdict = judge.inputs(inputs)
  if options.output == "json" then
    say_json(console, verdict)
  elseif judged.is_form(options.output) then
    judged.say(console, options.output, "validate", verdict.diagnostics, verdict.subjects)
    console:tell(summary(console, verdict))
  else
    report.write(verdict.diagnostics, console, true)
    if not console.quiet then console:say(summary(console, verdict)) end
  end
  return verdict.errors == 0 and 0 or 1
end

return validate
