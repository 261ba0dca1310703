--- What to do about a request that went wrong. Pure: no network; clock and chance are arguments.
local retry = {}

--- What an err says about the request.
---   not_sent      nothing of it left this machine: safe to repeat
---   rejected      the service says that it did not apply it: safe to repeat
---   unauthorized  rejected for the sake of the token
---   unknown       it may have been applied: safe to repeat where twice is once
---   fatal         repeating it changes nothing
---@alias bylaw.Verdict "not_sent"|"rejected"|"unauthorized"|"unknown"|"fatal"

--- Errors where no whole answer came: whether a repetition may end better.
local ENDINGS = {
  unreachable = true, timeout = true, cut = true, bad_answer = true,
  too_large = false, tls = false, unsendable = false, closed = false, out_of_memory = false,
}

--- Answers that leave open whether the request was carried out.
local OPEN = { [408] = true, [500] = true, [502] = true, [503] = true, [504] = true, [509] = true }

--- Texts, in lower case, of refusals that mean: a replica has not heard of a new object yet.
local MISSES = {
  [400] = {
    "not a valid reference update", "one or more property values specified are invalid",
    "does not reference a valid application object",
  },
  [403] = { "must in the local tenant", "must be in the local tenant" },
}

local FIRST, FIRST_THROTTLED = 1, 3 -- seconds of the first delay
local LONGEST = 60                  -- of a delay that the service did not ask for
local SHORTEST = 0.1                -- of any
local JITTER, MOST_JITTER = 0.1, 1  -- share of a Retry-After, and seconds, that chance adds
local LOOKS = { 5, 5, 10, 15, 20 }  -- seconds between looks for what replication withholds

--- Whether an answer was whole, and its success could not be used.
local function unusable(err) return err.code == "bad_answer" and err.status and err.sent == nil end

local function of_ending(err, once)
  if err.sent == false then
    return ENDINGS[err.code] and "not_sent" or "fatal"
  end
  if once and err.sent then return "unknown" end
  return ENDINGS[err.code] and not unusable(err) and "unknown" or "fatal"
end

--- What an err says about its request.
---@param err bylaw.Error  of the transport (with `sent`) or of an answer (with `status`)
---@param once? boolean    whether the request must not be made twice
---@return bylaw.Verdict
function retry.verdict(err, once)
  if once and unusable(err) then return "unknown" end
  if ENDINGS[err.code] ~= nil then return of_ending(err, once) end
  local status = err.status
  if status == 401 then return "unauthorized" end
  if status == 429 or status == 423 then return "rejected" end
  if (status == 409 or status == 503) and err.graph_code == "Directory_ConcurrencyViolation" then
    return "rejected"
  end
  return OPEN[status] and "unknown" or "fatal"
end

--- Whether the next attempt wants a connection of its own: what answers so may be sick.
---@param err bylaw.Error
---@return boolean
function retry.wants_fresh(err)
  return err.status == 502 or err.status == 503 or err.status == 504
end

--- Whether a refusal may only mean that a replica has not heard of a new object yet. The caller
--- knows whether one is involved.
---@param err bylaw.Error
---@return boolean
function retry.is_miss(err)
  if err.status == 404 then return err.code == "not_found" end
  local words = (err.message or ""):lower()
  for _, text in ipairs(MISSES[err.status] or {}) do
    if words:find(text, 1, true) then return true end
  end
  return false
end

--- Seconds to wait before the next attempt. What the service asks for is never shortened; without a
--- word of it the delay grows, and chance spreads those who wait.
---@param attempt integer   how many there were
---@param err bylaw.Error
---@param random fun(): number  from 0 to 1
---@return number
function retry.delay(attempt, err, random)
  local asked = err.retry_after
  if asked then
    local whole = math.ceil(asked)
    return math.max(SHORTEST, whole + random() * math.min(MOST_JITTER, JITTER * whole))
  end
  local base = err.status == 429 and FIRST_THROTTLED or FIRST
  return base / 2 + random() * math.min(LONGEST, base * 2 ^ (attempt - 1))
end

--- Seconds before the next look at what replication withholds.
---@param looks integer  how many there were; 0 before the first
---@param budget number  seconds that replication may take in all
---@return number
function retry.look_delay(looks, budget)
  local delay = LOOKS[math.min(looks + 1, #LOOKS)]
  return math.min(delay, budget / 4)
end

return retry
