--- What is made from the tables of kinds is what they make now.
local shell = require "spec.support.shell"

--- Names of types that annotations define, and those that they use.
local function types(text)
  local defined, used = {}, {}
  for name in text:gmatch "\n%-%-%-@[ac]l[ia]a?ss? ([%w._]+)" do defined[name] = true end
  for line in text:gmatch "\n%-%-%-[@|][^\n]*" do
    for name in line:gmatch "%f[%w]bylaw%.[%w._]+" do used[name] = true end
  end
  return defined, used
end

describe("make generated", function()
  for path, tool in pairs {
    ["lua/bylaw/meta/kinds.lua"] = "tools/annotate",
    ["docs/kinds.md"] = "tools/reference",
  } do
    it(("has been run since the kinds changed: %s is what %s writes"):format(path, tool), function()
      assert.equal(shell.must("lua5.4 %s", tool), shell.read(path))
    end)
  end

  it("has been run since the words of the help changed: man and completion", function()
    local folder = shell.scratch()
    shell.must("lua5.4 tools/man '%s'", folder)
    for _, name in ipairs { "man", "completion" } do
      assert.equal("", (shell.run("diff -r %s '%s/%s'", name, folder, name)))
    end
    shell.remove(folder)
  end)

  it("makes annotations that are Lua and that define each type they use", function()
    local text = shell.read "lua/bylaw/meta/kinds.lua"
    assert(load(text))
    local defined, used = types(shell.must "cat lua/bylaw/*.lua lua/bylaw/meta/*.lua")
    local _, wanted = types(text)
    assert.is_true(used["bylaw.Policy"])
    for name in pairs(wanted) do assert.is_true(defined[name], name) end
  end)
end)
