--- A client of Microsoft Graph: one service, one credential, a pool of connections.
---
--- bylaw.policies gives it the operations on policies.
local clouds = require "bylaw.clouds"
local core = require "bylaw.core"
local credential = require "bylaw.credential"
local errors = require "bylaw.errors"
local options = require "bylaw.options"
local pacer = require "bylaw.pacer"
local sender = require "bylaw.sender"
local transport = require "bylaw.transport"

local client = {}

---@class bylaw.ClientOptions
---@field cloud? string            "global", which is the default, "usgov", "dod", "china", …
---@field endpoint? string         in place of a cloud: "https://host/…", or http to this machine
---@field version? "v1.0"|"beta"   "v1.0" by default
---@field credential string|function|bylaw.Credential  a token, what returns one, or a credential
---@field timeout? number          seconds for one exchange, 30 by default
---@field max_connections? integer 16 by default; requests beyond wait their turn
---@field ca_file? string          PEM authorities to trust in place of the system's
---@field proxy? string            URL; "" for none; by default as the environment says
---@field user_agent? string
---@field http2? boolean           true asks for HTTP/2 over TLS: many requests over one connection;
---  by default HTTP/1.1 over several that are kept alive, which is faster
---@field attempts? integer        6 by default; 1 repeats nothing
---@field budget? number           seconds that a request may take with all its attempts and waits,
---  300 by default
---@field consistency? number      seconds that a write may take to show in reads, 120 by default.
---  For so long a create whose answer was lost is looked for before it is repeated; 0: it is
---  neither
---@field journal? bylaw.Journal   is told of each create before and after
---@field read_only? boolean      true sends nothing but reads: whatever would write is an error
---@field on_event? fun(event: bylaw.Event)

--- What happened, for progress and logs; there is no secret in it. An error that on_event raises is
--- handed to Lua's `warn` and changes nothing: a log must not break a deployment.
---@class bylaw.Event
---@field type "request"|"retry"|"throttle"|"lost"|"found"|"absent"
---  request   an attempt has ended
---  retry     another follows after `seconds`; `message` says why
---  throttle  a request waits `seconds` for its turn in a bucket
---  lost      the answer of a create was lost: it is looked for
---  found     it had been carried out; absent: it had not, and is repeated
---@field method? string
---@field url? string
---@field status? integer      nil where no answer came
---@field code? string         of the error, where it ended in one
---@field seconds? number      that it took, or that are waited
---@field attempt? integer     of a retry: how many there were
---@field message? string
---@field bucket? string       "directory" or "conditional access"
---@field kind? string         of a policy that was lost
---@field displayName? string
---@field id? string           of a policy that was found
---@field request_id? string
---@field client_request_id? string

---@class bylaw.Response
---@field status integer
---@field headers table<string, string>  names in lower case
---@field seconds number
---@field request_id? string
---@field client_request_id string

---@class bylaw.Client
---@field endpoint string   root of the service, without a slash at its end
---@field version string
---@field cloud? bylaw.Cloud
local Client = { __name = "bylaw.client" }
Client.__index = Client
client.Client = Client

local OPTIONS = {
  cloud = "string", endpoint = "string", version = "string", timeout = "number",
  credential = "string function table", max_connections = "number",
  ca_file = "string", proxy = "string", user_agent = "string", on_event = "function",
  http2 = "boolean",
  attempts = "number", budget = "number", consistency = "number", journal = "table",
  read_only = "boolean",
}

local REQUEST_OPTIONS = {
  version = "string", once = "boolean", timeout = "number", headers = "table",
}

local VERSIONS = { "v1.0", "beta" }
local METHODS = { "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD" }
local MARK = "\xEF\xBB\xBF" -- a byte order mark, which some proxies leave before a body

--- Scheme, host and port of a URL in one spelling, or nil.
local function origin_of(url)
  local scheme, authority = url:match "^(%a[%w+.-]*)://([^/?#]+)"
  if not scheme then return nil end
  local origin = (scheme .. "://" .. authority):lower()
  return (origin:gsub("^(https://.*):443$", "%1"):gsub("^(http://.*):80$", "%1"))
end

