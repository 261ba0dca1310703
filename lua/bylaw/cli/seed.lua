--- Puts the content of a file into an emulator that is still empty: a JSON file that lists bodies
--- by collection, or a Lua file with declarations.
local seed = {}

local bylaw = require "bylaw"
local core = require "bylaw.core"
local declarations = require "bylaw.cli.declarations"
local failure = require "bylaw.cli.failure"
local input = require "bylaw.cli.input"
local judge = require "bylaw.cli.judge"
local report = require "bylaw.cli.report"
local text = require "bylaw.cli.text"

--- The bodies of policies by collection, as JSON.
local function listed(items)
  local bodies, names = {}, {}
  for _, item in ipairs(items) do
    local body, err = bylaw.encode(item.policy, item.dialect)
    if not body then return nil, err end
    local name = core.collections[item.policy.kind] or "policies"
    if not bodies[name] then
      bodies[name] = {}
      names[#names + 1] = name
    end
    table.insert(bodies[name], body)
  end
  local members = {}
  for i, name in ipairs(names) do
    members[i] = ('"%s":[%s]'):format(name, table.concat(bodies[name], ","))
  end
  return "{" .. table.concat(members, ",") .. "}"
end

--- The JSON of a Lua file's policies; nil when something was wrong with them, which is told.
local function from_lua(path, console)
  local inputs = input.read({ path }, { load = declarations.options({}, console) })
  local verdict = judge.inputs(inputs)
  report.write(verdict.diagnostics, console, false)
  if verdict.errors > 0 then return nil end
  return listed(inputs[1].items)
end

local function from_json(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, { code = "unreadable", message = why } end
  local json, reason = file:read "a"
  file:close()
  if not json then return nil, { code = "unreadable", message = path .. ": " .. reason } end
  return json
end

--- Fills an emulator, unless it holds something already.
---@param emulator bylaw.Emulator
---@param path string
---@param console bylaw.cli.Console
---@return integer exit_code  0: it is filled, or was not empty
function seed.plant(emulator, path, console)
  local json, err
  if path:find "%.lua$" then
    json, err = from_lua(path, console)
  else
    json, err = from_json(path)
  end
  if json then
    json, err = emulator:seed(json, true)
  end
  if json then return 0 end
  return err and failure.tell(console, err, "seeding from " .. text.shown(path)) or 1
end

return seed
