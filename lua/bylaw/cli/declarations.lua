--- What verbs on declarations share: which files, and values for their variables.
local declarations = {}

local errors = require "bylaw.errors"
local text = require "bylaw.cli.text"

--- Takes NAME=VALUE apart.
local function convert_var(given)
  local name, value = given:match "^([%a_][%w_]*)=(.*)$"
  if not name then return nil, ("--var takes NAME=VALUE, not '%s'"):format(given) end
  return { name = name, value = value }
end

--- The options that give values for `var "NAME"`.
function declarations.add_to(parser)
  parser:option "--var":argname "NAME=VALUE":count "*":convert(convert_var):target "vars"
    :description "Value for var \"NAME\" (or BYLAW_VAR_NAME in\nthe environment)."
  parser:option "--var-file":argname "FILE":count "*":target "var_files"
    :description "Lua file that returns a table of values."
end

--- policies.lua, else policies/*.lua by name.
local function default_files()
  local file = io.open "policies.lua"
  if file then
    file:close()
    return { "policies.lua" }
  end
  local files = {}
  local pipe <close> = assert(io.popen
    [[for f in policies/*.lua; do [ -e "$f" ] && printf '%s\0' "$f"; done]])
  for name in pipe:read "a":gmatch "[^\0]+" do files[#files + 1] = name end
  return files
end

--- The files that are named, else the default ones.
---@param options table
---@return string[]?
---@return bylaw.Error? err  code "usage": there are none
function declarations.files(options)
  local files = options.files
  if #files == 0 then files = default_files() end
  if #files > 0 then return files end
  return nil, errors.new("usage", "no FILE is named, and there is neither policies.lua nor "
    .. "policies/*.lua here", { hint = "write one, or begin with what is live: bylaw export "
    .. ">policies.lua" })
end

--- The options for loading declarations. What a file prints goes to stderr.
---@param options table
---@param console bylaw.cli.Console
---@return bylaw.LoadOptions
function declarations.options(options, console)
  local vars = {}
  for _, one in ipairs(options.vars or {}) do vars[one.name] = one.value end
  return { vars = vars, vars_files = options.var_files,
    on_note = function(line) console:complain(text.lines(line)) end }
end

return declarations
