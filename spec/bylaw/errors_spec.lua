local core = require "bylaw.core"
local errors = require "bylaw.errors"

--- The fields of an error of a response, as a plain table.
local function of(status, body, headers)
  local fields = {}
  for name, value in pairs(errors.from_response(status, headers or {}, body)) do
    fields[name] = value
  end
  return fields
end

describe("bylaw.errors.from_response", function()
  it("reads Graph's envelope", function()
    assert.same({
      code = "not_found", status = 404, graph_code = "Request_ResourceNotFound",
      message = "Resource '3f1c' does not exist.", request_id = "r-1", client_request_id = "c-1",
    }, of(404, [[{"error":{"code":"Request_ResourceNotFound",
      "message":"Resource '3f1c' does not exist.",
      "innerError":{"date":"2021-07-02T01:40:19","request-id":"r-1","client-request-id":"c-1"}}}]]))
  end)

  it("takes the ids of the headers before those of the body", function()
    local err = of(400, [[{"error":{"code":"x","message":"m","innerError":{"request-id":"inner",
      "client-request-id":"inner"}}}]], { ["request-id"] = "r-2", ["client-request-id"] = "c-2" })
    assert.same({ "r-2", "c-2" }, { err.request_id, err.client_request_id })
  end)

  it("has a stable code for each status", function()
    local codes = {}
    for _, status in ipairs { 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415,
      422, 423, 424, 429, 300, 301, 304, 499, 500, 501, 502, 503, 504, 507, 509, 599 } do
      codes[status] = of(status, "").code
    end
    assert.same({
      [400] = "bad_request", [401] = "unauthorized", [402] = "unexpected_status",
      [403] = "forbidden", [404] = "not_found", [405] = "method_not_allowed",
      [406] = "unexpected_status", [408] = "unexpected_status", [409] = "conflict", [410] = "gone",
      [411] = "unexpected_status", [412] = "unexpected_status", [413] = "payload_too_large",
      [415] = "unsupported_media_type", [422] = "unexpected_status", [423] = "unexpected_status",
      [424] = "unexpected_status", [429] = "throttled", [300] = "unexpected_status",
      [301] = "unexpected_status", [304] = "unexpected_status", [499] = "unexpected_status",
      [500] = "server_error", [501] = "server_error", [502] = "server_error",
      [503] = "server_error", [504] = "server_error", [507] = "server_error",
      [509] = "server_error", [599] = "server_error",
    }, codes)
  end)

  -- Each has bitten somebody: body, graph_code, message.
  for name, case in pairs {
    ["innererror in lower case, with an id in the older spelling"] = {
      '{"error":{"code":"BadRequest","message":"m","innererror":{"requestId":"r"}}}',
      "BadRequest", "m", "r" },
    ["the innermost code that is known"] = {
      '{"error":{"code":"BadRequest","message":"m","innerError":{"code":"Request_BadRequest",'
        .. '"innererror":{"code":"whatever"}}}}', "Request_BadRequest", "m" },
    ["the outermost code when none is known"] = {
      '{"error":{"code":"outer","message":"m","innerError":{"code":"429"}}}', "outer", "m" },
    ["an inner code when the outer one is empty"] = {
      '{"error":{"code":"","message":"m","innerError":{"code":"inner"}}}', "inner", "m" },
    ["an empty code and an inner message"] = {
      '{"error":{"code":"","message":"","innerError":{"message":"inside"}}}', "HTTP_418",
      "inside" },
    ["a message that is an object"] = {
      '{"error":{"code":"c","message":{"lang":"en","value":"said"}}}', "c", "said" },
    ["the legacy wrapper odata.error"] = {
      '{"odata.error":{"code":"Request_BadRequest","message":{"lang":"en","value":"said"}}}',
      "Request_BadRequest", "said" },
    ["the error of a token endpoint"] = {
      '{"error":"invalid_client","error_description":"AADSTS7000215: no.\\r\\nTrace ID: 1"}',
      "invalid_client", "AADSTS7000215: no." },
    ["a code without any message"] = { '{"error":{"code":"UnknownError","message":""}}',
      "UnknownError", "the service answered 418 and gave no reason but its code" },
    ["a byte order mark"] = { '\xEF\xBB\xBF{"error":{"code":"c","message":"m"}}', "c", "m" },
    ["names in capitals"] = { '{"Error":{"Code":"c","Message":"m"}}', "c", "m" },
    ["members of wrong types"] = {
      '{"error":{"code":5,"message":[1],"innerError":"x","details":{}}}', "HTTP_418",
      'the service answered 418 with what is no error of Graph: "{"error":{"code":5,"message":[1],'
        .. '"innerError":"x","details":{}}}"' },
    ["nulls"] = { '{"error":{"code":null,"message":null,"innerError":null}}', "HTTP_418",
      'the service answered 418 with what is no error of Graph: '
        .. '"{"error":{"code":null,"message":null,"innerError":null}}"' },
    ["an empty body"] = { "", "HTTP_418", "the service answered 418 without a word" },
    ["JSON that is no object"] = { "5", "HTTP_418",
      'the service answered 418 with what is no error of Graph: "5"' },
    ["HTML"] = { "<html>\r\n  <body>Bad\tGateway</body>\r\n</html>\r\n", "HTTP_418",
      'the service answered 418 with what is no error of Graph: '
        .. '"<html> <body>Bad Gateway</body> </html>"' },
    ["bytes that are no text"] = { "a\0\27[31m\xFFb", "HTTP_418",
      'the service answered 418 with what is no error of Graph: "a\\x00\\x1B[31m\\xFFb"' },
  } do
    it("copes with " .. name, function()
      assert.same({ code = "unexpected_status", status = 418, graph_code = case[2],
        message = case[3], request_id = case[4] }, of(418, case[1]))
    end)
  end

  it("quotes 200 bytes of a strange answer, and no half character", function()
    local prefix = 'the service answered 502 with what is no error of Graph: "'
    assert.equal(prefix .. ("a"):rep(200) .. '"', of(502, ("a"):rep(200)).message)
    assert.equal(prefix .. ("a"):rep(200) .. '…"', of(502, ("a"):rep(201)).message)
    assert.equal(prefix .. ("a"):rep(199) .. '…"', of(502, ("a"):rep(199) .. "é" .. "b").message)
    assert.equal(prefix .. ("a"):rep(198) .. 'é…"', of(502, ("a"):rep(198) .. "é" .. "b").message)
  end)

  it("bounds a message, and keeps it on one line", function()
    local function message_of(message)
      return of(400, core.json_write { error = { code = "c", message = message } }).message
    end
    assert.equal("one two\\x00", message_of "one\r\n\ttwo\0")
    assert.equal(("x"):rep(2000), message_of(("x"):rep(2000)))
    assert.equal(("x"):rep(2000) .. "…", message_of(("x"):rep(2001)))
  end)

  it("shows no token that an answer quotes, wherever a cut would fall", function()
    local jwt = "eyJ" .. ("a"):rep(300) .. "." .. ("b"):rep(300) .. "." .. ("c"):rep(300)
    for _, body in ipairs {
      "<pre>Authorization: Bearer " .. jwt .. "</pre>",
      "<pre>" .. ("x"):rep(180) .. jwt .. "</pre>",
      core.json_write { error = { code = "c", message = "bad token " .. jwt .. "!" } },
      core.json_write { error = { code = "c", message = "got: bearer s3cr3t-aaaaabbbbb" } },
    } do
      local message = of(400, body).message
      assert.is_nil(message:find("aaaaa", 1, true))
      assert.is_nil(message:find("bbbbb", 1, true))
      assert.matches("…", message)
    end
  end)

  it("survives inner errors without end", function()
    local body = ('{"innererror":'):rep(90) .. "{}" .. ("}"):rep(90)
    assert.equal("HTTP_400", of(400, '{"error":' .. body .. "}").graph_code)
  end)

  it("names where a redirect leads, without its query", function()
    assert.equal("unexpected redirect to https://login.example; redirects are not followed",
      of(302, "", { location = "https://login.example/path?secret=1" }).message)
    assert.equal("the service answered 302 without a word",
      of(302, "", { location = "/x" }).message)
  end)
end)

