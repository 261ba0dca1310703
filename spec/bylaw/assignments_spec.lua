local bylaw = require "bylaw"
local scripted = require "spec.support.scripted"

local ID = "11111111-2222-3333-4444-555555555555"

local emulator, client, app, principal

setup(function()
  emulator = assert(require("bylaw.emulator").start {})
  client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token,
    consistency = 2 })
  app = assert(client:request("POST", "/applications", { displayName = "O'Brien & Söhne" }))
  principal = assert(client:request("POST", "/servicePrincipals", { appId = app.appId }))
end)
teardown(function()
  client:close()
  emulator:stop()
end)

local DEFINITIONS = {
  tokenLifetimePolicy = { AccessTokenLifetime = "8:00:00" },
  homeRealmDiscoveryPolicy = { AccelerateToFederatedDomain = false },
}

local function make(kind, name)
  return assert(client:create(bylaw[kind or "tokenLifetimePolicy"] { displayName = name or "p",
    definition = DEFINITIONS[kind or "tokenLifetimePolicy"] }))
end

--- The ids in a list.
local function ids(list)
  local found = {}
  for i, item in ipairs(assert(list)) do found[i] = item.id end
  return found
end

describe("client:assign", function()
  for name, target in pairs {
    ["an application's id"] = function() return { application = app.id } end,
    ["a service principal's id"] = function() return { servicePrincipal = principal.id } end,
    ["an application's appId"] = function() return { application = { appId = app.appId } } end,
    ["a service principal's appId"] = function()
      return { servicePrincipal = { appId = app.appId } }
    end,
    ["an application's name"] = function()
      return { application = { displayName = "O'Brien & Söhne" } }
    end,
    ["a service principal's name"] = function()
      return { servicePrincipal = { displayName = "O'Brien & Söhne" } }
    end,
  } do
    it("takes " .. name .. ", and unassign takes it off again", function()
      local p, on = make(), target()
      assert.is_true(assert(client:assign(p, on)))
      assert.same({ p.id }, ids(client:assigned("tokenLifetimePolicy", on)))
      local carriers = assert(client:applies_to(p))
      local of_app = on.application ~= nil
      assert.same({ { type = of_app and "application" or "servicePrincipal", appId = app.appId,
        id = of_app and app.id or principal.id, displayName = "O'Brien & Söhne" } }, carriers)
      assert.is_true(assert(client:unassign(p, on)))
      assert.same({}, ids(client:assigned("tokenLifetimePolicy", on)))
      assert.same({}, client:applies_to(p))
      assert(client:delete("tokenLifetimePolicy", p.id))
    end)
  end

  it("is fine where the policy is there already, and unassign where it is not", function()
    local p, on = make(), { servicePrincipal = principal.id }
    assert.is_true(client:assign(p, on))
    assert.is_true(client:assign(p, on))
    assert.is_true(client:unassign(p, on))
    assert.is_true(client:unassign(p, on))
    client:delete("tokenLifetimePolicy", p.id)
  end)

  it("gives policies of the kind with their definitions", function()
    local p = make("homeRealmDiscoveryPolicy", "hrd")
    assert(client:assign(p, { servicePrincipal = principal.id }))
    local list = assert(client:assigned("homeRealmDiscoveryPolicy",
      { servicePrincipal = { appId = app.appId } }))
    assert.same({ "homeRealmDiscoveryPolicy", "hrd", false },
      { list[1].kind, list[1].displayName, list[1].definition.AccelerateToFederatedDomain })
    client:delete("homeRealmDiscoveryPolicy", p.id)
  end)

  it("tells that the target is not there", function()
    local p = make()
    for _, on in ipairs { { application = ID }, { application = { appId = ID } } } do
      assert.equal("not_found", select(2, client:assigned("tokenLifetimePolicy", on)).code)
    end
    local _, err = client:assign(p, { servicePrincipal = { displayName = "nobody" } })
    assert.same({ "not_found", 'a service principal named "nobody" is not there' },
      { err.code, err.message })
    client:delete("tokenLifetimePolicy", p.id)
  end)

  it("refuses a name that two have, and says which", function()
    local twins = {}
    for i = 1, 2 do
      twins[i] = assert(client:request("POST", "/applications", { displayName = "twin" })).id
    end
    local _, err = client:assigned("tokenLifetimePolicy",
      { application = { displayName = "twin" } })
    assert.equal("ambiguous", err.code)
    table.sort(twins)
    table.sort(err.ids)
    assert.same(twins, err.ids)
    assert.matches('2 objects of type application are named "twin": .*; say which by its id',
      err.message)
  end)

  it("waits out replication of what this client has just made", function()
    emulator:lag(700)
    local p = make()
    assert.is_true(assert(client:assign(p, { servicePrincipal = principal.id })))
    emulator:lag(0)
    client:delete("tokenLifetimePolicy", p.id)
  end)
end)

