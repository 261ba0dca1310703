local bylaw = require "bylaw"
local cached = require "bylaw.credential.cached"
local errors = require "bylaw.errors"
local peer = require "spec.support.peer"
local tasks = require "bylaw.tasks"

local SCOPE = "https://graph.microsoft.com/.default"

--- A credential that gives "token1", "token2", … with these lifetimes, the last of them for ever.
local function make(there, answers)
  local asked = {}
  local one = cached.equip({}, function(request, transport)
    table.insert(asked, request)
    assert.equal(there, transport)
    tasks.sleep(there.lag or 0)
    local answer = answers[math.min(#asked, #answers)]
    if answer.code then return nil, cached.copy(answer) end
    return { token = "token" .. #asked, lifetime = answer.lifetime, refresh_in = answer.refresh_in }
  end)
  return one, asked
end

--- The second at which a token of such an answer is first replaced.
local function renewed_at(answer)
  local there = peer.new {}
  local one = make(there, { answer })
  assert(one:token(SCOPE, there))
  for second = 1, 100000 do
    there.time = second
    if one:token(SCOPE, there) ~= "token1" then return second end
  end
end

describe("bylaw.credential: tokens in memory", function()
  teardown(peer.restore)

  for _, case in ipairs {
    { "five minutes before their end", { lifetime = 3600 }, 3300 },
    { "five minutes before their end, of ten minutes too", { lifetime = 600 }, 300 },
    { "a fifth of their life before it, where that is shorter", { lifetime = 599 }, 480 },
    { "a fifth of five seconds before it", { lifetime = 5 }, 4 },
    { "when the service says so", { lifetime = 3600, refresh_in = 1000 }, 1000 },
    { "no later than five minutes before their end, whatever the service says",
      { lifetime = 3600, refresh_in = 3500 }, 3300 },
    { "at half of a life above two hours", { lifetime = 86400 }, 43200 },
    { "no sooner for a life of two hours", { lifetime = 7200 }, 6900 },
    { "after minutes, where no life was said", {}, 240 },
  } do
    it("are renewed " .. case[1], function()
      assert.equal(case[3], renewed_at(case[2]))
    end)
  end

  it("are kept for each scope apart", function()
    local there = peer.new {}
    local one, asked = make(there, { { lifetime = 3600 } })
    assert.equal("token1", one:token("https://a.example/.default", there))
    assert.equal("token2", one:token("https://b.example/.default", there))
    assert.equal("token1", one:token("https://a.example/.default", there))
    assert.same({ { scope = "https://a.example/.default" },
      { scope = "https://b.example/.default" } }, asked)
  end)

  it("are those of the global cloud's Graph where no scope is said", function()
    local there = peer.new {}
    local one, asked = make(there, { { lifetime = 3600 } })
    assert(one:token(nil, there))
    assert.equal(SCOPE, asked[1].scope)
  end)

  it("are counted from before the request, not from its answer", function()
    local there = peer.new {}
    local count = 0
    local one = cached.equip({}, function()
      there.time, count = there.time + 60, count + 1
      return { token = "token" .. count, lifetime = 3600 }
    end)
    assert(one:token(SCOPE, there))
    there.time = 3299
    assert.equal("token1", one:token(SCOPE, there))
    there.time = 3300
    assert.equal("token2", one:token(SCOPE, there))
  end)

  it("are used on while they hold where an early renewal fails", function()
    local there = peer.new {}
    local busy = errors.new("server_error", "busy", { retry_after = 10 })
    local one, asked = make(there, { { lifetime = 3600, refresh_in = 100 }, busy })
    assert(one:token(SCOPE, there))
    for _, second in ipairs { 100, 105, 109.9, 110, 3299 } do
      there.time = second
      assert.equal("token1", one:token(SCOPE, there))
    end
    assert.equal(4, #asked) -- at 0, 100, 110 and 3299
    there.time = 3310
    assert.same({ nil, busy }, { one:token(SCOPE, there) })
  end)

  it("are asked for once by a hundred tasks, none of which stops the others", function()
    local there = peer.new {}
    there.lag = 0.02
    cached.now = tasks.now
    local one, asked = make(there, { { lifetime = 3600 } })
    local given = assert(bylaw.map(function()
      there.count = (there.count or 0) + 1
      return there.count <= 100 and there.count or nil
    end, function() return one:token(SCOPE, there) end, { concurrency = 100 }))
    assert.equal(100, #given)
    for _, token in ipairs(given) do assert.equal("token1", token) end
    assert.equal(1, #asked)
  end)

  it("are asked for by another task where the one that asked is cancelled", function()
    local there = peer.new {}
    there.lag = 0.05
    cached.now = tasks.now
    local one, asked = make(there, { { lifetime = 3600 } })
    local first = tasks.spawn(function() return one:token(SCOPE, there) end)
    local second = tasks.spawn(function() return one:token(SCOPE, there) end)
    tasks.step(0)
    assert.is_true(first:cancel())
    assert.equal("token2", second:join())
    assert.equal(2, #asked)
  end)

  it("that hold are used while another task renews them", function()
    local there = peer.new {}
    local one, asked = make(there, { { lifetime = 86400 } })
    assert(one:token(SCOPE, there))
    there.time, there.lag = 50000, 0.05
    local renewing = tasks.spawn(function() return one:token(SCOPE, there) end)
    tasks.step(0)
    assert.equal(2, #asked)
    assert.equal("token1", one:token(SCOPE, there))
    assert.equal("token2", renewing:join())
    assert.equal("token2", one:token(SCOPE, there))
    assert.equal(2, #asked)
  end)
end)

describe("bylaw.credential: a refusal", function()
  teardown(peer.restore)

  local refused = errors.new("authentication_failed", "AADSTS7000215: wrong", { aadsts = 7000215 })

  it("stands for a minute, so that thousands of tasks do not lock an account", function()
    local there = peer.new {}
    local one, asked = make(there, { refused, { lifetime = 3600 } })
    for _, second in ipairs { 0, 1, 59.9 } do
      there.time = second
      assert.same({ nil, refused }, { one:token(SCOPE, there) })
    end
    assert.equal(1, #asked)
    there.time = 60
    assert.equal("token2", one:token(SCOPE, there))
  end)

  it("is an error of each caller's own", function()
    local there = peer.new {}
    local one = make(there, { refused })
    local _, first = one:token(SCOPE, there)
    first.message = "changed"
    assert.same({ nil, refused }, { one:token(SCOPE, there) })
  end)

  it("of a service that is busy stands for five seconds, or as it says, an hour at most", function()
    for _, case in ipairs { { nil, 5 }, { 20, 20 }, { 7200, 3600 } } do
      local there = peer.new {}
      local one, asked = make(there,
        { errors.new("throttled", "busy", { retry_after = case[1] }), { lifetime = 9000 } })
      assert.is_nil((one:token(SCOPE, there)))
      there.time = case[2] - 0.1
      assert.is_nil((one:token(SCOPE, there)))
      assert.equal(1, #asked)
      there.time = case[2]
      assert.equal("token2", one:token(SCOPE, there))
    end
  end)

  it("for want of a connection is not remembered", function()
    local there = peer.new {}
    local one = make(there, { errors.new("unreachable", "no"), { lifetime = 3600 } })
    assert.is_nil((one:token(SCOPE, there)))
    assert.equal("token2", one:token(SCOPE, there))
  end)
end)

describe("credential:refresh", function()
  teardown(peer.restore)

  it("forgets the token, so that the next is a new one", function()
    local there = peer.new {}
    local one = make(there, { { lifetime = 3600 } })
    assert.equal("token1", one:token(SCOPE, there))
    one:refresh()
    assert.equal("token2", one:token(SCOPE, there))
  end)

  it("forgets nothing where somebody has renewed the refused one already", function()
    local there = peer.new {}
    local one = make(there, { { lifetime = 3600 } })
    assert.equal("token1", one:token(SCOPE, there))
    one:refresh "token1"
    assert.equal("token2", one:token(SCOPE, there))
    one:refresh "token1"
    assert.equal("token2", one:token(SCOPE, there))
  end)

  it("sends what a challenge asked for with the next request, and with no other", function()
    local there = peer.new {}
    local one, asked = make(there, { { lifetime = 3600 } })
    assert(one:token(SCOPE, there))
    one:refresh("token1", '{"access_token":{}}')
    assert(one:token(SCOPE, there))
    one:refresh()
    assert(one:token(SCOPE, there))
    assert.same({ { scope = SCOPE }, { scope = SCOPE, claims = '{"access_token":{}}' },
      { scope = SCOPE } }, asked)
  end)
end)
