--- The command `bylaw`: from its arguments to a verb, and how it ends.
local console_module = require "bylaw.cli.console"
local one_dash = require "bylaw.cli.one_dash"
local parser = require "bylaw.cli.parser"
local verbs = require "bylaw.cli.verbs"

local FAILED, USAGE, INTERRUPTED = 1, 64, 130

local function suggestion(name, candidates)
  local nearest = require("bylaw.core").nearest(name, candidates)
  return nearest and ("; did you mean '%s'?"):format(nearest) or ""
end

--- Whether one of the verbs takes an option.
local function is_of_a_verb(parsers, option)
  for _, one in pairs(parsers) do
    for _, name in ipairs(parser.option_names(one)) do
      if name == option then return true end
    end
  end
  return false
end

--- What argparse says, in our words, with the nearest name.
local function usage_words(refused, root, parsers)
  local message = refused.message:match "^[^\n]*" -- argparse's own suggestions follow
  local verb = message:match "^unknown command '(.*)'$"
  if verb then return ("unknown verb '%s'%s"):format(verb, suggestion(verb, verbs.names)) end
  local option = message:match "^unknown option '(.*)'$"
  if not option then return message end
  local where = refused.parser == root and "before the verb" or "of this verb"
  if refused.parser == root and is_of_a_verb(parsers, option) then
    return ("option '%s' stands behind the verb"):format(option)
  end
  return ("there is no option '%s' %s%s"):format(option, where,
    suggestion(option, parser.option_names(refused.parser)))
end

local function tell_usage(console, words, of, root)
  local name = of ~= root and " " .. of._name or ""
  console:fail(words)
  console:complain(of:get_usage())
  console:complain(("Try: bylaw help%s"):format(name))
  return USAGE
end

--- The parsers that the arguments need: where they begin with a verb, no other.
local function parsers_for(first)
  local only = first == "--version" and "version" or verbs.find(first) and first
  return parser.make(only or nil)
end

--- The options that arguments mean; or nil, and the exit code of what was told in place of them.
local function parse(arguments, console)
  local root, parsers = parsers_for(arguments[1]:gsub("^%-version$", "--version") .. "")
  local verb = parsers[arguments[1]]
  arguments = one_dash(arguments, parser.option_names(verb or root))
  local ok, options = pcall(root.parse, root, arguments)
  if ok and options.verb then return options end
  if ok then return nil, tell_usage(console, "a verb is due", root, root) end
  local asked = options
  if type(asked) ~= "table" then error(asked, 0) end
  if asked.version then return { verb = "version" } end
  if asked.message then
    local words = usage_words(asked, root, parsers)
    return nil, tell_usage(console, words, asked.parser, root)
  end
  console:say(asked.help:get_help())
  return nil, 0
end

local function run(arguments, console)
  if #arguments == 0 then
    console:complain((parser.make()):get_help())
    return USAGE
  end
  local options, code = parse(arguments, console)
  if not options then return code end
  local wrong = require "bylaw.cli.settings"(options, console)
  if wrong then
    console:fail(wrong)
    return USAGE
  end
  console:configure(options)
  return verbs.find(options.verb).run(options, console, {
    parsers = parser.make,
    nearest = function(name) return suggestion(name, verbs.names) end,
  })
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
