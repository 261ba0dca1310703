--- Tools that people are signed in with: a process of theirs prints a token.
local aadsts = require "bylaw.credential.aadsts"
local answer = require "bylaw.credential.answer"
local cached = require "bylaw.credential.cached"
local check = require "bylaw.credential.check"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local options = require "bylaw.options"
local tasks = require "bylaw.tasks"

local tool = {}

local TIMEOUT = 13       -- seconds; these tools take one or two as a rule
local LARGEST = 65536    -- bytes of what it prints
local SLICE = 0.25       -- seconds of a wait, so that Lua sees an interrupt
local GLANCE = 0.02      -- and between two looks where other tasks go on

--- Secrets of other credentials, which a tool has no use for.
local WITHHELD = {
  "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD", "IDENTITY_HEADER",
  "MSI_SECRET", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN", "ARM_CLIENT_SECRET",
  "ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_OIDC_TOKEN",
  "ARM_OIDC_REQUEST_TOKEN", "BYLAW_TOKEN",
}

local OPTIONS = { tenant_id = "string", timeout = "number" }

--- Waits for the process; other tasks go on meanwhile.
local function finish(process)
  while true do
    local alone = tasks.alone()
    local result, err = process:wait(alone and SLICE or 0)
    if result then return result end
    if result == nil then return nil, err end
    if not alone then tasks.sleep(GLANCE) end
  end
end

--- What became of a process that could not be started or brought to its end.
local function trouble(program, err, timeout)
  if err.code == "no_program" then
    return cached.unavailable(("%s is not installed, or not in PATH: %s"):format(program,
      err.message))
  end
  if err.code == "timeout" then
    return nil, errors.new("timeout",
      ("%s gave no token within %g seconds"):format(program, timeout))
  end
  return nil, errors.new("bad_answer", ("%s: %s"):format(program, err.message))
end

--- What the tool says of its failure: the line that begins as an error does, else the first.
local function words_of(result)
  local first
  for line in (result.err .. "\n" .. result.out):gmatch "[^\r\n]+" do
    local data = answer.json(line) -- as azd writes them
    data = data and type(data.data) == "table" and data.data.message
    if type(data) == "string" then line = data end
    line = line:gsub("\27%[[%d;]*m", "")
    local told = line:match "^%s*[Ee][Rr][Rr][Oo][Rr]:%s*(.*)"
    if told then return errors.one_line(told) end
    if line:find "%S" then first = first or line end
  end
  return first and errors.one_line(first) or "it gave no reason"
end

local function failure(self, result)
  local words = words_of(result)
  local code = aadsts.code_in(words)
  if result.status == 127 or words:find("is not recognized", 1, true) then
    return cached.unavailable(("%s is not installed: %s"):format(self.program, words))
  end
  for _, sign in ipairs(self.signed_out) do
    if words:lower():find(sign, 1, true) then
      return cached.unavailable(("%s: %s"):format(self.program, words), { hint = self.sign_in })
    end
  end
  return nil, errors.new("authentication_failed", ("%s ended with status %d: %s"):format(
    self.program, result.status, words), { aadsts = code, hint = aadsts.hint(code) })
end

local function ask(self, request, given)
  local timeout = given.timeout or TIMEOUT
  local process <close>, err = core.run(self.command(request.scope, given.tenant_id),
    { timeout = timeout, max_output = LARGEST, withheld = WITHHELD })
  if not process then return trouble(self.program, err, timeout) end
  local result
  result, err = finish(process)
  if not result then return trouble(self.program, err, timeout) end
  local value = answer.json(result.out:match "^%s*(.-)%s*$")
  local token = value and answer.read(self.read(value), os.time())
  if result.status == 0 and token then return token end
  if result.status ~= 0 or value == nil and result.out:find "^%s*$" then
    return failure(self, result)
  end
  return nil, errors.new("bad_answer", self.program .. " printed what is no token")
end

---@class bylaw.Tool
---@field name string        of the credential
---@field program string
---@field sign_in string     what helps who is not signed in
---@field signed_out string[]  words in lower case that say so
---@field command fun(scope: string, tenant?: string): string[]
---@field read fun(value: table): table  its answer, with the names of a token endpoint's

--- Makes the module of a tool's credential.
---@param self bylaw.Tool
---@return table
function tool.module(self)
  local module = { __name = "bylaw.credential." .. self.name }
  function module.__tostring(one)
    return ("%s (%s%s)"):format(module.__name, self.program,
      one.tenant_id and ", tenant " .. one.tenant_id or "")
  end
  --- `tenant_id` other than the tool's own choice; `timeout` in seconds, 13 by default.
  ---@param given? { tenant_id?: string, timeout?: number }
  ---@return bylaw.Credential? credential
  ---@return bylaw.Error? err  code "invalid_option"
  function module.new(given)
    given = options.check(self.name, given, OPTIONS)
    if given.timeout and not (given.timeout > 0 and given.timeout <= 600) then
      error(self.name .. ": timeout must be above 0 and at most 600 seconds", 2)
    end
    if given.tenant_id then
      local ok, err = check.id("tenant_id", given.tenant_id)
      if not ok then return nil, err end
    end
    return cached.equip(setmetatable({ tenant_id = given.tenant_id }, module),
      function(request) return ask(self, request, given) end)
  end
  return module
end

return tool
