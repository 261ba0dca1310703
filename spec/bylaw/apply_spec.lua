local apply = require "bylaw.apply"
local bylaw = require "bylaw"
local desired = require "spec.support.desired"
local journal = require "bylaw.journal"
local live = require "bylaw.live"
local plan = require "bylaw.plan"
local shell = require "spec.support.shell"
local start = require("bylaw.emulator").start

local lifetime = desired.lifetime

describe("bylaw.apply", function()
  local emulator, client, hand, sent
  before_each(function()
    emulator, sent = assert(start {}), {}
    -- what others do meanwhile: a client waits for what it made itself to show
    hand = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token,
      on_event = function(event)
        if event.type == "request" then
          sent[#sent + 1] = event.method .. " " .. event.url:match "policies/?(.*)$"
        end
      end })
  end)
  after_each(function()
    client:close()
    hand:close()
    emulator:stop()
  end)

  local function plan_of(set) return assert(plan.make(set, assert(live.read(client, set)))) end

  local function states(outcome)
    local list = {}
    for i, result in ipairs(outcome.results) do
      list[i] = ("%s %s %s"):format(result.action, result.address:match "%.?([^.]+)$", result.state)
    end
    return list
  end

  --- The live policies: "name definition", in the order of their names.
  local function stored()
    local list = {}
    for i, one in ipairs(assert(client:list "tokenLifetimePolicy")) do
      list[i] = one.displayName .. " " .. one.definition.AccessTokenLifetime
    end
    table.sort(list)
    return list
  end

  local function id_of(name)
    for _, one in ipairs(assert(client:list "tokenLifetimePolicy")) do
      if one.displayName == name then return one.id end
    end
  end

  --- Creates, by hand, what is there before.
  local function make(name, hours, more)
    return assert(hand:create(lifetime(name, hours, more).policy)).id
  end

  it("makes what is live as declared, so that a plan is empty then", function()
    make("b", 1)
    make("c", 8)
    make("Contoso: gone", 8)
    local set = desired.set(lifetime("a", 8), lifetime("b", 2), lifetime("c", 8, { absent = true }))
    set.owns = { { kind = "tokenLifetimePolicy", displayName = "Contoso:*" } }
    local outcome = apply.run(client, plan_of(set))
    assert.same({ "create a done", "update b done", "delete c done",
      'delete tokenLifetimePolicy["Contoso: gone"] done' }, states(outcome))
    assert.same({ 1, 1, 2, 0, 0 }, { outcome.added, outcome.changed, outcome.removed,
      outcome.failed, outcome.left })
    assert.same({ "a 8:00:00", "b 2:00:00" }, stored())
    assert.same({}, plan_of(set).changes)
  end)

  it("tells the id of the request that made each change", function()
    local outcome = apply.run(client, plan_of(desired.set(lifetime("a", 8))))
    local result = outcome.results[1]
    assert.equal(id_of "a", result.id)
    assert.truthy(result.request_id:find "^%x+%-")
    assert.truthy(result.client_request_id:find "^%x+%-")
  end)

  it("sends only the properties that differ", function()
    local id = make("old", 8)
    local set = desired.set(lifetime("new", 8, { was = "old" }))
    sent = {}
    local made = plan_of(set)
    apply.run(client, made)
    assert.same({ "displayName" }, made.changes[1].properties)
    assert.equal("PATCH tokenLifetimePolicies/" .. id, sent[#sent])
    assert.equal(id, id_of "new")
  end)

  it("moves an organization default", function()
    make("old", 8, { isOrganizationDefault = true })
    local set = desired.set(lifetime("new", 8, { isOrganizationDefault = true }),
      lifetime("old", 8))
    local outcome = apply.run(client, plan_of(set))
    assert.same({ "create new done", "update old done" }, states(outcome))
    assert.same({}, plan_of(set).changes)
  end)

  it("leaves alone what has changed since the plan was made", function()
    make("a", 1)
    make("gone", 1)
    local removed = make("b", 1)
    local set = desired.set(lifetime("a", 8), lifetime("b", 8),
      lifetime("gone", 8, { absent = true }))
    local made = plan_of(set)
    assert(hand:update("tokenLifetimePolicy", id_of "a",
      { definition = { AccessTokenLifetime = "3:00:00" } }))
    assert(hand:update("tokenLifetimePolicy", id_of "gone", { displayName = "kept" }))
    assert(hand:delete("tokenLifetimePolicy", removed))
    local outcome = apply.run(client, made)
    assert.same({ "update a skipped", "update b skipped", "delete gone skipped" }, states(outcome))
    assert.equal("changed_since", outcome.results[1].err.code)
    assert.truthy(outcome.results[1].err.message:find("definition.AccessTokenLifetime", 1, true))
    assert.equal(3, outcome.failed)
    assert.same({ "a 3:00:00", "kept 1:00:00" }, stored())
  end)

  it("takes for done what somebody else has done meanwhile", function()
    make("a", 1)
    local gone = make("gone", 1)
    local made = plan_of(desired.set(lifetime("a", 8), lifetime("gone", 8, { absent = true })))
    assert(hand:update("tokenLifetimePolicy", id_of "a",
      { definition = { AccessTokenLifetime = "08:00:00" } }))
    assert(hand:delete("tokenLifetimePolicy", gone))
    local outcome = apply.run(client, made)
    assert.same({ "update a done", "delete gone done" }, states(outcome))
    assert.same({ "already", "already" }, { outcome.results[1].note, outcome.results[2].note })
  end)

  it("goes on with what does not need what failed, and skips what does", function()
    make("old", 8, { isOrganizationDefault = true })
    local set = desired.set(lifetime("new", 8, { isOrganizationDefault = true }),
      lifetime("old", 8), lifetime("other", 8))
    local made = plan_of(set)
    assert(hand:update("tokenLifetimePolicy", id_of "old", { displayName = "moved" }))
    local outcome = apply.run(client, made)
    assert.same({ "create new skipped", "update old skipped", "create other done" },
      states(outcome))
    assert.equal("not_reached", outcome.results[1].err.code)
    assert.equal("it needs tokenLifetimePolicy.old, which was not done",
      outcome.results[1].err.message)
    assert.same({ "moved 8:00:00", "other 8:00:00" }, stored())
  end)

  it("begins no more when it is to stop, finishes what is under way, and says what is left",
    function()
      local set = desired.set()
      for i = 1, 20 do set.policies[i] = lifetime("p" .. i, 8) end
      local ended = 0
      local outcome = apply.run(client, plan_of(set), {
        concurrency = 4,
        on_step = function(step) ended = step.ended end,
        is_stopping = function() return ended >= 5 end,
      })
      assert.equal(20, outcome.added + outcome.left)
      assert.equal(outcome.added, #stored())
      assert.is_true(outcome.added >= 5 and outcome.added <= 9, tostring(outcome.added))
      assert.equal("left", outcome.results[20].state)
    end)

  it("tells of each change when it begins and when it has ended", function()
    local told = {}
    apply.run(client, plan_of(desired.set(lifetime("a", 8), lifetime("b", 8))), {
      concurrency = 1,
      on_step = function(step)
        told[#told + 1] = ("%s %s %d/%d"):format(step.type, step.change.label, step.ended,
          step.total)
      end,
    })
    assert.same({ "start a 0/2", "end a 1/2", "start b 1/2", "end b 2/2" }, told)
  end)

  it("gives the client's on_event back", function()
    local before = client.on_event
    apply.run(client, plan_of(desired.set(lifetime("a", 8))))
    assert.equal(before, client.on_event)
  end)

  describe("of a saved plan", function()
    it("is refused once anything that the plan goes by has changed", function()
      make("b", 1)
      local set = desired.set(lifetime("a", 8), lifetime("b", 2))
      local made = plan.whole(plan_of(set), set)
      assert.is_true(apply.check(client, made))
      make("unrelated", 3)
      assert.is_true(apply.check(client, made))
      make("a", 8)
      local fresh, err = apply.check(client, made)
      assert.is_nil(fresh)
      assert.equal("stale", err.code)
      assert.same({ "tokenLifetimePolicy.a" }, err.addresses)
      make("a", 9)
      assert.equal("stale", select(2, apply.check(client, made)).code)
    end)

    it("names the first few changes that would be otherwise, and how many more", function()
      local all = {}
      for i = 1, 7 do all[i] = lifetime("p" .. i, 8) end
      local function message_of(count)
        local set = desired.set(table.unpack(all, 1, count))
        local made = plan.whole(plan_of(set), set)
        for _, change in ipairs(made.changes) do change.after.displayName = "edited" end
        return select(2, apply.check(client, made)).message:match "otherwise: (.*)%)$"
      end
      local five = "tokenLifetimePolicy.p1, tokenLifetimePolicy.p2, tokenLifetimePolicy.p3, "
        .. "tokenLifetimePolicy.p4, tokenLifetimePolicy.p5"
      assert.equal(five, message_of(5))
      assert.equal(five .. " and 2 more", message_of(7))
    end)

    it("is refused for another service", function()
      local set = desired.set(lifetime("a", 8))
      local made = plan.whole(plan_of(set), set)
      made.service = "https://elsewhere"
      assert.equal(("the plan is for https://elsewhere, and this is %s"):format(emulator.url),
        select(2, apply.check(client, made)).message)
    end)
  end)

  describe("with a journal", function()
    local folder, book, run
    before_each(function()
      folder = shell.scratch()
      book = assert(journal.open(folder .. "/journal.db"))
      run = assert(book:begin { service = emulator.url, who = "w", version = "0" })
    end)
    after_each(function()
      journal.now = os.time
      book:close()
      shell.remove(folder)
    end)

    local function with_journal(made, consistency)
      return apply.run(client, made, { journal = book, run = run, consistency = consistency or 60 })
    end

    it("writes down what was done", function()
      make("b", 1)
      with_journal(plan_of(desired.set(lifetime("a", 8), lifetime("b", 2))))
      local list = {}
      for i, step in ipairs(book:steps(run)) do
        list[i] = ("%s %s %s %s"):format(step.action, step.name, step.state, step.policy_id)
      end
      table.sort(list)
      assert.same({ "create a done " .. id_of "a", "update b done " .. id_of "b" }, list)
    end)

    it("adopts what a killed apply had made, though the plan did not see it", function()
      local set = desired.set(lifetime("a", 8))
      local made = plan_of(set)
      book:intend(run, made.changes[1])
      local id = make("a", 8)
      sent = {}
      local outcome = with_journal(made)
      assert.same({ "create a done" }, states(outcome))
      assert.equal("adopted", outcome.results[1].note)
      assert.equal(id, outcome.results[1].id)
      assert.same({ "GET tokenLifetimePolicies" }, sent)
      assert.equal("done", book:steps(run)[1].state)
    end)

    it("brings what it adopts to what is declared now", function()
      local made = plan_of(desired.set(lifetime("a", 9)))
      book:intend(run, made.changes[1])
      make("a", 8)
      assert.equal("adopted", with_journal(made).results[1].note)
      assert.same({ "a 9:00:00" }, stored())
    end)

    it("knows by its id what was made and does not show in the list", function()
      local made = plan_of(desired.set(lifetime("a", 8)))
      local id = make("renamed meanwhile", 8)
      book:settle(book:intend(run, made.changes[1]), { state = "done", id = id })
      assert.equal(id, with_journal(made).results[1].id)
      assert.same({ "a 8:00:00" }, stored())
    end)

    it("creates when what was under way cannot show any more", function()
      local made = plan_of(desired.set(lifetime("a", 8)))
      local clock = os.time()
      journal.now = function() return clock end
      book:intend(run, made.changes[1])
      clock = clock + 61
      local outcome = with_journal(made)
      assert.is_nil(outcome.results[1].note)
      assert.same({ "a 8:00:00" }, stored())
    end)

    it("waits as long as what was under way may still show", function()
      local made = plan_of(desired.set(lifetime("a", 8)))
      book:intend(run, made.changes[1])
      local began = os.time()
      with_journal(made, 1)
      assert.is_true(os.time() - began >= 1)
      assert.same({ "a 8:00:00" }, stored())
    end)

    it("never guesses which of two was made", function()
      local made = plan_of(desired.set(lifetime("a", 8)))
      book:intend(run, made.changes[1])
      make("a", 8)
      make("a", 8)
      local outcome = with_journal(made)
      assert.same({ "create a failed" }, states(outcome))
      assert.equal("ambiguous", outcome.results[1].err.code)
    end)

    it("makes nothing whose intent cannot be written", function()
      local made = plan_of(desired.set(lifetime("a", 8)))
      book:close()
      local outcome = with_journal(made)
      assert.same({ "create a failed" }, states(outcome))
      assert.equal("journal", outcome.results[1].err.code)
      assert.same({}, stored())
    end)

    it("holds no token and no definition", function()
      with_journal(plan_of(desired.set(lifetime("a", 8))))
      book:close()
      local bytes = shell.read(folder .. "/journal.db")
      for _, name in ipairs { "/journal.db-wal" } do
        if shell.exists(folder .. name) then bytes = bytes .. shell.read(folder .. name) end
      end
      assert.is_nil(bytes:find(emulator.token, 1, true))
      assert.is_nil(bytes:find("AccessTokenLifetime", 1, true))
      assert.truthy(bytes:find("tokenLifetimePolicy.a", 1, true))
    end)
  end)
end)
