local bylaw = require "bylaw"
local cjson = require "cjson"
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

describe("bylaw delete", function()
  local emulator, client, folder, id

  before_each(function()
    emulator = assert(require("bylaw.emulator").start())
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
    folder = shell.scratch()
    shell.write(folder .. "/token", emulator.token)
    id = assert(client:create(bylaw.tokenLifetimePolicy {
      displayName = "one \27[31m", definition = { AccessTokenLifetime = "8:00:00" },
    })).id
  end)
  after_each(function()
    client:close()
    emulator:stop()
    shell.remove(folder)
  end)

  local function delete(...)
    return cli.call({ "delete", ... },
      { env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token } })
  end

  local function on_terminal(typed)
    return cli.terminal(folder, "delete token-lifetime " .. id .. " --color never "
      .. "--token-file token --endpoint " .. emulator.url, typed)
  end

  local function count() return #assert(client:list "tokenLifetimePolicy") end

  it("deletes by name or id, without asking, when --yes says so", function()
    assert.same({ code = 0, err = "", out = 'deleted tokenLifetimePolicy "one \\u{1B}[31m" ' .. id
      .. "\n" }, delete("token-lifetime", "one \27[31m", "--yes"))
    assert.equal(0, count())
    local outcome = delete("token-lifetime", id, "-y")
    assert.equal(1, outcome.code)
    assert.matches("\n  404 Request_ResourceNotFound\n", outcome.err)
  end)

  it("prints the policy that was deleted as JSON", function()
    local gone = cjson.decode(delete("token-lifetime", id, "-y", "-o", "json").out)
    assert.same({ id, "8:00:00" }, { gone.id, gone.definition.AccessTokenLifetime })
    assert.equal(0, count())
  end)

  it("refuses where nobody can be asked", function()
    assert.same({ code = 1, out = "", err = "bylaw: there is no terminal to ask on: say --yes to "
      .. "delete without being asked\n" }, delete("token-lifetime", id))
    assert.equal(1, count())
  end)

  it("asks on a terminal, and deletes when the answer is yes", function()
    local shown, code = on_terminal "yes\n"
    assert.equal(0, code)
    assert.equal(([[
Delete tokenLifetimePolicy "one \u{1B}[31m"?
  id ID
  in URL
Only 'yes' will be accepted: deleted tokenLifetimePolicy "one \u{1B}[31m"
    ID
]]):gsub("ID", id):gsub("URL", emulator.url),
      (shown:match "Delete.*")) -- before it the terminal may echo what is typed
    assert.equal(0, count())
  end)

  for name, typed in pairs { y = "y\n", nothing = "\n", ["yes and more"] = "yes please\n" } do
    it(("deletes nothing when the answer is %s"):format(name), function()
      local shown, code = on_terminal(typed)
      assert.equal(1, code)
      assert.matches("nothing was deleted\n$", shown)
      assert.equal(1, count())
    end)
  end

  it("deletes nothing where several have the name", function()
    assert(client:create(bylaw.tokenLifetimePolicy {
      displayName = "one \27[31m", definition = { AccessTokenLifetime = "8:00:00" },
    }))
    assert.equal(1, delete("token-lifetime", "one \27[31m", "--yes").code)
    assert.equal(2, count())
  end)
end)
