--- What plan, apply and drift tell programs when something is wrong: in the stream, where the rest
--- of the result is.
local cjson = require "cjson"
local tenant = require "spec.support.tenant"

local FIELD = 'AccesTokenLifetime = "8:00:00"'
local WRONG = ([[
tokenLifetimePolicy "a" { displayName = "A", definition = {
  AccessTokenLifetime = "9:00:00",
  %s } }
]]):format(FIELD)

local VERBS = { "plan -o json", "apply -y -o json", "drift -o json" }

local function lines_of(outcome)
  local list = {}
  for line in outcome.out:gmatch "[^\n]+" do list[#list + 1] = cjson.decode(line) end
  return list
end

local function types_of(list)
  local types = {}
  for i, one in ipairs(list) do types[i] = one.type end
  return types
end

describe("the stream for programs", function()
  local it_is
  before_each(function() it_is = tenant.new() end)
  after_each(function() it_is:stop() end)

  for _, command in ipairs(VERBS) do
    it("of " .. command .. " has what is wrong with the declarations, and stderr has nothing",
      function()
        it_is:declare(WRONG)
        local outcome = it_is:run(command)
        local list = lines_of(outcome)
        assert.same({ 1, "" }, { outcome.code, outcome.err })
        assert.same({ "version", "diagnostic" }, types_of(list))
        local found = list[2].diagnostic
        assert.same({ "error", "Error: " .. found.summary },
          { list[2]["@level"], list[2]["@message"] })
        assert.same({ "error", "unknown_property", "AccessTokenLifetime",
          "tokenLifetimePolicy.a", "/definition/AccesTokenLifetime" }, { found.severity,
          found.code, found.hint, found.address, found.path })
        local byte = WRONG:find(FIELD, 1, true) - 1
        assert.same({ filename = "policies.lua", start = { line = 3, column = 3, byte = byte },
          ["end"] = { line = 3, column = 3 + #FIELD, byte = byte + #FIELD } }, found.range)
        assert.same({ start_line = 3, code = "  " .. FIELD .. " } }" }, found.snippet)
      end)

    it("of " .. command .. " has warnings and goes on", function()
      it_is:declare(WRONG:gsub("definition", 'accept = { "unknown_property" }, %0'))
      local outcome = it_is:run(command)
      local list = lines_of(outcome)
      assert.equal("diagnostic", list[2].type)
      assert.same({ "warn", "warning", "unknown_property" },
        { list[2]["@level"], list[2].diagnostic.severity, list[2].diagnostic.code })
      assert.equal("change_summary", list[#list].type)
      assert.not_matches("unknown_property", outcome.err)
    end)

    it("of " .. command .. " has what the service refused, and people read it too", function()
      it_is:declare(tenant.lifetimes { a = 8 })
      it_is.emulator:fault "GET /v1.0/policies/** status=403"
      local outcome = it_is:run(command)
      local list = lines_of(outcome)
      assert.equal(1, outcome.code)
      assert.same({ "version", "diagnostic" }, types_of(list))
      assert.same({ "error", "forbidden" },
        { list[2].diagnostic.severity, list[2].diagnostic.code })
      assert.matches("^403 %S+\nrequest%-id ", list[2].diagnostic.detail)
      assert.truthy(outcome.err:find("bylaw: " .. list[2].diagnostic.summary, 1, true))
    end)

    it("of " .. command .. " has that no file is there", function()
      local outcome = it_is:run(command)
      local list = lines_of(outcome)
      assert.equal(64, outcome.code)
      assert.equal("usage", list[2].diagnostic.code)
    end)
  end

  it("of apply has why it does nothing unasked, and why a plan cannot be used", function()
    it_is:declare(tenant.lifetimes { a = 8 })
    assert.equal("no_approval", lines_of(it_is:run "apply -o json")[2].diagnostic.code)
    it_is:run "plan --out next.plan"
    it_is:run "apply -y"
    assert.equal("stale", lines_of(it_is:run "apply -o json next.plan")[2].diagnostic.code)
  end)
end)
