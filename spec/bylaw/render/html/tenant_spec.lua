local bylaw = require "bylaw"
local desired = require "spec.support.desired"
local tenant = require "bylaw.render.html.tenant"

local function policy(n, name, more)
  local p = bylaw.tokenLifetimePolicy { displayName = name,
    definition = { AccessTokenLifetime = "8:00:00" } }
  p.id = desired.guid(n)
  for key, value in pairs(more or {}) do p[key] = value end
  return p
end

describe("bylaw.render.html.tenant", function()
  it("shows each policy with its definition and what it applies to", function()
    local page = tenant.html({
      { policy = policy(1, "<b>all</b>", { isOrganizationDefault = true }), carriers = {} },
      { policy = policy(2, "hr"), carriers = { { type = "application", id = desired.guid(5),
        appId = desired.guid(6), displayName = "HR" } } },
      { policy = policy(3, "none"), carriers = {} },
    }, "https://graph.example")
    local said = {}
    for words in page:gmatch '<span class="what">(.-)</span>' do said[#said + 1] = words end
    assert.same({ "the organization&#39;s default", "applies to 1", "applies to nothing" }, said)
    assert.truthy(page:find("3 policies.", 1, true))
    assert.truthy(page:find("<code>https://graph.example</code>", 1, true))
    assert.truthy(page:find("&lt;b&gt;all&lt;/b&gt;", 1, true))
    assert.truthy(page:find("<b>HR</b>", 1, true))
    assert.is_nil(page:find("<ins>", 1, true))
  end)

  it("shows an empty tenant, and nothing of assignments that were not read", function()
    assert.truthy(tenant.html({}, nil):find("0 policies.", 1, true))
    local page = tenant.html({ { policy = policy(1, "a") } }, nil)
    assert.truthy(page:find('<span class="what"></span>', 1, true))
  end)
end)
