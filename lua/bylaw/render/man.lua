--- The manual pages, in man's macros. Pure.
local man = {}

--- A text as roff takes it.
local function plain(s)
  local text = s:gsub("\\", "\\e"):gsub("%-", "\\-")
  return (text:gsub("^(['.])", "\\&%1"):gsub("\n(['.])", "\n\\&%1"))
end

local function put_head(put, name, summary)
  put("'\\\" Made by tools/man from the words of the help: change those, then `make generated`.")
  put('.TH %s 1 "" bylaw "bylaw manual"', plain(name:upper()))
  put(".SH NAME\n%s \\- %s", plain(name), plain(summary))
end

local function put_examples(put, examples)
  put ".SH EXAMPLES"
  for _, example in ipairs(examples) do
    put(".TP\n.B %s\n%s", plain(example[1]), plain(example[2]))
  end
end

--- The spellings of an option, as the help shows them, with what it takes.
local function spelling(option)
  local names = {}
  for i, name in ipairs(option.names) do names[i] = "\\fB" .. plain(name) .. "\\fR" end
  return table.concat(names, ", ")
    .. (option.argument and " \\fI" .. plain(option.argument) .. "\\fR" or "")
end

local function put_options(put, options)
  put ".SH OPTIONS"
  for _, option in ipairs(options) do
    local values = option.values and not option.argument:find "|"
      and "\nOne of " .. table.concat(option.values, ", ") .. "." or ""
    put(".TP\n%s\n%s", spelling(option), plain(option.description .. values))
  end
end

local function put_exits(put, exits)
  put ".SH EXIT STATUS"
  for _, row in ipairs(exits) do put(".TP\n.B %s\n%s", row[1], plain(row[2])) end
end

local function page()
  local lines = {}
  return lines, function(form, ...)
    lines[#lines + 1] = select("#", ...) > 0 and form:format(...) or form
  end
end

--- bylaw(1).
---@param grammar bylaw.cli.Grammar
---@param words table  SUMMARY, EXAMPLES, ENVIRONMENT, EXITS of the parser
---@return string
function man.command(grammar, words)
  local lines, put = page()
  put_head(put, "bylaw", "Microsoft Entra policies, by Lua")
  put ".SH SYNOPSIS\n.B bylaw\n.I VERB\n[options]"
  put(".SH DESCRIPTION\n%s", plain(words.SUMMARY))
  put(".PP\nA long option may stand behind one dash too: \\fB\\-out=FILE\\fR is "
    .. "\\fB\\-\\-out=FILE\\fR.")
  put ".SH VERBS"
  for _, verb in ipairs(grammar.verbs) do
    put(".TP\n.BR bylaw\\-%s (1)\n%s.", verb.name, plain(verb.summary))
  end
  put_examples(put, words.EXAMPLES)
  put_options(put, grammar.options)
  put ".SH ENVIRONMENT"
  for _, row in ipairs(words.ENVIRONMENT) do
    local meaning = row[2] ~= "" and row[2] or "colours, as usual"
    put(".TP\n.B %s\n%s", plain(row[1]), plain(meaning))
  end
  put ".SH FILES"
  put ".TP\n.I policies.lua\\fR, \\fIpolicies/*.lua\ndeclarations, where no file is named"
  put ".TP\n.I .bylaw/config.lua\nsettings of the project: values for options that are not given"
  put ".TP\n.I ~/.config/bylaw/config.lua\nyour own settings, behind those of the project"
  put(".TP\n.I .bylaw/journal.db\\fR, \\fI.bylaw/local.db\n"
    .. "what was applied; the store of \\-\\-local")
  put_exits(put, words.EXITS)
  return table.concat(lines, "\n")
end

--- bylaw-VERB(1).
---@param verb bylaw.cli.VerbGrammar
---@param words { EXITS: string[][] }
---@return string
function man.verb(verb, words)
  local lines, put = page()
  put_head(put, "bylaw-" .. verb.name, verb.summary)
  put(".SH SYNOPSIS\n.B %s", plain(verb.usage))
  put(".SH DESCRIPTION\n%s.", plain(verb.summary))
  if verb.notes then put(".PP\n%s", plain(verb.notes)) end
  if verb.arguments[1] then put ".SH ARGUMENTS" end
  for _, argument in ipairs(verb.arguments) do
    local list = table.concat(argument.values or {}, ", ")
    local values = argument.values and " One of " .. list .. "." or ""
    put(".TP\n.I %s\n%s", plain(argument.name), plain(argument.description .. values))
  end
  put_examples(put, verb.examples)
  put_options(put, verb.options)
  put_exits(put, words.EXITS)
  put ".SH SEE ALSO\n.BR bylaw (1)"
  return table.concat(lines, "\n")
end

return man
