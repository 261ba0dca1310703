--- The service that a verb talks to: a cloud, an endpoint, or the emulator in this process.
local session = {}

local clouds = require "bylaw.clouds"
local errors = require "bylaw.errors"
local local_store = require "bylaw.cli.local_store"
local sign_in = require "bylaw.cli.sign_in"
local text = require "bylaw.cli.text"

---@class bylaw.cli.Session
---@field client bylaw.Client
---@field where string  the service, for messages
---@field private emulator? bylaw.Emulator
local Session = {}
Session.__index = Session

local function convert_cloud(name)
  local cloud, err = clouds.find(name)
  if cloud then return cloud.name end
  return nil, err.message
end

--- The options that say which service, and with which token; `unversioned`: of a verb that asks
--- nothing of Graph itself.
function session.add_to(parser, unversioned)
  parser:flag "--local"
    :description "The emulator in this process: no token, and\nits own store, .bylaw/local.db."
  parser:option "--endpoint":argname "URL"
    :description "Root of another service, such as bylaw\nemulator (or BYLAW_ENDPOINT)."
  parser:option "--cloud":argname "NAME":convert(convert_cloud)
    :description "global (the default), usgov, dod, china, ..."
  if not unversioned then
    parser:option "--api-version":argname "v1.0|beta":choices { "v1.0", "beta" }
      :description "Version of Graph; v1.0 by default."
  end
  sign_in.add_to(parser)
  parser:option "--ca-file":argname "FILE"
    :description "Authorities to trust, in PEM, in place of the\nsystem's (or BYLAW_CA_FILE)."
  parser:flag "-v --verbose"
    :description "Tell of every request."
end

--- What no command line may ask for together; nil when all is well.
local function contradiction(options)
  local given = {}
  for _, name in ipairs { "local", "endpoint", "cloud" } do
    if options[name] then given[#given + 1] = "--" .. name end
  end
  if given[2] then return ("%s and %s name two services"):format(given[1], given[2]) end
  if options["local"] and options.token_file then return "--local takes no --token-file" end
  if options["local"] and options.auth then return "--local takes no --auth" end
end

local LONG = 2 -- seconds from which on a wait is told of

--- What each event is to people; nil: nothing.
local WORDS = {}

function WORDS.request(event, console)
  if not console.verbose then return nil end
  local outcome = event.status or event.code or "no answer"
  return ("%s %s %s %.1f ms client-request-id %s"):format(event.method, event.url, outcome,
    event.seconds * 1000, event.client_request_id)
end

function WORDS.retry(event, console)
  if not console.verbose and event.seconds < LONG then return nil end
  return ("%s: trying again in %.0f s"):format(event.message or event.code, event.seconds)
end

function WORDS.throttle(event, console)
  if not console.verbose and event.seconds < LONG then return nil end
  return ("the service asked to go slower: waiting %.0f s"):format(event.seconds)
end

function WORDS.lost(event)
  return ('the answer to creating %s "%s" was lost: looking whether it is there'):format(
    event.kind, event.displayName)
end

function WORDS.found(event)
  return ('%s "%s" is there: %s'):format(event.kind, event.displayName, event.id)
end

function WORDS.absent(event)
  return ('%s "%s" is not there: creating it again'):format(event.kind, event.displayName)
end

local function on_event(console)
  return function(event)
    local words = WORDS[event.type] and WORDS[event.type](event, console)
    if words then console:complain(console:on_stderr("dim", text.shown(words))) end
  end
end

--- Starts the emulator of --local; nil and err where that cannot be.
local function start_emulator(self)
  local emulator, err = local_store.start { store = local_store.LOCAL }
  if not emulator then return nil, err end
  self.emulator, self.where = emulator, ".bylaw/local.db"
  return { endpoint = emulator.url, credential = emulator.token }
end

local function service(self, options, console)
  if options["local"] then return start_emulator(self) end
  local endpoint = options.endpoint
  if not endpoint and not options.cloud then endpoint = console.getenv "BYLAW_ENDPOINT" end
  if endpoint == "" then endpoint = nil end
  local who, err = sign_in.find(options, console, endpoint)
  if not who then return nil, err end
  return { endpoint = endpoint, cloud = not endpoint and options.cloud or nil, credential = who }
end

--- Opens what the options name; close it, by :close() or `local it <close>`.
---@param options table
---@param console bylaw.cli.Console
---@param more? table  further options of bylaw.connect
---@return bylaw.cli.Session?
---@return bylaw.Error? err  code "usage" where the command line is at fault
function session.open(options, console, more)
  local words = contradiction(options)
  if words then return nil, errors.new("usage", words) end
  local self = setmetatable({}, Session)
  local given, err = service(self, options, console)
  if not given then return nil, err end
  for name, value in pairs(more or {}) do given[name] = value end
  given.version = options.api_version
  given.ca_file = options.ca_file or console.getenv "BYLAW_CA_FILE"
  if given.ca_file == "" then given.ca_file = nil end
  given.on_event = not console.quiet and on_event(console) or nil
  given.consistency = options.consistency
  self.client, err = require "bylaw".connect(given)
  if not self.client then
    self:close()
    if err.code == "invalid_option" and options.endpoint then err.code = "usage" end
    return nil, err
  end
  self.where = self.where or self.client.endpoint
  return self
end

--- Closes the client, then the emulator that was started for it.
function Session:close()
  if self.client then self.client:close() end
  if self.emulator then self.emulator:stop() end
  self.client, self.emulator = nil, nil
end

Session.__close = Session.close

return session
