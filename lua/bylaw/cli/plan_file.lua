--- Saved plans: written for their owner alone, as they may hold whatever policies hold.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local plan = require "bylaw.plan"
local plan_json = require "bylaw.render.plan_json"
local pretty = require "bylaw.cli.pretty"
local text = require "bylaw.cli.text"

local plan_file = {}

local MOST = 1 << 30 -- bytes of a plan

local function refusal(path, why)
  return errors.new("plan_file", ("the plan %s %s"):format(text.quoted(path), why))
end

--- A new file beside the path that its owner alone can read; nil and why not.
local function make_beside(path)
  local quoted = "'" .. path:gsub("'", "'\\''") .. ".XXXXXX'"
  local pipe <close> = assert(io.popen("mktemp -- " .. quoted .. " 2>/dev/null"))
  local name = pipe:read "l"
  return name and name ~= "" and name or nil
end

--- Saves a plan. What was there is replaced when all of the new one is on the disk.
---@param path string
---@param made bylaw.Plan  a whole one
---@return true?
---@return bylaw.Error? err
function plan_file.write(path, made)
  local document = plan_json.document(made, core.version)
  local name = make_beside(path)
  if not name then return nil, refusal(path, "cannot be written there") end
  local file, why = io.open(name, "w")
  local done = file and file:write(pretty.json(document), "\n")
  if file and not file:close() then done = nil end
  if done then done, why = os.rename(name, path) end
  if done then return true end
  os.remove(name)
  return nil, refusal(path, "cannot be written: " .. tostring(why))
end

--- Whether a file holds JSON, and so is a plan and no declaration.
---@param path string
---@return boolean
function plan_file.is_one(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local first = file:read(64)
  file:close()
  return first ~= nil and first:find "^%s*{" ~= nil
end

--- Reads a saved plan.
---@param path string
---@return bylaw.Plan?
---@return bylaw.Error? err
function plan_file.read(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, refusal(path, "cannot be read: " .. why:sub(#path + 3)) end
  local written = file:read(MOST)
  file:close()
  local document, err = core.json_read(written or "")
  if document == nil then return nil, refusal(path, "cannot be read: " .. err.message) end
  local made
  made, err = plan.of_data(type(document) == "table" and document.bylaw or nil)
  if made then return made end
  return nil, refusal(path, "cannot be used: " .. err.message)
end

return plan_file
