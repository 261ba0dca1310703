--- An apply that is killed anywhere and run again comes to what is declared: no policy twice, no
--- assignment lost. BYLAW_KILLS=100 is the long form.
local bylaw = require "bylaw"
local cjson = require "cjson"
local cli = require "spec.support.cli"
local journal = require "bylaw.journal"
local random = require "spec.support.random"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local KILLS = tonumber(os.getenv "BYLAW_KILLS") or 10
local POLICIES = tonumber(os.getenv "BYLAW_KILLED_POLICIES") or 200

--- Declarations of many policies, each assigned to a service principal of its own.
local SOURCE = [[
for i, id in ipairs { %s } do
  tokenLifetimePolicy("p" .. i) {
    displayName = ("Policy %%d"):format(i),
    definition = { AccessTokenLifetime = ("%%d:%%02d:00"):format(i %% 22 + 1, i %% 60) },
    assignTo = { servicePrincipal(id) },
  }
end
owns { "tokenLifetimePolicy", displayName = "Policy *" }
]]

describe("bylaw apply, killed", function()
  local it_is, principals
  setup(function()
    it_is = tenant.new()
    principals = {}
    for i = 1, POLICIES do
      principals[i] = ("%q"):format(it_is:make_carrier("App " .. i).servicePrincipal)
    end
    it_is:declare(SOURCE:format(table.concat(principals, ", ")))
  end)
  teardown(function() it_is:stop() end)

  -- What is written shows at once here, so there is not long to look for it.
  local COMMAND = "apply -y --consistency 0.3"

  --- Starts an apply and kills it after some time: whether it was still at work.
  local function kill_after(seconds)
    local _, code = shell.run("timeout -s KILL %.3f sh -c %s >/dev/null 2>&1", seconds,
      cli.quote("exec " .. cli.line(it_is.folder, COMMAND, it_is:env()):gsub("^cd (.-) && env",
        "env -C %1")))
    return code == 137
  end

  --- Removes all policies, and what they are assigned to with them.
  local function empty()
    assert(bylaw.map(assert(it_is.client:list("tokenLifetimePolicy")), function(one)
      return it_is.client:delete("tokenLifetimePolicy", one.id)
    end))
    shell.remove(it_is.folder .. "/.bylaw")
  end

  --- Counts what is there: each policy once, each with its one target.
  local function check(note)
    local policies = assert(it_is.client:list "tokenLifetimePolicy")
    local carriers = assert(bylaw.map(policies, function(one)
      return it_is.client:applies_to(one)
    end))
    local seen = {}
    for i, one in ipairs(policies) do
      assert.is_nil(seen[one.displayName], note .. one.displayName)
      seen[one.displayName] = true
      assert.equal(1, #carriers[i], note .. one.displayName)
      local number = tonumber(one.displayName:match "%d+")
      assert.equal(principals[number], ("%q"):format(carriers[i][1].id), note)
    end
    assert.equal(POLICIES, #policies, note)
  end

  local function rerun(note)
    local outcome = it_is:run(COMMAND)
    assert.equal(0, outcome.code, note .. outcome.err)
    return outcome
  end

  it(("comes to what is declared, %d times"):format(KILLS), function()
    local seed = random.seed()
    local r = random.new(seed)
    local began = bylaw.tasks.now()
    rerun "whole: "
    local whole, killed = bylaw.tasks.now() - began, 0
    check "whole: "
    for kill = 1, KILLS do
      local note = ("seed %d, kill %d: "):format(seed, kill)
      empty()
      if kill_after(whole * r:int(5, 100) / 100) then killed = killed + 1 end
      rerun(note)
      check(note)
    end
    assert.is_true(killed >= KILLS // 2, ("%d of %d were at work when they were killed"):format(
      killed, KILLS))
  end)

  it("makes nothing twice though no list shows it yet", function()
    empty()
    it_is.emulator:lag(1500)
    local path = it_is.folder .. "/.bylaw/journal.db"
    cli.interrupt(it_is.folder, "apply -y --consistency 3", it_is:env(), "KILL", function()
      if not shell.exists(path) then return false end
      local book <close> = assert(journal.open(path))
      local done = 0
      for _, step in ipairs(book:steps(1)) do
        if step.state == "done" then done = done + 1 end
      end
      return done > 2
    end)
    local outcome = it_is:run "apply -y --consistency 3 -o json"
    it_is.emulator:lag(0)
    assert.equal(0, outcome.code, outcome.err)
    local adopted = 0
    for line in outcome.out:gmatch "[^\n]+" do
      local one = cjson.decode(line)
      if one.hook and one.hook.note == "adopted" then adopted = adopted + 1 end
    end
    os.execute "sleep 1.6"
    check ""
    assert.is_true(adopted > 0, "nothing had been made before the kill")
  end)
end)