describe("client:assign, before anything is sent,", function()
  local function refused(kind, target)
    local s = scripted.new {}
    return select(2, s.client:assign({ kind = kind, id = ID }, target))
  end

  for _, case in ipairs {
    { "claimsMappingPolicy", "application",
      "claimsMappingPolicy cannot be assigned to an application; it goes on a service principal" },
    { "homeRealmDiscoveryPolicy", "application", "homeRealmDiscoveryPolicy cannot be assigned to "
      .. "an application; it goes on a service principal" },
    { "activityBasedTimeoutPolicy", "servicePrincipal", "activityBasedTimeoutPolicy cannot be "
      .. "assigned to a service principal; it holds for the whole organization, "
      .. "by isOrganizationDefault, or not at all" },
  } do
    it(("refuses a %s on %s"):format(case[1], case[2]), function()
      local err = refused(case[1], { [case[2]] = ID })
      assert.equal("wrong_target", err.code)
      assert.equal(case[3], err.message)
      assert.same(bylaw.describe(case[1]).targets, err.targets)
    end)
  end

  it("refuses an unknown kind and an id that would name something else", function()
    assert.equal("unknown_kind", refused("fooPolicy", { application = ID }).code)
    assert.equal("invalid_id", refused("tokenLifetimePolicy", { application = "../x" }).code)
  end)

  for message, target in pairs {
    ["a target is { servicePrincipal = … } or { application = … }"] = { group = ID },
    ["assign: a target is {"] = { application = ID, servicePrincipal = ID },
    ["application is an id, { appId = … } or { displayName = … }"] =
      { application = { appId = ID, displayName = "x" } },
    ["servicePrincipal is an id"] = { servicePrincipal = { name = "x" } },
    ["servicePrincipal is an id, {"] = { servicePrincipal = "" },
    ["a target is {"] = "x",
  } do
    it("raises: " .. message, function()
      local s = scripted.new {}
      local ok, err = pcall(function()
        local done = s.client:assign({ kind = "tokenLifetimePolicy", id = ID }, target)
        return done
      end)
      assert.is_false(ok)
      assert.matches(message, err, 1, true)
      assert.matches("assignments_spec%.lua:%d+: ", err)
    end)
  end

  it("raises for a policy without an id", function()
    local s = scripted.new {}
    assert.error_matches(function() s.client:assign({ kind = "tokenLifetimePolicy" }, {}) end,
      "a policy with its id was expected")
  end)
end)

describe("client:assign over the wire", function()
  local P = { kind = "tokenLifetimePolicy", id = ID }

  it("posts the policy's URL to the target's $ref, and takes no slash for a path", function()
    local s = scripted.new { scripted.answer(204), scripted.answer(204) }
    assert.is_true(s.client:assign(P, { application = { appId = "a'b/c" } }))
    assert.is_true(s.client:unassign(P, { application = "x y" }))
    local root, collection = "https://graph.example/v1.0/", "/tokenLifetimePolicies/"
    assert.same({
      "POST " .. root .. "applications(appId='a%27%27b%2Fc')" .. collection .. "$ref "
        .. '{"@odata.id":"' .. root .. "policies" .. collection .. ID .. '"}',
      "DELETE " .. root .. "applications/x%20y" .. collection .. ID .. "/$ref nil",
    }, { ("%s %s %s"):format(s.calls[1].method, s.calls[1].url, s.calls[1].body),
      ("%s %s %s"):format(s.calls[2].method, s.calls[2].url, s.calls[2].body) })
  end)

  it("believes that it is there already only when it sees it", function()
    local already = scripted.refusal(400, "Request_BadRequest", "One or more added object "
      .. "references already exist for the following modified properties: 'tokenLifetimePolicies'.")
    local s = scripted.new { already, scripted.answer(200, { value = { { id = ID:upper() } } }) }
    assert.is_true(s.client:assign(P, { application = ID }))
    s = scripted.new { already, scripted.answer(200, '{"value":[]}') }
    assert.equal("bad_request", select(2, s.client:assign(P, { application = ID })).code)
  end)
end)
