--- The project's settings: `.bylaw/config.lua` of this folder, a table of values for options that
--- neither the command line nor the environment gives. docs/configuration.md explains them.

local PATH = ".bylaw/config.lua"

--- Each setting: the option that it stands for, its type, the variables that go before it, and the
--- options that leave it no place. Where to send a token, and as whom to sign in, is not for a
--- file that came with a checkout to say.
local SETTINGS = {
  cloud = { type = "string", before = { "BYLAW_ENDPOINT" }, beside = { "local", "endpoint" } },
  api_version = { type = "string", values = { ["v1.0"] = true, beta = true },
    words = "v1.0, beta" },
  color = { type = "string", values = { auto = true, always = true, never = true },
    words = "auto, always, never",
    before = { "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE" } },
  concurrency = { type = "integer", least = 1, most = 1000 },
  files = { type = "list" },
  var_files = { type = "list" },
}

--- The options that a verb has not, as argparse leaves them: nil, or an empty list.
local function is_given(value)
  return value ~= nil and not (type(value) == "table" and #value == 0)
end

local function is_set(getenv, names)
  for _, name in ipairs(names or {}) do
    if (getenv(name) or "") ~= "" then return true end
  end
  return false
end

local function is_list(value)
  if type(value) ~= "table" then return false end
  for key, item in next, value do
    if math.type(key) ~= "integer" or type(item) ~= "string" then return false end
  end
  return true
end

--- What is wrong with a value; nil when nothing is.
local function fault(name, value, row)
  if row.type == "list" then
    return not is_list(value) and "must be a list of file names" or nil
  elseif row.type == "integer" then
    local fits = math.type(value) == "integer" and value >= row.least and value <= row.most
    return not fits and ("must be a whole number from %d to %d"):format(row.least, row.most) or nil
  elseif type(value) ~= "string" then
    return "must be a text"
  elseif row.values and not row.values[value] then
    return "must be one of " .. row.words
  elseif name == "cloud" then
    local found, err = require("bylaw.clouds").find(value)
    return not found and err.message or nil
  end
end

local function check(settings)
  local names = {}
  for name in next, SETTINGS do names[#names + 1] = name end
  table.sort(names)
  for name, value in next, settings do
    local row = SETTINGS[name]
    if not row then
      local errors = require "bylaw.errors"
      return ("there is no setting %s%s"):format(errors.quote(tostring(name)),
        errors.suggestion(tostring(name), names))
    end
    local wrong = fault(name, value, row)
    if wrong then return ("%s %s"):format(name, wrong) end
  end
end

--- Puts a setting where an option is missing.
local function fill(options, console, name, value, row)
  if is_given(options[name]) or is_set(console.getenv, row.before) then return end
  for _, other in ipairs(row.beside or {}) do
    if options[other] then return end
  end
  options[name] = value
end

--- Completes options by the project's settings, where there are some.
---@param options table
---@param console bylaw.cli.Console
---@return string? wrong  what is wrong with the file
return function(options, console)
  local file = io.open(PATH)
  if not file then return nil end
  file:close()
  local settings, why = require("bylaw.declaration").table(PATH)
  why = why or check(settings)
  if why then return ("%s: %s"):format(PATH, why) end
  for name, row in next, SETTINGS do
    if settings[name] ~= nil then fill(options, console, name, settings[name], row) end
  end
end
