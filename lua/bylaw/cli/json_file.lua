--- Policies from JSON: a request body as Graph documents it, or a list of them. The kind of a
--- body is what its definition is wrapped in.
local json_file = {}

local core = require "bylaw.core"
local diagnostic = require "bylaw.cli.diagnostic"
local kind_name = require "bylaw.cli.kind_name"
local policy = require "bylaw.policy"

local KIND_DUE = "the definition does not say what kind of policy it is: give it by --kind, "
  .. "such as --kind tokenLifetimePolicy"

--- The one text of a definition on the wire; nil when there is none.
local function wire_text(definition)
  if type(definition) == "table" and #definition == 1 then definition = definition[1] end
  return type(definition) == "string" and definition or nil
end

--- The kinds by wrapper, and the wrappers.
local function wrappers()
  local kinds, names = {}, {}
  for _, kind in ipairs(core.kinds) do
    local wrapper = core.wrappers[kind]
    if wrapper then names[#names + 1], kinds[wrapper] = wrapper, kind end
  end
  return kinds, names
end

--- The kind whose wrapper a definition has, be it in a text that cannot be read; nil and the kind
--- whose wrapper is nearest.
local function wrapped_kind(definition)
  local kinds, names = wrappers()
  local text = wire_text(definition)
  local whole = definition
  if text then whole = core.json_read(text, true) end
  if type(whole) == "table" then
    local key = next(whole)
    for _, name in ipairs(names) do
      if whole[name] ~= nil then return kinds[name] end
    end
    return nil, type(key) == "string" and kinds[core.nearest(key, names)] or nil
  end
  for _, name in ipairs(names) do
    if text and text:find("%f[%w]" .. name .. "%f[%W]") then return kinds[name] end
  end
  return nil
end

--- The kind of a body; nil and a problem.
local function kind_of(body, given)
  if given then return given end
  if type(body.kind) == "string" then
    local kind, nearest = kind_name.find(body.kind)
    if kind then return kind end
    return nil, { severity = "error", code = "unknown_kind", path = "/kind", hint = nearest,
      message = "is not a kind of policy" }
  end
  if body.type ~= nil and body.type ~= core.null then return "policy" end
  local kind, nearest = wrapped_kind(body.definition)
  if kind then return kind end
  return nil, { severity = "error", code = "unknown_kind", path = "/definition", hint = nearest,
    message = KIND_DUE }
end

--- Whether a problem of a policy was told as one of the file's text.
local function is_told(self, problem)
  for _, one in ipairs(self.problems) do
    if one.code == problem.code and one.path == problem.path and not self.list then return true end
  end
  return false
end

local function judge(self, item)
  local valid, result = core.validate(item.policy)
  local problems = valid and result or result.problems
    or { { severity = "error", code = result.code, path = "", message = result.message } }
  for _, problem in ipairs(problems) do
    if not is_told(self, problem) then
      table.insert(self.verdicts, diagnostic.of_problem(self, item, problem))
    end
  end
end

local function take(self, body, number, given)
  local name = self.list and ("number %d of the list"):format(number) or "the body"
  if type(body) ~= "table" or #body > 0 then
    table.insert(self.problems, diagnostic.of_file(self, "no_policy",
      name .. " is no policy: a JSON object is due"))
    return
  end
  local item = { address = name, definition = wire_text(body.definition),
    base = self.list and "/" .. number - 1 or "" }
  local kind, problem = kind_of(body, given)
  if not kind then
    table.insert(self.problems, diagnostic.of_problem(self, item, problem))
    return
  end
  item.policy = policy.new(kind, body)
  item.address = diagnostic.address(item.policy, self.list and number or nil)
  if kind == "policy" and type(body.definition) == "string" then item.dialect = "legacy-string" end
  table.insert(self.items, item)
  judge(self, item)
end

--- Reads the bodies of an input. One that cannot be read leaves no items; a key that stands twice
--- is told, and what else is wrong too.
---@param self bylaw.cli.Input
---@param given? string  the kind of a body that does not say it
function json_file.read(self, given)
  local problems, refused = core.json_problems(self.text)
  for _, problem in ipairs(problems or {}) do
    table.insert(self.problems, diagnostic.of_json(self, problem))
  end
  local value, err = core.json_read(self.text)
  if value == nil then
    if #self.problems == 0 then
      err = refused or err
      table.insert(self.problems, diagnostic.of_file(self, err.code, err.message))
    end
    return
  end
  self.list = type(value) == "table" and (#value > 0 or core.json_write(value) == "[]")
  if not self.list then return take(self, value, 1, given) end
  if #value == 0 then
    table.insert(self.problems, diagnostic.of_file(self, "no_policy", "the list is empty"))
  end
  for number, body in ipairs(value) do take(self, body, number, given) end
end

return json_file
