--- Settings: values for options that neither the command line nor the environment gives, from
--- `.bylaw/config.lua` of this folder, then from the user's own file. docs/configuration.md
--- explains them.

local PROJECT = ".bylaw/config.lua"
local NOT_THERE = { [2] = true, [20] = true } -- ENOENT, ENOTDIR

--- Each setting: the option that it stands for, its type, the variables that go before it, the
--- options that leave it no place, and the one of the files that may have it, if not both. Whom to
--- trust, and as whom to sign in, is not for a file that came with a checkout to say; and another
--- address than a cloud's gets no token that nobody asked it to get.
local SETTINGS = {
  cloud = { type = "string", before = { "BYLAW_ENDPOINT" }, beside = { "local", "endpoint" } },
  api_version = { type = "string", values = { ["v1.0"] = true, beta = true },
    words = "v1.0, beta" },
  color = { type = "string", values = { auto = true, always = true, never = true },
    words = "auto, always, never",
    before = { "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE" } },
  concurrency = { type = "integer", least = 1, most = 1000 },
  files = { type = "list", only = "project" },
  var_files = { type = "list", only = "project" },
  auth = { type = "string", only = "user", beside = { "local", "token_file", "endpoint" },
    before = { "BYLAW_AUTH", "BYLAW_TOKEN", "BYLAW_ENDPOINT" } },
  ca_file = { type = "string", only = "user", before = { "BYLAW_CA_FILE" } },
}

local OWNERS = { project = "this folder's .bylaw/config.lua",
  user = "your own file, ~/.config/bylaw/config.lua" }

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
  elseif name == "ca_file" then
    return value:sub(1, 1) ~= "/" and "must be a path from / on" or nil
  elseif name == "auth" then
    return require "bylaw.cli.sign_in".fault(value)
  end
end

local function check(settings, whose)
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
    if row.only and row.only ~= whose then
      return ("%s belongs in %s"):format(name, OWNERS[row.only])
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

--- The user's own file, as the XDG Base Directory Specification has it: a folder that is not
--- absolute counts for nothing.
local function path_of_user(getenv)
  local folder, home = getenv "XDG_CONFIG_HOME" or "", getenv "HOME" or ""
  if folder:sub(1, 1) == "/" then return folder .. "/bylaw/config.lua" end
  return home:sub(1, 1) == "/" and home .. "/.config/bylaw/config.lua" or nil
end

--- The settings of a file, if it is there.
---@param path string
---@param whose "project"|"user"
---@return table? settings
---@return string? wrong
local function read(path, whose)
  local file, why, number = io.open(path)
  if not file then return nil, not NOT_THERE[number] and why or nil end
  file:close()
  local settings
  settings, why = require("bylaw.declaration").table(path)
  why = why or check(settings, whose)
  if why then return nil, ("%s: %s"):format(path, why) end
  return settings
end

--- Completes options by the settings of the project, then by those of the user, where there are
--- some.
---@param options table
---@param console bylaw.cli.Console
---@return string? wrong  what is wrong with a file
return function(options, console)
  local files = { { PROJECT, "project" }, { path_of_user(console.getenv), "user" } }
  for _, one in ipairs(files) do
    local settings, wrong
    if one[1] then settings, wrong = read(one[1], one[2]) end
    if wrong then return wrong end
    for name, row in next, SETTINGS do
      if settings and settings[name] ~= nil then
        fill(options, console, name, settings[name], row)
      end
    end
  end
end
