local challenge = require "bylaw.credential.challenge"
local cjson = require "cjson"

--- From the identity platform's documentation.
local DOCUMENTED = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/'
  .. 'oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", '
  .. 'error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwi'
  .. 'dmFsdWUiOiIxNzY3MjI1NjAwIn19fQ=="'

local EXPECTED = { access_token = { nbf = { essential = true, value = "1767225600" },
  xms_cc = { values = { "cp1" } } } }

local function claims(header)
  local text = challenge.claims { ["www-authenticate"] = header }
  return text and cjson.decode(text)
end

describe("bylaw.credential.challenge", function()
  it("reads the documented challenge, and adds that the client takes one", function()
    assert.same(EXPECTED, claims(DOCUMENTED))
  end)

  for what, header in pairs {
    ["parameters in another order"] = 'Bearer claims="%s", realm="", error="insufficient_claims"',
    ["a challenge of another scheme before it"] = 'Basic realm="a, claims=\\"x\\"", Bearer '
      .. 'claims="%s"',
    ["one behind it"] = 'Bearer claims="%s", Negotiate abc==',
    ["other letters and blanks"] = 'bearer  CLAIMS = "%s"',
    ["no quotes"] = "Bearer claims=%s",
  } do
    it("reads it with " .. what, function()
      for _, encoded in ipairs { DOCUMENTED:match 'claims="(.-)"',
        DOCUMENTED:match 'claims="(.-)=*"' } do
        assert.same(EXPECTED, claims(header:format(encoded)))
      end
    end)
  end

  it("takes what is of the URL's alphabet", function()
    -- {"access_token":{"a":"??>>"}} has both letters that differ
    assert.same({ access_token = { a = "??>>", xms_cc = { values = { "cp1" } } } },
      claims 'Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnsiYSI6Ij8_Pj4ifX0"')
    assert.same({ access_token = { a = "??>>", xms_cc = { values = { "cp1" } } } },
      claims 'Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnsiYSI6Ij8/Pj4ifX0="')
  end)

  it("gives nothing for a plain 401, or for what makes no sense", function()
    for _, header in ipairs { 'Bearer realm="", authorization_uri="https://x", client_id="y"',
      "Bearer", "", 'Bearer claims="§"', 'Bearer claims="', 'Bearer error="claims=x"',
      'Bearer claims="bm8"', "=", ",,," } do
      local found = claims(header)
      assert.is_nil(found, header)
    end
    assert.is_nil(challenge.claims {})
  end)
end)
