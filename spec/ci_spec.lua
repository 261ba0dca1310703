--- The examples for CI are YAML, and every bylaw command in them is one that the command takes.
local parser = require "bylaw.cli.parser"
local shell = require "spec.support.shell"

local has_yaml, yaml = pcall(require, "lyaml")
local test = has_yaml and it or function(name) pending(name .. " (lyaml is not there)") end

local FILES = { ".pre-commit-hooks.yaml", "examples/ci/pre-commit-config.yaml",
  "examples/ci/github-plan.yml", "examples/ci/github-apply.yml", "examples/ci/github-drift.yml",
  "examples/ci/azure-pipelines.yml" }

--- All texts in a document.
local function texts(value, list)
  list = list or {}
  if type(value) == "string" then list[#list + 1] = value end
  if type(value) == "table" then
    for _, item in pairs(value) do texts(item, list) end
  end
  return list
end

--- The words of every line that begins with "bylaw VERB", up to a redirection or the like.
local function commands(document)
  local list = {}
  for _, text in ipairs(texts(document)) do
    for line in text:gmatch "[^\n]+" do
      local command = line:match "^%s*bylaw (%l.*)$"
      if command and not line:find "name:" then
        local words = {}
        for word in command:gsub("[>|&;].*$", ""):gmatch "%S+" do words[#words + 1] = word end
        list[#list + 1] = words
      end
    end
  end
  return list
end

describe("the examples for CI", function()
  local root = parser.make()
  for _, path in ipairs(FILES) do
    test(path .. " is YAML whose commands exist", function()
      local document = assert(yaml.load(shell.read(path)))
      local found = 0
      for _, words in ipairs(commands(document)) do
        local ok, why = pcall(root.parse, root, words)
        why = type(why) == "table" and why.message or why
        assert(ok, ("%s: %s"):format(table.concat(words, " "), why))
        found = found + 1
      end
      assert.is_true(found > 0)
    end)
  end

  test("ask GitHub for no more than they use", function()
    for _, name in ipairs { "plan", "apply", "drift" } do
      local document = yaml.load(shell.read("examples/ci/github-" .. name .. ".yml"))
      assert.same({ "read", "write" },
        { document.permissions.contents, document.permissions["id-token"] })
    end
  end)
end)