--- Why an endpoint cannot be one, or nil. What a host may be is for the pool to say.
local function endpoint_fault(pool, endpoint)
  if not origin_of(endpoint) then return "it must be an absolute URL, such as https://host" end
  if endpoint:find "[?#]" then return "it must have neither query nor fragment" end
  local id, err = pool:submit { method = "GET", url = endpoint .. "/" }
  if not id then return err.message end
  pool:cancel(id)
end

--- The cloud and the root of the service that the options name.
local function service_of(given)
  if given.endpoint then
    if given.cloud then
      return nil, errors.new("invalid_option", "cloud and endpoint exclude one another")
    end
    return { endpoint = (given.endpoint:gsub("/+$", "")) }
  end
  local cloud, err = clouds.find(given.cloud or "global")
  if not cloud then return nil, err end
  return { endpoint = cloud.endpoint, cloud = cloud }
end

local function check_timeout(what, seconds)
  if not (seconds > 0 and seconds <= 86400) then
    error(what .. ": timeout must be above 0 and at most 86400 seconds", 3)
  end
end

local function check_count(name, count)
  if count and not (math.type(count) == "integer" and count >= 1 and count <= 1000) then
    error(("connect: %s must be a whole number from 1 to 1000"):format(name), 3)
  end
end

local function check_span(name, seconds)
  if seconds and not (seconds >= 0 and seconds <= 86400) then
    error(("connect: %s must be from 0 to 86400 seconds"):format(name), 3)
  end
end

--- Clients of one credential and service share a pacer: they are one tenant's.
local pacers = setmetatable({}, { __mode = "k" })

local function pacer_of(who, endpoint)
  if type(who) == "string" then return pacer.new() end
  pacers[who] = pacers[who] or {}
  pacers[who][endpoint] = pacers[who][endpoint] or pacer.new()
  return pacers[who][endpoint]
end

--- Makes a client. No connection is opened yet. Wrong names and types of options raise; a cloud,
--- endpoint or token that cannot be used is refused.
---@param given bylaw.ClientOptions
---@return bylaw.Client? client  close it, by :close() or `local client <close>`
---@return bylaw.Error? err  code "unknown_cloud", "invalid_option", "no_token"
function client.connect(given)
  given = options.check("connect", given, OPTIONS)
  options.choice("connect: version", given.version or "v1.0", VERSIONS)
  if given.timeout then check_timeout("connect", given.timeout) end
  check_count("max_connections", given.max_connections)
  check_count("attempts", given.attempts)
  check_span("budget", given.budget)
  check_span("consistency", given.consistency)
  if given.credential == nil then error("connect needs a credential", 2) end
  local who, refused = credential.of(given.credential, 3)
  if not who then return nil, refused end
  local service, err = service_of(given)
  if not service then return nil, err end
  local pool
  pool, err = core.pool {
    max_connections = given.max_connections,
    ca_file = given.ca_file,
    proxy = given.proxy,
    http2 = given.http2,
    user_agent = given.user_agent or ("bylaw/%s (libcurl/%s)"):format(core.version, core.libcurl),
  }
  if not pool then return nil, errors.new("invalid_option", err.message) end
  local self = setmetatable({
    endpoint = service.endpoint,
    origin = origin_of(service.endpoint),
    cloud = service.cloud,
    version = given.version or "v1.0",
    credential = who,
    timeout = given.timeout or 30,
    attempts = given.attempts or 6,
    budget = given.budget or 300,
    consistency = given.consistency or 120,
    journal = given.journal,
    on_event = given.on_event,
    read_only = given.read_only,
    scope = service.cloud and service.cloud.scope,
    loopback = service.endpoint:find "^[hH][tT][tT][pP]:" ~= nil,
    clock = sender.clock,
    pacer = pacer_of(given.credential, service.endpoint),
    lots = {}, -- creates under way, by kind
    blocks = {}, -- header lines, for the latest token
    homes = {}, -- of kinds
    made = core.id_set(), -- ids of what this client made
    pool = pool,
    transport = transport.new(pool),
  }, Client)
  local fault = endpoint_fault(self.pool, self.endpoint)
  if not fault then return self end
  self:close()
  return nil, errors.new("invalid_option", ("endpoint %s: %s"):format(
    errors.quote(given.endpoint), fault))
