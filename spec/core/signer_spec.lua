local cjson = require "cjson"
local core = require "bylaw.core"
local shell = require "spec.support.shell"

describe("bylaw.core.signer", function()
  local folder, both

  setup(function()
    folder = shell.scratch()
    shell.must("cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bylaw "
      .. "-keyout key.pem -out cert.pem && cat key.pem cert.pem >both.pem", folder)
    both = shell.read(folder .. "/both.pem")
  end)
  teardown(function() shell.remove(folder) end)

  it("tells the facts of the certificate as openssl does", function()
    local signer <close> = assert(core.signer(both))
    local facts = signer:facts()
    for name, digest in pairs { sha1 = "sha1", sha256 = "sha256" } do
      shell.must("cd '%s' && openssl x509 -in cert.pem -outform DER | openssl dgst -%s -binary >d",
        folder, digest)
      assert.equal(core.base64_write(shell.read(folder .. "/d"), "base64url"), facts[name])
    end
    assert.equal("CN=bylaw", facts.subject)
    assert.equal(2 * 86400, facts.not_after - facts.not_before)
    assert.same({ shell.must("openssl x509 -in '%s/cert.pem' -outform DER | base64 -w0", folder) },
      signer:chain())
  end)

  it("signs header and claims as they are", function()
    local signer <close> = assert(core.signer(both))
    for _, algorithm in ipairs { "PS256", "RS256" } do
      local token = assert(signer:sign(algorithm, '{"alg":"x"}', '{"a":1}'))
      assert.same({ '{"alg":"x"}', '{"a":1}' }, { core.token_read(token) })
      assert.equal(256, #core.base64_read(token:match "[^.]*$"))
    end
    assert.error_matches(function() signer:sign("none", "{}", "{}") end, "PS256 or RS256")
  end)

  it("refuses what has no key or no certificate, and is of no use once closed", function()
    for _, text in ipairs { "", "x", shell.read(folder .. "/key.pem"),
      shell.read(folder .. "/cert.pem") } do
      local signer, err = core.signer(text)
      assert.is_nil(signer)
      assert.equal("invalid", err.code)
    end
    local signer = core.signer(both)
    signer:close()
    signer:close()
    assert.error_matches(function() signer:facts() end, "the signer is closed")
    assert.error_matches(function() core.signer(both, "a\0b") end, "a password without NUL")
  end)

  it("shows nothing of the key", function()
    local signer <close> = core.signer(both)
    assert.matches("^bylaw%.signer: 0x%x+$", tostring(signer))
    assert.equal("bylaw.signer", getmetatable(signer))
  end)
end)

describe("bylaw.core.base64", function()
  it("writes and reads both flavours", function()
    for bytes, forms in pairs {
      [""] = { "", "" }, ["\xFB\xFF\xFE"] = { "+//+", "-__-" }, ["a"] = { "YQ==", "YQ" },
      ["ab"] = { "YWI=", "YWI" }, ["a\0c"] = { "YQBj", "YQBj" },
    } do
      assert.same(forms, { core.base64_write(bytes), core.base64_write(bytes, "base64url") })
      assert.same({ bytes, bytes }, { core.base64_read(forms[1]), core.base64_read(forms[2]) })
    end
    assert.same({ nil, { code = "invalid", message = "this is no base64" } },
      { core.base64_read "§" })
  end)
end)

describe("bylaw.core.token_read", function()
  it("takes a token apart, unverified", function()
    local header, claims = core.token_read "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."
    assert.same({ { alg = "none" }, { a = 1 } }, { cjson.decode(header), cjson.decode(claims) })
  end)

  it("refuses what is none, and does not quote it", function()
    for _, text in ipairs { "", "a", "a.b", "secret", "..", "a.b.c.d", "§.§.§" } do
      local header, err = core.token_read(text)
      assert.same({ nil, "invalid", "this is no signed token" }, { header, err.code, err.message })
    end
  end)
end)
