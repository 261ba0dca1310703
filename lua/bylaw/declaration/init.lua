--- Declarations: files of policies, run in a Lua state of their own (src/binding/sandbox.c). What
--- comes back is data: what is desired, with the place of every field.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local file = require "bylaw.file"
local files = require "bylaw.declaration.files"
local options = require "bylaw.options"
local policies = require "bylaw.declaration.policies"
local problems = require "bylaw.declaration.problems"
local program = require "bylaw.declaration.program"
local rules = require "bylaw.rules"
local words = require "bylaw.declaration.words"

local declaration = {}

---@class bylaw.Desired
---@field policies bylaw.Declared[]  in the order of declaration
---@field owns { kind: string, displayName: string, place: bylaw.Place }[]
---@field ignore string[]            what drift leaves out
---@field settings table             such as { mostRemoved = 0.2 }
---@field problems bylaw.Problem[]   with `place` and `address`; of bylaw.load: warnings alone
---@field files table<string, bylaw.Text>  by name

---@class bylaw.Declared
---@field address string      "tokenLifetimePolicy.eight-hours"
---@field kind string
---@field label? string
---@field id? string
---@field displayName? string
---@field was? string         the name that it had
---@field absent? true        it must not exist
---@field policy? bylaw.Policy  nil when absent
---@field assignTo? table[]   { servicePrincipal = id or { appId = … } }, …; nil: not managed
---@field place bylaw.Place
---@field place_of fun(pointer: string): bylaw.Place  the nearest known one

---@class bylaw.LoadOptions
---@field root? string     folder that `include` stays in; by default the current one where the
---  first file is below it, else that of the first file
---@field vars? table<string, any>  values for `var`
---@field vars_files? string[]      Lua files that return a table of them
---@field environment? boolean      also look for BYLAW_VAR_NAME; true by default
---@field on_note? fun(line: string)  takes what a file prints
---@field limits? bylaw.Limits

---@class bylaw.Limits
---@field instructions? integer  200 million by default
---@field memory? integer        bytes; 256 MiB by default
---@field seconds? number        of processor time; 20 by default
---@field output? integer        bytes that come back; 256 MiB by default

local LIMITS = { instructions = 200000000, memory = 256 << 20, seconds = 20, output = 256 << 20 }

--- Words that a Lua file may expect and a declaration does not have.
local ABSENT = {
  dofile = 'include "file.lua" reads another file',
  loadfile = 'include "file.lua" reads another file', load = "a declaration loads no code",
  collectgarbage = "a declaration need not care", os = "a declaration does not reach the system",
  io = "a declaration does not reach the system", debug = "a declaration does not reach the host",
  package = "a declaration does not reach the host",
  bylaw = "the kinds stand here by themselves, as in tokenLifetimePolicy { ... }",
}

local LIMIT_WORDS = {
  instructions = "the declarations ran for more than %d instructions: does a loop not end?",
  seconds = "the declarations ran for more than %g seconds: does a loop not end?",
  memory = "the declarations need more than %d bytes of memory",
  output = "the declarations give more than %d bytes of data, or tables in too many tables",
}

-- The sandbox ------------------------------------------------------------------------------------

local function unknown(self, name, names)
  self.unknown = name
  if ABSENT[name] then return ("there is no %s here: %s"):format(name, ABSENT[name]) end
  table.sort(names)
  return ("there is no word %s%s"):format(errors.quote(name), errors.suggestion(name, names))
end

