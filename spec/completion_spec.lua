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

--- What is asked of each shell: a sentence, and what is offered behind lines.
local CASES = {}
local function case(sentence, offered) CASES[#CASES + 1] = { sentence, offered } end

local kinds = { table.unpack(core.kinds) }
kinds[#kinds + 1] = "policy"

case("offers every verb, and nothing else", {
  ["bylaw "] = sorted(verbs.names),
  ["bylaw v"] = { "validate", "version" },
})
for _, verb in ipairs(grammar.verbs) do
  case("offers exactly the options of " .. verb.name, {
    [("bylaw %s --"):format(verb.name)] = long_options(verb),
  })
end
case("offers exactly the kinds", {
  ["bylaw list "] = sorted(kinds),
  ["bylaw export --local tokenLifetimePolicy "] = sorted(kinds),
  ["bylaw create --kind "] = sorted(kinds),
  ["bylaw show tok"] = { "tokenIssuancePolicy", "tokenLifetimePolicy" },
  ["bylaw list tokenLifetimePolicy tok"] = {},
})
case("offers values of options, verbs behind help, and files", {
  ["bylaw drift -o "] = { "azuredevops", "github", "html", "json", "junit", "sarif", "text" },
  ["bylaw list --color "] = { "always", "auto", "never" },
  ["bylaw list --cloud us"] = { "usgov" },
  ["bylaw completion "] = { "bash", "fish", "zsh" },
  ["bylaw help pl"] = { "plan" },
  ["bylaw validate some"] = { "some.lua" },
  ["bylaw plan --out some"] = { "some.lua" },
  ["bylaw list --endpoint some"] = {},
})

local LINES = {}
for _, one in ipairs(CASES) do
  for line in pairs(one[2]) do LINES[#LINES + 1] = line end
end
table.sort(LINES)

local here = shell.must("pwd"):gsub("\n", "")

for _, name in ipairs { "bash", "zsh", "fish" } do
  local missing = select(2, shell.run("command -v %s", name)) ~= 0 and name .. " is not there"
  local test = missing and pending or it
  describe("completion in " .. name .. (missing and " (" .. missing .. ")" or ""), function()
    local offered
    setup(function()
      if missing then return end
      local folder = shell.scratch()
      shell.write(folder .. "/some.lua", "")
      offered = complete[name](folder, here .. "/completion/" .. FILES[name], LINES)
      shell.remove(folder)
    end)

    for _, one in ipairs(CASES) do
      test(one[1], function()
        for line, expected in pairs(one[2]) do assert.same(expected, offered[line], line) end
      end)
    end
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
