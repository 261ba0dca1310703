--- Each example does what it says, and prints what stands in spec/golden.
local shell = require "spec.support.shell"

local LUA = "lua5.4"

--- What differs from run to run, by a name.
local function steady(output)
  return (output:gsub("%x+%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x+", "GUID"):gsub("127%.0%.0%.1:%d+",
    "127.0.0.1:PORT"))
end

describe("the example", function()
  for _, name in ipairs { "create_policy", "handle_error", "demo" } do
    it(("%s.lua runs and prints what it is known to print"):format(name), function()
      local output, status = shell.run("%s examples/%s.lua", LUA, name)
      assert.equal(shell.read("spec/golden/" .. name .. ".txt"), steady(output))
      assert.equal(0, status)
    end)
  end

  it("declarations in policies.lua and contoso are valid, and say what they declare", function()
    local bylaw = require "bylaw"
    local desired = assert(bylaw.load("examples/contoso/policies.lua", { environment = false }))
    local addresses = {}
    for i, one in ipairs(desired.policies) do addresses[i] = one.address end
    assert.same({ "tokenLifetimePolicy.hr", "tokenLifetimePolicy.sales",
      "homeRealmDiscoveryPolicy.default", "claimsMappingPolicy.employee-id",
      "tokenLifetimePolicy.old" }, addresses)
    assert.same({}, desired.problems)
    assert.equal(2, #assert(bylaw.load("examples/policies.lua", { environment = false })).policies)
  end)

  it("busted_spec.lua passes under busted", function()
    local output, status = shell.run(
      '%s "$(command -v busted)" -o TAP examples/busted_spec.lua', LUA)
    assert.matches("\n1%.%.4\n$", output)
    assert.not_matches("not ok", output)
    assert.equal(0, status)
  end)

  it("demo.lua is readable in 80 columns", function()
    for line in shell.read "spec/golden/demo.txt":gmatch "[^\n]+" do
      -- GUID and PORT stand for 36 and 5 characters
      assert.is_true(#line:gsub("GUID", ("x"):rep(36)) <= 79, line)
    end
  end)

  it("demo.lua leaves nothing behind, and fails where it is not as it tells", function()
    local folder = shell.scratch()
    shell.must("TMPDIR='%s' %s examples/demo.lua", folder, LUA)
    assert.equal("", shell.must("ls '%s'", folder))
    local changed, count = shell.read "examples/demo.lua"
      :gsub('AccessTokenLifetime = "8:00:00" }', 'AccessTokenLifetime = "9:00:00" }')
    assert.equal(1, count)
    shell.write(folder .. "/demo.lua", changed)
    local output, status = shell.run("TMPDIR='%s' %s '%s/demo.lua'", folder, LUA, folder)
    assert.equal(1, status)
    assert.matches("the demo failed: .*assertion failed!", output)
    assert.equal("demo.lua\n", shell.must("ls '%s'", folder))
    shell.remove(folder)
  end)
end)
