--- What a verb says when the service, or the way to it, refuses.
local failure = {}

local EX_FAILED, EX_USAGE = 1, 64

--- What helps, by the error's code.
local ADVICE = {
  unauthorized = "is the token still valid, and is it one for this service?",
  forbidden = "writing takes Policy.ReadWrite.ApplicationConfiguration, reading Policy.Read.All",
  unreachable = "is the endpoint right, and does the service run?",
  throttled = "the service asks to wait",
}

--- The lines below the message.
local function below(err)
  local lines = {}
  if err.status then
    lines[1] = err.graph_code and ("%d %s"):format(err.status, err.graph_code)
      or ("status %d"):format(err.status)
  end
  for _, name in ipairs { "request_id", "client_request_id", "correlation_id" } do
    if err[name] then lines[#lines + 1] = name:gsub("_", "-") .. " " .. err[name] end
  end
  if err.retry_after then lines[#lines + 1] = ("wait %g s"):format(err.retry_after) end
  lines[#lines + 1] = err.hint or ADVICE[err.code]
  return lines
end

local function message_of(err) return err.problems and tostring(err) or err.message end

--- Tells of an error of the library.
---@param console bylaw.cli.Console
---@param err bylaw.Error
---@param doing? string  what was tried, such as "creating tokenLifetimePolicy \"x\""
---@return integer exit_code
function failure.tell(console, err, doing)
  local message = message_of(err)
  console:fail(doing and doing .. ": " .. message or message, below(err))
  return err.code == "usage" and EX_USAGE or EX_FAILED
end

--- The same, and to the stream for programs where the verb writes one.
---@param options table  `stream` is that
---@param console bylaw.cli.Console
---@param err bylaw.Error
---@return integer exit_code
function failure.streamed(options, console, err)
  if options.stream then
    -- here, since it needs the core, and an emulator starts without that
    local plan_json = require "bylaw.render.plan_json"
    options.stream:write(plan_json.diagnostic { severity = "error", summary = message_of(err),
      detail = table.concat(below(err), "\n"), code = err.code, address = err.address })
  end
  return failure.tell(console, err)
end

return failure
