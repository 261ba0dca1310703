--- Reads the policies of files: declarations in Lua, or JSON request bodies as Graph documents
--- them. What is wrong is told as diagnostics, never thrown.
local input = {}

local declaration = require "bylaw.declaration"
local diagnostic = require "bylaw.cli.diagnostic"
local file = require "bylaw.file"
local json_file = require "bylaw.cli.json_file"

---@class bylaw.cli.Item
---@field policy bylaw.Policy
---@field address string      how it is called in messages: kind and name
---@field dialect? string     that of the body; nil: the policy's own

---@class bylaw.cli.Input: bylaw.Text
---@field list boolean        whether it holds a list, and not one policy
---@field items bylaw.cli.Item[]
---@field problems bylaw.cli.Diagnostic[]  of the files themselves
---@field verdicts bylaw.cli.Diagnostic[]  of what is in them

---@class bylaw.cli.InputOptions
---@field kind? string   of a JSON body that does not say it
---@field stdin? file*   what "-" is
---@field load bylaw.LoadOptions  of declarations

--- Whether it is JSON that the file holds: its name says so, or its first character.
local function is_json(path, s)
  local extension = path:match "%.(%w+)$"
  if extension == "json" or extension == "lua" then return extension == "json" end
  return s:find "^%s*[{%[]" ~= nil
end

local function new(name, text)
  return { name = name, text = text, list = false, items = {}, problems = {}, verdicts = {} }
end

--- Reads one file: JSON at once; of Lua the text is for later.
local function read(path, given, lua)
  local self = new(path == "-" and "stdin" or path, "")
  local s, why = file.read(path, path == "-" and given.stdin or nil)
  if not s then
    table.insert(self.problems, diagnostic.of_file(self, "unreadable", "cannot be read: " .. why))
    return self
  end
  self.text = s
  if is_json(path, s) then
    json_file.read(self, given.kind)
    return self
  end
  table.insert(lua, { name = self.name, text = path == "-" and s or nil })
end

--- Declarations of all Lua files, which are one set.
local function declared(files, given)
  local self = new(files[1].name, "")
  local desired = declaration.read(files, given.load)
  self.list = #files > 1 or #desired.policies ~= 1
  for _, one in ipairs(desired.policies) do
    if one.policy then
      table.insert(self.items, { policy = one.policy, address = one.address })
    end
  end
  for _, problem in ipairs(desired.problems) do
    table.insert(problem.judged and self.verdicts or self.problems,
      diagnostic.of_declared(problem, desired.files))
  end
  return self
end

--- Reads files: one input for each that is JSON, one for all declarations, in the files' order.
---@param paths string[]  "-" is stdin
---@param given bylaw.cli.InputOptions
---@return bylaw.cli.Input[]
function input.read(paths, given)
  local inputs, lua, at = {}, {}, nil
  for _, path in ipairs(paths) do
    local self = read(path, given, lua)
    inputs[#inputs + 1] = self
    if not self and not at then at = #inputs + 1 end
  end
  if at then table.insert(inputs, at, declared(lua, given)) end
  return inputs
end

return input
