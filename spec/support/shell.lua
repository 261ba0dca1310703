--- Commands and scratch folders for specs.
local shell = {}

--- What a command prints, both streams together, and its exit status.
---@param command string, ... arguments for its %s and %d
---@return string output
---@return integer status
function shell.run(command, ...)
  local pipe = assert(io.popen(("{ %s\n} 2>&1"):format(command:format(...))))
  local output = pipe:read "a"
  local _, _, status = pipe:close()
  return output, status
end

--- Runs a command that must succeed, and gives what it prints.
function shell.must(command, ...)
  local output, status = shell.run(command, ...)
  if status ~= 0 then
    error(("status %d from: %s\n%s"):format(status, command:format(...), output), 2)
  end
  return output
end

--- An empty folder of one's own; remove it with shell.remove.
function shell.scratch()
  return (shell.must "mktemp -d":gsub("\n", ""))
end

function shell.remove(path)
  assert(path:match "^/[^/]+/.")
  shell.must("rm -rf '%s'", path)
end

function shell.exists(path)
  return select(2, shell.run("test -e '%s'", path)) == 0
end

function shell.write(path, text)
  shell.must("mkdir -p '%s'", path:match "^(.*)/")
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

function shell.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

return shell
