local core = require "bylaw.core"
local desired = require "spec.support.desired"
local drift = require "bylaw.drift"
local plan = require "bylaw.plan"
local plan_json = require "bylaw.render.plan_json"

local lifetime, live_lifetime = desired.lifetime, desired.live_lifetime

local function example()
  local live = desired.live(live_lifetime(2, "b", 1))
  local _, to_hr = desired.add_principal(live, 11, "HR")
  local set = desired.set(lifetime("a", 8, { assignTo = { to_hr } }), lifetime("b", 2),
    lifetime("same", 8, { absent = true }))
  return plan.whole(assert(plan.make(set, live)), set)
end

local KEY = "servicePrincipal/00000000-0000-4000-8000-000000000011"
local ASSIGNED = ('tokenLifetimePolicy.a.assignTo["%s"]'):format(KEY)

local function resource(addr, kind, name, key)
  return { addr = addr, module = "", resource = addr, implied_provider = "bylaw",
    resource_type = kind, resource_name = name, resource_key = key or core.null }
end

local function message(kind, words, more)
  local one = { ["@level"] = "info", ["@message"] = words, ["@module"] = "bylaw.ui", type = kind }
  for name, value in pairs(more) do one[name] = value end
  return one
end

local A = resource("tokenLifetimePolicy.a", "tokenLifetimePolicy", "a")
local B = resource("tokenLifetimePolicy.b", "tokenLifetimePolicy", "b")

describe("bylaw.render.plan_json", function()
  it("writes a plan as Terraform's stream does", function()
    local lines = plan_json.plan(example(), "FOOTER")
    assert.equal(4, #lines)
    assert.same(message("planned_change", "tokenLifetimePolicy.a: Plan to create", {
      change = { resource = A, action = "create" },
      fields = {
        { path = "displayName", after = "a" },
        { path = "definition.Version", after = 1 },
        { path = "definition.AccessTokenLifetime", after = "8:00:00" },
      },
    }), lines[1])
    assert.same(message("planned_change", ASSIGNED .. ": Plan to create", { change = {
      resource = resource(ASSIGNED, "tokenLifetimePolicyAssignment", "a", KEY),
      action = "create" } }), lines[2])
    assert.same({ resource = B, action = "update" }, lines[3].change)
    assert.same(message("change_summary", "FOOTER", { changes = { add = 2, change = 1, remove = 0,
      import = 0, forget = 0, operation = "plan" } }), lines[4])
  end)

  it("writes drift as Terraform's stream does", function()
    local lines = plan_json.drift(drift.of(example()), "FOOTER")
    assert.equal("resource_drift", lines[1].type)
    assert.same({ resource = A, action = "delete" }, lines[1].change)
    assert.same({ { path = "definition.AccessTokenLifetime", before = "2:00:00",
      after = "1:00:00" } }, lines[3].fields)
    assert.same({ add = 0, change = 1, remove = 2, import = 0, forget = 0, operation = "drift" },
      lines[4].changes)
  end)

  it("says its version first", function()
    assert.same(message("version", "bylaw 1.2.3", { bylaw = "1.2.3", ui = "1.0" }),
      plan_json.version "1.2.3")
  end)

  it("tells of each change when it begins and ends, with the ids of its request", function()
    local change = example().changes[3]
    assert.same(message("apply_start", "M", { hook = { resource = B, action = "update",
      id_key = "id", id_value = change.id } }), plan_json.start(change, "M"))
    assert.same(message("apply_complete", "M", { hook = { resource = B, action = "update",
      id_key = "id", id_value = "i", elapsed_seconds = 3, request_id = "r",
      client_request_id = "c", state = "done" } }), plan_json.ended(change, { state = "done",
      id = "i", seconds = 3, request_id = "r", client_request_id = "c" }, "M"))
    local failed = plan_json.ended(change, { state = "failed", seconds = 1,
      err = { code = "conflict", request_id = "e" } }, "M")
    assert.same({ "apply_errored", "error", "conflict", "e" }, { failed.type, failed["@level"],
      failed.hook.code, failed.hook.request_id })
  end)

  it("makes the document that policies for Terraform's plans read", function()
    local document = plan_json.document(example(), "1.2.3")
    assert.equal("1.0", document.format_version)
    assert.same({ "create" }, document.resource_changes[1].change.actions)
    assert.same({
      address = "tokenLifetimePolicy.b", mode = "managed", type = "tokenLifetimePolicy", name = "b",
      provider_name = "bylaw",
      change = {
        actions = { "update" },
        before = { displayName = "b", isOrganizationDefault = false,
          definition = { Version = 1, AccessTokenLifetime = "1:00:00" } },
        after = { displayName = "b", definition = { Version = 1,
          AccessTokenLifetime = "2:00:00" } },
        after_unknown = {}, before_sensitive = false, after_sensitive = false,
      },
    }, document.resource_changes[3])
    assert.equal(2, #document.planned_values.root_module.resources)
    assert.equal(1, #document.prior_state.values.root_module.resources)
    assert.is_true(document.applyable)
  end)

  it("writes empty lists as lists", function()
    local document = plan_json.document(plan.whole(assert(plan.make(desired.set(),
      desired.live())), desired.set()), "1")
    local text = assert(core.json_write(document))
    assert.truthy(text:find('"resource_changes":[]', 1, true))
    assert.truthy(text:find('"resources":[]', 1, true))
    assert.is_false(document.applyable)
  end)
end)
