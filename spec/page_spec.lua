--- The pages of plan, drift and export as the command writes them, in a browser. BYLAW_SHOTS=FOLDER
--- keeps what it saw.
local browser = require "spec.support.browser"
local desired = require "spec.support.desired"
local html = require "bylaw.render.html.plan"
local plan = require "bylaw.plan"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local MOST_SECONDS = 2 -- until a page of 5,000 policies is there
local POLICIES = 5000

local EVIL = [[<script>alert(1)</script><img src=x onerror=alert(2)>]]

--- Source that declares policies of several kinds, on the applications; `later`: after changes.
local function source(apps, later)
  return ([[
local evil = %q
tokenLifetimePolicy "everyone" {
  displayName = "Everyone: one hour", isOrganizationDefault = true,
  definition = { AccessTokenLifetime = "1:00:00" },
}
tokenLifetimePolicy "hours" {
  displayName = "HR: hours", definition = { AccessTokenLifetime = %q },
  assignTo = { servicePrincipal { appId = %q }%s },
}
homeRealmDiscoveryPolicy "home" {
  displayName = evil, definition = { PreferredDomain = %q },
  assignTo = { servicePrincipal { appId = %q } },
}
tokenIssuancePolicy "gone" { displayName = "Gone", %s }
]]):format(EVIL, later and "4:00:00" or "8:00:00", apps[1].appId,
    later and (", servicePrincipal { appId = %q }"):format(apps[2].appId) or "",
    later and "b.contoso.com" or "a.contoso.com", apps[2].appId,
    later and "absent = true"
      or 'definition = { TokenResponseSigningPolicy = "TokenOnly" }')
end

--- A folder with plan.html, drift.html and export.html of a tenant in which each has something to
--- show.
local function make_pages()
  local it_is = tenant.new()
  local apps = { it_is:make_carrier "Contoso HR", it_is:make_carrier(EVIL) }
  it_is:declare(source(apps, false))
  local outcome = it_is:run "apply -y"
  assert(outcome.code == 0, outcome.err)
  it_is:declare(source(apps, true))
  local folder = shell.scratch()
  for verb, code in pairs { plan = 0, drift = 2, export = 0 } do
    outcome = it_is:run(verb .. " -o html")
    assert.equal(code, outcome.code, outcome.err)
    shell.write(("%s/%s.html"):format(folder, verb), outcome.out)
  end
  it_is:stop()
  return folder
end

--- A plan in which every policy of many is created or changed.
local function make_large(path)
  local policies, live = {}, {}
  for i = 1, POLICIES do
    policies[i] = desired.lifetime("policy " .. i, i % 22 + 1)
    if i % 2 == 0 then
      live[#live + 1] = desired.live_lifetime(i, "policy " .. i, (i + 3) % 22 + 1)
    end
  end
  local set, seen = { policies = policies, owns = {} }, desired.live(table.unpack(live))
  local made = assert(plan.make(set, seen))
  assert.equal(POLICIES, #made.changes)
  shell.write(path, html.plan(made, set, seen))
end

local function names_in(list, ...)
  for _, wanted in ipairs { ... } do
    local is_there = false
    for _, one in ipairs(list) do is_there = is_there or one == wanted end
    if not is_there then return wanted end
  end
end

describe("a page in a browser", function()
  local folder
  after_each(function() if folder then shell.remove(folder) end end)

  it("asks for nothing, says nothing, fits, and can be read, at every width, light, dark and "
    .. "on paper", function()
    local missing = browser.missing()
    if missing then return pending(missing) end
    folder = make_pages()
    local pages = { "plan.html", "drift.html", "export.html" }
    local seen = browser.look { folder = folder, looks = pages, shots = os.getenv "BYLAW_SHOTS" }
    for _, name in ipairs(pages) do
      local one = seen[name]
      assert.same({ console = {}, requests = {}, dialogs = {} },
        { console = one.console, requests = one.requests, dialogs = one.dialogs }, name)
      local count = 0
      for view, found in pairs(one.views) do
        count = count + 1
        assert.same({ overflow = 0, axe = {} }, found, name .. " " .. view)
      end
      assert.equal(9, count)
    end
  end)

  it("folds by mouse and keys, finds by name, shows all on paper, and names are text", function()
    local missing = browser.missing()
    if missing then return pending(missing) end
    folder = make_pages()
    local seen = browser.look { folder = folder, handle = "plan.html", find = "onerror" }.handled
    assert.same({ console = {}, requests = {}, dialogs = {} },
      { console = seen.console, requests = seen.requests, dialogs = seen.dialogs })
    assert.same({ folded = false, clicked = true, entered = true, unfolded = 0, printed = true },
      { folded = seen.folded, clicked = seen.clicked, entered = seen.entered,
        unfolded = seen.unfolded, printed = seen.printed })
    assert.same({ EVIL .. " homeRealmDiscoveryPolicy.home" }, seen.found)
    assert.equal("1 of 3", seen.told)
    assert.is_nil(names_in(seen.reached, "a", "input", "button.open", "button.close", "summary",
      "div.wide"))
    assert.truthy(seen.pdf > 10000)
  end)

  it(("opens a plan of %d policies in less than %d seconds"):format(POLICIES, MOST_SECONDS),
    function()
      local missing = browser.missing()
      if missing then return pending(missing) end
      folder = shell.scratch()
      local best = math.huge
      make_large(folder .. "/1.html")
      for i = 2, 3 do shell.must("cp '%s/1.html' '%s/%d.html'", folder, folder, i) end
      local seen = browser.look { folder = folder, timed = { "1.html", "2.html", "3.html" } }
      for _, one in pairs(seen) do
        assert.equal(POLICIES, one.details)
        best = math.min(best, one.seconds)
      end
      assert.truthy(best < MOST_SECONDS, ("%.2f s"):format(best))
    end)
end)
