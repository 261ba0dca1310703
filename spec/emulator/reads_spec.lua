local core = require "bylaw.core"
local graph = require "spec.support.graph"
local policy = require "bylaw.policy"

local KIND = "tokenLifetimePolicy"
local TYPED = "/v1.0/policies/tokenLifetimePolicies"

describe("bylaw.core.pool, a request that reads a policy", function()
  local emulator, pool

  before_each(function()
    emulator = graph.start()
    pool = core.pool {}
  end)
  after_each(function()
    pool:close()
    emulator:stop()
  end)

  --- The result of a create, and its id.
  local function create(more)
    local request = {
      method = "POST", url = emulator.url .. TYPED, body = graph.body(), once = true, traced = true,
      headers = { Authorization = "Bearer " .. graph.TOKEN, ["Content-Type"] = "application/json" },
    }
    for name, value in pairs(more or {}) do request[name] = value or nil end
    local id = assert(pool:submit(request))
    local results
    repeat results = assert(pool:wait(5)) until results[1]
    return results[1], id
  end

  it("gets the policy in place of the body, as it would be read from that", function()
    local whole = create()
    local result, id = create { reads = KIND }
    local p = result.policy
    assert.same({ id = id, status = 201, policy = p }, result)
    local due = policy.stored(KIND, core.json_read(whole.body))
    assert.not_equal(due.id, p.id)
    assert.equal(core.kept(due), core.kept(p))
    due.id = p.id
    assert.same(due, p)
    assert.equal(tostring(due), tostring(p))
  end)

  it("gets each of many that end at once", function()
    local ids, seen, count = {}, {}, 0
    local request = {
      method = "POST", url = emulator.url .. TYPED, body = graph.body(), reads = KIND,
      lines = "authorization: Bearer " .. graph.TOKEN .. "\r\ncontent-type: application/json",
    }
    for _ = 1, 40 do ids[assert(pool:submit(request))] = true end
    while next(ids) do
      for _, result in ipairs(assert(pool:wait(5))) do
        ids[result.id] = nil
        if not seen[result.policy.id] then count = count + 1 end
        seen[result.policy.id] = true
      end
    end
    assert.equal(40, count)
  end)

  it("gets a refusal, and a success that is no such policy, as any other request does", function()
    local refused = create { reads = KIND, body = "{" }
    assert.same({ 400, "string", "string" }, { refused.status, type(refused.body),
      type(refused.headers["request-id"]) })
    assert.is_nil(refused.policy)
    for _, body in ipairs { "empty", "malformed", "html", "bom" } do
      emulator:fault { method = "POST", body = body, count = 1 }
      local odd = create { reads = KIND }
      assert.same({ 201, "string", "string" }, { odd.status, type(odd.body),
        type(odd.headers["request-id"]) })
      assert.is_nil(odd.policy)
    end
    local list = create { method = "GET", body = false, reads = KIND }
    assert.same({ 200, "string" }, { list.status, type(list.body) })
  end)

  it("raises where there is no such kind", function()
    assert.error_matches(function() create { reads = "tokenLifetimePolicies" } end,
      "not a kind of policy; did you mean tokenLifetimePolicy?", 1, true)
  end)

  it("has the client-request-id that it was sent with, unless it gets a policy", function()
    local result = create()
    assert.matches("^" .. graph.GUID .. "$", result.trace)
    assert.equal(result.trace, result.headers["client-request-id"])
    assert.is_nil(create { traced = false }.trace)
    local lost = create { url = "http://127.0.0.1:9/" }
    assert.equal("unreachable", lost.err.code)
    assert.matches("^" .. graph.GUID .. "$", lost.trace)
  end)
end)