--- What the program inside calls.
local function functions(self)
  local made = {
    unknown = unknown, declare = policies.add, owns = words.owns, ignore = words.ignore,
    settings = words.settings, rule = words.rule, var = words.var, read = files.include,
    cycle = files.cycle, scanned = files.scanned, refused = files.refused,
  }
  local bound = {}
  for name, fn in pairs(made) do
    bound[name] = function(...) return fn(self, ...) end
  end
  function bound.half(kind, label, name, line)
    table.insert(self.halves, { kind = kind, label = label, name = name, line = line })
    return #self.halves
  end
  function bound.whole(number) self.halves[number].done = true end
  function bound.vars(given)
    for name, value in pairs(given) do self.vars[name] = value end
  end
  function bound.verdict(...) self.verdict = table.pack(...) end
  function bound.seconds(span) return type(span) == "string" and core.seconds(span) or nil end
  function bound.note(line)
    if self.given.on_note then self.given.on_note(line) end
  end
  return bound
end

--- Calls into the sandbox; nil, and the problem noted, where that fails.
local function call(self, ...)
  self.told, self.unknown = nil, nil
  local done, code, message, name, line = self.sandbox:call(...)
  if done then return true end
  if code ~= "raised" then
    local form = LIMIT_WORDS[code]
    if form then message = form:format(self.limits[code]) end
    code = form and "limit" or code
  elseif self.told and message:find(self.told, 1, true) then
    return nil
  end
  local found = name and problems.place_on(self, name, line, self.unknown)
  problems.add(self, code, files.without_place(message),
    { place = found or { file = name or self.running } })
  return nil
end

local function limits_of(given)
  options.check("load: limits", given, { instructions = "number", memory = "number",
    seconds = "number", output = "number" }, 4)
  local limits = {}
  for name, value in pairs(LIMITS) do limits[name] = given and given[name] or value end
  return limits
end

--- Reads a file that is named and runs it.
local function run(self, one, action)
  local name, text = one.name, one.text
  self.running = name
  if not text then
    local why
    text, why = file.read(name)
    if not text then
      problems.add(self, "unreadable", "cannot be read: " .. why, { place = { file = name } })
      return
    end
  end
  local real = not one.text and core.real_path(name) or nil
  local number = real and self.numbers[real]
  if number then return end -- it was included before, or is named twice
  number = files.add(self, name, files.without_shebang(text), real)
  call(self, action, number, name, self.files[number].text)
end

local function root_of(given, first)
  local here = core.real_path "."
  local folder = first and core.real_path(file.folder(first.name)) or here
  if given.root then return core.real_path(given.root) or given.root end
  return here and folder and files.is_below(folder, here) and here or folder
end

--- Words that were begun: tokenLifetimePolicy "label" without its table.
local function tell_halves(self)
  for _, half in ipairs(self.halves) do
    if not half.done then
      problems.add(self, "no_policy", ("%s %s has no table of properties"):format(half.kind,
        errors.quote(half.label)),
        { place = problems.place_on(self, half.name, half.line, half.kind) })
    end
  end
end

-- Users' rules -----------------------------------------------------------------------------------

--- What a rule's function sees of a policy: a copy.
local function view_of(declared)
  local view = { label = declared.label, address = declared.address, assignTo = declared.assignTo }
  for key, value in next, declared.policy do view[key] = value end
  view.problems = nil
  return view
end

--- What a rule's function answered: nil where it is content; else words, path and hint.
local function broken(verdict)
  local first, second = verdict[1], verdict[2]
  if first == nil or first == true then return nil end
  if type(first) == "table" then return first end
  if type(first) == "string" then return { message = first, path = second } end
  return { message = second }
end

