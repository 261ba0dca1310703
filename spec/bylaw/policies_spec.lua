local bylaw = require "bylaw"
local core = require "bylaw.core"
local server = require "spec.support.server"

local ID = "9c4b1f2e-0000-4000-8000-00000000abcd"

local trouble, client

setup(function() trouble = server.start() end)
teardown(function() trouble:stop() end)

--- A client of what the server says under a name.
local function says(name, status, value, headers)
  local body = type(value) == "string" and value or core.json_write(value)
  trouble:answer(name, status, body, headers)
  client = assert(bylaw.connect { endpoint = trouble.url .. "/say/" .. name, credential = "t",
      attempts = 1, consistency = 0 })
  return client
end

--- A question to the server about itself.
local function ask(path)
  local pool <close> = core.pool {}
  pool:submit { method = "GET", url = trouble.url .. path }
  local results
  repeat results = pool:wait(5) until results[1]
  return results[1].body
end

--- The last request: method and what stands behind the name, content type, body.
local function last_request()
  local method, path, head, body =
    ask("/last"):match "^(%u+) /say/[^/]+(%S*) HTTP/1%.1\r\n(.-)\r\n\r\n(.*)$"
  return method .. " " .. path, head:match "[Cc]ontent%-[Tt]ype: ([^\r\n]*)", body
end

local function request_count() return tonumber(ask("/count"):match "requests=(%d+)") end

local function token_lifetime(more)
  local properties = { displayName = "CustomTokenLifetimePolicy",
    definition = { AccessTokenLifetime = "8:00:00" } }
  for name, value in pairs(more or {}) do properties[name] = value end
  return properties
end

local TEXT = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}'

--- The same text inside a request body.
local ESCAPED = [["{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}"]]

local function stored(more)
  local answer = { id = ID, displayName = "CustomTokenLifetimePolicy", definition = { TEXT },
    ["@odata.context"] = "x", deletedDateTime = core.null }
  for name, value in pairs(more or {}) do answer[name] = value end
  return answer
end

after_each(function()
  if client then client:close() end
end)

