local pacer = require "bylaw.pacer"

describe("bylaw.pacer", function()
  it("counts conditional access and identity protection apart from the rest", function()
    local p = pacer.new()
    for url, name in pairs {
      ["https://graph.microsoft.com/v1.0/policies/tokenLifetimePolicies"] = "directory",
      ["https://graph.microsoft.com/beta/policies"] = "directory",
      ["https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies"] =
        "conditional access",
      ["https://graph.microsoft.com/v1.0/policies/conditionalAccessPolicies/x"] =
        "conditional access",
      ["https://graph.microsoft.com/v1.0/identityProtection/riskDetections"] =
        "conditional access",
    } do
      assert.equal(name, p:bucket_of(url).name)
    end
  end)

  it("lets the directory's leave at once and conditional access below one a second", function()
    local p, at = pacer.new(), {}
    for i = 1, 3 do
      assert.is_true(pacer.turn(p.directory, 50) <= 50)
      at[i] = pacer.turn(p.conditional_access, 50)
    end
    assert.is_true(at[1] <= 50)
    assert.near(50 + 1 / 0.9, at[2], 1e-9)
    assert.near(50 + 2 / 0.9, at[3], 1e-9)
  end)

  it("holds all of a bucket back that is blocked, and never less than asked before", function()
    local p = pacer.new()
    pacer.block(p.directory, 60)
    pacer.block(p.directory, 55)
    assert.equal(60, pacer.turn(p.directory, 50))
    assert.equal(60, pacer.turn(p.directory, 61))
    assert.is_true(pacer.turn(p.conditional_access, 50) <= 50)
  end)
end)
