local changes = require "bylaw.render.html.changes"
local desired = require "spec.support.desired"
local drift = require "bylaw.drift"
local html = require "bylaw.render.html.plan"
local lifetimes = require "bylaw.render.html.lifetimes"
local picture = require "bylaw.render.html.picture"
local plan = require "bylaw.plan"
local script = require "bylaw.render.html.script"
local shell = require "spec.support.shell"

local lifetime, live_lifetime, guid = desired.lifetime, desired.live_lifetime, desired.guid

local EVIL = [["></summary><script>alert(1)</script>]]

--- b is updated and keeps HR, gets Sales; c goes with its assignment; a comes as the default.
local function example()
  local live = desired.live(live_lifetime(2, "b", 1), live_lifetime(3, "c", 8))
  local hr, to_hr = desired.add_principal(live, 11, "HR")
  local _, to_sales = desired.add_principal(live, 12, "Sales")
  local old = desired.add_principal(live, 13, EVIL)
  live.assignments[guid(2)], live.assignments[guid(3)] = { hr }, { old }
  local set = desired.set(lifetime("a", 8, { isOrganizationDefault = true }),
    lifetime("b", 2, { assignTo = { to_hr, to_sales } }), lifetime("c", 8, { absent = true }))
  return assert(plan.make(set, live)), set, live
end

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

describe("bylaw.render.html.plan", function()
  it("tells of each policy once, with what happens to its assignments", function()
    local objects = {}
    for i, one in ipairs(changes.objects(example().changes, { create = "C", update = "U",
      delete = "D" })) do
      local carriers = {}
      for j, row in ipairs(one.carriers) do
        carriers[j] = row.state .. " " .. row.carrier.displayName
      end
      objects[i] = ("%s %s %s"):format(one.words, one.name, table.concat(carriers, ", "))
    end
    assert.same({ "C a ", "U b add Sales", "D c remove " .. EVIL }, objects)
  end)

  it("shows a policy of which only the assignments change", function()
    local live = desired.live(live_lifetime(2, "b", 2))
    local _, to_hr = desired.add_principal(live, 11, "HR")
    local made = assert(plan.make(desired.set(lifetime("b", 2, { assignTo = { to_hr } })), live))
    local objects = changes.objects(made.changes, {})
    assert.same({ "update", "assignments", "tokenLifetimePolicy.b", false },
      { objects[1].action, objects[1].words, objects[1].address, objects[1].is_defined })
    assert.equal(1, #objects)
  end)

  it("joins policies and objects: what comes, what goes, what stays", function()
    local made, set, live = example()
    local edges = {}
    for i, edge in ipairs(changes.edges(made.changes, set, live)) do
      edges[i] = ("%s %s %s"):format(edge.policy.name, edge.state, edge.carrier.name)
    end
    table.sort(edges)
    assert.same({ "a add the whole organization", "b add Sales", "b kept HR",
      "c remove " .. EVIL }, edges)
  end)

  it("is the same bytes for the same plan, and every name in it is text", function()
    local page = html.plan(example())
    assert.equal(page, html.plan(example()))
    assert.equal(1, count(page, "<script>"))
    assert.truthy(page:find("&quot;&gt;&lt;/summary&gt;&lt;script&gt;alert(1)", 1, true))
    assert.is_nil(page:find("alert(1)</script>", 1, true))
  end)

  it("refers to nothing but itself", function()
    local page = html.plan(example())
    for _, name in ipairs { "src", "href", "action", "data", "xlink:href" } do
      for value in page:gmatch("[%s]" .. name .. '="([^"]*)"') do
        assert.truthy(value:find "^#" or value == "data:,", value)
      end
    end
    assert.is_nil(page:find("url(", 1, true))
    assert.is_nil(page:find("@import", 1, true))
    for id in page:gmatch 'href="#([^"]*)"' do
      assert.truthy(page:find(('id="%s"'):format(id), 1, true), id)
    end
  end)

  it("lets its own script run, and no other, by a hash that openssl gives too", function()
    local folder = shell.scratch()
    shell.write(folder .. "/s", script.TEXT)
    local hash = shell.must("openssl dgst -sha256 -binary '%s/s' | base64", folder):gsub("\n", "")
    shell.remove(folder)
    assert.equal("sha256-" .. hash, script.HASH)
    local page = html.plan(example())
    assert.equal(script.TEXT, page:match "<script>(.-)</script>")
    local rule = page:match 'http%-equiv="Content%-Security%-Policy" content="([^"]*)"'
    assert.truthy(rule:find("default-src &#39;none&#39;", 1, true))
    assert.truthy(rule:find("script-src &#39;" .. script.HASH .. "&#39;", 1, true))
  end)

  it("says that there is nothing to do, without any control", function()
    local page = html.plan(assert(plan.make(desired.set(), desired.live())))
    assert.truthy(page:find("No changes. Your infrastructure matches the configuration.", 1, true))
    assert.equal(0, count(page, "<script>") + count(page, "<details"))
  end)

  it("shows drift from what is declared to what is live", function()
    local made, set, live = example()
    local page = html.drift(drift.of(made), set, live)
    assert.truthy(page:find("<h1>Drift</h1>", 1, true))
    assert.truthy(page:find("Drift: 2 added, 1 changed, 2 removed.", 1, true))
    assert.truthy(page:find("<del>\u{2212}   &quot;AccessTokenLifetime&quot;: &quot;2:00:00&quot;",
      1, true))
    assert.truthy(page:find("<ins>+   &quot;AccessTokenLifetime&quot;: &quot;1:00:00&quot;", 1,
      true))
  end)
end)

describe("bylaw.render.html.lifetimes", function()
  local function policies(count_of)
    local list = {}
    for i = 1, count_of do
      local span = { AccessTokenLifetime = ("%d:00:00"):format(i % 3 + 1) }
      list[i] = { name = "policy " .. i, before = span, after = span }
    end
    return list
  end

  it("has a row a policy, and above 24 of them a row a value", function()
    assert.equal(24, count(lifetimes.html(policies(24)), "<title>"))
    local page = lifetimes.html(policies(25))
    assert.equal(3, count(page, "<title>"))
    assert.truthy(page:find("<title>9 policies</title>", 1, true))
  end)

  it("takes the limits from the kind, and says which values are outside", function()
    local function of(span)
      return lifetimes.html { { name = "x", after = { AccessTokenLifetime = span } } }
    end
    assert.truthy(of("0:10:00"):find("00:10:00 to 23:59:59", 1, true))
    assert.is_nil(of("0:10:00"):find("outside", 1, true))
    assert.truthy(of("0:09:59"):find(">0:09:59, outside<", 1, true))
    assert.is_nil(of("23:59:59"):find("outside", 1, true))
    assert.truthy(of("1.00:00:00"):find("outside", 1, true))
  end)

  it("knows what has no end, and is nothing where nobody says a lifetime", function()
    local page = lifetimes.html { { name = "x", after = { MaxAgeSingleFactor = "until-revoked" } } }
    assert.truthy(page:find(">until-revoked<", 1, true))
    assert.is_nil(page:find("outside", 1, true))
    assert.equal("", lifetimes.html { { name = "x", after = { Version = 1 } } })
    assert.equal("", lifetimes.html { { name = "x", after = { AccessTokenLifetime = 8 } } })
  end)
end)

describe("bylaw.render.html.picture", function()
  local function edges(count_of)
    local list = {}
    for i = 1, count_of do
      list[i] = { state = i == count_of and "add" or "kept",
        policy = { key = "p" .. i, name = "p" .. i, group = "tokenLifetimePolicy" },
        carrier = { key = "c", name = "c", group = "application" } }
    end
    return list
  end

  it("draws 60 of them, first what changes, and says how many more there are", function()
    assert.is_nil(picture.html(edges(60)):find("not drawn", 1, true))
    local page = picture.html(edges(62))
    assert.truthy(page:find("2 more are not drawn", 1, true))
    assert.equal(60, count(page, "<path"))
    assert.equal(1, count(page, '<path class="edge add"'))
  end)

  it("cuts long names and keeps them whole beside", function()
    local list = edges(1)
    list[1].policy.name = ("ü"):rep(47)
    local page = picture.html(list)
    assert.truthy(page:find("<title>" .. ("ü"):rep(47) .. "</title>", 1, true))
    assert.truthy(page:find(">" .. ("ü"):rep(45) .. "\u{2026}<", 1, true))
  end)

  it("is nothing where nothing is joined", function() assert.equal("", picture.html {}) end)
end)
