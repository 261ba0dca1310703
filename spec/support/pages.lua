--- Pages of documentation, run block by block as a reader would: files are written, commands and
--- scripts are run, and what they print is compared with what the page says.
---
--- What a block is, its language and its first line say:
---   lua, sh, … whose first line is a comment with a file name alone: that file, written
---   console   lines with "$ " are commands (goes on behind a "\"), each ending with status 0; what
---             follows is what they print, both streams together
---   sh        commands, ending with status 0
---   lua       a script; a plain block behind it is what it prints. One that requires nothing is a
---             fragment, and finds bylaw, a client and an emulator as locals
---   no language, not behind Lua: for the spec of that page to check
--- Anything else is data, which the spec of the page checks in its own way.
local shell = require "spec.support.shell"

local pages = {}

---@class spec.Block
---@field page string
---@field line integer   of its first fence
---@field language string
---@field text string
---@field file? string   what it is to be written to
---@field printed? string  of a script: the plain block behind it

local FILE = "^[-#/]+ ([%w_./-]+%.%w+)%s*\n"

--- The fenced blocks of a page, in order.
---@return spec.Block[]
function pages.blocks(path)
  local found, open, number = {}, nil, 0
  for line in io.lines(path) do
    number = number + 1
    local fence = line:match "^%s*```(.*)$"
    if open and fence then
      open.text = table.concat(open.lines)
      open.file = open.text:match(FILE)
      open = nil
    elseif open then
      table.insert(open.lines, line .. "\n")
    elseif fence then
      open = { page = path, line = number, language = fence, lines = {} }
      table.insert(found, open)
    end
  end
  assert(not open, path .. ": a block does not end")
  for i, block in ipairs(found) do
    local next_one = found[i + 1]
    if block.language == "lua" and next_one and next_one.language == "" then
      block.printed, next_one.is_printed = next_one.text, true
    end
  end
  return found
end

--- The commands of a console block: { command =, printed = }.
function pages.steps(text)
  local steps, goes_on = {}, false
  for line in text:gmatch "([^\n]*)\n" do
    local last = steps[#steps]
    if goes_on then
      last.command = last.command .. "\n" .. line
    elseif line:find "^%$ " then
      last = { command = line:sub(3), printed = "" }
      table.insert(steps, last)
    else
      last.printed = last.printed .. line .. "\n"
    end
    goes_on = (goes_on or line:find "^%$ ") and line:find "\\$" ~= nil
  end
  return steps
end

--- Lines in which something is told to be complete come as they end.
local function sort_complete(text)
  local out, run = {}, {}
  local function flush()
    table.sort(run)
    table.move(run, 1, #run, #out + 1, out)
    run = {}
  end
  for line in text:gmatch "[^\n]*\n?" do
    if line:find "complete after" then
      table.insert(run, line)
    else
      flush()
      table.insert(out, line)
    end
  end
  return table.concat(out)
end

--- What differs from run to run and from machine to machine, by a name.
function pages.steady(text)
  text = text:gsub("%x+%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x+", "GUID")
    :gsub("127%.0%.0%.1:%d+", "127.0.0.1:PORT"):gsub("after %d+s", "after 0s")
    :gsub("bylaw %d+%.%d+%.%d+%S*", "bylaw VERSION")
    :gsub("[^\n]*%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ[^\n]*", function(line)
      return (line:gsub("%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ", "TIME"):gsub("%S+@%S+", "WHO")
        :gsub("  +", "  "))
    end)
    :gsub("by %S+@%S+,", "by WHO,"):gsub("[^\n]*%f[%u]WHO%f[%U][^\n]*", function(line)
      return (line:gsub("  +", "  "))
    end)
  return sort_complete(text)
end

--- What a fragment of Lua finds.
local PRELUDE = 'local bylaw = require "bylaw" '
  .. 'local emulator = assert(require("bylaw.emulator").start()) '
  .. 'local client = assert(bylaw.connect { endpoint = emulator.url, '
  .. 'credential = emulator.token }) '

--- A block's text as a script of its own.
function pages.script(block)
  if block.text:find "require%s*%(?[\"']bylaw" then return block.text end
  if load("return " .. block.text) then return PRELUDE .. "return " .. block.text end
  return PRELUDE .. block.text
end

---@class spec.Reader
---@field folder string  where the reader stands
---@field env? string    words in front of each command, such as `env -i PATH=…`

--- Runs a command as the reader: what it prints, and its status.
function pages.run(reader, command)
  shell.write(reader.folder .. "/.command", command .. "\n")
  return shell.run("cd '%s' && %s sh .command </dev/null", reader.folder,
    reader.env and reader.env:gsub("%%", "%%%%") or "")
end

return pages
