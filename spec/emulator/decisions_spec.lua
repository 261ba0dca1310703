local cjson = require "cjson"
local emulators = require "bylaw.emulator"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local LIFETIME = "/v1.0/policies/tokenLifetimePolicies"
local CLAIMS = "/v1.0/policies/claimsMappingPolicies"
local REALM = "/v1.0/policies/homeRealmDiscoveryPolicies"
local NOBODY = "11111111-2222-3333-4444-555555555555"

local BAD = "Request_BadRequest"
local DEFINITION = "Property definition has an invalid value."
local CONFLICT = "Request contains property changes that would result in property-uniqueness "
  .. "violation(s). Please retry your request with corrected values."

local function policy(definition, more)
  local body = { displayName = "a", definition = { definition } }
  for name, value in pairs(more or {}) do body[name] = value end
  return cjson.encode(body)
end

local function claims(inside)
  return '{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true",' .. inside .. "}}"
end

local function many(count)
  local entries = {}
  for i = 1, count do
    entries[i] = ('{"Source":"user","ID":"mail","JwtClaimType":"c%d"}'):format(i)
  end
  return claims('"ClaimsSchema":[' .. table.concat(entries, ",") .. "]")
end

local TRANSFORMED = claims [=["ClaimsSchema":[{"Source":"user","ID":"mail"},
  {"Source":"transformation","ID":"J","TransformationID":"T","JwtClaimType":"j"}],
  "ClaimsTransformation":[{"ID":"T","TransformationMethod":"Join",
  "InputClaims":[{"ClaimTypeReferenceId":"mail","TransformationClaimType":"string1"}],
  "InputParameters":[{"ID":"string2","Value":"x"},{"ID":"separator","Value":"."}],
  "OutputClaims":[{"ClaimTypeReferenceId":"J","TransformationClaimType":"outputClaim"}]}]]=]
local QUOTES = "{'TokenLifetimePolicy':{'Version':1,'AccessTokenLifetime':'5:00:00'}}"
local COMMA = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"5:00:00",}}'

--- What one body gets under each answer: a status, and for a refusal its code and message.
local BODIES = {
  single_quotes = {
    path = LIFETIME, body = policy(QUOTES), accept = { 201 }, refuse = { 400, BAD, DEFINITION },
  },
  loose_json = {
    path = LIFETIME, body = policy(COMMA), accept = { 201 }, refuse = { 400, BAD, DEFINITION },
  },
  missing_wrapper = {
    path = REALM, body = policy '{"AccelerateToFederatedDomain":false}',
    accept = { 201 }, refuse = { 400, BAD, DEFINITION },
  },
  singular_transformation = {
    path = CLAIMS, body = policy(TRANSFORMED), refuse = { 400, BAD, DEFINITION },
    accept = { 201 },
  },
  restricted_claims = {
    path = CLAIMS,
    body = policy(claims '"ClaimsSchema":[{"Source":"user","ID":"mail","JwtClaimType":"upn"}]'),
    accept = { 201 }, refuse = { 400, BAD, DEFINITION },
  },
  many_claims = {
    path = CLAIMS, body = policy(many(51)), accept = { 201 }, refuse = { 400, BAD, DEFINITION },
  },
  description = {
    path = CLAIMS, body = policy(many(1), { description = "words" }), ignore = { 201 },
    refuse = { 404, "Request_ResourceNotFound", "Resource '' does not exist or one of its queried "
      .. "reference-property objects are not present." },
  },
  unknown_property = {
    path = LIFETIME, body = policy(graph.DEFINITION, { foo = 1 }), ignore = { 201 },
    refuse = { 400, BAD, "Invalid property 'foo'." },
  },
  read_only = {
    path = LIFETIME, body = policy(graph.DEFINITION, { id = NOBODY }), ignore = { 201 },
    refuse = { 400, BAD, "Property 'id' is read-only and cannot be set." }, keep = { 201 },
  },
  definition_strings = {
    path = LIFETIME, body = '{"displayName":"a","definition":["x","y"]}',
    one = { 400, BAD, DEFINITION }, any = { 201 },
  },
  definition_message = {
    path = LIFETIME, body = policy "{}", now = { 400, BAD, DEFINITION },
    ["2020"] = { 400, BAD, "Property  has an invalid value." },
    ["2019"] = { 400, BAD, "One or more properties contains invalid values." },
  },
}

