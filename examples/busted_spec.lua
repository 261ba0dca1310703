-- luacheck: std +busted
--- The emulator in a spec of your own: a Graph that remembers, for your code to talk to.
--- Run it by: lua5.4 "$(command -v busted)" examples/busted_spec.lua
local bylaw = require "bylaw"

--- The code under test: makes sure that a policy of this name gives tokens of this lifetime.
local function ensure_lifetime(client, name, lifetime)
  local wanted = { AccessTokenLifetime = lifetime }
  for policy in client:each "tokenLifetimePolicy" do
    if policy.displayName == name then
      if bylaw.definition.equal(policy.kind, policy.definition, wanted) then return "unchanged" end
      assert(client:update(policy.kind, policy.id, { definition = wanted }))
      return "updated"
    end
  end
  assert(client:create(bylaw.tokenLifetimePolicy { displayName = name, definition = wanted }))
  return "created"
end

describe("ensure_lifetime", function()
  local emulator, client

  setup(function() emulator = assert(require("bylaw.emulator").start()) end)
  teardown(function() emulator:stop() end)

  before_each(function()
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
  end)
  after_each(function()
    client:close()
    assert(emulator:reset())
  end)

  it("creates the policy when there is none", function()
    assert.equal("created", ensure_lifetime(client, "short", "1:00:00"))
    local policies = assert(client:list "tokenLifetimePolicy")
    assert.equal(1, #policies)
    assert.equal("1:00:00", policies[1].definition.AccessTokenLifetime)
  end)

  it("makes no second one, however the time is written", function()
    ensure_lifetime(client, "short", "1:00:00")
    assert.equal("unchanged", ensure_lifetime(client, "short", "01:00:00"))
    assert.equal(1, #assert(client:list "tokenLifetimePolicy"))
  end)

  it("changes the one that there is", function()
    ensure_lifetime(client, "short", "1:00:00")
    assert.equal("updated", ensure_lifetime(client, "short", "2:00:00"))
    local policies = assert(client:list "tokenLifetimePolicy")
    assert.equal(1, #policies)
    assert.equal("2:00:00", policies[1].definition.AccessTokenLifetime)
  end)

  it("starts every case without policies", function()
    assert.same({}, assert(client:list "tokenLifetimePolicy"))
  end)
end)
