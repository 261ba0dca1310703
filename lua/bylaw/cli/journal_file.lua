--- The journal as the command finds it: its folder, and who is at work.
local journal = require "bylaw.journal"
local own_folder = require "bylaw.cli.own_folder"

local journal_file = {}

function journal_file.add_to(parser)
  parser:option "--journal":argname "FILE":default(journal.DEFAULT)
    :show_default(false):description "What remembers applies; .bylaw/journal.db by\ndefault."
end

---@param path string
---@return bylaw.JournalFile?
---@return bylaw.Error? err
function journal_file.open(path)
  if path == journal.DEFAULT then
    local made, err = own_folder.make "journal"
    if not made then return nil, err end
  end
  return journal.open(path)
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
