local cjson = require "cjson"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local function lines_of(outcome)
  local list = {}
  for line in outcome.out:gmatch "[^\n]+" do list[#list + 1] = cjson.decode(line) end
  return list
end

describe("bylaw apply", function()
  local it_is
  before_each(function() it_is = tenant.new() end)
  after_each(function() it_is:stop() end)

  local function hours()
    local found = {}
    for name, definition in pairs(it_is:stored()) do
      found[name] = definition.AccessTokenLifetime
    end
    return found
  end

  it("does nothing without a terminal to ask on, and exits 1", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "apply"
    assert.equal(1, outcome.code)
    assert.equal("", outcome.out)
    assert.equal("bylaw: there is no terminal to ask on: say --auto-approve to apply without being "
      .. "asked, or apply a saved plan\n", outcome.err)
    assert.equal(1, it_is:run("apply -o json").code)
    assert.same({}, hours())
    assert.is_false(shell.exists(it_is.folder .. "/.bylaw"))
  end)

  for _, flag in ipairs { "--auto-approve", "-y", "--yes" } do
    it("does not ask with " .. flag, function()
      it_is:declare(tenant.lifetimes { a = 8 })
      local outcome = it_is:run("apply " .. flag)
      assert.equal(0, outcome.code)
      assert.truthy(outcome.out:find("Plan: 1 to add, 0 to change, 0 to destroy.\n\n"
        .. "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n", 1, true))
      assert.truthy(outcome.err:find(
        "^tokenLifetimePolicy%.a: Creation complete after 0s %[id=%x+"))
      assert.same({ a = "8:00:00" }, hours())
    end)
  end

  it("asks on a terminal, and takes nothing but yes for it", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local shown, code = it_is:terminal("apply", "y\n")
    assert.equal(1, code)
    assert.truthy(shown:find("Only 'yes' will be accepted to approve.", 1, true))
    assert.truthy(shown:find("in " .. it_is.emulator.url, 1, true))
    assert.truthy(shown:find("Apply cancelled: nothing was done.", 1, true))
    assert.same({}, hours())
    shown, code = it_is:terminal("apply", "yes\n")
    assert.equal(0, code)
    assert.truthy(shown:find("Apply complete! Resources: 1 added", 1, true))
    assert.same({ a = "8:00:00" }, hours())
  end)

  it("shows a bar on a terminal", function()
    local many = {}
    for i = 1, 60 do many["p" .. i] = 8 end
    it_is:declare(tenant.lifetimes(many))
    it_is.emulator:fault "POST delay=40"
    local shown, code = it_is:terminal "apply -y --concurrency 4"
    assert.equal(0, code)
    assert.truthy(shown:find "%[=+>? *%] %d+/60  %d+%.%d/s  %d+s left")
    assert.is_nil((it_is:terminal "plan"):find("left", 1, true))
  end)

  it("says that there is nothing to do", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    it_is:run "apply -y"
    local outcome = it_is:run "apply -y"
    assert.equal(0, outcome.code)
    assert.equal("No changes. Your infrastructure matches the configuration.\n\n"
      .. "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n", outcome.out)
  end)

  it("carries out a saved plan without asking, and refuses it once it is stale", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    it_is:run "plan --out next.plan"
    it_is:declare(tenant.lifetimes { b = 8 })
    assert.equal(0, it_is:run("apply next.plan").code)
    assert.same({ a = "8:00:00" }, hours())
    local outcome = it_is:run "apply next.plan"
    assert.equal(1, outcome.code)
    assert.equal("bylaw: the plan is stale, since what it saw has changed; plan again (it would "
      .. "now be otherwise: tokenLifetimePolicy.a)\n", outcome.err)
  end)

  it("refuses a file that is no plan, or that was edited", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    shell.write(it_is.folder .. "/x.plan", '{"format_version":"1.0"}')
    assert.truthy(it_is:run("apply x.plan").err:find("this is no plan of bylaw", 1, true))
    shell.write(it_is.folder .. "/x.plan", "{")
    assert.equal(1, it_is:run("apply x.plan").code)
    it_is:run "plan --out next.plan"
    local edited = shell.read(it_is.folder .. "/next.plan"):gsub("8:00:00", "9:00:00", 1)
    shell.write(it_is.folder .. "/next.plan", edited)
    edited = shell.read(it_is.folder .. "/next.plan"):gsub('"needs": %[%]', '"needs": ["x"]')
    shell.write(it_is.folder .. "/next.plan", edited)
    assert.equal(1, it_is:run("apply next.plan").code)
    assert.same({}, hours())
  end)

  it("goes on after a failure, tells it with its request, and exits 1", function()
    it_is:declare(tenant.lifetimes { a = 8, b = 8, c = 8 })
    it_is.emulator:fault "POST /v1.0/policies/** status=403 count=1"
    local outcome = it_is:run "apply -y --concurrency 1"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("tokenLifetimePolicy%.a: failed: "))
    assert.truthy(outcome.err:find("\n  403 Authorization_RequestDenied\n  request%-id %x+%-"))
    assert.truthy(outcome.out:find("Apply incomplete: 1 failed or skipped. Resources: 2 added, "
      .. "0 changed, 0 destroyed.\n", 1, true))
    assert.same({ b = "8:00:00", c = "8:00:00" }, hours())
    assert.equal(0, it_is:run("apply -y").code)
    assert.same({ a = "8:00:00", b = "8:00:00", c = "8:00:00" }, hours())
  end)

  it("assigns, moves and removes assignments, and waits out replication", function()
    local hr, sales = it_is:make_carrier "HR", it_is:make_carrier "Sales"
    local function declare(targets)
      it_is:declare(('tokenLifetimePolicy "a" { displayName = "a", definition = { '
        .. 'AccessTokenLifetime = "8:00:00" }, assignTo = { %s } }'):format(targets))
    end
    local function carriers()
      local list = {}
      for i, one in ipairs(it_is.client:applies_to(
        it_is.client:list("tokenLifetimePolicy")[1])) do
        list[i] = one.type .. " " .. one.displayName
      end
      table.sort(list)
      return list
    end
    declare(('servicePrincipal { appId = "%s" }, application { displayName = "Sales" }'):format(
      hr.appId))
    it_is.emulator:lag(700)
    local outcome = it_is:run "apply -y --consistency 20"
    it_is.emulator:lag(0)
    assert.equal(0, outcome.code, outcome.err)
    os.execute "sleep 0.8"
    assert.same({ "application Sales", "servicePrincipal HR" }, carriers())
    assert.truthy(it_is:run("plan").out:find("No changes.", 1, true))
    declare(('servicePrincipal "%s"'):format(sales.servicePrincipal))
    outcome = it_is:run "apply -y"
    assert.truthy(outcome.out:find("1 added, 0 changed, 2 destroyed.", 1, true), outcome.err)
    assert.same({ "servicePrincipal Sales" }, carriers())
  end)

  it("writes Terraform's stream for programs", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = it_is:run "apply -y -o json"
    local types, list = {}, lines_of(outcome)
    for i, one in ipairs(list) do types[i] = one.type end
    assert.same({ "version", "planned_change", "change_summary", "apply_start", "apply_complete",
      "change_summary" }, types)
    assert.matches("^%x+%-", list[5].hook.request_id)
    assert.equal("apply", list[6].changes.operation)
    assert.equal("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.",
      list[6]["@message"])
    assert.equal("", outcome.err)
  end)

  it("finishes what is under way on an interrupt, says what is left, and exits 130", function()
    local many = {}
    for i = 1, 40 do many["p" .. i] = 8 end
    it_is:declare(tenant.lifetimes(many))
    it_is.emulator:fault "POST delay=150"
    local outcome = cli.interrupt(it_is.folder, "apply -y --concurrency 2", it_is:env(), "INT",
      function() return next(it_is:stored()) ~= nil end)
    assert.equal(130, outcome.code, outcome.err)
    local left = select(2, outcome.err:gsub("\nnot begun: tokenLifetimePolicy", ""))
    local added = tonumber(outcome.out:match "Resources: (%d+) added")
    assert.truthy(outcome.err:find("Interrupt received", 1, true))
    assert.is_true(left > 0 and added > 0)
    assert.equal(40, left + added)
    local count = 0
    for _ in pairs(it_is:stored()) do count = count + 1 end
    assert.equal(added, count)
    it_is.emulator:calm()
    assert.equal(0, it_is:run("apply -y").code)
    assert.equal("No changes. Your infrastructure matches the configuration.\n",
      it_is:run("plan").out)
  end)

  describe("twice at once", function()
    --- Runs one in the background and the other meanwhile: its outcome, and that of the first.
    local function both(arguments)
      local many = {}
      for i = 1, 30 do many["p" .. i] = 8 end
      it_is:declare(tenant.lifetimes(many))
      it_is.emulator:fault "POST delay=50"
      local first = io.popen(("{ %s\n} >'%s/one' 2>&1; echo $? >'%s/code'"):format(
        cli.line(it_is.folder, "apply -y --concurrency 1", it_is:env()), it_is.folder,
        it_is.folder), "w")
      for _ = 1, 100 do
        if next(it_is:stored()) then break end
        os.execute "sleep 0.05"
      end
      local outcome = it_is:run("apply -y " .. arguments)
      first:close()
      return outcome, tonumber(shell.read(it_is.folder .. "/code"))
    end

    it("refuses, says who is at work since when, and exits 1", function()
      local outcome, code = both ""
      assert.equal(1, outcome.code)
      assert.matches("^bylaw: another apply is at work with the journal %.bylaw/journal%.db: "
        .. "%S+@%S+ %(process %d+%) since %d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ, in http://",
        outcome.err)
      assert.equal(0, code)
      local count = 0
      for _ in pairs(it_is:stored()) do count = count + 1 end -- none is there twice
      assert.equal(30, count)
    end)

    it("is for one of those that begin in the same moment, and makes nothing twice", function()
      local many = {}
      for i = 1, 30 do many["p" .. i] = 8 end
      it_is:declare(tenant.lifetimes(many))
      local line = cli.line(it_is.folder, "apply -y -q", it_is:env())
      local parts = {}
      for i = 1, 4 do
        parts[i] = ("( %s\n) >'%s/out%d' 2>&1 & "):format(line, it_is.folder, i)
      end
      shell.must("{ %s\n} </dev/null; wait", table.concat(parts))
      local made = 0
      for i = 1, 4 do
        local text = shell.read(("%s/out%d"):format(it_is.folder, i))
        local added = tonumber(text:match "Resources: (%d+) added")
        made = made + (added or 0)
        if not added then assert.matches("^bylaw: another apply is at work", text) end
      end
      assert.equal(30, made)
      local count = 0
      for _ in pairs(it_is:stored()) do count = count + 1 end
      assert.equal(30, count)
    end)

    it("waits with --lock-timeout, and then has nothing to do", function()
      local outcome, code = both "--lock-timeout 60"
      assert.equal(0, outcome.code, outcome.err)
      assert.equal(0, code)
      assert.truthy(outcome.out:find("Resources: 0 added, 0 changed, 0 destroyed", 1, true))
    end)
  end)

  it("keeps its journal where it is told to", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    assert.equal(0, it_is:run("apply -y --journal j.db").code)
    assert.is_true(shell.exists(it_is.folder .. "/j.db"))
    assert.is_false(shell.exists(it_is.folder .. "/.bylaw"))
    shell.write(it_is.folder .. "/bad.db", "no journal")
    local outcome = it_is:run "apply -y --journal bad.db"
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("the journal bad.db cannot be used", 1, true))
  end)

  it("has no token in any file that it writes", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    it_is:run "plan --out p.plan"
    it_is:run "apply p.plan"
    assert.equal("", (shell.run("grep -rl '%s' '%s'", it_is.emulator.token, it_is.folder)))
  end)

  for _, arguments in ipairs { "apply --lock-timeout x", "apply --consistency -1", "apply --what" }
  do
    it("exits 64 for " .. arguments, function()
      assert.equal(64, it_is:run(arguments).code)
    end)
  end

  it("exits 1 where the service cannot be reached", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    local outcome = cli.spawn(it_is.folder, "apply -y",
      "BYLAW_ENDPOINT=http://127.0.0.1:1 BYLAW_TOKEN=t")
    assert.equal(1, outcome.code)
    assert.truthy(outcome.err:find("reading policies of the kind tokenLifetimePolicy", 1, true))
  end)
end)
