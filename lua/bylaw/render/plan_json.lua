--- Plans, drift and outcomes for programs, in the shapes that Terraform's readers know: a stream of
--- objects, one a line, and the document of a saved plan. Pure: the time is given.
local core = require "bylaw.core"

local plan_json = {}

--- Of the stream: a first number that is not this is to be refused.
plan_json.UI = "1.0"

local ACTIONS = { create = "create", assign = "create", update = "update", delete = "delete",
  unassign = "delete" }

local EMPTY = core.json_read "{}"

--- How a change's object is named in the stream.
local function resource_of(change)
  local key = change.target and ("%s/%s"):format(change.target.type, change.target.id) or nil
  return {
    addr = change.address, module = "", resource = change.address,
    implied_provider = "bylaw", resource_type = change.target and change.kind .. "Assignment"
      or change.kind,
    resource_name = change.label or change.displayName,
    resource_key = key or (not change.label and change.id) or core.null,
  }
end

--- A line of the stream, its time still to be put in.
local function line(kind, message, more, level)
  local one = { ["@level"] = level or "info", ["@message"] = message, ["@module"] = "bylaw.ui",
    type = kind }
  for name, value in pairs(more or {}) do one[name] = value end
  return one
end

--- The first line.
---@param version string  bylaw's
function plan_json.version(version)
  return line("version", "bylaw " .. version, { bylaw = version, ui = plan_json.UI })
end

local WORDS = { create = "Plan to create", update = "Plan to update", delete = "Plan to delete" }

local REASONS = { absent = "delete_because_declared_absent",
  owned = "delete_because_no_resource_config" }

local function change_of(change)
  return { resource = resource_of(change), action = ACTIONS[change.action],
    reason = REASONS[change.reason] }
end

local function changes_line(message, counts, operation)
  return line("change_summary", message, { changes = { add = counts.add, change = counts.change,
    import = 0, remove = counts.remove, forget = 0, operation = operation } })
end

--- A plan as lines of the stream.
---@param made bylaw.Plan
---@param footer string  as people read it
---@return table[]
function plan_json.plan(made, footer)
  local lines = {}
  for _, change in ipairs(made.changes) do
    lines[#lines + 1] = line("planned_change", ("%s: %s"):format(change.address,
      WORDS[ACTIONS[change.action]]), { change = change_of(change), fields = change.fields })
  end
  lines[#lines + 1] = changes_line(footer, made.counts, "plan")
  return lines
end

--- Drift as lines of the stream.
---@param found bylaw.Drift
---@param footer string
---@return table[]
function plan_json.drift(found, footer)
  local lines = {}
  for _, change in ipairs(found.changes) do
    lines[#lines + 1] = line("resource_drift", ("%s: Drift detected (%s)"):format(change.address,
      ACTIONS[change.action]), { change = change_of(change), fields = change.fields })
  end
  lines[#lines + 1] = changes_line(footer, found.counts, "drift")
  return lines
end

local function hook_of(change, more)
  local id = more and more.id or change.id
  local hook = { resource = resource_of(change), action = ACTIONS[change.action],
    id_key = id and "id" or nil, id_value = id }
  for name, value in pairs(more or {}) do
    if name ~= "id" then hook[name] = value end
  end
  return { hook = hook }
end

--- A change that begins.
---@param change bylaw.Change
---@param message string
function plan_json.start(change, message)
  return line("apply_start", message, hook_of(change))
end

--- A change that has ended.
---@param change bylaw.Change
---@param result bylaw.ChangeResult
---@param message string
function plan_json.ended(change, result, message)
  local err = result.err
  local more = hook_of(change, { id = result.id, elapsed_seconds = (result.seconds or 0) // 1,
    request_id = result.request_id or (err and err.request_id),
    client_request_id = result.client_request_id or (err and err.client_request_id),
    note = result.note, state = result.state, code = err and err.code })
  if result.state == "done" then return line("apply_complete", message, more) end
  return line("apply_errored", message, more, "error")
end

--- The end of an apply.
---@param outcome bylaw.ApplyOutcome
---@param message string
function plan_json.outcome(outcome, message)
  local one = changes_line(message, { add = outcome.added, change = outcome.changed,
    remove = outcome.removed }, "apply")
  one.changes.failed, one.changes.left = outcome.failed, outcome.left
  return one
end

local LEVELS = { error = "error", warning = "warn" }
local SEVERITIES = { error = "Error: ", warning = "Warning: " }

--- What is wrong, with a declaration or otherwise.
---@param data table  as diagnostic.data gives it
function plan_json.diagnostic(data)
  data.detail = data.detail or ""
  return line("diagnostic", SEVERITIES[data.severity] .. data.summary, { diagnostic = data },
    LEVELS[data.severity])
end

-- The document -----------------------------------------------------------------------------------

--- Properties with the definition decoded, as policies for such documents want to read them.
local function values_of(kind, properties)
  if not properties then return core.null end
  local values = {}
  for name, value in pairs(properties) do values[name] = value end
  local judged = kind == "policy" and core.types[properties.type] or kind
  local text = values.definition
  if type(text) == "table" and #text == 1 then text = text[1] end
  if type(text) == "string" and core.collections[judged] then
    values.definition = core.definition_decode(judged, text) or text
  end
  return values
end

local function resource_change(change)
  local resource = resource_of(change)
  local before, after = values_of(change.kind, change.before), values_of(change.kind, change.after)
  if change.target then
    before = change.action == "unassign" and change.target or core.null
    after = change.action == "assign" and change.target or core.null
  end
  return {
    address = change.address, mode = "managed", type = resource.resource_type,
    name = resource.resource_name, index = change.target and resource.resource_key or nil,
    provider_name = "bylaw",
    change = {
      actions = { ACTIONS[change.action] }, before = before, after = after,
      after_unknown = change.action == "create" and { id = true } or EMPTY,
      before_sensitive = false, after_sensitive = false,
    },
    action_reason = REASONS[change.reason],
  }
end

local function resources(list)
  return { root_module = { resources = #list > 0 and list or core.json_read "[]" } }
end

local function planned_values(made)
  local list = {}
  for _, declared in ipairs(made.declared.policies) do
    if declared.body then
      list[#list + 1] = { address = declared.address, mode = "managed", type = declared.kind,
        name = declared.label, values = values_of(declared.kind, declared.body) }
    end
  end
  return resources(list)
end

local function prior_values(made)
  local list = {}
  for _, change in ipairs(made.changes) do
    if change.before then
      local values = values_of(change.kind, change.before)
      values.id = change.id
      list[#list + 1] = { address = change.address, mode = "managed", type = change.kind,
        name = change.label or change.displayName, values = values }
    end
  end
  return resources(list)
end

--- The document of a saved plan; what apply needs lies under "bylaw".
---@param made bylaw.Plan  a whole one
---@param version string  bylaw's
---@return table
function plan_json.document(made, version)
  local changes = {}
  for i, change in ipairs(made.changes) do changes[i] = resource_change(change) end
  local none = core.json_read "[]"
  return {
    format_version = "1.0", bylaw_version = version, errored = false,
    applyable = #changes > 0, complete = true,
    resource_changes = #changes > 0 and changes or none, resource_drift = none,
    planned_values = planned_values(made),
    prior_state = { format_version = "1.0", values = prior_values(made) },
    bylaw = made,
  }
end

return plan_json
