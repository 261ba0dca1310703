local bylaw = require "bylaw"
local core = require "bylaw.core"
local scripted = require "spec.support.scripted"
local tasks = require "bylaw.tasks"

local answer, refusal, lost = scripted.answer, scripted.refusal, scripted.lost

local TEXT = [[{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}]]

local function id(n) return ("00000000-0000-4000-8000-%012d"):format(n) end

local function policy(name, more)
  local p = { displayName = name or "one", definition = { AccessTokenLifetime = "8:00:00" } }
  for key, value in pairs(more or {}) do p[key] = value end
  return bylaw.tokenLifetimePolicy(p)
end

local function stored(n, more)
  local p = { id = id(n), displayName = "one", definition = { TEXT },
    isOrganizationDefault = false }
  for key, value in pairs(more or {}) do p[key] = value end
  return p
end

local function list(...)
  local items = { ... }
  return answer(200, #items == 0 and '{"value":[]}' or { value = items })
end

local function methods(s)
  local words = {}
  for i, call in ipairs(s.calls) do words[i] = call.method end
  return table.concat(words, " ")
end

describe("client:create, when the answer is lost,", function()
  for name, failure in pairs {
    ["a cut connection"] = lost("cut", true),
    ["a cut answer"] = lost("cut", true, 201),
    ["a timeout"] = lost("timeout", true),
    ["an answer that is no HTTP"] = lost("bad_answer", true),
    ["500"] = refusal(500, "x"), ["503"] = refusal(503, "x"), ["504"] = refusal(504, "x"),
    ["a 201 of HTML"] = answer(201, "<html>"), ["an empty 201"] = answer(201, ""),
    ["a 201 without an id"] = answer(201, { displayName = "one" }),
  } do
    it("takes the policy that it finds for its own: " .. name, function()
      local s = scripted.new { failure, list(stored(1, { displayName = "other" }), stored(7)) }
      local p = assert(s.client:create(policy()))
      assert.same({ id(7), "8:00:00" }, { p.id, p.definition.AccessTokenLifetime })
      assert.same({ "POST GET", { 5 }, { "lost", "found" } },
        { methods(s), s.sleeps, scripted.types(s) })
      assert.equal("tokenLifetimePolicy", p.kind)
    end)
  end

  it("knows it by its meaning, whatever the service made of the text", function()
    local text = [[{ "TokenLifetimePolicy" : { "AccessTokenLifetime":"08:00:00", "Version":1 } }]]
    local s = scripted.new { lost("cut", true), list(
      stored(1, { definition = { (TEXT:gsub("8:00", "9:00")) } }),
      stored(2, { isOrganizationDefault = true }), stored(3, { definition = { text } })) }
    assert.equal(id(3), s.client:create(policy()).id)
  end)

  it("looks until replication can hide nothing any more, and only then sends again", function()
    local s = scripted.new(function(call, n)
      if call.method == "GET" then return list() end
      return n == 1 and lost("cut", true) or answer(201, stored(9))
    end)
    assert.equal(id(9), s.client:create(policy()).id)
    local last = s.calls[#s.calls]
    assert.same({ "POST", "GET" }, { last.method, s.calls[#s.calls - 1].method })
    assert.is_true(s.calls[#s.calls - 1].at >= 120)
    assert.same({ "lost", "absent" }, scripted.types(s))
    assert.same({ 5, 10, 20, 35, 55, 75, 95, 115, 135 }, (function()
      local at = {}
      for i = 2, #s.calls - 1 do at[i - 1] = s.calls[i].at end
      return at
    end)())
  end)

  it("finds what a list shows late", function()
    local s = scripted.new(function(call, n)
      if n == 1 then return lost("timeout", true) end
      return call.at < 70 and list() or list(stored(4))
    end)
    assert.equal(id(4), s.client:create(policy()).id)
    assert.equal(75, s.calls[#s.calls].at)
  end)

  it("waits no longer than `consistency` says", function()
    local s = scripted.new(function(call, n)
      if call.method == "GET" then return list() end
      return n == 1 and lost("cut", true) or answer(201, stored(9))
    end, { consistency = 8 })
    assert.is_table((s.client:create(policy())))
    assert.near(8, s.calls[#s.calls].at, 2)
  end)

  it("neither looks nor sends again where `consistency` is 0", function()
    local s = scripted.new({ lost("cut", true) }, { consistency = 0 })
    local p, err = s.client:create(policy())
    assert.same({ nil, "cut", true, "POST" }, { p, err.code, err.sent, methods(s) })
  end)

  it("does not take one that was there before for its own", function()
    local s = scripted.new(function(call, n)
      if call.method == "GET" then return list(stored(1), stored(2)) end
      return n == 2 and lost("cut", true) or answer(201, stored(9))
    end)
    s.client:list "tokenLifetimePolicy"
    s.time = s.time + 1
    assert.equal(id(9), s.client:create(policy()).id)
    s = scripted.new(function(call, n)
      if call.method == "GET" then return list(stored(1)) end
      return n == 1 and lost("cut", true) or answer(201, stored(9))
    end)
    assert.equal(id(9), s.client:create(policy(), { known = { [id(1)] = true } }).id)
  end)

  it("does not take one that it has made before for its own", function()
    local s = scripted.new(function(call, n)
      if call.method == "GET" then return list(stored(1), stored(2)) end
      return n == 1 and answer(201, stored(1)) or lost("cut", true)
    end)
    assert.equal(id(1), s.client:create(policy()).id)
    assert.equal(id(2), s.client:create(policy()).id)
  end)

  it("stops and names them where several are what was asked for", function()
    local s = scripted.new { lost("cut", true), list(stored(1), stored(2)) }
    local p, err = s.client:create(policy())
    assert.same({ nil, "uncertain", { id(1), id(2) }, "cut" },
      { p, err.code, err.ids, err.cause.code })
    assert.equal("whether the policy was created is not known: 2 policies are what was asked for: "
      .. id(1) .. ", " .. id(2), err.message)
  end)

  it("does not take a list that cannot be read for an empty one", function()
    local s = scripted.new(function(call)
      return call.method == "GET" and refusal(403, "Forbidden", "no") or lost("cut", true)
    end, { budget = 60 })
    local _, err = s.client:create(policy())
    assert.equal("uncertain", err.code)
    assert.matches("the list cannot be read: no %(403 Forbidden%)", err.message)
    assert.equal(1, select(2, methods(s):gsub("POST", "")))
  end)

  it("gives up when the answer is lost again and again", function()
    local s = scripted.new(function(call)
      return call.method == "GET" and list() or lost("cut", true)
    end, { attempts = 3 })
    local _, err = s.client:create(policy())
    assert.same({ "uncertain", 3 }, { err.code, select(2, methods(s):gsub("POST", "")) })
    assert.matches("its answer was lost 3 times", err.message)
  end)

  it("gives the refusal of what was sent again", function()
    local s = scripted.new(function(call, n)
      if call.method == "GET" then return list() end
      return n == 1 and lost("cut", true) or refusal(400, "Request_BadRequest", "no")
    end)
    assert.equal("bad_request", select(2, s.client:create(policy())).code)
  end)

  it("compares policies of the legacy endpoint as well", function()
    local s = scripted.new { lost("cut", true), list(
      stored(1, { type = "HomeRealmDiscoveryPolicy" }),
      stored(2, { type = "TokenLifetimePolicy" })) }
    local p = assert(s.client:create(bylaw.policy { type = "TokenLifetimePolicy",
      displayName = "one", definition = { AccessTokenLifetime = "8:00:00" } }))
    assert.same({ id(2), "policy" }, { p.id, p.kind })
  end)
end)

describe("client:create, several at once whose answers are lost,", function()
  --- A client whose clock runs a thousand times faster, over a store that loses answers.
  local function store(losing, show_after)
    local s = scripted.new(function() end, { consistency = 40 })
    local items, posts, lists = {}, 0, 0
    s.client.clock = {
      now = function() return tasks.now() * 1000 end, date = os.time,
      random = math.random, sleep = function(seconds) tasks.sleep(seconds / 1000) end,
    }
    s.client.transport = { send = function(_, call)
      tasks.sleep(0.002)
      if call.method == "GET" then
        lists = lists + 1
        local shown = {}
        for _, item in ipairs(items) do
          if tasks.now() - item.at >= (show_after or 0) then table.insert(shown, item.policy) end
        end
        return list(table.unpack(shown))
      end
      posts = posts + 1
      local fate = losing(posts)
      local wanted = core.json_read(call.body)
      if fate ~= "before" then
        table.insert(items, { at = tasks.now(), policy = stored(posts, wanted) })
      end
      if fate then return nil, lost("cut", true).lost, { headers = {}, seconds = 0 } end
      return answer(201, items[#items].policy)
    end }
    return s, items, function() return posts, lists end
  end

  it("gives each its own, also where all are alike", function()
    for _, name in ipairs { "alike", "different" } do
      local s, items, counts = store(function(n)
        return n % 3 == 0 and "after" or n % 3 == 1 and "before"
      end)
      local names = {}
      for i = 1, 24 do names[i] = name == "alike" and name or name .. i end
      local results = assert(bylaw.map(names, function(each)
        return s.client:create(policy(each))
      end, { concurrency = 8 }))
      local ids, different = {}, 0
      for _, p in ipairs(results) do
        if not ids[p.id] then different = different + 1 end
        ids[p.id] = true
      end
      local _, lists = counts()
      assert.same({ 24, 24, 24 }, { results.n, #items, different })
      assert.is_true(lists < 24 * 3)
      assert.same({ {}, {} }, { next(s.client.lots.tokenLifetimePolicy.open) or {},
        next(s.client.lots.tokenLifetimePolicy.lost) or {} })
    end
  end)

  it("reads one list for all that wait", function()
    local s, items, counts = store(function(n) return n <= 8 and "after" end)
    local names = {}
    for i = 1, 8 do names[i] = "p" .. i end
    assert(bylaw.map(names, function(each) return s.client:create(policy(each)) end))
    local posts, lists = counts()
    assert.same({ 8, 8 }, { #items, posts })
    assert.is_true(lists <= 3)
  end)

  it("leaves no count behind when a task is cancelled", function()
    local s = store(function() return "before" end)
    local task = tasks.spawn(function() return s.client:create(policy()) end)
    tasks.step()
    assert.equal(1, #s.client.lots.tokenLifetimePolicy.open)
    task:cancel()
    assert.is_nil(next(s.client.lots.tokenLifetimePolicy.open))
  end)
end)

describe("client:create, one after the other", function()
  it("keeps nothing of a create that has ended", function()
    local s = scripted.new { refusal(503, "Directory_ConcurrencyViolation"), answer(201, stored(1)),
      answer(201, stored(2)) }
    assert(s.client:create(policy "one"))
    local kept = {}
    for name in pairs(s.client.lots.tokenLifetimePolicy.spare) do kept[name] = true end
    assert.same({}, { kept.body, kept.known, kept.token, kept.lines, kept.headers, kept.trace,
      kept.fresh, kept.place })
    assert(s.client:create(policy "two"))
    local fresh, names = {}, {}
    for i, call in ipairs(s.calls) do
      fresh[i], names[i] = call.fresh or false, call.body:match '"displayName":"(%a+)"'
    end
    assert.same({ { false, true, false }, { "one", "one", "two" } }, { fresh, names })
    assert.is_nil(s.calls[3].headers["retry-attempt"])
  end)
end)

describe("client:create with a journal", function()
  local function journal()
    local log = {}
    return log, {
      before = function(intent) table.insert(log, intent) return true end,
      after = function(outcome) table.insert(log, outcome) end,
    }
  end

  it("tells the intent before anything is sent and the outcome afterwards", function()
    local log, j = journal()
    local s = scripted.new({ answer(201, stored(1)) }, { journal = j })
    local send = s.client.transport.send
    s.client.transport.send = function(...)
      assert.equal(1, #log)
      return send(...)
    end
    s.client:create(policy())
    assert.same({ kind = "tokenLifetimePolicy", displayName = "one", date = 1700001000,
      body = bylaw.encode(policy()) }, log[1])
    assert.same({ intent = log[1], what = "created", id = id(1) }, log[2])
    assert.is_nil(core.json_write(log):find("secret-token", 1, true))
  end)

  it("tells what was found, what failed and what nobody knows", function()
    local log, j = journal()
    for i, case in ipairs {
      { "found", { lost("cut", true), list(stored(1)) } },
      { "failed", { refusal(400, "x", "no") } },
      { "uncertain", { lost("cut", true), list(stored(1), stored(2)) } },
    } do
      local s = scripted.new(case[2])
      s.client:create(policy(), { journal = j })
      assert.equal(case[1], log[2 * i].what)
    end
  end)

  it("sends nothing when the intent cannot be written", function()
    local s = scripted.new({}, { journal = { before = function() return nil, "disk full" end } })
    assert.same({ nil, "disk full" }, { s.client:create(policy()) })
    assert.same({}, s.calls)
  end)

  it("recovers what an earlier run intended, and sends nothing", function()
    local intent = { kind = "tokenLifetimePolicy", displayName = "one",
      body = bylaw.encode(policy()), date = 1700001000 }
    local s = scripted.new { list(stored(3)) }
    assert.equal(id(3), s.client:recover(intent).id)
    s = scripted.new(function(call)
      assert.equal("GET", call.method)
      return list()
    end)
    assert.is_false(s.client:recover(intent))
    assert.is_true(s.time - 1000 >= 120)
    s = scripted.new { list() }
    intent.date = intent.date - 1000
    assert.is_false(s.client:recover(intent))
    assert.error_matches(function() s.client:recover {} end, "an intent was expected")
  end)
end)
