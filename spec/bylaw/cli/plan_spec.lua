local cjson = require "cjson"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local HEAD = "Actions are indicated with the following symbols:\n"

describe("bylaw plan", function()
  local it_is
  before_each(function() it_is = tenant.new() end)
  after_each(function() it_is:stop() end)

  it("shows what apply would do, does nothing, and exits 0", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "plan"
    assert.equal(0, outcome.code)
    assert.equal(HEAD .. [[
  + create

bylaw will perform the following actions in ]] .. it_is.emulator.url .. [[:

  # tokenLifetimePolicy.a will be created
  + tokenLifetimePolicy
      + displayName: "a"
      + definition.Version: 1
      + definition.AccessTokenLifetime: "8:00:00"

Plan: 1 to add, 0 to change, 0 to destroy.
]], outcome.out)
    assert.equal("", outcome.err)
    assert.same({}, it_is:stored())
  end)

  it("exits 2 for changes and 0 for none, where that is asked for", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    assert.equal(2, it_is:run("plan --detailed-exitcode").code)
    assert.equal(0, it_is:run("apply -y").code)
    local outcome = it_is:run "plan --detailed-exitcode"
    assert.equal(0, outcome.code)
    assert.equal("No changes. Your infrastructure matches the configuration.\n", outcome.out)
  end)

  it("plans nothing where a read fails: what is not known is not absent", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    it_is.emulator:fault "GET /v1.0/policies/** status=403"
    local outcome = it_is:run "plan --detailed-exitcode"
    assert.equal(1, outcome.code)
    assert.equal("", outcome.out)
    assert.truthy(outcome.err:find("reading policies of the kind tokenLifetimePolicy", 1, true))
  end)

  it("shows what is wrong with the declarations at their places, and exits 1", function()
    it_is:declare [[
tokenLifetimePolicy "a" { displayName = "a", definition = { AccessTokenLifetime = "24:00:00" } }]]
    local outcome = it_is:run "plan"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("^policies%.lua:1:%d+: error%[out_of_range%]"), outcome.err)
  end)

  it("shows what does not fit what is live at its place, and exits 1", function()
    it_is:declare('\ntokenLifetimePolicy "a" { displayName = "a", id = "'
      .. ("1"):rep(8) .. '", definition = { AccessTokenLifetime = "8:00:00" } }')
    local outcome = it_is:run "plan"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("^policies%.lua:2:1: error%[no_such_id%]"), outcome.err)
  end)

  it("asks the rules across objects", function()
    it_is:declare [[
tokenLifetimePolicy "a" { displayName = "x", definition = { AccessTokenLifetime = "8:00:00" } }
tokenLifetimePolicy "b" { displayName = "x", definition = { AccessTokenLifetime = "8:00:00" } }]]
    local outcome = it_is:run "plan"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("error[duplicate_name]", 1, true))
  end)

  it("writes Terraform's stream for programs", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "plan -o json"
    local types = {}
    for line in outcome.out:gmatch "[^\n]+" do
      local object = cjson.decode(line)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$", object["@timestamp"])
      types[#types + 1] = object.type
    end
    assert.same({ "version", "planned_change", "change_summary" }, types)
  end)

  it("writes a page for people, and nothing else", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "plan -o html --out next.plan --detailed-exitcode"
    assert.equal(2, outcome.code)
    assert.equal("", outcome.err:gsub("^\nSaved to next.plan[^\n]*\n$", ""))
    assert.truthy(outcome.out:find "^<!DOCTYPE html>\n.*</html>\n$")
    assert.truthy(outcome.out:find("Plan: 1 to add, 0 to change, 0 to destroy.", 1, true))
  end)

  it("paints only where it is asked to, or on a terminal", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    assert.is_nil(it_is:run("plan").out:find("\27", 1, true))
    assert.truthy(it_is:run("plan --color always").out:find("\27[32m+\27[0m", 1, true))
    assert.truthy((it_is:terminal "plan"):find("\27[32m+\27[0m", 1, true))
    assert.is_nil((it_is:terminal "plan --color never"):find("\27", 1, true))
  end)

  it("saves the plan for its owner alone, and says how to apply it", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "plan --out next.plan"
    assert.equal(0, outcome.code)
    assert.equal("\nSaved to next.plan. To do exactly this: bylaw apply next.plan\n", outcome.err)
    assert.equal("600\n", shell.must("stat -c %%a '%s/next.plan'", it_is.folder))
    local document = cjson.decode(shell.read(it_is.folder .. "/next.plan"))
    assert.equal("1.0", document.format_version)
    assert.equal("8:00:00",
      document.resource_changes[1].change.after.definition.AccessTokenLifetime)
    assert.is_nil(shell.read(it_is.folder .. "/next.plan"):find(it_is.emulator.token, 1, true))
  end)

  it("saves the same bytes for the same inputs", function()
    it_is:declare(tenant.lifetimes { a = 8, b = 2, c = 3 })
    it_is:run "plan --out one.plan"
    it_is:run "plan --out other.plan"
    assert.equal(shell.read(it_is.folder .. "/one.plan"),
      shell.read(it_is.folder .. "/other.plan"))
  end)

  it("says so where the plan cannot be saved, and exits 1", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "plan --out no/next.plan"
    assert.equal(1, outcome.code)
    assert.equal('bylaw: the plan "no/next.plan" cannot be written there\n', outcome.err)
  end)

  it("needs no service with --local", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = cli.spawn(it_is.folder, "plan --local --detailed-exitcode")
    assert.equal(2, outcome.code)
    assert.truthy(outcome.out:find("actions in .bylaw/local.db:", 1, true))
  end)

  for _, arguments in ipairs { "plan --concurrency 0", "plan --concurrency x", "plan --what" } do
    it("exits 64 for " .. arguments, function()
      assert.equal(64, it_is:run(arguments).code)
    end)
  end

  it("exits 64 where there are no declarations", function()
    local outcome = it_is:run "plan"
    assert.equal(64, outcome.code)
    assert.truthy(outcome.err:find("neither policies.lua nor policies/*.lua", 1, true))
  end)
end)
