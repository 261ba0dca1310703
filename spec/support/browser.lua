--- A headless Chromium, driven by playwright-core, with axe-core as the judge of what it shows; the
--- set-up of the tests brings all three.
local cjson = require "cjson"
local shell = require "spec.support.shell"

local browser = {}

local MODULES = "build/node/clients"
local NAMES = { "/usr/bin/chromium", "/usr/bin/chromium-browser" }

local function program()
  for _, name in ipairs(NAMES) do
    if shell.exists(name) then return name end
  end
end

--- Why nothing can be looked at here; nil when it can.
function browser.missing()
  if not program() then return "chromium is not there" end
  if select(2, shell.run "command -v node") ~= 0 then return "node is not there" end
  for _, name in ipairs { "playwright-core", "axe-core" } do
    if not shell.exists(("%s/node_modules/%s/package.json"):format(MODULES, name)) then
      return name .. " is not in " .. MODULES
    end
  end
end

--- What it sees (spec/node/page.mjs).
---@param input table
---@return table
function browser.look(input)
  local scratch = shell.scratch()
  shell.write(scratch .. "/in", cjson.encode(input))
  local _, code = shell.run(
    "timeout 120 node spec/node/page.mjs %s %s '%s/in' >'%s/out' 2>'%s/err'", MODULES, program(),
    scratch, scratch, scratch)
  local out, err = shell.read(scratch .. "/out"), shell.read(scratch .. "/err")
  shell.remove(scratch)
  if code ~= 0 then error(("status %d: %s"):format(code, err)) end
  return cjson.decode(out)
end

return browser
