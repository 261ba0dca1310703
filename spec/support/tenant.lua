--- A tenant for specs of the command: an emulator in this process, and a folder of declarations
--- from which the command is run as a process of its own.
local bylaw = require "bylaw"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"
local start = require("bylaw.emulator").start

local tenant = {}

---@class spec.Tenant
---@field emulator bylaw.Emulator
---@field client bylaw.Client   to look at what is there, and to change it behind the command's back
---@field folder string
local Tenant = {}
Tenant.__index = Tenant

---@param options? bylaw.EmulatorOptions
---@return spec.Tenant
function tenant.new(options)
  local emulator = assert(start(options or {}))
  local client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
  return setmetatable({ emulator = emulator, client = client, folder = shell.scratch() }, Tenant)
end

function Tenant:stop()
  self.client:close()
  self.emulator:stop()
  shell.remove(self.folder)
end

--- Writes policies.lua.
function Tenant:declare(source) shell.write(self.folder .. "/policies.lua", source) end

--- NAME=VALUE words for the command's environment.
function Tenant:env()
  return ("BYLAW_ENDPOINT=%s BYLAW_TOKEN=%s"):format(self.emulator.url, self.emulator.token)
end

--- Runs the command as a process.
---@param arguments string  words for the shell
---@param env? string
---@return spec.Outcome
function Tenant:run(arguments, env)
  return cli.spawn(self.folder, arguments, self:env() .. " " .. (env or ""))
end

--- Runs it on a terminal.
---@param typed? string
---@return string shown
---@return integer code
function Tenant:terminal(arguments, typed)
  return cli.terminal(self.folder, arguments, typed, self:env())
end

--- The live policies of a kind by name: their definitions.
function Tenant:stored(kind)
  local found = {}
  for _, one in ipairs(assert(self.client:list(kind or "tokenLifetimePolicy"))) do
    assert(found[one.displayName] == nil, one.displayName .. " is there twice")
    found[one.displayName] = one.definition
  end
  return found
end

--- An application with its service principal.
---@return { application: string, servicePrincipal: string, appId: string }
function Tenant:make_carrier(name)
  local app = assert(self.client:request("POST", "/applications", { displayName = name }))
  local principal = assert(self.client:request("POST", "/servicePrincipals",
    { appId = app.appId }))
  return { application = app.id, servicePrincipal = principal.id, appId = app.appId }
end

--- Source that declares tokenLifetimePolicies: { a = 8, … } by label and hours.
function tenant.lifetimes(hours)
  local labels, lines = {}, {}
  for label in pairs(hours) do labels[#labels + 1] = label end
  table.sort(labels)
  for i, label in ipairs(labels) do
    lines[i] = ('tokenLifetimePolicy %q { displayName = %q, definition = { AccessTokenLifetime = '
      .. '"%d:00:00" } }\n'):format(label, label, hours[label])
  end
  return table.concat(lines)
end

return tenant