describe("client:create", function()
  -- What goes over the wire, byte for byte.
  for name, case in pairs {
    ["a typed policy to its collection"] = {
      bylaw.tokenLifetimePolicy(token_lifetime { isOrganizationDefault = true }), nil,
      "POST /v1.0/policies/tokenLifetimePolicies",
      '{"definition":[' .. ESCAPED .. "],"
        .. [["displayName":"CustomTokenLifetimePolicy","isOrganizationDefault":true}]],
    },
    ["a legacy policy to /beta/policies"] = {
      bylaw.policy(token_lifetime { type = "TokenLifetimePolicy" }), nil,
      "POST /beta/policies",
      [[{"displayName":"CustomTokenLifetimePolicy",]]
        .. '"definition":[' .. ESCAPED .. "],"
        .. [["type":"TokenLifetimePolicy"}]],
    },
    ["a legacy policy with its definition as one string, as documented"] = {
      bylaw.policy(token_lifetime { type = "TokenLifetimePolicy" }), { dialect = "legacy-string" },
      "POST /beta/policies",
      [[{"displayName":"CustomTokenLifetimePolicy",]]
        .. '"definition":' .. ESCAPED .. ","
        .. [["type":"TokenLifetimePolicy"}]],
    },
    ["a typed policy in the legacy dialect to /beta/policies"] = {
      bylaw.tokenLifetimePolicy(token_lifetime()), { dialect = "legacy" },
      "POST /beta/policies",
      [[{"displayName":"CustomTokenLifetimePolicy",]]
        .. '"definition":[' .. ESCAPED .. "],"
        .. [["type":"TokenLifetimePolicy"}]],
    },
    ["a legacy policy in the dialect of a collection to that of its type"] = {
      bylaw.policy(token_lifetime { type = "TokenLifetimePolicy" }), { dialect = "collection" },
      "POST /v1.0/policies/tokenLifetimePolicies",
      '{"definition":[' .. ESCAPED .. "],"
        .. [["displayName":"CustomTokenLifetimePolicy"}]],
    },
    ["what would be refused here, when it is not to be judged"] = {
      bylaw.tokenIssuancePolicy { displayName = "x", definition = { "definition-value" } },
      { validate = false },
      "POST /v1.0/policies/tokenIssuancePolicies",
      [[{"definition":["definition-value"],"displayName":"x"}]],
    },
  } do
    it("sends " .. name, function()
      says("create", 201, stored())
      assert(client:create(case[1], case[2]))
      local line, content_type, body = last_request()
      assert.same({ case[3], "application/json", case[4] }, { line, content_type, body })
    end)
  end

  it("goes to /beta when the client does", function()
    says("beta", 201, stored())
    client.version = "beta"
    assert(client:create(bylaw.tokenLifetimePolicy(token_lifetime())))
    assert.equal("POST /beta/policies/tokenLifetimePolicies", (last_request()))
  end)

  it("gives the policy as stored, its definition decoded", function()
    says("created", 201, stored { isOrganizationDefault = false })
    local p = assert(client:create(bylaw.tokenLifetimePolicy(token_lifetime())))
    assert.same({ kind = "tokenLifetimePolicy", id = ID, displayName = "CustomTokenLifetimePolicy",
      definition = { Version = 1, AccessTokenLifetime = "8:00:00" },
      isOrganizationDefault = false, problems = {} }, p)
  end)

  it("gives a policy of the legacy endpoint as such", function()
    says("legacy", 201, stored { type = "TokenLifetimePolicy", definition = TEXT })
    local p = assert(client:create(bylaw.policy(token_lifetime { type = "TokenLifetimePolicy" }),
      { dialect = "legacy-string" }))
    assert.same({ "policy", ID, "8:00:00" }, { p.kind, p.id, p.definition.AccessTokenLifetime })
  end)

  it("sends nothing when the policy is wrong, and tells every problem", function()
    says("unasked", 201, stored())
    local before = request_count()
    local p, err = client:create(bylaw.tokenLifetimePolicy(token_lifetime {
      definition = { AccessTokenLifetime = "24:00:00", Foo = 1 } }))
    assert.is_nil(p)
    assert.same({ "invalid", 2 }, { err.code, #err.problems })
    assert.equal(before, request_count())
  end)

  it("gives Graph's error", function()
    says("refused", 400, { error = { code = "Request_BadRequest", message = "no" } })
    local p, err = client:create(bylaw.tokenLifetimePolicy(token_lifetime()))
    assert.same({ nil, "bad_request", "Request_BadRequest", "no" },
      { p, err.code, err.graph_code, err.message })
  end)

  it("is made once, and says when nobody knows what became of it", function()
    client = assert(bylaw.connect { endpoint = trouble.url .. "/third", credential = "t",
      max_connections = 1, attempts = 1, consistency = 0 })
    local outcomes, before = {}, tonumber(ask("/count"):match "posts=(%d+)")
    for i = 1, 6 do
      local _, err = client:create(bylaw.tokenLifetimePolicy(token_lifetime()))
      outcomes[i] = err.code .. (err.sent and " sent" or "")
    end
    -- What is answered is a number, and so no policy.
    assert.same({ "bad_answer", "bad_answer", "cut sent", "bad_answer", "bad_answer", "cut sent" },
      outcomes)
    assert.equal(before + 6, tonumber(ask("/count"):match "posts=(%d+)"))
  end)

  for name, answer in pairs {
    ["no object"] = "5", ["null"] = "null", ["a list"] = "[1]", ["no id"] = "{}",
    ["an empty id"] = '{"id":""}', ["an id that is a number"] = '{"id":5}',
  } do
    it("calls an answer that is no policy bad_answer: " .. name, function()
      says("odd", 201, answer, "request-id: r-1\r\n")
      local p, err = client:create(bylaw.tokenLifetimePolicy(token_lifetime()))
      assert.is_nil(p)
      assert.same({ "bad_answer", 201, "r-1",
        "the answer cannot be used: a policy with an id was expected" },
        { err.code, err.status, err.request_id, err.message })
    end)
  end

  it("calls an empty answer bad_answer", function()
    says("nothing", 201, "")
    assert.equal("bad_answer",
      select(2, client:create(bylaw.tokenLifetimePolicy(token_lifetime()))).code)
  end)

  it("refuses a type that names no kind, in the dialect of a collection", function()
    says("unasked", 201, stored())
    local p, err = client:create(bylaw.policy(token_lifetime { type = "TokenLifetimePolici" }),
      { dialect = "collection", validate = false })
    assert.is_nil(p)
    assert.equal("unknown_kind", err.code)
  end)

  for message, given in pairs {
    ["create: dialect 'legasy' is none of collection, legacy, legacy-string; did you mean"] =
      { dialect = "legasy" },
    ["create has no option 'valdate'; did you mean 'validate'?"] = { valdate = false },
    ["create: option 'validate' must be a boolean, not a number"] = { validate = 0 },
  } do
    it("raises: " .. message, function()
      says("unasked", 201, stored())
      assert.error_matches(function()
        client:create(bylaw.tokenLifetimePolicy(token_lifetime()), given)
      end, message, 1, true)
    end)
  end

  it("raises for a table that is no policy", function()
    says("unasked", 201, stored())
    assert.error_matches(function() client:create { displayName = "x" } end, "a policy is due")
  end)
end)

describe("client:get", function()
  for kind, path in pairs {
    tokenLifetimePolicy = "/v1.0/policies/tokenLifetimePolicies/",
    tokenIssuancePolicy = "/v1.0/policies/tokenIssuancePolicies/",
    policy = "/beta/policies/",
  } do
    it("reads one policy: " .. kind, function()
      says("get", 200, stored { type = "TokenLifetimePolicy" })
      local p = assert(client:get(kind, ID))
      assert.same({ kind, ID }, { p.kind, p.id })
      local line, content_type, body = last_request()
      assert.same({ "GET " .. path .. ID, nil, "" }, { line, content_type, body })
    end)
  end

  it("encodes an id whole", function()
    says("get", 200, stored())
    client:get("tokenLifetimePolicy", "a b?c#d%é")
    assert.equal("GET /v1.0/policies/tokenLifetimePolicies/a%20b%3Fc%23d%25%C3%A9",
      (last_request()))
  end)

  it("is not_found where there is none", function()
    says("missing", 404, { error = { code = "Request_ResourceNotFound", message = "m" } })
    local p, err = client:get("tokenLifetimePolicy", ID)
    assert.same({ nil, "not_found", 404 }, { p, err.code, err.status })
  end)

  it("reads what it cannot judge, and says so", function()
    says("odd", 200, stored {
      definition = { "{'TokenLifetimePolicy':{'Version':1,'New':true,}}" } })
    local p = assert(client:get("tokenLifetimePolicy", ID))
    assert.is_true(p.definition.New)
    assert.is_true(#p.problems > 0)
  end)
end)

describe("ids and kinds", function()
  before_each(function() says("unasked", 200, stored()) end)

  for name, call in pairs {
    get = function(kind, id) return client:get(kind, id) end,
    delete = function(kind, id) return client:delete(kind, id) end,
    update = function(kind, id) return client:update(kind, id, { displayName = "x" }) end,
  } do
    it("that would name something else are refused by " .. name, function()
      local before = request_count()
      for _, id in ipairs { "", "/", "a/b", "../x", ".", "..", "a\\b", "a\0b" } do
        local done, err = call("tokenLifetimePolicy", id)
        assert.same({ nil, "invalid_id" }, { done, err.code })
        assert.matches("cannot be the id of a policy$", err.message)
      end
      assert.equal(before, request_count())
    end)

    it("that are no texts raise in the caller's name by " .. name, function()
      for _, pair in ipairs { { "tokenLifetimePolicy", nil }, { "tokenLifetimePolicy", 5 },
        { nil, ID }, { {}, ID } } do
        local ok, err = pcall(function()
          local done = call(pair[1], pair[2])
          return done
        end)
        assert.is_false(ok)
        assert.matches("^[^:]*: " .. name .. ": %a+ must be a string, not a ",
          (err:gsub("^.-:%d+: ", "x: ")))
      end
    end)
  end

  it("that nobody knows are answered with the nearest", function()
    local expected = { code = "unknown_kind",
      message = '"tokenLifetimePolicies" is no kind of policy; '
        .. "did you mean 'tokenLifetimePolicy'?" }
    for _, call in ipairs {
      function() return client:get("tokenLifetimePolicies", ID) end,
      function() return client:list "tokenLifetimePolicies" end,
      function() return client:delete("tokenLifetimePolicies", ID) end,
      function() return client:update("tokenLifetimePolicies", ID, {}) end,
    } do
      assert.same({ nil, expected }, { call() })
    end
    local ok, err = pcall(client.each, client, "tokenLifetimePolicies")
    assert.same({ false, expected }, { ok, err })
  end)
end)

describe("client:list", function()
  --- Answers page after page: each a list of ids, or a body; pages link to the next.
  local function pages(...)
    local bodies = { ... }
    for i, body in ipairs(bodies) do
      if type(body) == "table" then
        local value = {}
        for n, id in ipairs(body) do value[n] = stored { id = id } end
        local page = core.json_write { ["@odata.nextLink"] = bodies[i + 1]
          and ("%s/say/page%d/next?$skiptoken=x'y"):format(trouble.url, i + 1), value = value }
        body = #value > 0 and page or page:gsub('"value":{}', '"value":[]')
      end
      trouble:answer("page" .. i, 200, body)
    end
    client = assert(bylaw.connect { endpoint = trouble.url .. "/say/page1", credential = "t",
      attempts = 1, consistency = 0 })
  end

  local function ids(list)
    local found = {}
    for i, p in ipairs(list) do found[i] = p.id end
    return found
  end

  it("reads every page, empty ones too", function()
    pages({ "a", "b" }, {}, { "c" })
    local list = assert(client:list "tokenLifetimePolicy")
    assert.same({ "a", "b", "c" }, ids(list))
    assert.same({ "tokenLifetimePolicy", "8:00:00" },
      { list[1].kind, list[1].definition.AccessTokenLifetime })
    assert.equal("GET /next?$skiptoken=x'y", (last_request()))
  end)

  it("is empty where nothing is stored", function()
    pages({})
    assert.same({}, client:list "tokenIssuancePolicy")
    assert.equal("GET /v1.0/policies/tokenIssuancePolicies", (last_request()))
  end)

  for name, case in pairs {
    ["a filter"] = { { filter = "displayName eq 'O''Brien & Söhne+'" },
      "?$filter=displayName%20eq%20%27O%27%27Brien%20%26%20S%C3%B6hne%2B%27" },
    ["a page size"] = { { top = 1 }, "?$top=1" },
    ["names, with the id"] = { { select = "displayName" }, "?$select=id%2CdisplayName" },
    ["names that have the id"] = { { select = "displayName,id" }, "?$select=displayName%2Cid" },
    ["a list of names"] = { { select = { "displayName", "type" } },
      "?$select=id%2CdisplayName%2Ctype" },
    ["all of them"] = { { top = 5, select = "id", filter = "a" }, "?$filter=a&$select=id&$top=5" },
  } do
    it("asks with " .. name, function()
      pages({ "a" })
      assert(client:list("policy", case[1]))
      assert.equal("GET /beta/policies" .. case[2], (last_request()))
    end)
  end

  it("gives nothing when a page fails: a part of a list is none", function()
    pages({ "a" }, { "b" })
    trouble:answer("page2", 503, "")
    local list, err = client:list "tokenLifetimePolicy"
    assert.same({ nil, "server_error", 503 }, { list, err.code, err.status })
  end)

  it("stops at a link that comes again", function()
    pages({ "a" }, { "b" })
    trouble:answer("page2", 200, core.json_write { value = { stored() },
      ["@odata.nextLink"] = trouble.url .. "/say/page2/next?$skiptoken=x'y" })
    local list, err = client:list "tokenLifetimePolicy"
    assert.same({ nil, { code = "endless_list", message = "the service links a page to itself" } },
      { list, err })
  end)

  it("stops at 10,000 pages", function()
    local asked = 0
    client = assert(bylaw.connect { endpoint = "http://127.0.0.1:1", credential = "t",
      attempts = 1, consistency = 0 })
    function client.request() -- transport aside, pages without end
      asked = asked + 1
      return { value = { stored() }, ["@odata.nextLink"] = "http://127.0.0.1:1/" .. asked }, {}
    end
    assert.same({ nil, { code = "endless_list", message = "the list has more than 10000 pages" } },
      { client:list "tokenLifetimePolicy" })
    assert.equal(10000, asked)
  end)

  it("follows no link to another host", function()
    for _, link in ipairs { "https://evil.example/v1.0/next", "http://127.0.0.1:1/next" } do
      pages({ "a" })
      trouble:answer("page1", 200, core.json_write {
        value = { stored() }, ["@odata.nextLink"] = link })
      local list, err = client:list "tokenLifetimePolicy"
      assert.same({ nil, "unsendable" }, { list, err.code })
    end
  end)

  for name, body in pairs {
    ["no object"] = "5", ["no list"] = "{}", ["an object for a list"] = '{"value":{}}',
    ["an object with members for a list"] = '{"value":{"a":1}}', ["a text"] = '{"value":"x"}',
    ["null"] = '{"value":null}', ["a list of texts"] = '{"value":["x"]}',
    ["a policy without an id"] = '{"value":[{"displayName":"x"}]}',
  } do
    it("calls an answer that is no list of policies bad_answer: " .. name, function()
      pages(body)
      local list, err = client:list "tokenLifetimePolicy"
      assert.same({ nil, "bad_answer", 200 }, { list, err.code, err.status })
    end)
  end

  for message, given in pairs {
    ["list has no option 'fliter'; did you mean 'filter'?"] = { fliter = "x" },
    ["list: top must be a whole number, 1 or more"] = { top = 0 },
    ["list: option 'top' must be a number, not a string"] = { top = "1" },
  } do
    it("raises: " .. message, function()
      pages({})
      local ok, err = pcall(function()
        local list = client:list("policy", given)
        return list
      end)
      assert.is_false(ok)
      assert.matches(message, err, 1, true)
      assert.matches("policies_spec%.lua:%d+: ", err)
    end)
  end

  describe("as a loop, client:each,", function()
    it("goes over every page", function()
      pages({ "a" }, {}, { "b", "c" })
      local found = {}
      for p in client:each "tokenLifetimePolicy" do table.insert(found, p.id) end
      assert.same({ "a", "b", "c" }, found)
    end)

    it("reads pages only as they are needed", function()
      pages({ "a" }, { "b" })
      local before = request_count()
      assert.equal("a", client:each("tokenLifetimePolicy", { top = 1 })().id)
      assert.equal(before + 1, request_count())
      assert.equal("GET /v1.0/policies/tokenLifetimePolicies?$top=1", (last_request()))
    end)

    it("raises the error of a page rather than end like a whole list", function()
      pages({ "a" }, { "b" })
      trouble:answer("page2", 503, "")
      local found = {}
      local ok, err = pcall(function()
        for p in client:each "tokenLifetimePolicy" do table.insert(found, p.id) end
      end)
      assert.same({ false, "server_error", { "a" } }, { ok, err.code, found })
    end)

    it("stays at its end", function()
      pages({})
      local step = client:each "tokenLifetimePolicy"
      assert.same({}, { step(), step() })
    end)
  end)
end)

describe("client:update", function()
  local function says_done()
    trouble:say("updated", "HTTP/1.1 204 No Content\r\n\r\n")
    client = assert(bylaw.connect { endpoint = trouble.url .. "/say/updated", credential = "t",
      attempts = 1, consistency = 0 })
  end

  for name, case in pairs {
    ["what is named and no more"] = { "tokenLifetimePolicy", { displayName = "new" },
      "PATCH /v1.0/policies/tokenLifetimePolicies/", '{"displayName":"new"}' },
    ["a definition made of a table"] = { "tokenLifetimePolicy",
      { definition = { AccessTokenLifetime = "8:00:00" }, isOrganizationDefault = true },
      "PATCH /v1.0/policies/tokenLifetimePolicies/",
      '{"definition":[' .. ESCAPED .. "],"
        .. [["isOrganizationDefault":true}]] },
    ["a definition as a text, as it came"] = { "tokenLifetimePolicy",
      { definition = '{"TokenLifetimePolicy": {"AccessTokenLifetime": "8:00:00", "Version": 1}}' },
      "PATCH /v1.0/policies/tokenLifetimePolicies/",
      [[{"definition":["{\"TokenLifetimePolicy\": {\"AccessTokenLifetime\": \"8:00:00\", ]]
        .. [[\"Version\": 1}}"]}]] },
    ["a definition in the service's own loose JSON, made strict"] = { "tokenLifetimePolicy",
      { definition = { "{'TokenLifetimePolicy':{'Version':1,'AccessTokenLifetime':'8:00:00',}}" } },
      "PATCH /v1.0/policies/tokenLifetimePolicies/",
      '{"definition":[' .. ESCAPED .. "]}"
    },
    ["a legacy definition by its type"] = { "policy",
      { definition = { AccessTokenLifetime = "8:00:00" }, type = "TokenLifetimePolicy" },
      "PATCH /beta/policies/",
      '{"definition":[' .. ESCAPED .. "],"
        .. [["type":"TokenLifetimePolicy"}]] },
    ["a legacy definition as a text"] = { "policy", { definition = "{}" }, "PATCH /beta/policies/",
      '{"definition":"{}"}' },
    ["nothing of bylaw's own"] = { "tokenLifetimePolicy", bylaw.tokenLifetimePolicy {
      displayName = "new", id = "x", accept = {}, problems = {} },
      "PATCH /v1.0/policies/tokenLifetimePolicies/", '{"displayName":"new"}' },
  } do
    it("sends " .. name, function()
      says_done()
      assert.is_true(assert(client:update(case[1], ID, case[2])))
      local line, content_type, body = last_request()
      assert.same({ case[3] .. ID, "application/json", case[4] }, { line, content_type, body })
    end)
  end

  it("takes an answer with the object as well", function()
    says("patched", 200, stored())
    assert.is_true(client:update("tokenLifetimePolicy", ID, { displayName = "new" }))
  end)

  it("sends nothing when the definition is wrong", function()
    says_done()
    local before = request_count()
    local done, err = client:update("tokenLifetimePolicy", ID, { definition = { Nonsense = 1 } })
    assert.same({ nil, "invalid" }, { done, err.code })
    done, err = client:update("policy", ID, { definition = { AccessTokenLifetime = "8:00:00" } })
    assert.same({ nil, "invalid", "/definition" }, { done, err.code, err.path })
    assert.equal(before, request_count())
  end)

  it("leaves the table of changes as it was", function()
    says_done()
    local changes = { definition = { AccessTokenLifetime = "8:00:00" }, kind = "x" }
    client:update("tokenLifetimePolicy", ID, changes)
    assert.same({ definition = { AccessTokenLifetime = "8:00:00" }, kind = "x" }, changes)
  end)

  it("raises when there is no table of changes", function()
    says_done()
    assert.error_matches(function() client:update("tokenLifetimePolicy", ID) end,
      "a table of changes was expected, not a nil")
  end)
end)

describe("client:delete", function()
  for kind, path in pairs {
    tokenLifetimePolicy = "/v1.0/policies/tokenLifetimePolicies/",
    policy = "/beta/policies/",
  } do
    it("deletes one policy: " .. kind, function()
      trouble:say("deleted", "HTTP/1.1 204 No Content\r\n\r\n")
      client = assert(bylaw.connect { endpoint = trouble.url .. "/say/deleted", credential = "t",
      attempts = 1, consistency = 0 })
      assert.is_true(client:delete(kind, ID))
      local line, content_type, body = last_request()
      assert.same({ "DELETE " .. path .. ID, nil, "" }, { line, content_type, body })
    end)
  end

  it("is not_found where there is none", function()
    says("missing", 404, { error = { code = "Request_ResourceNotFound", message = "m" } })
    local done, err = client:delete("tokenLifetimePolicy", ID)
    assert.same({ nil, "not_found" }, { done, err.code })
  end)
end)
