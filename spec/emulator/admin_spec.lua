local cjson = require "cjson"
local emulators = require "bylaw.emulator"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"

describe("bylaw.emulator, admin:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function admin(method, path, body, token, on)
    on = on or emulator
    if token == nil then token = on.admin_token end
    local answer = graph.call(on, method, "/__admin" .. path, body,
      { Authorization = token and "Bearer " .. token })
    return answer.status, #answer.body > 0 and cjson.decode(answer.body) or nil
  end
  local function done(...) assert.same({ 204 }, { admin(...) }) end
  local function get(path)
    local status, body = admin("GET", path)
    assert.equal(200, status)
    return body
  end
  local function create(...) return graph.create(emulator, TYPED, ...) end
  local function listed()
    return #cjson.decode(graph.call(emulator, "GET", TYPED).body).value
  end

  describe("the path", function()
    it("has a secret of its own", function()
      assert.matches("^[%w_-]+$", emulator.admin_token)
      assert.equal(43, #emulator.admin_token)
      for _, token in ipairs { false, graph.TOKEN, "x", emulator.admin_token .. "x" } do
        local status, body = admin("GET", "/counts", nil, token)
        assert.same({ 401, "InvalidAuthenticationToken" }, { status, body.error.code })
      end
      assert.equal(401, graph.call(emulator, "GET", TYPED, nil,
        { Authorization = "Bearer " .. emulator.admin_token }).status)
      local given <close> = graph.start { admin_token = "mine" }
      assert.equal("mine", given.admin_token)
      assert.equal(200, (admin("GET", "/counts", nil, "mine", given)))
      local none, err = emulators.start { admin_token = "a b" }
      assert.is_nil(none)
      assert.equal("invalid", err.code)
    end)

    it("is for this machine alone", function()
      local address = io.popen("hostname -I 2>/dev/null"):read("a"):match "%d+%.%d+%.%d+%.%d+"
      if not address then
        pending "this machine has no other address than loopback"
        return
      end
      local open <close> = graph.start { host = "0.0.0.0", allow_remote = true }
      local function status(host)
        return (shell.run("curl -s -o /dev/null -w '%%{http_code}' --noproxy '*'"
          .. " -H 'Authorization: Bearer %s' http://%s:%d/__admin/counts", open.admin_token, host,
          open.port))
      end
      assert.same({ "200", "403" }, { status "127.0.0.1", status(address) })
    end)

    it("refuses what it does not have", function()
      local cases = {
        { 404, "GET", "" }, { 404, "GET", "/nothing" }, { 404, "GET", "/counts/" },
        { 405, "POST", "/counts" }, { 405, "GET", "/snapshots/a" },
        { 404, "PUT", "/snapshots/" }, { 404, "PUT", "/snapshots/a.b" },
        { 404, "PUT", "/snapshots/" .. ("a"):rep(65) }, { 404, "POST", "/snapshots/a/b" },
        { 404, "POST", "/snapshots/a/restore" }, { 404, "DELETE", "/snapshots/a" },
        { 400, "POST", "/faults", "{" }, { 400, "POST", "/faults", "[1]" },
        { 400, "POST", "/faults", '{"status":"x"}' }, { 400, "POST", "/faults", '"status=x"' },
        { 400, "PATCH", "/settings", '{"lagMs":-1}' }, { 400, "PATCH", "/settings", '{"x":1}' },
        { 400, "PATCH", "/settings", '{"lagMs":3600001}' }, { 400, "PATCH", "/settings", "[]" },
      }
      for _, case in ipairs(cases) do
        local expected, method, path, body = table.unpack(case)
        assert.equal(expected, (admin(method, path, body)), method .. " " .. path)
      end
      assert.equal(401, graph.call(emulator, "GET", "/__admins", nil,
        { Authorization = "Bearer " .. emulator.admin_token }).status)
    end)

    it("meets no trouble and is in no log", function()
      emulator:fault "status=503"
      get "/faults"
      assert.same({}, get("/requests").requests)
    end)
  end)

  it("resets the store, rules, lag, clock and log", function()
    create()
    emulator:fault "status=503 count=1"
    emulator:lag(1000)
    emulator:shift(5)
    done("POST", "/reset")
    assert.same({ lagMs = 0, pageSize = 0, clockShiftMs = 0 }, get "/settings")
    assert.same({ faults = {} }, get "/faults")
    assert.same({}, get("/requests").requests)
    assert.equal(0, listed())
  end)

  it("counts what is stored", function()
    assert.same({ assignment = 0 }, get "/counts")
    create()
    create()
    local app = cjson.decode(graph.call(emulator, "POST", "/v1.0/applications",
      '{"displayName":"a"}').body)
    graph.call(emulator, "POST", "/v1.0/applications/" .. app.id .. "/tokenLifetimePolicies/$ref",
      ('{"@odata.id":"%s%s/%s"}'):format(emulator.url, TYPED, create()))
    assert.same({ tokenLifetimePolicy = 3, application = 1, assignment = 1 }, get "/counts")
  end)

  it("changes settings", function()
    done("PATCH", "/settings", '{"lagMs":60000,"pageSize":2,"clockShiftMs":-1000}')
    assert.same({ lagMs = 60000, pageSize = 2, clockShiftMs = -1000 }, get "/settings")
    create()
    assert.equal(0, listed())
    done("PATCH", "/settings", '{"clockShiftMs":61000}')
    assert.equal(1, listed())
  end)

  it("takes rules in words, as an object and as an array, and tells what they did", function()
    done("POST", "/faults", '"GET count=1 status=503; POST status=500"')
    done("POST", "/faults", '{"method":"GET","retryAfter":"1","status":429,"count":1}')
    done("POST", "/faults", '[{"path":"/v1.0/**","delay":1},{"applied":true,"status":504}]')
    local function status() return graph.call(emulator, "GET", TYPED).status end
    assert.same({ 503, 429, 200 }, { status(), status(), status() })
    assert.same({
      { rule = "GET count=1 status=503", fitted = 3, fired = 1 },
      { rule = "POST status=500", fitted = 0, fired = 0 },
    }, { table.unpack(get("/faults").faults, 1, 2) })
    assert.equal(5, #get("/faults").faults)
    done("DELETE", "/faults")
    assert.same({ faults = {} }, get "/faults")
  end)

  describe("snapshots", function()
    it("keep everything, under a name, and bring it back", function()
      local app = cjson.decode(graph.call(emulator, "POST", "/v1.0/applications",
        '{"displayName":"a"}').body)
      local policy = create()
      local carried = "/v1.0/applications/" .. app.id .. "/tokenLifetimePolicies"
      graph.call(emulator, "POST", carried .. "/$ref",
        ('{"@odata.id":"%s%s/%s"}'):format(emulator.url, TYPED, policy))
      local function all()
        return { graph.call(emulator, "GET", TYPED).body,
          graph.call(emulator, "GET", "/v1.0/applications").body,
          graph.call(emulator, "GET", carried).body, get "/counts" }
      end
      local before = all()
      done("PUT", "/snapshots/first")
      graph.call(emulator, "DELETE", TYPED .. "/" .. policy)
      create()
      local between = all()
      done("PUT", "/snapshots/second")
      done("POST", "/snapshots/first/restore")
      assert.same(before, all())
      done("POST", "/snapshots/second/restore")
      assert.same(between, all())
      done("DELETE", "/snapshots/second")
      assert.equal(404, (admin("POST", "/snapshots/second/restore")))
      emulator:reset()
      done("POST", "/snapshots/first/restore")
      assert.same(before, all())
    end)

    it("of nothing are snapshots too, and are replaced by later ones", function()
      done("PUT", "/snapshots/x")
      create()
      done("POST", "/snapshots/x/restore")
      assert.equal(0, listed())
      create()
      done("PUT", "/snapshots/x")
      create()
      done("POST", "/snapshots/x/restore")
      assert.equal(1, listed())
    end)

    it("are brought back into a file as any write is", function()
      local folder = shell.scratch()
      local first <close> = graph.start { store = folder .. "/store.db" }
      graph.create(first, TYPED)
      admin("PUT", "/snapshots/a", nil, nil, first)
      graph.create(first, TYPED)
      admin("POST", "/snapshots/a/restore", nil, nil, first)
      first:stop()
      local second <close> = graph.start { store = folder .. "/store.db" }
      assert.equal(1, #cjson.decode(graph.call(second, "GET", TYPED).body).value)
      shell.remove(folder)
    end)
  end)

  describe("seeds", function()
    local SEED = cjson.encode {
      tokenLifetimePolicies = { { displayName = "one", definition = { graph.DEFINITION } } },
      policies = { { displayName = "two", type = "TokenLifetimePolicy",
        definition = { graph.DEFINITION } } },
      applications = { { displayName = "app" } },
    }

    it("create what they list", function()
      assert.same({ 201, { created = 3 } }, { admin("POST", "/seed", SEED) })
      assert.same({ tokenLifetimePolicy = 2, application = 1, assignment = 0 }, get "/counts")
      assert.is_true(emulator:seed(SEED))
      assert.equal(4, listed())
    end)

    it("are taken whole or not at all, and what is wrong is named", function()
      create()
      local wrong = {
        { '{"tokenLifetimePolicies":[{"displayName":"a","definition":['
          .. cjson.encode(graph.DEFINITION) .. ']},{"displayName":"b"}]}',
          "number 2 of /v1.0/policies/tokenLifetimePolicies is refused with 400" },
        { '{"nothing":[{}]}', "number 1 of /v1.0/nothing is refused with 400" },
        { '{"applications":{}}', "/v1.0/applications in the seed is an object" },
        { "[]", "a seed is an object with collections as its members" },
        { "{", "the seed is no JSON" },
      }
      for _, case in ipairs(wrong) do
        local status, body = admin("POST", "/seed", case[1])
        assert.equal(400, status)
        assert.is_truthy(body.error.message:find(case[2], 1, true), body.error.message)
        local ok, err = emulator:seed(case[1])
        assert.is_nil(ok)
        assert.equal("invalid", err.code)
        assert.equal(1, listed())
      end
    end)
  end)

  describe("the log of requests", function()
    it("tells method, path, status, ids and bodies, the oldest first", function()
      graph.call(emulator, "GET", TYPED .. "?$top=1", nil, { ["client-request-id"] = "mine" })
      local made = graph.call(emulator, "POST", TYPED, graph.body())
      emulator:fault { status = 503, count = 1 }
      graph.call(emulator, "DELETE", "/beta/policies/x")
      local log = get "/requests"
      assert.equal(0, log.forgotten)
      local first, second, third = table.unpack(log.requests)
      assert.same({ "GET", TYPED, 200, "mine", 0 }, { first.method, first.path, first.status,
        first.clientRequestId, first.bodyBytes })
      assert.same({ "POST", TYPED, 201, graph.body(), made.headers["request-id"] },
        { second.method, second.path, second.status, second.body, second.requestId })
      assert.same({ "DELETE", 503, 1 }, { third.method, third.status, third.fault })
      assert.is_nil(second.fault)
      assert.is_true(math.abs(first.atMs / 1000 - os.time()) < 60)
      done("DELETE", "/requests")
      assert.same({ requests = {}, forgotten = 0 }, get "/requests")
    end)

    it("holds no token, and no body that may hold a secret", function()
      graph.call(emulator, "GET", TYPED)
      graph.call(emulator, "POST", "/tenant/oauth2/v2.0/token", "client_secret=hidden")
      graph.call(emulator, "GET", TYPED, nil, { Authorization = "Bearer wrong-one" })
      local text = cjson.encode(get "/requests")
      assert.is_nil(text:find(graph.TOKEN, 1, true))
      assert.is_nil(text:find("hidden", 1, true))
      assert.is_nil(text:find("wrong-one", 1, true))
    end)

    it("is bounded: the oldest make room, and long bodies are cut", function()
      local body = graph.body { displayName = '"' .. ("x"):rep(6000) .. '"' }
      for _ = 1, 600 do graph.submit(emulator, "POST", TYPED, body) end
      graph.collect()
      graph.call(emulator, "GET", TYPED .. "?last")
      local log = get "/requests"
      assert.is_true(log.forgotten > 100)
      assert.equal(601, log.forgotten + #log.requests)
      for i = 1, #log.requests - 1 do
        assert.same({ "POST", #body, 4096 },
          { log.requests[i].method, log.requests[i].bodyBytes, #log.requests[i].body })
      end
      assert.equal("GET", log.requests[#log.requests].method)
    end)
  end)
end)
