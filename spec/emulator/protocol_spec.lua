local cjson = require "cjson"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"
local JSON = "application/json;odata.metadata=minimal;odata.streaming=true;"
  .. "IEEE754Compatible=false;charset=utf-8"
local MAX = 4 * 1024 * 1024

--- A body of just so many bytes, which are blanks for the most part.
local function sized(bytes)
  local body = graph.body()
  return body .. (" "):rep(bytes - #body)
end

describe("bylaw.emulator, protocol:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function call(...) return graph.call(emulator, ...) end
  local function stored()
    return #graph.all(emulator, "/beta/policies?$top=999")
  end

  describe("tokens:", function()
    local function get(authorization)
      return call("GET", TYPED, nil, { Authorization = authorization })
    end
    local EMPTY = "Access token is empty."
    local WRONG = "CompactToken parsing failed with error code: 80049217"
    local cases = {
      { "none", false, EMPTY },
      { "another scheme", "Basic " .. graph.TOKEN, EMPTY },
      { "the scheme alone", "Bearer", EMPTY },
      { "no scheme", graph.TOKEN, EMPTY },
      { "another one", "Bearer somebody", WRONG },
      { "one that is shorter", "Bearer " .. graph.TOKEN:sub(1, -2), WRONG },
      { "one that is longer", "Bearer " .. graph.TOKEN .. "x", WRONG },
      { "one in another case", "Bearer " .. graph.TOKEN:upper(), WRONG },
    }
    for _, case in ipairs(cases) do
      local name, authorization, message = table.unpack(case)
      it("refuses " .. name, function()
        local refused = get(authorization)
        assert.equal(401, refused.status)
        local err = graph.error(refused)
        assert.same({ "InvalidAuthenticationToken", message }, { err.code, err.message })
        assert.matches("^Bearer ", refused.headers["www-authenticate"])
      end)
    end

    it("compares the scheme without regard to case", function()
      for _, scheme in ipairs { "Bearer", "bearer", "BEARER" } do
        assert.equal(200, get(scheme .. " " .. graph.TOKEN).status)
      end
    end)

    it("asks for one before it says what there is", function()
      local refused = call("GET", "/nothing/here", nil, { Authorization = false })
      assert.equal(401, refused.status)
    end)
  end)

  describe("headers:", function()
    it("come with every answer", function()
      local id = graph.create(emulator, TYPED)
      local answers = {
        call("GET", TYPED), call("POST", TYPED, graph.body()), call("GET", "/x"),
        call("PATCH", TYPED .. "/" .. id, "{}"), call("DELETE", TYPED .. "/" .. id),
        call("GET", TYPED, nil, { Authorization = false }),
      }
      for _, answer in ipairs(answers) do
        local has = answer.headers
        assert.equal(answer.status ~= 204 and JSON or nil, has["content-type"])
        assert.matches("^" .. graph.GUID .. "$", has["request-id"])
        assert.equal(has["request-id"], has["client-request-id"])
        assert.equal("4.0", has["odata-version"])
        assert.equal("no-cache", has["cache-control"])
        assert.matches("^%a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d GMT$", has.date)
      end
    end)

    it("name each request afresh", function()
      assert.not_equal(call("GET", TYPED).headers["request-id"],
        call("GET", TYPED).headers["request-id"])
    end)

    it("repeat the client's id where that is harmless", function()
      local given = "84B57260-4d19-b22c-0229-34a01118ee07"
      for _, id in ipairs { given, ("x"):rep(64) } do
        assert.equal(id, call("GET", TYPED, nil, { ["client-request-id"] = id })
          .headers["client-request-id"])
      end
      for _, id in ipairs { ("x"):rep(65), "a b", '"a"', "a\u{e9}" } do
        local has = call("GET", TYPED, nil, { ["client-request-id"] = id }).headers
        assert.equal(has["request-id"], has["client-request-id"], id)
      end
    end)

    it("make the context of the host that was called", function()
      local rest = "/v1.0/$metadata#policies/tokenLifetimePolicies"
      local contexts = {
        ["graph.example:80"] = "http://graph.example:80", ["[::1]:1"] = "http://[::1]:1",
        ['a"b'] = emulator.url, ["a/b"] = emulator.url, ["a b"] = emulator.url,
        [("a"):rep(255)] = "http://" .. ("a"):rep(255), [("a"):rep(256)] = emulator.url,
      }
      for host, root in pairs(contexts) do
        local answer = graph.raw(emulator, ("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
          .. "Authorization: Bearer %s\r\n\r\n"):format(TYPED, host, graph.TOKEN))
        assert.equal(root .. rest, cjson.decode(answer:match "\r\n\r\n(.*)")["@odata.context"])
      end
    end)
  end)

  describe("bodies:", function()
    it("may be 4 MiB long and no longer", function()
      assert.equal(201, call("POST", TYPED, sized(MAX)).status)
      local refused = call("POST", TYPED, sized(MAX + 1))
      assert.equal(413, refused.status)
      assert.same({ "RequestEntityTooLarge", "The request body is larger than 4194304 bytes." },
        { graph.error(refused).code, graph.error(refused).message })
      local id = graph.create(emulator, TYPED)
      assert.equal(413, call("PATCH", TYPED .. "/" .. id, sized(MAX + 1)).status)
      assert.equal(2, stored())
    end)

    it("are not sent in vain when the client asks first", function()
      local answer = graph.raw(emulator, ("POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        .. "%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
        .. "Expect: 100-continue\r\n\r\n"):format(TYPED, graph.TOKEN, MAX + 1))
      assert.matches("^HTTP/1.1 413 ", answer)
    end)

    --- One raw POST, its head completed by `head`.
    local function post(head, body, seconds)
      return graph.raw(emulator, ("POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        .. "Authorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n\r\n%s")
        :format(TYPED, graph.TOKEN, head, body), seconds)
    end
    local function chunk(text) return ("%x\r\n%s\r\n"):format(#text, text) end

    it("may come in pieces", function()
      local body = graph.body()
      assert.matches("^HTTP/1.1 201 ", post("Transfer-Encoding: chunked",
        chunk(body:sub(1, 10)) .. chunk(body:sub(11)) .. "0\r\n\r\n"))
    end)

    it("are as limited in pieces as in one", function()
      local function pieces(body)
        local parts = {}
        for at = 1, #body, 65536 do parts[#parts + 1] = chunk(body:sub(at, at + 65535)) end
        return table.concat(parts) .. "0\r\n\r\n"
      end
      local head = "Transfer-Encoding: chunked"
      assert.matches("^HTTP/1.1 201 ", post(head, pieces(sized(MAX))))
      assert.matches("^HTTP/1.1 413 ", post(head, pieces(sized(MAX + 1))))
    end)

    it("end where Content-Length says, whatever comes behind", function()
      local body = graph.body()
      assert.matches("^HTTP/1.1 201 ", post("Content-Length: " .. #body, body .. "garbage"))
      assert.matches("^HTTP/1.1 400 ", post("Content-Length: " .. #body - 1, body))
    end)

    it("that never arrive in full are stored by nobody", function()
      local body = graph.body()
      assert.equal("", post("Content-Length: " .. #body + 1, body, 0.3))
      assert.matches("^HTTP/1.1 400 ", post("Content-Length: -1", body))
      assert.matches("^HTTP/1.1 400 ", post("Content-Length: 1x", body))
      assert.equal(0, stored())
    end)

    it("that are large and many are refused, and small ones are not", function()
      local folder = shell.scratch()
      local holders = assert(io.popen(([[bash -c '
        for i in $(seq 80); do
          exec {fd}<>/dev/tcp/127.0.0.1/%d
          printf "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" >&$fd
        done
        touch "%s/sent"; cat; :']]):format(emulator.port, TYPED, MAX, folder), "w"))
      repeat os.execute "sleep 0.02" until shell.exists(folder .. "/sent")
      -- these come in behind all the others
      for _ = 1, 5 do assert.equal(200, call("GET", TYPED).status) end
      local refused = call("POST", TYPED, sized(MAX))
      assert.equal(503, refused.status)
      assert.equal("1", refused.headers["retry-after"])
      assert.equal("ServiceUnavailable", graph.error(refused).code)
      assert.equal(201, call("POST", TYPED, sized(65536)).status)
      holders:close()
      local status
      for _ = 1, 100 do -- until the emulator has seen that they are gone
        status = call("POST", TYPED, sized(MAX)).status
        if status == 201 then break end
        os.execute "sleep 0.02"
      end
      assert.equal(201, status)
      shell.remove(folder)
    end)

    local types = {
      ["application/json"] = 201, ["APPLICATION/Json"] = 201,
      ["application/json;charset=utf-8"] = 201, ['application/json; charset="UTF-8"'] = 201,
      ["application/json;odata.metadata=minimal;IEEE754Compatible=false"] = 201,
      ["application/json; charset=iso-8859-1"] = 415, ["application/json; charset=utf-80"] = 415,
      ["application/jsonp"] = 415, ["text/plain"] = 415, ["text/json"] = 415,
      ["application/x-www-form-urlencoded"] = 415, ["multipart/form-data"] = 415,
    }
    for name, status in pairs(types) do
      it(("of type %s get %d"):format(name, status), function()
        local answer = call("POST", TYPED, graph.body(), { ["Content-Type"] = name })
        assert.equal(status, answer.status)
        if status == 201 then return end
        local err = graph.error(answer)
        assert.same({ "UnsupportedMediaType", "The media type '" .. name
          .. "' is not supported; send application/json in UTF-8." }, { err.code, err.message })
      end)
    end

    it("need a type", function()
      local answer = graph.raw(emulator, ("POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        .. "Authorization: Bearer %s\r\nContent-Length: 2\r\n\r\n{}"):format(TYPED, graph.TOKEN))
      assert.matches("^HTTP/1.1 400 ", answer)
      assert.is_truthy(answer:find("Please ensure Content-Type header is set", 1, true))
    end)

    it("must not be compressed", function()
      local refused = call("POST", TYPED, graph.body(), { ["Content-Encoding"] = "gzip" })
      assert.equal(415, refused.status)
      assert.equal("The content encoding 'gzip' is not supported; send the body as it is.",
        graph.error(refused).message)
      local plain = call("POST", TYPED, graph.body(), { ["Content-Encoding"] = "identity" })
      assert.equal(201, plain.status)
    end)
  end)

  describe("paths:", function()
    it("are compared without regard to case", function()
      assert.equal(200, call("GET", "/V1.0/POLICIES/TOKENLIFETIMEPOLICIES").status)
      assert.equal(200, call("GET", "/Beta/Policies").status)
      local listed = call("GET", "/v1.0/policies/tokenlifetimepolicies").body
      assert.is_truthy(listed:find("#policies/tokenLifetimePolicies", 1, true))
    end)

    it("may end in a slash", function()
      assert.equal(201, call("POST", TYPED .. "/", graph.body()).status)
      assert.equal(200, call("GET", "/beta/policies/").status)
    end)

    local ok = {
      "/v1%2E0/policies/%74okenLifetimePolicies", "http://x/v1.0/policies/tokenLifetimePolicies",
      "/v1.0/policies/tokenLifetimePolicies?", "/v1.0/policies/tokenLifetimePolicies?a=%zz&b",
    }
    for _, path in ipairs(ok) do
      it("take " .. path, function() assert.equal(200, (graph.raw_get(emulator, path))) end)
    end

    local URL = "Request_InvalidRequestUrl"
    local refused = {
      { "/v1.0/policies%2FtokenLifetimePolicies", "BadRequest",
        "Resource not found for the segment 'policies/tokenLifetimePolicies'." },
      { "/v1.0/policies/tokenLifetimePolicies/..", "Request_BadRequest",
        "Invalid object identifier '..'." },
      { "/v1.0/x/../policies/tokenLifetimePolicies", "BadRequest",
        "Resource not found for the segment 'x'." },
      { "/v1.0/%2e%2e/policies", "BadRequest", "Resource not found for the segment '..'." },
      { "//v1.0/policies/tokenLifetimePolicies", "BadRequest",
        "Resource not found for the segment ''." },
      { "/v1.0//policies", "BadRequest", "Resource not found for the segment ''." },
      { "/v1.0/policies/tokenLifetimePolicies//", "Request_BadRequest",
        "Invalid object identifier ''." },
      { "/v1.0/policies/tokenLifetimePolicies+", "BadRequest",
        "Resource not found for the segment 'tokenLifetimePolicies+'." },
      { "/v1.0/policies/a%00b", URL, "The request URL is not valid: 'a%00b' cannot be decoded." },
      { "/v1.0/policies/%", URL, "The request URL is not valid: '%' cannot be decoded." },
      { "/v1.0/policies/%4", URL, "The request URL is not valid: '%4' cannot be decoded." },
      { "/v1.0/policies/%zz", URL, "The request URL is not valid: '%zz' cannot be decoded." },
      { "/v1.0/policies/%ff", URL, "The request URL is not valid: '%ff' cannot be decoded." },
      { "/v1.0/policies/%ed%a0%80", URL,
        "The request URL is not valid: '%ed%a0%80' cannot be decoded." },
      { "/" .. ("a/"):rep(1000), "BadRequest", "Resource not found for the segment 'a'." },
      { "/" .. ("a"):rep(1000), "BadRequest",
        "Resource not found for the segment '" .. ("a"):rep(256) .. "'." },
      { "*", "BadRequest", "Resource not found for the segment '*'." },
    }
    for _, case in ipairs(refused) do
      local path, code, message = table.unpack(case)
      it("refuse " .. path:sub(1, 60), function()
        local status, err = graph.raw_get(emulator, path)
        assert.same({ 400, code, message }, { status, err.code, err.message })
      end)
    end

    it("of raw bytes that are no text do no harm", function()
      local status = graph.raw_get(emulator, "/v1.0/policies/\xff\xfe")
      assert.equal(400, status)
    end)
  end)

  describe("connections:", function()
    local function get(path, head)
      return ("GET %s HTTP/1.1\r\nHost: x\r\n%sAuthorization: Bearer %s\r\n\r\n"):format(path,
        head or "", graph.TOKEN)
    end

    it("take requests that do not wait for one another", function()
      local answer = graph.raw(emulator, get(TYPED):rep(50) .. get("/x", "Connection: close\r\n"))
      local _, good = answer:gsub("HTTP/1.1 200 ", "")
      assert.equal(50, good)
      assert.is_truthy(answer:find("HTTP/1.1 400 ", 1, true))
    end)

    it("end where a client wants it, and with HTTP/1.0", function()
      assert.matches("\r\nConnection: close\r\n", graph.raw(emulator,
        get(TYPED, "Connection: close\r\n")))
      assert.matches("^HTTP/1.%d 200 ", graph.raw(emulator,
        ("GET %s HTTP/1.0\r\nAuthorization: Bearer %s\r\n\r\n"):format(TYPED, graph.TOKEN)))
    end)

    it("take a head of 16 KiB, and refuse one that is too long", function()
      local function head(bytes)
        local rest = #get(TYPED, "Connection: close\r\nX: \r\n")
        return get(TYPED, "Connection: close\r\nX: " .. ("x"):rep(bytes - rest) .. "\r\n")
      end
      assert.matches("^HTTP/1.1 200 ", graph.raw(emulator, head(16384)))
      assert.matches("^HTTP/1.1 431 ", graph.raw(emulator, head(65536)))
    end)

    it("survive what is not HTTP", function()
      for _, bytes in ipairs { "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", ("x"):rep(100000), "\r\n\r\n",
        get("/v1.0\0/policies"), get(TYPED, "X: " .. ("y"):rep(100000) .. "\r\n"),
        get(TYPED, ("X: y\r\n"):rep(10000)), "\22\3\1\2\0\1\0\1\xfc\3\3" } do
        graph.raw(emulator, bytes, 0.2)
        assert.equal(200, call("GET", TYPED).status)
      end
    end)

    it("are many at once, and each gets its own answer", function()
      local names = {}
      for i = 1, 500 do
        local id = graph.submit(emulator, "POST", TYPED,
          graph.body { displayName = ('"p%d"'):format(i) })
        names[id] = "p" .. i
      end
      local ids = {}
      for id, result in pairs(graph.collect()) do
        local policy = cjson.decode(result.body)
        assert.same({ 201, names[id] }, { result.status, policy.displayName })
        ids[policy.id] = true
      end
      assert.equal(500, stored())
      for _, policy in ipairs(graph.all(emulator, TYPED)) do
        assert.is_true(ids[policy.id])
      end
    end)

    it("wait for their commit, reads and writes of other clients among them", function()
      local pending = {}
      for i = 1, 300 do
        local method = i % 3 == 0 and "GET" or "POST"
        local id = graph.submit(emulator, method, TYPED, method == "POST" and graph.body() or nil)
        pending[id] = method == "POST" and 201 or 200
      end
      for id, result in pairs(graph.collect()) do assert.equal(pending[id], result.status) end
      assert.equal(200, stored())
    end)
  end)
end)
