local random = require "spec.support.random"
local text = require "bylaw.cli.text"

describe("bylaw.cli.text", function()
  for given, shown in pairs {
    ["plain"] = "plain",
    ["tök日本"] = "tök日本",
    ["a\27[31mb"] = [[a\u{1B}[31mb]],
    ["a\0b\tc\nd\re"] = [[a\u{0}b\tc\nd\re]],
    ["\u{9B}31m"] = [[\u{9B}31m]],
    ["\x7F"] = [[\u{7F}]],
    ["right\u{202E}tfel"] = [[right\u{202E}tfel]],
    ["two\u{2028}lines"] = [[two\u{2028}lines]],
    ["\u{FEFF}mark"] = [[\u{FEFF}mark]],
    ["broken \xC3("] = [[broken \xC3(]],
    ["surrogate \xED\xA0\x80"] = [[surrogate \xED\xA0\x80]],
    ["می‌خواهم"] = "می‌خواهم", -- the joiner in it is part of the word
  } do
    it(("shows %q so that a terminal obeys nothing in it"):format(given), function()
      assert.equal(shown, text.shown(given))
    end)
  end

  it("keeps the line breaks of a text of many lines, and no other control", function()
    assert.equal("a\nb\\tc", text.lines "a\nb\tc")
  end)

  it("quotes a name, its quotes escaped", function()
    assert.equal([["say \"x\"\n"]], text.quoted 'say "x"\n')
  end)

  it("replaces what is no UTF-8 where JSON wants a text", function()
    assert.equal("a\u{FFFD}b", text.valid "a\xFFb")
    assert.equal("ü", text.valid "ü")
  end)

  for given, width in pairs {
    [""] = 0, ["abc"] = 3, ["äöü"] = 3, ["日本"] = 4, ["한국"] = 4, ["😀"] = 2, ["é"] = 1,
    ["e\u{301}"] = 1, ["\xFF"] = 1,
  } do
    it(("counts %d columns for %q"):format(width, given), function()
      assert.equal(width, text.width(given))
    end)
  end

  for _, case in ipairs {
    { "abcdef", 6, "abcdef" }, { "abcdefg", 6, "abc..." }, { "日本日本", 8, "日本日本" },
    { "日本日本", 7, "日本..." }, { "日本日本", 6, "日..." }, { "abcdef", 2, ".." }, { "", 0, "" },
  } do
    it(("cuts %q to %d columns"):format(case[1], case[2]), function()
      assert.equal(case[3], text.cut(case[1], case[2]))
    end)
  end

  for _, case in ipairs {
    { "a short line", 12, "a short line" },
    { "a line that is too long", 12, "a line that\n    is too\n    long" },
    { "  + name: \"two  blanks\"", 20, "  + name: \"two\n      blanks\"" },
    { "  # kind.label will be created", 20, "  # kind.label will\n  #   be created" },
    { "\27[1m  # kind.label will be made\27[0m", 20,
      "\27[1m  # kind.label will\n  #   be made\27[0m" },
    { "\27[32m+\27[0m 23456789 12", 13, "\27[32m+\27[0m 23456789 12" },
    { "\27[32m+\27[0m 23456789 12", 12, "\27[32m+\27[0m 23456789\n    12" },
    { "  # kind.nothing-fits-this will be", 12,
      "  # kind.nothing-fits-this\n  #   will\n  #   be" },
    { "日本 日本 日本", 9, "日本 日本\n    日本" },
    { "  ", 1, "  " }, { "", 0, "" },
  } do
    it(("folds %q at %d columns"):format(case[1], case[2]), function()
      assert.equal(case[3], text.fold(case[1], case[2]))
    end)
  end

  it("loses nothing of a line that it folds but blanks at its breaks", function()
    local draw = random.new(random.seed())
    for _ = 1, 500 do
      local words, width = {}, draw:int(12, 40)
      for i = 1, draw:int(1, 12) do
        words[i] = ("x"):rep(draw:int(1, 8)) .. (" "):rep(draw:int(1, 3))
      end
      local line = (table.concat(words):gsub(" +$", ""))
      local folded = text.fold(line, width)
      assert.equal((line:gsub(" ", "")), (folded:gsub("[ \n]", "")))
      for one in folded:gmatch "[^\n]+" do assert.is_true(#one <= width, folded) end
      local joined = folded:gsub("\n    ", " ")
      assert.equal((line:gsub(" +", " ")), (joined:gsub(" +", " ")))
    end
  end)

  it("takes the last characters that fit", function()
    assert.equal("def", text.tail("abcdef", 3))
    assert.equal("abc", text.tail("abc", 3))
    assert.equal("b日", text.tail("a日b日", 4))
    assert.equal("", text.tail("日", 1))
  end)

  it("fills up by columns, not by bytes", function()
    assert.equal("日本  ", text.pad("日本", 6))
    assert.equal("longer", text.pad("longer", 2))
  end)

  it("breaks at blanks, and leaves a word whole that is longer than a line", function()
    assert.same({ "one two", "three", "http://long.example/", "x" },
      text.wrap("one two  three http://long.example/ x", 8))
    assert.same({ "abcd efg" }, text.wrap("abcd efg", 8))
    assert.same({ "abcd", "efgh" }, text.wrap("abcd efgh", 8))
    assert.same({}, text.wrap("", 8))
  end)

  it("counts with the right noun", function()
    assert.equal("1 error", text.count(1, "error"))
    assert.equal("0 policies", text.count(0, "policy", "policies"))
  end)
end)
