local definition = require "bylaw.render.html.definition"

--- Lines with their signs.
local function marked(a, b)
  local lines = {}
  for i, line in ipairs(definition.compare(a, b)) do lines[i] = line[1] .. line[2] end
  return lines
end

local function numbered(from, to)
  local lines = {}
  for i = from, to do lines[#lines + 1] = tostring(i) end
  return lines
end

describe("bylaw.render.html.definition", function()
  it("writes members in the order of the kind, whatever the text's", function()
    local expected = { "{", '  "Version": 1,', '  "AccessTokenLifetime": "8:00:00"', "}" }
    assert.same(expected, definition.lines("tokenLifetimePolicy",
      { '{"TokenLifetimePolicy":{"AccessTokenLifetime":"8:00:00","Version":1}}' }))
    assert.same(expected, definition.lines("tokenLifetimePolicy",
      { AccessTokenLifetime = "8:00:00", Version = 1 }))
  end)

  it("writes a text that cannot be read as it is, and nothing for nothing", function()
    assert.same({ "no JSON", "at all" },
      definition.lines("tokenLifetimePolicy", { "no JSON\nat all" }))
    assert.same({}, definition.lines("tokenLifetimePolicy", nil))
  end)

  for _, case in ipairs {
    { {}, {}, {} },
    { { "a" }, { "a" }, { " a" } },
    { {}, { "a" }, { "+a" } },
    { { "a" }, {}, { "-a" } },
    { { "a", "b", "c" }, { "a", "x", "c" }, { " a", "-b", "+x", " c" } },
    { { "a", "b" }, { "b", "a" }, { "-a", " b", "+a" } },
  } do
    it(("makes %d lines of %d and %d"):format(#case[3], #case[1], #case[2]), function()
      assert.same(case[3], marked(case[1], case[2]))
    end)
  end

  it("compares 400 lines, and of more shows all as gone and come", function()
    assert.equal(400, #marked(numbered(1, 400), numbered(1, 400)))
    assert.equal(802, #marked(numbered(1, 401), numbered(1, 401)))
  end)

  it("colours what goes and comes, and escapes it", function()
    assert.equal('<pre class="definition"><span>  {\n</span><span>    &quot;Version&quot;: 1,\n'
      .. '</span><del>\u{2212}   &quot;X&quot;: &quot;&lt;&quot;\n</del>'
      .. '<ins>+   &quot;X&quot;: &quot;&gt;&quot;\n</ins><span>  }\n</span></pre>',
      definition.html("tokenLifetimePolicy", { Version = 1, X = "<" }, { Version = 1, X = ">" }))
  end)
end)
