local core = require "bylaw.core"

describe("bylaw.core.guid_number", function()
  it("is the last sixteen digits, in either case", function()
    for text, number in pairs {
      ["00000000-0000-0000-0000-000000000000"] = 0,
      ["ffffffff-ffff-ffff-0000-000000000001"] = 1,
      ["01234567-89ab-cdef-0123-456789abcdef"] = 0x0123456789abcdef,
      ["01234567-89AB-CDEF-0123-456789ABCDEF"] = 0x0123456789abcdef,
      ["00000000-0000-0000-ffff-ffffffffffff"] = -1,
    } do
      assert.equal(number, core.guid_number(text))
    end
  end)

  it("is nil of what is no GUID", function()
    for _, text in ipairs { "", "1", "0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdeg",
      "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0",
      "01234567089ab-cdef-0123-456789abcdef" } do
      assert.is_nil((core.guid_number(text)))
    end
  end)

  it("is an integer of an id that was just made", function()
    assert.equal("integer", math.type(core.guid_number(core.guid())))
  end)
end)
