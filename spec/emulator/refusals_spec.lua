local graph = require "spec.support.graph"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"
local NOBODY = "11111111-2222-3333-4444-555555555555"
local UNREADABLE = "Unable to read JSON request payload. Please ensure Content-Type header is set "
  .. "and payload is of valid JSON format."
local DEFINITION = "Property definition has an invalid value."
local OBJECT = "An unexpected 'StartObject' node was found for property named '' when reading from "
  .. "the JSON reader. A 'PrimitiveValue' node was expected."
local NO_METHOD = "Specified HTTP method is not allowed for the request target."

--- A body whose definition is the given inside of a TokenLifetimePolicy.
local function inside(text)
  text = ('{"TokenLifetimePolicy":{%s}}'):format(text):gsub('"', '\\"')
  return graph.body { definition = ('["%s"]'):format(text) }
end

local function defined(definition) return graph.body { definition = definition } end

--- { method, path, body or false, status, code, message }
local CASES = {
  -- what is no route
  { "GET", "/v1.0/policies/xyz", false, 400, "BadRequest",
    "Resource not found for the segment 'xyz'." },
  { "GET", "/v1.0/xyz/tokenLifetimePolicies", false, 400, "BadRequest",
    "Resource not found for the segment 'xyz'." },
  { "GET", "/v1.0/policies/b2bManagementPolicies", false, 400, "BadRequest",
    "Resource not found for the segment 'b2bManagementPolicies'." },
  { "GET", "/v2.0/policies/tokenLifetimePolicies", false, 400, "BadRequest",
    "Resource not found for the segment 'v2.0'." },
  { "GET", TYPED .. "/" .. NOBODY .. "/xyz", false, 400, "BadRequest",
    "Resource not found for the segment 'xyz'." },
  { "GET", "/beta/policies/" .. NOBODY .. "/xyz/abc", false, 400, "BadRequest",
    "Resource not found for the segment 'xyz'." },
  { "GET", "/v1.0/policies", false, 400, "BadRequest",
    "Resource not found for the segment 'policies'." },
  { "GET", "/v1.0", false, 400, "BadRequest", "Resource not found for the segment 'v1.0'." },
  { "GET", "/", false, 400, "BadRequest", "Resource not found for the segment ''." },
  { "GET", "/v1.0/policies/tokenLifetimePolicie%C3%A9", false, 400, "BadRequest",
    "Resource not found for the segment 'tokenLifetimePolicieé'." },
  -- methods
  { "PUT", TYPED, "{}", 405, "Request_BadRequest", NO_METHOD },
  { "PATCH", TYPED, "{}", 405, "Request_BadRequest", NO_METHOD },
  { "DELETE", TYPED, false, 405, "Request_BadRequest", NO_METHOD },
  { "POST", TYPED .. "/" .. NOBODY, "{}", 405, "Request_BadRequest", NO_METHOD },
  { "PUT", TYPED .. "/" .. NOBODY, "{}", 405, "Request_BadRequest", NO_METHOD },
  { "DELETE", "/beta/policies", false, 405, "Request_BadRequest", NO_METHOD },
  { "OPTIONS", "/beta/policies", false, 405, "Request_BadRequest", NO_METHOD },
  { "DELETE", "/beta/policies/tokenLifetimePolicies", false, 405, "Request_BadRequest",
    NO_METHOD },
  -- ids
  { "GET", TYPED .. "/xyz", false, 400, "Request_BadRequest",
    "Invalid object identifier 'xyz'." },
  { "DELETE", TYPED .. "/" .. NOBODY .. "0", false, 400, "Request_BadRequest",
    "Invalid object identifier '" .. NOBODY .. "0'." },
  { "PATCH", TYPED .. "/a%22%5Cb", "{}", 400, "Request_BadRequest",
    [[Invalid object identifier 'a"\b'.]] },
  { "GET", "/beta/policies/noKindsPolicies", false, 400, "Request_BadRequest",
    "Invalid object identifier 'noKindsPolicies'." },
  { "GET", TYPED .. "/" .. NOBODY, false, 404, "Request_ResourceNotFound", "Resource '" .. NOBODY
    .. "' does not exist or one of its queried reference-property objects are not present." },
  { "DELETE", "/beta/policies/" .. NOBODY, false, 404, "Request_ResourceNotFound",
    "Resource '" .. NOBODY
    .. "' does not exist or one of its queried reference-property objects are not present." },
  -- bodies
  { "POST", TYPED, "", 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, "{", 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, "[]", 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, "null", 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, "{'displayName':'a'}", 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, graph.body() .. "x", 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, '{"displayName":"\xff"}', 400, "BadRequest", UNREADABLE },
  { "POST", TYPED, ("["):rep(100000), 400, "BadRequest", UNREADABLE },
  -- definitions
  { "POST", TYPED, defined("{}"), 400, "Request_BadRequest", OBJECT },
  { "POST", TYPED, defined('[{"TokenLifetimePolicy":{}}]'), 400, "Request_BadRequest", OBJECT },
  { "POST", TYPED, defined('"' .. graph.ESCAPED .. '"'), 400, "Request_BadRequest",
    "An unexpected 'PrimitiveValue' node was found for property named 'definition' when reading "
    .. "from the JSON reader. A 'StartArray' node was expected." },
  { "POST", TYPED, defined(false), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined("null"), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined("1"), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined("[1]"), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined("[]"), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined('["{}","{}"]'), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined('["definition-value"]'), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, defined('["{}"]'), 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, inside '"AccessTokenLifetime":"8:00:00"', 400, "Request_BadRequest",
    DEFINITION },
  { "POST", TYPED, inside '"version":1', 400, "Request_BadRequest", DEFINITION },
  { "POST", TYPED, inside '"Version":1,"AccessTokenLifetime":"00:09:59"', 400,
    "Request_BadRequest", DEFINITION },
  { "POST", TYPED, inside '"Version":1,"AccessTokenLifetime":"24:00:00"', 400,
    "Request_BadRequest", DEFINITION },
  -- other properties
  { "POST", TYPED, graph.body { displayName = false }, 400, "Request_BadRequest",
    "A value is required for property 'displayName' of resource 'TokenLifetimePolicy'." },
  { "POST", TYPED, graph.body { displayName = "null" }, 400, "Request_BadRequest",
    "A value is required for property 'displayName' of resource 'TokenLifetimePolicy'." },
  { "POST", TYPED, graph.body { displayName = '""' }, 400, "Request_BadRequest",
    "Invalid value specified for property 'displayName' of resource 'TokenLifetimePolicy'." },
  { "POST", TYPED, graph.body { displayName = "1" }, 400, "Request_BadRequest",
    "Invalid value specified for property 'displayName' of resource 'TokenLifetimePolicy'." },
  { "POST", TYPED, graph.body { isOrganizationDefault = '"true"' }, 400, "Request_BadRequest",
    "Invalid value specified for property 'isOrganizationDefault' of resource "
    .. "'TokenLifetimePolicy'." },
  { "POST", TYPED, '{"displayName":"a",' .. graph.body():sub(2), 400, "Request_BadRequest",
    "Invalid value specified for property 'displayName' of resource 'TokenLifetimePolicy'." },
  { "POST", "/beta/policies", graph.body(), 400, "Request_BadRequest",
    "A value is required for property 'type' of resource 'Policy'." },
  { "POST", "/beta/policies", graph.body { type = '"NamingPolicy"' }, 400, "Request_BadRequest",
    "Invalid value specified for property 'type' of resource 'Policy'." },
}

