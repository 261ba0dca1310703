--- The server that misbehaves (spec/c/trouble.c), for specs.
---
--- It ends when its standard input is closed, so it never outlives the process that
--- started it.
local shell = require "spec.support.shell"

local server = {}
server.__index = server

---@class spec.Server
---@field url string   "http://127.0.0.1:PORT"
---@field port integer

--- Starts one and waits until it listens.
---@return spec.Server
function server.start()
  local folder = shell.scratch()
  local fifo = folder .. "/answers"
  shell.must("mkfifo '%s'", fifo)
  local program = (os.getenv "BYLAW_BUILD" or "build") .. "/trouble"
  local self = setmetatable({ folder = folder }, server)
  self.input = assert(io.popen(("exec '%s' > '%s'"):format(program, fifo), "w"))
  self.output = assert(io.open(fifo, "r"))
  self.port = assert(self.output:read "n", "trouble did not start: make trouble")
  self.output:read "l"
  self.url = ("http://127.0.0.1:%d"):format(self.port)
  return self
end

--- Tells the bytes with which /say/NAME answers from now on. Afterwards the connection
--- is kept ("keep", the default), closed ("close") or left in silence ("stall").
---@param name string
---@param bytes string
---@param ending? "keep"|"close"|"stall"
---@return string url
function server:say(name, bytes, ending)
  self.input:write(("say %s %d %s\n"):format(name, #bytes, ending or "keep"), bytes)
  self.input:flush()
  assert(self.output:read "l" == "ok")
  return self.url .. "/say/" .. name
end

--- The same for a whole answer: status line, a JSON body, its length.
---@param name string
---@param status integer
---@param body string
---@param headers? string   more header lines, each with its "\r\n"
---@return string url
function server:answer(name, status, body, headers)
  return self:say(name, ("HTTP/1.1 %d X\r\nContent-Type: application/json\r\n%s"
    .. "Content-Length: %d\r\n\r\n%s"):format(status, headers or "", #body, body))
end

function server:stop()
  self.input:close()
  self.output:close()
  shell.remove(self.folder)
end

return server
