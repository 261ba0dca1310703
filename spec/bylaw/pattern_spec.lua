--- The sandbox's patterns against those of Lua's own library, on generated texts and patterns.
local core = require "bylaw.core"
local random = require "spec.support.random"

local ITEMS = { "a", "b", ".", "%a", "%d", "%W", "[ab]", "[^a]",
  "[a-c%d]", "[]]", "[%]x]", "%.", "x",
  "%bab", "%f[%w]", "%f[^a]", "%1", "%2", "(", ")", "()", "^", "$", "%", "[", "%b", "-", "*", "\0" }
local REPEATS = { "", "", "", "*", "+", "-", "?" }
local LETTERS = { "a", "b", "c", "1", "x", "]", ".", " ", "\0", "é" }
local REPLACEMENTS = { "<%0>", "%1", "%2%%", "", "%", "%9" }

local function make(rand, list, more, most)
  local pieces = {}
  for i = 1, rand:int(0, most) do
    pieces[i] = list[rand:int(1, #list)] .. (more and more[rand:int(1, #more)] or "")
  end
  return table.concat(pieces)
end

describe("patterns in the sandbox", function()
  local LIMITS = { instructions = 1e9, memory = 1e8, seconds = 60, output = 1e8 }

  --- What the functions of the library say; errors without the place where they were raised. It is
  --- called here, and handed over as it is to run inside.
  local function program(host)
    local string, table, pcall, select, tostring = string, table, pcall, select, tostring
    return function(text, pattern, replacement)
      local function collect()
        local found = {}
        for a, b in string.gmatch(text, pattern) do
          found[#found + 1] = tostring(a) .. "|" .. tostring(b)
          if #found == 20 then break end
        end
        return table.concat(found, ",")
      end
      local all = {}
      local function add(done, ...)
        all[#all + 1] = tostring(done)
        for i = 1, select("#", ...) do
          local one = tostring((select(i, ...)))
          all[#all + 1] = done and one or one:gsub("^[^\n]-:%-?%d+: ", ""):gsub("'%a+'", "'?'")
        end
      end
      add(pcall(string.find, text, pattern))
      add(pcall(string.find, text, pattern, -3))
      add(pcall(string.find, text, pattern, 2, true))
      add(pcall(string.match, text, pattern, 2))
      add(pcall(collect))
      add(pcall(string.gsub, text, pattern, replacement))
      add(pcall(string.gsub, text, pattern, { a = "A", b = false, ["1"] = 1 }, 3))
      add(pcall(string.gsub, text, pattern, function(x) return x == "a" and "" or nil end))
      host.say(table.concat(all, "\1"))
    end
  end

  it("find, match and replace what Lua's own do, and refuse what those refuse", function()
    local said
    local host = { say = function(text) said = text end }
    local answer = program(host)
    local box <close> = core.sandbox(string.dump(program, true), host, LIMITS)
    local rand, done, refused = random.new(3), 0, 0
    for _ = 1, 4000 do
      local text, pattern = make(rand, LETTERS, nil, 8), make(rand, ITEMS, REPEATS, 5)
      local replacement = REPLACEMENTS[rand:int(1, #REPLACEMENTS)]
      answer(text, pattern, replacement)
      local expected = said
      assert(box:call(text, pattern, replacement))
      assert.equal(expected, said, ("%q %q %q"):format(text, pattern, replacement))
      done = done + (expected:find "^true\1%d" and 1 or 0)
      refused = refused + (expected:find "^false" and 1 or 0)
    end
    assert.is_true(done > 400 and refused > 400, done .. " " .. refused)
  end)
end)