describe("bylaw.emulator, decisions:", function()
  local emulator
  after_each(function() if emulator then emulator:stop() end end)

  local function start(question, answer)
    emulator = graph.start { decide = { [question] = answer } }
  end
  local function call(...) return graph.call(emulator, ...) end
  local function decoded(...) return cjson.decode(call(...).body) end
  local function gets(exchange, expected)
    local got = { exchange.status }
    if exchange.status >= 400 then
      got[2], got[3] = graph.error(exchange).code, graph.error(exchange).message
    end
    assert.same(expected, got)
  end

  it("are all told in docs/emulator.md, with their answers, the default first", function()
    local page = shell.read "docs/emulator.md"
    for _, question in ipairs(emulators.questions) do
      local row = ("| `%s` | `%s` |"):format(question.name,
        table.concat(question.answers, "`, `"))
      assert.is_truthy(page:find(row, 1, true), row)
    end
  end)

  for _, question in ipairs(emulators.questions) do
    local case = BODIES[question.name]
    if case then
      for i, answer in ipairs(question.answers) do
        it(("%s=%s judges a body"):format(question.name, answer), function()
          start(question.name, answer)
          gets(call("POST", case.path, case.body), case[answer])
        end)
        if i == 1 then
          it(("%s=%s is the default"):format(question.name, answer), function()
            emulator = graph.start()
            gets(call("POST", case.path, case.body), case[answer])
          end)
        end
      end
    end
  end

  it("the singular key is harmless where nothing comes from it", function()
    emulator = graph.start()
    gets(call("POST", CLAIMS, policy(claims '"ClaimsTransformation":[]')), { 201 })
  end)

  it("fifty claims are not many", function()
    start("many_claims", "refuse")
    gets(call("POST", CLAIMS, policy(many(50))), { 201 })
  end)

  describe("second_default", function()
    local default = policy(graph.DEFINITION, { isOrganizationDefault = true })
    local function defaults()
      local flags = {}
      for i, item in ipairs(decoded("GET", LIFETIME).value) do
        flags[i] = item.isOrganizationDefault
      end
      return flags
    end

    for answer, flags in pairs { move = { false, true }, keep = { true, true } } do
      it("=" .. answer, function()
        start("second_default", answer)
        gets(call("POST", LIFETIME, default), { 201 })
        gets(call("POST", LIFETIME, default), { 201 })
        assert.same(flags, defaults())
      end)
    end

    it("=refuse", function()
      start("second_default", "refuse")
      gets(call("POST", LIFETIME, default), { 201 })
      gets(call("POST", LIFETIME, default),
        { 400, "Request_MultipleObjectsWithSameKeyValue", CONFLICT })
      assert.same({ true }, defaults())
    end)
  end)

  describe("on an object that carries a policy,", function()
    local path, first, second
    local function prepare(question, answer)
      start(question, answer)
      path = "/v1.0/applications/" .. decoded("POST", "/v1.0/applications",
        '{"displayName":"a"}').id .. "/tokenLifetimePolicies"
      first, second = graph.create(emulator, LIFETIME), graph.create(emulator, LIFETIME)
    end
    local function assign(id)
      return call("POST", path .. "/$ref",
        ('{"@odata.id":"%s%s/%s"}'):format(emulator.url, LIFETIME, id))
    end
    local function assigned()
      local ids = {}
      for i, item in ipairs(decoded("GET", path).value) do ids[i] = item.id end
      return ids
    end

    it("second_assignment=replace takes the new one", function()
      prepare("second_assignment", "replace")
      gets(assign(first), { 204 })
      gets(assign(second), { 204 })
      assert.same({ second }, assigned())
    end)

    it("second_assignment=keep takes both", function()
      prepare("second_assignment", "keep")
      gets(assign(first), { 204 })
      gets(assign(second), { 204 })
      assert.same({ first, second }, assigned())
    end)

    it("same_assignment=conflict and =accept", function()
      prepare("same_assignment", "conflict")
      gets(assign(first), { 204 })
      gets(assign(first), { 400, "Request_MultipleObjectsWithSameKeyValue", CONFLICT })
      emulator:stop()
      prepare("same_assignment", "accept")
      gets(assign(first), { 204 })
      gets(assign(first), { 204 })
      assert.same({ first }, assigned())
    end)

    it("missing_reference=bad_request", function()
      prepare("missing_reference", "bad_request")
      gets(call("DELETE", path .. "/" .. first .. "/$ref"), { 400, BAD,
        "One or more removed object references do not exist for the following modified "
        .. "properties: 'tokenLifetimePolicies'." })
    end)

    it("delete_assigned=refuse holds what is assigned", function()
      prepare("delete_assigned", "refuse")
      gets(assign(first), { 204 })
      gets(call("DELETE", LIFETIME .. "/" .. first),
        { 400, BAD, "The policy is assigned and cannot be deleted." })
      gets(call("DELETE", LIFETIME .. "/" .. second), { 204 })
    end)

    it("reference_host=same wants the root that was called", function()
      prepare("reference_host", "same")
      local other = "https://graph.microsoft.com" .. LIFETIME .. "/" .. first
      gets(call("POST", path .. "/$ref", '{"@odata.id":"' .. other .. '"}'), { 400, BAD,
        ("The URI '%s' is not valid since it is not based on '%s/v1.0/'."):format(other,
          emulator.url) })
      gets(call("POST", path:gsub("v1.0", "beta") .. "/$ref",
        ('{"@odata.id":"%s%s/%s"}'):format(emulator.url, LIFETIME, first)), { 400, BAD,
        ("The URI '%s%s/%s' is not valid since it is not based on '%s/beta/'."):format(
          emulator.url, LIFETIME, first, emulator.url) })
      gets(assign(first), { 204 })
    end)
  end)

  it("home_realm_on_application=accept", function()
    start("home_realm_on_application", "accept")
    local id = graph.create(emulator, REALM,
      policy '{"HomeRealmDiscoveryPolicy":{"AccelerateToFederatedDomain":false}}')
    local app = decoded("POST", "/v1.0/applications", '{"displayName":"a"}').id
    local path = "/v1.0/applications/" .. app .. "/homeRealmDiscoveryPolicies"
    gets(call("POST", path .. "/$ref", '{"@odata.id":"' .. id .. '"}'), { 204 })
    assert.equal(id, decoded("GET", path).value[1].id)
    gets(call("DELETE", path .. "/" .. id .. "/$ref"), { 204 })
  end)

  it("deleted_date=omit", function()
    start("deleted_date", "omit")
    local made = decoded("POST", LIFETIME, graph.body())
    assert.is_nil(made.deletedDateTime)
    assert.is_truthy(made.displayName)
  end)

  it("list_order=newest", function()
    start("list_order", "newest")
    local ids = {}
    for i = 1, 5 do ids[6 - i] = graph.create(emulator, LIFETIME) end
    local listed = {}
    for i, item in ipairs(graph.all(emulator, LIFETIME .. "?$top=2")) do listed[i] = item.id end
    assert.same(ids, listed)
  end)

  it("legacy=off leaves the typed paths alone", function()
    start("legacy", "off")
    for _, method in ipairs { "GET", "POST" } do
      gets(call(method, "/beta/policies", method == "POST" and "{}" or nil),
        { 400, "BadRequest", "Resource not found for the segment 'policies'." })
    end
    assert.equal(200, call("GET", "/beta/policies/tokenLifetimePolicies").status)
    gets(call("GET", "/beta/applications/" .. NOBODY .. "/policies"),
      { 400, "BadRequest", "Resource not found for the segment 'policies'." })
  end)

  it("legacy=only takes a collection for an id, as it was before there were any", function()
    start("legacy", "only")
    gets(call("GET", "/beta/policies/claimsMappingPolicies"),
      { 400, BAD, "Invalid object identifier 'claimsMappingPolicies'." })
    assert.equal(200, call("GET", "/beta/policies").status)
  end)

  it("unknown_app=accept", function()
    start("unknown_app", "accept")
    local made = call("POST", "/v1.0/servicePrincipals",
      '{"appId":"' .. NOBODY .. '","displayName":"b"}')
    gets(made, { 201 })
    local principal = cjson.decode(made.body)
    assert.same({ NOBODY, "b", { NOBODY } },
      { principal.appId, principal.displayName, principal.servicePrincipalNames })
  end)

  it("read_only=keep lets ids be chosen, each once", function()
    start("read_only", "keep")
    local body = cjson.encode { displayName = "a", id = NOBODY, appId = NOBODY:gsub("1", "2") }
    local made = call("POST", "/v1.0/applications", body)
    gets(made, { 201 })
    assert.same({ NOBODY, (NOBODY:gsub("1", "2")) },
      { cjson.decode(made.body).id, cjson.decode(made.body).appId })
    gets(call("POST", "/v1.0/applications", body), { 409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Another object with the same value for property id already exists." })
  end)

  it("a managed identity carries no token lifetime policy", function()
    emulator = graph.start { decide = { read_only = "keep", unknown_app = "accept" } }
    local made = decoded("POST", "/v1.0/servicePrincipals",
      '{"appId":"' .. NOBODY .. '","servicePrincipalType":"ManagedIdentity"}')
    gets(call("POST", "/v1.0/servicePrincipals/" .. made.id .. "/tokenLifetimePolicies/$ref",
      '{"@odata.id":"' .. graph.create(emulator, LIFETIME) .. '"}'), { 400, BAD,
      "A token lifetime policy cannot be set on the service principal of a managed identity." })
  end)

  describe("raise", function()
    local function raises(decide, words)
      local ok, err = pcall(emulators.start, { decide = decide })
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find(words, 1, true), tostring(err))
    end
    it("for a question that is none", function()
      raises({ second = "x" }, "nothing is decided by 'second'; there are second_default, ")
    end)
    it("for an answer that is none", function()
      raises({ legacy = "x" }, "'x' is no answer to 'legacy'; there are on, off, only")
    end)
    it("for what is no table of strings", function()
      raises("x", "option 'decide' must be a table, not string")
      raises({ legacy = true }, "option 'decide' must hold strings by strings")
    end)
  end)
end)
