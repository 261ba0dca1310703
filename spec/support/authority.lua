--- An authority of our own and certificates that it signs, by the command openssl.
local shell = require "spec.support.shell"

local authority = {}
authority.__index = authority

function authority.available()
  return select(2, shell.run "command -v openssl") == 0
end

local KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

---@class spec.Authority
---@field folder string
---@field file string   its own certificate, for ca_file

---@return spec.Authority
function authority.new()
  local folder = shell.scratch()
  shell.must("openssl req -x509 %s -days 2 -keyout '%s/ca.key' -out '%s/ca.pem' -subj /CN=spec-ca",
    KEY, folder, folder)
  return setmetatable({ folder = folder, file = folder .. "/ca.pem" }, authority)
end

--- Signs a certificate for a host: NAME.pem and NAME.key in the folder.
---@param name string
---@param host string
---@param days integer  below 0: it has expired
---@return string path  without its ending
function authority:sign(name, host, days)
  local path = self.folder .. "/" .. name
  shell.write(path .. ".ext", "subjectAltName=DNS:" .. host .. "\n")
  shell.must("openssl req %s -keyout '%s.key' -out '%s.csr' -subj /CN=%s", KEY, path, path, host)
  shell.must("openssl x509 -req -in '%s.csr' -CA '%s/ca.pem' -CAkey '%s/ca.key' -CAcreateserial "
    .. "-days %d -extfile '%s.ext' -out '%s.pem'", path, self.folder, self.folder, days, path, path)
  return path
end

function authority:remove() shell.remove(self.folder) end

return authority
