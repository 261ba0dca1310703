local cjson = require "cjson"
local emulators = require "bylaw.emulator"
local graph = require "spec.support.graph"
local service = require "spec.support.service"
local shell = require "spec.support.shell"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"
local APPLICATION_ID, USER_VERSION = 68, 60 -- places of four bytes each in an SQLite header

--- How often the process is killed; BYLAW_KILLS=50 is the long form.
local KILLS = tonumber(os.getenv "BYLAW_KILLS") or 5

describe("bylaw.emulator, store:", function()
  local folder, path
  before_each(function()
    folder = shell.scratch()
    path = folder .. "/policies.db"
  end)
  after_each(function() shell.remove(folder) end)

  --- Ids and names of all policies of a running emulator, in order.
  local function listed(emulator)
    local ids, names = {}, {}
    for i, policy in ipairs(graph.all(emulator, TYPED)) do
      ids[i], names[i] = policy.id, policy.displayName
    end
    return ids, names
  end

  local function patch(place, bytes)
    local file = assert(io.open(path, "r+b"))
    file:seek("set", place)
    file:write(bytes)
    file:close()
  end

  local function refusal(store, ...)
    local emulator, err = emulators.start { store = store }
    assert.is_nil(emulator)
    assert.equal("store", err.code)
    for _, words in ipairs { ... } do
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    return err.message
  end

  describe("a file", function()
    it("keeps everything over a restart, byte for byte", function()
      local first <close> = graph.start { store = path }
      local id = graph.create(first, TYPED)
      graph.create(first, "/beta/policies", graph.body {
        type = '"TokenLifetimePolicy"', definition = '"' .. graph.ESCAPED .. '"',
        isOrganizationDefault = "true",
      })
      local changed = graph.create(first, TYPED)
      local gone = graph.create(first, TYPED)
      graph.call(first, "PATCH", TYPED .. "/" .. changed, '{"displayName":"changed"}')
      graph.call(first, "DELETE", TYPED .. "/" .. gone)
      local function all(emulator)
        return graph.call(emulator, "GET", "/beta/policies").body:gsub(emulator.url, "")
          .. graph.call(emulator, "GET", TYPED .. "/" .. id).body:gsub(emulator.url, "")
      end
      local before = all(first)
      first:stop()
      local second <close> = graph.start { store = path }
      assert.equal(before, all(second))
      assert.equal(404, graph.call(second, "GET", TYPED .. "/" .. gone).status)
    end)

    it("of the first form is brought to this one, with all that is in it", function()
      shell.must("cp spec/data/store-1.db '%s'", path)
      local first <close> = graph.start { store = path }
      local function shown(emulator)
        local all = {}
        for i, policy in ipairs(graph.all(emulator, "/beta/policies")) do
          all[i] = ("%s %s %s"):format(policy.type, policy.displayName, type(policy.definition))
        end
        return all
      end
      local old = {
        "TokenLifetimePolicy eight hours table", "TokenLifetimePolicy as one string string",
        "TokenIssuancePolicy issuance 1 table", "TokenIssuancePolicy issuance 2 table",
        "TokenIssuancePolicy issuance 3 table",
      }
      assert.same(old, shown(first))
      assert.equal(201, graph.call(first, "POST", "/v1.0/applications",
        '{"displayName":"new"}').status)
      first:stop()
      local second <close> = graph.start { store = path }
      assert.same(old, shown(second))
      assert.equal(1, #graph.all(second, "/v1.0/applications"))
    end)

    it("is one file when the emulator is stopped", function()
      local emulator <close> = graph.start { store = path }
      graph.create(emulator, TYPED)
      emulator:stop()
      assert.equal("policies.db\n", shell.must("ls -A '%s'", folder))
    end)

    it("is empty after a reset, and after a restart too", function()
      local first <close> = graph.start { store = path }
      graph.create(first, TYPED)
      assert.is_true(first:reset())
      first:stop()
      local second <close> = graph.start { store = path }
      assert.same({}, (listed(second)))
    end)

    it("may have any name", function()
      for _, name in ipairs { "a b?c=d", "file:x", "é'\"%s" } do
        local emulator <close> = graph.start { store = folder .. "/" .. name }
        graph.create(emulator, TYPED)
        emulator:stop()
        local file = assert(io.open(folder .. "/" .. name, "rb"))
        assert.equal("SQLite format 3\0", file:read(16))
        file:close()
      end
    end)

    it("may be there and empty", function()
      shell.write(path, "")
      local emulator <close> = graph.start { store = path }
      graph.create(emulator, TYPED)
    end)
  end)

  it("in memory leaves nothing anywhere", function()
    local first <close> = graph.start { store = ":memory:" }
    graph.create(first, TYPED)
    local second <close> = graph.start { store = ":memory:" }
    assert.same({}, (listed(second)))
  end)

  describe("it refuses", function()
    it("a file that another emulator of this process holds", function()
      local emulator <close> = graph.start { store = path }
      refusal(path, "is in use by another emulator", "a file of its own")
      graph.create(emulator, TYPED)
      assert.equal(1, #listed(emulator))
    end)

    it("a file that an emulator of another process holds", function()
      local other = service.start(graph.server_command(path))
      refusal(path, "is in use by another emulator")
      graph.create(other, TYPED)
      assert.equal(0, (other:stop()))
      local mine <close> = graph.start { store = path }
      assert.equal(1, #listed(mine))
    end)

    it("a folder that is not there", function()
      refusal(folder .. "/no/policies.db", "No such file or directory",
        "a folder that exists and is writable")
    end)

    it("a folder", function() refusal(folder, "cannot be opened") end)
    it("a name that is empty", function() refusal("", "give a file, or :memory:") end)

    it("a file that is none of SQLite's", function()
      local text = ("no database\n"):rep(1000)
      shell.write(path, text)
      refusal(path, "is not a bylaw store")
      assert.equal(text, shell.read(path))
      assert.equal("policies.db\n", shell.must("ls -A '%s'", folder))
    end)

    it("a file that is SQLite's but not its own, and leaves it as it is", function()
      graph.start({ store = path }):stop()
      patch(APPLICATION_ID, "\0\0\0\0")
      local bytes = shell.read(path)
      refusal(path, "is an SQLite file but not a bylaw store")
      patch(APPLICATION_ID, "abcd")
      refusal(path, "is an SQLite file but not a bylaw store")
      patch(APPLICATION_ID, "\0\0\0\0")
      assert.equal(bytes, shell.read(path))
    end)

    it("a store of a newer form", function()
      graph.start({ store = path }):stop()
      local version = shell.read(path):sub(USER_VERSION + 1, USER_VERSION + 4)
      patch(USER_VERSION, "\0\0\1\0")
      refusal(path, "made by a newer bylaw",
        ("version 256 of its form, and this one knows %d"):format((">I4"):unpack(version)))
      patch(USER_VERSION, version)
      graph.start({ store = path }):stop()
    end)

    it("a store whose pages are damaged", function()
      graph.start({ store = path }):stop()
      patch(100, ("\xff"):rep(200))
      refusal(path, "cannot be used")
    end)

    --- Whether a store can be opened by someone who may not write everywhere.
    local function as_nobody(store)
      local program = ([[local e, err = require("bylaw.emulator").start { store = "%s" }
        io.write(e and "started" or err.code .. ": " .. err.message)]]):format(store)
      local who = shell.run("id -u") == "0\n" and "setpriv --reuid 65534 --clear-groups" or ""
      return shell.run("%s lua5.4 -e '%s' 2>/dev/null", who, (program:gsub("%%", "%%%%")))
    end

    it("what cannot be written", function()
      if shell.run("id -u") == "0\n" and select(2, shell.run("setpriv --version")) ~= 0 then
        pending("needs setpriv to be less than root")
        return
      end
      graph.start({ store = path }):stop()
      shell.must("chmod 777 '%s'; chmod 444 '%s'", folder, path)
      local unwritable = "^store: .*cannot be written; it and its folder must be writable"
      assert.matches(unwritable, as_nobody(path))
      shell.must("chmod 666 '%s'; chmod 555 '%s'", path, folder)
      assert.matches("^store: .*must be.*writable", as_nobody(path))
      assert.matches("^store: .*must be.*writable", as_nobody(folder .. "/new.db"))
      shell.must("chmod 777 '%s'", folder)
      assert.equal("started", as_nobody(path))
    end)
  end)

  --- Keeps creates going, and deletes of every tenth, until `enough` were acknowledged; then calls
  --- `strike` and waits for what becomes of the rest.
  local function storm(emulator, enough, strike)
    local made, deleted, acknowledged, going = {}, {}, 0, true
    local creates, deletes = {}, {}
    local function create()
      creates[graph.submit(emulator, "POST", TYPED, graph.body())] = true
    end
    for _ = 1, 32 do create() end
    graph.collect(function(result)
      if result.status == 201 and creates[result.id] then
        local id = cjson.decode(result.body).id
        made[id] = true
        acknowledged = acknowledged + 1
        if acknowledged % 10 == 0 then
          deletes[graph.submit(emulator, "DELETE", TYPED .. "/" .. id)] = id
        end
      elseif result.status == 204 then
        deleted[deletes[result.id]] = true
      end
      if going and acknowledged >= enough then
        going = false
        strike()
      end
      if going then create() end
    end)
    return made, deleted, deletes
  end

  it("loses nothing that was acknowledged when the process is killed", function()
    for round = 1, KILLS do
      local other = service.start(graph.server_command(path))
      local made, deleted, deletes = storm(other, 50 + round * 97 % 500, function()
        shell.must("kill -9 %s", shell.read(path .. ".pid"))
      end)
      assert.equal(137, (other:stop()))

      local again <close> = graph.start { store = path }
      local present = {}
      for _, policy in ipairs(graph.all(again, TYPED)) do
        present[policy.id] = true
        assert.same({ graph.DEFINITION }, policy.definition)
        assert.equal("eight hours", policy.displayName)
      end
      local asked = {}
      for _, id in pairs(deletes) do asked[id] = true end
      for id in pairs(made) do
        if deleted[id] then
          assert.is_nil(present[id], "a deleted policy is back")
        elseif not asked[id] then
          assert.is_true(present[id], "an acknowledged policy is lost")
        end
      end
      again:reset()
    end
  end)

  it("refuses what it has no room for, serves the rest and loses nothing", function()
    local other = service.start(
      ("bash -c 'ulimit -f 400; %s'"):format(graph.server_command(path):gsub("'", "'\\''")))
    local statuses, made, message = {}, {}, nil
    local sent = {}
    for i = 1, 2000 do
      local method = i % 10 == 0 and "GET" or "POST"
      local target = method == "GET" and TYPED .. "/11111111-2222-3333-4444-555555555555" or TYPED
      sent[graph.submit(other, method, target, method == "POST" and graph.body() or nil)] = method
    end
    for id, result in pairs(graph.collect()) do
      local key = sent[id] .. " " .. tostring(result.status)
      statuses[key] = (statuses[key] or 0) + 1
      if result.status == 201 then made[cjson.decode(result.body).id] = true end
      if result.status == 500 then message = graph.error(result).message end
    end
    assert.equal(200, statuses["GET 404"])
    assert.equal(1800, (statuses["POST 201"] or 0) + (statuses["POST 500"] or 0))
    assert.is_true(statuses["POST 201"] > 50 and statuses["POST 500"] > 50)
    assert.matches("^Encountered an internal server error: the store refused %(.+%)%.$", message)
    local _, present = nil, {}
    for _, id in ipairs((listed(other))) do present[id] = true end
    assert.same(made, present)
    present = {} -- and there is no room for what a list by name is read from
    for _, policy in ipairs((graph.all(other, TYPED .. "?$top=100&$orderby=displayName"))) do
      present[policy.id] = true
    end
    assert.same(made, present)
    assert.equal(0, (other:stop()))

    local again <close> = graph.start { store = path }
    present = {}
    for _, id in ipairs((listed(again))) do present[id] = true end
    assert.same(made, present)
    graph.create(again, TYPED)
  end)
end)
