--- A stand-in for a transport: it answers from a list and remembers what it was asked, and time
--- passes only where it is told to wait.
local cached = require "bylaw.credential.cached"
local cjson = require "cjson"
local core = require "bylaw.core"
local retrying = require "bylaw.credential.retrying"
local tasks = require "bylaw.tasks"
local token_endpoint = require "bylaw.credential.token_endpoint"

local peer = {}
peer.__index = peer

--- Seconds since 1970 at which a peer's time begins.
peer.BEGIN = 1767225600

peer.CANARY = "canary-S3cret+/=~value"

---@class spec.Peer: bylaw.Transport
---@field calls table[]    as they came, without what is the same for all
---@field waits number[]   seconds
---@field time number      seconds since the beginning

--- `answers`: a table for each call, in turn: { status, body [, headers] }, where a body that is a
--- table is sent as JSON; or { err = code }; or a function of the call that returns one. The last
--- one goes on for ever where `again` is set.
---@param answers table[]
---@param again? boolean
---@return spec.Peer
function peer.new(answers, again)
  local self = setmetatable({ answers = answers, again = again, calls = {}, waits = {}, time = 0 },
    peer)
  cached.now = function() return self.time end
  token_endpoint.time = function() return peer.BEGIN + math.floor(self.time) end
  retrying.random = function() return 1 end
  return self
end

--- Puts the real clocks back.
function peer.restore()
  cached.now, token_endpoint.time, retrying.random = core.now, os.time, math.random
end

function peer:send(call)
  table.insert(self.calls, call)
  local answer = self.answers[#self.calls] or self.again and self.answers[#self.answers]
  if type(answer) == "function" then answer = answer(call) end
  if not answer then error("an unexpected call of " .. call.url, 2) end
  tasks.sleep(self.lag or 0)
  if answer.err then
    return nil, setmetatable({ code = answer.err, message = answer.message or "no answer",
      status = answer.status }, core.error_metatable)
  end
  local body = answer[2]
  return { status = answer[1], headers = answer[3] or {}, seconds = 0,
    body = type(body) == "table" and cjson.encode(body) or body }
end

function peer:sleep(seconds)
  table.insert(self.waits, seconds)
  self.time = self.time + seconds
end

--- The fields of a form, decoded, by name.
function peer.fields(call)
  local fields = {}
  for name, value in call.body:gmatch "([^&=]+)=([^&]*)" do
    fields[name] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  return fields
end

--- Everything that can be seen of a value, keys and metatables and all.
function peer.visible(value, seen)
  seen = seen or {}
  if type(value) ~= "table" or seen[value] then return tostring(value) end
  seen[value] = true
  local parts = { tostring(value) }
  for key, inner in next, value do
    table.insert(parts, peer.visible(key, seen) .. "=" .. peer.visible(inner, seen))
  end
  return table.concat(parts, " ")
end

--- Whether a secret shows in a value, as it is or percent-encoded.
function peer.shows(value, secret)
  local text = peer.visible(value)
  local encoded = secret:gsub("[^%w%-%._~]", function(c) return ("%%%02X"):format(c:byte()) end)
  return text:find(secret, 1, true) ~= nil or text:find(encoded, 1, true) ~= nil
end

--- A refusal of the identity platform as it comes.
function peer.refusal(status, name, code, words)
  return { status, { error = name, error_codes = { code }, timestamp = "2022-03-02 18:25:26Z",
    error_description = ("AADSTS%d: %s\r\nTrace ID: t-1\r\nCorrelation ID: c-1\r\n"
      .. "Timestamp: 2022-03-02 18:25:26Z"):format(code, words), trace_id = "t-1",
    correlation_id = "c-1" }, { ["x-ms-request-id"] = "r-1" } }
end

return peer
