--- Declarations: files of policies, run in a Lua state of their own (src/binding/sandbox.c). What
--- comes back is data: what is desired, with the place of every field.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local file = require "bylaw.file"
local options = require "bylaw.options"
local place = require "bylaw.place"
local policy = require "bylaw.policy"
local rules = require "bylaw.rules"
local source = require "bylaw.source"
local words = require "bylaw.words"

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
---@field root? string     folder that `include` stays in; by default the current one where the files
---  are below it, else that of the first file
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

local PREFIX = "BYLAW_VAR_"

--- Words that a Lua file may expect and a declaration does not have.
local ABSENT = {
  require = 'include "file.lua" reads another file', dofile = 'include "file.lua" reads another file',
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

--- What belongs to the declaration and is not of the policy itself.
local OWN = { was = "string", absent = "boolean", assignTo = "table" }
local OWN_NAMES = { "was", "absent", "assignTo" }

local RULE_KEYS = { kind = true, severity = true }
local RULE_NAMES = { "kind", "check", "severity" }

-- Problems ---------------------------------------------------------------------------------------

local function add(self, code, message, more)
  local problem = { severity = "error", code = code, path = "", message = message }
  for name, value in pairs(more or {}) do problem[name] = value end
  table.insert(self.desired.problems, problem)
  return problem
end

--- The place of a line of a file, or of a word on it.
local function place_on(self, name, line, word)
  local text = self.by_name[name]
  if not text or not line then return nil end
  return word and text.tokens and source.word(text, line, word) or place.of_line(text, line)
end

-- Places of fields -------------------------------------------------------------------------------

--- The file and the constructor that made a table.
local function origin_of(self, value)
  local number = self.sandbox:origin(value)
  if not number then return nil end
  return self.files[number >> 32], number & 0xFFFFFFFF
end

--- The key of a table that a step of a JSON pointer names.
local function key_of(value, step)
  local key = step:gsub("~1", "/"):gsub("~0", "~")
  if rawlen(value) > 0 and key:find "^%d+$" then return tonumber(key) + 1 end
  return key
end

--- What a definition's pointer goes on in: inside the wrapper, inside the list of one text.
local function inside(value, wrapper)
  if type(value) ~= "table" then return value, nil end
  if wrapper and type(value[wrapper]) == "table" then return value[wrapper], wrapper end
  if rawlen(value) == 1 and type(value[1]) == "string" then return value[1], 1 end
  return value, nil
end

--- Follows a pointer through what was declared: the place of its last known step, and, for that
--- step, the file, the field and the value.
local function follow(self, declared, pointer)
  local value, found = declared.properties, { place = declared.place }
  local function enter(key)
    local text, number = origin_of(self, value)
    local at, field
    if text then at, field = source.field(text, number, key) end
    if at then found = { place = at, field = field, text = text } end
    value = value[key]
    found.value = value
  end
  local depth = 0
  for step in pointer:gmatch "/([^/]*)" do
    depth = depth + 1
    if type(value) ~= "table" then break end
    enter(key_of(value, step))
    if depth == 1 and step == "definition" then
      local _, key = inside(value, core.wrappers[declared.kind])
      if key then enter(key) end
    end
    if value == nil then break end
  end
  return found
end

--- The one text of a definition.
local function text_of(definition)
  local text = inside(definition)
  return type(text) == "string" and text or nil
end

--- The byte of a text at a line and a column of bytes.
local function byte_of(text, line, column)
  local first = place.line({ text = text }, line)
  return first and first + column - 1
end

--- Gives a problem of a policy its place, and that in the definition's text where it has one.
local function locate(self, declared, problem)
  problem.address = declared.address
  local pointer = problem.path
  if problem.code == "missing_property" then pointer = pointer:gsub("/[^/]*$", "") end
  local found = follow(self, declared, pointer)
  problem.place = found.place
  local text = problem.line and text_of(declared.properties.definition)
  if not text then return problem end
  problem.text = text
  local byte = byte_of(text, problem.line, problem.column)
  local holder = follow(self, declared, "/definition")
  local at = byte and holder.text and source.in_text(holder.text, holder.field, text, byte)
  if at then
    problem.place, problem.text = at, nil
  else
    problem.place = holder.place
  end
  return problem
end

-- Policies ---------------------------------------------------------------------------------------

local function address_of(self, kind, label, properties)
  if label then
    return label:find "^[%w_-]+$" and kind .. "." .. label or ("%s[%q]"):format(kind, label)
  end
  local name = properties.displayName
  if type(name) == "string" then return ("%s %s"):format(kind, errors.quote(name)) end
  return ("%s, number %d"):format(kind, #self.desired.policies + 1)
end

--- Adds a problem of a declared policy at a pointer.
local function add_to(self, declared, code, path, message, hint)
  return locate(self, declared,
    add(self, code, message, { path = path, hint = hint }))
end

local function check_own(self, declared)
  for _, name in ipairs(OWN_NAMES) do
    local value = declared.properties[name]
    if value ~= nil and type(value) ~= OWN[name] then
      add_to(self, declared, "wrong_type", "/" .. name,
        ("must be a %s, not a %s"):format(OWN[name], type(value)))
      declared[name] = nil
    end
  end
  if declared.absent and not declared.id and type(declared.displayName) ~= "string" then
    add_to(self, declared, "missing_property", "/displayName",
      '"displayName" is missing: it says which policy must not exist')
  end
end

local WAYS = { "appId", "displayName", "id" }

--- What is wrong with one target, or nil.
local function wrong_target(one)
  local which = type(one) == "table" and (one.servicePrincipal or one.application)
  if not which or next(one, next(one)) ~= nil then
    return 'must be servicePrincipal { appId = "..." } or application { appId = "..." }'
  end
  if type(which) == "string" then return nil end
  local count = 0
  for name, value in next, which do
    count = count + 1
    if not (name == "id" or name == "appId" or name == "displayName") then
      local hint = type(name) == "string" and errors.suggestion(name, WAYS) or ""
      return ("has %s; appId, displayName or id say which one%s"):format(
        errors.quote(tostring(name)), hint)
    end
    if type(value) ~= "string" then return name .. " must be a string, not a " .. type(value) end
  end
  if count ~= 1 then return "must have one of appId, displayName and id" end
end

--- The targets of a policy: a list, or one by itself.
local function take_targets(self, declared)
  local given = declared.assignTo
  if not given then return end
  if given.servicePrincipal or given.application then given = { given } end
  declared.assignTo = {}
  for i, one in ipairs(given) do
    local wrong = wrong_target(one)
    if wrong then
      add_to(self, declared, "invalid_target", "/assignTo/" .. i - 1, wrong)
    else
      table.insert(declared.assignTo, one)
    end
  end
end

--- The hint of a property that bylaw itself knows, nearly.
local function own_hint(problem)
  local name = problem.path:match "^/([^/]*)$"
  if problem.code ~= "unknown_property" or problem.hint or not name then return problem end
  local lower = {}
  for i, own in ipairs(OWN_NAMES) do lower[i] = own:lower() end
  local near = core.nearest(name:lower(), lower)
  for i, own in ipairs(lower) do
    if own == near then problem.hint = OWN_NAMES[i] end
  end
  return problem
end

--- Holds a policy against its kind's rows.
local function judge(self, declared)
  local valid, result = core.validate(declared.policy)
  local problems = valid and result or result.problems
  if not problems then problems = { { severity = "error", code = result.code, path = "",
    message = result.message } } end
  declared.valid = valid == true
  for _, problem in ipairs(problems) do
    problem.judged = true
    table.insert(self.desired.problems, own_hint(locate(self, declared, problem)))
  end
end

local function policy_of(kind, properties)
  local rest = {}
  for key, value in next, properties do
    if OWN[key] == nil then rest[key] = value end
  end
  return policy.new(kind, rest)
end

local function declare(self, kind, label, properties, name, line)
  local function text(value) return type(value) == "string" and value or nil end
  local declared = { kind = kind, label = label, properties = properties,
    address = address_of(self, kind, label, properties), id = text(properties.id),
    displayName = text(properties.displayName), was = properties.was,
    absent = properties.absent or nil, assignTo = properties.assignTo,
    place = place_on(self, name, line, kind) }
  function declared.place_of(pointer) return follow(self, declared, pointer).place end
  check_own(self, declared)
  take_targets(self, declared)
  local other = label and self.addresses[declared.address]
  if other then
    add_to(self, declared, "duplicate_label", "", ("is declared twice: %s has it too"):format(
      rules.words_of_place(other.place)))
  end
  self.addresses[declared.address] = declared
  if not declared.absent then declared.policy = policy_of(kind, properties) end
  table.insert(self.desired.policies, declared)
end

-- Other words ------------------------------------------------------------------------------------

local KINDS = table.move(core.kinds, 1, #core.kinds, 1, {})
table.insert(KINDS, "policy")

local IS_KIND = {}
for _, kind in ipairs(KINDS) do IS_KIND[kind] = true end

--- Tells of a kind that is none.
local function check_kind(self, what, kind, where)
  if IS_KIND[kind] then return true end
  local name = tostring(kind)
  add(self, "unknown_kind", ("%s: %s is no kind of policy%s"):format(what, errors.quote(name),
    errors.suggestion(name, KINDS)), { place = where })
end

local function check_keys(self, what, given, known, names, where)
  for key in pairs(given) do
    if not known[key] then
      local name = tostring(key)
      add(self, "unknown_property", ("%s has no %s; known are %s%s"):format(what,
        errors.quote(name), table.concat(names, ", "), errors.suggestion(name, names)),
        { place = where })
    end
  end
end

local function take_owns(self, given, name, line)
  local where = place_on(self, name, line, "owns")
  check_keys(self, "owns", given, { true, displayName = true }, { "displayName" }, where)
  local pattern = given.displayName == nil and "*" or given.displayName
  if type(pattern) ~= "string" then
    add(self, "wrong_type", "owns: displayName must be a string such as \"Contoso:*\"",
      { place = where })
  elseif check_kind(self, "owns", given[1], where) then
    table.insert(self.desired.owns, { kind = given[1], displayName = pattern, place = where })
  end
end

local function take_ignore(self, given, name, line)
  for _, one in ipairs(given) do
    if type(one) == "string" then
      table.insert(self.desired.ignore, one)
    else
      add(self, "wrong_type", "ignore takes texts such as \"/description\"",
        { place = place_on(self, name, line, "ignore") })
    end
  end
end

local function take_settings(self, given, name, line)
  local where = place_on(self, name, line, "settings")
  check_keys(self, "settings", given, { mostRemoved = true }, { "mostRemoved" }, where)
  local share = given.mostRemoved
  if share ~= nil and not (type(share) == "number" and share >= 0 and share <= 1) then
    add(self, "wrong_type", "settings: mostRemoved must be a number from 0 to 1",
      { place = where })
    share = nil
  end
  self.desired.settings.mostRemoved = share or self.desired.settings.mostRemoved
end

local SEVERITIES = { error = true, warning = true }

local function take_rule(self, rule_name, given, number, name, line)
  local where = place_on(self, name, line, "rule")
  local what = ("rule %s"):format(errors.quote(rule_name))
  check_keys(self, what, given, RULE_KEYS, RULE_NAMES, where)
  local kinds = given.kind
  if type(kinds) ~= "table" then kinds = { kinds } end
  local wanted = #kinds > 0 and {} or nil
  for _, kind in ipairs(kinds) do
    if check_kind(self, what, kind, where) then wanted[kind] = true end
  end
  if given.severity ~= nil and not SEVERITIES[given.severity] then
    add(self, "wrong_type", what .. ': severity must be "error" or "warning"', { place = where })
  end
  table.insert(self.rules, { name = rule_name, kinds = wanted, number = number, place = where,
    severity = given.severity == "warning" and "warning" or "error" })
end

--- A value for `var`: those that were given, those of files, the environment.
local function value_of(self, name)
  local given = self.given.vars and self.given.vars[name]
  if given == nil then given = self.vars[name] end
  if given == nil and self.given.environment ~= false then given = os.getenv(PREFIX .. name) end
  return given
end

local function take_var(self, name, has_default, file_name, line)
  local value = value_of(self, name)
  if value ~= nil then return true, value end
  if has_default then return false end
  self.missing = true
  add(self, "missing_variable", ("there is no value for %s; give it by --var %s=VALUE, %s%s, or a "
    .. "file of variables"):format(errors.quote(name), name, PREFIX, name),
    { place = place_on(self, file_name, line, "var") })
  return true, ""
end

-- Files ------------------------------------------------------------------------------------------

--- A file under its real path, so that each is read once.
local function add_file(self, name, text, real)
  local number = #self.files + 1
  self.files[number] = { name = name, text = text }
  self.by_name[name], self.desired.files[name] = self.files[number], self.files[number]
  if real then self.numbers[real] = number end
  return number
end

local function is_below(real, root)
  return root == "/" or real == root or real:sub(1, #root + 1) == root .. "/"
end

--- A first line for the shell, blanked out.
local function without_shebang(text)
  return (text:gsub("^#[^\n]*", function(line) return (" "):rep(#line) end))
end

--- The file that an include names: its number, name and text; nil and why there is none.
local function read_included(self, path, from)
  local name = path:sub(1, 1) == "/" and path or file.folder(from) .. "/" .. path
  name = name:gsub("^%./", "")
  local real, why = core.real_path(name)
  if not real then return nil, ("include %s: %s"):format(errors.quote(path), why) end
  if not is_below(real, self.root) then
    return nil, ("include %s: it leads out of %s, where the declarations are"):format(
      errors.quote(path), self.root)
  end
  local number = self.numbers[real]
  if not number then
    local text
    text, why = file.read(real)
    if not text then return nil, ("include %s: %s"):format(errors.quote(path), why) end
    number = add_file(self, name, without_shebang(text), real)
  end
  return number, self.files[number].name, self.files[number].text
end

--- Tells of a file that includes itself, by the numbers of those that are being read.
local function cycle(self, numbers)
  local names = {}
  for number in numbers:gmatch "%d+" do names[#names + 1] = self.files[tonumber(number)].name end
  return "the file includes itself: " .. table.concat(names, " -> ")
end

--- Scans a file that Lua can read; the text whose tables are noted.
local function scanned(self, number)
  local found = self.files[number]
  local made = source.scan(found.name, found.text)
  self.files[number], self.by_name[found.name] = made, made
  self.desired.files[found.name] = made
  return made.noted
end

--- Lua's words without "file:line:" before them.
local function without_place(message)
  return (message:gsub("^[^\n]-:%-?%d+: ", "", 1))
end

local function refused(self, number, why)
  local name = self.files[number].name
  if self.files[number].text:sub(1, 1) == "\27" then
    add(self, "binary_chunk", "is a compiled Lua chunk; text is due", { place = { file = name } })
  else
    add(self, "syntax", without_place(why),
      { place = place_on(self, name, tonumber(why:match ":(%d+): ")) or { file = name } })
  end
  self.told = why
  return why
end

local function unknown(self, name, names)
  self.unknown = name
  if ABSENT[name] then return ("there is no %s here: %s"):format(name, ABSENT[name]) end
  table.sort(names)
  return ("there is no word %s%s"):format(errors.quote(name), errors.suggestion(name, names))
end

-- The sandbox ------------------------------------------------------------------------------------

--- What the program inside calls.
local function functions(self)
  local made = {
    unknown = unknown, declare = declare, owns = take_owns, ignore = take_ignore,
    settings = take_settings, rule = take_rule, var = take_var, read = read_included,
    cycle = cycle, scanned = scanned, refused = refused,
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
  local word = self.unknown and message:find(errors.quote(self.unknown), 1, true) and self.unknown
    or self.unknown and ABSENT[self.unknown] and self.unknown
  add(self, code, without_place(message), { place = name and place_on(self, name, line, word)
    or { file = name or self.running } })
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
      add(self, "unreadable", "cannot be read: " .. why, { place = { file = name } })
      return
    end
  end
  local real = not one.text and core.real_path(name) or nil
  local number = real and self.numbers[real]
  if number then return end -- it was included before, or is named twice
  number = add_file(self, name, without_shebang(text), real)
  call(self, action, number, name, self.files[number].text)
end

local function root_of(given, files)
  local here = core.real_path "."
  local folder = files[1] and core.real_path(file.folder(files[1].name)) or here
  if given.root then return core.real_path(given.root) or given.root end
  return here and folder and is_below(folder, here) and here or folder
end

--- Words that were begun: tokenLifetimePolicy "label" without its table.
local function tell_halves(self)
  for _, half in ipairs(self.halves) do
    if not half.done then
      add(self, "no_policy", ("%s %s has no table of properties"):format(half.kind,
        errors.quote(half.label)), { place = place_on(self, half.name, half.line, half.kind) })
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
  local problem = add(self, "rule", text(said.message) or "breaks this rule", {
    path = text(said.path) or "", hint = text(said.hint), rule = rule.name, judged = true,
    severity = said.severity == "warning" and "warning" or rule.severity,
    source = ("rule %s"):format(errors.quote(rule.name)) })
  locate(self, declared, problem)
end

--- Policies that are wrong by themselves are not shown to rules, which could not make sense of them.
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
    if declared.policy then judge(self, declared) end
  end
  for _, problem in ipairs(rules.check(self.desired)) do
    problem.judged = true
    table.insert(self.desired.problems, problem)
  end
  apply_rules(self)
end

local function has_errors(problems)
  for _, problem in ipairs(problems) do
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

--- Runs files of declarations and judges what they declare; all that is wrong is in `problems`.
---@param files { name: string, text?: string }[]  read where no text is given
---@param given bylaw.LoadOptions
---@return bylaw.Desired
function declaration.read(files, given)
  local self = { given = given, limits = limits_of(given.limits), files = {}, by_name = {},
    numbers = {}, addresses = {}, halves = {}, rules = {}, vars = {},
    desired = { policies = {}, owns = {}, ignore = {}, settings = {}, problems = {}, files = {} } }
  self.root = root_of(given, files)
  self.sandbox = core.sandbox(string.dump(words, true), functions(self), self.limits)
  local _ <close> = self.sandbox
  call(self, "open", KINDS, core.null)
  for _, name in ipairs(given.vars_files or {}) do run(self, { name = name }, "vars") end
  for _, one in ipairs(files) do run(self, one, "run") end
  tell_halves(self)
  if #self.desired.problems == 0 and is_empty(self) then
    add(self, "no_policy", "declares nothing: declare a policy, such as "
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
  local files = {}
  for i, name in ipairs(type(path) == "table" and path or { path }) do
    options.text("load: path", name)
    files[i] = { name = name }
  end
  local desired = declaration.read(files, given)
  if not has_errors(desired.problems) then return desired end
  local count = 0
  for _, problem in ipairs(desired.problems) do
    if problem.severity == "error" then count = count + 1 end
  end
  return nil, errors.new("invalid", count == 1 and "1 problem in the declarations"
    or ("%d problems in the declarations"):format(count), { problems = desired.problems })
end

return declaration
