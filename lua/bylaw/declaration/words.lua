--- Words of declarations besides the kinds: owns, ignore, settings, rule, var.
local words = {}

local core = require "bylaw.core"
local errors = require "bylaw.errors"
local problems = require "bylaw.declaration.problems"

local PREFIX = "BYLAW_VAR_"


local RULE_KEYS = { kind = true, severity = true }
local RULE_NAMES = { "kind", "check", "severity" }


--- The kinds that can be declared; "policy" is the legacy one.
words.KINDS = table.move(core.kinds, 1, #core.kinds, 1, {})
table.insert(words.KINDS, "policy")

local IS_KIND = {}
for _, kind in ipairs(words.KINDS) do IS_KIND[kind] = true end

--- Tells of a kind that is none.
local function check_kind(self, what, kind, where)
  if IS_KIND[kind] then return true end
  if kind == nil then
    return problems.add(self, "missing_property", what .. ": a kind of policy is due, such as "
      .. what .. ' { "tokenLifetimePolicy" }', { place = where })
  end
  local name = tostring(kind)
  problems.add(self, "unknown_kind", ("%s: %s is no kind of policy%s"):format(what,
    errors.quote(name), errors.suggestion(name, words.KINDS)), { place = where })
end

local function check_keys(self, what, given, known, names, where)
  for key in pairs(given) do
    if not known[key] then
      local name = tostring(key)
      problems.add(self, "unknown_property", ("%s has no %s; known are %s%s"):format(what,
        errors.quote(name), table.concat(names, ", "), errors.suggestion(name, names)),
        { place = where })
    end
  end
end

function words.owns(self, given, name, line)
  local where = problems.place_on(self, name, line, "owns")
  check_keys(self, "owns", given, { true, displayName = true }, { "displayName" }, where)
  local pattern = given.displayName == nil and "*" or given.displayName
  if type(pattern) ~= "string" then
    problems.add(self, "wrong_type", "owns: displayName must be a string such as \"Contoso:*\"",
      { place = where })
  elseif check_kind(self, "owns", given[1], where) then
    table.insert(self.desired.owns, { kind = given[1], displayName = pattern, place = where })
  end
end

function words.ignore(self, given, name, line)
  for _, one in ipairs(given) do
    if type(one) == "string" then
      table.insert(self.desired.ignore, one)
    else
      problems.add(self, "wrong_type", "ignore takes texts such as \"/description\"",
        { place = problems.place_on(self, name, line, "ignore") })
    end
  end
end

function words.settings(self, given, name, line)
  local where = problems.place_on(self, name, line, "settings")
  check_keys(self, "settings", given, { mostRemoved = true }, { "mostRemoved" }, where)
  local share = given.mostRemoved
  if share ~= nil and not (type(share) == "number" and share >= 0 and share <= 1) then
    problems.add(self, "wrong_type", "settings: mostRemoved must be a number from 0 to 1",
      { place = where })
    share = nil
  end
  self.desired.settings.mostRemoved = share or self.desired.settings.mostRemoved
end

local SEVERITIES = { error = true, warning = true }

function words.rule(self, rule_name, given, number, name, line)
  local where = problems.place_on(self, name, line, "rule")
  local what = ("rule %s"):format(errors.quote(rule_name))
  check_keys(self, what, given, RULE_KEYS, RULE_NAMES, where)
  local kinds = given.kind
  if type(kinds) ~= "table" then kinds = { kinds } end
  local wanted = #kinds > 0 and {} or nil
  for _, kind in ipairs(kinds) do
    if check_kind(self, what, kind, where) then wanted[kind] = true end
  end
  if given.severity ~= nil and not SEVERITIES[given.severity] then
    problems.add(self, "wrong_type", what .. ': severity must be "error" or "warning"',
      { place = where })
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

function words.var(self, name, has_default, file_name, line)
  local value = value_of(self, name)
  if value ~= nil then return true, value end
  if has_default then return false end
  self.missing = true
  problems.add(self, "missing_variable", ("there is no value for %s; give it by --var %s=VALUE, "
    .. "%s%s, or a file of variables"):format(errors.quote(name), name, PREFIX, name),
    { place = problems.place_on(self, file_name, line, "var") })
  return true, ""
end

return words
