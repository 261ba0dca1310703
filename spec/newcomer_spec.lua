--- The path of a newcomer, word by word: what README says of installing is run in a copy of the
--- checkout, in a home of its own with an environment that is empty but for PATH; then README's
--- first example and the whole tutorial, from an empty folder, with what was installed alone.
local pages = require "spec.support.pages"
local shell = require "spec.support.shell"

--- The blocks of a page below a heading, until the next one.
local function below(path, heading)
  local from, to, number = nil, math.huge, 0
  for line in io.lines(path) do
    number = number + 1
    if line == heading then
      from = number
    elseif from and number > from and to == math.huge and line:find "^## " then
      to = number
    end
  end
  local found = {}
  for _, block in ipairs(pages.blocks(path)) do
    if block.line > assert(from, heading) and block.line < to then table.insert(found, block) end
  end
  return found
end

describe("a newcomer", function()
  local home, reader

  setup(function()
    home = shell.scratch()
    shell.must("mkdir '%s/bylaw' '%s/policies' && cp -Rp Makefile tools src lua bin '%s/bylaw' && "
      .. "{ [ ! -d build/obj ] || { mkdir '%s/bylaw/build' && cp -Rp build/obj build/lib "
      .. "'%s/bylaw/build'; }; }", home, home, home, home, home)
    reader = { folder = home .. "/policies",
      env = ("env -i HOME='%s' PATH=/usr/local/bin:/usr/bin:/bin"):format(home) }
  end)
  teardown(function() shell.remove(home) end)

  --- What the reader's shell was told once, before each later command.
  local told = ""
  local function run(command) return pages.run(reader, told .. command) end

  it("installs bylaw as README says", function()
    local blocks = below("README.md", "## Install") -- the first is for the machine's administrator
    local install = assert(blocks[#blocks])
    assert.equal("sh", install.language)
    local out, status = pages.run({ folder = home .. "/bylaw", env = reader.env }, install.text)
    assert.equal(0, status, out)
    for line in install.text:gmatch "export [^\n]+" do told = told .. line .. "\n" end
    assert.equal(home .. "/.local/bin/bylaw\n", (run "command -v bylaw"))
  end)

  it("runs README's first example", function()
    local example = pages.blocks "README.md"[1]
    shell.write(reader.folder .. "/example.lua", example.text)
    assert.equal(example.printed, (run "lua5.4 example.lua; rm example.lua"))
  end)

  it("begins in an empty folder", function() assert.equal("", (run "ls")) end)

  for _, block in ipairs(pages.blocks "docs/tutorial.md") do
    if block.file then
      it(("writes %s of line %d"):format(block.file, block.line), function()
        shell.write(reader.folder .. "/" .. block.file, block.text)
      end)
    elseif block.language == "console" then
      for _, step in ipairs(pages.steps(block.text)) do
        it(("runs `%s` of line %d"):format(step.command, block.line), function()
          local out, status = run(step.command)
          assert.equal(pages.steady(step.printed), pages.steady(out))
          assert.equal(0, status)
        end)
      end
    elseif block.language == "cron" then
      it("has a line for cron that runs a script of the tutorial", function()
        local script = block.text:match "^%d+ %d+ %* %* %* cd %S+ && sh (%S+)\n$"
        assert.is_true(shell.exists(reader.folder .. "/" .. script))
      end)
    else
      it(("understands the block of line %d"):format(block.line), function()
        error('nothing checks the language "' .. block.language .. '"')
      end)
    end
  end

  it("has a workflow that runs a script of the tutorial", function()
    local workflow = shell.read(reader.folder .. "/.github/workflows/drift.yml")
    for command in workflow:gmatch "%- run: ([^\n]+)" do
      assert.is_true(shell.exists(reader.folder .. "/" .. command:match "^sh (%S+)$"))
    end
    if not pcall(shell.must, "python3 -c 'import yaml'") then return end
    shell.must("python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "
      .. "'%s/.github/workflows/drift.yml'", reader.folder)
  end)

  it("leaves everything below the folder and the home", function()
    assert.equal(".bylaw\n.github\ncolleague.lua\nnext.plan\nnightly.sh\npolicies\npolicies.lua\n",
      (run "ls -A | grep -v '^.command$'"))
  end)
end)
