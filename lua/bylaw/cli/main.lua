--- The command `bylaw`: its verbs, what all of them share, and how it ends.
local argparse = require "argparse"

local console_module = require "bylaw.cli.console"
local core = require "bylaw.core"
local text = require "bylaw.cli.text"

--- A verb is a module: name, summary, usage, examples, notes (words for its help), add_to(parser),
--- which adds its arguments and options, and run(options, console, command), which gives the
--- exit code. A new one is a file and a line here.
local NAMES = {
  "validate",
  "plan",
  "apply",
  "drift",
  "effective",
  "history",
  "export",
  "create",
  "list",
  "show",
  "delete",
  "schema",
  "whoami",
  "emulator",
  "version",
  "help",
}

--- The modules of verbs. One verb is loaded where one is enough: all of them take longer than most
--- of them run.
local function modules(names)
  local list = {}
  for i, name in ipairs(names) do list[i] = require("bylaw.cli." .. name) end
  return list
end

local FAILED, USAGE, INTERRUPTED = 1, 64, 130

local EXITS = [[
Exit status:
  0  done                    64  wrong usage
  1  failed, or invalid     130  interrupted]]

local INTRODUCTION = [[
Microsoft Entra policies, by Lua: checked, created and looked at in a tenant,
or in the local emulator that comes with it.

Examples:
  bylaw validate policies.lua             check, without any network
  bylaw create policies.lua --local       create in the emulator of this folder
  bylaw list --local                      what it holds
  bylaw help create                       more about a verb]]

local ENVIRONMENT = [[
Environment:
  BYLAW_TOKEN      the bearer token; --token-file and --auth go before it
  BYLAW_AUTH       how to sign in, as --auth
  AZURE_*, ARM_*   app, tenant and secret, as Azure's libraries and Terraform
                   have them (docs/credentials.md)
  BYLAW_ENDPOINT   root of the service; --endpoint, --cloud and --local go
                   before it
  NO_COLOR, CLICOLOR, CLICOLOR_FORCE

]]

local MARGIN, WIDTH = 28, 80

--- Thrown by argparse's actions, and caught below: what to show in place of running a verb.
local function asks_for_help(parser)
  return { action = function() error({ help = parser }, 0) end,
    description = "Show this help." }
end

