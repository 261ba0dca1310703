--- The declarations that plan, apply and drift go by.
local declaration = require "bylaw.declaration"
local text = require "bylaw.cli.text"

local declared = {}

function declared.add_to(parser)
  parser:argument "FILE":args "*":target "files":description "Declarations; policies.lua by default."
end

function declared.tell(console, _, problems)
  local failed
  for _, one in ipairs(problems or {}) do
    local at = one.place and one.place.file and ("%s:%d: "):format(one.place.file, one.place.line or 0) or ""
    console:complain(text.shown(("%s%s[%s]: %s%s"):format(at, one.severity, one.code, one.address and one.address .. ": " or "", one.message)))
    if one.severity == "error" then failed = 1 end
  end
  return failed
end

function declared.load(options, console)
  local files = options.files
  if #files == 0 then files = { "policies.lua" } end
  local desired, err = declaration.load(files)
  if desired then return { desired = desired } end
  return nil, declared.tell(console, nil, err.problems)
end

return declared
