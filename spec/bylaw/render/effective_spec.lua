local effective = require "bylaw.effective"
local render = require "bylaw.render.effective"

local LOOK = {
  paint = function(_, s) return s end,
  shown = function(s) return (s:gsub("\27", "ESC")) end,
  value = function(value) return ("%q"):format(value):gsub("\27", "ESC") end,
}

describe("bylaw.render.effective", function()
  it("shows a service principal whose application is in another tenant", function()
    local state = { servicePrincipal = { type = "servicePrincipal", id = "i", appId = "a",
      displayName = "Else\27where" }, policies = {}, carried = {} }
    local lines = render.lines({ app = state, now = effective.of(state) }, LOOK)
    assert.same({
      "ElseESCwhere",
      "  appId              a",
      "  application        none in this tenant",
      "  service principal  id i",
      "",
      "tokenLifetimePolicy: built-in",
    }, table.move(lines, 1, 6, 1, {}))
    assert.equal("Else\27where", render.document({ app = state, now = {} })
      .servicePrincipal.displayName)
  end)
end)
