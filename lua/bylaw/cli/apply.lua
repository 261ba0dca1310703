--- bylaw apply: makes what is live as declared, or carries out a saved plan.
local apply_plan = require "bylaw.apply"
local common = require "bylaw.cli.common"
local core = require "bylaw.core"
local declared = require "bylaw.cli.declared"
local errors = require "bylaw.errors"
local failure = require "bylaw.cli.failure"
local journal_file = require "bylaw.cli.journal_file"
local look = require "bylaw.cli.look"
local plan_file = require "bylaw.cli.plan_file"
local plan_json = require "bylaw.render.plan_json"
local plan_text = require "bylaw.render.plan_text"
local planning = require "bylaw.cli.planning"
local progress = require "bylaw.cli.progress"
local session = require "bylaw.cli.session"
local stream = require "bylaw.cli.stream"
local text = require "bylaw.cli.text"

local apply = {
  name = "apply",
  summary = "Make what is live as declared; asks first",
  usage = "bylaw apply [options] [FILE...|PLAN]",
  examples = {
    { "bylaw apply", "policies.lua, else policies/*.lua" },
    { "bylaw apply next.plan", "a saved plan, unless it is stale" },
    { "bylaw apply --local --auto-approve", "in the emulator of this folder" },
  },
  notes = "Without a terminal to ask on, and without --auto-approve, nothing is done. An\n"
    .. "interrupt lets finish what is under way; a second one does not. After either,\n"
    .. "and after a crash, the same command goes on where it stopped, and makes nothing\n"
    .. "twice.",
}

local INTERRUPTED = 130

function apply.add_to(parser)
  parser:flag "-y --auto-approve --yes":target "yes":description "Do not ask."
  journal_file.add_to(parser)
  parser:option "--lock-timeout":argname "SECONDS":convert(common.seconds):default "0"
    :target "lock_timeout":show_default(false)
    :description "Wait for another apply to end; 0 by default:\nnot at all."
  common.add_consistency(parser)
  planning.add_to(parser)
end

--- Everything that an apply goes by.
---@class bylaw.cli.Applying
---@field options table
---@field console bylaw.cli.Console
---@field stream? bylaw.cli.Stream
---@field session bylaw.cli.Session
---@field journal bylaw.JournalFile
---@field saved? bylaw.Plan

local function fail(self, err) return failure.streamed(self.options, self.console, err) end

-- The plan ---------------------------------------------------------------------------------------

--- The saved plan that the command line names; nil, and an error where it cannot be used.
local function saved_plan(options)
  local files = options.files
  if #files ~= 1 or not plan_file.is_one(files[1]) then return nil end
  return plan_file.read(files[1])
end

local function plan_now(self, desired)
  if self.saved then
    local fresh, err = apply_plan.check(self.session.client, self.saved, nil,
      planning.reading(self.session, self.options))
    if fresh then return self.saved end
    return nil, fail(self, err)
  end
  return planning.make(self.console, self.session, desired, self.options)
end

local function show(self, made)
  if self.stream then
    return self.stream:write_all(plan_json.plan(made, plan_text.footer(made)))
  end
  if self.console.quiet and (self.saved or self.options.yes) then return end
  for _, line in ipairs(plan_text.lines(made, look(self.console))) do
    self.console:say_folded(line)
  end
end

-- Asking -----------------------------------------------------------------------------------------

--- The tenant's name and id, where the service tells them.
local function tenant(client)
  local page = client:request("GET", "/organization?$select=id,displayName")
  local one = type(page) == "table" and type(page.value) == "table" and page.value[1]
  if type(one) ~= "table" or type(one.id) ~= "string" then return nil end
  return ("%s (%s)"):format(text.shown(tostring(one.displayName)), text.shown(one.id))
end

local function is_wanted(self)
  local where = text.shown(self.session.where)
  local who = tenant(self.session.client)
  local answer = self.console:ask(("\nDo you want to perform these actions?\n  in %s%s\n"
    .. "  Only 'yes' will be accepted to approve.\n\n  Enter a value:"):format(
      who and who .. ", " or "", where))
  if answer and answer:match "^%s*(.-)%s*$" == "yes" then return true end
  self.console:complain "Apply cancelled: nothing was done."
  return false
end

--- Whether it is to go on: asked, if it must be, and still true after the time that took.
---@return boolean
---@return integer? exit_code
local function approved(self, made, desired)
  if self.saved or self.options.yes then return true end
  if not is_wanted(self) then return false, 1 end
  local fresh, err = apply_plan.check(self.session.client, made, desired,
    planning.reading(self.session, self.options))
  if fresh then return true end
  return false, fail(self, err)
