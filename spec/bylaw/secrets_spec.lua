--- A canary goes through every error and event of the client: it must come out of none.
local bylaw = require "bylaw"
local scripted = require "spec.support.scripted"
local server = require "spec.support.server"

local CANARY = "canary-7f3a9c-" .. ("S3cr3t"):rep(8)

--- Whether the canary, or a good part of it, is anywhere in a value.
local function holds(value, seen)
  seen = seen or {}
  if type(value) == "string" then
    return value:find(CANARY, 1, true) ~= nil or value:find(CANARY:sub(1, 20), 1, true) ~= nil
  end
  if type(value) ~= "table" or seen[value] then return false end
  seen[value] = true
  for k, v in next, value do
    if holds(k, seen) or holds(v, seen) then return true end
  end
  return holds(tostring(value), seen)
end

local POLICY = { displayName = "p", definition = { AccessTokenLifetime = "8:00:00" } }

describe("a token is not in", function()
  local trouble
  setup(function() trouble = server.start() end)
  teardown(function() trouble:stop() end)

  local quoting = '{"error":{"code":"X","message":"you sent Authorization: Bearer %s","innerError":'
    .. '{"request-id":"%s","message":"%s"}}}'
  local ENDINGS = {
    ["400"] = scripted.answer(400, (quoting:gsub("%%s", CANARY))),
    ["401"] = scripted.answer(401, (quoting:gsub("%%s", CANARY)),
      { ["www-authenticate"] = 'Bearer realm="' .. CANARY .. '"' }),
    ["429"] = scripted.answer(429, (quoting:gsub("%%s", CANARY)), { ["retry-after"] = "1" }),
    ["500"] = scripted.answer(500, (quoting:gsub("%%s", CANARY))),
    ["a page of HTML"] = scripted.answer(502, "<html>" .. CANARY .. "</html>"),
    ["a success that is none"] = scripted.answer(200, "<html>" .. CANARY .. "</html>"),
    ["a redirect"] = scripted.answer(302, "", { location = "https://x/" .. CANARY }),
    ["a cut"] = scripted.lost("cut", true),
    ["a host that is not there"] = scripted.lost("unreachable", false),
  }
  for name, ending in pairs(ENDINGS) do
    it("errors, events and texts of " .. name, function()
      local journal = {}
      local s = scripted.new(function() return ending end, { credential = CANARY, attempts = 2,
        consistency = 1, budget = 30, journal = {
          before = function(intent) table.insert(journal, intent) return true end,
          after = function(outcome) table.insert(journal, outcome) end,
        } })
      local errs = {}
      for i, call in ipairs {
        function() return s.client:request("GET", "/x") end,
        function() return s.client:create(bylaw.tokenLifetimePolicy(POLICY)) end,
        function() return s.client:list "tokenLifetimePolicy" end,
        function() return s.client:delete("tokenLifetimePolicy", "x") end,
        function()
          return s.client:assign({ kind = "tokenLifetimePolicy", id = "x" }, { application = "y" })
        end,
      } do
        errs[i] = select(2, call())
      end
      assert.equal(5, #errs)
      assert.is_true(#s.events > 0)
      assert.same({ false, false, false }, { holds(errs), holds(s.events), holds(journal) })
      assert.is_false(holds(tostring(s.client)))
    end)
  end

  it("what real connections end in", function()
    for _, path in ipairs { "/echo", "/cut", "/reset", "/bomb", "/early" } do
      local events = {}
      local client <close> = assert(bylaw.connect { endpoint = trouble.url .. path,
        credential = CANARY, attempts = 1, consistency = 0,
        on_event = function(event) table.insert(events, event) end })
      for _, method in ipairs { "GET", "POST" } do
        local value, err = client:request(method, "/x", method == "POST" and {} or nil)
        assert.is_nil(value)
        assert.is_false(holds(err), path)
      end
      assert.is_false(holds(events))
    end
  end)

  it("the credential, as a text or by a walk over it", function()
    local who = assert(bylaw.credential.static(CANARY))
    assert.is_false(holds(who))
  end)
end)
