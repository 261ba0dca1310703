local credential = require "bylaw.credential"
local errors = require "bylaw.errors"
local shell = require "spec.support.shell"

local TOKEN = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl-_~+/="

--- Tokens that must not be sent, by what is said of them.
local BAD = {
  ["is empty"] = { "" },
  ["has a character that no token has, such as a blank or a line break"] = {
    "secret\r\nX-Evil: 1", "secret\n", "sec ret", "secret\0", "secret\127", "sécret", "\tsecret",
  },
  ['begins with "Bearer ", which is added by bylaw'] = { "Bearer secret", "bearer secret" },
}

--- Everything that can be seen of a value, keys and all.
local function visible(value, seen)
  seen = seen or {}
  if type(value) ~= "table" or seen[value] then return tostring(value) end
  seen[value] = true
  local parts = { tostring(value) }
  for key, inner in pairs(value) do
    table.insert(parts, visible(key, seen) .. "=" .. visible(inner, seen))
  end
  return table.concat(parts, " ")
end

describe("bylaw.credential.static", function()
  it("gives its token, and shows it to nobody", function()
    local one = assert(credential.static(TOKEN))
    assert.equal(TOKEN, one:token())
    assert.equal("bylaw.credential.static (a token)", tostring(one))
    assert.is_nil(visible(one):find(TOKEN, 1, true))
  end)

  for words, tokens in pairs(BAD) do
    it("refuses a token that " .. words, function()
      for _, token in ipairs(tokens) do
        assert.same({ nil, { code = "no_token",
          message = "the token from bylaw.credential.static " .. words } },
          { credential.static(token) })
      end
    end)
  end
end)

describe("bylaw.credential.callback", function()
  it("asks each time, with the scope", function()
    local scopes = {}
    local one = credential.callback(function(scope)
      table.insert(scopes, scope)
      return "token" .. #scopes
    end)
    assert.equal("token1", one:token "a/.default")
    assert.equal("token2", one:token "b/.default")
    assert.same({ "a/.default", "b/.default" }, scopes)
    assert.equal("bylaw.credential.callback (a function)", tostring(one))
  end)

  for words, tokens in pairs(BAD) do
    it("refuses a token that " .. words, function()
      for _, token in ipairs(tokens) do
        assert.same({ nil, { code = "no_token",
          message = "the token from the credential " .. words } },
          { credential.callback(function() return token end):token() })
      end
    end)
  end

  it("says what the function said when it gave none", function()
    local function outcome(...)
      local results = table.pack(...)
      return select(2, credential.callback(function()
        return table.unpack(results, 1, results.n)
      end):token())
    end
    assert.same({ code = "no_token", message = "the credential gave no token: locked" },
      outcome(nil, "locked"))
    local silent = { code = "no_token", message = "the credential gave no token" }
    assert.same(silent, outcome(nil))
    assert.same(silent, outcome())
    assert.same({ code = "no_token",
      message = "the token from the credential is a table where a string was expected" },
      outcome {})
    local own = errors.new("expired", "sign in again")
    assert.equal(own, outcome(nil, own))
  end)

  it("lets through what the function raises", function()
    assert.error_matches(function() credential.callback(function() error "boom" end):token() end,
      "boom")
  end)
end)

describe("bylaw.credential.token_file", function()
  local folder, path

  setup(function()
    folder = shell.scratch()
    path = folder .. "/token"
  end)
  teardown(function() shell.remove(folder) end)

  it("reads the file each time, without the blanks around the token", function()
    local one = credential.token_file(path)
    shell.write(path, TOKEN .. "\n")
    assert.equal(TOKEN, one:token())
    shell.write(path, "\r\n other\t\n\n")
    assert.equal("other", one:token())
    assert.equal(("bylaw.credential.token_file (%s)"):format(path), tostring(one))
  end)

  it("refuses what is no token, and does not quote it", function()
    for words, texts in pairs {
      ["is empty"] = { "", "\n", " \r\n " },
      ["has a character that no token has, such as a blank or a line break"] =
        { "secret\nX-Evil: 1\n", "sec\0ret" },
    } do
      for _, text in ipairs(texts) do
        shell.write(path, text)
        assert.same({ nil, { code = "no_token", message = ("the token from the file %s %s"):format(
          path, words) } }, { credential.token_file(path):token() })
      end
    end
  end)

  it("says why there is nothing to read", function()
    local missing = folder .. "/missing"
    assert.same({ nil, { code = "no_token",
      message = ("no token could be read: %s: No such file or directory"):format(missing) } },
      { credential.token_file(missing):token() })
    assert.same({ nil, { code = "no_token", message = ("no token could be read: %s: Is a "
      .. "directory"):format(folder) } },
      { credential.token_file(folder):token() })
  end)

  it("reads 64 KiB, and not one byte more", function()
    shell.write(path, ("a"):rep(65536))
    assert.equal(65536, #credential.token_file(path):token())
    shell.write(path, ("a"):rep(65537))
    assert.same({ nil, { code = "no_token",
      message = ("no token could be read: %s: larger than 65536 bytes"):format(path) } },
      { credential.token_file(path):token() })
  end)
end)

describe("bylaw.credential.of", function()
  it("takes a token, a function and a credential", function()
    assert.equal(TOKEN, credential.of(TOKEN):token())
    assert.equal(TOKEN, credential.of(function() return TOKEN end):token())
    local static = credential.static(TOKEN)
    assert.equal(static, credential.of(static))
  end)

  it("takes an object of somebody else's making, and looks at its tokens", function()
    local foreign = { given = TOKEN }
    function foreign:token(scope) return self.given, "for " .. tostring(scope) end
    local one = credential.of(foreign)
    assert.equal(TOKEN, one:token())
    foreign.given = "a\r\nX-Evil: 1"
    assert.equal("no_token", select(2, one:token()).code)
    foreign.given = nil
    assert.same({ nil, { code = "no_token", message = "the credential gave no token: for s" } },
      { one:token "s" })
  end)

  it("refuses a text that is no token", function()
    assert.equal("no_token", select(2, credential.of "a b").code)
  end)

  it("raises for anything else", function()
    for _, value in ipairs { 1, true, {} } do
      assert.error_matches(function() credential.of(value) end,
        "a credential is a token, a function")
    end
  end)
end)
