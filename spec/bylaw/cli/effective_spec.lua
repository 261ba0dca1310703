local cjson = require "cjson"
local tenant = require "spec.support.tenant"

local DECLARED = [[
tokenLifetimePolicy "all" {
  displayName = "All: 1 hour", isOrganizationDefault = true,
  definition = { AccessTokenLifetime = "1:00:00" },
}
tokenLifetimePolicy "eight" {
  displayName = "HR: 8 hours",
  definition = { AccessTokenLifetime = "8:00:00" },
  assignTo = { servicePrincipal { displayName = "HR" } },
}
]]

--- The part of an answer that is about a kind.
local function part_of(text, kind)
  return (text .. "\n"):match("(" .. kind .. ": .-\n)\n")
end

describe("bylaw effective", function()
  local it_is, hr
  before_each(function()
    it_is = tenant.new()
    hr = it_is:make_carrier "HR"
    it_is:declare(DECLARED)
  end)
  after_each(function() it_is:stop() end)

  it("says what applies after declarations, in which order, and where the pages differ", function()
    local outcome = it_is:run "effective --app HR policies.lua"
    assert.equal("", outcome.err)
    assert.equal(0, outcome.code)
    assert.equal(([[
HR, after this plan
  appId              %s
  application        id %s
  service principal  id %s
]]):format(hr.appId, hr.application, hr.servicePrincipal), outcome.out:match "^(.-\n)\n")
    assert.equal([[
tokenLifetimePolicy: "HR: 8 hours" (now: built-in)
  the service principal carries it
    1. service principal       "HR: 8 hours", applies
    2. organization's default  "All: 1 hour", passed over
    3. application             none
    4. built-in                access tokens live 60 to 90 minutes
  It is looked up on the resource of a token, not on the client that asks.
  The sources differ:
    by the pages of 2025, which leave the service principal out,
    "All: 1 hour" would apply (organization's default).
]], part_of(outcome.out, "tokenLifetimePolicy"))
    assert.same({}, it_is:stored())
  end)

  it("says what applies now, whichever way the application is named", function()
    assert.equal(0, it_is:run("apply -y").code)
    local expected = it_is:run("effective --app HR").out
    assert.truthy(part_of(expected, "tokenLifetimePolicy"):find(
      '^tokenLifetimePolicy: "HR: 8 hours" %(%x+%-'))
    for _, which in pairs(hr) do
      assert.equal(expected, it_is:run("effective --app " .. which).out)
    end
  end)

  it("says what applies after a saved plan, and refuses a stale one", function()
    assert.equal(0, it_is:run("plan --out next.plan").code)
    assert.equal(it_is:run("effective --app HR policies.lua").out,
      it_is:run("effective --app HR --plan next.plan").out)
    assert.equal(0, it_is:run("apply -y").code)
    local outcome = it_is:run "effective --app HR --plan next.plan"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("the plan is stale", 1, true))
  end)

  it("gives programs a document", function()
    local document = cjson.decode(it_is:run("effective --app HR -o json policies.lua").out)
    assert.is_true(document.after_plan)
    assert.same({ id = hr.servicePrincipal, appId = hr.appId, displayName = "HR" },
      document.servicePrincipal)
    local lifetime = document.effective.tokenLifetimePolicy
    assert.equal("servicePrincipal", lifetime.by)
    assert.equal("8:00:00", lifetime.policy.definition.AccessTokenLifetime)
    assert.equal("All: 1 hour", lifetime.differs[1].policy.displayName)
    assert.equal("built-in", document.now.tokenLifetimePolicy.by)
  end)

  it("exits 1 for a name that nothing has, and for one that two have", function()
    local outcome = it_is:run "effective --app nobody"
    assert.equal(1, outcome.code)
    assert.equal('bylaw: there is no application and no service principal with the name "nobody"\n',
      outcome.err)
    local other = it_is:make_carrier "HR"
    outcome = it_is:run "effective --app HR"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("2 applications are named", 1, true))
    assert.truthy(outcome.err:find(other.appId, 1, true))
  end)

  it("says nothing where a read fails", function()
    it_is.emulator:fault "GET /v1.0/policies/homeRealm** status=403"
    local outcome = it_is:run "effective --app HR"
    assert.equal(1, outcome.code)
    assert.equal("", outcome.out)
  end)

  for _, arguments in ipairs { "effective", "effective --app x --plan p policies.lua" } do
    it("exits 64 for " .. arguments, function()
      assert.equal(64, it_is:run(arguments).code)
    end)
  end
end)
