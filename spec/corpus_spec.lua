--- Definitions that people publish, post and paste, judged as those who collected them say.
local bylaw = require "bylaw"
local core = require "bylaw.core"

--- The codes that speak of a rule's cause: one of them must be told.
local CODES = {
  ["malformed-json"] = "invalid_json lenient_json unknown_property",
  ["retired-property"] = "retired_property",
  ["placeholder"] = "invalid_json wrong_format unknown_attribute",
  ["unknown-property"] = "unknown_property may_be_refused",
  ["singular-transformations"] = "may_be_refused",
  ["restricted-claim"] = "restricted_claim",
  ["missing-wrapper"] = "unknown_property",
  ["org-default-only"] = "no_effect",
  ["wrong-case-key"] = "unknown_property wrong_wrapper",
  ["blank-in-value"] = "blank_in_value",
  ["duplicate-key"] = "duplicate_key",
  ["unknown-attribute"] = "unknown_attribute",
  ["application-id"] = "unknown_value",
  ["empty-definition"] = "invalid_json",
  ["enum-value"] = "unknown_value",
  ["kind-mismatch"] = "wrong_wrapper",
  ["lifetime-range"] = "out_of_range",
  ["missing-claim-type"] = "no_effect",
  ["missing-root"] = "unknown_property",
  ["root-not-object"] = "wrong_type",
  ["timeout-range"] = "out_of_range",
  ["value-and-source"] = "contradiction",
  ["wrong-case-root"] = "wrong_wrapper",
  ["wrong-type"] = "wrong_type",
}

--- All problems of a line, and how many of them are errors.
local function judge(line)
  local valid, result = bylaw.validate(bylaw[line.kind] {
    displayName = line.displayName or "x", isOrganizationDefault = line.isOrganizationDefault,
    definition = line.definition,
  })
  local problems, errors = valid and result or result.problems, 0
  for _, problem in ipairs(problems) do
    if problem.severity == "error" then errors = errors + 1 end
  end
  return problems, errors
end

local function has_code(problems, code)
  for _, problem in ipairs(problems) do
    if problem.code == code then return true end
  end
  return false
end

--- Whether one of the problems has one of the rule's codes, and a path into the definition.
local function names_cause(problems, rule)
  for _, problem in ipairs(problems) do
    local code = " " .. (CODES[rule] or "") .. " "
    if code:find(" " .. problem.code .. " ", 1, true) and problem.path:find "^/definition" then
      return true
    end
  end
  return false
end

local EXPECT = {
  valid = function(_, errors) return errors == 0 end,
  warning = function(problems, errors) return errors == 0 and #problems > 0 end,
  invalid = function(problems, errors, line)
    -- what the lenient reader can read without guessing passes with a warning
    return errors > 0 or line.rule == "malformed-json" and has_code(problems, "lenient_json")
  end,
  unclear = function(problems) return #problems > 0 end,
}

describe("the corpus of public definitions", function()
  local count = 0
  for text in io.lines "spec/data/definitions.jsonl" do
    local line = assert(core.json_read(text))
    count = count + 1
    it(("judges %s %s"):format(line.id, line.expect), function()
      local problems, errors = judge(line)
      assert.is_true(EXPECT[line.expect](problems, errors, line), core.json_write(problems))
      if line.rule then
        assert.is_true(names_cause(problems, line.rule), core.json_write(problems))
      end
    end)
  end

  it("is whole", function() assert.equal(159, count) end)
end)
