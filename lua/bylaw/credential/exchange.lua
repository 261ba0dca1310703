--- One exchange with whoever hands out tokens: bounded, and without a secret in what comes of it.
local errors = require "bylaw.errors"
local form = require "bylaw.credential.form"

local exchange = {}

local TIMEOUT = 30         -- seconds
local LARGEST = 1 << 20    -- bytes of an answer
local SECRET = 6           -- bytes from which on a text is taken out of what is told

--- A text without the secrets, as they are and percent-encoded.
---@param text string
---@param secrets string[]
---@return string
function exchange.scrub(text, secrets)
  for _, secret in ipairs(secrets) do
    if #secret >= SECRET then
      for _, shape in ipairs { secret, form.escape(secret) } do
        text = text:gsub(shape:gsub("%p", "%%%0"), "…")
      end
    end
  end
  return text
end

--- The error without the secrets: an answer may quote them in a spelling that shows only once it is
--- decoded.
---@param err bylaw.Error
---@param secrets string[]
---@return bylaw.Error err  the same
function exchange.clean(err, secrets)
  for name, value in next, err do
    if type(value) == "string" then err[name] = exchange.scrub(value, secrets) end
  end
  return err
end

--- Sends a call. The answer's body, and the message of an error, hold none of the secrets.
---@param transport bylaw.Transport
---@param call bylaw.Call
---@param secrets string[]  what was sent and must not come back
---@return bylaw.Result?
---@return bylaw.Error?
function exchange.send(transport, call, secrets)
  call.timeout = call.timeout or TIMEOUT
  call.max_body = LARGEST
  local result, err = transport:send(call)
  if result then
    if result.status // 100 ~= 2 then result.body = exchange.scrub(result.body, secrets) end
    return result
  end
  local host = call.url:match "^%a+://([^/?#]+)" or "?"
  local told = errors.new(err.code, ("asking %s: %s"):format(errors.one_line(host),
    exchange.scrub(err.message, secrets)))
  told.sent, told.status = err.sent, err.status
  return nil, told
end

return exchange
