--- docs/errors.md names every code that the sources can give, and none besides.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local shell = require "spec.support.shell"

--- The codes of the tables of a part of the page.
local function named(part)
  local codes = {}
  for code in part:gmatch "\n| `([a-z_]+)` |" do
    assert(not codes[code], code .. " stands twice")
    codes[code] = true
  end
  return codes
end

local function sources(folders)
  return shell.must("find %s -name '*.lua' -not -path '*/meta/*' -exec cat {} +", folders)
end

--- Codes that stand behind a pattern in the sources.
local function found(text, patterns)
  local codes = {}
  for _, pattern in ipairs(patterns) do
    for code in text:gmatch(pattern) do codes[code] = true end
  end
  return codes
end

local function names(codes)
  local list = {}
  for code in pairs(codes) do list[#list + 1] = code end
  table.sort(list)
  return list
end

describe("docs/errors.md", function()
  local page = shell.read "docs/errors.md"
  local of_errors, of_problems = page:match "\n## Codes of errors\n(.-)\n## Codes of problems(.*)$"

  it("names every code of an error, and no other", function()
    local codes = found(sources "lua/bylaw", { 'errors%.new%(%s*"([a-z_]+)"' })
    for _, code in pairs(errors.BY_STATUS) do codes[code] = true end
    codes.server_error, codes.unexpected_status = true, true
    for code in shell.read("src/core/status.h"):gmatch 'X%(BL_[A-Z_]+,%s+"([a-z_]+)"' do
      codes[code] = code ~= "ok" or nil
    end
    assert.same(names(codes), names(named(of_errors)))
  end)

  it("names every code of a problem that docs/problems.md does not", function()
    local codes = found(sources("lua/bylaw/declaration lua/bylaw/rules.lua lua/bylaw/match.lua "
      .. "lua/bylaw/plan.lua lua/bylaw/cli/input.lua lua/bylaw/cli/json_file.lua "
      .. "lua/bylaw/cli/drift_findings.lua"), {
      'problems%.add%(self, "([a-z_]+)"', 'problems%.add_to%(self, declared, "([a-z_]+)"',
      'problem%(declared,%s+"([a-z_]+)"', 'problem_of%(declared,%s+"([a-z_]+)"',
      'of_file%(self, "([a-z_]+)"',
      'code = "([a-z_]+)"', '= "(drift_[a-z]+)"',
    })
    codes.raised, codes.limit, codes.syntax = true, true, true -- the sandbox's own
    for _, one in ipairs(core.problem_codes) do codes[one.code] = nil end
    codes.invalid, codes.bad_plan = nil, nil -- errors, not problems
    assert.same(names(codes), names(named(of_problems)))
  end)
end)
