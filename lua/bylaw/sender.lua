--- One request of the client's: its attempts, the waits between them, the token they carry. What
--- may be repeated and when is bylaw.retry's to say; when a request may leave, bylaw.pacer's.
local challenge = require "bylaw.credential.challenge"
local errors = require "bylaw.errors"
local pacer = require "bylaw.pacer"
local retry = require "bylaw.retry"
local tasks = require "bylaw.tasks"

local sender = {}

--- Clock, chance and sleep of a client; a spec may replace them, a clock that runs faster say.
---@class bylaw.Clock
---@field now fun(): number         seconds since some moment
---@field date fun(): number        seconds since 1970
---@field random fun(): number      from 0 to 1
---@field sleep fun(seconds: number)  lets other tasks go on
sender.clock = { now = tasks.now, date = os.time, random = math.random, sleep = tasks.sleep }

---@class bylaw.Order: bylaw.Call   a request as its caller wants it; the attempts fill in the rest
---@field bucket? bylaw.Bucket  where it is known
---@field extra? table<string, string>  headers of the caller's
---@field token? string         of the last attempt
---@field began? number         when it did, where somebody has looked

local SECRET = 16 -- bytes from which on a token is one; shorter ones are for emulators
local TRIES = 3   -- attempts at a host that has never answered
local NOTHING = { headers = {}, seconds = 0 } -- of a request that has not begun
local DELETED = { status = 204, headers = {}, body = "", seconds = 0 }
local OURS = { authorization = true, ["client-request-id"] = true }

--- Hands an event to on_event, whose mistakes change nothing.
---@param event table
function sender.tell(self, event)
  if not self.on_event then return end
  local ok, why = pcall(self.on_event, event)
  if not ok then warn("bylaw: on_event: ", tostring(why)) end
end

--- The text without the token: a service, or something before it, may quote the request.
---@param token? string
---@param text string
---@return string
function sender.without(token, text)
  if not token or #token < SECRET then return text end
  return (text:gsub(token:gsub("%p", "%%%0"), "…"))
end

local function tell_request(self, order, result, err)
  sender.tell(self, {
    type = "request",
    method = order.method,
    url = sender.without(order.token, order.url),
    status = result.status,
    code = err and err.code,
    seconds = result.seconds,
    request_id = result.headers["request-id"],
    client_request_id = order.trace,
  })
end

--- The headers that most requests have, as lines: with a body [true] and without [false]. They stay
--- the same for as long as the token does.
local function blocks_for(token)
  local plain = "accept: application/json\r\nauthorization: Bearer " .. token
  return {
    token = token, [false] = plain, [true] = plain .. "\r\ncontent-type: application/json",
  }
end

local function headers_of(order, token, retries)
  local headers = {
    accept = "application/json",
    authorization = "Bearer " .. token,
    ["content-type"] = order.body and "application/json" or nil,
    ["retry-attempt"] = retries and tostring(retries) or nil,
  }
  for name, value in pairs(order.extra or {}) do
    name = name:lower()
    if not OURS[name] and (order.body or name ~= "content-type") then headers[name] = value end
  end
  return headers
end

--- Waits until the request may leave. False: that would be after the deadline.
local function await_turn(self, order, bucket, deadline)
  while true do
    local now = self.clock.now()
    local at = pacer.turn(bucket, now)
    if at <= now then return true end
    if at > deadline then return false end
    local seconds = at - now
    if bucket.blocked > now then -- not all at the same moment
      seconds = seconds + self.clock.random() * math.min(1, seconds / 10)
    end
    sender.tell(self, { type = "throttle", bucket = bucket.name, seconds = seconds,
      method = order.method, url = sender.without(order.token, order.url) })
    self.clock.sleep(seconds)
    if bucket.spacing > 0 and bucket.blocked <= self.clock.now() then return true end
  end
end

--- The error of a whole answer that is no success.
local function refusal_of(self, order, result)
  local headers = result.headers
  local err = errors.from_response(result.status, headers, sender.without(order.token, result.body))
  err.retry_after = err.retry_after or errors.retry_after(headers, self.clock.date())
  err.client_request_id = err.client_request_id or order.trace
  return err
end

--- One attempt: a success; or nil, err and what came of an answer.
local function attempt(self, order, retries)
  local token, refused = self.credential:token(self.scope, self.transport)
  if not token then return nil, refused, NOTHING, true end
  order.token = token
  if order.extra or retries then
    order.lines, order.headers = nil, headers_of(order, token, retries)
  else
    if self.blocks.token ~= token then self.blocks = blocks_for(token) end
    order.lines = self.blocks[order.body ~= nil]
  end
  local result, err, part = self.transport:send(order)
  if result then
    self.answered = true
    if result.status // 100 == 2 then
      if self.on_event then tell_request(self, order, result) end
      return result
    end
    err = refusal_of(self, order, result)
  else
    err.client_request_id = order.trace
  end
  result = result or part or NOTHING
  err.request_id = err.request_id or result.headers["request-id"]
  if self.on_event then tell_request(self, order, result, err) end
  return nil, err, result
