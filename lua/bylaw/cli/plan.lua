--- bylaw plan: what apply would do. It writes nothing.
local common = require "bylaw.cli.common"
local declared = require "bylaw.cli.declared"
local failure = require "bylaw.cli.failure"
local html = require "bylaw.render.html.plan"
local look = require "bylaw.cli.look"
local judged = require "bylaw.cli.judged"
local plan_file = require "bylaw.cli.plan_file"
local plan_json = require "bylaw.render.plan_json"
local plan_text = require "bylaw.render.plan_text"
local planning = require "bylaw.cli.planning"
local whole = require("bylaw.plan").whole
local session = require "bylaw.cli.session"
local stream = require "bylaw.cli.stream"

local plan = {
  name = "plan",
  summary = "Show what apply would do; nothing is written",
  usage = "bylaw plan [options] [FILE...]",
  examples = {
    { "bylaw plan", "policies.lua, else policies/*.lua" },
    { "bylaw plan --out next.plan", "save it, for bylaw apply next.plan" },
    { "bylaw plan --detailed-exitcode", "exit 2 when there are changes" },
    { "bylaw plan -o html >plan.html", "one page, for a browser or paper" },
  },
  notes = "Everything is read first; a read that fails ends it. A saved plan holds the\n"
    .. "policies as they were and will be: it is written for its owner alone.",
}

function plan.add_to(parser)
  parser:option "--out":argname "FILE":description "Save the plan for apply."
  parser:flag "--detailed-exitcode":target "detailed"
    :description "Exit 2 when there are changes, 0 when none."
  planning.add_to(parser, common.PLANNED)
end

local function say(console, made, options, desired, seen)
  if options.output == "html" then
    console:write(html.plan(made, desired, seen))
    return
  end
  if options.output == "json" then
    options.stream:write_all(plan_json.plan(made, plan_text.footer(made)))
    return
  end
  if judged.is_form(options.output) then
    declared.say(console, desired, options, {})
    return console:tell(plan_text.footer(made))
  end
  for _, line in ipairs(plan_text.lines(made, look(console))) do console:say_folded(line) end
end

function plan.run(options, console)
  stream.begin(options, console)
  local desired, code = declared.load(options, console)
  if not desired then return code end
  local it <close>, err = session.open(options, console)
  if not it then return failure.streamed(options, console, err) end
  local made, seen
  made, code, seen = planning.make(console, it, desired, options)
  if not made then return code end
  if options.out then
    local done
    done, err = plan_file.write(options.out, whole(made, desired))
    if not done then return failure.streamed(options, console, err) end
  end
  say(console, made, options, desired, seen)
  if options.out and options.output ~= "json" and not console.automated then
    console:tell(("\nSaved to %s. To do exactly this: bylaw apply %s"):format(options.out,
      options.out))
  end
  return options.detailed and #made.changes > 0 and 2 or 0
end

return plan
