local console = require "bylaw.cli.console"

local RED = "\27[1;31mx\27[0m"

--- What becomes of a red "x" on stdout.
local function painted(flag, env, terminal)
  local one = console.new {
    getenv = function(name) return env[name] end,
    is_terminal = function() return terminal end,
  }
  one:configure { color = flag }
  return one:on_stdout("red", "x")
end

describe("colours", function()
  for _, case in ipairs {
    { nil, {}, true, RED },
    { nil, {}, false, "x" },
    { "auto", {}, true, RED },
    { "always", { NO_COLOR = "1" }, false, RED },
    { "never", { CLICOLOR_FORCE = "1" }, true, "x" },
    { nil, { CLICOLOR_FORCE = "1" }, false, RED },
    { nil, { CLICOLOR_FORCE = "1", NO_COLOR = "1", CLICOLOR = "0" }, false, RED },
    { nil, { CLICOLOR_FORCE = "0" }, false, "x" },
    { nil, { CLICOLOR_FORCE = "" }, false, "x" },
    { "auto", { CLICOLOR_FORCE = "1" }, false, RED },
    { nil, { NO_COLOR = "1" }, true, "x" },
    { nil, { NO_COLOR = "" }, true, RED },
    { nil, { NO_COLOR = "1", CLICOLOR = "1" }, true, "x" },
    { nil, { CLICOLOR = "0" }, true, "x" },
    { nil, { CLICOLOR = "1" }, false, "x" },
    { nil, { TERM = "dumb" }, true, "x" },
    { nil, { TERM = "dumb", CLICOLOR_FORCE = "1" }, true, RED },
    { "always", { TERM = "dumb" }, false, RED },
  } do
    local flag, env, terminal, due = table.unpack(case, 1, 4)
    local words = {}
    for name, value in pairs(env) do words[#words + 1] = name .. "=" .. value end
    table.sort(words)
    it(("are %s with --color %s, %s, on a %s"):format(due == RED and "used" or "left out",
      flag or "not given", words[1] and table.concat(words, " ") or "nothing set",
      terminal and "terminal" or "pipe"), function()
      assert.equal(due, painted(flag, env, terminal))
    end)
  end

  it("are decided for stdout and stderr apart", function()
    local one = console.new {
      getenv = function() end,
      is_terminal = function(fd) return fd == 2 end,
    }
    assert.equal("x", one:on_stdout("red", "x"))
    assert.equal(RED, one:on_stderr("red", "x"))
  end)
end)

describe("the console", function()
  it("knows no columns without a terminal, and takes COLUMNS on one", function()
    local env = { COLUMNS = "132" }
    local given = { getenv = function(name) return env[name] end }
    given.is_terminal = function() return false end
    assert.is_nil(console.new(given):columns(1))
    given.is_terminal = function() return true end
    assert.equal(132, console.new(given):columns(1))
    env.COLUMNS = "3"
    assert.equal(20, console.new(given):columns(1))
  end)

  it("asks the system once whether a stream is a terminal", function()
    local asked = 0
    local one = console.new {
      is_terminal = function()
        asked = asked + 1
        return true
      end,
    }
    assert.is_true(one:on_terminal(1))
    assert.is_true(one:on_terminal(1))
    assert.equal(1, asked)
  end)

  it("asks nobody where there is no terminal", function()
    local one = console.new { is_terminal = function() return false end }
    assert.is_nil(one:ask "sure?")
  end)
end)
