--- A server of our own in another process, for as long as this one wants it.
local service = {}

local shell = require "spec.support.shell"

local PATIENCE = 100 -- looks for its first line, 50 ms apart

---@class service.Handle
---@field url string   as in its line `listening on URL`
local Handle = {}
Handle.__index = Handle

local function first_line(path)
  local file = io.open(path)
  local line = file and file:read "l"
  if file then file:close() end
  return line
end

--- Runs a command that prints `listening on URL` when it is ready. It is ended
--- with SIGTERM by `stop`, and also when this process dies, since its keeper then
--- reads the end of a pipe.
---@param command string
---@return service.Handle
function service.start(command)
  local folder = shell.scratch()
  local script = ([[
%s >'%s/out' 2>'%s/err' </dev/null & pid=$!
cat >/dev/null
kill $pid 2>/dev/null; wait $pid; echo $? >'%s/status']]):format(command, folder, folder, folder)
  local keeper = assert(io.popen(script, "w"))
  local self = setmetatable({ folder = folder, keeper = keeper }, Handle)
  for _ = 1, PATIENCE do
    local line = first_line(folder .. "/out")
    self.url = line and line:match "^listening on (%S+)$"
    if self.url then return self end
    os.execute "sleep 0.05"
  end
  local _, err = self:stop()
  error(("%s did not say where it listens; its errors:\n%s"):format(command, err), 2)
end

--- Ends it and gives its exit status and what it wrote to stderr.
---@return integer status
---@return string errors
function Handle:stop()
  self.keeper:close()
  local status = tonumber(first_line(self.folder .. "/status"))
  local errors = shell.read(self.folder .. "/err")
  shell.remove(self.folder)
  return status, errors
end

return service
