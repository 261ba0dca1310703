--- What the options that many verbs share do, verb by verb: each function runs the verb with its
--- option and without, and asserts the difference.
local assert = require "luassert"
local cjson = require "cjson"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"
local start = require("bylaw.emulator").start
local tenant = require "spec.support.tenant"

local flags = {}

--- How each verb is run so that it works; @ is the folder.
local RUN = {
  validate = "validate @/policies.lua",
  plan = "plan @/policies.lua",
  apply = "apply -y --journal @/journal.db @/policies.lua",
  drift = "drift @/policies.lua",
  effective = "effective --app Sales @/policies.lua",
  history = "history --journal @/journal.db",
  export = "export token-lifetime",
  create = "create @/body.json",
  list = "list token-lifetime",
  show = "show token-lifetime kept",
  delete = "delete token-lifetime doomed --yes",
  whoami = "whoami",
  schema = "schema token-lifetime",
  emulator = "emulator --questions",
  completion = "completion bash",
  version = "version",
  help = "help",
}

--- How it fails, for those that do so otherwise than by finding no token.
local FAIL = {
  validate = "validate @/none.lua",
  history = "history --journal @/policies.lua",
  schema = "schema --json-schema",
  emulator = "emulator --decide nothing=x",
}

--- How it says something beside the result, for those that ask no service.
local TALK = {
  validate = "validate @/policies.lua",
  history = "history --journal @/none.db",
  whoami = "whoami",
}

local ODD = [[
tokenLifetimePolicy "kept" { displayName = "kept", accept = { "unknown_property" },
  definition = { AccessTokenLifetime = "8:00:00", Colour = "red" } }
]]

local BODY = [[{"displayName":"body",
  "definition":["{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}"]}]]

---@class spec.World
---@field tenant spec.Tenant
---@field folder string

--- A tenant, and files that the verbs are run on.
---@return spec.World
function flags.world()
  local self = { tenant = tenant.new { check = false } }
  self.folder = self.tenant.folder
  self.tenant:make_carrier "Sales"
  self.tenant:declare(ODD)
  shell.write(self.folder .. "/body.json", BODY)
  assert.equal(0, self.tenant:run("apply -y --journal journal.db").code)
  return self
end

