local bylaw = require "bylaw"
local errors = require "bylaw.errors"
local tasks = require "bylaw.tasks"

local function numbers(n)
  local i = 0
  return function()
    i = i + 1
    return i <= n and i or nil
  end
end

describe("bylaw.map", function()
  it("gives the results in the order of the items, whenever they came", function()
    local results = bylaw.map({ 0.03, 0.01, 0.02 }, function(seconds, i)
      tasks.sleep(seconds)
      return i * 10
    end)
    assert.same({ 10, 20, 30, n = 3, errors = {} }, results)
  end)

  it("has as many under way as asked for, and no more", function()
    for _, most in ipairs { 1, 3, 16 } do
      local under_way, peak = 0, 0
      bylaw.map(numbers(50), function()
        under_way = under_way + 1
        peak = math.max(peak, under_way)
        tasks.sleep(0.001)
        under_way = under_way - 1
      end, { concurrency = most })
      assert.equal(most, peak)
    end
  end)

  it("takes no items, and results that are nil", function()
    assert.same({ n = 0, errors = {} }, bylaw.map({}, error))
    assert.same({ n = 0, errors = {} }, bylaw.map(numbers(0), error))
    assert.same({ [2] = 2, n = 3, errors = {} }, bylaw.map({ 1, 2, 3 }, function(x)
      if x == 2 then return x end
    end))
  end)

  it("begins no more after an error, and lets finish what is under way", function()
    local done, refusal = {}, errors.new("conflict", "no")
    local results, err, rest = bylaw.map(numbers(100), function(x)
      tasks.sleep(x * 0.01)
      if x == 1 then return nil, refusal end
      table.insert(done, x)
      return x
    end, { concurrency = 3 })
    assert.is_nil(results)
    assert.equal(refusal, err)
    assert.same({ 2, 3 }, done)
    assert.same({ [2] = 2, [3] = 3, n = 3, errors = { refusal } }, rest)
  end)

  it("drops what is under way when asked to", function()
    local done, began = {}, tasks.now()
    local results, err, rest = bylaw.map(numbers(100), function(x)
      tasks.sleep(x == 2 and 0.01 or 5)
      if x == 2 then return nil, "stop" end
      table.insert(done, x)
    end, { concurrency = 3, on_error = "cancel" })
    assert.same({ nil, "stop", {}, { [2] = "stop" } }, { results, err, done, rest.errors })
    assert.is_true(tasks.now() - began < 1)
    assert.is_false(tasks.step())
  end)

  it("goes on with the others when asked to", function()
    local results, err = bylaw.map(numbers(4), function(x)
      if x % 2 == 0 then error(errors.new("gone", "was " .. x)) end
      return x
    end, { on_error = "continue" })
    assert.is_nil(err)
    assert.same({ 1, 3, 4, "was 2", "was 4" },
      { results[1], results[3], results.n, results.errors[2].message, results.errors[4].message })
  end)

  it("raises what fn raises, when the others are done", function()
    local done = 0
    assert.error_matches(function()
      bylaw.map(numbers(9), function(x)
        if x == 1 then error "a mistake" end
        tasks.sleep(0.01)
        done = done + 1
      end, { concurrency = 2, on_error = "continue" })
    end, "a mistake")
    assert.equal(0, done) -- the first had not let the second begin
  end)

  it("raises what the items raise", function()
    assert.error_matches(function() bylaw.map(function() error "no items" end, print) end,
      "no items")
  end)

  it("asks for one item at a time, even where the items wait themselves", function()
    local inside, i = 0, 0
    local results = bylaw.map(function()
      assert.equal(0, inside)
      inside = inside + 1
      tasks.sleep(0.001)
      inside = inside - 1
      i = i + 1
      return i <= 20 and i or nil
    end, function(x)
      tasks.sleep(0.005)
      return x
    end, { concurrency = 4 })
    assert.equal(20, results.n)
    for x = 1, 20 do assert.equal(x, results[x]) end
  end)

  it("ends when they do, however many workers wait for an item just then", function()
    for _, last in ipairs { 0, 1, 5 } do
      for _, broken in ipairs { false, true } do
        local i = 0
        local results, why = select(2, pcall(bylaw.map, function()
          tasks.sleep(0.001)
          i = i + 1
          if i > last and broken then error("no more", 0) end
          return i <= last and i or nil
        end, function(item) return item end, { concurrency = 8 }))
        assert.same({ broken and "no more" or last }, { broken and results or results.n, why })
      end
    end
  end)

  it("takes items from a user's own coroutine, and runs ones inside fn", function()
    local items = coroutine.wrap(function()
      for x = 1, 30 do
        tasks.sleep(0.001)
        coroutine.yield(x)
      end
    end)
    local results = bylaw.map(items, function(x)
      local sum = 0
      for y in coroutine.wrap(function()
        for y = 1, 3 do
          tasks.sleep(0.001)
          coroutine.yield(y * x)
        end
      end) do sum = sum + y end
      return sum
    end, { concurrency = 12 })
    assert.equal(30, results.n)
    for x = 1, 30 do assert.equal(6 * x, results[x]) end
  end)

  it("may stand inside another", function()
    local results = bylaw.map({ 1, 2, 3 }, function(x)
      local inner = bylaw.map({ 10, 20 }, function(y)
        tasks.sleep(0.002)
        return x * y
      end)
      return inner[1] + inner[2]
    end)
    assert.same({ 30, 60, 90, n = 3, errors = {} }, results)
  end)

  it("leaves no task behind when it is interrupted", function()
    local real = tasks.pause
    finally(function() tasks.pause = real end)
    tasks.pause = function() error("interrupted!", 0) end
    local ok, why = pcall(bylaw.map, numbers(9), function() tasks.sleep(60) end)
    assert.same({ false, "interrupted!" }, { ok, why })
    assert.is_false(tasks.step())
  end)

  it("needs no more memory for many items than for few", function()
    local function peak(n)
      collectgarbage()
      collectgarbage()
      local most = 0
      bylaw.map(numbers(n), function(x)
        if x % 16 == 0 then coroutine.yield() end
        if x % 1000 == 0 then
          collectgarbage()
          most = math.max(most, collectgarbage "count")
        end
      end)
      return most
    end
    assert.is_true(peak(100000) < peak(10000) + 64) -- KiB
  end)

  for message, given in pairs {
    ["map: items must be a list or a function, not a string"] = { "x", print },
    ["map: a function was expected, not a nil"] = { {} },
    ["map: concurrency must be a whole number from 1 to 1000"] = { {}, print, { concurrency = 0 } },
    ["map has no option 'concurency'; did you mean 'concurrency'?"] =
      { {}, print, { concurency = 1 } },
    ["map: on_error 'stop' is none of finish, cancel, continue"] =
      { {}, print, { on_error = "stop" } },
  } do
    it("raises: " .. message, function()
      local ok, err = pcall(function()
        local results = bylaw.map(table.unpack(given, 1, 3))
        return results
      end)
      assert.is_false(ok)
      assert.matches(message, err, 1, true)
      assert.matches("map_spec%.lua:%d+: ", err)
    end)
  end
end)
