--- ThreadSanitizer's host can fail: a planted race must be reported. Runs in that
--- host alone (make tsan).

local shell = require "spec.support.shell"

describe("ThreadSanitizer's host", function()
  it("reports a planted race and ends with a status of its own", function()
    local output, status = shell.run "lua5.4 -e 'require \"planted\".race()'"
    assert.matches("ThreadSanitizer: data race", output, 1, true)
    assert.matches("planted_count", output, 1, true)
    assert.equal(66, status)
  end)

  it("ends quietly when there is none", function()
    local output, status = shell.run "lua5.4 -e 'require \"planted\"'"
    assert.equal("", output)
    assert.equal(0, status)
  end)
end)
