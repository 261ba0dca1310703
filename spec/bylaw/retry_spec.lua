local errors = require "bylaw.errors"
local retry = require "bylaw.retry"

local function err_of(code, more) return errors.new(code, "", more) end

describe("bylaw.retry.verdict", function()
  for _, case in ipairs {
    { "not_sent", "unreachable", { sent = false } },
    { "not_sent", "timeout", { sent = false } },
    { "not_sent", "cut", { sent = false } },
    { "fatal", "tls", { sent = false } },
    { "fatal", "unsendable", {} },
    { "fatal", "closed", {} },
    { "unknown", "cut", { sent = true } },
    { "unknown", "cut", { sent = true, status = 200 } },
    { "unknown", "timeout", { sent = true } },
    { "unknown", "bad_answer", { sent = true } },
    { "fatal", "too_large", { sent = true, status = 200 }, "unknown" },
    { "fatal", "out_of_memory", { sent = true }, "unknown" },
    { "fatal", "bad_answer", { status = 200 }, "unknown" },
    { "unauthorized", "unauthorized", { status = 401 } },
    { "rejected", "throttled", { status = 429 } },
    { "rejected", "unexpected_status", { status = 423 } },
    { "rejected", "conflict", { status = 409, graph_code = "Directory_ConcurrencyViolation" } },
    { "rejected", "server_error", { status = 503, graph_code = "Directory_ConcurrencyViolation" } },
    { "fatal", "conflict",
      { status = 409, graph_code = "Request_MultipleObjectsWithSameKeyValue" } },
    { "unknown", "unexpected_status", { status = 408 } },
    { "unknown", "server_error", { status = 500 } },
    { "fatal", "server_error", { status = 501 } },
    { "unknown", "server_error", { status = 502 } },
    { "unknown", "server_error", { status = 503 } },
    { "unknown", "server_error", { status = 504 } },
    { "fatal", "server_error", { status = 507 } },
    { "unknown", "server_error", { status = 509 } },
    { "fatal", "bad_request", { status = 400 } },
    { "fatal", "forbidden", { status = 403 } },
    { "fatal", "not_found", { status = 404 } },
    { "fatal", "unexpected_status", { status = 302 } },
    { "fatal", "unexpected_status", { status = 424 } },
  } do
    local verdict, code, more, once = table.unpack(case)
    it(("is %s for %s %s (sent: %s), and %s for a create"):format(verdict, more.status or "",
      more.graph_code or code, more.sent, once or verdict), function()
      local err = err_of(code, more)
      assert.equal(verdict, retry.verdict(err))
      assert.equal(once or verdict, retry.verdict(err, true))
    end)
  end
end)

describe("bylaw.retry.delay", function()
  local function between(attempt, err)
    return { retry.delay(attempt, err, function() return 0 end),
      retry.delay(attempt, err, function() return 1 end) }
  end

  it("never shortens what the service asked for, rounds it up, and adds up to a tenth", function()
    assert.same({ 2, 2.2 }, between(1, err_of("throttled", { status = 429, retry_after = 2 })))
    assert.same({ 3, 3.3 }, between(5, err_of("throttled", { status = 429, retry_after = 2.128 })))
    assert.same({ 315, 316 },
      between(1, err_of("server_error", { status = 503, retry_after = 315 })))
    assert.same({ 0.1, 0.1 }, between(1, err_of("throttled", { status = 429, retry_after = 0 })))
  end)

  it("doubles from a second, or three when throttled, to a minute", function()
    local seen = {}
    for attempt = 1, 8 do
      seen[attempt] = between(attempt, err_of("server_error", { status = 500 }))
    end
    assert.same({ { 0.5, 1.5 }, { 0.5, 2.5 }, { 0.5, 4.5 }, { 0.5, 8.5 }, { 0.5, 16.5 },
      { 0.5, 32.5 }, { 0.5, 60.5 }, { 0.5, 60.5 } }, seen)
    assert.same({ 1.5, 4.5 }, between(1, err_of("throttled", { status = 429 })))
    assert.same({ 1.5, 61.5 }, between(9, err_of("throttled", { status = 429 })))
  end)
end)

describe("bylaw.retry.is_miss", function()
  for words, case in pairs {
    ["Resource 'x' does not exist or one of its queried reference-property objects are not "
      .. "present."] = { 404, "not_found" },
    ["Not a valid reference update."] = { 400, "bad_request" },
    ["One or more property values specified are invalid."] = { 400, "bad_request" },
    ["The appId 'x' of the service principal does not reference a valid application object."] =
      { 400, "bad_request" },
    ["When using this permission, the backing application of the service principal being created "
      .. "must in the local tenant"] = { 403, "forbidden" },
  } do
    it("knows: " .. words, function()
      local err = errors.new(case[2], words, { status = case[1] })
      assert.is_true(retry.is_miss(err))
      err.status = 409
      err.code = "conflict"
      assert.is_false(retry.is_miss(err))
    end)
  end

  it("is nothing else", function()
    for status, words in pairs { [400] = "Property definition has an invalid value.",
      [403] = "Insufficient privileges to complete the operation." } do
      assert.is_false(retry.is_miss(errors.new("x", words, { status = status })))
    end
  end)
end)
