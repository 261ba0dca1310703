--- How far an apply is, on stderr: a bar where that is a terminal, else a line an object.
local plan_text = require "bylaw.render.plan_text"
local tasks = require "bylaw.tasks"
local text = require "bylaw.cli.text"

local progress = {
  now = tasks.now, -- a spec may replace it
}

---@class bylaw.cli.Progress
---@field private console bylaw.cli.Console
---@field private columns? integer  of the terminal; nil: it is none
---@field private began number
---@field private drawn? number     when the bar was drawn last
local Progress = {}
Progress.__index = Progress

local BAR = 24       -- columns of the bar itself
local PAUSE = 0.1    -- seconds between drawings
local CLEAR = "\r\27[K"

---@param console bylaw.cli.Console
---@return bylaw.cli.Progress
function progress.new(console)
  return setmetatable({ console = console, began = progress.now(),
    columns = not console.automated and console:columns(2) or nil }, Progress)
end

--- "2m05s", "7s".
local function span(seconds)
  seconds = math.ceil(seconds)
  if seconds < 60 then return ("%ds"):format(seconds) end
  return ("%dm%02ds"):format(seconds // 60, seconds % 60)
end

--- The bar: share, count, rate, time left.
local function bar(self, step, now)
  local full = math.floor(BAR * step.ended / step.total)
  local head = full < BAR and ">" or ""
  local drawn = ("="):rep(full) .. head .. (" "):rep(BAR - full - #head)
  local words = ("[%s] %d/%d"):format(drawn, step.ended, step.total)
  local seconds = now - self.began
  if step.ended > 0 and seconds > 0 then
    local rate = step.ended / seconds
    words = ("%s  %.1f/s  %s left"):format(words, rate, span((step.total - step.ended) / rate))
  end
  return text.cut(words, self.columns - 1)
end

local function clear(self)
  if self.drawn then self.console.stderr:write(CLEAR) end
  self.drawn = nil
end

--- Tells what is no progress, above the bar.
---@param line string
function Progress:complain(line)
  clear(self)
  self.console:complain(line)
end

--- Tells of a step of apply.
---@param step bylaw.ApplyStep
function Progress:step(step)
  local result = step.result
  if result and result.state ~= "done" then
    local words = text.shown(plan_text.ended(step.change, result))
    self:complain(self.console:on_stderr("red", words))
  elseif result and not self.columns then
    self.console:tell(text.shown(plan_text.ended(step.change, result)))
  end
  if not self.columns or self.console.quiet then return end
  local now = progress.now()
  if self.drawn and now - self.drawn < PAUSE and step.ended < step.total then return end
  self.drawn = now
  self.console.stderr:write(CLEAR, bar(self, step, now))
  self.console.stderr:flush()
end

--- Takes the bar away.
function Progress:finish() clear(self) end

return progress
