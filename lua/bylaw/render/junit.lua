--- Diagnostics as JUnit's XML: a test case for each policy, and for each file with what is wrong
--- beside policies. Pure.
local finding = require "bylaw.render.finding"

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
  ["\n"] = "&#10;", ["\t"] = "&#9;", ["\r"] = "&#13;" }

--- A text as XML takes it, which has no controls even as entities.
local function xml(s)
  return (s:gsub('[&<>"\n\t\r]', ENTITIES):gsub("%c", "\u{FFFD}")
    :gsub("\u{FFFE}", "\u{FFFD}"):gsub("\u{FFFF}", "\u{FFFD}"))
end

local function place_words(one)
  local start = one.range and one.range.start
  if not one.filename then return "" end
  return start and ("%s:%d:%d: "):format(one.filename, start.line, start.column)
    or one.filename .. ": "
end

local function report_of(one)
  return ("%s%s[%s]: %s"):format(place_words(one), one.severity, one.code, finding.sentence(one))
end

--- Diagnostics by what they are about, in the order of the subjects, then as they come.
local function cases_of(judged)
  local names, of = {}, {}
  local function case(name)
    if not of[name] then
      names[#names + 1], of[name] = name, { errors = {}, warnings = {} }
    end
    return of[name]
  end
  for _, subject in ipairs(judged.subjects) do case(subject) end
  for _, one in ipairs(judged.diagnostics) do
    local found = case(one.address or one.filename or judged.verb)
    table.insert(one.severity == "error" and found.errors or found.warnings, one)
  end
  return names, of
end

local function put_case(lines, suite, name, case)
  local head = ('    <testcase classname="%s" name="%s" time="0"'):format(suite, xml(name))
  if #case.errors + #case.warnings == 0 then
    lines[#lines + 1] = head .. "/>"
    return
  end
  lines[#lines + 1] = head .. ">"
  local reports = {}
  for i, one in ipairs(case.errors) do reports[i] = report_of(one) end
  if case.errors[1] then
    lines[#lines + 1] = ('      <failure type="%s" message="%s">%s</failure>'):format(
      xml(case.errors[1].code), xml(case.errors[1].summary), xml(table.concat(reports, "\n")))
  end
  for _, one in ipairs(case.warnings) do
    lines[#lines + 1] = ("      <system-out>%s</system-out>"):format(xml(report_of(one)))
  end
  lines[#lines + 1] = "    </testcase>"
end

---@param judged bylaw.render.Judged
---@return string
return function(judged)
  local names, of = cases_of(judged)
  local suite, failures, cases = "bylaw." .. judged.verb, 0, {}
  for _, name in ipairs(names) do
    if of[name].errors[1] then failures = failures + 1 end
    put_case(cases, suite, name, of[name])
  end
  local counts = ('tests="%d" failures="%d" errors="0"'):format(#names, failures)
  local lines = { '<?xml version="1.0" encoding="UTF-8"?>',
    ('<testsuites name="bylaw" %s>'):format(counts),
    ('  <testsuite name="%s" %s skipped="0" time="0">'):format(suite, counts) }
  table.move(cases, 1, #cases, #lines + 1, lines)
  lines[#lines + 1] = "  </testsuite>"
  lines[#lines + 1] = "</testsuites>"
  return table.concat(lines, "\n")
end
