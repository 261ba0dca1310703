--- What the shells offer behind `bylaw` is what there is: verbs, options, values, kinds. Asked of
--- the shells themselves.
local complete = require "spec.support.complete"
local core = require "bylaw.core"
local grammar = require "bylaw.cli.grammar"()
local shell = require "spec.support.shell"
local verbs = require "bylaw.cli.verbs"

local FILES = { bash = "bylaw.bash", zsh = "_bylaw", fish = "bylaw.fish" }

local function sorted(list)
  local copy = { table.unpack(list) }
  table.sort(copy)
  return copy
end

local function long_options(verb)
  local names = {}
  for _, option in ipairs(verb.options) do
    for _, name in ipairs(option.names) do
      if name:sub(1, 2) == "--" then names[#names + 1] = name end
    end
  end
  return sorted(names)
end

local here = shell.must("pwd"):gsub("\n", "")

for _, name in ipairs { "bash", "zsh", "fish" } do
  local missing = select(2, shell.run("command -v %s", name)) ~= 0 and name .. " is not there"
  local test = missing and pending or it
  describe("completion in " .. name .. (missing and " (" .. missing .. ")" or ""), function()
    local folder
    setup(function()
      folder = shell.scratch()
      shell.write(folder .. "/some.lua", "")
    end)
    teardown(function() shell.remove(folder) end)

    local function offered(line)
      return complete[name](folder, here .. "/completion/" .. FILES[name], line)
    end

    test("offers every verb, and nothing else", function()
      assert.same(sorted(verbs.names), offered "bylaw ")
      assert.same({ "validate", "version" }, offered "bylaw v")
    end)

    for _, verb in ipairs(grammar.verbs) do
      test("offers exactly the options of " .. verb.name, function()
        assert.same(long_options(verb), offered(("bylaw %s --"):format(verb.name)))
      end)
    end

    test("offers exactly the kinds", function()
      local kinds = { table.unpack(core.kinds) }
      kinds[#kinds + 1] = "policy"
      assert.same(sorted(kinds), offered "bylaw list ")
      assert.same(sorted(kinds), offered "bylaw export --local tokenLifetimePolicy ")
      assert.same(sorted(kinds), offered "bylaw create --kind ")
      assert.same({ "tokenIssuancePolicy", "tokenLifetimePolicy" }, offered "bylaw show tok")
      assert.same({}, offered "bylaw list tokenLifetimePolicy tok")
    end)

    test("offers values of options, verbs behind help, and files", function()
      assert.same({ "azuredevops", "github", "html", "json", "junit", "sarif",
        "text" },
        offered "bylaw drift -o ")
      assert.same({ "always", "auto", "never" }, offered "bylaw list --color ")
      assert.same({ "usgov" }, offered "bylaw list --cloud us")
      assert.same({ "bash", "fish", "zsh" }, offered "bylaw completion ")
      assert.same({ "plan" }, offered "bylaw help pl")
      assert.same({ "some.lua" }, offered "bylaw validate some")
      assert.same({ "some.lua" }, offered "bylaw plan --out some")
      assert.same({}, offered "bylaw list --endpoint some")
    end)
  end)
end

describe("bylaw completion", function()
  it("writes what is installed", function()
    local cli = require "spec.support.cli"
    for name, file in pairs(FILES) do
      assert.same({ code = 0, out = shell.read("completion/" .. file), err = "" },
        cli.call { "completion", name })
    end
  end)
end)
