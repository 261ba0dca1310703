local bylaw = require "bylaw"
local cjson = require "cjson"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local DECLARED = [[
tokenLifetimePolicy "one" {
  displayName = "one",
  definition = { AccessTokenLifetime = "8:00:00" },
}
tokenIssuancePolicy "two" { displayName = "two", definition = { SamlTokenVersion = "1.1" } }
]]

describe("bylaw export", function()
  local folder

  before_each(function()
    folder = shell.scratch()
    shell.write(folder .. "/made.lua", DECLARED)
    assert.equal(0, cli.spawn(folder, "create made.lua --local").code)
  end)
  after_each(function() shell.remove(folder) end)

  it("writes what is live to stdout, as declarations that are valid", function()
    local outcome = cli.spawn(folder, "export --local")
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    shell.write(folder .. "/policies.lua", outcome.out)
    assert.equal("Valid: 2 policies\n", cli.spawn(folder, "validate").out)
    local desired = assert(bylaw.load(folder .. "/policies.lua"))
    assert.same({ "tokenIssuancePolicy.two", "tokenLifetimePolicy.one" },
      { desired.policies[1].address, desired.policies[2].address })
  end)

  it("writes the kinds that are named, by any of their names", function()
    local outcome = cli.spawn(folder, "export --local token-lifetime --no-assignments")
    assert.equal([[
-- What is live, as bylaw export wrote it: bylaw plan finds nothing to do.

tokenLifetimePolicy "one" {
  displayName = "one",
  definition = { AccessTokenLifetime = "8:00:00" },
}
]], outcome.out)
    assert.equal(64, cli.spawn(folder, "export --local token-lifetim").code)
  end)

  it("writes a file, or one for each kind into a folder, and not over what is there", function()
    local outcome = cli.spawn(folder, "export --local --out policies/")
    assert.same({ 0, "" }, { outcome.code, outcome.out })
    assert.matches("\nwrote policies/tokenLifetimePolicy.lua\n$", outcome.err)
    assert.equal("Valid: 2 policies\n", cli.spawn(folder, "validate").out)
    outcome = cli.spawn(folder, "export --local --out made.lua")
    assert.same({ 1, "bylaw: made.lua is there already; --force writes over it\n" },
      { outcome.code, outcome.err })
    assert.equal(DECLARED, shell.read(folder .. "/made.lua"))
    assert.equal(0, cli.spawn(folder, "export --local --out made.lua --force").code)
    assert.not_equal(DECLARED, shell.read(folder .. "/made.lua"))
    assert.equal(1, cli.spawn(folder, "export --local --out none/made.lua").code)
  end)

  it("writes a page for people, to stdout or as one file", function()
    local outcome = cli.spawn(folder, "export --local -o html token-lifetime")
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    assert.truthy(outcome.out:find "^<!DOCTYPE html>\n.*</html>\n$")
    assert.truthy(outcome.out:find("<p class=\"lead\">1 policy.</p>", 1, true))
    assert.equal("wrote tenant.html\n",
      cli.spawn(folder, "export --local -o html token-lifetime --out tenant.html").err)
    assert.equal(outcome.out, shell.read(folder .. "/tenant.html"))
    outcome = cli.spawn(folder, "export --local -o html --out pages/")
    assert.same({ 1, "bylaw: a page is one file: name it without / at its end\n" },
      { outcome.code, outcome.err })
  end)

  it("writes a document for programs, to stdout or as a file for each kind", function()
    local document = cjson.decode(cli.spawn(folder, "export --local --json").out)
    assert.same({ "1.0", ".bylaw/local.db", 2 },
      { document.format_version, document.service, #document.policies })
    local one = document.policies[2]
    assert.same({ "tokenLifetimePolicy", "one", { Version = 1, AccessTokenLifetime = "8:00:00" },
      {} }, { one.kind, one.displayName, one.definition, one.assignedTo })
    document = cjson.decode(cli.spawn(folder, "export --local -o json --no-assignments").out)
    assert.is_nil(document.policies[2].assignedTo)
    assert.equal(0, cli.spawn(folder, "export --local -o json --out all/").code)
    document = cjson.decode(shell.read(folder .. "/all/tokenIssuancePolicy.json"))
    assert.equal("two", document.policies[1].displayName)
    assert.equal(0, #cjson.decode(shell.read(folder .. "/all/claimsMappingPolicy.json")).policies)
  end)

  it("tells programs what a policy is assigned to", function()
    local it_is = tenant.new()
    finally(function() it_is:stop() end)
    local carrier = it_is:make_carrier "Sales"
    it_is:declare(([[tokenLifetimePolicy "a" { displayName = "A",
      definition = { AccessTokenLifetime = "8:00:00" },
      assignTo = { servicePrincipal { appId = %q } } }]]):format(carrier.appId))
    assert.equal(0, it_is:run("apply -y").code)
    assert.same({ { type = "servicePrincipal", id = carrier.servicePrincipal,
      appId = carrier.appId, displayName = "Sales" } },
      cjson.decode(it_is:run("export -o json").out).policies[1].assignedTo)
  end)

  it("fails where the service cannot be read", function()
    local outcome = cli.spawn(folder, "export --endpoint http://127.0.0.1:9", "BYLAW_TOKEN=x")
    assert.equal(1, outcome.code)
    assert.equal("", outcome.out)
    assert.matches("^bylaw: reading what is live: ", outcome.err)
  end)
end)
