--- Every page: its blocks are run (spec/support/pages.lua says how) or, where they are not bylaw's,
--- checked in another way; its links lead somewhere; the commands that it names are there.
---
--- Elsewhere: the tutorial is run by spec/newcomer_spec.lua, docs/problems.md by
--- spec/problems_spec.lua, docs/kinds.md also by spec/generated_spec.lua.
local bylaw = require "bylaw"
local cjson = require "cjson"
local pages = require "spec.support.pages"
local shell = require "spec.support.shell"

local HERE = shell.must("pwd"):gsub("\n", "")
local NEWCOMER, PROBLEMS = "docs/tutorial.md", "docs/problems.md"

local PAGES = {}
for path in shell.must "ls *.md; find docs examples -name '*.md' | sort":gmatch "[^\n]+" do
  table.insert(PAGES, path)
end

local function printed_is(expected, out, status, block)
  assert.equal(pages.steady(expected), pages.steady(out), ("%s:%d"):format(block.page, block.line))
  assert.equal(0, status, out)
end

-- Definitions in other tools' words -----------------------------------------------------------

--- A value of Terraform's language, where it is written as JSON with "=" and fewer commas.
local function hcl_value(text)
  text = text:gsub("%[", "{"):gsub("%]", "}"):gsub("}(%s*\n%s*[%w{])", "},%1")
    :gsub('("[^"]*"%s*)\n', "%1,\n"):gsub("(= %w+)\n", "%1,\n"):gsub(",%s*,", ",")
  return assert(load("return " .. text))()
end

--- The definitions in a block of Terraform or PowerShell, by kind where the text says it.
local FOREIGN = {
  hcl = function(text)
    local found = {}
    for body in text:gmatch "jsonencode%((%b{})%)" do table.insert(found, hcl_value(body)) end
    return found
  end,
  powershell = function(text)
    local found = {}
    for body in text:gmatch "@%('(.-)'%)" do table.insert(found, cjson.decode(body)) end
    return found
  end,
}

local KIND_OF = {}
for _, kind in ipairs(bylaw.kinds) do KIND_OF[bylaw.describe(kind).wrapper or ""] = kind end

