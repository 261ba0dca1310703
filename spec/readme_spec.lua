--- Every code block of README.md is run: Lua as a script of its own, whose output must be the plain
--- block that follows; declarations are validated; shell line by line.
local shell = require "spec.support.shell"

--- An empty folder that looks like the checkout, so that what is made stays out of it.
local function stand_in()
  local folder = shell.scratch()
  shell.must("for f in Makefile bin examples; do ln -s \"$PWD/$f\" %s; done", folder)
  return folder
end

--- The fenced blocks of a page, in order: language and text.
local function blocks(path)
  local found, page = {}, assert(io.open(path)):read "a"
  for language, text in page:gmatch "\n```(%w*)\n(.-)\n```" do
    found[#found + 1] = { language = language, text = text .. "\n" }
  end
  return found
end

describe("README.md", function()
  local page, folder = blocks "README.md", nil

  setup(function() folder = stand_in() end)
  teardown(function() shell.remove(folder) end)

  for i, block in ipairs(page) do
    local first = block.text:match "[^\n]*"
    if block.language == "lua" then
      it("prints what it says with the Lua block " .. i, function()
        local declarations = first:match "^%-%- (policies%.lua)"
        shell.write(folder .. "/" .. (declarations or "block.lua"), block.text)
        local out, status = shell.run(declarations and "cd %s && bin/bylaw validate policies.lua"
          or "lua5.4 %s/block.lua", folder)
        local expected = page[i + 1] and page[i + 1].language == "" and page[i + 1].text or ""
        assert.equal(expected, out)
        assert.equal(declarations and 1 or 0, status)
      end)
    elseif block.language == "sh" then
      for line in block.text:gmatch "[^\n]+" do
        it("runs `" .. line .. "`", function()
          -- make runs this very spec: that the target is there is what can be asked here
          local command = line:gsub("^make (%w+)$", "make help | grep -q 'make %1 '")
          local out, status = shell.run("cd %s\n%s", folder, command)
          assert.equal(0, status, out)
        end)
      end
    else
      it("has the plain block " .. i .. " as the output of a Lua block: " .. first, function()
        assert.equal("lua", page[i - 1].language)
      end)
    end
  end

  it("has Lua, shell and output to check", function() assert.is_true(#page >= 10) end)
end)
