--- nginx in front of another server: TLS and HTTP/2, one worker, a log of what came how.
local shell = require "spec.support.shell"

local nginx = {}
nginx.__index = nginx

function nginx.available()
  return select(2, shell.run "command -v nginx") == 0
end

local CONFIG = [[
daemon off;
pid %s/pid;
error_log %s/error.log;
events { worker_connections 128; }
http {
  log_format how '$connection $server_protocol $status';
  access_log %s/access.log how;
  client_body_temp_path %s/body;
  proxy_temp_path %s/proxy;
  fastcgi_temp_path %s/fastcgi;
  uwsgi_temp_path %s/uwsgi;
  scgi_temp_path %s/scgi;
  server {
    listen 127.0.0.1:%d ssl http2;
    ssl_certificate %s.pem;
    ssl_certificate_key %s.key;
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass %s;
    }
  }
}
]]

local function free_port()
  local emulator = assert(require("bylaw.emulator").start())
  local port = emulator.port
  emulator:stop()
  return port
end

---@class spec.Nginx
---@field port integer

--- Starts one and waits until it listens; it ends after two minutes at most.
---@param certificate string  path without ending: .pem and .key
---@param url string          where it sends requests on
---@return spec.Nginx
function nginx.start(certificate, url)
  local folder = shell.scratch()
  local self = setmetatable({ folder = folder, port = free_port() }, nginx)
  shell.write(folder .. "/nginx.conf", CONFIG:format(folder, folder, folder, folder, folder, folder,
    folder, folder, self.port, certificate, certificate, url))
  self.process = io.popen(("exec timeout 120 nginx -p %s -c %s/nginx.conf 2>%s/start.log"):format(
    folder, folder, folder), "w")
  for _ = 1, 100 do
    if shell.exists(folder .. "/pid") then return self end
    shell.run "sleep 0.05"
  end
  error("nginx did not start: " .. shell.read(folder .. "/start.log"))
end

--- The requests so far: how many connections there were, and what protocol was spoken. A line is
--- written a moment after its answer, so that it waits for as many.
---@param count integer
---@return integer connections
---@return table<string, integer> protocols
function nginx:log(count)
  local path = self.folder .. "/access.log"
  for _ = 1, 100 do
    if select(2, shell.read(path):gsub("\n", "")) >= count then break end
    shell.run "sleep 0.02"
  end
  local connections, protocols, seen = 0, {}, {}
  for number, protocol in shell.read(path):gmatch "(%d+) (%S+) %d+\n" do
    if not seen[number] then connections = connections + 1 end
    seen[number] = true
    protocols[protocol] = (protocols[protocol] or 0) + 1
  end
  return connections, protocols
end

function nginx:stop()
  shell.run("kill $(cat '%s/pid')", self.folder)
  self.process:close()
  shell.remove(self.folder)
end

return nginx
