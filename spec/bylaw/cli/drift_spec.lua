local cjson = require "cjson"
local tenant = require "spec.support.tenant"

describe("bylaw drift", function()
  local it_is
  before_each(function()
    it_is = tenant.new()
    it_is:declare(tenant.lifetimes { a = 8, b = 8 })
    assert.equal(0, it_is:run("apply -y").code)
  end)
  after_each(function() it_is:stop() end)

  local function drift_by_hand()
    local one = it_is.client:list("tokenLifetimePolicy")[1]
    assert(it_is.client:update("tokenLifetimePolicy", one.id,
      { definition = { AccessTokenLifetime = "1:00:00" } }))
    return one
  end

  it("exits 0 where there is none", function()
    local outcome = it_is:run "drift"
    assert.equal(0, outcome.code)
    assert.equal("No drift. What is live matches the declarations.\n", outcome.out)
  end)

  it("shows what was declared and what is live, and exits 2", function()
    local one = drift_by_hand()
    local outcome = it_is:run "drift"
    assert.equal(2, outcome.code)
    assert.equal(([[
What is live in %s differs from the declarations (declared -> live):

  # tokenLifetimePolicy.%s has changed
  ~ tokenLifetimePolicy "%s" (id %s)
      ~ definition.AccessTokenLifetime: "8:00:00" -> "1:00:00"

Drift: 0 added, 1 changed, 0 removed.
]]):format(it_is.emulator.url, one.displayName, one.displayName, one.id), outcome.out)
  end)

  it("tells programs", function()
    drift_by_hand()
    local outcome = it_is:run "drift -o json"
    assert.equal(2, outcome.code)
    local list = {}
    for line in outcome.out:gmatch "[^\n]+" do list[#list + 1] = cjson.decode(line) end
    assert.equal("resource_drift", list[2].type)
    assert.same({ { path = "definition.AccessTokenLifetime", before = "8:00:00",
      after = "1:00:00" } }, list[2].fields)
    assert.equal(1, list[3].changes.change)
  end)

  it("leaves out what the declarations ask to ignore", function()
    drift_by_hand()
    it_is:declare(tenant.lifetimes { a = 8, b = 8 }
      .. 'ignore { "/definition/AccessTokenLifetime" }')
    local outcome = it_is:run "drift"
    assert.equal(0, outcome.code)
    assert.truthy(outcome.out:find("No drift.", 1, true))
    assert.equal("1 difference ignored, as the declarations ask\n", outcome.err)
  end)

  it("exits 1 where it cannot be found out", function()
    it_is.emulator:fault "GET /v1.0/policies/** status=403"
    assert.equal(1, it_is:run("drift").code)
  end)

  it("sends nothing that writes", function()
    drift_by_hand()
    it_is.emulator:fault "POST,PATCH,PUT,DELETE status=500"
    local outcome = it_is:run "drift -v"
    assert.equal(2, outcome.code)
    for method in outcome.err:gmatch "(%u+) http" do assert.equal("GET", method) end
    assert.truthy(outcome.err:find("GET http", 1, true))
  end)

  it("writes a page for people, with the same exit status", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    assert.equal(0, it_is:run("apply -y").code)
    local outcome = it_is:run "drift -o html"
    assert.equal(0, outcome.code)
    assert.truthy(outcome.out:find("No drift. What is live matches the declarations.", 1, true))
    it_is:declare(tenant.lifetimes { a = 9 })
    outcome = it_is:run "drift -o html"
    assert.equal(2, outcome.code)
    assert.truthy(outcome.out:find "^<!DOCTYPE html>\n.*</html>\n$")
    assert.truthy(outcome.out:find("Drift: 0 added, 1 changed, 0 removed.", 1, true))
  end)
end)