end

-- Doing ------------------------------------------------------------------------------------------

local function tell_step(self, shown)
  return function(step)
    if not self.stream then return shown:step(step) end
    local change, result = step.change, step.result
    if result then
      self.stream:write(plan_json.ended(change, result, plan_text.ended(change, result)))
    else
      self.stream:write(plan_json.start(change, plan_text.begun(change)))
    end
  end
end

--- Asked before each change: whether an interrupt came; tells so once.
local function stopping(self, held, shown)
  return function()
    if held:count() == 0 then return false end
    if not self.told then
      shown:complain "Interrupt received: what is under way is finished; again to stop at once."
    end
    self.told = true
    return true
  end
end

local function run(self, made, run_id)
  local held <close> = core.hold_interrupts()
  local shown = progress.new(self.console)
  local outcome = apply_plan.run(self.session.client, made, {
    concurrency = self.options.concurrency, journal = self.journal, run = run_id,
    consistency = self.options.consistency, is_stopping = stopping(self, held, shown),
    on_step = tell_step(self, shown),
  })
  shown:finish()
  return outcome
end

local function state_of(self, outcome)
  if outcome.left > 0 and self.told then return "interrupted" end
  return outcome.failed + outcome.left > 0 and "failed" or "done"
end

--- The request ids of what went wrong, and what was left.
local function tell_rest(self, made, outcome)
  for i, result in ipairs(outcome.results) do
    if result.state == "left" then
      self.console:complain("not begun: " .. text.shown(made.changes[i].address))
    elseif result.state == "failed" then
      failure.tell(self.console, result.err, text.shown(result.address))
    end
  end
end

local function say_outcome(self, outcome)
  local words = plan_text.outcome(outcome)
  if self.stream then return self.stream:write(plan_json.outcome(outcome, words)) end
  local style = outcome.failed + outcome.left > 0 and "red" or "green"
  self.console:say("\n" .. self.console:on_stdout(style, words))
end

local EXIT = { done = 0, failed = 1, interrupted = INTERRUPTED }

local function carry_out(self, made)
  local who, pid = journal_file.who()
  local run_id, err = self.journal:begin { service = made.service, who = who, pid = pid,
    version = core.version }
  if not run_id then return fail(self, err) end
  local outcome = run(self, made, run_id)
  outcome.state = state_of(self, outcome)
  local written
  written, err = self.journal:finish(run_id, outcome)
  tell_rest(self, made, outcome)
  say_outcome(self, outcome)
  if not written then return fail(self, err) end
  return EXIT[outcome.state]
end

-- The verb ---------------------------------------------------------------------------------------

local function apply_all(self, desired)
  local made, code = plan_now(self, desired)
  if not made then return code end
  show(self, made)
  if #made.changes == 0 then
    say_outcome(self, { added = 0, changed = 0, removed = 0, failed = 0, left = 0 })
    return 0
  end
  local yes
  yes, code = approved(self, made, desired)
  return yes and carry_out(self, made) or code
end

--- Takes the journal's lock, and tells of an apply that ended without a word.
local function take_journal(self)
  local journal, err = journal_file.open(self.options.journal)
  if not journal then return nil, err end
  local before
  before, err = journal:lock(self.options.lock_timeout)
  if not before then
    journal:close()
    return nil, err
  end
  if before ~= true then
    self.console:tell(("the apply of %s since %s was cut short; what it did is looked up"):format(
      text.shown(before.who), os.date("!%Y-%m-%dT%H:%M:%SZ", before.began)))
  end
  self.journal = journal
  return journal
end

function apply.run(options, console)
  stream.begin(options, console)
  local self = { options = options, console = console, stream = options.stream }
  local desired, code, err
  self.saved, err = saved_plan(options)
  if err then return fail(self, err) end
  local silent = options.yes or self.saved
  if not silent and (options.output == "json" or not console:can_ask()) then
    return fail(self, errors.new("no_approval", "there is no terminal to ask on: say "
      .. "--auto-approve to apply without being asked, or apply a saved plan"))
  end
  if not self.saved then
    desired, code = declared.load(options, console)
    if not desired then return code end
  end
  local journal <close>, refused = take_journal(self)
  if not journal then return fail(self, refused) end
  local it <close>, unopened = session.open(options, console)
  if not it then return fail(self, unopened) end
  self.session = it
  return apply_all(self, desired)
end

return apply
