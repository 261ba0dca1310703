--- The sanitized host can fail: each fault that it is there for is planted and
--- must be reported. Runs in the host alone (make asan).

local shell = require "spec.support.shell"

--- Output and exit status of a chunk in a host of its own.
local function run(chunk)
  return shell.run("lua5.4 -e '%s'", chunk)
end

describe("the sanitized host", function()
  it("is Lua 5.4", function()
    assert.equal("Lua 5.4", _VERSION)
    assert.table(host)
  end)

  for name, case in pairs {
    leak = { chunk = 'require "planted".leak(77)', status = 99,
      words = { "LeakSanitizer: detected memory leaks", "77 byte", "planted_leak" } },
    overflow = { chunk = 'require "planted".overflow(33)', status = 99,
      words = { "heap%-buffer%-overflow", "planted_overflow" } },
    undefined = { chunk = 'require "planted".undefined(true, 1)', status = 1,
      words = { "signed integer overflow", "planted_undefined" } },
    ["loan not given back"] = { chunk = 'require "planted".lent(55)', status = 97,
      words = { "55 bytes of Lua's allocator are held at the end" } },
    ["finalizer that fails"] = { status = 98, words = { "boom" },
      chunk = 'setmetatable({}, { __gc = function() error "boom" end })' },
    ["leak before os.exit"] = { chunk = 'require "planted".leak(66) os.exit(0)', status = 99,
      words = { "66 byte" } },
  } do
    it("reports a planted " .. name .. " and ends with a status of its own", function()
      local output, status = run(case.chunk)
      for _, word in ipairs(case.words) do assert.matches(word, output) end
      assert.equal(case.status, status)
    end)
  end

  it("ends quietly with status 0 when nothing is wrong", function()
    local output, status = run 'print(require "planted" ~= nil)'
    assert.equal("true\n", output)
    assert.equal(0, status)
  end)

  it("ends with the status that os.exit was given, and 1 after an error", function()
    assert.equal(7, select(2, run "os.exit(7)"))
    assert.equal(0, select(2, run "os.exit(true)"))
    assert.equal(1, select(2, run "os.exit(false)"))
    local output, status = run 'error("boom")'
    assert.matches("boom", output)
    assert.equal(1, status)
  end)

  it("fails at the next instruction after SIGINT, as lua5.4 does", function()
    local output, status = run [[
      local pipe = io.popen("kill -INT $PPID")
      pipe:close()
      while true do end]]
    assert.matches("interrupted!", output, 1, true)
    assert.equal(1, status)
  end)

  it("passes options, script and arguments as lua5.4 does", function()
    local folder = shell.scratch()
    local script = folder .. "/script.lua"
    shell.write(script,
      "print(x, arg[0] == ..., select('#', ...), (select(2, ...)), arg[1] == arg[0])")
    local output = shell.must("lua5.4 -e 'x = 5' %s %s 'a b'", script, script)
    shell.remove(folder)
    assert.equal("5\ttrue\t2\ta b\ttrue\n", output)
  end)

  it("counts the bytes that C holds of Lua's allocator", function()
    collectgarbage()
    local before = host.held()
    local output = run [[print((host.held()), require "planted".lent(55), (host.held()))]]
    assert.matches("^0\ttrue\t55\n", output)
    assert.equal(before, (host.held()))
  end)
end)

describe("host.fail", function()
  local function make_tables()
    local list = {}
    for i = 1, 20 do list[i] = { i } end
    return #list
  end

  it("refuses nothing for 0, and counts", function()
    local ok, result, asked, refused = host.fail(make_tables, 0)
    assert.same({ true, 20, 0 }, { ok, result, refused })
    assert.is_true(asked >= 40)
  end)

  it("refuses one request, which Lua survives by collecting", function()
    local ok, result, _, refused = host.fail(make_tables, 10, "once")
    assert.same({ true, 20, 1 }, { ok, result, refused })
  end)

  it("refuses the nth request and all behind it", function()
    local ok, err, asked, refused = host.fail(make_tables, 10, "from")
    assert.same({ false, "not enough memory" }, { ok, err })
    assert.equal(asked - 9, refused)
  end)

  it("leaves no refusal behind", function()
    host.fail(make_tables, 1, "from")
    assert.equal(20, make_tables())
  end)

  it("gives back the error that the function raised", function()
    local ok, err = host.fail(function() error({ "mine" }) end, 0)
    assert.same({ false, { "mine" } }, { ok, err })
  end)
end)

describe("spec.support.torture", function()
  --- What it says of an operation, run in a host of its own.
  local function complaints(operation)
    return (run(([[
      local torture = dofile "spec/support/torture.lua"
      for _, mode in ipairs { "once", "from" } do
        local report = torture.run({ run = %s }, mode)
        print(mode, report.points > 0, table.concat(report.complaints, "; "))
      end]]):format(operation)))
  end

  it("has nothing to say of an operation that survives", function()
    assert.equal("once\ttrue\t\nfrom\ttrue\t\n",
      complaints "function() return { { 1 }, { 2 } } end")
  end)

  it("complains of memory not given back", function()
    local output = complaints [[function() return require "planted".lent(5) and 1 or 1 end]]
    assert.matches("leaks: C held %d+ bytes and 0 blocks of libcurl before, %d+ and 0 after",
      output)
    assert.matches("LeakSanitizer found a leak", output)
  end)

  it("complains of a wrong result, an unfitting error and a raised one", function()
    for expected, handler in pairs {
      ["another result than with memory"] = "return 2",
      ["returned refused: table"] = "return nil, refused",
      ["raised boom"] = "error([[boom]], 0)",
    } do
      local output = complaints(([[(function()
        local refused = { code = "refused" }
        return function()
          local ok = pcall(function() return { {}, {}, {} } end)
          if ok then return 1 end
          %s
        end
      end)()]]):format(handler))
      assert.matches(expected, output, 1, true)
    end
  end)
end)
