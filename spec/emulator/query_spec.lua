local cjson = require "cjson"
local graph = require "spec.support.graph"

local LIFETIME = "/v1.0/policies/tokenLifetimePolicies"
local APPS = "/v1.0/applications"
local EVENTUAL = { ConsistencyLevel = "eventual" }

--- A query as it goes over the wire.
local function query(path, options)
  local parts = {}
  for name, value in pairs(options) do
    parts[#parts + 1] = name .. "=" .. value:gsub("[^%w%-._~()',:/$]", function(byte)
      return ("%%%02X"):format(byte:byte())
    end)
  end
  table.sort(parts)
  return path .. "?" .. table.concat(parts, "&")
end

describe("bylaw.emulator, queries:", function()
  local emulator, ids

  local NAMES = { "alpha", "Beta", "gamma", "O'Neil", "delta", "Alphabet", "été" }

  setup(function()
    emulator = graph.start()
    ids = {}
    for i, name in ipairs(NAMES) do
      ids[name] = graph.create(emulator, LIFETIME, graph.body {
        displayName = cjson.encode(name), isOrganizationDefault = i == 3 and "true" or nil,
      })
    end
    local apps = {
      { displayName = "one", tags = { "a", "b" }, api = { requestedAccessTokenVersion = 2 } },
      { displayName = "two", tags = { "b" }, api = { acceptMappedClaims = true } },
      { displayName = "three", identifierUris = { "api://three" }, keyCredentials = cjson.decode(
        '[{"keyId":"k1","type":"AsymmetricX509Cert","usage":"Verify"}]') },
    }
    for _, app in ipairs(apps) do
      local made = graph.call(emulator, "POST", APPS, (cjson.encode(app):gsub("\\/", "/")))
      assert(made.status == 201, made.body)
    end
  end)
  teardown(function() emulator:stop() end)

  local function get(path, headers) return graph.call(emulator, "GET", path, nil, headers) end
  local function refused(exchange, status, code, message)
    assert.equal(status, exchange.status, exchange.body)
    local err = graph.error(exchange)
    assert.same({ code, message }, { err.code, err.message })
  end
  local function names(path, options, headers)
    local got = get(query(path, options), headers)
    assert.equal(200, got.status, got.body)
    local found = {}
    for i, item in ipairs(cjson.decode(got.body).value) do found[i] = item.displayName end
    return table.concat(found, " ")
  end

  describe("$filter on policies", function()
    local cases = {
      { "displayName eq 'alpha'", "alpha" },
      { "displayName eq 'ALPHA'", "alpha" },
      { "displayName eq 'O''Neil'", "O'Neil" },
      { "displayName eq 'été'", "été" },
      { "displayName eq 'none'", "" },
      { "displayName ne 'alpha'", "Beta gamma O'Neil delta Alphabet été" },
      { "not(displayName eq 'alpha')", "Beta gamma O'Neil delta Alphabet été" },
      { "NOT displayName eq 'alpha' AND displayName lt 'c'", "Beta Alphabet" },
      { "startswith(displayName,'alp')", "alpha Alphabet" },
      { "startswith( displayName , 'alp' )", "alpha Alphabet" },
      { "endswith(displayName,'TA')", "Beta delta" },
      { "contains(displayName,'ph')", "alpha Alphabet" },
      { "contains(displayName,'')", "alpha Beta gamma O'Neil delta Alphabet été" },
      { "displayName in ('alpha','delta')", "alpha delta" },
      { "displayName gt 'delta'", "gamma O'Neil été" },
      { "displayName ge 'delta'", "gamma O'Neil delta été" },
      { "displayName lt 'alphabet'", "alpha" },
      { "displayName le 'alphabet'", "alpha Alphabet" },
      { "'alpha' eq displayName", "alpha" },
      { "isOrganizationDefault eq true", "gamma" },
      { "isOrganizationDefault", "gamma" },
      { "isOrganizationDefault eq false and startswith(displayName,'g')", "" },
      { "displayName eq 'alpha' or displayName eq 'beta' and isOrganizationDefault", "alpha" },
      { "(displayName eq 'alpha' or displayName eq 'beta') and not isOrganizationDefault",
        "alpha Beta" },
      { "displayName eq null", "" },
      { "deletedDateTime eq null and displayName eq 'alpha'", "alpha" },
      { "definition/any(d:contains(d,'8:00:00')) and displayName eq 'alpha'", "alpha" },
      { "definition/any(d:contains(d,'9:00:00'))", "" },
      { "definition/all(d:startswith(d,'{')) and displayName eq 'delta'", "delta" },
      { "definition/any() and displayName eq 'delta'", "delta" },
      { "isof('microsoft.graph.tokenLifetimePolicy') and displayName eq 'beta'", "Beta" },
      { "isof('microsoft.graph.claimsMappingPolicy')", "" },
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        assert.equal(case[2], names(LIFETIME, { ["$filter"] = case[1] }))
        local counted = get(query(LIFETIME .. "/$count", { ["$filter"] = case[1] }), EVENTUAL)
        local _, count = case[2]:gsub("%S+", "")
        assert.same({ 200, tostring(count) }, { counted.status, counted.body })
      end)
    end

    it("takes an id with and without quotes", function()
      for _, id in ipairs { ids.alpha, ids.alpha:upper(), "'" .. ids.alpha .. "'" } do
        assert.equal("alpha", names(LIFETIME, { ["$filter"] = "id eq " .. id }))
      end
    end)

    it("takes a plus for a blank", function()
      assert.equal("alpha", cjson.decode(get(LIFETIME
        .. "?$filter=displayName+eq+'alpha'").body).value[1].displayName)
    end)
  end)

  describe("$filter on applications", function()
    local cases = {
      { "displayName eq 'two'", "two" },
      { "tags/any(t:t eq 'b')", "one two" },
      { "tags/any(t:t eq 'A' or startswith(t,'x'))", "one" },
      { "tags/all(t:t eq 'b')", "two three" },
      { "tags/any()", "one two" },
      { "identifierUris/any(u:u eq 'api://three')", "three" },
      { "api/acceptMappedClaims eq true", "two" },
      { "api/requestedAccessTokenVersion ge 2", "one" },
      { "api/requestedAccessTokenVersion eq 2", "one" },
      { "api/requestedAccessTokenVersion eq null", "two three" },
      { "keyCredentials/any(k:k/usage eq 'Verify')", "three" },
      { "keyCredentials/any(k:k/usage eq 'Sign')", "" },
      { "createdDateTime ge 2020-01-01T00:00:00Z", "one two three" },
      { "createdDateTime lt 2020-01-01T00:00:00.123Z", "" },
      { "signInAudience in ('AzureADMyOrg') and displayName eq 'one'", "one" },
      { "web/implicitGrantSettings/enableIdTokenIssuance eq false", "one two three" },
    }
    for _, case in ipairs(cases) do
      it(case[1], function() assert.equal(case[2], names(APPS, { ["$filter"] = case[1] })) end)
    end

    local advanced = {
      { "displayName ne 'one'", "two three", "NotEqualsMatch" },
      { "not(displayName eq 'one')", "two three", "Not" },
      { "endswith(displayName,'e')", "one three", "EndsWithMatch" },
    }
    for _, case in ipairs(advanced) do
      it(case[1] .. " asks for ConsistencyLevel and $count", function()
        local message = ("Filter operator '%s' is not supported."):format(case[3])
        local both = { ["$filter"] = case[1], ["$count"] = "true" }
        assert.equal(case[2], names(APPS, both, EVENTUAL))
        refused(get(query(APPS, both)), 400, "Request_UnsupportedQuery", message)
        refused(get(query(APPS, { ["$filter"] = case[1] }), EVENTUAL), 400,
          "Request_UnsupportedQuery", message)
      end)
    end

    it("finds a service principal by its application", function()
      local app = cjson.decode(get(APPS).body).value[1]
      local path = "/v1.0/servicePrincipals"
      assert.equal(201, graph.call(emulator, "POST", path,
        '{"appId":"' .. app.appId .. '"}').status)
      local list = cjson.decode(get(query(path, {
        ["$filter"] = "appId eq '" .. app.appId .. "'", ["$select"] = "id,appId,displayName",
      })).body)
      assert.equal(emulator.url .. "/v1.0/$metadata#servicePrincipals(id,appId,displayName)",
        list["@odata.context"])
      local found = list.value[1]
      assert.same({ app.appId, "one" }, { found.appId, found.displayName })
      assert.matches("^" .. graph.GUID .. "$", found.id)
      found.appId, found.displayName, found.id = nil, nil, nil
      assert.is_nil(next(found))
    end)
  end)

  describe("$filter refuses", function()
    local function invalid(words)
      return { 400, "BadRequest", "Invalid filter clause: " .. words }
    end
    local POLICY = "microsoft.graph.tokenLifetimePolicy"
    local cases = {
      { "", invalid "Syntax error at position 0 in ''." },
      { "displayName", invalid "Syntax error at position 11 in 'displayName'." },
      { "displayName eq", invalid "Syntax error at position 14 in 'displayName eq'." },
      { "displayName eq 'a' and",
        invalid "Syntax error at position 22 in 'displayName eq 'a' and'." },
      { "displayName eq 'a' x", invalid "Syntax error at position 19 in 'displayName eq 'a' x'." },
      { "(displayName eq 'a'", invalid "Syntax error at position 19 in '(displayName eq 'a''." },
      { "displayName eq 'a", invalid
        "There is an unterminated string literal at position 15 in 'displayName eq 'a'." },
      { "foo eq 'a'",
        invalid("Could not find a property named 'foo' on type '" .. POLICY .. "'.") },
      { "displayName eq foo", invalid("Could not find a property named 'foo' on type '" .. POLICY
        .. "'.") },
      { "displayName eq 1", invalid("A binary operator with incompatible types was detected. Found "
        .. "operand types 'Edm.String' and 'Edm.Int32' for operator kind 'Equal'.") },
      { "isOrganizationDefault gt 'true'", invalid("A binary operator with incompatible types was "
        .. "detected. Found operand types 'Edm.Boolean' and 'Edm.String' for operator kind "
        .. "'GreaterThan'.") },
      { "tolower(displayName) eq 'a'", invalid("An unknown function with name 'tolower' was found. "
        .. "This may also be a function import or a key lookup on a navigation property, which is "
        .. "not allowed.") },
      { "displayName in ('a'", invalid "Syntax error at position 19 in 'displayName in ('a''." },
      { "displayName in (displayName)", invalid
        "Syntax error at position 27 in 'displayName in (displayName)'." },
      { "isof('tokenLifetimePolicy')", invalid
        "Syntax error at position 27 in 'isof('tokenLifetimePolicy')'." },
      { "'a'/any()", invalid "Syntax error at position 3 in ''a'/any()'." },
      { ("("):rep(33) .. "displayName eq 'a'" .. (")"):rep(33),
        invalid "The recursion depth limit of '32' has been exceeded." },
      { "definition eq 'a'", { 400, "Request_UnsupportedQuery",
        "Unsupported or invalid query filter clause specified for property 'definition' of "
        .. "resource 'Policy'." } },
      { "displayName/any(d:d eq 'a')", { 400, "Request_UnsupportedQuery",
        "Unsupported or invalid query filter clause specified for property 'displayName' of "
        .. "resource 'Policy'." } },
    }
    for _, case in ipairs(cases) do
      it(case[1]:sub(1, 60), function()
        refused(get(query(LIFETIME, { ["$filter"] = case[1] })), table.unpack(case[2]))
      end)
    end

    it("no expression of 31 brackets, nor one of many parts", function()
      local deep = ("("):rep(31) .. "displayName eq 'alpha'" .. (")"):rep(31)
      assert.equal("alpha", names(LIFETIME, { ["$filter"] = deep }))
    end)

    it("an expression of more than 500 parts, which fits in a batch alone", function()
      local function found(parts)
        local long = ("displayName eq 'x' or "):rep(parts - 2) .. "displayName eq 'alpha'"
        local answer = graph.call(emulator, "POST", "/v1.0/$batch", (cjson.encode {
          requests = { { id = "1", method = "GET",
            url = query("/policies/tokenLifetimePolicies", { ["$filter"] = long }) } },
        }:gsub("\\/", "/")))
        local part = cjson.decode(answer.body).responses[1]
        return part.body.error and part.body.error.message or #part.body.value
      end
      assert.equal(1, found(500))
      assert.equal("Invalid filter clause: The node count limit of '500' has been exceeded.",
        found(501))
    end)

    it("type on the legacy path, as the service breaks at it", function()
      refused(get(query("/beta/policies", { ["$filter"] = "type eq 'TokenLifetimePolicy'" })), 500,
        "Service_InternalServerError", "Encountered an internal server error.")
      assert.equal("alpha",
        names("/beta/policies", { ["$filter"] = "displayName eq 'alpha'" }))
    end)

    it("a property inside a complex one that it has not", function()
      refused(get(query(APPS, { ["$filter"] = "api/foo eq true" })), 400, "BadRequest",
        "Invalid filter clause: Could not find a property named 'foo' on type "
        .. "'microsoft.graph.apiApplication'.")
    end)
  end)

  describe("$select", function()
    it("shows what is asked for, and says so", function()
      assert.equal('{"@odata.context":"URL/v1.0/$metadata#policies/tokenLifetimePolicies'
        .. '(displayName,id)/$entity","id":"ID","displayName":"alpha"}', graph.faceless(emulator,
          get(LIFETIME .. "/" .. ids.alpha .. "?$select=displayName,%20id").body))
    end)

    it("of everything is none", function()
      local whole = get(LIFETIME .. "/" .. ids.alpha).body
      assert.equal(whole, get(LIFETIME .. "/" .. ids.alpha .. "?$select=*").body)
    end)

    it("refuses what there is not", function()
      refused(get(LIFETIME .. "?$select=id,foo"), 400, "BadRequest",
        "Parsing OData Select and Expand failed: Could not find a property named 'foo' on type "
        .. "'microsoft.graph.tokenLifetimePolicy'.")
      refused(get(APPS .. "?$select=accountEnabled"), 400, "BadRequest",
        "Parsing OData Select and Expand failed: Could not find a property named "
        .. "'accountEnabled' on type 'microsoft.graph.application'.")
    end)
  end)

  describe("$top and pages:", function()
    for _, size in ipairs { "0", "1000", "-1", "x", "", "1.5" } do
      it(("a size of '%s' is refused"):format(size), function()
        refused(get(LIFETIME .. "?$top=" .. size), 400, "Request_UnsupportedQuery",
          ("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive."):format(size))
      end)
    end

    it("both ends of the sizes are taken", function()
      assert.equal(1, #cjson.decode(get(LIFETIME .. "?$top=1").body).value)
      local list = cjson.decode(get(LIFETIME .. "?$top=999").body)
      assert.same({ 7 }, { #list.value, list["@odata.nextLink"] })
    end)

    it("pages put together are the list, whatever their size", function()
      local whole = cjson.decode(get(LIFETIME).body).value
      for size = 1, 8 do
        local items, pages = graph.all(emulator, LIFETIME .. "?$top=" .. size)
        assert.same(whole, items)
        assert.equal(math.ceil(7 / size), pages)
      end
    end)

    it("a link keeps the other options", function()
      local path = query(LIFETIME, {
        ["$top"] = "2", ["$select"] = "displayName", ["$filter"] = "displayName ne 'O''Neil'",
        ["$count"] = "true", ["mine"] = "a&b=c d+e%",
      })
      local first = cjson.decode(get(path, EVENTUAL).body)
      assert.equal(6, first["@odata.count"])
      local link = first["@odata.nextLink"]
      assert.matches("^" .. emulator.url:gsub("%p", "%%%0"), link)
      for _, part in ipairs { "%$top=2&", "%$select=displayName&",
        "mine=a%%26b%%3Dc%%20d%%2Be%%25&", "%$filter=displayName%%20ne%%20'O''Neil'&",
        "%$skiptoken=%x+$" } do
        assert.matches(part, link)
      end
      local second = cjson.decode(get(link:sub(#emulator.url + 1), EVENTUAL).body)
      assert.is_nil(second["@odata.count"])
      assert.same({ { displayName = "gamma" }, { displayName = "delta" } }, second.value)
      assert.equal(6, #graph.all(emulator, path))
    end)

    it("an item that is made or removed meanwhile disturbs no other", function()
      local made = {}
      for i = 1, 6 do made[i] = graph.create(emulator, "/v1.0/policies/tokenIssuancePolicies",
        graph.body { definition = [=[["{\"TokenIssuancePolicy\":{\"Version\":1}}"]]=],
          displayName = '"i' .. i .. '"' }) end
      local path = "/v1.0/policies/tokenIssuancePolicies"
      local first = cjson.decode(get(path .. "?$top=2").body)
      graph.call(emulator, "DELETE", path .. "/" .. made[1])
      graph.call(emulator, "DELETE", path .. "/" .. made[2])
      graph.call(emulator, "DELETE", path .. "/" .. made[4])
      local rest = {}
      for i, item in ipairs(graph.all(emulator, first["@odata.nextLink"]:sub(#emulator.url + 1))) do
        rest[i] = item.displayName
      end
      assert.same({ "i3", "i5", "i6" }, rest)
    end)

    it("Prefer makes pages of a size, and is told so", function()
      local page = get(LIFETIME, { Prefer = "return=minimal, odata.maxpagesize=3" })
      assert.equal("odata.maxpagesize=3", page.headers["preference-applied"])
      assert.equal(3, #cjson.decode(page.body).value)
      local other = get(LIFETIME .. "?$top=2", { Prefer = "odata.maxpagesize=3" })
      assert.is_nil(other.headers["preference-applied"])
      assert.equal(2, #cjson.decode(other.body).value)
      assert.is_nil(get(LIFETIME, { Prefer = "odata.maxpagesize=0" }).headers["preference-applied"])
    end)

    it("a token that is none is refused", function()
      local link = cjson.decode(get(LIFETIME .. "?$top=2").body)["@odata.nextLink"]
      local token = link:match "skiptoken=(%x+)"
      local wrong = {
        "", "x", "00", token .. "00", token:sub(1, -2), token:sub(1, -3), token:upper(),
        ("0"):rep(#token), (token:gsub("^.", function(c) return c == "0" and "1" or "0" end)),
      }
      for _, bad in ipairs(wrong) do
        refused(get(LIFETIME .. "?$skiptoken=" .. bad), 400, "Request_BadRequest",
          "The specified page token value is not valid.")
      end
      refused(get(LIFETIME .. "?$orderby=displayName&$skiptoken=" .. token), 400,
        "Request_BadRequest", "The specified page token value is not valid.")
    end)

    it("a token of a store that was emptied since has expired", function()
      local other <close> = graph.start()
      for _ = 1, 3 do graph.create(other, LIFETIME) end
      local link = cjson.decode(graph.call(other, "GET", LIFETIME .. "?$top=1").body)
        ["@odata.nextLink"]
      other:reset()
      refused(graph.call(other, "GET", link:sub(#other.url + 1)), 400, "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your "
        .. "request.")
    end)

    it("page_size keeps pages small", function()
      local small <close> = graph.start { page_size = 2 }
      for _ = 1, 3 do graph.create(small, LIFETIME) end
      local items, pages = graph.all(small, LIFETIME .. "?$top=100")
      assert.same({ 3, 2 }, { #items, pages })
    end)

    it("a page has 100 items unless told otherwise", function()
      local other <close> = graph.start()
      for _ = 1, 101 do graph.submit(other, "POST", LIFETIME, graph.body()) end
      graph.collect()
      local items, pages = graph.all(other, LIFETIME)
      assert.same({ 101, 2 }, { #items, pages })
      assert.equal(100, #cjson.decode(graph.call(other, "GET", LIFETIME).body).value)
    end)
  end)

  describe("$orderby", function()
    it("sorts by name, up and down, whatever the case", function()
      assert.equal("alpha Alphabet Beta delta gamma O'Neil été",
        names(LIFETIME, { ["$orderby"] = "displayName" }))
      assert.equal("été O'Neil gamma delta Beta Alphabet alpha",
        names(LIFETIME, { ["$orderby"] = "displayName desc" }))
      assert.equal("one three two", names(APPS, { ["$orderby"] = "displayName asc" }))
    end)

    it("goes on where the page before ended", function()
      for _, way in ipairs { "displayName", "displayName desc" } do
        local whole = cjson.decode(get(query(LIFETIME, { ["$orderby"] = way })).body).value
        for size = 1, 3 do
          assert.same(whole, (graph.all(emulator, query(LIFETIME, {
            ["$orderby"] = way, ["$top"] = tostring(size),
          }))))
        end
      end
    end)

    it("keeps equal names apart, in the order of their creation", function()
      local other <close> = graph.start()
      local up, down = {}, {}
      for i = 1, 5 do
        up[i] = graph.create(other, LIFETIME)
        table.insert(down, 1, up[i])
      end
      for way, expected in pairs { ["displayName"] = up, ["displayName%20desc"] = down } do
        local got = {}
        for i, item in ipairs(graph.all(other, LIFETIME .. "?$top=2&$orderby=" .. way)) do
          got[i] = item.id
        end
        assert.same(expected, got)
      end
    end)

    it("shows what was created, renamed and deleted since the last list by name", function()
      local other <close> = graph.start()
      local function sorted(path)
        local list = {}
        for i, item in ipairs(graph.all(other, path .. "?$top=1&$orderby=displayName")) do
          list[i] = item.displayName
        end
        return table.concat(list, " ")
      end
      local function named(name)
        return graph.create(other, LIFETIME, graph.body { displayName = ('"%s"'):format(name) })
      end
      local b = named "b"
      local d = named "d"
      assert.same({ "b d", "b d" }, { sorted(LIFETIME), sorted "/beta/policies" })
      named "C"
      assert.same({ "b C d", "b C d" }, { sorted(LIFETIME), sorted "/beta/policies" })
      graph.call(other, "PATCH", LIFETIME .. "/" .. b, '{"displayName":"e"}')
      graph.call(other, "DELETE", LIFETIME .. "/" .. d)
      assert.same({ "C e", "C e" }, { sorted(LIFETIME), sorted "/beta/policies" })
    end)

    it("refuses other properties and other words", function()
      refused(get(query(LIFETIME, { ["$orderby"] = "id" })), 400, "Request_UnsupportedQuery",
        "Unsupported sort property 'id' for 'Policy'.")
      refused(get(query(APPS, { ["$orderby"] = "mail desc" })), 400, "Request_UnsupportedQuery",
        "Unsupported sort property 'mail' for 'Application'.")
      refused(get(query(LIFETIME, { ["$orderby"] = "displayName up" })), 400, "BadRequest",
        "Invalid orderby clause: Syntax error in 'displayName up'.")
    end)
  end)

  describe("$count", function()
    it("is a number as text", function()
      local counted = get(LIFETIME .. "/$count", EVENTUAL)
      assert.same({ 200, "7", "text/plain" },
        { counted.status, counted.body, counted.headers["content-type"] })
    end)

    it("is refused without ConsistencyLevel", function()
      for _, path in ipairs { LIFETIME, APPS, LIFETIME .. "/" .. ids.alpha .. "/appliesTo" } do
        refused(get(path .. "/$count"), 400, "Request_BadRequest",
          "$count is not currently supported.")
        assert.equal(200, get(path .. "/$count", EVENTUAL).status)
      end
    end)

    it("as an option is heeded with ConsistencyLevel, else passed over", function()
      local list = get(LIFETIME .. "?$count=true&$top=2", EVENTUAL)
      assert.matches('^{"@odata.context":"[^"]+","@odata.count":7,"value":%[', list.body)
      assert.is_nil(get(LIFETIME .. "?$count=true").body:find("@odata.count", 1, true))
      assert.is_nil(get(LIFETIME .. "?$count=false", EVENTUAL).body:find("@odata.count", 1, true))
      refused(get(LIFETIME .. "?$count=1"), 400, "BadRequest",
        "Invalid value '1' for $count query option found. Valid values are 'true' and 'false'.")
    end)
  end)

  describe("$expand", function()
    local function assign(objects, id, policy)
      local done = graph.call(emulator, "POST", ("/v1.0/%s/%s/tokenLifetimePolicies/$ref")
        :format(objects, id), '{"@odata.id":"' .. policy .. '"}')
      assert.equal(204, done.status, done.body)
    end

    it("shows who carries a policy, in a list and alone", function()
      local app = cjson.decode(get(APPS).body).value[3]
      assign("applications", app.id, ids.Beta)
      local one = cjson.decode(get(LIFETIME .. "/" .. ids.Beta .. "?$expand=appliesTo").body)
      assert.equal(emulator.url .. "/v1.0/$metadata#policies/tokenLifetimePolicies(appliesTo())"
        .. "/$entity", one["@odata.context"])
      assert.same({ app.id, "#microsoft.graph.application" },
        { one.appliesTo[1].id, one.appliesTo[1]["@odata.type"] })
      local found = {}
      for _, item in ipairs(cjson.decode(get(LIFETIME .. "?$expand=appliesTo").body).value) do
        found[item.displayName] = #item.appliesTo
      end
      assert.same({ 1, 0 }, { found.Beta, found.alpha })
      local other = cjson.decode(get(APPS .. "/" .. app.id
        .. "?$select=id&$expand=tokenLifetimePolicies").body)
      assert.same({ "Beta", ids.Beta },
        { other.tokenLifetimePolicies[1].displayName, other.tokenLifetimePolicies[1].id })
    end)

    it("shows twenty at most", function()
      local other <close> = graph.start()
      local id = graph.create(other, LIFETIME)
      for i = 1, 21 do
        local app = cjson.decode(graph.call(other, "POST", APPS, '{"displayName":"a"}').body).id
        graph.call(other, "POST", ("%s/%s/tokenLifetimePolicies/$ref"):format(APPS, app),
          '{"@odata.id":"' .. id .. '"}')
        local shown = cjson.decode(graph.call(other, "GET",
          LIFETIME .. "/" .. id .. "?$expand=appliesTo").body).appliesTo
        assert.equal(math.min(i, 20), #shown)
      end
    end)

    it("takes one navigation, and one that there is", function()
      refused(get(LIFETIME .. "?$expand=owners"), 400, "BadRequest",
        "Parsing OData Select and Expand failed: Could not find a property named 'owners' on type "
        .. "'microsoft.graph.tokenLifetimePolicy'.")
      refused(get(APPS .. "?$expand=tokenLifetimePolicies,tokenIssuancePolicies"), 400,
        "Request_BadRequest", "Only one property can be expanded in a single query.")
      refused(get(APPS .. "?$expand=claimsMappingPolicies"), 400, "BadRequest",
        "Parsing OData Select and Expand failed: Could not find a property named "
        .. "'claimsMappingPolicies' on type 'microsoft.graph.application'.")
    end)
  end)

  describe("options", function()
    it("that are none are refused, and what is not OData's is passed over", function()
      refused(get(LIFETIME .. "?$skip=1"), 400, "Request_UnsupportedQuery",
        "Unsupported Query: the option '$skip' is not served.")
      refused(get(LIFETIME .. "/" .. ids.alpha .. "?$top=1"), 400, "Request_UnsupportedQuery",
        "Unsupported Query: the option '$top' is not served.")
      refused(get(LIFETIME .. "?$search=%22displayName:a%22"), 400, "Request_UnsupportedQuery",
        "Request with $search query parameter only works through MSGraph with a special request "
        .. "header: 'ConsistencyLevel: eventual'")
      assert.equal(200, get(LIFETIME .. "?top=0&a=b&c").status)
    end)

    it("stand once", function()
      refused(get(LIFETIME .. "?$top=1&%24top=2"), 400, "BadRequest",
        "Query option '$top' was specified more than once, but it must be specified at most once.")
    end)
  end)

  describe("Accept", function()
    local path
    before_each(function() path = LIFETIME .. "/" .. ids.alpha end)

    it("without metadata leaves out what is not the object's", function()
      local got = get(path, { Accept = "application/json;odata.metadata=none" })
      assert.matches('^{"id":"', got.body)
      assert.equal("application/json;odata.metadata=none;odata.streaming=true;"
        .. "IEEE754Compatible=false;charset=utf-8", got.headers["content-type"])
      local list = get(LIFETIME .. "?$top=1&$count=true",
        { Accept = "application/json;odata.metadata=none", ConsistencyLevel = "eventual" })
      assert.matches('^{"@odata.count":7,"value":%[{"id"', list.body)
      assert.matches('"@odata.nextLink":"', list.body)
    end)

    it("with full metadata adds type and links", function()
      local got = cjson.decode(get(path, { Accept = "application/json; odata.metadata=full" }).body)
      assert.equal("#microsoft.graph.tokenLifetimePolicy", got["@odata.type"])
      assert.matches("/directoryObjects/" .. graph.GUID
        .. "/Microsoft.DirectoryServices.TokenLifetimePolicy$", got["@odata.id"])
      assert.equal("directoryObjects/" .. ids.alpha, got["@odata.editLink"])
    end)

    it("must let JSON be", function()
      for _, accept in ipairs { "*/*", "application/*", "text/html, application/json;q=0.5" } do
        assert.equal(200, get(path, { Accept = accept }).status)
      end
      refused(get(path, { Accept = "text/xml" }), 406, "NotAcceptable",
        "The media type 'text/xml' cannot be given; accept application/json.")
    end)
  end)
end)
