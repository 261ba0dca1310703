--- Policies from a Lua file that returns one or a list of them. The constructors are globals in
--- it; each policy remembers the line that made it.
local lua_file = {}

local bylaw = require "bylaw"
local core = require "bylaw.core"
local diagnostic = require "bylaw.cli.diagnostic"
local place = require "bylaw.cli.place"

local RETURN_DUE = "return a policy, such as tokenLifetimePolicy { ... }, or a list of them"

--- What Lua raises for Ctrl-C; it is not the file's.
local INTERRUPTED = "interrupted!$"

--- The innermost line of the file that is running.
local function current_line(chunk_name)
  for level = 3, 1000 do
    local info = debug.getinfo(level, "Sl")
    if not info then return nil end
    if info.source == chunk_name then return info.currentline end
  end
end

--- The one text of a definition, before a policy makes a table of it.
local function wire_text(definition)
  if type(definition) == "table" and rawlen(definition) == 1 then
    definition = rawget(definition, 1)
  end
  return type(definition) == "string" and definition or nil
end

--- The constructors, noting for every policy where it was made and of what text.
local function constructors(chunk_name, notes)
  local made = {}
  local function constructor(name)
    return function(properties)
      if type(properties) ~= "table" then
        error(("%s takes a table of properties, not %s"):format(name, type(properties)), 2)
      end
      local policy = bylaw[name](properties)
      notes[policy] = { line = current_line(chunk_name),
        definition = wire_text(rawget(properties, "definition")) }
      return policy
    end
  end
  for _, kind in ipairs(core.kinds) do made[kind] = constructor(kind) end
  made.policy = constructor "policy"
  return made
end

--- The globals of the file: Lua's, the constructors, and a `require "bylaw"` that gives the same.
local function environment(made, note)
  local face = setmetatable({}, { __index = function(_, key) return made[key] or bylaw[key] end })
  local env = setmetatable({}, { __index = function(_, key) return made[key] or _G[key] end })
  env._G = env
  function env.require(name)
    if name == "bylaw" then return face end
    return require(name)
  end
  function env.print(...)
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    note(table.concat(words, "\t"))
  end
  return env
end

--- Lua's words without "file:line:" before them.
local function without_place(message)
  return (message:gsub("^[^\n]-:%d+: ", "", 1))
end

--- What a raised value says.
local function words_of(raised)
  if type(raised) == "string" then return without_place(raised) end
  local told, words = pcall(tostring, raised)
  if told and not words:find "^%a+: 0?x?%x+$" then return words end
  return ("an error was raised that says nothing: a %s"):format(type(raised))
end

--- Loads and runs the file; nil and a diagnostic where that fails.
local function evaluate(self, env, chunk_name)
  if self.text:sub(1, 1) == "\27" then
    return nil, diagnostic.of_file(self, "binary_chunk", "is a compiled Lua chunk; text is due")
  end
  local chunk, why = load(self.text:gsub("^#[^\n]*", ""), chunk_name, "t", env)
  if not chunk then
    return nil, diagnostic.of_line(self, "syntax", without_place(why),
      tonumber(why:match ":(%d+): "))
  end
  local line
  local ok, result = xpcall(chunk, function(raised)
    line = current_line(chunk_name)
    return raised
  end)
  if ok then return true, result end
  if type(result) == "string" and result:find(INTERRUPTED) then error(result, 0) end
  return nil, diagnostic.of_line(self, "raised", words_of(result), line)
end

local function is_policy(value)
  return type(value) == "table" and type(rawget(value, "kind")) == "string"
end

--- The policies of what the file returned, and whether they are a list; nil and what else it is.
local function policies_of(result)
  if is_policy(result) then return { result }, false end
  if type(result) ~= "table" then return nil, tostring(result) end
  local count = 0
  for _ in next, result do count = count + 1 end
  if count == 0 then return nil, "an empty table" end
  if count ~= rawlen(result) then return nil, "a table that no constructor made" end
  return result, true
end

--- The bytes from the line on which a policy is made to the one on which the next is.
local function range(self, line, lines)
  local to = #self.text
  for _, other in ipairs(lines) do
    if line and other > line then
      to = place.line(self.text, other) - 1
      break
    end
  end
  return line and place.line(self.text, line) or 1, to
end

local function take(self, policy, number, notes, lines)
  if not is_policy(policy) then
    table.insert(self.problems, diagnostic.of_file(self, "no_policy",
      ("number %d of the list is no policy but a %s: %s"):format(number, type(policy), RETURN_DUE)))
    return
  end
  local note = notes[policy] or {}
  local item = { policy = policy, line = note.line, definition = note.definition }
  item.address = diagnostic.address(policy, self.list and number or nil)
  item.from, item.to = range(self, note.line, lines)
  table.insert(self.items, item)
end

--- Runs the file of an input and takes the policies that it returns.
---@param self bylaw.cli.Input
---@param options { note?: fun(line: string) }
function lua_file.run(self, options)
  local chunk_name, notes = "@" .. self.name, {}
  local env = environment(constructors(chunk_name, notes), options.note or function() end)
  local done, result = evaluate(self, env, chunk_name)
  if not done then
    table.insert(self.problems, result)
    return
  end
  local policies, list = policies_of(result)
  if not policies then
    table.insert(self.problems, diagnostic.of_file(self, "no_policy",
      ("returned %s: %s"):format(list, RETURN_DUE)))
    return
  end
  self.list = list
  local lines = {}
  for _, note in pairs(notes) do lines[#lines + 1] = note.line end
  table.sort(lines)
  for number, policy in ipairs(policies) do take(self, policy, number, notes, lines) end
end

return lua_file
