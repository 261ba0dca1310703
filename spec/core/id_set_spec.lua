local core = require "bylaw.core"

--- GUIDs that differ in their first or their second half.
local function guid(high, low) return ("%08x-0000-4000-8000-%012x"):format(high, low) end

describe("bylaw.core.id_set", function()
  it("has what was added, and nothing else", function()
    local set, ids = core.id_set(), {
      guid(0, 1), "", "x", "00000000-0000-0000-0000-000000000000", "no GUID at all", "\0", "\0\0",
      "01234567-89ab-cdef-0123-456789abcdeg", "01234567-89ab-cdef-0123-456789abcde",
    }
    for i, id in ipairs(ids) do
      for j, other in ipairs(ids) do assert.equal(j < i, set:has(other)) end
      set:add(id)
      set:add(id)
    end
    for _, id in ipairs(ids) do assert.is_true(set:has(id)) end
    for _, id in ipairs { guid(0, 2), "y", "00000000-0000-0000-0000-000000000002" } do
      assert.is_false(set:has(id))
    end
  end)

  it("takes a GUID in either case of its letters for the same, and other ids not", function()
    local set = core.id_set()
    set:add "01234567-89ab-cdef-0123-456789abcdef"
    set:add "some name"
    assert.same({ true, true, false }, { set:has "01234567-89AB-CDEF-0123-456789ABCDEF",
      set:has "01234567-89ab-CDEF-0123-456789abCDEF", set:has "Some Name" })
  end)

  it("has the last ten thousand, and not all that there ever were", function()
    local set, most = core.id_set(), 10000
    for i = 1, 3 * most do
      set:add(guid(i, i))
      if i % 500 == 0 then
        for j = math.max(1, i - most + 1), i do
          if not set:has(guid(j, j)) then error(("of %d, %d is forgotten"):format(i, j)) end
        end
      end
    end
    assert.is_false(set:has(guid(1, 1)))
    assert.is_false(set:has(guid(most, most)))
  end)

  it("raises for what is no text and for what is no set", function()
    local set = core.id_set()
    assert.error_matches(function() set:add(nil) end, "string expected")
    assert.error_matches(function() set:has {} end, "string expected")
    assert.error_matches(function() set.add({}, "x") end, "bylaw.id_set expected")
    assert.error_matches(function() set.add(io.stdout, "x") end, "bylaw.id_set expected")
  end)
end)
