local cli = require "spec.support.cli"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

describe("--token-file", function()
  local emulator, folder, path
  setup(function()
    emulator = graph.start()
    folder = shell.scratch()
    path = folder .. "/a token"
    shell.write(path, graph.TOKEN .. "\n")
  end)
  teardown(function()
    emulator:stop()
    shell.remove(folder)
  end)

  local function list(...)
    return cli.call { "list", "--endpoint", emulator.url, "--token-file", path, ... }
  end

  local function chmod(mode) shell.must("chmod %s '%s'", mode, path) end

  for mode, is_told in pairs { ["600"] = false, ["400"] = false, ["711"] = false, ["640"] = true,
    ["604"] = true, ["644"] = true } do
    it(("%s of mode %s"):format(is_told and "is warned of" or "is silent", mode), function()
      chmod(mode)
      local words = ("bylaw: warning: others can read '%s': chmod 600 '%s'\n"):format(path, path)
      assert.same({ code = 0, out = "", err = (is_told and words or "")
        .. "no policy of any kind\n" }, list())
    end)
  end

  it("is read after the chmod that the warning names, without another word", function()
    chmod "644"
    local cure = list("-q").err:match ": (chmod 600 .*)\n$"
    shell.must("%s", cure)
    assert.equal("", list("-q").err)
  end)

  it("is nothing to warn of where it is another's, or no plain file", function()
    local outcome = cli.call { "list", "--endpoint", emulator.url, "--token-file", "/dev/null" }
    assert.not_matches("chmod", outcome.err)
    if shell.must "id -u" == "0\n" then
      chmod "644"
      shell.must("chown 12345 '%s'", path)
      assert.equal("no policy of any kind\n", list().err)
      shell.must("chown 0 '%s'", path)
    end
  end)
end)
