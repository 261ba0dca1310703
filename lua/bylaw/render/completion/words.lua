--- What the completions of all shells have in common. Pure.
local words = {}

--- What an option or an argument can be: words, and whether files go beside them.
---@param element bylaw.cli.OptionGrammar|bylaw.cli.ArgumentGrammar
---@param given table<string, string[]>  the words of kinds, verbs and clouds
---@return string[] words
---@return boolean files
function words.of(element, given)
  if element.values then return element.values, false end
  return given[element.takes] or {}, element.takes == "file"
end

--- The spellings of options that the help shows.
---@param options bylaw.cli.OptionGrammar[]
---@return string[]
function words.names(options)
  local names = {}
  for _, option in ipairs(options) do
    for _, name in ipairs(option.names) do names[#names + 1] = name end
  end
  return names
end

--- A text in single quotes, as POSIX shells and zsh take it.
---@param s string
---@return string
function words.quoted(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

return words
