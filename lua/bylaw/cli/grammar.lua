--- What the command takes, as data: for completion and man pages. Read from the parsers
--- themselves, so that neither can know less or more than the help.
local parser = require "bylaw.cli.parser"
local verbs = require "bylaw.cli.verbs"

---@class bylaw.cli.Grammar
---@field verbs bylaw.cli.VerbGrammar[]
---@field options bylaw.cli.OptionGrammar[]  before the verb

---@class bylaw.cli.VerbGrammar
---@field name string
---@field summary string
---@field usage string
---@field examples string[][]
---@field notes? string
---@field options bylaw.cli.OptionGrammar[]
---@field arguments bylaw.cli.ArgumentGrammar[]

---@class bylaw.cli.OptionGrammar
---@field names string[]       "-o", "--output"
---@field hidden table<string, true>  those of them that the help leaves out
---@field argument? string     "FILE"; nil for a flag
---@field values? string[]     what it takes, where that is a choice
---@field takes? "file"|"folder"|"kind"|"verb"|"cloud"
---@field description string

---@class bylaw.cli.ArgumentGrammar
---@field name string
---@field many boolean
---@field values? string[]
---@field takes? "file"|"folder"|"kind"|"verb"|"cloud"
---@field description string

--- What stands for the words that the help has in capitals.
local TAKES = { FILE = "file", ["FILE|PLAN"] = "file", PATH = "file", KIND = "kind", VERB = "verb",
  NAME = "cloud" }

local function one_line(words) return ((words or ""):gsub("%s+", " ")) end

local function option_of(element)
  local shown, hidden = {}, {}
  for _, name in ipairs(element._public_aliases) do shown[name] = true end
  for _, name in ipairs(element._aliases) do hidden[name] = not shown[name] or nil end
  local takes_one = element._maxargs > 0
  local argument = takes_one and (element._argname or element._aliases[#element._aliases]:upper())
  if type(argument) == "table" then argument = argument[1] end
  return {
    names = { table.unpack(element._aliases) }, hidden = hidden, argument = argument or nil,
    values = element._choices, takes = takes_one and TAKES[argument] or nil,
    description = one_line(element._description),
  }
end

local function argument_of(element)
  local name = element._argname or element._name
  if type(name) == "table" then name = name[1] end
  return { name = name, many = element._maxargs > 1, values = element._choices,
    takes = TAKES[name], description = one_line(element._description) }
end

local function all(list, make)
  local made = {}
  for i, element in ipairs(list) do made[i] = make(element) end
  return made
end

---@return bylaw.cli.Grammar
return function()
  local root, parsers = parser.make()
  local made = {}
  for i, name in ipairs(verbs.names) do
    local verb = verbs.find(name)
    made[i] = { name = name, summary = verb.summary, usage = verb.usage, examples = verb.examples,
      notes = verb.notes, options = all(parsers[name]._options, option_of),
      arguments = all(parsers[name]._arguments, argument_of) }
  end
  return { verbs = made, options = all(root._options, option_of) }
end
