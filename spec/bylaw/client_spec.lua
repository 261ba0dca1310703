local bylaw = require "bylaw"
local core = require "bylaw.core"
local server = require "spec.support.server"
local shell = require "spec.support.shell"

local TOKEN = "eyJ0eXAi.eyJhdWQi.c2lnbmF0dXJl"
local GUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

local trouble

setup(function() trouble = server.start() end)
teardown(function() trouble:stop() end)

--- A client of a service whose root is `path` on the server.
local function client_at(path, more)
  local given = { endpoint = trouble.url .. path, credential = TOKEN, timeout = 10, attempts = 1 }
  for name, value in pairs(more or {}) do given[name] = value end
  return assert(bylaw.connect(given))
end

--- The last request that the server had: its first line, its headers, its body.
local function last_request()
  local pool <close> = core.pool {}
  pool:submit { method = "GET", url = trouble.url .. "/last" }
  local results
  repeat results = pool:wait(5) until results[1]
  local first, head, body = results[1].body:match "^(.-)\r\n(.-)\r\n\r\n(.*)$"
  local headers = {}
  for name, value in head:gmatch "([^\r\n:]+): *([^\r\n]*)" do headers[name:lower()] = value end
  return first, headers, body
end

describe("bylaw.connect", function()
  it("takes the global cloud and v1.0 when nothing else is said", function()
    local client <close> = assert(bylaw.connect { credential = TOKEN })
    assert.same({ "https://graph.microsoft.com", "v1.0", "global" },
      { client.endpoint, client.version, client.cloud.name })
    assert.equal("bylaw.client (https://graph.microsoft.com/v1.0)", tostring(client))
  end)

  it("takes another cloud by any of its names", function()
    local client <close> = assert(bylaw.connect { cloud = "GCCHigh", credential = TOKEN,
      version = "beta" })
    assert.same({ "https://graph.microsoft.us", "beta" }, { client.endpoint, client.version })
  end)

  it("takes an endpoint, without the slashes at its end", function()
    for given, endpoint in pairs {
      ["http://127.0.0.1:8080"] = "http://127.0.0.1:8080",
      ["http://localhost:8080//"] = "http://localhost:8080",
      ["https://proxy.example/graph/"] = "https://proxy.example/graph",
      ["http://[::1]:8080"] = "http://[::1]:8080",
    } do
      local client <close> = assert(bylaw.connect { endpoint = given, credential = TOKEN })
      assert.equal(endpoint, client.endpoint)
      assert.is_nil(client.cloud)
    end
  end)

  for endpoint, words in pairs {
    ["graph.microsoft.com"] = "it must be an absolute URL, such as https://host",
    [""] = "it must be an absolute URL, such as https://host",
    ["https://"] = "it must be an absolute URL, such as https://host",
    ["http://graph.microsoft.com"] =
      "the request cannot be sent as it is: plain http goes to loopback alone; use https",
    ["ftp://127.0.0.1"] =
      "the request cannot be sent as it is: the URL is neither https nor, to loopback, http",
    ["https://host/?a=b"] = "it must have neither query nor fragment",
    ["https://host/#a"] = "it must have neither query nor fragment",
    ["https://me:secret@host"] = "the request cannot be sent as it is: the URL holds credentials",
    ["https://ho st"] = "the request cannot be sent as it is: "
      .. "the URL has a character that must be percent-encoded",
  } do
    it(("refuses the endpoint %q"):format(endpoint), function()
      local client, err = bylaw.connect { endpoint = endpoint, credential = TOKEN }
      assert.is_nil(client)
      assert.same({ code = "invalid_option",
        message = ('endpoint "%s": %s'):format(endpoint, words) }, err)
    end)
  end

  it("refuses a cloud that is none, and a cloud beside an endpoint", function()
    assert.same({ nil, { code = "unknown_cloud",
      message = '"globl" is no cloud; did you mean \'global\'?' } },
      { bylaw.connect { cloud = "globl", credential = TOKEN } })
    assert.same({ nil, { code = "invalid_option",
      message = "cloud and endpoint exclude one another" } },
      { bylaw.connect { cloud = "dod", endpoint = "https://host", credential = TOKEN } })
  end)

  it("refuses a user agent that would start a header", function()
    assert.same({ nil, { code = "invalid_option", message = "the request cannot be sent as it is: "
      .. "the user agent has a character that HTTP does not allow" } },
      { bylaw.connect { user_agent = "a\r\nX-Evil: 1", credential = TOKEN } })
  end)

  it("refuses a token that cannot be sent, and does not quote it", function()
    local _, err = bylaw.connect { credential = "secret\r\nX-Evil: 1" }
    assert.equal("no_token", err.code)
    assert.is_nil(tostring(err):find "secret")
  end)

  for message, given in pairs {
    ["connect needs a credential"] = {},
    ["connect has no option 'timout'; did you mean 'timeout'?"] = { timout = 1 },
    ["connect: option 'timeout' must be a number, not a string"] = { timeout = "1" },
    ["connect: timeout must be above 0 and at most 86400 seconds"] = { timeout = 0 },
    ["connect: max_connections must be a whole number from 1 to 1000"] = { max_connections = 1.5 },
    ["connect: version 'v2' is none of v1.0, beta"] = { version = "v2" },
    ["connect: version 'bets' is none of v1.0, beta; did you mean 'beta'?"] = { version = "bets" },
    ["a credential is a token, a function"] = { credential = {} },
    ["connect takes a table of options, not a string"] = "https://host",
  } do
    it("raises: " .. message, function()
      local ok, err = pcall(function()
        local client = bylaw.connect(given)
        return client
      end)
      assert.is_false(ok)
      assert.matches(message, err, 1, true)
      assert.matches("client_spec%.lua:%d+: ", err)
    end)
  end
end)

