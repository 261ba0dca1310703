--- The journal as the command finds it: its folder, and who is at work.
local errors = require "bylaw.errors"
local journal = require "bylaw.journal"

local journal_file = {}

function journal_file.add_to(parser)
  parser:option "--journal":argname "FILE":default(journal.DEFAULT)
    :show_default(false):description "What remembers applies; .bylaw/journal.db by\ndefault."
end

--- Makes .bylaw, for its owner alone, where the journal is to lie in it.
local function make_folder(path)
  if path ~= journal.DEFAULT then return true end
  return os.execute "[ -d .bylaw ] || mkdir -m 700 .bylaw 2>/dev/null"
end

---@param path string
---@return bylaw.JournalFile?
---@return bylaw.Error? err
function journal_file.open(path)
  if make_folder(path) then return journal.open(path) end
  return nil, errors.new("journal", "the folder .bylaw cannot be made here")
end

local function first_line(command)
  local pipe <close> = assert(io.popen(command .. " 2>/dev/null"))
  return pipe:read "l"
end

--- Who runs this command, as "user@host", and the number of its process.
---@return string who
---@return integer? pid
function journal_file.who()
  local line = first_line 'echo "$(id -un)@$(uname -n)"'
  local stat = io.open "/proc/self/stat"
  local pid = stat and math.tointeger(stat:read "n")
  if stat then stat:close() end
  return line or "somebody", pid
end

return journal_file
