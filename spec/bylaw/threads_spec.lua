--- Several Lua states in several threads of one process, each with a client of its own. `make tsan`
--- runs this under ThreadSanitizer.
local bylaw = require "bylaw"
local threads = require "threads"

local CHUNK = [[
  local number, url, token = ...
  local bylaw = require "bylaw"
  local client <close> = assert(bylaw.connect { endpoint = url, credential = token })
  local names = {}
  for i = 1, 20 do names[i] = ("thread %d, policy %d"):format(number, i) end
  local made = assert(bylaw.map(names, function(name)
    return client:create(bylaw.tokenLifetimePolicy { displayName = name,
      definition = { AccessTokenLifetime = "8:00:00" } })
  end, { concurrency = 4 }))
  for i, p in ipairs(made) do
    assert(client:get("tokenLifetimePolicy", p.id).displayName == names[i])
  end
  assert(not client:get("tokenLifetimePolicy", "11111111-2222-3333-4444-555555555555"))
]]

describe("several Lua states in several threads", function()
  it("work side by side and do not disturb one another", function()
    local emulator = assert(require("bylaw.emulator").start())
    local client <close> = assert(bylaw.connect { endpoint = emulator.url,
      credential = emulator.token })
    assert.same({}, threads.run(6, CHUNK, emulator.url, emulator.token))
    assert.equal(120, #assert(client:list "tokenLifetimePolicy"))
    emulator:stop()
  end)

  it("tell their errors", function()
    local told = threads.run(2, "local n = ... error('no ' .. n, 0)")
    assert.same({ "no 1", "no 2" }, told)
  end)
end)
