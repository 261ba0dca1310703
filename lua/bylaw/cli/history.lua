--- bylaw history: what was applied when, and by whom.
local common = require "bylaw.cli.common"
local failure = require "bylaw.cli.failure"
local errors = require "bylaw.errors"
local core = require "bylaw.core"
local journal_file = require "bylaw.cli.journal_file"
local pretty = require "bylaw.cli.pretty"
local text = require "bylaw.cli.text"

local history = {
  name = "history",
  summary = "Show what was applied when, and by whom",
  usage = "bylaw history [options] [RUN]",
  examples = {
    { "bylaw history", "the last applies" },
    { "bylaw history 12", "what number 12 did, one change a line" },
    { "bylaw history -o json", "for programs" },
  },
}

local function convert_count(given)
  local count = math.tointeger(tonumber(given))
  if count and count >= 1 then return count end
  return nil, ("a whole number is due, 1 or more, not '%s'"):format(given)
end

function history.add_to(parser)
  parser:argument "RUN":args "?":target "which":convert(convert_count)
    :description "The number of an apply."
  parser:option "-n":hidden_name "--most":target "most":argname "COUNT":default "20"
    :convert(convert_count):show_default(false):description "How many; 20 by default."
  journal_file.add_to(parser)
  common.add_output(parser)
end

local function time_of(seconds) return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds) end

--- The width of each column, and of a line.
local function widths_of(rows)
  local widths, total = {}, -2
  for column in ipairs(rows[1]) do
    widths[column] = 0
    for _, row in ipairs(rows) do
      widths[column] = math.max(widths[column], text.width(row[column]))
    end
    total = total + widths[column] + 2
  end
  return widths, total
end

--- Rows as lines, their columns filled up. Where the terminal is too narrow, all but the first
--- `few` columns stand below.
local function say_rows(console, rows, few)
  local widths, total = widths_of(rows)
  local last = total > (console:columns(1) or math.huge) and few or #rows[1]
  for i, row in ipairs(rows) do
    local cells = {}
    for column = 1, last do cells[column] = text.pad(row[column], widths[column]) end
    local line = table.concat(cells, "  "):gsub(" +$", "")
    console:say(i == 1 and console:on_stdout("bold", line) or line)
    if i > 1 and last < #row then
      console:say_folded("    " .. table.concat(row, "  ", last + 1):gsub(" +$", ""))
    end
  end
end

local function say_runs(console, runs)
  if #runs == 0 then return console:tell "nothing was applied with this journal" end
  local rows = { { "RUN", "BEGAN", "STATE", "ADDED", "CHANGED", "DESTROYED", "WHO", "SERVICE" } }
  for _, run in ipairs(runs) do
    rows[#rows + 1] = { tostring(run.id), time_of(run.began), run.state, tostring(run.added),
      tostring(run.changed), tostring(run.removed), text.shown(run.who), text.shown(run.service) }
  end
  say_rows(console, rows, 6)
end

local function say_steps(console, run, steps)
  console:say_folded(("Run %d: %s, by %s, bylaw %s, in %s"):format(run.id, run.state,
    text.shown(run.who), text.shown(run.version), text.shown(run.service)))
  local rows = { { "TIME", "STATE", "ACTION", "ADDRESS", "REQUEST-ID" } }
  for _, step in ipairs(steps) do
    rows[#rows + 1] = { time_of(step.at), step.state, step.action, text.shown(step.address),
      text.shown(step.request_id or "") }
    if step.message then rows[#rows][5] = rows[#rows][5] .. "  " .. text.shown(step.message) end
  end
  say_rows(console, rows, 3)
end

--- A row with its times as texts, for programs.
local function dated(row)
  for _, name in ipairs { "began", "ended", "at" } do
    if row[name] then row[name] = time_of(row[name]) end
  end
  return row
end

local function say_json(console, run, list)
  for _, row in ipairs(list) do dated(row) end
  if #list == 0 then list = core.json_read "[]" end
  local document = run and dated(run) or {}
  document.format_version = "1.0"
  document[run and "steps" or "runs"] = list
  console:say(pretty.json(document))
end

function history.run(options, console)
  local file = io.open(options.journal, "rb")
  if not file then
    if options.output == "json" then
      say_json(console, nil, {})
    else
      console:tell "nothing was applied here: there is no journal"
    end
    return 0
  end
  file:close()
  local journal <close>, err = journal_file.open(options.journal)
  if not journal then return failure.tell(console, err) end
  local run, list
  if options.which then
    run, err = journal:run(options.which)
    if not run then
      return failure.tell(console, err or errors.new("not_found", ("there is no run %d in the "
        .. "journal"):format(options.which)))
    end
    list, err = journal:steps(run.id)
  else
    list, err = journal:runs(options.most)
  end
  if not list then return failure.tell(console, err) end
  if options.output == "json" then
    say_json(console, run, list)
  elseif run then
    say_steps(console, run, list)
  else
    say_runs(console, list)
  end
  return 0
end

return history
