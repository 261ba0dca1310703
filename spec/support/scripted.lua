--- A client whose transport answers as told and whose clock runs when it sleeps: what it sent and
--- how long it waited can be looked at afterwards.
local bylaw = require "bylaw"
local core = require "bylaw.core"
local errors = require "bylaw.errors"

local scripted = {}

---@class spec.Scripted
---@field client bylaw.Client
---@field calls table[]    what was sent: { method, url, headers, body, at = seconds since the start
---  }
---@field sleeps number[]
---@field events table[]

--- An answer: status, body (a table or a text) and headers.
function scripted.answer(status, body, headers)
  if type(body) == "table" then body = core.json_write(body) end
  return { status = status, headers = headers or {}, body = body or "", seconds = 0.01 }
end

--- A refusal in Graph's envelope.
function scripted.refusal(status, code, message, headers)
  return scripted.answer(status, { error = { code = code, message = message or "" } }, headers)
end

--- An exchange that ended without a whole answer.
function scripted.lost(code, sent, status)
  return { lost = errors.new(code, "the line was noisy", { sent = sent, status = status }) }
end

--- `answers` is a list, used up in order, or function(call, n).
---@param answers table[]|fun(call: table, n: integer): table
---@param options? bylaw.ClientOptions
---@return spec.Scripted
function scripted.new(answers, options)
  local given = { endpoint = "https://graph.example", credential = "secret-token-of-the-spec" }
  for name, value in pairs(options or {}) do given[name] = value end
  local self = { calls = {}, sleeps = {}, events = {}, time = 1000 }
  given.on_event = function(event) table.insert(self.events, event) end
  self.client = assert(bylaw.connect(given))
  self.client.clock = {
    now = function() return self.time end,
    date = function() return 1700000000 + self.time end,
    random = function() return self.luck or 0.5 end,
    sleep = function(seconds)
      table.insert(self.sleeps, seconds)
      self.time = self.time + seconds
    end,
  }
  self.client.transport = { send = function(_, call)
    local headers = {}
    for name, value in pairs(call.headers or {}) do headers[name] = value end
    for name, value in (call.lines or ""):gmatch "([^\r\n:]+): ([^\r\n]*)" do
      headers[name] = value
    end
    call.trace = core.guid()
    headers["client-request-id"] = call.trace
    call = { method = call.method, url = call.url, body = call.body, once = call.once,
      fresh = call.fresh or nil, headers = headers, at = self.time - 1000 }
    table.insert(self.calls, call)
    local n = #self.calls
    local answer = type(answers) == "function" and answers(call, n) or answers[n]
    if not answer then
      error(("call %d was not foreseen: %s %s"):format(n, call.method, call.url))
    end
    if answer.lost then
      return nil, errors.new(answer.lost.code, answer.lost.message, answer.lost),
        { headers = {}, seconds = 0.01, status = answer.lost.status }
    end
    return answer
  end }
  return self
end

--- The types of the events but for the requests themselves.
function scripted.types(self)
  local list = {}
  for _, event in ipairs(self.events) do
    if event.type ~= "request" then table.insert(list, event.type) end
  end
  return list
end

return scripted
