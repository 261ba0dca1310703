--- Requests for tokens, repeated where that helps. They change nothing, so to repeat one is safe.
local retrying = {}

---@class bylaw.RetryPolicy
---@field delays number[]   seconds before the second, third, … try; jitter takes up to half of each
---@field exact? boolean    no jitter: the delays are documented
---@field statuses? table<integer, boolean>  of answers that pass; from 500 on all do
---@field answers_only? boolean  what did not answer is not asked again
---@field patient? table<integer, boolean>   statuses for which `delays_of_patience` are added
---@field delays_of_patience? number[]

local LONGEST = 60 -- seconds that a Retry-After may make us wait; beyond, it is the caller's turn

--- Errors of transports that another try may mend: a name that does not resolve will, a certificate
--- that is not trusted will not.
local PASSES = { unreachable = true, timeout = true, cut = true, bad_answer = true,
  server_error = true }

--- A spec may replace it.
retrying.random = math.random

--- For token endpoints.
---@type bylaw.RetryPolicy
retrying.TOKEN = { delays = { 1, 2, 4 }, statuses = { [408] = true, [429] = true } }

--- One try alone.
---@type bylaw.RetryPolicy
retrying.NONE = { delays = {} }

local function passes(policy, err)
  if PASSES[err.code] then return not policy.answers_only or err.status ~= nil end
  local status = err.status or 0
  return status >= 500 and status ~= 501 or policy.statuses ~= nil and policy.statuses[status]
end

local function delay_of(policy, try, err)
  local delay = policy.delays[try]
  if not delay and policy.patient and policy.patient[err.status] then
    delay = policy.delays_of_patience[try - #policy.delays]
  end
  if not delay then return nil end
  if err.retry_after then return err.retry_after <= LONGEST and err.retry_after or nil end
  return policy.exact and delay or delay * (0.5 + retrying.random() / 2)
end

--- Calls `attempt` until it succeeds, is refused for good, or its tries are over.
---@param policy bylaw.RetryPolicy
---@param transport bylaw.Transport
---@param attempt fun(): any, bylaw.Error?
---@return any
---@return bylaw.Error? err  the last one; `tries` where there was more than one
function retrying.call(policy, transport, attempt)
  local try = 1
  while true do
    local value, err = attempt()
    if value ~= nil or not passes(policy, err) then return value, err end
    local delay = delay_of(policy, try, err)
    if not delay then
      if try > 1 then err.tries = try end
      return nil, err
    end
    transport:sleep(delay)
    try = try + 1
  end
end

return retrying
