local escape = require "bylaw.render.html.escape"

describe("bylaw.render.html.escape", function()
  for _, case in ipairs {
    { "plain text", "plain text" },
    { "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
    { [["a" & 'b']], "&quot;a&quot; &amp; &#39;b&#39;" },
    { "Zürich 東京 😀", "Zürich 東京 😀" },
    { "a\nb\tc", "a\nb\tc" },
    { "a\0b\27[2J", "a\\u{0}b\\u{1B}[2J" },
    { "gro\xDF", "gro\u{FFFD}" },
    { "\xFF<", "\u{FFFD}&lt;" },
    { "invoice\u{202E}fdp", "invoice\\u{202E}fdp" },
    { "a\u{200B}b\u{2066}c\u{FEFF}", "a\\u{200B}b\\u{2066}c\\u{FEFF}" },
    { "tag\u{E0041}", "tag\\u{E0041}" },
    { "nel\u{85}shy\u{AD}", "nel\\u{85}shy\\u{AD}" },
    { 8, "8" },
    { true, "true" },
  } do
    it(("writes %q as %q"):format(tostring(case[1]), case[2]), function()
      assert.equal(case[2], escape(case[1]))
    end)
  end
end)
