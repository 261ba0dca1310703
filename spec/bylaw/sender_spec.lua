local scripted = require "spec.support.scripted"

local answer, refusal, lost = scripted.answer, scripted.refusal, scripted.lost
local OK = answer(200, { value = 1 })
local ID = "11111111-2222-3333-4444-555555555555"

--- The values of a field of a list of tables.
local function field(list, name)
  local values = {}
  for i, item in ipairs(list) do values[i] = item[name] end
  return values
end

describe("client:request, when attempts fail,", function()
  it("repeats after a growing delay, and tells of each wait", function()
    local s = scripted.new { refusal(500, "x"), lost("cut", true), lost("timeout", true),
      lost("unreachable", false), OK }
    assert.same({ value = 1 }, (s.client:request("GET", "/x")))
    assert.same({ 1, 1.5, 2.5, 4.5 }, s.sleeps)
    assert.same({ "retry", "retry", "retry", "retry" }, scripted.types(s))
    assert.same({ "1", "2", "3", "4" },
      { s.calls[2].headers["retry-attempt"], s.calls[3].headers["retry-attempt"],
        s.calls[4].headers["retry-attempt"], s.calls[5].headers["retry-attempt"] })
    assert.is_nil(s.calls[1].headers["retry-attempt"])
  end)

  it("has a client-request-id of its own for each attempt", function()
    local s = scripted.new { refusal(500, "x"), OK }
    local _, response = s.client:request("GET", "/x")
    local ids = { s.calls[1].headers["client-request-id"], s.calls[2].headers["client-request-id"] }
    assert.not_equal(ids[1], ids[2])
    assert.equal(ids[2], response.client_request_id)
  end)

  it("ends after six attempts, or as many as were asked for", function()
    for _, case in ipairs { { 6 }, { 1, { attempts = 1 } }, { 9, { attempts = 9 } } } do
      local s = scripted.new(function() return refusal(500, "boom", "no") end, case[2])
      local value, err = s.client:request("GET", "/x")
      assert.same({ nil, "server_error", case[1] }, { value, err.code, #s.calls })
      assert.equal(case[1] > 1 and case[1] or nil, err.attempts)
    end
  end)

  it("ends when the budget would be passed, and says how long the service asked for", function()
    local s = scripted.new({ refusal(503, "x", "later", { ["retry-after"] = "400" }) })
    local _, err = s.client:request("GET", "/x")
    assert.same({ 503, 400, {} }, { err.status, err.retry_after, s.sleeps })
    s = scripted.new({ refusal(503, "x", "later", { ["retry-after"] = "400" }), OK },
      { budget = 900 })
    assert.is_table((s.client:request("GET", "/x")))
    assert.same({ 400.5 }, s.sleeps)
  end)

  for name, header in pairs {
    integer = { ["retry-after"] = "3" },
    decimal = { ["retry-after"] = "2.128" },
    date = { ["retry-after"] = "Sun, 06 Nov 1994 08:49:40 GMT",
      date = "Sun, 06 Nov 1994 08:49:37 GMT" },
    milliseconds = { ["x-ms-retry-after-ms"] = "2500" },
    ["date without a Date"] =
      { ["retry-after"] = os.date("!%a, %d %b %Y %H:%M:%S GMT", 1700001003) },
  } do
    it("waits as long as the service asks: " .. name, function()
      local s = scripted.new { refusal(429, "TooManyRequests", "", header), OK }
      assert.is_table((s.client:request("GET", "/x")))
      assert.near(3.15, s.calls[2].at, 0.16)
      assert.is_true(s.calls[2].at >= 3)
    end)
  end

  it("holds back everything in the bucket that was throttled, and nothing else", function()
    local s = scripted.new(function(_, n)
      return n == 1 and refusal(429, "TooManyRequests", "", { ["retry-after"] = "10" }) or OK
    end, { attempts = 1 })
    assert.equal("throttled", select(2, s.client:request("GET", "/policies/a")).code)
    assert.same({}, s.sleeps)
    s = scripted.new(function(_, n)
      return n == 1 and refusal(429, "TooManyRequests", "", { ["retry-after"] = "10" }) or OK
    end)
    local other = s.client.clock.sleep
    s.client.clock.sleep = function(seconds) -- while the first waits, others come
      s.client.clock.sleep = other
      s.client:request("GET", "/identity/conditionalAccess/policies")
      s.client:request("GET", "/policies/b")
      other(math.max(0, seconds - (s.time - 1000)))
    end
    assert.is_table((s.client:request("GET", "/policies/a")))
    assert.same({ "/policies/a", "/policies", "/policies/b", "/policies/a" }, (function()
      local paths = {}
      for i, call in ipairs(s.calls) do paths[i] = call.url:match "/v1.0.*(/policies.*)$" end
      return paths
    end)())
    assert.equal(0, s.calls[2].at)
    assert.is_true(s.calls[3].at >= 10.5)
    assert.same({ "retry", "throttle" }, scripted.types(s))
  end)

  it("sends conditional access one request a second at most", function()
    local s = scripted.new(function() return OK end)
    for _ = 1, 3 do s.client:request("GET", "/identity/conditionalAccess/policies") end
    assert.is_true(s.calls[3].at >= 2)
    assert.is_true(s.calls[3].at <= 3)
  end)

  it("takes a connection of its own after 502, 503 and 504, and no other", function()
    local s = scripted.new { refusal(502, "a"), refusal(503, "b"), refusal(504, "c"),
      refusal(500, "d"), OK }
    s.client:request("GET", "/x")
    assert.same({ nil, true, true, true, nil }, { s.calls[1].fresh, s.calls[2].fresh,
      s.calls[3].fresh, s.calls[4].fresh, s.calls[5].fresh })
  end)

  for _, case in ipairs { { 409 }, { 503 } } do
    it(("repeats any method after a concurrency violation, %d"):format(case[1]), function()
      local s = scripted.new { refusal(case[1], "Directory_ConcurrencyViolation"),
        answer(201, { id = ID }) }
      assert.is_table((s.client:request("POST", "/applications", {})))
      assert.equal(2, #s.calls)
    end)
  end

  it("repeats no POST whose fate is not known, but one to a $ref", function()
    for _, failure in ipairs { lost("cut", true), refusal(500, "x"), refusal(504, "x") } do
      local s = scripted.new { failure }
      assert.is_nil((s.client:request("POST", "/applications", {})))
      assert.equal(1, #s.calls)
      assert.is_true(s.calls[1].once)
      s = scripted.new { failure, answer(204) }
      assert.is_true((s.client:request("POST", "/applications/x/tokenLifetimePolicies/$ref", {})))
      assert.same({ 2, false }, { #s.calls, s.calls[1].once })
    end
  end)

  it("repeats a POST that was never sent or that was refused", function()
    local s = scripted.new { refusal(429, "x"), lost("unreachable", false),
      answer(201, { id = ID }) }
    assert.is_table((s.client:request("POST", "/applications", {})))
    assert.equal(3, #s.calls)
  end)

  it("takes the 404 of a repeated DELETE for what the first one did", function()
    local gone = refusal(404, "Request_ResourceNotFound", "gone")
    local s = scripted.new { lost("cut", true), gone }
    assert.is_true((s.client:request("DELETE", "/x")))
    s = scripted.new { gone }
    assert.equal("not_found", select(2, s.client:request("DELETE", "/x")).code)
    s = scripted.new { lost("unreachable", false), gone }
    s.client.answered = true
    assert.equal("not_found", select(2, s.client:request("DELETE", "/x")).code)
  end)

  it("gives up soon on a host that has never answered", function()
    local s = scripted.new(function() return lost("unreachable", false) end)
    assert.equal("unreachable", select(2, s.client:request("GET", "/x")).code)
    assert.equal(3, #s.calls)
    s = scripted.new(function() return lost("unreachable", false) end,
      { endpoint = "http://127.0.0.1:9" })
    s.client:request("GET", "/x")
    assert.equal(1, #s.calls)
  end)

  it("changes nothing when a certificate is refused", function()
    local s = scripted.new { lost("tls", false) }
    assert.equal("tls", select(2, s.client:request("GET", "/x")).code)
  end)

  describe("a 401", function()
    local unauthorized = refusal(401, "InvalidAuthenticationToken", "expired",
      { ["www-authenticate"] = 'Bearer realm="", error="insufficient_claims", '
        .. 'claims="eyJhIjoxfQ=="' })

    local function renewing(answers)
      local log, token = {}, 1
      local s = scripted.new(answers, { credential = "first" })
      s.client.credential = {
        token = function() return "token-" .. token end,
        refresh = function(_, rejected, claims)
          table.insert(log, rejected .. " " .. (claims or "none"))
          token = token + 1
        end,
      }
      return s, log
    end

    it("renews the token once, with the claims that are asked for, without waiting", function()
      local s, log = renewing { unauthorized, OK }
      assert.same({ value = 1 }, (s.client:request("POST", "/x", {})))
      local claims = '{"a":1,"access_token":{"xms_cc":{"values":["cp1"]}}}'
      assert.same({ { "token-1 " .. claims }, {}, "Bearer token-1", "Bearer token-2" },
        { log, s.sleeps, s.calls[1].headers.authorization, s.calls[2].headers.authorization })
    end)

    it("is final when the new token is refused as well", function()
      local s, log = renewing { unauthorized, unauthorized }
      assert.equal("unauthorized", select(2, s.client:request("GET", "/x")).code)
      assert.equal(1, #log)
    end)

    it("is final where no other token can be had", function()
      local s = scripted.new { unauthorized }
      assert.equal("unauthorized", select(2, s.client:request("GET", "/x")).code)
      assert.equal(1, #s.calls)
    end)

    it("renews nothing where another task has done so", function()
      local s, log = renewing { unauthorized, OK }
      local tokens = { "old", "new", "new" }
      s.client.credential.token = function() return table.remove(tokens, 1) end
      assert.is_table((s.client:request("GET", "/x")))
      assert.same({}, log)
    end)
  end)

  describe("what replication may hide", function()
    local miss = refusal(404, "Request_ResourceNotFound", "Resource does not exist")

    it("is asked for again when this client made it", function()
      local s = scripted.new { answer(201, { id = ID, displayName = "x", definition = { "{}" } }),
        miss, miss, OK }
      s.client:create(require("bylaw").tokenLifetimePolicy { displayName = "x",
        definition = { AccessTokenLifetime = "8:00:00" } })
      assert.is_table((s.client:request("GET", "/policies/tokenLifetimePolicies/" .. ID:upper())))
      assert.same({ 5, 5 }, s.sleeps)
      assert.same({ "retry", "retry" }, scripted.types(s))
    end)

    it("is at an end after `consistency` seconds", function()
      local s = scripted.new(function(_, n)
        return n == 1 and answer(201, { id = ID, displayName = "x", definition = { "{}" } }) or miss
      end, { consistency = 30 })
      s.client:create(require("bylaw").tokenLifetimePolicy { displayName = "x",
        definition = { AccessTokenLifetime = "8:00:00" } })
      assert.equal("not_found", select(2, s.client:request("POST", "/servicePrincipals/y/p/$ref",
        { ["@odata.id"] = "https://graph.example/v1.0/directoryObjects/" .. ID })).code)
      assert.is_true(s.time - 1000 <= 30)
      assert.is_true(s.time - 1000 >= 20)
    end)

    it("is absent at once when this client made none of it", function()
      local s = scripted.new { miss }
      assert.equal("not_found", select(2, s.client:request("GET", "/x/" .. ID)).code)
    end)
  end)

  it("quotes no token in errors and events, wherever the service repeats it", function()
    local token = "secret-token-of-the-spec"
    local s = scripted.new { refusal(500, token, "a " .. token, { ["request-id"] = "r" }),
      refusal(400, "Bad", "you sent Bearer " .. token) }
    local _, err = s.client:request("GET", "/x?y=" .. token)
    assert.is_nil(tostring(err):find(token, 1, true))
    for _, event in ipairs(s.events) do
      for key, value in pairs(event) do
        assert.is_nil(tostring(value):find(token, 1, true), event.type .. "." .. key)
      end
    end
    assert.same({ "r" }, { field(s.events, "request_id")[1] })
  end)
end)