end

--- Whether another token can be had than the one that was refused. Another task may have renewed it
--- already.
local function renew(self, order, history, answer)
  if history.renewed then return false end
  history.renewed = true
  local who, used = self.credential, order.token
  local token = who:token(self.scope, self.transport)
  if token == used and who.refresh then
    who:refresh(used, challenge.claims(answer.headers))
    token = who:token(self.scope, self.transport)
  end
  return token ~= nil and token ~= used
end

--- Waits, and says so. False: the deadline is nearer than that.
local function pause(self, order, history, err, delay, deadline)
  if self.clock.now() + delay > deadline then return false end
  sender.tell(self, {
    type = "retry", method = order.method, url = sender.without(order.token, order.url),
    attempt = history.attempts, seconds = delay, code = err.code, status = err.status,
    message = err.message,
    client_request_id = err.client_request_id,
  })
  self.clock.sleep(delay)
  return true
end

local GUID = ("x"):rep(8) .. ("-xxxx"):rep(3) .. "-" .. ("x"):rep(12)
GUID = GUID:gsub("-", "%%-"):gsub("x", "%%x")

--- Whether the request names something that this client made.
local function is_ours(self, order)
  for _, text in ipairs { order.url, order.body } do
    for id in text:gmatch(GUID) do
      if self.made:has(id) then return true end
    end
  end
  return false
end

--- Waits out replication, where a refusal may mean no more than that.
local function wait_for_replica(self, order, history, err)
  local hidden = self.consistency > 0 and retry.is_miss(err) and is_ours(self, order)
  if not hidden then return false end
  history.patience = history.patience or self.clock.now() + self.consistency
  local delay = retry.look_delay(history.looks, self.consistency)
  history.looks = history.looks + 1
  return pause(self, order, history, err, delay, history.patience)
end

--- Whether to go on after an err, having waited.
local function go_on(self, order, history, err, answer)
  local verdict = retry.verdict(err, order.once)
  history.attempts = history.attempts + 1
  if verdict == "fatal" then return wait_for_replica(self, order, history, err) end
  if verdict == "unauthorized" then return renew(self, order, history, answer) end
  if verdict == "unknown" then
    if order.once then return false end
    history.open = true
  end
  local most = self.answered and self.attempts or math.min(TRIES, self.attempts)
  if history.attempts >= most or (self.loopback and not self.answered) then return false end
  local delay = retry.delay(history.attempts, err, self.clock.random)
  if err.status == 429 then pacer.block(order.bucket, self.clock.now() + delay) end
  order.fresh = retry.wants_fresh(err)
  return pause(self, order, history, err, delay, history.deadline)
end

--- What was asked for has come about all the same: an earlier attempt had deleted it.
local function is_done(order, history, err)
  return history.open and order.method == "DELETE" and err.status == 404
end

local function too_busy(self)
  return errors.new("throttled", ("the service wants a longer pause than the %g seconds that a "
    .. "request may take"):format(self.budget))
end

--- Why a client that only reads does not send this.
local function write_refused(order)
  return errors.new("read_only", ("this client only reads: no %s is sent"):format(order.method))
end

--- Sends a request until there is an answer worth having or nothing more to hope for. One that must
--- be made once comes back with `sent` true, or a status that leaves it open, as soon as its fate
--- is not known.
---@param self bylaw.Client
---@param order bylaw.Order
---@return bylaw.Result? result  a success
---@return bylaw.Error? err
---@return table? answer  what came of one: headers, and status, if any
function sender.send(self, order)
  if self.read_only and order.method ~= "GET" and order.method ~= "HEAD" then
    return nil, write_refused(order), NOTHING
  end
  local bucket = order.bucket or self.pacer:bucket_of(order.url)
  local now = order.began or self.clock.now()
  order.bucket, order.traced, order.timeout = bucket, true, order.timeout or self.timeout
  local history, retries = nil, nil
  local deadline = now + self.budget
  while true do
    local held = bucket.spacing > 0 or bucket.blocked > now
    if held and not await_turn(self, order, bucket, deadline) then
      return nil, history and history.err or too_busy(self), NOTHING
    end
    local result, err, answer, hopeless = attempt(self, order, retries)
    if result then return result end
    history = history or { attempts = 0, looks = 0, deadline = deadline }
    history.err = err
    if is_done(order, history, err) then return DELETED end
    if hopeless or not go_on(self, order, history, err, answer) then
      if history.attempts > 1 then err.attempts = history.attempts end
      return nil, err, answer
    end
    now, retries = self.clock.now(), history.attempts
  end
end

return sender
