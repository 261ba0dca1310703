--- docs/problems.md names every code of the core, and what its examples provoke is what it says.
local bylaw = require "bylaw"
local core = require "bylaw.core"
local shell = require "spec.support.shell"

--- Codes that `accept` does not soften.
local FIRM = { invalid_utf8 = true, unwritable_value = true, too_many_problems = true }

--- What the page says of a code.
---@class spec.Section
---@field code string
---@field severity string
---@field example string  Lua
---@field told string     what is told of it
---@field cure string

--- The Lua block of a part and the plain block that follows it.
local function example_of(part)
  return part:match "\n```lua\n(.-)\n```\n\n```\n(.-)\n```\n"
end

--- A page's parts from heading to heading.
local function sections(page)
  local found = {}
  for part in page:gsub("\n##", "\0##"):gmatch "%z### ([^%z]+)" do
    local example, told = example_of(part)
    found[#found + 1] = {
      code = part:match "^%S+", severity = part:match "^%S+\n\nAn? %*%*(%a+)%*%*: ",
      example = example, told = told, cure = part:match "\nCure: (%w.*%.)\n",
    }
  end
  return found
end

--- The policy that an example makes.
local function policy_of(example)
  local chunk = load("local bylaw = ... return " .. example) or assert(load("local bylaw = ... "
    .. example))
  return chunk(bylaw)
end

local function problems_of(policy)
  local valid, result = bylaw.validate(policy)
  return valid and result or result.problems
end

--- Problems as the page writes them.
local function written(problems)
  local lines = {}
  for i, problem in ipairs(problems) do
    local place = problem.line and (", line %d, column %d"):format(problem.line, problem.column)
    local hint = problem.hint and "\n  hint: " .. problem.hint
    local path = problem.path ~= "" and ": " .. problem.path
    lines[i] = ("%s %s%s%s\n  %s%s"):format(problem.severity, problem.code, path or "",
      place or "", problem.message, hint or "")
  end
  return lines
end

describe("docs/problems.md", function()
  local page = shell.read "docs/problems.md"
  local all = sections(page)

  it("has every code of the core, once, with the severity that it has there", function()
    local said, known = {}, {}
    for i, section in ipairs(all) do said[i] = section.code .. " " .. section.severity end
    for i, one in ipairs(core.problem_codes) do known[i] = one.code .. " " .. one.severity end
    table.sort(said)
    table.sort(known)
    assert.same(known, said)
  end)

  it("shows what accept does", function()
    local example, told = example_of(page:match "^(.-)\n## ")
    assert.same({ told }, written(problems_of(policy_of(example))))
  end)

  for _, section in ipairs(all) do
    describe(section.code, function()
      it("is provoked by its example, of which nothing else is told", function()
        local lines = written(problems_of(policy_of(section.example)))
        local told, rest = section.told, section.told:match "^…\n(.*)$"
        if rest then
          told, lines = rest, { lines[#lines] }
        end
        assert.equal(told, table.concat(lines, "\n"))
        assert.equal(1, select(2, told:gsub("%f[^\n\0]%a+ " .. section.code .. "%f[:\n]", "")))
      end)

      it("has a cure", function() assert.is_string(section.cure) end)

      it("is a warning for a policy that accepts it, unless that leaves nothing to send", function()
        local policy = policy_of(section.example)
        policy.accept = { section.code }
        local problems = problems_of(policy)
        local last = problems[#problems]
        assert.same({ section.code, FIRM[section.code] and "error" or "warning" },
          { last.code, last.severity })
      end)
    end)
  end
end)
