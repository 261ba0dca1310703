local core = require "bylaw.core"
local server = require "spec.support.server"
local tasks = require "bylaw.tasks"
local transport = require "bylaw.transport"

local trouble, pool, line

setup(function() trouble = server.start() end)
teardown(function() trouble:stop() end)
before_each(function()
  pool = core.pool {}
  line = transport.new(pool)
end)
after_each(function() pool:close() end)

local function get(path, timeout)
  return { method = "GET", url = trouble.url .. path, timeout = timeout or 10 }
end

describe("bylaw.transport", function()
  it("gives status, headers, body and seconds of an answer, inside a task and outside", function()
    for _, run in ipairs { function(fn) return fn() end,
      function(fn) return tasks.spawn(fn):join() end } do
      local result, err = run(function() return line:send(get "/keep") end)
      assert.is_nil(err)
      assert.is_true(result.seconds > 0)
      assert.same({ 200, "text/plain" }, { result.status, result.headers["content-type"] })
      assert.matches("^%d+$", result.body)
    end
  end)

  it("sends the same call several times at once, and again", function()
    local call, bodies = get "/keep", {}
    for _ = 1, 2 do
      local all = {}
      for i = 1, 3 do all[i] = tasks.spawn(function() return assert(line:send(call)).body end) end
      for _, task in ipairs(all) do table.insert(bodies, task:join()) end
    end
    assert.equal(6, #bodies)
    assert.equal(0, pool:pending())
  end)

  it("gives nil and err, with what came of an answer that was cut", function()
    local url = trouble:say("part", "HTTP/1.1 201 Created\r\nrequest-id: 7\r\n"
      .. "Content-Length: 10\r\n\r\nabc", "close")
    local result, err, part = line:send { method = "GET", url = url }
    assert.is_nil(result)
    assert.same({ "cut", true, 201 }, { err.code, err.sent, err.status })
    assert.same({ 201, "7" }, { part.status, part.headers["request-id"] })
  end)

  it("says of a request that never left that it was not sent", function()
    local _, err = line:send { method = "GET", url = "http://127.0.0.1:1/" }
    assert.same({ "unreachable", false }, { err.code, err.sent })
    assert.equal("unsendable", select(2, line:send { method = "GET", url = "ftp://x/" }).code)
  end)

  it("gives each of several tasks its own answer, all of them at once", function()
    local order, began = {}, tasks.now()
    local all = {}
    for i, ms in ipairs { 300, 100, 200 } do
      all[i] = tasks.spawn(function()
        assert(line:send(get("/slow/" .. ms)))
        table.insert(order, ms)
      end)
    end
    for _, task in ipairs(all) do task:join() end
    assert.same({ 100, 200, 300 }, order)
    assert.is_true(tasks.now() - began < 0.55)
    assert.equal(0, pool:pending())
  end)

  it("waits for several pools at once", function()
    local other <close> = core.pool {}
    local second = transport.new(other)
    local began = tasks.now()
    local a = tasks.spawn(function() return line:send(get "/slow/200") end)
    local b = tasks.spawn(function() return second:send(get "/slow/200") end)
    assert.same({ 200, 200 }, { a:join().status, b:join().status })
    assert.is_true(tasks.now() - began < 0.38)
  end)

  it("leaves nothing in the pool when a task is cancelled", function()
    local task = tasks.spawn(function() return line:send(get("/slow/60000", 60)) end)
    tasks.step()
    assert.equal(1, pool:pending())
    assert.is_true(task:cancel())
    assert.equal(0, pool:pending())
    assert.is_false(tasks.step())
  end)

  it("leaves nothing in the pool when the wait is interrupted", function()
    for _, beside in ipairs { false, true } do
      local sleeper = beside and tasks.spawn(tasks.sleep, 60)
      local calls = 0
      line.pool = setmetatable({ wait = function()
        calls = calls + 1
        error("interrupted!", 0)
      end }, { __index = function(_, name)
        return function(_, ...) return pool[name](pool, ...) end
      end })
      local ok, why = pcall(line.send, line, get("/slow/60000", 60))
      assert.same({ false, "interrupted!", 1, 0 }, { ok, why, calls, pool:pending() })
      if sleeper then sleeper:cancel() end
      assert.is_false(tasks.step())
    end
  end)

  it("tells everyone who waits that its pool was closed", function()
    local function send() return select(2, line:send(get("/slow/60000", 60))).code end
    local a, b = tasks.spawn(send), tasks.spawn(send)
    tasks.step()
    pool:close()
    assert.same({ "closed", "closed" }, { a:join(), b:join() })
  end)
end)
