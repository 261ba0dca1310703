--- bylaw list: the policies of a kind, or of all kinds, one a line.
local common = require "bylaw.cli.common"
local core = require "bylaw.core"
local failure = require "bylaw.cli.failure"
local pretty = require "bylaw.cli.pretty"
local session = require "bylaw.cli.session"
local text = require "bylaw.cli.text"

local list = {
  name = "list",
  summary = "List the policies of a kind, or of all",
  usage = "bylaw list [options] [KIND]",
  examples = {
    { "bylaw list token-lifetime --local", "in the emulator of this folder" },
    { "bylaw list -o json", "all kinds, as a JSON array" },
    { "bylaw list policy", "those of the legacy endpoint" },
  },
}

local NAME = 16    -- columns of a name, however narrow the terminal
local SUMMARY = 60 -- columns of a definition where there is no terminal

function list.add_to(parser)
  common.add_kind_argument(parser):args "?"
  common.add_output(parser)
  session.add_to(parser)
end

--- Names of the settings, in the order of the kind's rows and then by name.
local function settings(policy)
  local rank, names = {}, {}
  for i, row in ipairs(pretty.rows(policy) or {}) do rank[row.name] = i end
  for name in pairs(policy.definition) do
    if name ~= "Version" then names[#names + 1] = name end
  end
  table.sort(names, function(a, b)
    local x, y = rank[a] or math.huge, rank[b] or math.huge
    if x ~= y then return x < y end
    return tostring(a) < tostring(b)
  end)
  return names
end

--- A definition in a few words: its settings, without the format's version; or its text, where
--- that could not be read.
local function words_of(policy)
  local definition = policy.definition
  if type(definition) == "table" and #definition == 1 then definition = definition[1] end
  if type(definition) ~= "table" then return text.shown(tostring(definition or "")) end
  local words = {}
  for i, name in ipairs(settings(policy)) do
    local value = definition[name]
    if type(value) == "table" then value = #value > 0 and "[...]" or "{...}" end
    words[i] = text.shown(("%s=%s"):format(name, tostring(value)))
  end
  return table.concat(words, " ")
end

local function cells(policy)
  local name = policy.displayName
  return {
    text.shown(tostring(policy.id)),
    type(name) == "string" and text.shown(name) or "",
    policy.isOrganizationDefault == true and "yes" or "no",
    words_of(policy),
  }
end

local HEAD = { "ID", "NAME", "DEFAULT", "DEFINITION" }

local function widths_of(rows)
  local widths = {}
  for column, title in ipairs(HEAD) do widths[column] = #title end
  for _, row in ipairs(rows) do
    for column, cell in ipairs(row) do
      widths[column] = math.max(widths[column], text.width(cell))
    end
  end
  return widths
end

local function line_of(row, widths, last)
  local pieces = {}
  for column = 1, last do pieces[column] = text.pad(row[column], widths[column]) end
  return (table.concat(pieces, "  "):gsub(" +$", ""))
end

--- A row a line where the terminal is wide enough, and where there is none; else the definition
--- stands below the name.
local function say_table(console, policies)
  local rows, columns = {}, console:columns(1)
  for i, policy in ipairs(policies) do rows[i] = cells(policy) end
  if not columns then
    for _, row in ipairs(rows) do row[4] = text.cut(row[4], SUMMARY) end
  end
  local widths = widths_of(rows)
  local total = widths[1] + widths[2] + widths[3] + widths[4] + 6
  local last = columns and total > columns and 3 or 4
  if last == 3 then
    widths[2] = math.max(math.min(widths[2], columns - widths[1] - widths[3] - 4), NAME)
  end
  console:say(console:on_stdout("bold", line_of(HEAD, widths, last)))
  for _, row in ipairs(rows) do
    if last == 3 then row[2] = text.cut(row[2], widths[2]) end
    console:say(line_of(row, widths, last))
    if last == 3 and row[4] ~= "" then
      local margin = math.min(widths[1] + 2, columns - 30)
      console:say((" "):rep(margin) .. text.cut(row[4], columns - margin))
    end
  end
end

local function say_text(console, kinds, policies_of)
  local several, said = #kinds > 1, false
  for _, kind in ipairs(kinds) do
    local policies = policies_of[kind]
    if policies and #policies > 0 then
      if said then console:say "" end
      if several then console:say(console:on_stdout("bold", kind)) end
      say_table(console, policies)
      said = true
    end
  end
  if said then return end
  local one = kinds[1] == "policy" and "legacy policy" or kinds[1]
  console:tell("no " .. (several and "policy of any kind" or one))
end

local function say_json(console, kinds, policies_of)
  local all = {}
  for _, kind in ipairs(kinds) do
    for _, policy in ipairs(policies_of[kind] or {}) do all[#all + 1] = policy end
  end
  console:say(pretty.policies(all))
end

function list.run(options, console)
  local it <close>, err = session.open(options, console)
  if not it then return failure.tell(console, err) end
  local kinds = options.kind and { options.kind } or core.kinds
  local policies_of, code = {}, 0
  for _, kind in ipairs(kinds) do
    policies_of[kind], err = it.client:list(kind)
    if not policies_of[kind] then code = failure.tell(console, err, "listing " .. kind) end
    if err and not err.status then break end -- nor will it answer for the others
  end
  if next(policies_of) == nil then return code end
  local say = options.output == "json" and say_json or say_text
  say(console, kinds, policies_of)
  return code
end

return list
