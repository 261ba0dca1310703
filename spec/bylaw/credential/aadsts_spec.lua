local aadsts = require "bylaw.credential.aadsts"
local cjson = require "cjson"
local peer = require "spec.support.peer"

local function read(refusal, now)
  return aadsts.read(refusal[1], refusal[3] or {}, type(refusal[2]) == "table"
    and cjson.encode(refusal[2]) or refusal[2], now or 0)
end

--- Every code of the reference's table, with a word that its hint must have.
local HINTS = {
  [7000215] = "secret's value", [7000222] = "expired", [7000216] = "neither", [7000218] = "public",
  [700016] = "client id", [7000112] = "disabled", [70001] = "client id", [700025] = "public client",
  [700027] = "certificate", [700024] = "clock", [700021] = "client id", [700023] = "endpoint",
  [50027] = "no token", [700030] = "subject", [70002] = "secret", [50012] = "signature",
  [70021] = "federated", [700211] = "issuer", [700212] = "audience", [700213] = "subject",
  [7002137] = "letter for letter", [7002138] = "letter for letter", [50013] = "issuer",
  [50166] = "public", [90002] = "no such tenant", [900023] = "GUID", [1002012] = ".default",
  [70011] = ".default", [500011] = "cloud", [50001] = "cloud", [28002] = "one resource",
  [28003] = "one resource", [28000] = "one resource", [700022] = "one resource",
  [50059] = "tenant", [50194] = "tenant", [501051] = "assign", [50105] = "assign",
  [53003] = "conditional access", [53000] = "conditional access", [53001] = "conditional access",
  [50076] = "user", [50079] = "user", [50072] = "user", [65001] = "consent", [650056] = "consent",
  [650057] = "consent", [70008] = "sign in", [700082] = "sign in", [700084] = "sign in",
  [50173] = "sign in", [70043] = "sign in", [50078] = "sign in", [70019] = "expired",
  [70020] = "expired", [90133] = "organizations", [90038] = "cloud", [900382] = "cloud",
  [900432] = "cloud", [50196] = "too often", [90055] = "too much", [90033] = "passes",
  [90006] = "passes", [90024] = "passes", [50033] = "passes", [90090] = "passes",
  [90012] = "passes",
}

describe("bylaw.credential.aadsts", function()
  it("has a hint for each documented code", function()
    for code, word in pairs(HINTS) do
      local err = read(peer.refusal(400, "invalid_request", code, "Words."))
      assert.equal(code, err.aadsts)
      assert.is_truthy(err.hint and err.hint:find(word, 1, true),
        ("%d: %s"):format(code, tostring(err.hint)))
    end
  end)

  it("reads the code from the words where the list of codes is absent", function()
    local err = read { 401, { error = "invalid_client",
      error_description = "AADSTS7000222: The provided client secret keys are expired." } }
    assert.same({ 7000222, "AADSTS7000222: The provided client secret keys are expired.",
      "the secret has expired: make a new one for the app registration" },
      { err.aadsts, err.message, err.hint })
  end)

  it("cuts the ids off, however they stand behind the words", function()
    for _, between in ipairs { "\r\n", " ", "\n" } do
      local err = read { 400, { error = "invalid_request", error_description =
        "AADSTS90002: Tenant 'x' not found." .. between .. "Trace ID: t" .. between
        .. "Correlation ID: c" .. between .. "Timestamp: now" } }
      assert.equal("AADSTS90002: Tenant 'x' not found.", err.message)
    end
  end)

  it("tells what passes from what does not", function()
    for code, refusal in pairs {
      throttled = peer.refusal(429, "invalid_request", 90055, "Throttled."),
      authentication_failed = peer.refusal(401, "invalid_client", 7000215, "Wrong."),
    } do
      assert.equal(code, read(refusal).code)
    end
    for _, refusal in ipairs { peer.refusal(503, "temporarily_unavailable", 90033, "Later."),
      peer.refusal(400, "temporarily_unavailable", 90033, "Later."),
      peer.refusal(400, "server_error", 90012, "Later."), { 500, "<html>" }, { 502, "" } } do
      assert.equal("server_error", read(refusal).code)
    end
  end)

  it("keeps suberror and claims", function()
    local err = read { 400, { error = "interaction_required", suberror = "basic_action",
      claims = '{"access_token":{}}', error_description = "AADSTS53003: Blocked." } }
    assert.same({ "basic_action", '{"access_token":{}}' }, { err.suberror, err.claims })
  end)

  it("says how the clocks differ where an assertion was outside of its time", function()
    local refusal = peer.refusal(401, "invalid_client", 700024, "Not within its valid time range.")
    refusal[3].date = "Thu, 01 Jan 2026 00:00:00 GMT"
    local base = "the assertion is outside of its time: is this machine's clock right?"
    assert.equal(base .. " it is 600 seconds ahead of the service's",
      read(refusal, 1767225600 + 600).hint)
    assert.equal(base .. " it is 61 seconds behind the service's",
      read(refusal, 1767225600 - 61).hint)
    assert.equal(base, read(refusal, 1767225600 + 59).hint)
    refusal[3].date = nil
    assert.equal(base, read(refusal).hint)
  end)

  it("says something of an answer without words", function()
    assert.equal("invalid_client, without a word", read({ 401,
      { error = "invalid_client" } }).message)
    assert.equal("AADSTS7000215, without a word",
      read({ 401, { error = "invalid_client", error_codes = { 7000215 } } }).message)
    local err = read { 400, "<html>no" }
    assert.same({ "bad_request", 'the service answered 400 with what is no error of Graph: '
      .. '"<html>no"' },
      { err.code, err.message })
  end)

  it("lets nothing through that a terminal obeys, or that looks like a token", function()
    local err = read { 400, { error = "invalid\27[31m", error_description =
      "AADSTS1: a\27[2J eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln" } }
    assert.same({ "invalid\\x1B[31m", "AADSTS1: a\\x1B[2J …" }, { err.graph_code, err.message })
  end)
end)
