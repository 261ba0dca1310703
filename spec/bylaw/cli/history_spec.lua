local cjson = require "cjson"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

describe("bylaw history", function()
  local it_is
  before_each(function() it_is = tenant.new() end)
  after_each(function() it_is:stop() end)

  local function apply_twice()
    it_is:declare(tenant.lifetimes { a = 8 })
    it_is:run "apply -y"
    it_is:declare(tenant.lifetimes { a = 7, b = 8 })
    it_is.emulator:fault "POST /v1.0/policies/** status=403 count=1"
    it_is:run "apply -y"
  end

  it("says that there was none", function()
    local outcome = it_is:run "history"
    assert.equal(0, outcome.code)
    assert.equal("nothing was applied here: there is no journal\n", outcome.err)
    assert.is_false(shell.exists(it_is.folder .. "/.bylaw"))
  end)

  it("shows the applies, the last first", function()
    apply_twice()
    local outcome = it_is:run "history"
    assert.equal(0, outcome.code)
    local rows = {}
    for line in outcome.out:gmatch "[^\n]+" do
      rows[#rows + 1] = line:gsub("%d+%-%d+%-%d+T%S+", "TIME"):gsub("%S+@%S+", "WHO")
        :gsub("http://%S+", "URL"):gsub(" +", " ")
    end
    assert.same({ "RUN BEGAN STATE ADDED CHANGED DESTROYED WHO SERVICE",
      "2 TIME failed 0 1 0 WHO URL", "1 TIME done 1 0 0 WHO URL" }, rows)
    assert.equal(2, select(2, it_is:run("history -n 1").out:gsub("\n", "")))
  end)

  it("shows what one did, with the requests", function()
    apply_twice()
    local outcome = it_is:run "history 2"
    assert.equal(0, outcome.code)
    assert.matches("^Run 2: failed, by %S+@%S+, bylaw %S+, in http://", outcome.out)
    assert.matches("\n%S+Z +done +update +tokenLifetimePolicy.a +%x+%-", outcome.out)
    assert.matches("\n%S+Z +failed +create +tokenLifetimePolicy.b +%x+%-%S+  %S", outcome.out)
  end)

  it("reads the journal that it is told", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    it_is:run "apply -y --journal elsewhere.db"
    local outcome = it_is:run "history --journal elsewhere.db"
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    assert.matches("\n1 ", outcome.out)
    assert.equal("", it_is:run("history").out)
  end)

  it("tells programs", function()
    apply_twice()
    local runs = cjson.decode(it_is:run("history -o json").out)
    assert.equal("1.0", runs.format_version)
    assert.equal(2, #runs.runs)
    local one = cjson.decode(it_is:run("history 2 -o json").out)
    assert.equal("failed", one.state)
    assert.equal(2, #one.steps)
    assert.matches("^%d+%-%d+%-%d+T", one.steps[1].at)
  end)

  it("exits 1 for a run that there is not, and for what is no journal", function()
    apply_twice()
    local outcome = it_is:run "history 3"
    assert.equal(1, outcome.code)
    assert.equal("bylaw: there is no run 3 in the journal\n", outcome.err)
    shell.write(it_is.folder .. "/x.db", ("no journal "):rep(20))
    assert.equal(1, it_is:run("history --journal x.db").code)
    assert.equal(64, it_is:run("history x").code)
  end)
end)