describe("client:request", function()
  it("sends what Graph asks for, below endpoint and version", function()
    local client <close> = client_at("/echo/graph")
    client:request("POST", "/policies/x?$top=1", { b = { 1, "é" }, a = true })
    local first, headers, body = last_request()
    assert.equal("POST /echo/graph/v1.0/policies/x?$top=1 HTTP/1.1", first)
    assert.equal('{"a":true,"b":[1,"é"]}', body)
    assert.matches(GUID, headers["client-request-id"])
    headers["client-request-id"] = nil
    assert.same({
      authorization = "Bearer " .. TOKEN,
      accept = "application/json",
      ["accept-encoding"] = "gzip",
      ["content-type"] = "application/json",
      ["content-length"] = "23",
      host = "127.0.0.1:" .. trouble.port,
      ["user-agent"] = ("bylaw/%s (libcurl/%s)"):format(core.version, core.libcurl),
    }, headers)
  end)

  it("has no content type without a body, and a new id each time", function()
    local client <close> = client_at("/echo", { version = "beta", user_agent = "mine/1" })
    client:request("GET", "policies")
    local first, headers = last_request()
    assert.equal("GET /echo/beta/policies HTTP/1.1", first)
    assert.same({ "mine/1" }, { headers["user-agent"], headers["content-type"] })
    client:request("GET", "policies")
    local _, others = last_request()
    assert.not_equal(headers["client-request-id"], others["client-request-id"])
  end)

  it("takes a version, headers and a text as the body", function()
    local client <close> = client_at("/echo")
    client:request("PATCH", "/x", "<raw>", { version = "beta",
      headers = { ["Content-Type"] = "text/xml", Prefer = "return=minimal",
        Authorization = "Bearer other", ["Client-Request-Id"] = "other" } })
    local first, headers, body = last_request()
    assert.same({ "PATCH /echo/beta/x HTTP/1.1", "<raw>", "text/xml", "return=minimal",
      "Bearer " .. TOKEN }, { first, body, headers["content-type"], headers.prefer,
      headers.authorization })
    assert.matches(GUID, headers["client-request-id"])
  end)

  it("gives the decoded body and the response", function()
    trouble:answer("object", 200, '\xEF\xBB\xBF{"a":[1,2.5,null],"b":"\\u00e9"}',
      "request-id: r-1\r\nX-Two: 1\r\nx-two: 2\r\n")
    local client <close> = client_at("/say/object")
    local value, response = client:request("GET", "/x")
    assert.same({ a = { 1, 2.5, core.null }, b = "é" }, value)
    assert.is_true(response.seconds >= 0 and response.seconds < 5)
    assert.matches(GUID, response.client_request_id)
    response.seconds, response.client_request_id = nil, nil
    assert.same({ status = 200, request_id = "r-1", headers = { ["request-id"] = "r-1",
      ["x-two"] = "1, 2", ["content-type"] = "application/json", ["content-length"] = "34" } },
      response)
  end)

  it("gives true where a success has no body", function()
    for name, case in pairs {
      no_content = { "DELETE", "HTTP/1.1 204 No Content\r\n\r\n" },
      empty = { "PATCH", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
    } do
      trouble:say(name, case[2])
      local client <close> = client_at("/say/" .. name)
      local value, response = client:request(case[1], "/x")
      assert.is_true(value)
      assert.equal(case[2]:match "%d%d%d", tostring(response.status))
    end
  end)

  it("follows a link of the service as it is", function()
    local client <close> = client_at("/echo/root")
    client:request("GET", trouble.url .. "/echo/x?$skiptoken=a'b%27c d")
    assert.equal("GET /echo/x?$skiptoken=a'b%27c%20d HTTP/1.1", (last_request()))
  end)

  it("sends the bearer nowhere else", function()
    local client <close> = assert(bylaw.connect { credential = TOKEN })
    local told = 0
    client.credential = { token = function() told = told + 1 return TOKEN end }
    for _, url in ipairs { "https://evil.example/v1.0", "http://graph.microsoft.com/v1.0",
      "https://graph.microsoft.com:444/v1.0", "https://graph.microsoft.com.evil.example/",
      "https://graph.microsoft.com@evil.example/", "https://graph.microsoft.com\\@evil.example/",
      "HTTPS://evil.example", "file:///etc/passwd", "https:graph.microsoft.com" } do
      local value, err = client:request("GET", url)
      assert.same({ nil, "unsendable" }, { value, err.code })
      assert.matches("is not at https://graph.microsoft.com, and the bearer goes nowhere else",
        err.message, 1, true)
    end
    assert.equal(0, told)
  end)

  it("knows its own origin in other letters and with the port spelt out", function()
    local client <close> = client_at("/echo")
    client:request("GET", ("HTTP://127.0.0.1:%d/echo/y"):format(trouble.port))
    assert.equal("GET /echo/y HTTP/1.1", (last_request()))
    local global <close> = assert(bylaw.connect { credential = function() return nil, "none" end })
    for _, url in ipairs { "https://GRAPH.microsoft.com:443/v1.0",
      "https://graph.microsoft.com" } do
      assert.equal("no_token", select(2, global:request("GET", url)).code)
    end
  end)

  it("asks the credential each time, with the scope of the cloud", function()
    local scopes = {}
    local function credential(scope)
      table.insert(scopes, tostring(scope))
      return nil, "locked"
    end
    local client <close> = assert(bylaw.connect { cloud = "usgov", credential = credential })
    local value, err = client:request("GET", "/x")
    assert.is_nil(value)
    assert.same({ code = "no_token",
      message = "the credential gave no token: locked" }, err)
    local plain <close> = client_at("/echo", { credential = credential })
    plain:request("GET", "/x")
    assert.same({ "https://graph.microsoft.us/.default", "nil" }, scopes)
  end)

  it("refuses a token that would start a header, whoever gives it", function()
    local client <close> = client_at("/echo", {
      credential = { token = function() return "a\r\nX-Evil: 1" end } })
    assert.equal("no_token", select(2, client:request("GET", "/x")).code)
  end)

  it("refuses a body that cannot be JSON, and a path that cannot be sent", function()
    local client <close> = client_at("/echo")
    assert.equal("invalid", select(2, client:request("POST", "/x", { print })).code)
    assert.equal("unsendable", select(2, client:request("GET", "/a b")).code)
  end)

  for message, call in pairs {
    ["request: method 'get' is none of"] = { "get", "/x" },
    ["'PSOT' is none of GET, POST, PATCH, PUT, DELETE, HEAD; did you mean 'POST'?"] =
      { "PSOT", "/x" },
    ["request: path must be a string, not a nil"] = { "GET" },
    ["request has no option 'onse'; did you mean 'once'?"] = { "GET", "/x", nil, { onse = true } },
    ["request: version 'v3' is none of v1.0, beta"] = { "GET", "/x", nil, { version = "v3" } },
    ["request: timeout must be above 0"] = { "GET", "/x", nil, { timeout = 0 } },
  } do
    it("raises: " .. message, function()
      local client <close> = client_at("/echo")
      local ok, err = pcall(function()
        local value = client:request(table.unpack(call, 1, 4))
        return value
      end)
      assert.is_false(ok)
      assert.matches(message, err, 1, true)
      assert.matches("client_spec%.lua:%d+: ", err)
    end)
  end
end)

describe("client:request, when it goes wrong,", function()
  --- nil and the err of a GET, or another method, of what the server says.
  local function err_of(name, bytes, method, more)
    trouble:say(name, bytes, "close")
    local client <close> = client_at("/say/" .. name, more)
    local value, err = client:request(method or "GET", "/x")
    assert.is_nil(value)
    assert.matches(GUID, err.client_request_id)
    err.client_request_id = nil
    return err
  end

  local function answer(status, type_, body)
    return ("HTTP/1.1 %d X\r\nContent-Type: %s\r\nrequest-id: r-1\r\nContent-Length: %d\r\n\r\n%s")
      :format(status, type_, #body, body)
  end

  it("says what Graph says", function()
    local err = err_of("graph", answer(400, "application/json",
      '{"error":{"code":"Request_BadRequest",'
      .. '"message":"Property definition has an invalid value."}}'))
    assert.same({ code = "bad_request", status = 400, graph_code = "Request_BadRequest",
      message = "Property definition has an invalid value.", request_id = "r-1" }, err)
    assert.equal("Property definition has an invalid value. (400 Request_BadRequest, "
      .. "request-id r-1)", tostring(err))
  end)

  it("keeps the id that the service echoed", function()
    trouble:answer("echoed", 404, "{}", "client-request-id: theirs\r\n")
    local client <close> = client_at("/say/echoed")
    assert.equal("theirs", select(2, client:request("GET", "/x")).client_request_id)
  end)

  for name, case in pairs {
    html = { answer(200, "text/html", "<html>Sign in</html>"),
      'the answer cannot be used: JSON was expected, but "<html>Sign in</html>" came' },
    no_json = { answer(200, "application/json", '{"a":'),
      'the answer cannot be used: JSON was expected, but "{"a":" came' },
    empty = { answer(200, "application/json", ""),
      "the answer cannot be used: JSON was expected, but an empty body came" },
  } do
    it("calls a success that cannot be used bad_answer: " .. name, function()
      assert.same({ code = "bad_answer", status = 200, message = case[2], request_id = "r-1" },
        err_of(name, case[1]))
    end)
  end

  it("calls a success bad_answer whatever the method when its body is no JSON", function()
    assert.equal("bad_answer", err_of("created", answer(201, "text/html", "<html>"), "POST").code)
  end)

  it("tells that a created thing's answer was cut", function()
    assert.same({ code = "cut", status = 201, sent = true, request_id = "r-1",
      message = "the connection ended before the answer did: "
        .. "transfer closed with 90 bytes remaining to read" },
      err_of("cut", "HTTP/1.1 201 Created\r\nrequest-id: r-1\r\nContent-Length: 100\r\n\r\n"
        .. "0123456789", "POST"))
  end)

  for path, case in pairs {
    ["/cut"] = { code = "cut" },
    ["/reset"] = { code = "cut" },
    ["/slow/60000"] = { code = "timeout", timeout = 0.2 },
    ["/huge"] = { code = "too_large", status = 200 },
    ["/endless"] = { code = "too_large", status = 200 },
  } do
    it(("has a code of its own for each mishap: %s is %s"):format(path, case.code), function()
      local client <close> = client_at(path, { timeout = case.timeout })
      local value, err = client:request("GET", "/x")
      assert.same({ nil, case.code, true, case.status }, { value, err.code, err.sent, err.status })
    end)
  end

  it("is unreachable when nobody listens", function()
    local client <close> = assert(bylaw.connect { endpoint = "http://127.0.0.1:1",
      credential = TOKEN })
    local value, err = client:request("GET", "/x")
    assert.same({ nil, "unreachable", false }, { value, err.code, err.sent })
  end)

  it("names a redirect and does not follow it", function()
    assert.same({ code = "unexpected_status", status = 307, graph_code = "HTTP_307",
      message = "unexpected redirect to https://evil.example; redirects are not followed" },
      err_of("redirect", "HTTP/1.1 307 X\r\nLocation: https://evil.example/steal?x=1\r\n"
        .. "Content-Length: 0\r\n\r\n"))
  end)

  it("shows no token, though the answer quotes the request", function()
    local token = "opaque+" .. ("s3cr3t/"):rep(30)
    for _, status in ipairs { 200, 403, 502 } do
      for _, body in ipairs { "<pre>" .. token .. "</pre>", ("x"):rep(100) .. token,
        core.json_write { error = { code = token, message = "bad " .. token } } .. "," } do
        local err = err_of("quote", answer(status, "text/plain", body), "POST",
          { credential = token })
        for _, value in pairs(err) do assert.is_nil(tostring(value):find "s3cr3t") end
        assert.is_nil(tostring(err):find "s3cr3t")
      end
    end
  end)
end)

describe("client: on_event", function()
  it("tells of each request, without a secret", function()
    trouble:answer("told", 404, '{"error":{"code":"c","message":"m"}}', "request-id: r-1\r\n")
    local events = {}
    local client <close> = client_at("/say/told", {
      on_event = function(event) table.insert(events, event) end })
    local _, err = client:request("GET", "/policies/x?$top=1")
    client.endpoint = "http://127.0.0.1:1"
    client:request("DELETE", "/y")
    for _, event in ipairs(events) do
      assert.is_true(event.seconds >= 0 and event.seconds < 5)
      assert.matches(GUID, event.client_request_id)
      event.seconds = nil
    end
    assert.equal(err.client_request_id, events[1].client_request_id)
    events[1].client_request_id, events[2].client_request_id = nil, nil
    assert.same({
      { type = "request", method = "GET", status = 404, code = "not_found", request_id = "r-1",
        url = trouble.url .. "/say/told/v1.0/policies/x?$top=1" },
      { type = "request", method = "DELETE", code = "unreachable",
        url = "http://127.0.0.1:1/v1.0/y" },
    }, events)
  end)

  it("may fail without harm: Lua's warn hears of it", function()
    trouble:answer("fine", 200, "{}")
    local script = ([[
      warn "@on"
      local client = assert(require("bylaw").connect { endpoint = "%s/say/fine", credential = "t",
        on_event = function() error "boom" end })
      print(client:request("GET", "/x"))]]):format(trouble.url)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(script)
    file:close()
    local output = shell.run("lua5.4 '%s'", path)
    os.remove(path)
    assert.matches("bylaw: on_event: [^\n]*boom", output)
    assert.matches("table: %S+\ttable: %S+\n", output)
  end)
end)

describe("client:close", function()
  it("may be twice, and refuses later requests", function()
    local client = client_at("/echo")
    client:close()
    client:close()
    local value, err = client:request("GET", "/x")
    assert.is_nil(value)
    assert.same({ "closed", "the pool of connections is closed" }, { err.code, err.message })
  end)

  it("comes with the end of a block and with the collector", function()
    local pool
    do
      local client <close> = client_at("/echo")
      pool = client.pool
    end
    assert.equal("closed", select(2, pool:pending()).code)
    pool = client_at("/echo").pool
    collectgarbage()
    collectgarbage()
    assert.equal("closed", select(2, pool:pending()).code)
  end)
end)
