--- Which policies apply to an application: as text for people, and as a document for programs.
--- Pure: how a terminal shows text is given.
local core = require "bylaw.core"

local effective = {}

---@class bylaw.EffectiveView
---@field app bylaw.AppState
---@field now bylaw.Effective[]
---@field planned? bylaw.Effective[]  after the plan, in the same order

local STEPS = { servicePrincipal = "service principal", organization = "organization's default",
  application = "application", ["built-in"] = "built-in" }

local REASONS = {
  servicePrincipal = "the service principal carries it",
  organization = "it is the organization's default",
  application = "the application carries it",
}

local function name_of(one, look)
  return one and look.value(tostring(one.displayName)) or "built-in"
end

--- Why, in words: what made it apply, and what there was instead.
local function reason_of(one)
  if one.by == "built-in" then return "no policy applies" end
  return REASONS[one.by]
end

local function add_steps(lines, one, look)
  local applied = false
  local width = 0
  for _, candidate in ipairs(one.candidates) do width = math.max(width, #STEPS[candidate.step]) end
  local form = "    %d. %-" .. math.max(width, #STEPS["built-in"]) .. "s  %s"
  for i, candidate in ipairs(one.candidates) do
    local words = "none"
    if candidate.policy then
      words = name_of(candidate.policy, look) .. (applied and ", passed over" or ", applies")
      applied = true
    end
    lines[#lines + 1] = form:format(i, STEPS[candidate.step], words)
  end
  lines[#lines + 1] = form:format(#one.candidates + 1, STEPS["built-in"], one.builtin)
end

local function differing_words(other, look)
  return ("The sources differ:\n    by %s,\n    %s would apply (%s)."):format(other.source,
    other.policy and name_of(other.policy, look) or "what is built in", STEPS[other.by])
end

local function is_same(a, b)
  if a == b then return true end
  return a ~= nil and b ~= nil and a.id == b.id and a.displayName == b.displayName
    and core.json_write(a.definition or "") == core.json_write(b.definition or "")
end

--- What applies now, where the plan changes that.
local function change_words(now, one, look)
  if not now or is_same(now.policy, one.policy) and now.by == one.by then return "" end
  if is_same(now.policy, one.policy) then return (" (now by: %s)"):format(STEPS[now.by]) end
  if now.policy and one.policy and now.policy.id == one.policy.id then return " (updated)" end
  return (" (now: %s)"):format(name_of(now.policy, look))
end

local function add_kind(lines, one, now, look)
  local id = one.policy and one.policy.id and " (" .. look.shown(one.policy.id) .. ")" or ""
  lines[#lines + 1] = look.paint("bold", ("%s: %s"):format(one.kind, name_of(one.policy, look)))
    .. id .. look.paint("yellow", change_words(now, one, look))
  lines[#lines + 1] = "  " .. reason_of(one)
  add_steps(lines, one, look)
  for _, note in ipairs(one.notes) do lines[#lines + 1] = "  " .. look.shown(note) end
  for _, other in ipairs(one.differs) do
    lines[#lines + 1] = "  " .. look.paint("yellow", differing_words(other, look))
  end
  lines[#lines + 1] = ""
end

local function object_line(title, object, look)
  return ("  %-17s  %s"):format(title, object and "id " .. look.shown(object.id)
    or "none in this tenant")
end

--- As lines.
---@param view bylaw.EffectiveView
---@param look bylaw.render.Look
---@return string[]
function effective.lines(view, look)
  local app = view.app
  local object = app.application or app.servicePrincipal
  local lines = {
    look.paint("bold", look.shown(object.displayName or object.appId or object.id))
      .. (view.planned and ", after this plan" or ""),
    ("  %-17s  %s"):format("appId", look.shown(object.appId or "unknown")),
    object_line("application", app.application, look),
    object_line("service principal", app.servicePrincipal, look), "",
  }
  for i, one in ipairs(view.planned or view.now) do
    add_kind(lines, one, view.planned and view.now[i], look)
  end
  lines[#lines] = nil
  return lines
end

-- The document -----------------------------------------------------------------------------------

local function policy_of(one)
  if not one then return core.null end
  return { id = one.id or core.null, displayName = one.displayName, address = one.address,
    isOrganizationDefault = one.isOrganizationDefault, definition = one.definition }
end

--- A policy that does not apply, or is shown elsewhere.
local function named(one)
  return one and { id = one.id or core.null, displayName = one.displayName } or core.null
end

local function list_of(list) return #list > 0 and list or core.json_read "[]" end

local function kind_of(one)
  local steps, differs = {}, {}
  for i, candidate in ipairs(one.candidates) do
    steps[i] = { step = candidate.step, policy = named(candidate.policy),
      applies = candidate.step == one.by }
  end
  for i, other in ipairs(one.differs) do
    differs[i] = { source = other.source, by = other.by, policy = named(other.policy) }
  end
  return { by = one.by, policy = policy_of(one.policy), reason = reason_of(one), steps = steps,
    ["built-in"] = one.builtin, notes = list_of(one.notes), differs = list_of(differs) }
end

local function object_of(object)
  if not object then return core.null end
  return { id = object.id, appId = object.appId, displayName = object.displayName }
end

--- As a document: `effective` has an object a kind; after a plan it holds what will apply, and
--- `now` what applies today.
---@param view bylaw.EffectiveView
---@return table
function effective.document(view)
  local function by_kind(list)
    local kinds = {}
    for _, one in ipairs(list) do kinds[one.kind] = kind_of(one) end
    return kinds
  end
  return { format_version = "1.0", after_plan = view.planned ~= nil,
    application = object_of(view.app.application),
    servicePrincipal = object_of(view.app.servicePrincipal),
    effective = by_kind(view.planned or view.now),
    now = view.planned and by_kind(view.now) or nil }
end

return effective
