--- What plan, apply and drift do first: declarations, service, everything that is live, the plan.
local common = require "bylaw.cli.common"
local declared = require "bylaw.cli.declared"
local failure = require "bylaw.cli.failure"
local live = require "bylaw.live"
local plan = require "bylaw.plan"
local session = require "bylaw.cli.session"

local planning = {}

local function convert_count(given)
  local count = math.tointeger(tonumber(given))
  if count and count >= 1 and count <= 1000 then return count end
  return nil, ("--concurrency takes a whole number from 1 to 1000, not '%s'"):format(given)
end

--- The options of plan, apply and drift; `more`: forms of the result beside text and json.
function planning.add_to(parser, more)
  declared.add_to(parser)
  parser:option "--concurrency":hidden_name "--parallelism":target "concurrency"
    :argname "N":convert(convert_count)
    :description "Requests that are under way at once; 16 by\ndefault."
  common.add_output(parser, more)
  session.add_to(parser)
end

--- How live.read is to be called.
---@return bylaw.LiveOptions
function planning.reading(it, options)
  return { concurrency = options.concurrency, service = it.where }
end

--- Reads everything and makes the plan of a declared set. Whatever is wrong has been told.
---@param console bylaw.cli.Console
---@param it bylaw.cli.Session
---@param desired bylaw.Desired
---@param options table
---@return bylaw.Plan?
---@return integer? exit_code
---@return bylaw.Live? seen  what was read
function planning.make(console, it, desired, options)
  local seen, err = live.read(it.client, desired, planning.reading(it, options))
  if not seen then return nil, failure.streamed(options, console, err) end
  local made, refused, warnings = plan.judged(desired, seen)
  if not made then return nil, declared.tell(console, desired, refused.problems, options) end
  declared.tell(console, desired, warnings, options)
  return made, nil, seen
end

return planning
