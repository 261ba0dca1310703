--- What must hold for every definition, tried on many that a generator makes of the kinds' tables.
--- The seed is printed; BYLAW_SEED=N runs the same ones again.
local bylaw = require "bylaw"
local core = require "bylaw.core"
local generator = require "spec.support.generator"
local random = require "spec.support.random"

local CASES = 10000
local SEED = random.seed()

local encode, decode, equal = bylaw.definition.encode, bylaw.definition.decode,
  bylaw.definition.equal

--- Runs `property(kind, definition, r)` on CASES definitions, of each kind in turn. It returns
--- what is wrong, or nothing.
local function hold(property)
  for case = 1, CASES do
    local r = random.new(SEED * CASES + case)
    local kind = bylaw.kinds[case % #bylaw.kinds + 1]
    local definition = generator.definition(kind, r)
    local wrong, about = property(kind, definition, r)
    if wrong then
      error(("seed %d, case %d, %s: %s\n%s\n%s"):format(
        SEED, case, kind, wrong, core.json_write(definition), about or ""), 0)
    end
  end
end

describe("10000 definitions", function()
  io.write(("seed %d "):format(SEED))

  it("are accepted, and come back with nothing but wrapper and Version added", function()
    hold(function(kind, definition)
      local text, err = encode(kind, definition)
      if not text then return "refused", tostring(err) end
      local inner, problems = decode(kind, text)
      if not generator.same(inner, generator.written(kind, definition)) then
        return "other than written", text
      end
      for _, problem in ipairs(problems) do
        if problem.severity == "error" then return problem.message, text end
      end
    end)
  end)

  it("are the same text and table however often they are written and read", function()
    hold(function(kind, definition)
      local text = encode(kind, definition)
      local inner = decode(kind, text)
      local again = encode(kind, inner)
      if again ~= text then return "other bytes from the table that was read", text end
      if encode(kind, text) ~= text then return "other bytes from the text itself", text end
      if not generator.same(decode(kind, { again }), inner) then return "another table", text end
    end)
  end)

  it("are the same bytes whatever the order in which their tables were made", function()
    hold(function(kind, definition, r)
      local one, two = encode(kind, definition), encode(kind, generator.rebuilt(r, definition))
      if one ~= two then return "other bytes", one .. "\n" .. tostring(two) end
    end)
  end)

  it("are equal to themselves, written, read and reworded, from either side", function()
    hold(function(kind, definition, r)
      local text = encode(kind, definition)
      local reworded = generator.reworded(kind, r, definition)
      for name, one in pairs { itself = definition, text = text, inner = decode(kind, text),
                               list = { text }, reworded = reworded } do
        if not equal(kind, definition, one) or not equal(kind, one, definition) then
          return "unlike its " .. name, core.json_write(one)
        end
      end
    end)
  end)

  it("are accepted in other words, and then written as what means the same", function()
    hold(function(kind, definition, r)
      local reworded = generator.reworded(kind, r, definition)
      local text, err = encode(kind, reworded)
      if not text then return "refused: " .. core.json_write(reworded), tostring(err) end
      if not equal(kind, text, encode(kind, definition)) then return "unlike", text end
    end)
  end)

  it("are unlike what differs in one value, from either side", function()
    hold(function(kind, definition, r)
      local changed = generator.changed(r, definition)
      if not changed then return end
      if equal(kind, definition, changed) or equal(kind, changed, definition) then
        return "equal", core.json_write(changed)
      end
    end)
  end)
end)
