--- Plan, apply, plan: the second plan is empty, whatever was declared and whatever was live.
local apply = require "bylaw.apply"
local bylaw = require "bylaw"
local core = require "bylaw.core"
local cjson = require "cjson"
local desired = require "spec.support.desired"
local diff = require "bylaw.diff"
local generator = require "spec.support.generator"
local live = require "bylaw.live"
local plan = require "bylaw.plan"
local random = require "spec.support.random"
local start = require("bylaw.emulator").start

local TENANTS = tonumber(os.getenv "BYLAW_TENANTS") or 30

local CARRIERS = { tokenLifetimePolicy = { "servicePrincipal", "application" },
  tokenIssuancePolicy = { "application" }, claimsMappingPolicy = { "servicePrincipal" },
  homeRealmDiscoveryPolicy = { "servicePrincipal" } }

describe("plan, apply, plan", function()
  local emulator, client
  setup(function()
    emulator = assert(start {})
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
  end)
  teardown(function()
    client:close()
    emulator:stop()
  end)
  after_each(function() emulator:reset() end)

  local function plan_of(set, to) return assert(plan.make(set, assert(live.read(to, set)))) end

  --- Applies, and holds what came of it against the plan and against the declarations.
  local function settle(set, note, to)
    to = to or client
    local made = plan_of(set, to)
    assert.equal(core.json_write(made), core.json_write(plan_of(set, to)), note)
    local outcome = apply.run(to, made)
    for _, result in ipairs(outcome.results) do
      assert(result.state == "done", ("%s: %s: %s"):format(note, result.address,
        tostring(result.err)))
    end
    assert.same({}, plan_of(set, to).changes, note)
    return outcome
  end

  --- Every declared policy is there as declared, by what the client reads; none is absent.
  local function check(set, note, to)
    to = to or client
    for _, declared in ipairs(set.policies) do
      local found = {}
      for _, one in ipairs(assert(to:list(declared.kind))) do
        local is_it = declared.id and one.id == declared.id
          or not declared.id and one.displayName == declared.displayName
        if is_it then found[#found + 1] = one end
      end
      assert.equal(declared.absent and 0 or 1, #found, note .. " " .. declared.address)
      if found[1] then
        assert.is_true(core.definition_equal(declared.kind, found[1].definition,
          declared.policy.definition), note .. " " .. declared.address)
      end
    end
  end

  it("settles for every definition of the corpus that the service takes", function()
    local set = desired.set()
    for line in io.lines "spec/data/definitions.jsonl" do
      local entry = cjson.decode(line)
      local policy = { displayName = entry.id, definition = entry.definition }
      local made = bylaw[entry.kind](policy)
      if entry.expect ~= "unclear" and core.validate(made) then
        table.insert(set.policies, desired.policy(entry.kind, entry.id, policy))
      end
    end
    assert.is_true(#set.policies > 60, tostring(#set.policies))
    assert.equal(#set.policies, settle(set, "corpus").added)
    check(set, "corpus")
  end)

  it("settles for every example of declarations", function()
    local set = assert(bylaw.load("examples/policies.lua", { environment = false }))
    assert.is_true(#set.policies > 0)
    settle(set, "examples/policies.lua")
    check(set, "examples/policies.lua")
  end)

  --- An application with a chosen appId, and its service principal.
  local function seed_carriers(to, name, app_id)
    local app = { displayName = name, appId = app_id }
    assert.equal(app_id, assert(to:request("POST", "/applications", app)).appId)
    assert(to:request("POST", "/servicePrincipals", { appId = app_id }))
  end

  it("settles for the example of a whole tenant, and gives each policy its targets", function()
    local own <close> = assert(start { decide = { read_only = "keep", unknown_app = "accept" } })
    local there <close> = assert(bylaw.connect { endpoint = own.url, credential = own.token })
    local apps = dofile "examples/contoso/apps.lua"
    for name, app_id in pairs(apps) do seed_carriers(there, name, app_id) end
    local set = assert(bylaw.load("examples/contoso/policies.lua", { environment = false }))
    for _, name in ipairs { "Contoso legacy", "Contoso: forgotten" } do
      assert(there:create(bylaw.tokenLifetimePolicy { displayName = name,
        definition = { AccessTokenLifetime = "2:00:00" } }))
    end

    settle(set, "examples/contoso", there)
    assert.equal(2, #assert(there:list "tokenLifetimePolicy"))
    check(set, "examples/contoso", there)
    local carried = {}
    for name, app_id in pairs(apps) do
      for _, kind in ipairs { "tokenLifetimePolicy", "claimsMappingPolicy" } do
        for _, one in ipairs(assert(there:assigned(kind,
          { servicePrincipal = { appId = app_id } }))) do
          carried[name .. " " .. kind] = one.displayName
        end
      end
    end
    assert.same({ ["hr tokenLifetimePolicy"] = "Contoso: hr, tokens of 1 hours",
      ["hr claimsMappingPolicy"] = "Contoso: employee id",
      ["sales tokenLifetimePolicy"] = "Contoso: sales, tokens of 4 hours" }, carried)
  end)

  --- An application and its service principal.
  local function make_carriers(n)
    local app = assert(client:request("POST", "/applications", { displayName = "App " .. n }))
    local principal = assert(client:request("POST", "/servicePrincipals", { appId = app.appId }))
    return { application = app.id, servicePrincipal = principal.id, appId = app.appId }
  end

  --- A way to name a carrier.
  local function named(r, kind, carriers)
    local which = r:pick(CARRIERS[kind])
    if r:once_in(2) then return { [which] = { appId = carriers.appId } }, which end
    return { [which] = carriers[which] }, which
  end

  local function valid_definition(kind, r)
    while true do
      local definition = generator.definition(kind, r)
      if core.validate(bylaw[kind] { displayName = "x", definition = definition }) then
        return definition
      end
    end
  end

  --- What a live policy is declared to be; nil: nobody declares it.
  local FATES = { "kept", "changed", "renamed", "by id", "absent", "owned", "unknown" }

  local function declare(r, kind, name, one, fate)
    local function policy(more)
      local all = { displayName = name, definition = generator.reworded(kind, r, one.definition) }
      for key, value in pairs(more) do all[key] = value end
      return desired.policy(kind, (name:gsub("%W", "-")), all)
    end
    if fate == "kept" then return policy {} end
    if fate == "changed" then return policy { definition = valid_definition(kind, r) } end
    if fate == "renamed" then return policy { displayName = name .. " anew", was = name } end
    if fate == "by id" then return policy { displayName = name .. " by id", id = one.id } end
    if fate == "absent" then return policy { absent = true } end
  end

  --- A tenant with policies of a kind, and what is declared of them.
  local function add_kind(r, kind, set, objects)
    local default = diff.has_default(kind) and r:int(0, 3)
    local free = r:shuffled(objects)
    local taken = {}
    for i = 1, r:int(0, 3) do
      local fate = r:pick(FATES)
      local name = ("%s %s %d"):format(fate == "owned" and "Ours:" or "Theirs:", kind, i)
      if default == i and fate == "unknown" then fate = "kept" end
      local one = assert(client:create(bylaw[kind] { displayName = name,
        definition = valid_definition(kind, r), isOrganizationDefault = default == i or nil }))
      local declared = declare(r, kind, name, one, fate)
      local can_carry = CARRIERS[kind] and fate ~= "unknown"
      if can_carry and r:once_in(2) then
        local which = r:pick(CARRIERS[kind])
        assert(client:assign(one, { [which] = table.remove(free)[which] }))
        if declared and not declared.absent then declared.assignTo = {} end
      end
      table.insert(set.policies, declared)
    end
    for i = 1, r:int(0, 2) do
      table.insert(set.policies, desired.policy(kind, "new-" .. i, { displayName = "New " .. i,
        definition = valid_definition(kind, r) }))
    end
    if diff.has_default(kind) and r:once_in(2) then
      for _, declared in ipairs(r:shuffled(set.policies)) do
        if declared.kind == kind and not declared.absent then
          declared.policy.isOrganizationDefault = true
          break
        end
      end
    end
    for _, declared in ipairs(set.policies) do
      if declared.kind == kind and CARRIERS[kind] and not declared.absent and r:once_in(2) then
        declared.assignTo = {}
        for _ = 1, r:int(0, 2) do
          local carriers = r:pick(objects)
          local target, which = named(r, kind, carriers)
          if not taken[carriers[which]] then table.insert(declared.assignTo, target) end
          taken[carriers[which]] = true
        end
      end
    end
  end

  --- Policies with assignments that were left alone by the declarations may stand in the way.
  local function manage_assigned(set)
    for _, declared in ipairs(set.policies) do
      if CARRIERS[declared.kind] and not declared.absent then
        declared.assignTo = declared.assignTo or {}
      end
    end
  end

  it(("settles for %d generated tenants"):format(TENANTS), function()
    local seed = random.seed()
    for tenant = 1, TENANTS do
      local note = ("seed %d, tenant %d"):format(seed, tenant)
      local r, set, objects = random.new(seed * 1000 + tenant), desired.set(), {}
      set.owns = {}
      for i = 1, 6 do objects[i] = make_carriers(i) end
      for _, kind in ipairs(core.kinds) do
        add_kind(r, kind, set, objects)
        table.insert(set.owns, { kind = kind, displayName = "Ours:*" })
      end
      manage_assigned(set)
      settle(set, note)
      check(set, note)
      emulator:reset()
    end
  end)
end)
