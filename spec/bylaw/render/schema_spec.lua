local bylaw = require "bylaw"
local core = require "bylaw.core"
local examples = require "bylaw.render.examples"
local schema = require "bylaw.render.schema"

local ACTIVITY = [[
activityBasedTimeoutPolicy: how long web sessions may lie idle [1]

  wrapper       ActivityBasedTimeoutPolicy
  collection    /policies/activityBasedTimeoutPolicies
  assigned to   the organization, by isOrganizationDefault

In its definition:
  Version                  integer 1; a table may leave it out
                           version of the definition format: 1 [1]
  ApplicationPolicies      list of objects, not empty; required
                           one entry an application [1]
    ApplicationId          text; required
                           "default" or "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
                           default, for every application that supports it, or
                           the Azure portal [1]
    WebSessionIdleTimeout  time span, 00:05:00 to 23:59:59; required
                           how long a web session may lie idle, 00:05:00 to
                           23:59:59 [1]

Example:
  bylaw.activityBasedTimeoutPolicy {
    displayName = "Contoso: idle web sessions",
    isOrganizationDefault = true,
    definition = {
      ApplicationPolicies = {
        { ApplicationId = "default", WebSessionIdleTimeout = "01:00:00" },
        { ApplicationId = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
          WebSessionIdleTimeout = "00:15:00" },
      },
    },
  }

[1] Graph: activityBasedTimeoutPolicy resource type]]

--- A kind that there is not, with a row of each sort.
local MADE = {
  name = "rulePolicy", collection = "rulePolicies", version = "beta",
  doc = "a kind", source = "here",
  targets = { "application", "servicePrincipal" },
  fields = {
    { name = "Span", type = "string", format = "timespan", min = "00:10:00", max = "1.00:00:00",
      also_values = { "never" }, default = "1:00:00", retired = "since long", doc = "a span",
      source = "there" },
    { name = "Flag", also = "FLAG", type = "boolean", or_text = true, as_text = true,
      doc = "a flag", source = "here" },
    { name = "Count", type = "integer", min = 0, max = 9, or_text = true, doc = "a count",
      source = "here" },
    { name = "Ids", type = "array", unordered = true, min = 2, max = 2147483647,
      item = { type = "string", format = "guid", folded = true, also_values = { "*" } },
      doc = "some ids", source = "here" },
    { name = "Form", type = "string", values = { ("x"):rep(70), "y" }, doc = "a form",
      source = "here" },
    { name = "Rest", type = "object", doc = "what is left", source = "here", fields = {
      { name = "Any", type = "any", required = true, doc = "any", source = "here" },
    } },
  },
}

local MADE_TEXT = [[
rulePolicy: a kind [1]

  wrapper       none
  collection    /policies/rulePolicies
  version       beta alone
  assigned to   applications and service principals

In its definition:
  Span   time span, 00:10:00 to 1.00:00:00; retired [2]
         also "never"
         a span [3]
         default: 1:00:00
  Flag   boolean; written as text
         a flag [1]
         also spelled FLAG
  Count  integer 0 to 9; text is taken too
         a count [1]
  Ids    list of GUIDs, at least 2 items; in any case; in any order
         also "*"
         some ids [1]
  Form   text
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "y"
         a form [1]
  Rest   object
         what is left [1]
    Any  any value; required
         any [1]

[1] here
[2] since long
[3] there]]

describe("bylaw.render.schema", function()
  it("writes a kind with its rows, an example and where the facts are from", function()
    assert.equal(ACTIVITY, schema.kind(core.describe "activityBasedTimeoutPolicy"))
  end)

  it("writes a row of each sort", function()
    assert.equal(MADE_TEXT, schema.kind(MADE))
  end)

  for _, kind in ipairs(bylaw.kinds) do
    it("keeps to 80 columns: " .. kind, function()
      for line in schema.kind(core.describe(kind)):gmatch "[^\n]+" do
        assert.is_true(#line <= 80, line)
      end
    end)

    it("has an example without a problem, which leaves nothing to be warned of: " .. kind,
      function()
        local policy = load("local bylaw = require 'bylaw' return " .. examples[kind])()
        assert.equal(kind, policy.kind)
        assert.same({ true, {} }, { bylaw.validate(policy) })
      end)
  end

  it("lists the kinds", function()
    assert.equal("rulePolicy  a kind (beta)", schema.kinds { MADE })
    local doc = ("word "):rep(13) .. "broken here"
    assert.equal("longPolicy  " .. doc:gsub(" broken", "\n            broken"),
      schema.kinds { { name = "longPolicy", doc = doc } })
  end)
end)
