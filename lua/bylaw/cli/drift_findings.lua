--- Drift as diagnostics, for the forms that CI reads: one for each object that left what is
--- declared, at its declaration.
local look = require "bylaw.cli.look"
local text = require "bylaw.cli.text"

local CODES = { create = "drift_added", assign = "drift_added", update = "drift_changed",
  delete = "drift_removed", unassign = "drift_removed" }
local WORDS = { drift_added = "is live and not declared",
  drift_changed = "is not live as declared (declared -> live)",
  drift_removed = "is declared and not live" }

--- "definition.X: "a" -> "b"" for each difference, as text.
local function differences(change, shown)
  local list = {}
  for i, field in ipairs(change.action == "update" and change.fields or {}) do
    local before = field.before == nil and "nothing" or shown.value(field.before)
    local after = field.after == nil and "nothing" or shown.value(field.after)
    list[i] = ("%s: %s -> %s"):format(text.shown(field.path), before, after)
  end
  return list
end

---@param found bylaw.Drift
---@param desired bylaw.Desired
---@param console bylaw.cli.Console
---@return bylaw.cli.Diagnostic[]
return function(found, desired, console)
  local shown, place_of, list = look(console), {}, {}
  for _, one in ipairs(desired.policies) do place_of[one.address] = one.place end
  for i, change in ipairs(found.changes) do
    local code = CODES[change.action]
    local words = differences(change, shown)
    local place = place_of[change.policy or change.address] or change.place
    local what = change.target and ("the assignment to %s %s "):format(change.target.type,
      text.shown(change.target.displayName or change.target.id)) or ""
    list[i] = { severity = "error", code = code,
      message = what .. WORDS[code] .. (words[1] and ": " .. table.concat(words, "; ") or ""),
      address = change.policy or change.address, file = place and place.file or "the declarations",
      place = place and place.line and place or nil }
  end
  return list
end
