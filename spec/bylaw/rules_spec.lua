local bylaw = require "bylaw"
local rules = require "bylaw.rules"

local LIFE = { AccessTokenLifetime = "8:00:00" }
local APP = "11111111-1111-1111-1111-11111111111a"

--- A declared policy; `more` has what is not of the policy itself.
local function declared(kind, label, properties, more)
  local one = { kind = kind, label = label, address = kind .. "." .. label,
    displayName = properties.displayName or label, id = properties.id,
    place = { file = "p.lua", line = #label, column = 1 }, policy = bylaw[kind](properties) }
  one.place_of = function(pointer) return { file = "p.lua", line = #label, pointer = pointer } end
  for name, value in pairs(more or {}) do one[name] = value end
  if one.absent then one.policy = nil end
  return one
end

local function life(label, properties, more)
  properties = properties or {}
  properties.definition = LIFE
  return declared("tokenLifetimePolicy", label, properties, more)
end

local function claims(label, more) return declared("claimsMappingPolicy", label, {}, more) end

--- Problems of policies as "severity code address path".
local function check(policies, live, more, given)
  local desired = { policies = policies, owns = {}, settings = {} }
  for name, value in pairs(more or {}) do desired[name] = value end
  local lines = {}
  for i, one in ipairs(rules.check(desired, live, given)) do
    lines[i] = ("%s %s %s %s"):format(one.severity, one.code, tostring(one.address), one.path)
    if one.place then assert.equal(one.path, one.place.pointer) end
  end
  return lines
end

local function sp(which) return { servicePrincipal = which } end
local function app(which) return { application = which } end

describe("bylaw.rules", function()
  it("finds nothing wrong with policies that get along", function()
    assert.same({}, check {
      life("a", { isOrganizationDefault = true }, { assignTo = { app "1", sp "1" } }),
      life("bb", { isOrganizationDefault = false }, { assignTo = { app "2" } }),
      claims("a", { assignTo = { sp "1" } }),
      life("old", nil, { absent = true, displayName = "gone" }),
    })
  end)

  it("has one policy for an id, and one for a name", function()
    local one = check { life("a", { id = APP }), life("b", { id = APP:upper() }) }
    assert.same({ "error duplicate_id tokenLifetimePolicy.b /id" }, one)
    assert.same({ "error duplicate_name tokenLifetimePolicy.b /displayName" },
      check { life("a", { displayName = "x" }), life("b", { displayName = "x" }) })
    assert.same({ "error duplicate_name tokenLifetimePolicy.b /displayName" },
      check { life("a", { displayName = "x" }), life("b", {}, { absent = true, displayName = "x" }) })
    assert.same({}, check { life("a", { displayName = "x", id = APP }), life("b", { displayName = "x" }) })
    assert.same({}, check { life("a", { displayName = "x" }), declared("claimsMappingPolicy", "b",
      { displayName = "x" }) })
  end)

  it("refuses a name that a policy had and another one has", function()
    assert.same({ "error duplicate_name tokenLifetimePolicy.b /was" },
      check { life("a"), life("b", nil, { was = "a" }) })
    assert.same({}, check { life("a"), life("b", nil, { was = "c" }) })
  end)

  it("has one default of a kind, for kinds that honour one", function()
    local default = { isOrganizationDefault = true }
    assert.same({ "error two_defaults tokenLifetimePolicy.b /isOrganizationDefault" },
      check { life("a", default), life("b", { isOrganizationDefault = true }) })
    assert.same({}, check { declared("claimsMappingPolicy", "a", { isOrganizationDefault = true }),
      declared("claimsMappingPolicy", "b", { isOrganizationDefault = true }) })
  end)

  it("refuses a default beside a live one that nobody declares or removes", function()
    local live = { policies = { tokenLifetimePolicy = {
      { id = "1", displayName = "Contoso: live", isOrganizationDefault = true } } } }
    local mine = life("a", { isOrganizationDefault = true })
    assert.same({ "error two_defaults tokenLifetimePolicy.a /isOrganizationDefault" },
      check({ mine }, live))
    assert.same({}, check({ mine, life("bb", { displayName = "Contoso: live" }) }, live))
    assert.same({}, check({ mine }, live, { owns = {
      { kind = "tokenLifetimePolicy", displayName = "Contoso:*" } } }))
    assert.same({}, check({ life("a", { isOrganizationDefault = true, id = "1" }) }, live))
    assert.equal(1, #check({ mine }, live, { owns = {
      { kind = "tokenLifetimePolicy", displayName = "Contoso" } } }))
  end)

  it("holds targets against the kind", function()
    assert.same({ "error wrong_target claimsMappingPolicy.a /assignTo/1" },
      check { claims("a", { assignTo = { sp "1", app "2" } }) })
    assert.same({ "error wrong_target activityBasedTimeoutPolicy.a /assignTo/0" }, check {
      declared("activityBasedTimeoutPolicy", "a", {}, { assignTo = { sp { appId = APP } } }) })
  end)

  it("says in words what a kind takes", function()
    local found = rules.check { policies = { claims("a", { assignTo = { app "2" } }) } }
    assert.equal("a claimsMappingPolicy cannot be assigned to an application; it takes a service "
      .. "principal", found[1].message)
    assert.equal("Graph: navigation properties of application and servicePrincipal", found[1].source)
  end)

  it("lets an object carry one policy of a kind", function()
    local taken = { "error target_taken tokenLifetimePolicy.b /assignTo/0" }
    for _, pair in ipairs {
      { sp "1", sp "1" }, { sp { appId = APP }, sp { appId = APP:upper() } },
      { app { displayName = "x" }, app { displayName = "x" } },
    } do
      assert.same(taken, check { life("a", nil, { assignTo = { pair[1] } }),
        life("b", nil, { assignTo = { pair[2] } }) })
    end
    assert.same({}, check { life("a", nil, { assignTo = { sp "1" } }),
      life("b", nil, { assignTo = { app "1" } }) })
    assert.same({ "error target_taken tokenLifetimePolicy.a /assignTo/1" },
      check { life("a", nil, { assignTo = { sp "1", sp "1" } }) })
  end)

  it("knows one object by two names, where what is live tells", function()
    local policies = { life("a", nil, { assignTo = { sp { appId = APP } } }),
      life("b", nil, { assignTo = { sp "OBJ" } }) }
    assert.same({}, check(policies))
    assert.same({ "error target_taken tokenLifetimePolicy.b /assignTo/0" }, check(policies,
      { policies = {}, targets = { ["servicePrincipal appId " .. APP] = { id = "obj" },
        ["servicePrincipal id OBJ"] = { id = "OBJ" } } }))
  end)

  it("refuses to assign what is declared absent", function()
    assert.same({ "error assigned_absent tokenLifetimePolicy.a /assignTo" },
      check { life("a", nil, { absent = true, assignTo = { sp "1" } }) })
    assert.same({}, check { life("a", nil, { absent = true, assignTo = {} }) })
  end)

  it("warns of mapped claims that an application will refuse, where that is known", function()
    local policies = { claims("a", { assignTo = { sp "1" } }) }
    local function with(carrier)
      return check(policies, { policies = {}, targets = { ["servicePrincipal id 1"] = carrier } })
    end
    assert.same({ "warning mapped_claims_refused claimsMappingPolicy.a /assignTo/0" },
      with { id = "1", acceptMappedClaims = false, keyCredentials = {} })
    assert.same({}, with { id = "1", acceptMappedClaims = true })
    assert.same({}, with { id = "1", acceptMappedClaims = false, keyCredentials = { {} } })
    assert.same({}, with { id = "1" })
    assert.same({}, with { message = "there is none" })
  end)

  it("guards against removing more than a share of what is live", function()
    local live = { policies = { tokenLifetimePolicy = {} } }
    for i = 1, 10 do live.policies.tokenLifetimePolicy[i] = { id = "" .. i, displayName = "p" .. i } end
    local owns = { owns = { { kind = "tokenLifetimePolicy", displayName = "p?" } } }
    local policies = {}
    for i = 1, 7 do policies[i] = life("p" .. i) end
    assert.same({}, check(policies, live, owns, { mostRemoved = 0.2 })) -- p8 and p9 of ten
    assert.same({ "error too_many_removed nil " }, check(policies, live, owns, { mostRemoved = 0.19 }))
    assert.same({}, check(policies, live, owns))
    owns.settings = { mostRemoved = 0.19 }
    assert.equal(1, #check(policies, live, owns, { mostRemoved = 1 }))
    assert.same({}, check({ life("p1", nil, { absent = true }) }, live, { settings = { mostRemoved = 0.1 } }))
    assert.equal(1, #check({ life("p1", nil, { absent = true }), life("p2", nil, { absent = true }) },
      live, { settings = { mostRemoved = 0.1 } }))
  end)

  it("has codes that the page of problems explains", function()
    local page = assert(io.open "docs/problems.md"):read "a"
    for _, code in ipairs(rules.codes) do
      assert.matches("\n| `" .. code .. "` | ", page, 1, true)
    end
  end)
end)
