--- Tasks in a host's own event loop: the host waits for the sockets, bylaw never does.
local bylaw = require "bylaw"
local server = require "spec.support.server"
local shell = require "spec.support.shell"
local tasks = require "bylaw.tasks"

local function without(name) return not pcall(require, name) end

describe("bylaw.tasks in another event loop", function()
  local trouble
  setup(function() trouble = server.start() end)
  teardown(function() trouble:stop() end)

  it("tells no socket and no time where nothing is under way", function()
    assert.same({ {}, nil, false }, { tasks.sockets(), tasks.timeout(), tasks.step() })
  end)

  it("tells its socket while an answer is due, and the time of a sleep", function()
    local client <close> = assert(bylaw.connect { endpoint = trouble.url .. "/slow",
      credential = "t" })
    local task = tasks.spawn(function()
      return client:request("GET", trouble.url .. "/slow/100")
    end)
    assert.is_true(tasks.step())
    local sockets
    repeat
      tasks.step(0.01)
      sockets = tasks.sockets()
    until task.done or (sockets[1] and not sockets[1].writes)
    assert.same({ 1, true }, { #sockets, sockets[1].reads })
    assert.is_true(tasks.timeout() > 0)
    task:join()
    local sleeper = tasks.spawn(tasks.sleep, 0.5)
    tasks.step()
    assert.near(0.5, tasks.timeout(), 0.1)
    sleeper:cancel()
    assert.is_nil(tasks.timeout())
  end)

  it("is driven by luasocket's select alone", function()
    if without "socket" then pending "needs luasocket" return end
    local socket = require "socket"
    local client <close> = assert(bylaw.connect { endpoint = trouble.url .. "/slow",
      credential = "t" })
    local done = {}
    for i, ms in ipairs { 90, 30, 60 } do
      tasks.spawn(function()
        assert(client:request("GET", trouble.url .. "/slow/" .. ms))
        table.insert(done, i)
      end)
    end
    local turns, longest = 0, 0
    while true do
      local began = tasks.now()
      if not tasks.step() then break end
      longest, turns = math.max(longest, tasks.now() - began), turns + 1
      local reads, writes = {}, {}
      for _, one in ipairs(tasks.sockets()) do
        local object = { getfd = function() return one.fd end }
        if one.reads then table.insert(reads, object) end
        if one.writes then table.insert(writes, object) end
      end
      socket.select(reads, writes, math.min(tasks.timeout() or 1, 1))
    end
    assert.same({ 2, 3, 1 }, done)
    assert.is_true(longest < 0.03) -- no step waits
    assert.is_true(turns < 100)    -- and none is taken for nothing
  end)

  it("is driven by luv, as the example does", function()
    if without "luv" then pending "needs luv" return end
    local output, status = shell.run "timeout 20 lua5.4 examples/event_loop.lua"
    local lines = {}
    for line in output:gmatch "[^\n]+" do table.insert(lines, line) end
    table.sort(lines)
    assert.same({ "created policy 1", "created policy 2", "created policy 3",
      "nothing is left to do", "slept, and the host's timer ran: true" }, lines)
    assert.equal(0, status)
  end)
end)
