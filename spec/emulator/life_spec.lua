local cjson = require "cjson"
local emulators = require "bylaw.emulator"
local graph = require "spec.support.graph"
local service = require "spec.support.service"
local shell = require "spec.support.shell"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"

--- This process's id, and how many entries a folder of it in /proc has.
local function pid() return (assert(io.open("/proc/self/stat")):read "n") end
local function count(what)
  return tonumber(shell.must("ls /proc/%d/%s | wc -l", pid(), what))
end

describe("bylaw.emulator, life:", function()
  it("listens when start returns, on loopback and a port that was free", function()
    local a <close> = graph.start()
    local b <close> = graph.start()
    for _, emulator in ipairs { a, b } do
      assert.equal(("http://127.0.0.1:%d"):format(emulator.port), emulator.url)
      assert.equal("integer", math.type(emulator.port))
      assert.equal(200, graph.call(emulator, "GET", TYPED).status)
    end
    assert.not_equal(a.port, b.port)
    assert.equal(("bylaw.emulator (%s)"):format(a.url), tostring(a))
  end)

  it("makes a token that differs each time, unless one is given", function()
    local a <close> = emulators.start()
    local b <close> = emulators.start {}
    assert.matches("^[%w_-]+$", a.token)
    assert.equal(43, #a.token)
    assert.not_equal(a.token, b.token)
    local function status(token)
      return graph.call(a, "GET", TYPED, nil, { Authorization = "Bearer " .. token }).status
    end
    assert.equal(200, status(a.token))
    assert.equal(401, status(b.token))
    local c <close> = graph.start { token = "~!given" }
    assert.equal("~!given", c.token)
  end)

  it("takes the port that is asked for, and again when it is free", function()
    local first <close> = graph.start()
    local port = first.port
    graph.call(first, "GET", TYPED)
    first:stop()
    local second <close> = graph.start { port = port }
    assert.equal(port, second.port)
  end)

  it("listens on IPv6 and by name", function()
    for host, expected in pairs { ["::1"] = "http://[::1]:", localhost = "http://127.0.0.1:" } do
      local emulator, err = emulators.start { host = host, token = graph.TOKEN }
      if emulator then
        assert.equal(expected .. emulator.port, emulator.url)
        assert.equal(200, graph.call(emulator, "GET", TYPED).status)
        emulator:stop()
      else -- a machine without IPv6
        assert.equal("listen", err.code)
      end
    end
  end)

  describe("refuses to start", function()
    local function refusal(options, code, ...)
      local emulator, err = emulators.start(options)
      assert.is_nil(emulator)
      assert.equal(code, err.code)
      for _, words in ipairs { ... } do
        assert.is_truthy(err.message:find(words, 1, true), err.message)
      end
      assert.is_truthy(tostring(err):find(err.message, 1, true))
    end

    it("on a port in use", function()
      local other <close> = graph.start()
      refusal({ port = other.port }, "listen",
        ("port %d of 127.0.0.1 is in use"):format(other.port), "0 to have one picked")
    end)

    it("where other machines reach it, unless that is allowed", function()
      for _, host in ipairs { "0.0.0.0", "::" } do
        refusal({ host = host }, "invalid", "can be reached from other machines",
          "allow it expressly")
      end
      local open <close> = assert(emulators.start { host = "0.0.0.0", allow_remote = true })
      assert.equal(("http://0.0.0.0:%d"):format(open.port), open.url)
    end)

    it("on what is no address, or none of this machine", function()
      refusal({ host = "" }, "invalid", "'' is no address to listen on")
      refusal({ host = "256.0.0.1" }, "invalid", "'256.0.0.1' is no address to listen on")
      refusal({ host = "192.0.2.1", allow_remote = true }, "listen",
        "is not an address of this machine")
    end)

    it("with a token that no header can hold", function()
      for _, token in ipairs { "", "a b", "a\n", "\u{e9}", "\127" } do
        refusal({ token = token }, "invalid", "visible ASCII characters")
      end
    end)
  end)

  it("raises for options that are none, and names those there are", function()
    local cases = {
      { { prot = 1 },
        "no option 'prot'; there are allow_remote, check, decide, enforce_permissions, faults, "
          .. "host, identity, lag, page_size, port, random_seed, store, tls and token" },
      { { lag = -1 }, "option 'lag' must be an integer from 0 to 3600000" },
      { { lag = 3600001 }, "option 'lag'" }, { { page_size = 0.5 }, "option 'page_size'" },
      { { random_seed = "1" }, "option 'random_seed' must be an integer" },
      { { faults = {} }, "option 'faults' must be a string, not table" },
      { { 1 }, "no option '1'" }, { { [true] = 1 }, "no option 'true'" },
      { { port = "80" }, "option 'port' must be an integer from 0 to 65535" },
      { { port = 65536 }, "option 'port'" }, { { port = -1 }, "option 'port'" },
      { { port = 0.5 }, "option 'port'" },
      { { host = 1 }, "option 'host' must be a string, not number" },
      { { store = false }, "option 'store' must be a string, not boolean" },
      { { store = "a\0b" }, "option 'store' must not hold a zero byte" },
      { { token = {} }, "option 'token' must be a string, not table" },
      { { check = 0 }, "option 'check' must be true or false, not number" },
      { { identity = 1 }, "option 'identity' must be a table or JSON text, not number" },
      { { enforce_permissions = 1 }, "option 'enforce_permissions' must be true or false" },
      { { tls = "yes" },
        "option 'tls' must be true, or a table with 'cert' and 'key', not string" },
      { { tls = { cert = "a" } }, "option 'tls' needs both 'cert' and 'key'" },
      { { tls = { key = "a" } }, "option 'tls' needs both 'cert' and 'key'" },
      { { tls = { cert = 1, key = "a" } }, "option 'tls.cert' must be the path of a file" },
      { { allow_remote = "yes" }, "option 'allow_remote' must be true or false, not string" },
    }
    for _, case in ipairs(cases) do
      local ok, message = pcall(emulators.start, case[1])
      assert.is_false(ok)
      assert.is_truthy(message:find(case[2], 1, true), message)
    end
    assert.is_false(pcall(emulators.start, "here"))
  end)

  it("is stopped once, however often it is told", function()
    local emulator = graph.start()
    local url = emulator.url
    emulator:stop()
    emulator:stop()
    assert.equal(("bylaw.emulator (stopped, %s)"):format(url), tostring(emulator))
    assert.equal(url, emulator.url)
    assert.equal(graph.TOKEN, emulator.token)
    assert.has_error(function() emulator:reset() end, "the emulator is stopped")
    assert.has_error(function() emulator:wait() end, "the emulator is stopped")
    assert.is_nil(emulator.nothing)
  end)

  it("is stopped when it is closed and when it is collected", function()
    local threads = count "task"
    do local emulator <close> = graph.start() end -- luacheck: ignore 211
    assert.equal(threads, count "task")
    graph.start()
    collectgarbage()
    collectgarbage()
    assert.equal(threads, count "task")
  end)

  it("leaks neither threads nor descriptors nor files", function()
    local folder = shell.scratch()
    local function once(store)
      local emulator <close> = graph.start { store = store }
      graph.create(emulator, TYPED)
    end
    once ":memory:"
    graph.collect()
    local threads, files = count "task", count "fd"
    for i = 1, 50 do once(i % 2 == 0 and ":memory:" or folder .. "/store.db") end
    for _ = 1, 10 do
      assert.is_nil((emulators.start { store = folder }))
      assert.is_nil((emulators.start { host = "192.0.2.1", allow_remote = true }))
    end
    assert.equal(threads, count "task")
    -- the pool of this spec keeps some of its connections until it needs their place
    assert.is_true(count "fd" <= files + 64)
    assert.equal("store.db\n", shell.must("ls -A '%s'", folder))
    shell.remove(folder)
  end)

  it("stops with connections open, idle and half-way through a request", function()
    local emulator = graph.start()
    graph.call(emulator, "GET", TYPED)
    local port = emulator.port
    local open = assert(io.popen(([[bash -c '
      exec 3<>/dev/tcp/127.0.0.1/%d 4<>/dev/tcp/127.0.0.1/%d
      printf "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nx" >&3
      echo
      cat <&3; cat <&4; echo closed' 2>/dev/null]]):format(port, port)))
    open:read "l"
    local began = os.time()
    emulator:stop()
    assert.is_true(os.time() - began <= 2)
    assert.equal("closed\n", open:read "a")
    open:close()
  end)

  it("answers what is under way before it stops, and stores what it answered", function()
    local folder = shell.scratch()
    local store = folder .. "/store.db"
    local emulator = graph.start { store = store }
    for _ = 1, 200 do graph.submit(emulator, "POST", TYPED, graph.body()) end
    local made, seen = {}, 0
    graph.collect(function(result)
      if result.status == 201 then made[cjson.decode(result.body).id] = true end
      seen = seen + 1
      if seen == 1 then emulator:stop() end
    end)
    assert.equal(200, seen)
    local again <close> = graph.start { store = store }
    local present = {}
    for _, policy in ipairs(graph.all(again, TYPED)) do
      present[policy.id] = true
    end
    for id in pairs(made) do assert.is_true(present[id]) end
    shell.remove(folder)
  end)

  it("needs no other module, and its errors read well without them", function()
    local output, status = shell.run([[lua5.4 -e '
      local emulator = require("bylaw.emulator")
      assert(not package.loaded["bylaw.core"])
      local _, err = emulator.start { store = "" }
      print(err)']])
    assert.equal(0, status)
    assert.equal("the store has no name; give a file, or :memory:\n", output)
  end)

  it("takes no signals on its threads", function()
    local function threads()
      local list = {}
      for id in shell.must("ls /proc/%d/task", pid()):gmatch "%d+" do list[id] = true end
      return list
    end
    local before = threads()
    local emulator <close> = graph.start() -- luacheck: ignore 211
    local wanted = 1 << (2 - 1) | 1 << (15 - 1) | 1 << (17 - 1) -- INT, TERM, CHLD
    local new = 0
    for id in pairs(threads()) do
      if not before[id] then
        local status = shell.read(("/proc/self/task/%s/status"):format(id))
        assert.equal(wanted, tonumber(status:match "SigBlk:%s+(%x+)", 16) & wanted)
        new = new + 1
      end
    end
    assert.equal(2, new)
  end)

  describe("wait", function()
    --- A process that waits and, while it gets ready, is sent a signal; what it prints.
    local function waiting(name)
      return shell.run([[lua5.4 -e '
        local e <close> = require("bylaw.emulator").start()
        local pid = assert(io.open("/proc/self/stat")):read "n"
        print(e:wait(function() os.execute("kill -%s " .. pid) end))
        print(e.url:match "^http:")']], name)
    end

    it("holds a signal that comes while ready runs, and gives its name", function()
      for _, name in ipairs { "INT", "TERM" } do
        local output, status = waiting(name)
        assert.same({ ("SIG%s\nhttp:\n"):format(name), 0 }, { output, status })
      end
    end)

    it("ends when a signal comes, and everything with it", function()
      local folder = shell.scratch()
      local other = service.start(graph.server_command(folder .. "/store.db"))
      graph.create(other, TYPED)
      assert.equal(0, (other:stop()))
      assert.equal("store.db\nstore.db.pid\n", shell.must("ls -A '%s'", folder))
      shell.remove(folder)
    end)

    it("raises what ready raises, and lets signals through again", function()
      local emulator <close> = graph.start()
      local function mask() -- read here, since a shell is started with signals blocked
        return shell.read("/proc/self/status"):match "SigBlk:%s+(%x+)"
      end
      local before, during = mask(), nil
      local ok, err = pcall(emulator.wait, emulator, function()
        during = mask()
        error({ "mine" })
      end)
      assert.is_false(ok)
      assert.same({ "mine" }, err)
      assert.equal(before, mask())
      assert.not_equal(before, during)
      assert.is_false(pcall(emulator.wait, emulator, 1))
    end)
  end)
end)
