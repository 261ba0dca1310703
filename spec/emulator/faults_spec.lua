local cjson = require "cjson"
local emulators = require "bylaw.emulator"
local graph = require "spec.support.graph"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"

describe("bylaw.emulator, trouble:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function call(...) return graph.call(emulator, ...) end
  local function post() return call("POST", TYPED, graph.body()) end
  local function stored()
    emulator:calm()
    return #cjson.decode(call("GET", TYPED).body).value
  end

  --- What is read of a raw exchange, head and body.
  local function raw(method, body)
    return graph.raw(emulator, ("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      .. "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
      .. "Content-Length: %d\r\n\r\n%s"):format(method, TYPED, graph.TOKEN, #(body or ""),
        body or ""))
  end

  local function announced(answer)
    return tonumber(answer:match "\r\nContent%-Length: (%d+)\r\n")
  end

  describe("a status", function()
    -- status, the code and message that Graph documents for it
    local documented = {
      { 400, "Request_BadRequest", "One or more property values specified are invalid." },
      { 401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired." },
      { 403, "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation." },
      { 404, "Request_ResourceNotFound", "Resource 'tokenLifetimePolicies' does not exist or one "
        .. "of its queried reference-property objects are not present." },
      { 405, "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target." },
      { 409, "Directory_ConcurrencyViolation", "Error due to concurrent requests being made to "
        .. "the tenant. Please wait briefly and retry." },
      { 429, "TooManyRequests", "Please retry again later." },
      { 504, "GatewayTimeout", "The server, while acting as a proxy, did not receive a timely "
        .. "response from the upstream server." },
    }
    for _, case in ipairs(documented) do
      it(("%d comes with Graph's code and message for it"):format(case[1]), function()
        emulator:fault { status = case[1] }
        local answer = post()
        local err = graph.error(answer)
        assert.same(case, { answer.status, err.code, err.message })
        assert.equal(answer.headers["request-id"], err.innerError["request-id"])
        assert.equal(0, stored())
      end)
    end

    it("of any number from 200 to 599 can be asked for", function()
      for _, status in ipairs { 200, 299, 300, 402, 451, 499, 509, 599 } do
        emulator:calm()
        emulator:fault { status = status }
        assert.equal(status, post().status)
      end
      for _, status in ipairs { 199, 600, -1, 0.5 } do
        assert.has_error(function() emulator:fault { status = status } end)
      end
    end)

    it("comes with another documented code, which may say the status", function()
      emulator:fault "code=UnknownError; "
      local answer = post()
      local err = graph.error(answer)
      assert.same({ 429, "UnknownError", "" }, { answer.status, err.code, err.message })
      emulator:calm()
      emulator:fault { status = 503, code = "Directory_ConcurrencyViolation" }
      answer = post()
      assert.same({ 503, "Directory_ConcurrencyViolation" },
        { answer.status, graph.error(answer).code })
    end)

    it("may come although the request was carried out", function()
      emulator:fault { status = 504, applied = true, count = 1 }
      assert.equal(504, post().status)
      assert.equal(1, stored())
    end)

    it("may be that of a token that has run out, with its challenge", function()
      emulator:fault "expired-token"
      local answer = post()
      assert.same({ 401, "Lifetime validation failed, the token is expired." },
        { answer.status, graph.error(answer).message })
      assert.matches("^Bearer ", answer.headers["www-authenticate"])
    end)
  end)

  it("tells when to try again as an integer, a decimal and a date", function()
    emulator:fault { status = 429, retry_after = 2, count = 1 }
    emulator:fault { status = 429, retry_after = "2.128", count = 1 }
    emulator:fault { status = 503, ["retry-after"] = "date+60", count = 1 }
    emulator:fault { status = 429 }
    assert.equal("2", post().headers["retry-after"])
    assert.equal("2.128", post().headers["retry-after"])
    local before = os.time()
    local date = post().headers["retry-after"]
    local times = {} -- rounded up to a second, and the clock of os.time is a tick behind
    for second = before + 60, os.time() + 62 do
      times[os.date("!%a, %d %b %Y %H:%M:%S GMT", second)] = true
    end
    assert.is_true(times[date], date)
    assert.is_nil(post().headers["retry-after"])
  end)

  describe("a cut", function()
    for _, how in ipairs { "close", "reset", "half" } do
      it(("before the commit, by %s, leaves nothing"):format(how), function()
        emulator:fault { method = "POST", cut = "before", how = how }
        assert.equal(how == "half" and "HTTP/1.1 20" or "", raw("POST", graph.body()))
        assert.equal(0, stored())
      end)

      it(("after the commit, by %s, leaves what was asked for"):format(how), function()
        emulator:fault { method = "POST", cut = "after", how = how }
        assert.equal(how == "half" and "HTTP/1.1 20" or "", raw("POST", graph.body()))
        assert.equal(1, stored())
      end)
    end

    it("is seen by a client as a connection that died", function()
      emulator:fault { cut = "after" }
      local id = graph.submit(emulator, "POST", TYPED, graph.body())
      assert.equal("cut", graph.collect()[id].err.code)
      assert.equal(1, stored())
    end)
  end)

  describe("a body", function()
    local function get() return call("GET", TYPED) end
    local whole
    before_each(function()
      graph.create(emulator, TYPED)
      whole = get().body
    end)

    it("may be none", function()
      emulator:fault { body = "empty" }
      assert.same({ 200, "" }, { get().status, get().body })
    end)

    it("may end in the middle, with a length that agrees", function()
      emulator:fault { body = "malformed" }
      assert.equal(whole:sub(1, #whole // 2), get().body)
    end)

    it("may end in the middle, with a length that does not, the object made", function()
      emulator:fault { method = "POST", body = "truncated" }
      local answer = raw("POST", graph.body())
      assert.matches("^HTTP/1.1 201 ", answer)
      assert.same({ announced(answer) // 2 }, { #answer:match "\r\n\r\n(.*)$" })
      assert.equal(2, stored())
    end)

    it("may be a page of HTML", function()
      emulator:fault { status = 502, body = "html" }
      local answer = get()
      assert.same({ 502, "text/html" }, { answer.status, answer.headers["content-type"] })
      assert.matches("^<!DOCTYPE html>", answer.body)
    end)

    it("may begin with a byte order mark", function()
      emulator:fault { body = "bom" }
      assert.equal("\u{feff}" .. whole, get().body)
    end)

    it("may write innererror in lower case", function()
      emulator:fault { status = 403, body = "lower-inner" }
      local err = graph.error(get())
      assert.is_nil(err.innerError)
      assert.equal("table", type(err.innererror))
    end)

    it("may be longer or shorter than Content-Length says", function()
      emulator:fault { length = 10, count = 1 }
      emulator:fault { length = -10, count = 1 }
      for _, off in ipairs { 10, -10 } do
        local answer = raw "GET"
        assert.equal(announced(answer) - off, #answer:match "\r\n\r\n(.*)$")
      end
    end)

    it("may take its time, while others are served", function()
      emulator:fault { method = "GET", slow = 480, count = 1 }
      local slow = graph.submit(emulator, "GET", TYPED)
      os.execute "sleep 0.02"
      local other = graph.submit(emulator, "POST", TYPED, graph.body())
      local order = {}
      for id, result in pairs(graph.collect(function(r) order[#order + 1] = r.id end)) do
        if id == slow then
          assert.equal(whole, result.body)
          assert.is_true(result.seconds >= 0.4, result.seconds)
        end
      end
      assert.same({ other, slow }, order)
    end)
  end)

  it("delays an answer, while others are served and what it says is done", function()
    emulator:fault { method = "POST", delay = 300, count = 1 }
    local slow = graph.submit(emulator, "POST", TYPED, graph.body())
    os.execute "sleep 0.05"
    local list = graph.submit(emulator, "GET", TYPED)
    local order = {}
    local results = graph.collect(function(r) order[#order + 1] = r.id end)
    assert.same({ list, slow }, order)
    assert.equal(1, #cjson.decode(results[list].body).value)
    assert.is_true(results[slow].seconds >= 0.3)
  end)

  it("does not outlive the emulator: what is delayed is sent when it stops", function()
    local other = graph.start { faults = "delay=3600000; " }
    for _ = 1, 3 do graph.submit(other, "POST", TYPED, graph.body()) end
    os.execute "sleep 0.1"
    local began = os.time()
    graph.submit(other, "POST", TYPED, graph.body())
    other:stop()
    assert.is_true(os.time() - began <= 2)
    graph.collect()
  end)

  describe("rules", function()
    --- Statuses of so many gets.
    local function statuses(n, on)
      local list = {}
      for i = 1, n do list[i] = graph.call(on or emulator, "GET", TYPED).status end
      return list
    end

    it("fit methods and paths", function()
      local cases = {
        { "GET status=503", 503 }, { "POST status=503", 200 }, { "POST,GET status=503", 503 },
        { "* status=503", 503 }, { "/v1.0/policies/* status=503", 503 },
        { "/v1.0/* status=503", 200 }, { "/v1.0/** status=503", 503 },
        { "/**/tokenLifetimePolicies status=503", 503 }, { "/*/*/token*Policies status=503", 503 },
        { "/V1.0/POLICIES/** status=503", 503 }, { "/beta/** status=503", 200 },
        { "/v1.0/policies/tokenLifetimePolicies status=503", 503 },
        { "/v1.0/policies/tokenLifetimePolicie status=503", 200 },
        { "/v1.0/policies/tokenLifetimePolicies/** status=503", 200 },
        { "GET /** status=503", 503 }, { "get status=200; GET status=503", 503 },
      }
      for _, case in ipairs(cases) do
        emulator:calm()
        local ok = pcall(emulator.fault, emulator, case[1])
        if case[1]:find "^get" then
          assert.is_false(ok) -- in lower case it is a setting, and there is none such
        else
          assert.equal(case[2], call("GET", TYPED .. "?x=1").status, case[1])
        end
      end
    end)

    it("count, and pass over the first ones", function()
      emulator:fault { status = 503, skip = 2, count = 2 }
      assert.same({ 200, 200, 503, 503, 200 }, statuses(5))
    end)

    it("are asked in order, and the first that fires decides", function()
      emulator:fault "status=500 count=1; status=503 count=2; status=504"
      assert.same({ 500, 503, 503, 504, 504 }, statuses(5))
    end)

    it("fire with their probability, the same with the same seed", function()
      local spec = "GET probability=0.3 status=503"
      local function fates(seed)
        local other <close> = graph.start { faults = spec, random_seed = seed }
        return statuses(100, other)
      end
      local one, again, two = fates(1), fates(1), fates(2)
      assert.same(one, again)
      assert.not_same(one, two)
      local fired = 0
      for _, status in ipairs(one) do fired = fired + (status == 503 and 1 or 0) end
      assert.is_true(fired > 15 and fired < 45, fired)
      local own <close> = graph.start { faults = spec .. " seed=7", random_seed = 1 }
      local same <close> = graph.start { faults = spec .. " seed=7", random_seed = 2 }
      assert.same(statuses(50, own), statuses(50, same))
    end)

    it("fire as often however the requests come", function()
      local function fired(concurrent)
        local other <close> = graph.start { faults = "POST probability=0.5 status=503" }
        local count = 0
        for _ = 1, 200 do
          graph.submit(other, "POST", TYPED, graph.body())
          if not concurrent then
            for _, r in pairs(graph.collect()) do count = count + (r.status == 503 and 1 or 0) end
          end
          graph.submit(other, "GET", TYPED)
        end
        for _, r in pairs(graph.collect()) do count = count + (r.status == 503 and 1 or 0) end
        return count
      end
      assert.equal(fired(false), fired(true))
    end)

    it("never fire with a probability of 0, always with one of 1", function()
      emulator:fault "probability=0 status=500; probability=1 status=503"
      assert.same({ 503, 503, 503 }, statuses(3))
    end)

    it("are gone when calm is asked for; a reset brings those of the start back", function()
      local other <close> = graph.start { faults = "count=1 status=503" }
      other:fault { status = 504 }
      assert.same({ 503, 504 }, statuses(2, other))
      other:calm()
      assert.same({ 200 }, statuses(1, other))
      other:reset()
      assert.same({ 503, 200 }, statuses(2, other))
    end)

    local wrong = {
      { "nothing=1", "a rule has no setting 'nothing'; there are method, path, count" },
      { "status=abc", "'abc' is no value for status of a rule: a status from 200 to 599 is due" },
      { "status=199", "from 200 to 599" }, { "count=0 status=500", "a whole number from 1 on" },
      { "probability=1.1 status=500", "a number from 0 to 1" },
      { "probability=x status=500", "a number from 0 to 1" },
      { "cut=now", "before or after" }, { "how=reset", "needs cut=before or cut=after" },
      { "applied", "applied needs status" }, { "body=x", "empty, malformed, truncated, html" },
      { "code=Nonsense", "a code that Graph documents" }, { "length=0", "bytes too many" },
      { "delay=3600001", "up to 3600000" }, { "retry-after=date+x status=503", "date+SECONDS" },
      { "GET", "makes no trouble" }, { "G-T status=500", "methods with commas between" },
      { ("x"):rep(600), "longer than 511 bytes" },
    }
    for _, case in ipairs(wrong) do
      it(("in words must make sense: %.30s"):format(case[1]), function()
        local ok, message = pcall(emulator.fault, emulator, "status=503; " .. case[1])
        assert.is_false(ok)
        assert.is_truthy(tostring(message):find(case[2], 1, true), message)
        assert.same({ 200 }, statuses(1)) -- all or none
        local none, err = emulators.start { faults = case[1] }
        assert.is_nil(none)
        assert.equal("invalid", err.code)
      end)
    end

    it("are at most 256", function()
      emulator:fault(("POST status=503;"):rep(256))
      assert.has_error(function() emulator:fault { status = 503 } end)
      assert.equal(503, post().status)
    end)
  end)

  it("makes pages as short as it is told, by a rule or an option of the start", function()
    local other <close> = graph.start { page_size = 2 }
    local function pages(on)
      local counts, path = {}, TYPED
      while path do
        local page = cjson.decode(graph.call(on, "GET", path).body)
        counts[#counts + 1] = #page.value
        path = page["@odata.nextLink"] and page["@odata.nextLink"]:sub(#on.url + 1)
      end
      return counts
    end
    for _, on in ipairs { other, emulator } do
      for _ = 1, 5 do graph.create(on, TYPED) end
    end
    assert.same({ 2, 2, 1 }, pages(other))
    assert.same({ 5 }, pages(emulator))
    emulator:fault { page = 4, count = 1 }
    assert.same({ 4, 1 }, pages(emulator))
  end)

  describe("replication lag", function()
    local LAG = 60000 -- longer than the spec; the clock is moved to its end

    local function seen(id)
      local listed = cjson.decode(call("GET", TYPED).body).value
      return call("GET", TYPED .. "/" .. id).status, #listed, listed[1] and listed[1].displayName
    end
    local function rename(id, name)
      return call("PATCH", TYPED .. "/" .. id, ('{"displayName":"%s"}'):format(name)).status
    end

    it("hides what is new from reads by id and by list, until it is over", function()
      emulator:lag(LAG)
      local id = graph.create(emulator, TYPED)
      assert.same({ 404, 0 }, { seen(id) })
      emulator:shift(LAG / 1000 + 1)
      assert.same({ 200, 1, "eight hours" }, { seen(id) })
    end)

    it("shows what was, where something is changed or deleted", function()
      local id = graph.create(emulator, TYPED)
      emulator:lag(LAG)
      assert.equal(204, rename(id, "other"))
      assert.same({ 200, 1, "eight hours" }, { seen(id) })
      emulator:shift(LAG / 1000 + 1)
      assert.same({ 200, 1, "other" }, { seen(id) })
      assert.equal(204, call("DELETE", TYPED .. "/" .. id).status)
      assert.same({ 200, 1, "other" }, { seen(id) })
      emulator:shift(2 * LAG / 1000 + 2)
      assert.same({ 404, 0 }, { seen(id) })
    end)

    it("loses no change that follows another", function()
      local id = graph.create(emulator, TYPED)
      emulator:lag(LAG)
      assert.equal(204, rename(id, "other"))
      assert.equal(204, call("PATCH", TYPED .. "/" .. id, '{"isOrganizationDefault":true}').status)
      assert.same({ 200, 1, "eight hours" }, { seen(id) })
      emulator:shift(LAG / 1000 + 1)
      assert.same({ 200, 1, "other" }, { seen(id) })
      assert.is_true(cjson.decode(call("GET", TYPED .. "/" .. id).body).isOrganizationDefault)
    end)

    it("shows each state in its turn", function()
      emulator:lag(10000)
      local id = graph.create(emulator, TYPED)
      emulator:shift(6)
      emulator:lag(20000)
      assert.equal(404, rename(id, "too soon"))
      emulator:shift(12)
      assert.equal(204, rename(id, "second"))
      assert.same({ 200, 1, "eight hours" }, { seen(id) })
      emulator:shift(33)
      assert.same({ 200, 1, "second" }, { seen(id) })
    end)

    it("is each object's own where a rule says it", function()
      emulator:fault { method = "POST", lag = LAG, count = 1 }
      local late, soon = graph.create(emulator, TYPED), graph.create(emulator, TYPED)
      assert.equal(404, (seen(late)))
      assert.same({ 200, 1, "eight hours" }, { seen(soon) })
    end)

    it("is an option of the start, and what is stored is stored at once", function()
      local other <close> = graph.start { lag = LAG }
      local id = graph.create(other, TYPED)
      assert.equal(404, graph.call(other, "GET", TYPED .. "/" .. id).status)
      other:shift(LAG / 1000 + 1)
      assert.equal(200, graph.call(other, "GET", TYPED .. "/" .. id).status)
      other:reset()
      assert.equal(404, graph.call(other, "GET", TYPED .. "/" .. id).status)
    end)

    it("hides applications, principals and what they carry", function()
      local policy = graph.create(emulator, TYPED)
      local function application()
        return cjson.decode(call("POST", "/v1.0/applications", '{"displayName":"x"}').body)
      end
      local known = application()
      emulator:lag(LAG)
      local made = application()
      local carried = "/v1.0/applications/" .. known.id .. "/tokenLifetimePolicies"
      local assigned = call("POST", carried .. "/$ref",
        ('{"@odata.id":"%s%s/%s"}'):format(emulator.url, TYPED, policy))
      assert.equal(204, assigned.status)
      local function count(path) return #cjson.decode(call("GET", path).body).value end
      local function states()
        return { call("GET", "/v1.0/applications/" .. made.id).status,
          call("GET", ("/v1.0/applications(appId='%s')"):format(made.appId)).status,
          count "/v1.0/applications", count(carried),
          count(TYPED .. "/" .. policy .. "/appliesTo") }
      end
      assert.same({ 404, 404, 1, 0, 0 }, states())
      emulator:shift(LAG / 1000 + 1)
      assert.same({ 200, 200, 2, 1, 1 }, states())
      assert.equal(204, call("DELETE", TYPED .. "/" .. policy).status)
      assert.same({ 200, 200, 2, 1, 1 }, states())
      emulator:shift(2 * LAG / 1000 + 2)
      assert.equal(0, count(carried))
    end)

    it("takes milliseconds that make sense", function()
      for _, ms in ipairs { -1, 3600001, 0.5 } do
        assert.has_error(function() emulator:lag(ms) end)
      end
    end)
  end)
end)
