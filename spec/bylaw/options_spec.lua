local options = require "bylaw.options"

--- A function that takes options, so that errors are in its caller's name.
local function brew(given)
  local checked = options.check("brew", given, { sugar = "number", milk = "boolean string" })
  return checked
end

describe("bylaw.options.check", function()
  it("lets through what fits, and nil as no options", function()
    local given = { sugar = 1, milk = "oat" }
    assert.equal(given, brew(given))
    assert.same({}, brew(nil))
  end)

  for message, given in pairs {
    ["brew has no option 'suger'; did you mean 'sugar'%?"] = { suger = 1 },
    ["brew has no option 'whiskey'$"] = { whiskey = 1 },
    ["brew has no option '1'$"] = { "sugar" },
    ["brew: option 'sugar' must be a number, not a string"] = { sugar = "1" },
    ["brew: option 'milk' must be a boolean or string, not a number"] = { milk = 1 },
    ["brew takes a table of options, not a string"] = "sugar",
  } do
    it("raises in the caller's name: " .. message, function()
      local ok, err = pcall(function() brew(given) end)
      assert.is_false(ok)
      assert.matches("^[^:]*options_spec%.lua:%d+: " .. message, err)
    end)
  end
end)

describe("bylaw.options.text", function()
  local function drink(what) options.text("drink: what", what) end

  it("lets through a text", function() drink "" end)

  it("raises in the caller's name for anything else", function()
    for _, what in pairs { 1, {}, false } do
      local _, err = pcall(function() drink(what) end)
      assert.matches("^[^:]*options_spec%.lua:%d+: drink: what must be a string, not a "
        .. type(what), err)
    end
  end)
end)

describe("bylaw.options.choice", function()
  local function order(cup) options.choice("order", cup, { "small", "large" }) end

  it("lets through what is among the choices", function()
    order "small"
    order "large"
  end)

  it("raises in the caller's name for what is not", function()
    for cup, message in pairs {
      larg = "order 'larg' is none of small, large; did you mean 'large'%?",
      bucket = "order 'bucket' is none of small, large$",
    } do
      local _, err = pcall(function() order(cup) end)
      assert.matches("^[^:]*options_spec%.lua:%d+: " .. message, err)
    end
  end)
end)