describe("bylaw.emulator refuses", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)

  local function call(...) return graph.call(emulator, ...) end

  --- Shows a refusal as Graph's envelope, complete and with nothing else at its top.
  local function check(exchange, status, code, message)
    assert.equal(status, exchange.status)
    local err = graph.error(exchange)
    assert.same({ code, message }, { err.code, err.message })
    assert.equal(exchange.headers["request-id"], err.innerError["request-id"])
    assert.equal(exchange.headers["client-request-id"], err.innerError["client-request-id"])
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d$", err.innerError.date)
  end

  for _, case in ipairs(CASES) do
    local method, path, body, status, code, message = table.unpack(case)
    local shown = body and ": " .. body:sub(1, 70):gsub("%c", "?") or ""
    it(("%s %s%s"):format(method, path, shown), function()
      check(call(method, path, body or nil), status, code, message)
      assert.is_truthy(call("GET", "/beta/policies").body:find('"value":[]', 1, true))
    end)
  end

  it("updates for the same reasons, and then nothing is changed", function()
    local path = TYPED .. "/" .. graph.create(emulator, TYPED)
    local before = call("GET", path).body
    local refused = {
      { '{"displayName":1}',
        "Invalid value specified for property 'displayName' of resource 'TokenLifetimePolicy'." },
      { '{"definition":{}}', OBJECT },
      { '{"definition":["{}"]}', DEFINITION },
      { '{"displayName":"b","definition":[]}', DEFINITION },
    }
    for _, case in ipairs(refused) do
      check(call("PATCH", path, case[1]), 400, "Request_BadRequest", case[2])
    end
    check(call("PATCH", path, "x"), 400, "BadRequest", UNREADABLE)
    assert.equal(before, call("GET", path).body)
    assert.equal(204, call("DELETE", path).status)
  end)

  it("with the methods that there are", function()
    assert.equal("GET, POST", call("PUT", TYPED, "{}").headers.allow)
    assert.equal("GET, PATCH, DELETE", call("PUT", TYPED .. "/" .. NOBODY, "{}").headers.allow)
  end)

  it("with every problem, its path and its code, among the details", function()
    local answer = call("POST", TYPED, graph.body {
      displayName = "1", foo = "1",
      definition = [=[["{\"TokenLifetimePolicy\":{\"version\":1,\"AccessTokenLifetime\":1}}"]]=],
    })
    local told = {}
    for i, detail in ipairs(graph.error(answer).details) do
      told[i] = detail.code .. " " .. detail.target
      assert.is_true(#detail.message > 0)
    end
    table.sort(told)
    assert.same({
      "missing_property /definition/Version", "unknown_property /definition/version",
      "wrong_type /definition/AccessTokenLifetime", "wrong_type /displayName",
    }, told)
  end)

  it("a definition however many other properties stand before it", function()
    local parts = {}
    for i = 1, 2000 do parts[i] = ('"p%d":1'):format(i) end
    local many = table.concat(parts, ",")
    check(call("POST", TYPED, "{" .. many .. "," .. defined('["{}"]'):sub(2)), 400,
      "Request_BadRequest", DEFINITION)
    check(call("POST", TYPED, inside(many)), 400, "Request_BadRequest", DEFINITION)
  end)
end)
