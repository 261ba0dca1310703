--- bylaw effective: which policy of each kind applies to an application, and why.
local apply_plan = require "bylaw.apply"
local common = require "bylaw.cli.common"
local declarations = require "bylaw.cli.declarations"
local declared = require "bylaw.cli.declared"
local errors = require "bylaw.errors"
local failure = require "bylaw.cli.failure"
local live_app = require "bylaw.live_app"
local look = require "bylaw.cli.look"
local of_state = require "bylaw.effective"
local plan_file = require "bylaw.cli.plan_file"
local planning = require "bylaw.cli.planning"
local pretty = require "bylaw.cli.pretty"
local render = require "bylaw.render.effective"
local session = require "bylaw.cli.session"

local effective = {
  name = "effective",
  summary = "Show which policies apply to an application, and why",
  usage = "bylaw effective [options] --app ID|appId|NAME [FILE...]",
  examples = {
    { "bylaw effective --app 'Contoso HR'", "as the tenant is" },
    { "bylaw effective --app ID policies.lua", "after applying that" },
    { "bylaw effective --app ID --plan next.plan", "after a saved plan" },
  },
  notes = "A service principal is named the same way. Where the service's own pages\n"
    .. "do not agree on what goes first, both results are shown.",
}

function effective.add_to(parser)
  parser:argument "FILE":args "*":target "files"
    :description "Declarations: what applies after them. None:\nwhat applies now."
  parser:option "--app":argname "ID|appId|NAME":count "1"
    :description "Application or service principal, by id,\nappId or name."
  parser:option "--plan":argname "FILE"
    :description "Saved plan: what applies after it."
  declarations.add_to(parser)
  common.add_output(parser)
  session.add_to(parser)
end

--- The plan that the command line names, or false for none. What is wrong has been told.
local function plan_of(options, console, it)
  if options.plan then
    local saved, err = plan_file.read(options.plan)
    local fresh
    if saved then
      fresh, err = apply_plan.check(it.client, saved, nil, planning.reading(it, options))
    end
    if not fresh then return nil, failure.tell(console, err) end
    return saved
  end
  if #options.files == 0 then return false end
  local desired, code = declared.load(options, console)
  if not desired then return nil, code end
  return planning.make(console, it, desired, options)
end

function effective.run(options, console)
  if options.plan and #options.files > 0 then
    return failure.tell(console, errors.new("usage", "--plan and FILE are two plans: name one"))
  end
  local it <close>, refused = session.open(options, console, { read_only = true })
  if not it then return failure.tell(console, refused) end
  local plan, code = plan_of(options, console, it)
  if plan == nil then return code end
  local state, err = live_app.read(it.client, options.app)
  if not state then return failure.tell(console, err) end
  local view = { app = state, now = of_state.of(state),
    planned = plan and of_state.of(of_state.after(state, plan)) or nil }
  if options.output == "json" then
    console:say(pretty.json(render.document(view)))
  else
    for _, line in ipairs(render.lines(view, look(console))) do console:say_folded(line) end
  end
  return 0
end

return effective
