--- The parser of the command and those of its verbs. Help, completion and man pages are made of
--- the same tables.
local argparse = require "argparse"
local text = require "bylaw.cli.text"
local verbs = require "bylaw.cli.verbs"

local parser = {}

parser.EXITS = {
  { "0", "done" },
  { "1", "failed, or invalid" },
  { "2", "changes or drift, where asked" },
  { "64", "wrong usage" },
  { "130", "interrupted" },
}

local EXITS = [[
Exit status:
  0  done                              64  wrong usage
  1  failed, or invalid               130  interrupted
  2  drift; changes, with plan --detailed-exitcode]]

parser.SUMMARY = "Microsoft Entra policies, by Lua: checked, created and looked at in a tenant,\n"
  .. "or in the local emulator that comes with it."

parser.EXAMPLES = {
  { "bylaw validate policies.lua", "check, without any network" },
  { "bylaw plan", "what apply would do" },
  { "bylaw apply --local", "do it, in the emulator of this folder" },
  { "bylaw list --local", "what it holds" },
  { "bylaw help apply", "more about a verb" },
}

parser.ENVIRONMENT = {
  { "BYLAW_TOKEN", "the bearer token; --token-file and --auth go before it" },
  { "BYLAW_AUTH", "how to sign in, as --auth" },
  { "AZURE_*, ARM_*", "app, tenant and secret, as Azure's libraries and Terraform\n"
    .. "have them (docs/credentials.md)" },
  { "BYLAW_ENDPOINT", "root of the service; --endpoint, --cloud and --local go\nbefore it" },
  { "BYLAW_CA_FILE", "authorities to trust, as --ca-file" },
  { "BYLAW_VAR_NAME", "value for var \"NAME\" in declarations, as --var" },
  { "CI", "set: no hints, no bar, and nothing is asked" },
  { "NO_COLOR, CLICOLOR, CLICOLOR_FORCE",
    "whether there are colours; --color goes before" },
}

--- The options of the project are in docs/configuration.md.
local MARGIN, WIDTH = 28, 80

local function example_lines(examples)
  local lines, width = { "Examples:" }, 0
  for _, example in ipairs(examples) do width = math.max(width, #example[1]) end
  for _, example in ipairs(examples) do
    lines[#lines + 1] = ("  %s  %s"):format(text.pad(example[1], width), example[2])
  end
  return table.concat(lines, "\n")
end

local function environment_lines()
  local lines = { "Environment:" }
  for _, row in ipairs(parser.ENVIRONMENT) do
    local words = row[2]:gsub("\n", "\n" .. (" "):rep(19))
    local break_or_not = #row[1] > 15 and "\n" .. (" "):rep(17) or ""
    lines[#lines + 1] = ("  %-15s%s  %s"):format(row[1], break_or_not, words)
  end
  return table.concat(lines, "\n") .. "\n\n"
end

--- Thrown by argparse's actions, and caught by main: what to show in place of running a verb.
local function asks_for_help(of)
  return { action = function() error({ help = of }, 0) end,
    description = "Show this help." }
end

local function description(verb)
  local words = ("%s.\n\n%s"):format(verb.summary, example_lines(verb.examples))
  if not verb.notes then return words end
  local notes = text.wrap(verb.notes, WIDTH)
  return words .. "\n\n" .. table.concat(notes, "\n")
end

local function add_verb(root, verb)
  local made = root:command(verb.name)
  made:summary(verb.summary .. "."):usage("Usage: " .. verb.usage)
    :description(description(verb)):epilog(EXITS)
  verb.add_to(made)
  made:add_help(asks_for_help(made))
  return made
end

--- The parser of the command, and those of the verbs by name.
---@param only? string  the one verb that is wanted; all by default
---@return table root
---@return table<string, table> parsers
function parser.make(only)
  local root = argparse "bylaw"
  root:usage "Usage: bylaw VERB [options]"
    :description(parser.SUMMARY .. "\n\n" .. example_lines(parser.EXAMPLES))
    :epilog(environment_lines() .. EXITS)
    :help_max_width(WIDTH):help_description_margin(MARGIN):help_usage_margin(2)
    :add_help(asks_for_help(root)):command_target "verb":require_command(false)
  root:flag "--version":description "Print the version."
    :action(function() error({ version = true }, 0) end)
  function root.error(of, message) error({ parser = of, message = message }, 0) end
  local parsers, list = {}, {}
  for _, name in ipairs(only and { only } or verbs.names) do
    list[#list + 1] = add_verb(root, verbs.find(name))
    parsers[name] = list[#list]
  end
  root:group("Verbs", table.unpack(list))
  return root, parsers
end

--- The spellings of a parser's options. (argparse has no other way to ask.)
---@return string[]
function parser.option_names(of)
  local names = {}
  for _, option in ipairs(of._options or {}) do
    for _, alias in ipairs(option._aliases or {}) do names[#names + 1] = alias end
  end
  return names
end

return parser
