--- Servers that Azure Arc manages: its agent answers with the path of a file that only its group
--- may read, and whoever shows what stands in there gets a token.
local ask = require "bylaw.credential.managed.ask"
local cached = require "bylaw.credential.cached"
local check = require "bylaw.credential.check"
local errors = require "bylaw.errors"
local exchange = require "bylaw.credential.exchange"
local file = require "bylaw.credential.file"
local form = require "bylaw.credential.form"
local retrying = require "bylaw.credential.retrying"

local azure_arc = { name = "Azure Arc" }

--- Where the agent puts its files, and where it is itself. A spec may replace them.
azure_arc.TOKENS = "/var/opt/azcmagent/tokens"
azure_arc.AGENT = "/opt/azcmagent/bin/himds"

local DEFAULT = "http://127.0.0.1:40342/metadata/identity/oauth2/token"
local LARGEST = 4096 -- bytes of a key file

--- Whether the agent is on this machine.
function azure_arc.is_here()
  local handle = io.open(azure_arc.AGENT, "rb")
  if handle then handle:close() end
  return handle ~= nil
end

local function refuse(words, ...)
  return nil, errors.new("authentication_failed", "Azure Arc: " .. words:format(...))
end

--- The path that a challenge names, if it is where the agent's files are: a forged one must not
--- make us show some other file.
local function key_path(header)
  local path = header:match "^%s*[Bb][Aa][Ss][Ii][Cc]%s+[Rr][Ee][Aa][Ll][Mm]=\"?([^\"]-)\"?%s*$"
  if not path then return refuse("the challenge %s names no file", errors.quote(header)) end
  local folder, name = path:match "^(.*)/([^/]+)$"
  if folder ~= azure_arc.TOKENS or not name:find "^[%w_-]+%.key$" then
    return refuse("the challenge names %s, which is no key file in %s", errors.quote(path),
      azure_arc.TOKENS)
  end
  return path
end

--- The key that a first, bare request is answered with.
local function key_of(transport, call)
  local result, err = exchange.send(transport, call, {})
  if not result then
    if err.code == "unreachable" or err.code == "timeout" then
      return cached.unavailable(("the agent of Azure Arc does not answer (%s)"):format(err.message))
    end
    return nil, err
  end
  local challenge = result.headers["www-authenticate"]
  if result.status ~= 401 or not challenge then
    err = errors.from_response(result.status, result.headers, result.body)
    return refuse("a challenge was due, and %d came: %s", result.status, err.message)
  end
  local path, refused = key_path(challenge)
  if not path then return nil, refused end
  local key, why = file.read(path, LARGEST)
  if not key then
    return nil, errors.new("authentication_failed", "Azure Arc: its key cannot be read: " .. why,
      { hint = "the user that runs this must be in the group himds" })
  end
  if not key:find "^[!-~]+%s*$" then return refuse("the file %s holds no key", path) end
  return key:match "^%S+"
end

--- An agent that does not know of other identities gives the machine's own in silence.
local function is_meant(self, value)
  for name, wanted in pairs { client_id = self.client_id, object_id = self.object_id,
    msi_res_id = self.resource_id } do
    local came = value[name]
    if type(came) ~= "string" or came:lower() ~= wanted:lower() then return false end
  end
  return true
end

function azure_arc.ask(self, request, transport, getenv)
  local base, err = check.url("IDENTITY_ENDPOINT", getenv "IDENTITY_ENDPOINT" or DEFAULT)
  if not base then return nil, err end
  local url = form.with_query(base, {
    { "api-version", "2020-06-01" }, { "resource", check.resource(request.scope) },
    { "client_id", self.client_id }, { "object_id", self.object_id },
    { "msi_res_id", self.resource_id },
  })
  local function call(key)
    return { method = "GET", url = url, headers = { metadata = "true",
      authorization = key and "Basic " .. key or nil } }
  end
  local key, refused = key_of(transport, call())
  if not key then return nil, refused end
  local token, why, value = ask("Azure Arc", transport, function() return call(key) end, { key },
    retrying.TOKEN)
  if not token then return nil, why end
  if is_meant(self, value) then return token end
  return refuse "its agent gave the machine's own identity in place of the one that was named"
end

return azure_arc
