--- A TLS server with a certificate of its own making, for specs: openssl's, which answers a GET
--- with a page about the connection.
local shell = require "spec.support.shell"

local tls = {}
tls.__index = tls

---@class spec.Tls
---@field port integer
---@field certificate string  path of its PEM file; it names localhost alone

function tls.available()
  return select(2, shell.run "command -v openssl") == 0
end

--- Starts one and waits until it listens. It ends by itself after a minute.
---@param options? string  more options of `openssl s_server`
---@return spec.Tls
function tls.start(options)
  local folder = shell.scratch()
  local self = setmetatable({ folder = folder, certificate = folder .. "/cert.pem" }, tls)
  shell.must("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    .. " -keyout '%s/key.pem' -out '%s' -subj /CN=localhost -addext subjectAltName=DNS:localhost",
    folder, self.certificate)
  self.output = assert(io.popen(([[exec timeout 60 sh -c 'echo $$; exec openssl s_server \
    -accept 127.0.0.1:0 -key %s/key.pem -cert %s/cert.pem -www %s' 2>&1 </dev/null]]):format(
    folder, folder, options or "")))
  self.pid = self.output:read "n"
  for line in self.output:lines() do
    self.port = tonumber(line:match "^ACCEPT .*:(%d+)$")
    if self.port then return self end
  end
  error "openssl s_server did not start"
end

function tls:stop()
  shell.must("kill %d", self.pid)
  self.output:close()
  shell.remove(self.folder)
end

return tls
