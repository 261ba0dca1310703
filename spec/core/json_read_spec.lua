local core = require "bylaw.core"
local shared = require "spec.support.shared"

--- The one problem of a text that cannot be read.
local function problem(text, lenient)
  local value, err = core.json_read(text, lenient)
  assert.is_nil(value)
  assert.equal("invalid", err.code)
  local errors = {}
  for _, found in ipairs(err.problems) do
    if found.severity == "error" then errors[#errors + 1] = found end
  end
  assert.equal(1, #errors)
  return errors[1]
end

local function nested(levels) return ("["):rep(levels) .. ("]"):rep(levels) end

describe("core.json_read", function()
  it("reads every kind of value", function()
    local text = [[ {"a":[1,-2.5,"x",true,false,null],"b":{"c":{}}} ]]
    assert.same({ a = { 1, -2.5, "x", true, false, core.null }, b = { c = {} } },
                core.json_read(text))
  end)

  it("keeps integers of 64 bits exact and tells them from other numbers", function()
    local cases = {
      { "9007199254740993", 9007199254740993, "integer" },
      { "9223372036854775807", math.maxinteger, "integer" },
      { "-9223372036854775808", math.mininteger, "integer" },
      { "9223372036854775808", 9223372036854775808.0, "float" },
      { "1.0", 1, "integer" },
      { "1e2", 100, "integer" },
      { "0.1", 0.1, "float" },
      { "-0", -0.0, "float" },
    }
    for _, case in ipairs(cases) do
      local value = core.json_read(case[1])
      assert.equal(case[2], value)
      assert.equal(case[3], math.type(value), case[1])
    end
  end)

  it("reads numbers in the same way whatever the locale's decimal point", function()
    local before = os.setlocale(nil, "numeric")
    for _, locale in ipairs { "de_DE.UTF-8", "fr_FR.UTF-8", "C" } do
      if os.setlocale(locale, "numeric") then
        assert.equal(1.5, core.json_read "1.5")
        assert.equal("1.5", core.json_write(1.5))
      end
    end
    os.setlocale(before, "numeric")
  end)

  it("reads escapes, surrogate pairs and U+2028", function()
    assert.equal('"\\/\b\f\n\r\té😀\u{2028}\0',
                 core.json_read [["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u2028\u0000"]])
  end)

  it("names the line and column where a text goes wrong", function()
    local cases = {
      { "", 1, 1, "the text ends where a value is due" },
      { "[1,\n 2 3]", 2, 4, 'a comma or ] is due here, not "3]"' },
      { '{"a" 1}', 1, 6, 'a colon is due here, not "1}"' },
      { '{a:1}', 1, 2, 'a key in double quotes is due here, not "a:1}"' },
      { '["x]', 1, 2, "this string does not end" },
      { "[01]", 1, 2, "not a number as JSON writes it" },
      { "1e400", 1, 1, "a number beyond all range" },
      { "[1]\0", 1, 4, 'the end of the text is due here, not "\\x00"' },
      { '["\\ud800"]', 1, 3, "half of a surrogate pair" },
      { '["\\x"]', 1, 3, "a backslash that escapes nothing; \\\\ writes one" },
      { "[1,]", 1, 3, "a comma before a closing bracket" },
      { "['x']", 1, 2, "a string in single quotes; JSON has double quotes" },
      { "[1] // x", 1, 5, "a comment; JSON has none" },
      { "\xEF\xBB\xBF1", 1, 1, "a byte order mark before the text" },
      { '["a\nb"]', 1, 4, "a raw line break or tab in a string; JSON writes \\n, \\t" },
      { '["a\1b"]', 1, 4, "a control character in a string; JSON writes it as \\u00XX" },
    }
    for _, case in ipairs(cases) do
      local found = problem(case[1])
      assert.same({ "invalid_json", case[2], case[3], case[4] },
                  { found.code, found.line, found.column, found.message })
    end
  end)

  it("names the first byte that is not UTF-8", function()
    for _, case in ipairs { { '["a\xffb"]', 4 }, { '["é\xc3"]', 5 }, { "\xed\xa0\x80", 1 },
                            { '["' .. ("x"):rep(1000) .. '\xc0\x80"]', 1003 } } do
      local found = problem(case[1])
      assert.same({ "invalid_utf8", case[2] }, { found.code, found.column })
    end
  end)

  it("takes 100 levels of nesting and no more", function()
    assert.is_table(core.json_read(nested(100)))
    assert.equal("too_deep", problem(nested(101)).code)
    assert.equal("too_deep", problem(("["):rep(1000000)).code)
  end)

  it("leniently takes single quotes, trailing commas, comments, a mark and line breaks", function()
    local text = "\xEF\xBB\xBF{'a': [1, 2,], /* x */ 'b': \"it's\n\", 'c': 'it\\'s',} // end"
    assert.same({ a = { 1, 2 }, b = "it's\n", c = "it's" }, core.json_read(text, true))
  end)

  it("leniently still refuses what would have to be guessed", function()
    for _, text in ipairs { "{a:1}", "[,]", "[1,,2]", "{,}", "[1 2]", "/* x", "'", "{{}}" } do
      assert.equal("invalid_json", problem(text, true).code, text)
    end
  end)

  it("reads a value back from what json_write made of it", function()
    local value = { a = { 1, 2.5, "x\0y", core.null }, b = { [""] = true }, c = math.mininteger }
    assert.same(value, core.json_read(core.json_write(value)))
  end)

  it("keeps an empty array an array and an empty object an object", function()
    assert.equal('{"a":[],"b":{}}', core.json_write(core.json_read '{"a":[],"b":{}}'))
  end)

  shared.describe("on the JSON test suite", "json-test-suite", function(folder)
    local counts, forgiven = { y = 0, n = 0, i = 0 }, {}
    for _, name in ipairs(shared.files(folder)) do
      local verdict = name:match "^([yni])_.*%.json$"
      if verdict then
        counts[verdict] = counts[verdict] + 1
        it("judges " .. name, function()
          local text = shared.read(folder .. "/" .. name)
          local value, err = core.json_read(text)
          local lenient_value, lenient_err = core.json_read(text, true)
          if verdict == "y" then
            assert.is_nil(err)
            assert.is_nil(lenient_err)
            assert.same(value, lenient_value)
          elseif verdict == "n" then
            assert.is_nil(value)
            assert.equal("invalid", err.code)
            if not lenient_err then forgiven[#forgiven + 1] = name:match "^n_(.*)%.json$" end
          end
        end)
      end
    end
    it("leniently forgives single quotes, trailing commas, comments, line breaks only", function()
      assert.same({
        "array_extra_comma", "array_number_and_comma", "object_single_quote",
        "object_trailing_comma", "object_trailing_comment",
        "object_trailing_comment_slash_open", "string_single_quote",
        "string_unescaped_newline", "string_unescaped_tab", "structure_object_with_comment",
      }, forgiven)
    end)
    it("has cases of every verdict", function()
      assert.is_true(counts.y > 90 and counts.n > 180 and counts.i > 30)
    end)
  end)
end)
