local bylaw = require "bylaw"
local desired = require "spec.support.desired"
local live = require "bylaw.live"
local plan = require "bylaw.plan"
local start = require("bylaw.emulator").start

local lifetime = desired.lifetime

describe("bylaw.live", function()
  local emulator, client, sent
  before_each(function()
    emulator, sent = assert(start {}), {}
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token,
      on_event = function(event)
        if event.type == "request" then sent[#sent + 1] = event.url:match "v1.0/(.*)$" end
      end })
  end)
  after_each(function()
    client:close()
    emulator:stop()
  end)

  local function make_carrier(name)
    local app = assert(client:request("POST", "/applications", { displayName = name }))
    local principal = assert(client:request("POST", "/servicePrincipals", { appId = app.appId }))
    return app, principal
  end

  it("reads the kinds that are spoken of, and no others", function()
    local one = assert(client:create(lifetime("a", 8).policy))
    sent = {}
    local seen = assert(live.read(client, desired.set(lifetime("a", 8))))
    assert.same({ "policies/tokenLifetimePolicies" }, sent)
    assert.equal(one.id, seen.policies.tokenLifetimePolicy[1].id)
    assert.equal("string", type(seen.policies.tokenLifetimePolicy[1].definition[1]))
    assert.same({}, seen.assignments)
    assert.equal(emulator.url, seen.service)
  end)

  it("finds targets by id, appId and name, and says which cannot be found", function()
    local app, principal = make_carrier "HR"
    make_carrier "Twin"
    make_carrier "Twin"
    local seen = assert(live.read(client, desired.set(lifetime("a", 8, { assignTo = {
      { servicePrincipal = principal.id }, { servicePrincipal = { appId = app.appId } },
      { application = { displayName = "HR" } }, { application = { displayName = "Twin" } },
      { application = desired.guid(99) },
    } }))))
    local targets = seen.targets
    assert.equal(principal.id, targets["servicePrincipal id " .. principal.id].id)
    assert.equal(principal.id, targets["servicePrincipal appId " .. app.appId].id)
    assert.equal(app.id, targets["application displayName HR"].id)
    assert.matches("^there are 2: application with the displayName \"Twin\"",
      targets["application displayName Twin"].message)
    assert.equal('there is no application with the id "' .. desired.guid(99) .. '"',
      targets["application id " .. desired.guid(99)].message)
  end)

  it("knows whether a service principal's claims may be mapped, where that is asked", function()
    local key = { type = "AsymmetricX509Cert", usage = "Sign", keyId = desired.guid(7) }
    local _, plain = make_carrier "Plain"
    local accepting, accepted = make_carrier "Accepting"
    local _, signing = make_carrier "Signing"
    assert(client:request("PATCH", "/applications/" .. accepting.id,
      { api = { acceptMappedClaims = true } }))
    assert(client:request("PATCH", "/servicePrincipals/" .. signing.id,
      { keyCredentials = { key } }))
    local set = desired.set(desired.policy("claimsMappingPolicy", "c", { displayName = "c",
      definition = { IncludeBasicClaimSet = "true" }, assignTo = {
        { servicePrincipal = plain.id }, { servicePrincipal = { appId = accepting.appId } },
        { servicePrincipal = signing.id } } }))
    local seen = assert(live.read(client, set))
    local function known(key_of)
      local carrier = seen.targets["servicePrincipal " .. key_of]
      return { carrier.acceptMappedClaims, #carrier.keyCredentials }
    end
    assert.same({ { false, 0 }, { true, 0 }, { false, 1 } }, { known("id " .. plain.id),
      known("appId " .. accepting.appId), known("id " .. signing.id) })

    local made, err, warnings = plan.judged(set, seen)
    assert.is_nil(err)
    assert.equal(4, #made.changes)
    assert.same({ { "mapped_claims_refused", "/assignTo/0" } },
      { { warnings[1].code, warnings[1].path }, warnings[2] })
    assert.matches('^sign%-ins to "Plain" will fail with AADSTS50146', warnings[1].message)
    assert.equal(accepted.id, seen.targets["servicePrincipal appId " .. accepting.appId].id)
  end)

  it("reads what managed policies apply to, and what their new targets carry", function()
    local _, hr = make_carrier "HR"
    local _, sales = make_carrier "Sales"
    local one = assert(client:create(lifetime("a", 8).policy))
    local other = assert(client:create(lifetime("theirs", 8).policy))
    assert(client:assign(one, { servicePrincipal = hr.id }))
    assert(client:assign(other, { servicePrincipal = sales.id }))
    local seen = assert(live.read(client, desired.set(lifetime("a", 8, { assignTo = {
      { servicePrincipal = hr.id }, { servicePrincipal = sales.id } } }))))
    assert.equal(hr.id, seen.assignments[one.id][1].id)
    assert.is_nil(seen.assignments[other.id])
    assert.same({ ["servicePrincipal " .. sales.id .. " tokenLifetimePolicy"] =
      { { id = other.id, displayName = "theirs" } } }, seen.carried)
  end)

  for _, path in ipairs { "/v1.0/policies/tokenLifetimePolicies", "/v1.0/servicePrincipals/**",
    "/v1.0/policies/*/*/appliesTo" } do
    it("is nothing at all where a read fails: " .. path, function()
      local _, hr = make_carrier "HR"
      assert(client:create(lifetime("a", 8).policy))
      emulator:fault("GET " .. path .. " status=403")
      local seen, err = live.read(client, desired.set(lifetime("a", 8, { assignTo = {
        { servicePrincipal = hr.id } } })))
      assert.is_nil(seen)
      assert.equal("forbidden", err.code)
      assert.matches("^reading ", err.message)
    end)
  end
end)

describe("a client that only reads", function()
  it("sends no request that writes", function()
    local emulator <close> = assert(start {})
    local client <close> = assert(bylaw.connect { endpoint = emulator.url,
      credential = emulator.token, read_only = true })
    local policy = lifetime("a", 8).policy
    local stored = { kind = "tokenLifetimePolicy", id = desired.guid(1) }
    local target = { servicePrincipal = desired.guid(2) }
    for _, call in ipairs {
      function() return client:create(policy) end,
      function() return client:update("tokenLifetimePolicy", stored.id, { displayName = "x" }) end,
      function() return client:delete("tokenLifetimePolicy", stored.id) end,
      function() return client:assign(stored, target) end,
      function() return client:unassign(stored, target) end,
      function() return client:request("POST", "/applications", {}) end,
    } do
      local done, err = call()
      assert.is_nil(done)
      assert.equal("read_only", err.code)
    end
    assert.same({}, client:list "tokenLifetimePolicy")
  end)
end)
