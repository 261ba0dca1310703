local core = require "bylaw.core"
local desired = require "spec.support.desired"
local effective = require "bylaw.effective"
local plan = require "bylaw.plan"

local guid = desired.guid

local SP = { type = "servicePrincipal", id = guid(1), appId = guid(3), displayName = "HR" }
local APP = { type = "application", id = guid(2), appId = guid(3), displayName = "HR" }

local function one(n, name, more)
  local policy = { id = guid(n), displayName = name, isOrganizationDefault = false,
    definition = {} }
  for key, value in pairs(more or {}) do policy[key] = value end
  return policy
end

--- A state with policies of one kind: of the service principal, of the organization, of the
--- application.
local function state_of(kind, principal, organization, application)
  local list = {}
  for _, policy in ipairs { principal or false, organization or false, application or false } do
    if policy then list[#list + 1] = policy end
  end
  return { application = APP, servicePrincipal = SP, policies = { [kind] = list },
    carried = { servicePrincipal = { [kind] = { principal } },
      application = { [kind] = { application } } } }
end

local function of_kind(state, kind)
  for _, answer in ipairs(effective.of(state)) do
    if answer.kind == kind then return answer end
  end
end

local ON_SP, ON_APP = one(11, "of the principal"), one(13, "of the application")
local DEFAULT = one(12, "of all", { isOrganizationDefault = true })

describe("bylaw.effective", function()
  -- reference: what goes first, kind by kind; what the pages do not agree on is `other`
  for _, case in ipairs {
    { "tokenLifetimePolicy", { ON_SP, DEFAULT, ON_APP }, ON_SP, "servicePrincipal",
      other = DEFAULT },
    { "tokenLifetimePolicy", { ON_SP, nil, ON_APP }, ON_SP, "servicePrincipal", other = ON_APP },
    { "tokenLifetimePolicy", { nil, DEFAULT, ON_APP }, DEFAULT, "organization" },
    { "tokenLifetimePolicy", { nil, nil, ON_APP }, ON_APP, "application" },
    { "tokenLifetimePolicy", { ON_SP }, ON_SP, "servicePrincipal", other = "built-in" },
    { "tokenLifetimePolicy", {}, nil, "built-in" },
    { "tokenIssuancePolicy", { ON_SP, nil, ON_APP }, ON_SP, "servicePrincipal", other = ON_APP },
    { "tokenIssuancePolicy", { nil, DEFAULT, ON_APP }, ON_APP, "application" },
    { "tokenIssuancePolicy", { nil, DEFAULT }, nil, "built-in" },
    { "claimsMappingPolicy", { ON_SP, DEFAULT }, ON_SP, "servicePrincipal" },
    { "claimsMappingPolicy", { nil, DEFAULT, ON_APP }, nil, "built-in" },
    { "homeRealmDiscoveryPolicy", { ON_SP, DEFAULT }, ON_SP, "servicePrincipal" },
    { "homeRealmDiscoveryPolicy", { nil, DEFAULT }, DEFAULT, "organization" },
    { "homeRealmDiscoveryPolicy", { nil, nil, ON_APP }, nil, "built-in" },
    { "activityBasedTimeoutPolicy", { ON_SP, DEFAULT, ON_APP }, DEFAULT, "organization" },
    { "activityBasedTimeoutPolicy", { ON_SP }, nil, "built-in" },
  } do
    local kind, has = case[1], case[2]
    local words = {}
    for i, name in ipairs { "a principal's", "the organization's", "an application's" } do
      if has[i] then words[#words + 1] = name end
    end
    it(("of %s and %s takes %s"):format(kind, words[1] and table.concat(words, ", ") or "none",
      case[4]), function()
      local answer = of_kind(state_of(kind, has[1], has[2], has[3]), kind)
      assert.equal(case[4], answer.by)
      assert.equal(case[3], answer.policy)
      local differs = answer.differs[1]
      assert.equal(case.other, differs and (differs.policy or differs.by))
    end)
  end

  local function timeouts(...)
    local entries = {}
    for i, entry in ipairs { ... } do
      entries[i] = { ApplicationId = entry[1], WebSessionIdleTimeout = entry[2] }
    end
    local default = one(12, "t", { isOrganizationDefault = true,
      definition = { ApplicationPolicies = entries } })
    return of_kind(state_of("activityBasedTimeoutPolicy", nil, default),
      "activityBasedTimeoutPolicy").notes
  end

  it("takes of a timeout the application's entry, else the one for all", function()
    assert.same({ "Web sessions end after 00:15:00, by the application's entry." },
      timeouts({ "default", "01:00:00" }, { APP.appId:upper(), "00:15:00" }))
    assert.same({ "Web sessions end after 01:00:00, by the entry for all applications." },
      timeouts({ "default", "01:00:00" }, { guid(99), "00:15:00" }))
    assert.same({ "It has no entry for this application, and none for all." },
      timeouts({ guid(99), "00:15:00" }))
  end)

  local function hints(policy)
    local default = one(12, "h", { isOrganizationDefault = true,
      definition = { DomainHintPolicy = policy } })
    return of_kind(state_of("homeRealmDiscoveryPolicy", ON_SP, default),
      "homeRealmDiscoveryPolicy").notes[1]
  end

  it("tells what becomes of a domain hint, where respecting goes before ignoring", function()
    assert.equal("A domain hint in the request goes before all of this.", hints(nil))
    assert.equal("A domain hint is ignored, unless the default respects its domain.",
      hints { IgnoreDomainHintForApps = { APP.appId } })
    assert.equal("A domain hint is ignored, unless the default respects its domain.",
      hints { IgnoreDomainHintForDomains = { "*" } })
    assert.equal("A domain hint goes before all of this: the default respects it for this app.",
      hints { IgnoreDomainHintForDomains = { "*" }, RespectDomainHintForApps = { APP.appId } })
    assert.equal("A domain hint goes before all of this, unless the default ignores its domain.",
      hints { IgnoreDomainHintForApps = { guid(99) } })
  end)

  it("says so where more policies than one have the same place", function()
    local state = state_of("tokenLifetimePolicy", nil, DEFAULT)
    table.insert(state.policies.tokenLifetimePolicy,
      one(14, "too", { isOrganizationDefault = true }))
    assert.equal('2 policies have the place of "organization"; the service allows one.',
      of_kind(state, "tokenLifetimePolicy").notes[2])
  end)

  describe("after a plan", function()
    local lifetime, live_lifetime = desired.lifetime, desired.live_lifetime

    --- What applies after the plan of declared policies.
    local function planned(live, state, ...)
      local made = assert(plan.make(desired.set(...), live))
      local before = core.json_write(state.policies)
      local answer = of_kind(effective.after(state, made), "tokenLifetimePolicy")
      assert.equal(before, core.json_write(state.policies))
      return answer
    end

    local function principal_of(live)
      local carrier, to = desired.add_principal(live, 1, "HR")
      return { type = carrier.type, id = carrier.id, appId = carrier.appId }, to
    end

    it("takes a policy that is created and assigned", function()
      local live = desired.live()
      local sp, to = principal_of(live)
      local answer = planned(live, { servicePrincipal = sp, policies = {}, carried = {} },
        lifetime("a", 8, { assignTo = { to } }))
      assert.equal("servicePrincipal", answer.by)
      assert.equal("a", answer.policy.displayName)
      assert.equal("8:00:00", answer.policy.definition.AccessTokenLifetime)
    end)

    it("takes an existing policy that is assigned, and leaves one that is removed", function()
      local live = desired.live(live_lifetime(20, "old", 1), live_lifetime(21, "new", 2))
      local sp, to = principal_of(live)
      live.assignments[guid(20)] = { sp }
      local state = { servicePrincipal = sp,
        policies = { tokenLifetimePolicy = { one(20, "old"), one(21, "new") } },
        carried = { servicePrincipal = { tokenLifetimePolicy = { one(20, "old") } } } }
      local answer = planned(live, state, lifetime("old", 1, { absent = true }),
        lifetime("new", 2, { assignTo = { to } }))
      assert.equal("new", answer.policy.displayName)
      answer = planned(live, state, lifetime("old", 1, { absent = true }))
      assert.equal("built-in", answer.by)
    end)

    it("follows a default that goes, and what an update makes of a policy", function()
      local live = desired.live(live_lifetime(20, "a", 1, { isOrganizationDefault = true }))
      local state = { policies = { tokenLifetimePolicy = {
        one(20, "a", { isOrganizationDefault = true }) } }, carried = {} }
      local answer = planned(live, state, lifetime("a", 4, { isOrganizationDefault = true }))
      assert.equal("4:00:00", answer.policy.definition.AccessTokenLifetime)
      answer = planned(live, state, lifetime("a", 1, { isOrganizationDefault = false }))
      assert.equal("built-in", answer.by)
    end)

    it("leaves other objects' assignments alone", function()
      local live = desired.live()
      local _, to = principal_of(live)
      local answer = planned(live, { servicePrincipal = { type = "servicePrincipal",
        id = guid(77) }, policies = {}, carried = {} }, lifetime("a", 8, { assignTo = { to } }))
      assert.equal("built-in", answer.by)
    end)
  end)
end)
