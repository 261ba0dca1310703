--- A plan, drift and outcomes as text for people. Pure: how a terminal shows text is given.
local plan_text = {}

---@class bylaw.render.Look
---@field paint fun(style: string, s: string): string
---@field shown fun(s: string): string  what a terminal must not get is escaped
---@field value fun(value: any): string a value as JSON on one line

plan_text.NO_CHANGES = "No changes. Your infrastructure matches the configuration."
plan_text.NO_DRIFT = "No drift. What is live matches the declarations."

local SIGNS = {
  create = { "+", "green" }, assign = { "+", "green" },
  update = { "~", "yellow" },
  delete = { "-", "red" }, unassign = { "-", "red" },
}

local PLANNED = {
  create = "will be created", assign = "will be created", update = "will be updated in-place",
  delete = "will be destroyed", unassign = "will be destroyed",
}
local FOUND = { create = "was added", assign = "was added", update = "has changed",
  delete = "was removed", unassign = "was removed" }

local LEGEND = { { "create", "create" }, { "update", "update in-place" }, { "delete", "destroy" } }

local function sign(action, look) return look.paint(SIGNS[action][2], SIGNS[action][1]) end

--- File and line of a declaration, "" where none is known.
local function place_words(place)
  if type(place) ~= "table" or not place.file then return "" end
  return place.line and ("%s:%d"):format(place.file, place.line) or place.file
end

local function reason_words(change, look)
  if change.reason == "absent" then return "declared absent" end
  if change.reason ~= "owned" then return nil end
  local where = place_words(change.place)
  return "not declared, and owned" .. (where ~= "" and " by " .. look.shown(where) or "")
end

--- One difference: "~ definition.ClaimsSchema[2].JwtClaimType: "a" -> "b"".
local function field_line(field, look)
  local path = look.shown(field.path)
  if field.before == nil then
    return ("%s %s: %s"):format(sign("create", look), path, look.value(field.after))
  end
  if field.after == nil then
    return ("%s %s: %s"):format(sign("delete", look), path, look.value(field.before))
  end
  return ("%s %s: %s -> %s"):format(sign("update", look), path, look.value(field.before),
    look.value(field.after))
end

local function carrier_words(carrier, look)
  local known = carrier.displayName and look.value(carrier.displayName) .. " " or ""
  local by = carrier.appId and "appId " .. carrier.appId or "id " .. carrier.id
  return look.shown(("%s %s(%s)"):format(carrier.type, known, by))
end

--- What the object of a change is, after its sign.
local function object_words(change, look)
  if change.target then return carrier_words(change.target, look) end
  if not change.id then return change.kind end
  return ("%s %s (id %s)"):format(change.kind, look.value(tostring(change.displayName)),
    look.shown(change.id))
end

local function add_change(lines, change, words, look)
  local reason = reason_words(change, look)
  lines[#lines + 1] = look.paint("bold", ("  # %s %s"):format(look.shown(change.address),
    words[change.action]))
  if reason then lines[#lines + 1] = ("  # (%s)"):format(reason) end
  lines[#lines + 1] = ("  %s %s"):format(sign(change.action, look), object_words(change, look))
  for _, field in ipairs(change.fields or {}) do
    lines[#lines + 1] = "      " .. field_line(field, look)
  end
  lines[#lines + 1] = ""
end

local function add_legend(lines, changes, look)
  local used = {}
  for _, change in ipairs(changes) do used[SIGNS[change.action][1]] = true end
  lines[#lines + 1] = "Actions are indicated with the following symbols:"
  for _, row in ipairs(LEGEND) do
    if used[SIGNS[row[1]][1]] then
      lines[#lines + 1] = ("  %s %s"):format(sign(row[1], look), row[2])
    end
  end
  lines[#lines + 1] = ""
end

--- The footer that scripts look for.
---@param made bylaw.Plan
---@return string
function plan_text.footer(made)
  if #made.changes == 0 then return plan_text.NO_CHANGES end
  local counts = made.counts
  return ("Plan: %d to add, %d to change, %d to destroy."):format(counts.add, counts.change,
    counts.remove)
end

--- A plan as lines.
---@param made bylaw.Plan
---@param look bylaw.render.Look
---@return string[]
function plan_text.lines(made, look)
  local lines = {}
  if #made.changes > 0 then
    add_legend(lines, made.changes, look)
    local where = made.service and " in " .. look.shown(made.service) or ""
    lines[#lines + 1] = ("bylaw will perform the following actions%s:"):format(where)
    lines[#lines + 1] = ""
    for _, change in ipairs(made.changes) do add_change(lines, change, PLANNED, look) end
  end
  lines[#lines + 1] = look.paint("bold", plan_text.footer(made))
  return lines
end

--- The last line of drift.
---@param found bylaw.Drift
---@return string
function plan_text.drift_footer(found)
  if #found.changes == 0 then return plan_text.NO_DRIFT end
  return ("Drift: %d added, %d changed, %d removed."):format(found.counts.add,
    found.counts.change, found.counts.remove)
end

--- Drift as lines: what is declared -> what is live.
---@param found bylaw.Drift
---@param look bylaw.render.Look
---@return string[]
function plan_text.drift_lines(found, look)
  local lines = {}
  if #found.changes > 0 then
    local where = found.service and " in " .. look.shown(found.service) or ""
    lines[#lines + 1] = ("What is live%s differs from the declarations (declared -> live):"):format(
      where)
    lines[#lines + 1] = ""
    for _, change in ipairs(found.changes) do add_change(lines, change, FOUND, look) end
  end
  lines[#lines + 1] = look.paint("bold", plan_text.drift_footer(found))
  return lines
end

--- The summary of an apply.
---@param outcome bylaw.ApplyOutcome
---@return string
function plan_text.outcome(outcome)
  local counts = ("Resources: %d added, %d changed, %d destroyed."):format(outcome.added,
    outcome.changed, outcome.removed)
  if outcome.failed + outcome.left == 0 then return "Apply complete! " .. counts end
  local parts = {}
  if outcome.failed > 0 then parts[#parts + 1] = ("%d failed or skipped"):format(outcome.failed) end
  if outcome.left > 0 then parts[#parts + 1] = ("%d not begun"):format(outcome.left) end
  return ("Apply incomplete: %s. %s"):format(table.concat(parts, ", "), counts)
end

local BEGUN = { create = "Creating...", assign = "Creating...", update = "Modifying...",
  delete = "Destroying...", unassign = "Destroying..." }
local DONE = { create = "Creation", assign = "Creation", update = "Modifications",
  delete = "Destruction", unassign = "Destruction" }

--- What is said when a change begins: "ADDRESS: Creating...".
---@param change bylaw.Change
---@return string
function plan_text.begun(change)
  local id = change.id and not change.target and (" [id=%s]"):format(change.id) or ""
  return ("%s: %s%s"):format(change.address, BEGUN[change.action], id)
end

local NOTES = { already = ", as it was already", adopted = ", made by an earlier apply" }

--- What is said when it has ended: "ADDRESS: Creation complete after 1s [id=…]".
---@param change bylaw.Change
---@param result bylaw.ChangeResult
---@return string
function plan_text.ended(change, result)
  if result.state == "done" then
    local id = result.id and not change.target and (" [id=%s]"):format(result.id) or ""
    return ("%s: %s complete after %ds%s%s"):format(change.address, DONE[change.action],
      result.seconds // 1, NOTES[result.note] or "", id)
  end
  return ("%s: %s: %s"):format(change.address, result.state, result.err and result.err.message
    or "no reason given")
end

return plan_text
