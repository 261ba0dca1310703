--- The material beside the checkout: real definitions, parser cases. Where it is absent, the
--- specs that read it are skipped, visibly.
local busted = require "busted"

local shared = {}

--- Where it lies, or nil.
shared.path = os.getenv "BYLAW_SHARED" or "../shared"

local function exists(path)
  local file = io.open(path, "r")
  if file then file:close() end
  return file ~= nil
end

--- Runs `body(path)` inside a describe block when the file or folder is there; else one pending.
function shared.describe(name, relative, body)
  local path = shared.path .. "/" .. relative
  if exists(path) then
    busted.describe(name, function() body(path) end)
  else
    busted.pending(("%s: skipped, because %s is not there"):format(name, path))
  end
end

--- Names of the files of a folder, sorted.
function shared.files(path)
  local names, pipe = {}, assert(io.popen(("ls -1 '%s'"):format(path)))
  for name in pipe:lines() do names[#names + 1] = name end
  pipe:close()
  table.sort(names)
  return names
end

--- The whole of a file, byte for byte.
function shared.read(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read "a"
  file:close()
  return bytes
end

return shared
