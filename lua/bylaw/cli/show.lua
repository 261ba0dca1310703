--- bylaw show: one policy, its definition decoded.
local common = require "bylaw.cli.common"
local diagnostic = require "bylaw.cli.diagnostic"
local failure = require "bylaw.cli.failure"
local find = require "bylaw.cli.find"
local order = require "bylaw.render.order"
local pretty = require "bylaw.cli.pretty"
local report = require "bylaw.cli.report"
local session = require "bylaw.cli.session"
local text = require "bylaw.cli.text"

local show = {
  name = "show",
  summary = "Show one policy, its definition decoded",
  usage = "bylaw show [options] KIND ID|NAME",
  examples = {
    { "bylaw show token-lifetime 'Contoso: 8 hours'", "by its name" },
    { "bylaw show policy ID -o json > policy.json", "as create takes it" },
  },
  notes = "What is odd about the stored policy is told as warnings.",
}

--- Written apart from the other properties.
local APART = { kind = true, displayName = true, definition = true, problems = true }

function show.add_to(parser)
  common.add_kind_argument(parser)
  parser:argument "ID|NAME":target "which":description "Its id, or a name that only one has."
  common.add_output(parser)
  session.add_to(parser)
end

local ORDER = { id = 1, type = 2, description = 3, isOrganizationDefault = 4 }

local function names_of(policy)
  local shown = {}
  for name, value in pairs(policy) do
    if not APART[name] then shown[name] = value end
  end
  return order.by_rank(shown, ORDER)
end

--- The name in quotes, behind a blank; "" without one.
local function name_of(policy)
  local name = policy.displayName
  return type(name) == "string" and " " .. text.quoted(name) or ""
end

local function say_text(console, policy)
  console:say_folded(console:on_stdout("bold", policy.kind .. name_of(policy)))
  local names, width = names_of(policy), 0
  for _, name in ipairs(names) do width = math.max(width, text.width(text.shown(name))) end
  for _, name in ipairs(names) do
    local value = policy[name]
    local shown = type(value) == "string" and text.shown(value) or pretty.json(value)
    console:say_folded(("  %s  %s"):format(text.pad(text.shown(name), width), shown))
  end
  local definition = policy.definition
  if type(definition) == "table" and #definition == 1 then definition = definition[1] end
  local written = type(definition) == "string" and text.shown(definition)
    or definition ~= nil and pretty.json(definition, pretty.rows(policy), "    ") or "none"
  console:say("  definition\n    " .. written)
end

local function tell_problems(console, policy)
  local diagnostics = {}
  for i, problem in ipairs(policy.problems or {}) do
    local one = diagnostic.of_problem({ name = diagnostic.address(policy), text = "" }, {}, problem)
    one.severity = "warning"
    diagnostics[i] = one
  end
  report.write(diagnostics, console, false)
end

function show.run(options, console)
  local it <close>, err = session.open(options, console)
  if not it then return failure.tell(console, err) end
  local policy
  policy, err = find.policy(it.client, options.kind, options.which)
  if not policy then return failure.tell(console, err) end
  if options.output == "json" then
    console:say(pretty.policy(policy))
  else
    say_text(console, policy)
    tell_problems(console, policy)
  end
  return 0
end

return show