local function description(verb)
  local lines = { verb.summary .. ".", "", "Examples:" }
  local width = 0
  for _, example in ipairs(verb.examples) do width = math.max(width, #example[1]) end
  for _, example in ipairs(verb.examples) do
    lines[#lines + 1] = ("  %s  %s"):format(text.pad(example[1], width), example[2])
  end
  if verb.notes then lines[#lines + 1] = "\n" .. verb.notes end
  return table.concat(lines, "\n")
end

local function add_verb(root, verb)
  local parser = root:command(verb.name)
  parser:summary(verb.summary .. "."):usage("Usage: " .. verb.usage)
    :description(description(verb)):epilog(EXITS)
  verb.add_to(parser)
  parser:add_help(asks_for_help(parser))
  return parser
end

--- The parser of the command, and those of these verbs by name.
local function make_parsers(verbs)
  local root = argparse "bylaw"
  root:usage "Usage: bylaw VERB [options]":description(INTRODUCTION):epilog(ENVIRONMENT .. EXITS)
    :help_max_width(WIDTH):help_description_margin(MARGIN):help_usage_margin(2)
    :add_help(asks_for_help(root)):command_target "verb":require_command(false)
  root:flag "--version":description "Print the version."
    :action(function() error({ version = true }, 0) end)
  function root.error(parser, message) error({ parser = parser, message = message }, 0) end
  local parsers, list = {}, {}
  for i, verb in ipairs(verbs) do
    list[i] = add_verb(root, verb)
    parsers[verb.name] = list[i]
  end
  root:group("Verbs", table.unpack(list))
  return root, parsers
end

local function suggestion(name, candidates)
  local nearest = core.nearest(name, candidates)
  return nearest and ("; did you mean '%s'?"):format(nearest) or ""
end

--- The spellings of a parser's options. (argparse has no other way to ask.)
local function option_names(parser)
  local names = {}
  for _, option in ipairs(parser._options or {}) do
    for _, alias in ipairs(option._aliases or {}) do names[#names + 1] = alias end
  end
  return names
end

--- Whether one of the verbs takes an option.
local function is_of_a_verb(parsers, option)
  for _, parser in pairs(parsers) do
    for _, name in ipairs(option_names(parser)) do
      if name == option then return true end
    end
  end
  return false
end

--- What argparse says, in our words, with the nearest name.
local function usage_words(refused, root, parsers)
  local message = refused.message:match "^[^\n]*" -- argparse's own suggestions follow
  local verb = message:match "^unknown command '(.*)'$"
  if verb then return ("unknown verb '%s'%s"):format(verb, suggestion(verb, NAMES)) end
  local option = message:match "^unknown option '(.*)'$"
  if not option then return message end
  local where = refused.parser == root and "before the verb" or "of this verb"
  if refused.parser == root and is_of_a_verb(parsers, option) then
    return ("option '%s' stands behind the verb"):format(option)
  end
  return ("there is no option '%s' %s%s"):format(option, where,
    suggestion(option, option_names(refused.parser)))
end

local function tell_usage(console, words, parser, root)
  local name = parser ~= root and " " .. parser._name or ""
  console:fail(words)
  console:complain(parser:get_usage())
  console:complain(("Try: bylaw help%s"):format(name))
  return USAGE
end

local function nearest(name) return suggestion(name, NAMES) end

--- Runs the verb that the first word names, when all the others are what it takes; nil otherwise.
local function run_one(arguments, console)
  local name
  for _, known in ipairs(NAMES) do
    if known == arguments[1] and known ~= "help" then name = known end
  end
  if not name then return nil end
  local verbs = modules { name }
  local root, parsers = make_parsers(verbs)
  local ok, options = pcall(root.parse, root, arguments)
  if not ok or options.verb ~= name then return nil end
  console:configure(options)
  return verbs[1].run(options, console, { parser = root, verbs = parsers, nearest = nearest })
end

--- The same with all verbs at hand: for help, and to say what is wrong.
local function run_any(arguments, console)
  local verbs = modules(NAMES)
  local root, parsers = make_parsers(verbs)
  if #arguments == 0 then
    console:complain(root:get_help())
    return USAGE
  end
  local ok, options = pcall(root.parse, root, arguments)
  if not ok then
    local asked = options
    if type(asked) ~= "table" then error(asked, 0) end
    if asked.message then
      return tell_usage(console, usage_words(asked, root, parsers), asked.parser, root)
    end
    if asked.help then
      console:say(asked.help:get_help())
      return 0
    end
    options = { verb = "version" }
  end
  if not options.verb then return tell_usage(console, "a verb is due", root, root) end
  console:configure(options)
  for _, verb in ipairs(verbs) do
    if verb.name == options.verb then
      return verb.run(options, console, { parser = root, verbs = parsers, nearest = nearest })
    end
  end
end

local function run(arguments, console)
  return run_one(arguments, console) or run_any(arguments, console)
end

--- What came of it when something was raised.
local function ended_by(raised, console)
  if type(raised) == "string" and raised:find "interrupted!$" then
    console:complain "bylaw: interrupted"
    return INTERRUPTED
  end
  if raised == "not enough memory" then
    console:fail(raised)
    return FAILED
  end
  console:fail("this is a mistake in bylaw itself: " .. tostring(raised):gsub("\t", "  "))
  return FAILED
end

--- Runs the command.
---@param arguments string[]
---@param given? table  fields of the console to replace
---@return integer exit_code
return function(arguments, given)
  local console = console_module.new(given)
  local ok, result = xpcall(run, function(raised)
    if type(raised) ~= "string" or raised:find "interrupted!$" then return raised end
    if raised == "not enough memory" then return raised end
    return debug.traceback(raised, 2)
  end, arguments, console)
  local code = ok and result or ended_by(result, console)
  return console:finish() and code or math.max(code, FAILED)
end