local function words_of(self, command)
  local words = {}
  for word in command:gsub("@", self.folder):gmatch "%S+" do words[#words + 1] = word end
  return words
end

--- An environment that names the tenant; `more` replaces and, with false, removes.
local function env_of(self, more)
  local env = { BYLAW_ENDPOINT = self.tenant.emulator.url,
    BYLAW_TOKEN = self.tenant.emulator.token }
  for name, value in pairs(more or {}) do env[name] = value or nil end
  return env
end

--- Runs a verb in this process, with more arguments and another environment.
local function run(self, command, more, env)
  local words = words_of(self, command)
  for _, word in ipairs(more or {}) do words[#words + 1] = word end
  if words[1] == "delete" then
    assert(self.tenant.client:create(require "bylaw".tokenLifetimePolicy { displayName = "doomed",
      definition = { AccessTokenLifetime = "8:00:00" } }))
  end
  local outcome = cli.call(words, { env = env_of(self, env) })
  for _, one in ipairs(self.tenant.client:list "tokenLifetimePolicy") do
    if one.displayName == "doomed" then self.tenant.client:delete(one.kind, one.id) end
  end
  return outcome
end

--- Method, address and status of the first request that -v told of.
local function request(outcome)
  return outcome.err:match "%f[^\0\n](%u+) (https?://%S+) (%S+) [%d.]+ ms"
end

-- The service ------------------------------------------------------------------------------------

flags["--endpoint"] = function(self, verb)
  local url, nowhere = self.tenant.emulator.url, { BYLAW_ENDPOINT = "http://127.0.0.1:1" }
  if verb == "whoami" then
    assert.matches("service     http://127.0.0.1:1\n", run(self, verb, {}, nowhere).out, 1, true)
    local there = run(self, verb, { "--endpoint", url }, nowhere).out
    return assert.matches("service     " .. url .. "\n", there, 1, true)
  end
  local _, address, status = request(run(self, RUN[verb], { "-v" }, nowhere))
  assert.matches("^http://127.0.0.1:1/", address)
  assert.is_nil(tonumber(status))
  _, address, status = request(run(self, RUN[verb], { "-v", "--endpoint", url }, nowhere))
  assert.same({ url, "200" }, { address:sub(1, #url), status == "201" and "200" or status })
end

--- A proxy that nobody is behind: the request is told, and nothing leaves the machine. It is ended
--- then, or it would try again.
flags["--cloud"] = function(self, verb)
  local env = "BYLAW_TOKEN=abc HTTPS_PROXY=http://127.0.0.1:1"
  local function service(arguments)
    local folder, command = shell.scratch(), RUN[verb]:gsub("@", self.folder) .. " -v " .. arguments
    local outcome = cli.interrupt(folder, command, env, "KILL", function()
      return verb ~= "whoami" and shell.exists(folder .. "/err")
        and request { err = shell.read(folder .. "/err") }
        or shell.exists(folder .. "/out") and shell.read(folder .. "/out") ~= ""
    end)
    shell.remove(folder)
    if verb == "whoami" then return outcome.out:match "service +https://(%S+)" end
    local _, address = request(outcome)
    return assert(address, outcome.err):match "^https://([^/]+)"
  end
  assert.equal("graph.microsoft.com", service "")
  assert.equal("graph.microsoft.us", service "--cloud usgov")
end

flags["--api-version"] = function(self, verb)
  for version, arguments in pairs { ["v1.0"] = {}, beta = { "--api-version", "beta" } } do
    arguments[#arguments + 1] = "-v"
    local _, address = request(run(self, RUN[verb], arguments))
    assert.equal(version, address:match "^http://[^/]+/([^/]+)/")
  end
end

flags["--local"] = function(self, verb)
  local folder = shell.scratch()
  shell.must("cp '%s/policies.lua' '%s/body.json' '%s'", self.folder, self.folder, folder)
  local command = RUN[verb]:gsub("@", ".")
  local without = cli.spawn(folder, command)
  assert.matches("no credential could be used", without.err, 1, true)
  assert.is_false(shell.exists(folder .. "/.bylaw/local.db"))
  local outcome = cli.spawn(folder, command .. " --local -v")
  assert.is_true(shell.exists(folder .. "/.bylaw/local.db"))
  if verb == "whoami" then
    assert.matches("service     .bylaw/local.db\n", outcome.out, 1, true)
  else
    local _, address, status = request(outcome)
    assert.matches("^http://127.0.0.1:", address)
    assert.matches("^20[01]$", status)
  end
  shell.remove(folder)
end

-- The credential ---------------------------------------------------------------------------------

flags["--token-file"] = function(self, verb)
  local path = self.folder .. "/token"
  shell.write(path, self.tenant.emulator.token)
  shell.must("chmod 600 '%s'", path)
  local wrong = { BYLAW_TOKEN = "wrong" }
  if verb == "whoami" then
    assert.matches("credential  static", run(self, verb, {}, wrong).out)
    return assert.matches("credential  token_file: " .. path,
      run(self, verb, { "--token-file", path }, wrong).out, 1, true)
  end
  local _, _, status = request(run(self, RUN[verb], { "-v" }, wrong))
  assert.equal("401", status)
  _, _, status = request(run(self, RUN[verb], { "-v", "--token-file", path }, wrong))
  assert.matches("^20[01]$", status)
end

--- An environment in which an application may sign in at an emulator.
local function app_of(emulator)
  return { BYLAW_TOKEN = false, BYLAW_ENDPOINT = emulator.url, AZURE_TENANT_ID = emulator.tenant_id,
    AZURE_AUTHORITY_HOST = emulator.url, AZURE_CLIENT_ID = emulator.client_id,
    AZURE_CLIENT_SECRET = emulator.token }
end

flags["--auth"] = function(self, verb)
  local env = app_of(self.tenant.emulator)
  assert.matches("bylaw: no token: ", run(self, RUN[verb], {}, env).err, 1, true)
  local outcome = run(self, RUN[verb], { "--auth", "environment", "-v" }, env)
  assert.matches("\nsigned in by environment (AZURE_*)", outcome.err, 1, true)
  if verb == "whoami" then return assert.equal(0, outcome.code) end
  local _, _, status = request(outcome)
  assert.matches("^20[01]$", status)
end

flags["--ca-file"] = function(self, verb)
  local store = self.folder .. "/tls.db"
  local emulator = assert(start { store = store, tls = true })
  local trusting = { "--ca-file", emulator.ca_file }
  if verb == "whoami" then
    local env = app_of(emulator)
    env.BYLAW_AUTH = "environment"
    local codes = { run(self, verb, {}, env).code, run(self, verb, trusting, env).code }
    emulator:stop()
    return assert.same({ 1, 0 }, codes)
  end
  local env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token }
  local _, _, refused = request(run(self, RUN[verb], { "-v" }, env))
  trusting[3] = "-v"
  local _, _, status = request(run(self, RUN[verb], trusting, env))
  emulator:stop()
  assert.is_nil(tonumber(refused))
  assert.matches("^20[01]$", status)
end

-- What is told -----------------------------------------------------------------------------------

flags["--verbose"] = function(self, verb)
  assert.is_nil(request(run(self, RUN[verb])))
  assert.truthy(request(run(self, RUN[verb], { "-v" })))
end

flags["--quiet"] = function(self, verb)
  if TALK[verb] then
    local told, quiet = run(self, TALK[verb]), run(self, TALK[verb], { "-q" })
    assert.matches("%S", told.err .. (verb == "validate" and told.out or ""))
    return assert.same({ told.code, "" }, { quiet.code, quiet.err
      .. (verb == "validate" and quiet.out or "") })
  end
  assert.truthy(request(run(self, RUN[verb], { "-v" })))
  assert.equal("", run(self, RUN[verb], { "-v", "-q" }).err)
end

--- An error is painted red, and a result may be.
local function is_painted(self, verb, arguments, env)
  env = env or {}
  if not FAIL[verb] then env.BYLAW_TOKEN = false end
  local outcome = run(self, FAIL[verb] or RUN[verb], arguments, env)
  assert.not_equal(0, outcome.code)
  return (outcome.out .. outcome.err):find("\27[1;31m", 1, true) ~= nil
end

flags["--color"] = function(self, verb)
  assert.is_false(is_painted(self, verb, {}))
  assert.is_true(is_painted(self, verb, { "--color", "always" }))
  assert.is_false(is_painted(self, verb, { "--color", "never" }, { CLICOLOR_FORCE = "1" }))
  assert.is_true(is_painted(self, verb, { "--color", "auto" }, { CLICOLOR_FORCE = "1" }))
end

flags["--no-color"] = function(self, verb)
  assert.is_true(is_painted(self, verb, {}, { CLICOLOR_FORCE = "1" }))
  assert.is_false(is_painted(self, verb, { "--no-color" }, { CLICOLOR_FORCE = "1" }))
end

-- Forms of the result ----------------------------------------------------------------------------

local STREAMED = { plan = true, apply = true, drift = true }

--- A result without what each run has anew.
local function settled(out)
  return (out:gsub("%x%x%x%x%x%x%x%x%-[%x-]+", "ID"):gsub("%d+%-%d+%-%d+T[%d:]+Z", "TIME"))
end

--- What is read of each form; it raises where that cannot be read.
local FORMS = {}

function FORMS.text(out, usual) assert.equal(settled(usual), settled(out)) end
FORMS.lua = FORMS.text

function FORMS.json(out, _, verb)
  if not STREAMED[verb] then return assert.equal("table", type(cjson.decode(out))) end
  for line in out:gmatch "[^\n]+" do assert.equal("string", type(cjson.decode(line).type)) end
end

function FORMS.html(out) assert.matches("^<!DOCTYPE html>\n.*</html>\n$", out) end
function FORMS.sarif(out) assert.equal("2.1.0", cjson.decode(out).version) end
function FORMS.junit(out) assert.matches("^<%?xml .*<testsuites?.*</testsuites?>\n$", out) end
function FORMS.github(out) assert.matches("^::warning file=", out) end

function FORMS.azuredevops(out)
  assert.matches("^##vso%[task.logissue type=warning;sourcepath=", out)
end

flags["--output"] = function(self, verb, option)
  local usual = run(self, RUN[verb]).out
  for _, form in ipairs(option.values) do
    local out = run(self, RUN[verb], { "-o", form }).out
    FORMS[form](out, usual, verb)
    if FORMS[form] ~= FORMS.text then assert.not_equal(settled(usual), settled(out)) end
  end
end

flags["--json"] = function(self, verb)
  local out = run(self, RUN[verb], { "--json" }).out
  FORMS.json(out, nil, verb)
  assert.equal(settled(run(self, RUN[verb], { "-o", "json" }).out), settled(out))
end

flags["--help"] = function(_, verb)
  local outcome = cli.call { verb, "--help" }
  assert.same({ 0, "" }, { outcome.code, outcome.err })
  assert.equal("Usage: bylaw " .. verb, outcome.out:sub(1, 13 + #verb))
  assert.same(outcome, cli.call { verb, "-h" })
  assert.same(outcome, cli.call { "help", verb })
end

-- Declarations -----------------------------------------------------------------------------------

local VARIABLE = [[
tokenLifetimePolicy "variable" { displayName = "variable",
  definition = { AccessTokenLifetime = var "SPAN" } }
]]

--- Asserts that a file with a variable is refused, and taken with these arguments.
local function takes_variable(self, verb, arguments)
  local path = self.folder .. "/variable.lua"
  shell.write(path, VARIABLE)
  local command = RUN[verb]:gsub("@/policies.lua", path):gsub("@/body.json", path)
  local refused = run(self, command)
  assert.equal(1, refused.code)
  assert.matches("SPAN", refused.out .. refused.err)
  local taken = run(self, command, arguments)
  assert.not_equal(1, taken.code, taken.err)
  assert.not_matches("SPAN", taken.out .. taken.err)
end

flags["--var"] = function(self, verb) takes_variable(self, verb, { "--var", "SPAN=8:00:00" }) end

flags["--var-file"] = function(self, verb)
  local path = self.folder .. "/vars.lua"
  shell.write(path, 'return { SPAN = "8:00:00" }')
  takes_variable(self, verb, { "--var-file", path })
end

-- Others -----------------------------------------------------------------------------------------

flags["--yes"] = function(self, verb, option)
  local command = RUN[verb]:gsub(" %-%-?y%a*", "")
  local refused = run(self, command)
  assert.equal(1, refused.code)
  assert.matches("there is no terminal to ask on", refused.err, 1, true)
  for _, name in ipairs(option.names) do
    assert.equal(0, run(self, command, { name }).code, name)
  end
end

--- With answers that take their time, requests that wait for one another take the sum of it.
flags["--concurrency"] = function(self, verb)
  local lines, delay, now = {}, 0.04, require("bylaw.tasks").now
  for i = 1, 8 do
    lines[i] = ('tokenLifetimePolicy "n%d" { displayName = "n%d", assignTo = {}, definition = { '
      .. 'AccessTokenLifetime = "8:00:00" } }\n'):format(i, i)
  end
  shell.write(self.folder .. "/many.lua", table.concat(lines))
  local command = RUN[verb]:gsub("policies.lua", "many.lua")
  run(self, (RUN.apply:gsub("policies.lua", "many.lua")))
  self.tenant.emulator:fault(("GET delay=%d"):format(delay * 1000))
  local function seconds(count)
    local began = now()
    local outcome = run(self, command, { "-v", "--concurrency", count })
    return now() - began, select(2, outcome.err:gsub("%f[^\0\n]GET ", ""))
  end
  local one, requests = seconds "1"
  local many = seconds "16"
  self.tenant.emulator:calm()
  assert.is_true(requests > 8)
  assert.is_true(one >= requests * delay, ("%g s for %d requests"):format(one, requests))
  assert.is_true(many < requests * delay, ("%g s for %d requests"):format(many, requests))
end

--- What an option does, where it is one that verbs share.
---@param option bylaw.cli.OptionGrammar
---@return fun(self: spec.World, verb: string, option: bylaw.cli.OptionGrammar)?
function flags.find(option)
  for _, name in ipairs(option.names) do
    if flags[name] then return flags[name] end
  end
end

return flags
