--- Every kind, from table to service and back.
local bylaw = require "bylaw"
local examples = require "bylaw.render.examples"

describe("every kind", function()
  local graph, client

  setup(function()
    graph = assert(require("bylaw.emulator").start { store = ":memory:" })
    client = assert(bylaw.connect { endpoint = graph.url, credential = graph.token })
  end)
  teardown(function()
    client:close()
    graph:stop()
  end)

  for _, kind in ipairs(bylaw.kinds) do
    it("is created, listed and read back: " .. kind, function()
      local policy = load("return " .. examples[kind], kind, "t", { bylaw = bylaw })()
      local stored = assert(client:create(policy))
      assert.same({}, stored.problems)
      assert.is_true(bylaw.definition.equal(kind, policy.definition, stored.definition))
      assert.equal(stored.id, assert(client:list(kind))[1].id)
      assert.same(stored, assert(client:get(kind, stored.id)))
      assert.is_true(client:delete(kind, stored.id))
    end)
  end
end)
