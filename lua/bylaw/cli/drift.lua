--- bylaw drift: how what is live left the declarations. Its client cannot write.
local common = require "bylaw.cli.common"
local declared = require "bylaw.cli.declared"
local drift_of = require("bylaw.drift").of
local drift_findings = require "bylaw.cli.drift_findings"
local failure = require "bylaw.cli.failure"
local judged = require "bylaw.cli.judged"
local html = require "bylaw.render.html.plan"
local look = require "bylaw.cli.look"
local plan_json = require "bylaw.render.plan_json"
local plan_text = require "bylaw.render.plan_text"
local planning = require "bylaw.cli.planning"
local session = require "bylaw.cli.session"
local stream = require "bylaw.cli.stream"
local text = require "bylaw.cli.text"

local drift = {
  name = "drift",
  summary = "Show how what is live left the declarations; read-only",
  usage = "bylaw drift [options] [FILE...]",
  examples = {
    { "bylaw drift", "exit 2 when there is drift" },
    { "bylaw drift -o json", "for programs" },
    { "bylaw drift -o html >drift.html", "one page, for a browser or paper" },
  },
  notes = "Exit 0: none; 2: drift; 1: it could not be found out. What the declarations\n"
    .. "ask to ignore is left out. Declarations that were edited and not applied\n"
    .. "show as drift too: run it on what was applied.",
}

function drift.add_to(parser) planning.add_to(parser, common.PLANNED) end

local function say(console, found, options, desired, seen)
  if options.output == "html" then
    console:write(html.drift(found, desired, seen))
    return
  end
  if options.output == "json" then
    options.stream:write_all(plan_json.drift(found, plan_text.drift_footer(found)))
    return
  end
  if judged.is_form(options.output) then
    declared.say(console, desired, options, drift_findings(found, desired, console))
    return console:tell(plan_text.drift_footer(found))
  end
  for _, line in ipairs(plan_text.drift_lines(found, look(console))) do console:say_folded(line) end
  if found.ignored > 0 then
    console:tell(text.count(found.ignored, "difference") .. " ignored, as the declarations ask")
  end
end

function drift.run(options, console)
  stream.begin(options, console)
  local desired, code = declared.load(options, console)
  if not desired then return code end
  local it <close>, err = session.open(options, console, { read_only = true })
  if not it then return failure.streamed(options, console, err) end
  local made, seen
  made, code, seen = planning.make(console, it, desired, options)
  if not made then return code end
  local found = drift_of(made, desired.ignore)
  say(console, found, options, desired, seen)
  return #found.changes > 0 and 2 or 0
end

return drift
