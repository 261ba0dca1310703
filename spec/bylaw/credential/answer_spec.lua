local answer = require "bylaw.credential.answer"

local NOW = 1700000000

describe("bylaw.credential.answer", function()
  for what, value in pairs {
    ["a number"] = 1893553445, ["a numeric text"] = "1893553445",
    ["a date in UTC"] = "2030-01-02T03:04:05Z", ["one with a fraction"] = "2030-01-02T03:04:05.0Z",
    ["one with an offset"] = "2030-01-02T05:34:05+02:30",
    ["one with an offset without colon"] = "2030-01-01T22:04:05-0500",
    ["App Service's old date"] = "01/02/2030 03:04:05 AM +00:00",
    ["one of 24 hours"] = "1/2/2030 03:04:05 +00:00",
    ["one with an offset behind"] = "1/2/2030 5:04:05 AM +02:00",
  } do
    it("reads when a token ends from " .. what, function()
      assert.equal(1893553445, answer.moment(value))
    end)
  end

  it("reads the two halves of a day", function()
    local noon = answer.moment "2017-09-14T12:00:00Z"
    assert.equal(noon, answer.moment "09/14/2017 12:00:00 PM +00:00")
    assert.equal(noon - 43200, answer.moment "09/14/2017 12:00:00 AM +00:00")
    assert.equal(noon - 43200, answer.moment "09/14/2017 00:00:00 PM +00:00")
    assert.equal(noon + 3600, answer.moment "09/14/2017 01:00:00 PM +00:00")
  end)

  it("takes a date without a zone as local time", function()
    local at = 1893553445
    assert.equal(at, answer.moment(os.date("%Y-%m-%d %H:%M:%S.000000", at)))
  end)

  it("knows nothing of what makes no sense", function()
    for _, value in ipairs { "soon", "", {}, true, "2030-01-02", "2030-01-02T03:04:05X", "-1" } do
      assert.is_nil(answer.moment(value))
    end
  end)

  it("takes numbers as numbers and as texts, the moment before the lifetime", function()
    for _, case in ipairs {
      { { expires_in = 3599 }, 3599 }, { { expires_in = "86399" }, 86399 },
      { { expires_in = "1", expires_on = tostring(NOW + 10) }, 10 },
      { { expires_in = "7", expires_on = "soon" }, 7 }, { {}, nil },
    } do
      case[1].access_token = "t"
      assert.same({ token = "t", lifetime = case[2] }, answer.read(case[1], NOW))
    end
    assert.same({ token = "t", lifetime = 86400, refresh_in = 43200, refresh_token = "r" },
      answer.read({ access_token = "t", expires_in = 86400, refresh_in = "43200",
        refresh_token = "r" }, NOW))
    assert.is_nil(answer.read({ access_token = "t", refresh_token = "" }, NOW).refresh_token)
  end)
end)
