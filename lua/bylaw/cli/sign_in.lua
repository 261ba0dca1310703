--- The credential of a session: what the command line says, then the environment.
local sign_in = {}

local credential = require "bylaw.credential"
local errors = require "bylaw.errors"
local file = require "bylaw.credential.file"
local text = require "bylaw.cli.text"

--- What --auth takes, and the links of the chain that each stands for.
local METHODS = {
  { "default" },
  { "environment", "environment" },
  { "workload-identity", "workload_identity" },
  { "managed-identity", "managed_identity" },
  { "azure-cli", "azure_cli" },
  { "azure-powershell", "azure_powershell" },
  { "azd", "azd" },
  { "device-code" },
}

local NAMES, LINK_OF = {}, {}
for i, method in ipairs(METHODS) do NAMES[i], LINK_OF[method[1]] = method[1], method[2] end

function sign_in.add_to(parser)
  parser:option "--token-file":argname "FILE"
    :description "File that holds the bearer token (or\nBYLAW_TOKEN, the token itself)."
  parser:option "--auth":argname "METHOD":choices(NAMES)
    :description("How to sign in (or BYLAW_AUTH): default,\nenvironment, workload-identity,\n"
      .. "managed-identity, azure-cli,\nazure-powershell, azd, device-code.")
end

--- Warns, once, of a file whose secret others can read.
local function warn_of_file(console, path)
  local words = file.exposed(path)
  if words then console:complain("bylaw: warning: " .. text.shown(words)) end
end

--- Tells which credential is used, before anything is done with it, and of a strange authority.
local function on_event(console)
  return function(event)
    if event.type == "warning" then
      console:complain("bylaw: warning: " .. text.shown(event.message))
      return
    end
    local from = event.from and (" (%s)"):format(event.from) or ""
    local which = event.description:match "%((.*)%)$" or ""
    console:tell(text.shown(("signed in by %s%s: %s"):format(event.credential, from, which)))
    if not console.verbose then return end
    for _, skipped in ipairs(event.skipped) do
      console:complain(console:on_stderr("dim", text.shown(("  not by %s: %s"):format(skipped.name,
        skipped.err.message))))
    end
  end
end

local function set(console, name)
  local value = console.getenv(name)
  return value ~= "" and value or nil
end

--- A person signs in; the code is shown on stderr.
local function device_code(console)
  local client = set(console, "AZURE_CLIENT_ID")
  if not client then
    return nil, errors.new("usage", "device-code needs AZURE_CLIENT_ID: an app of yours that "
      .. "allows public client flows")
  end
  return credential.device_code {
    client_id = client, tenant_id = set(console, "AZURE_TENANT_ID"),
    authority = set(console, "AZURE_AUTHORITY_HOST"),
    prompt = function(shown) console:complain(text.shown(shown.message)) end,
  }
end

--- The credential that a method names.
local function by_method(method, console)
  if method == "device-code" then return device_code(console) end
  return credential.default { only = LINK_OF[method], getenv = console.getenv,
    on_event = on_event(console) }
end

local function of_token(token)
  local who, err = credential.static(token)
  if who then return who end
  return nil, errors.new(err.code, (err.message:gsub("bylaw%.credential%.static", "BYLAW_TOKEN")))
end

--- What is wrong with the name of a method; nil when nothing is.
---@param method string
---@return string?
function sign_in.fault(method)
  for _, name in ipairs(NAMES) do
    if method == name then return nil end
  end
  return ("%s is none of %s%s"):format(errors.quote(method), table.concat(NAMES, ", "),
    errors.suggestion(method, NAMES))
end

--- The method that is asked for; a word of the environment may be a wrong one.
local function method_of(options, console)
  if options.auth then return options.auth end
  local method = set(console, "BYLAW_AUTH")
  local wrong = method and sign_in.fault(method)
  if wrong then return nil, errors.new("usage", "BYLAW_AUTH: " .. wrong) end
  return method
end

--- The credential for a service. One that the environment or a tool may have for a cloud does not
--- go to another address unasked.
---@param options table
---@param console bylaw.cli.Console
---@param endpoint? string  an address in place of a cloud
---@return bylaw.Credential?
---@return bylaw.Error? err  code "usage" where the command line is at fault
function sign_in.find(options, console, endpoint)
  if options.token_file then
    if options.auth then
      return nil, errors.new("usage", "--token-file and --auth name two credentials")
    end
    warn_of_file(console, options.token_file)
    return credential.token_file(options.token_file)
  end
  local method, wrong = method_of(options, console)
  if wrong then return nil, wrong end
  if options.auth then return by_method(method, console) end
  local token = set(console, "BYLAW_TOKEN")
  if token then return of_token(token) end
  if method then return by_method(method, console) end
  if not endpoint then return by_method("default", console) end
  return nil, errors.new("no_token", "no token: put one into BYLAW_TOKEN, name a file that holds "
    .. "one by --token-file, say how to sign in by --auth, or work without a service by --local")
end

return sign_in