describe("bylaw.errors.retry_after", function()
  local DATE = "Sun, 06 Nov 1994 08:49:37 GMT"

  for name, case in pairs {
    ["whole seconds"] = { "120", nil, 120 },
    ["decimal seconds"] = { "2.128", nil, 2.128 },
    ["zero"] = { "0", nil, 0 },
    ["a date against the answer's own"] = { "Sun, 06 Nov 1994 08:51:07 GMT", DATE, 90 },
    ["a date in another year"] = { "Sun, 01 Jan 1995 00:00:00 GMT",
      "Sat, 31 Dec 1994 23:59:59 GMT", 1 },
    ["a date behind a leap day"] = { "Fri, 01 Mar 2024 00:00:00 GMT",
      "Wed, 28 Feb 2024 00:00:00 GMT", 2 * 86400 },
    ["a date behind a February without one"] = { "Mon, 01 Mar 2100 00:00:00 GMT",
      "Sun, 28 Feb 2100 00:00:00 GMT", 86400 },
    ["a date that has passed"] = { DATE, "Sun, 06 Nov 1994 09:00:00 GMT", 0 },
    ["a date without one to compare"] = { DATE, nil, nil },
    ["no date and no number"] = { "soon", DATE, nil },
    ["a negative number"] = { "-3", DATE, nil },
    ["a month that is none"] = { "Sun, 06 Foo 1994 08:49:37 GMT", DATE, nil },
    ["nothing"] = { nil, DATE, nil },
  } do
    it("reads " .. name, function()
      assert.equal(case[3], errors.retry_after { ["retry-after"] = case[1], date = case[2] })
    end)
  end

  it("is on the error of an answer", function()
    assert.equal(2.128, of(429, "", { ["retry-after"] = "2.128" }).retry_after)
  end)
end)

