--- A plan, or drift, as a page. Pure.
local changes = require "bylaw.render.html.changes"
local core = require "bylaw.core"
local lifetimes = require "bylaw.render.html.lifetimes"
local objects = require "bylaw.render.html.objects"
local page = require "bylaw.render.html.page"
local picture = require "bylaw.render.html.picture"
local plan_text = require "bylaw.render.plan_text"

local plan = {}

local PLANNED = { create = "will be created", update = "will be updated in-place",
  delete = "will be destroyed" }
local FOUND = { create = "was added", update = "has changed", delete = "was removed" }

local function parts_of(found, title, words, desired, live)
  if #found.changes == 0 then
    return { '<p class="empty">Nothing differs.</p>\n',
      picture.html(changes.edges({}, desired, live)),
      lifetimes.html(changes.lifetimes({}, desired)) }
  end
  return {
    objects.html(title, changes.objects(found.changes, words)),
    picture.html(changes.edges(found.changes, desired, live)),
    lifetimes.html(changes.lifetimes(found.changes, desired)),
  }
end

local function counts_of(counts, words)
  local list = {}
  for _, row in ipairs { { "add", words[1] }, { "change", words[2] }, { "remove", words[3] },
    { "unchanged", "unchanged" } } do
    if counts[row[1]] then
      list[#list + 1] = { count = counts[row[1]], words = row[2],
        class = row[1] ~= "unchanged" and row[1] or nil }
    end
  end
  return list
end

--- A plan.
---@param made bylaw.Plan
---@param desired? bylaw.Desired  what it was made of, with `live`: then what stays is drawn too
---@param live? bylaw.Live
---@return string
function plan.plan(made, desired, live)
  return page.html { title = "Plan", lead = plan_text.footer(made), where = made.service,
    counts = counts_of(made.counts, { "to add", "to change", "to destroy" }),
    version = core.version, parts = parts_of(made, "Changes", PLANNED, desired, live) }
end

--- Drift: what is declared is the before, what is live the after.
---@param found bylaw.Drift
---@param desired? bylaw.Desired
---@param live? bylaw.Live
---@return string
function plan.drift(found, desired, live)
  return page.html { title = "Drift", lead = plan_text.drift_footer(found), where = found.service,
    counts = counts_of(found.counts, { "added", "changed", "removed" }), version = core.version,
    parts = parts_of(found, "From what is declared to what is live", FOUND, desired, live) }
end

return plan