local function apply_rule(self, rule, declared)
  self.verdict = {}
  if not call(self, "check", rule.number, view_of(declared)) then
    local problem = self.desired.problems[#self.desired.problems]
    problem.address, problem.rule = declared.address, rule.name
    return
  end
  local said = broken(self.verdict)
  if not said then return end
  local text = function(value) return type(value) == "string" and value or nil end
  local problem = problems.add(self, "rule", text(said.message) or "breaks this rule", {
    path = text(said.path) or "", hint = text(said.hint), rule = rule.name, judged = true,
    severity = said.severity == "warning" and "warning" or rule.severity,
    source = ("rule %s"):format(errors.quote(rule.name)) })
  problems.locate(self, declared, problem)
end

--- Policies that are wrong by themselves are not shown to rules, which could make no sense of them.
local function apply_rules(self)
  for _, rule in ipairs(self.rules) do
    for _, declared in ipairs(self.desired.policies) do
      if declared.valid and (not rule.kinds or rule.kinds[declared.kind]) then
        apply_rule(self, rule, declared)
      end
    end
  end
end

-- The public face --------------------------------------------------------------------------------

local function judge_all(self)
  for _, declared in ipairs(self.desired.policies) do
    if declared.policy then policies.judge(self, declared) end
  end
  for _, problem in ipairs(rules.check(self.desired)) do
    problem.judged = true
    table.insert(self.desired.problems, problem)
  end
  apply_rules(self)
end

local function has_errors(found)
  for _, problem in ipairs(found) do
    if problem.severity == "error" then return true end
  end
  return false
end

local function is_empty(self)
  local desired = self.desired
  return #desired.policies == 0 and #desired.owns == 0 and #self.rules == 0
    and #desired.ignore == 0
end

local OPTIONS = { root = "string", vars = "table", vars_files = "table", environment = "boolean",
  on_note = "function", limits = "table" }

--- A state in which files can be run.
local function open(list, given)
  local self = { given = given, limits = limits_of(given.limits), files = {}, by_name = {},
    numbers = {}, addresses = {}, halves = {}, rules = {}, vars = {},
    desired = { policies = {}, owns = {}, ignore = {}, settings = {}, problems = {}, files = {} } }
  self.root = root_of(given, list[1])
  self.sandbox = core.sandbox(string.dump(program, true), functions(self), self.limits)
  call(self, "open", words.KINDS, core.null)
  return self
end

--- The table that a file returns, run as declarations are.
---@param name string
---@return table?
---@return string? why  it returns none
function declaration.table(name)
  local self = open({ { name = name } }, {})
  local _ <close> = self.sandbox
  run(self, { name = name }, "vars")
  local problem = self.desired.problems[1]
  if not problem then return self.vars end
  local line = problem.place and problem.place.line
  return nil, line and ("line %d: %s"):format(line, problem.message) or problem.message
end

--- Runs files of declarations and judges what they declare; all that is wrong is in `problems`.
---@param list { name: string, text?: string }[]  files; read where no text is given
---@param given bylaw.LoadOptions
---@return bylaw.Desired
function declaration.read(list, given)
  local self = open(list, given)
  local _ <close> = self.sandbox
  for _, name in ipairs(given.vars_files or {}) do run(self, { name = name }, "vars") end
  for _, one in ipairs(list) do run(self, one, "run") end
  tell_halves(self)
  if #self.desired.problems == 0 and is_empty(self) then
    problems.add(self, "no_policy", "declares nothing: declare a policy, such as "
      .. "tokenLifetimePolicy \"eight-hours\" { ... }", { place = { file = self.running } })
  end
  if not self.missing then judge_all(self) end
  return self.desired
end

--- Loads declarations: what is desired, or every problem at once.
---@param path string|string[]
---@param given? bylaw.LoadOptions
---@return bylaw.Desired? desired
---@return bylaw.Error? err  code "invalid", with err.problems, each with its place
function declaration.load(path, given)
  given = options.check("load", given, OPTIONS)
  if type(path) ~= "table" then options.text("load: path", path) end
  local list = {}
  for i, name in ipairs(type(path) == "table" and path or { path }) do
    options.text("load: path", name)
    list[i] = { name = name }
  end
  local desired = declaration.read(list, given)
  if not has_errors(desired.problems) then return desired end
  local count = 0
  for _, problem in ipairs(desired.problems) do
    if problem.severity == "error" then count = count + 1 end
  end
  return nil, errors.new("invalid", count == 1 and "1 problem in the declarations"
    or ("%d problems in the declarations"):format(count), { problems = desired.problems })
end

return declaration
