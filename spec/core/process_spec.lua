local core = require "bylaw.core"
local shell = require "spec.support.shell"

--- Runs to the end; the result, or nil and err.
local function run(argv, options)
  local process, err = core.run(argv, options)
  if not process then return nil, err end
  local result
  repeat result, err = process:wait(0.2) until result ~= false
  process:close()
  return result, err
end

local function script(text, options) return run({ "sh", "-c", text }, options) end

--- Whether a process of that id is there, and no zombie.
local function runs(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  local stat = file and file:read "a"
  if file then file:close() end
  return stat ~= nil and not stat:find "^%d+ %(.*%) Z"
end

--- Waits for its end, for two seconds at most.
local function has_ended(pid)
  for _ = 1, 40 do
    if not runs(pid) then return true end
    os.execute "sleep 0.05"
  end
  return false
end

describe("bylaw.core.run", function()
  it("gives the exit status and both streams, byte for byte", function()
    assert.same({ status = 3, out = "a\0b\n", err = "c" },
      script [[printf 'a\0b\n'; printf c >&2; exit 3]])
    assert.same({ status = 0, out = "", err = "" }, run { "true" })
  end)

  it("passes words as they are, with nothing between that reads them", function()
    local words = { "a b", "$(id)", "`id`", "'", '"', "; id", "*", "", "\n" }
    assert.same({ status = 0, err = "", out = table.concat(words, "|") .. "|" },
      run { "printf", "%s|", table.unpack(words) })
  end)

  it("takes the program from PATH, or where a path says", function()
    assert.equal(0, run({ "/bin/sh", "-c", "" }).status)
    assert.same({ code = "no_program", message = "there is no such program" },
      select(2, run { "bylaw-no-such-program" }))
    assert.same({ code = "no_program", message = "it is not executable" },
      select(2, run { "/etc/passwd" }))
  end)

  it("gives it no input, the root folder and no file of ours", function()
    local file <close> = assert(io.open("/etc/passwd"))
    assert.equal("/\n", script("pwd").out)
    assert.equal("", script("cat").out)
    local fds = script("ls /proc/$$/fd").out
    assert.is_truthy(file)
    assert.equal("0\n1\n2\n", fds)
  end)

  it("passes the environment on, without what is withheld", function()
    local all = script("env").out
    assert.matches("\nPATH=", "\n" .. all)
    assert.matches("\nHOME=", "\n" .. all)
    local less = "\n" .. script("env", { withheld = { "HOME", "PAT" } }).out
    assert.is_nil(less:find "\nHOME=")
    assert.matches("\nPATH=", less)
  end)

  it("says that it still runs, and what it wrote once it has ended", function()
    local process <close> = core.run { "sh", "-c", "echo begun; sleep 0.3; echo ended" }
    assert.is_false(process:wait(0.05))
    local result
    repeat result = process:wait(1) until result
    assert.equal("begun\nended\n", result.out)
    assert.same(result, process:wait(0))
  end)

  it("ends it, and what it started, when its time is over", function()
    local folder = shell.scratch()
    local _, err = script(("sleep 30 & echo $! > '%s/pid'; wait"):format(folder),
      { timeout = 0.3 })
    assert.same({ code = "timeout", message = "no complete answer in the time allowed" }, err)
    local pid = tonumber(shell.read(folder .. "/pid"))
    assert.is_true(has_ended(pid))
    shell.remove(folder)
  end)

  it("ends it when it is closed, or collected", function()
    local folder = shell.scratch()
    local argv = { "sh", "-c", ("echo $$ > '%s/pid'; exec sleep 30"):format(folder) }
    local process = core.run(argv)
    assert.is_false(process:wait(0.2))
    process:close()
    process:close()
    assert.is_true(has_ended(tonumber(shell.read(folder .. "/pid"))))
    assert.equal("closed", select(2, process:wait()).code)
    do
      local other = core.run(argv)
      assert.is_false(other:wait(0.2))
    end
    collectgarbage()
    assert.is_true(has_ended(tonumber(shell.read(folder .. "/pid"))))
    shell.remove(folder)
  end)

  it("does not wait for a child that outlives it", function()
    local result = script("sleep 5 & echo done", { timeout = 3 })
    assert.equal("done\n", result.out)
  end)

  it("takes as many bytes of a stream as are allowed, and not one more", function()
    local text = "head -c %d /dev/zero | tr '\\0' x"
    assert.equal(5000, #script(text:format(5000), { max_output = 5000 }).out)
    for _, stream in ipairs { "", " >&2" } do
      local _, err = script(text:format(5001) .. stream, { max_output = 5000 })
      assert.same({ code = "too_large", message = "larger than its limit" }, err)
    end
    assert.equal("too_large", select(2, run { "yes" }).code)
  end)

  it("tells a program that a signal ended", function()
    assert.equal(-1, script("kill -9 $$").status)
  end)

  it("raises for what is no list of words", function()
    for words, arguments in pairs {
      ["table expected"] = {}, ["a program and its arguments"] = { {} },
      ["texts without NUL"] = { { "a\0b" } }, ["seconds, above 0"] = { { "a" }, { timeout = 0 } },
      ["bytes, above 0"] = { { "a" }, { max_output = 0 } },
    } do
      assert.error_matches(function() core.run(table.unpack(arguments)) end, words)
    end
  end)
end)
