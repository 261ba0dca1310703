--- The stream of objects that plan, apply and drift write for programs: one a line, each with its
--- time.
local core = require "bylaw.core"
local plan_json = require "bylaw.render.plan_json"

local stream = {
  date = os.date, -- a spec may replace it
}

---@class bylaw.cli.Stream
---@field private console bylaw.cli.Console
local Stream = {}
Stream.__index = Stream

--- Begins the stream with the line that says its version.
---@param console bylaw.cli.Console
---@return bylaw.cli.Stream
function stream.new(console)
  local self = setmetatable({ console = console }, Stream)
  self:write(plan_json.version(core.version))
  return self
end

--- Begins the stream of a verb whose result is to be one, as `options.stream`.
---@param options table
---@param console bylaw.cli.Console
function stream.begin(options, console)
  if options.output == "json" then options.stream = stream.new(console) end
end

--- Writes one object. It is out before this returns, for those who follow.
---@param object table
function Stream:write(object)
  object["@timestamp"] = stream.date "!%Y-%m-%dT%H:%M:%SZ"
  self.console:say(assert(core.json_write(object)))
  self.console.stdout:flush()
end

---@param objects table[]
function Stream:write_all(objects)
  for _, object in ipairs(objects) do self:write(object) end
end

return stream