end

--- The URL of a path below the version, or of an absolute one: a link that the service gave. Such a
--- link is followed as it is, but only back to the service, since the bearer goes with it.
function client.url_of(self, path, version)
  local slash = path:byte(1) == 0x2F
  if slash or not path:find "^%a[%w+.-]*:" then
    return self.endpoint .. "/" .. (version or self.version) .. (slash and path or "/" .. path)
  end
  if origin_of(path) == self.origin then return (path:gsub(" ", "%%20")) end
  return nil, errors.new("unsendable", ("%s is not at %s, and the bearer goes nowhere else"):format(
    errors.quote(path), self.origin))
end

--- All that the sender has to know of a request, or nil and err.
local function order_of(self, method, path, body, given)
  local url, err = client.url_of(self, path, given.version)
  if not url then return nil, err end
  if type(body) == "table" then
    body, err = core.json_write(body)
    if not body then return nil, err end
  end
  local once = given.once
  if once == nil then once = method == "POST" and not path:find "/%$ref$" end
  return {
    method = method, url = url, extra = given.headers, body = body, once = once,
    timeout = given.timeout,
  }
end

--- The decoded body of a success; true where there is none and none is due.
---@param order bylaw.Order
---@param result bylaw.Result
---@return any value
---@return bylaw.Error? err
function client.decode(order, result)
  local body = result.body
  if result.status == 204 or (body == "" and order.method ~= "GET") then return true end
  if body:sub(1, #MARK) == MARK then body = body:sub(#MARK + 1) end
  local value = core.json_read(body)
  if value ~= nil then return value end
  local err = errors.bad_answer(result.status, result.headers, sender.without(order.token, body),
    "JSON was expected")
  err.client_request_id = err.client_request_id or order.trace
  return nil, err
end

--- An answer as callers see it.
---@param order bylaw.Order
---@param result bylaw.Result
---@return bylaw.Response
function client.response(order, result)
  local headers = result.headers
  return {
    status = result.status, headers = headers, seconds = result.seconds,
    request_id = headers["request-id"], client_request_id = order.trace,
  }
end

--- Sends any request to the service, with the client's token, errors and limits.
---
--- `path` is below the version ("/policies/tokenLifetimePolicies"), or a whole URL of this service,
--- such as @odata.nextLink; what stands in it is percent-encoded already. `body` is a table, which
--- becomes JSON, or the text to send. Options: `version` other than the client's, `timeout` in
--- seconds, `headers` to add, and `once` for a request that must not be made twice: where its
--- fate is not known it is an error ("cut", "timeout"), and nobody has repeated it. A POST is one
--- by default, unless it is to a `$ref`; everything else is repeated as bylaw.retry says.
---@param method "GET"|"POST"|"PATCH"|"PUT"|"DELETE"|"HEAD"
---@param path string
---@param body? table|string
---@param given? { version?: string, timeout?: number, headers?: table, once?: boolean }
---@return any value  the decoded body; true where the answer has none, as 204; nil on error
---@return bylaw.Response|bylaw.Error response  or err
function Client:request(method, path, body, given)
  options.choice("request: method", method, METHODS)
  options.text("request: path", path)
  given = options.check("request", given, REQUEST_OPTIONS)
  if given.version then options.choice("request: version", given.version, VERSIONS) end
  if given.timeout then check_timeout("request", given.timeout) end
  local order, refused = order_of(self, method, path, body, given)
  if not order then return nil, refused end
  local result, err = sender.send(self, order)
  if not result then return nil, err end
  local value
  value, err = client.decode(order, result)
  if value == nil then return nil, err end
  if method == "POST" and type(value) == "table" and type(value.id) == "string" then
    self.made:add(value.id)
  end
  return value, client.response(order, result)
end

--- Closes all connections; what is under way ends. Twice is fine. Later requests are refused
--- with the code "closed".
function Client:close()
  self.pool:close()
end

Client.__close = Client.close
Client.__gc = Client.close

function Client:__tostring()
  return ("bylaw.client (%s/%s)"):format(self.endpoint, self.version)
end

return client