--- Holds that a block of another tool sets what the declarations behind it do.
local function same_as_declared(block, declarations)
  local definitions = FOREIGN[block.language](block.text)
  assert.is_true(#definitions > 0, "no definition is found in the block")
  local folder = shell.scratch()
  shell.write(folder .. "/policies.lua", declarations.text)
  local desired = assert(bylaw.load(folder .. "/policies.lua", { environment = false }))
  shell.remove(folder)
  for i, definition in ipairs(definitions) do
    local kind, declared = KIND_OF[next(definition)], desired.policies[i].policy
    assert.equal(kind, declared.kind)
    assert.is_true(bylaw.definition.equal(kind, definition, declared.definition))
  end
  assert.equal(#definitions, #desired.policies)
  local name = block.text:match "[dD]isplay_?[nN]ame%s*=?%s*[\"']([^\"']+)"
  assert.equal(desired.policies[1].displayName, name)
end

--- The declarations that stand last before a block, or first behind it.
local function declarations_at(blocks, i)
  for j = i + 1, #blocks do
    if blocks[j].file then return blocks[j] end
    if FOREIGN[blocks[j].language] then break end
  end
  for j = i - 1, 1, -1 do if blocks[j].file then return blocks[j] end end
end

-- What is not run -----------------------------------------------------------------------------

local function has_program(name) return select(2, shell.run("command -v %s", name)) == 0 end

local CHECKS = {
  json = function(block) assert.is_table(cjson.decode(block.text)) end,
  js = function(block)
    if not has_program "node" then pending "needs node" return end
    local folder = shell.scratch()
    shell.write(folder .. "/block.mjs", block.text)
    shell.must("node --check '%s/block.mjs'", folder)
    shell.remove(folder)
  end,
  cron = function(block)
    local minute, hour = block.text:match "^(%d+) (%d+) %* %* %* %S"
    assert.is_true(tonumber(minute) < 60 and tonumber(hour) < 24)
  end,
  -- made from documentation, and said to be so: its last line is Terraform's
  ["terraform-plan"] = function(block)
    assert.matches("\nPlan: %d to add, %d to change, %d to destroy%.\n$", block.text)
  end,
}

-- Blocks ----------------------------------------------------------------------------------------

describe("the page", function()
  local reader

  before_each(function() reader.env = reader.env or ("PATH='%s/bin':\"$PATH\""):format(HERE) end)

  --- A script of its own, and what it prints.
  local function run_script(block)
    shell.write(reader.folder .. "/block.lua", pages.script(block))
    local out, status = pages.run(reader, "lua5.4 block.lua")
    printed_is(block.printed or "", out, status, block)
  end

  local function run_steps(block)
    for _, step in ipairs(pages.steps(block.text)) do
      local out, status = pages.run(reader, step.command)
      printed_is(step.printed, out, status, block)
    end
  end

  --- The packages that tools/setup installs for the demo, which has to be made.
  local function packages()
    local names = "make"
    for line in io.lines "tools/setup" do
      local needed = line:match '^  need "([^"]+)" have_' or line:match "^  need (%S+) have_"
      if needed then names = names .. " " .. needed end
      if line:find "demo%) return" then return names end
    end
  end

  --- make runs this very spec, and packages are the machine's: that the targets are there, and that
  --- the packages are what is needed, is what can be asked.
  local function run_lines(block)
    for line in block.text:gsub(" *\\\n *", " "):gmatch "[^\n]+" do
      local target, wanted = line:match "^make (%w+)", line:match "^sudo apt%-get install (.+)$"
      if wanted then
        assert.equal(packages(), wanted)
      elseif target then
        shell.must("make help | grep -q '^make %s '", target)
      else
        assert.matches("^export %u[%u_]*=\"[^\"]*\"$", line)
      end
    end
  end

  --- A file is written where a reader would; that it is Lua is seen when it is used.
  local function write_file(block) shell.write(reader.folder .. "/" .. block.file, block.text) end

  local function run_of(block, blocks, i)
    if block.is_printed then return nil end
    if block.file then return write_file end
    if block.language == "console" then return run_steps end
    if block.language == "sh" then return run_lines end
    if block.language == "lua" then return run_script end
    if FOREIGN[block.language] then
      return function() same_as_declared(block, assert(declarations_at(blocks, i))) end
    end
    return CHECKS[block.language]
      or function() error("nothing checks the language \"" .. block.language .. '"') end
  end

  for _, path in ipairs(PAGES) do
    describe(path, function()
      setup(function() reader = { folder = shell.scratch() } end)
      teardown(function() shell.remove(reader.folder) end)

      if path ~= NEWCOMER and path ~= PROBLEMS then
        local blocks = pages.blocks(path)
        for i, block in ipairs(blocks) do
          local run = run_of(block, blocks, i)
          if run then
            it(("keeps what it says in its %s block at line %d"):format(block.language, block.line),
              function() run(block) end)
          end
        end
      end
    end)
  end
end)

-- Links -----------------------------------------------------------------------------------------

--- A page's text without its blocks and code spans.
local function prose(path)
  return ("\n" .. shell.read(path)):gsub("\n%s*```.-\n%s*```", "\n"):gsub("`[^`\n]*`", "")
end

--- The anchors of a page, as the common renderers make them of headings.
local function anchors(path)
  local found = {}
  local text = ("\n" .. shell.read(path)):gsub("\n%s*```.-\n%s*```", "\n")
  for heading in text:gmatch "\n#+ ([^\n]+)" do
    found[heading:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-")] = true
  end
  return found
end

--- Links of a page into the repository that lead nowhere.
local function dead_links(path)
  local dead = {}
  local text = prose(path)
  for target in text:gmatch "%]%(([^)%s]+)%)" do
    local file, anchor = target:match "^([^#]*)#?(.*)$"
    if not file:find "^%a+:" then
      local folder = path:match "^(.*/)" or ""
      local whole = file == "" and path or folder .. file
      if not shell.exists(whole) then
        table.insert(dead, target)
      elseif anchor ~= "" and not anchors(whole)[anchor] then
        table.insert(dead, target)
      end
    end
  end
  return dead
end

describe("links", function()
  for _, path in ipairs(PAGES) do
    it("in " .. path .. " lead to files and headings that are there", function()
      assert.same({}, dead_links(path))
    end)
  end

  it("that lead nowhere are found", function()
    local folder = shell.scratch()
    shell.write(folder .. "/a.md", "# One two\n[x](b.md) [y](a.md#one-two) [z](#three) `[q](r)`\n")
    assert.same({ "b.md", "#three" }, dead_links(folder .. "/a.md"))
    shell.remove(folder)
  end)

  it("lead from docs/README.md to every page of docs/", function()
    local text = shell.read "docs/README.md"
    for _, path in ipairs(PAGES) do
      local below = path:match "^docs/(.*)"
      if below and below ~= "README.md" then
        assert.is_truthy(text:find("(" .. below, 1, true), below)
      end
    end
  end)
end)

describe("the text", function()
  for _, path in ipairs { "README.md", "ARCHITECTURE.md" } do
    it("of " .. path .. " has 100 columns at most, but for tables and output", function()
      local long = {}
      local text = ("\n" .. shell.read(path)):gsub("\n%s*```.-\n%s*```", "\n")
      for line in text:gmatch "[^\n]+" do
        if not line:find "^|" and utf8.len(line) > 100 then table.insert(long, line) end
      end
      assert.same({}, long)
    end)
  end
end)

-- Commands ------------------------------------------------------------------------------------

local helps = {}

--- The help of a verb, or nil where there is none.
local function help_of(verb)
  if helps[verb] == nil then
    local out, status = shell.run("bin/bylaw help %s", verb)
    helps[verb] = status == 0 and out
  end
  return helps[verb] or nil
end

--- What is wrong with the `bylaw VERB …` that a page names.
local function wrong_commands(text)
  local wrong = {}
  for line in text:gmatch "[^\n]*bylaw [^\n]*" do
    for verb, rest in line:gmatch "%f[%w]bylaw (%l+)([^`|;&>]*)" do
      local shown = line:find("`bylaw " .. verb, 1, true) or line:find "^%s%s%s%s+bylaw "
        or line:find "^%$ "
      local help = shown and help_of(verb)
      if shown and not help then table.insert(wrong, "bylaw " .. verb) end
      for flag in (help and rest or ""):gmatch "%s(%-%-[%w-]+)" do
        if not help:find(flag, 1, true) then table.insert(wrong, verb .. " " .. flag) end
      end
    end
  end
  return wrong
end

describe("commands", function()
  for _, path in ipairs(PAGES) do
    it("that " .. path .. " names have the verbs and flags that it names", function()
      assert.same({}, wrong_commands(shell.read(path)))
    end)
  end

  it("that there are not are found", function()
    assert.same({ "bylaw wish", "plan --nonsense" },
      wrong_commands "`bylaw wish`\n    bylaw plan --out x --nonsense\n")
  end)
end)