describe("bylaw.errors.bad_answer", function()
  it("says what was due and what came", function()
    assert.same({ code = "bad_answer", status = 200, request_id = "r",
      message = 'the answer cannot be used: JSON was expected, but "<html>" came' },
      errors.bad_answer(200, { ["request-id"] = "r" }, "<html>", "JSON was expected"))
    assert.equal("the answer cannot be used: JSON was expected, but an empty body came",
      errors.bad_answer(200, {}, "", "JSON was expected").message)
  end)
end)

describe("bylaw.errors.unknown_kind", function()
  it("names the kind that was meant, or all there are", function()
    assert.same({ code = "unknown_kind", message = '"tokenLifetimePolici" is no kind of policy; '
      .. "did you mean 'tokenLifetimePolicy'?" }, errors.unknown_kind "tokenLifetimePolici")
    local message = errors.unknown_kind("nonsense").message
    for _, kind in ipairs(core.kinds) do assert.matches(kind, message, 1, true) end
    assert.matches(", policy$", message)
  end)
end)

describe("tostring of an error", function()
  for name, case in pairs {
    ["a message"] = { { message = "m" }, "m" },
    ["a path and a message"] = { { path = "/definition", message = "m" }, "/definition: m" },
    ["an answer"] = { { message = "m", status = 404, graph_code = "g", request_id = "r" },
      "m (404 g, request-id r)" },
    ["an answer without a code of Graph's"] = { { message = "m", status = 200 }, "m (200)" },
    ["one problem"] = { { message = "m", path = "/a", problems = {
      { severity = "error", path = "/a", message = "m", hint = "h", line = 2, column = 5 } } },
      "/a: m; did you mean 'h'? (line 2, column 5)" },
    ["a problem whose message has the hint in it"] = { { message = "m", problems = {
      { severity = "error", path = "", message = "m; did you mean h?", hint = "h" } } },
      "m; did you mean h?" },
    ["several problems, a line each"] = { { message = "2 problems", problems = {
      { severity = "error", path = "/a", message = "m" },
      { severity = "warning", path = "/b", message = "n" } } },
      "2 problems\n  /a: m\n  /b: warning: n" },
    ["a place in a file"] = { { message = "m", place = { file = "p.lua", line = 3, column = 7 } },
      "p.lua:3:7: m" },
  } do
    it("reads well: " .. name, function()
      assert.equal(case[2], tostring(setmetatable(case[1], core.error_metatable)))
    end)
  end

  it("is that of errors of the core as well", function()
    assert.matches("%(line 1, column 2%)$", (tostring(select(2, core.json_read "{"))))
  end)
end)
