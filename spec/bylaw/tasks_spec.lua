local tasks = require "bylaw.tasks"

describe("bylaw.tasks", function()
  it("runs a task when somebody waits, and gives what it returns", function()
    local ran = false
    local task = tasks.spawn(function(a, b)
      ran = true
      return a + b, nil, "last"
    end, 1, 2)
    assert.is_false(ran)
    assert.same({ 3, nil, "last", n = 3 }, table.pack(task:join()))
    assert.same({ 3, nil, "last", n = 3 }, table.pack(task:join()))
  end)

  it("raises in whoever joins what the task raised", function()
    local problem = { "mine" }
    local task = tasks.spawn(error, problem)
    local ok, why = pcall(task.join, task)
    assert.is_false(ok)
    assert.equal(problem, why)
  end)

  it("lets others go on while one sleeps, and wakes in the order of the clock", function()
    local order = {}
    local function nap(name, seconds)
      tasks.sleep(seconds)
      table.insert(order, name)
    end
    local began, all = tasks.now(), {}
    for i, case in ipairs { { "c", 0.09 }, { "a", 0.03 }, { "d", 0.09 }, { "b", 0.06 } } do
      all[i] = tasks.spawn(nap, table.unpack(case))
    end
    nap("main", 0.075)
    for _, task in ipairs(all) do task:join() end
    assert.same({ "a", "b", "main", "c", "d" }, order)
    assert.is_true(tasks.now() - began < 0.2)
  end)

  it("sleeps outside of tasks as well, and not at all for nothing", function()
    local began = tasks.now()
    tasks.sleep(0)
    tasks.sleep(-1)
    assert.is_true(tasks.now() - began < 0.02)
    tasks.sleep(0.05)
    assert.is_true(tasks.now() - began >= 0.05)
  end)

  it("looks up from a long sleep twice a second, so that Lua sees an interrupt", function()
    local real, longest = tasks.pause, 0
    finally(function() tasks.pause = real end)
    tasks.pause = function(seconds)
      longest = math.max(longest, seconds)
      error("interrupted!", 0)
    end
    local ok, why = pcall(tasks.sleep, 3600)
    assert.same({ false, "interrupted!", 0.5 }, { ok, why, longest })
    assert.is_false(tasks.step())
  end)

  it("lets a task yield of its own accord", function()
    local order = {}
    local function turns(name)
      for i = 1, 3 do
        table.insert(order, name .. i)
        coroutine.yield()
      end
    end
    local a, b = tasks.spawn(turns, "a"), tasks.spawn(turns, "b")
    a:join()
    b:join()
    assert.same({ "a1", "b1", "a2", "b2", "a3", "b3" }, order)
  end)

  it("does not take the yields of a user's own coroutine for its own", function()
    local function numbers()
      return coroutine.wrap(function()
        for i = 1, 3 do
          tasks.sleep(0.002)
          coroutine.yield(i)
        end
      end)
    end
    local all, seen = {}, {}
    for t = 1, 40 do
      all[t] = tasks.spawn(function()
        local list = {}
        for i in numbers() do table.insert(list, i) end
        seen[t] = table.concat(list)
      end)
    end
    for _, task in ipairs(all) do task:join() end
    for t = 1, 40 do assert.equal("123", seen[t]) end
  end)

  it("cancels a task that sleeps and closes its variables", function()
    local closed = 0
    local task = tasks.spawn(function()
      local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
      tasks.sleep(60)
    end)
    tasks.step()
    assert.same({ true, false, true, 1 }, { task:cancel(), task:cancel(), task.done, closed })
    assert.error_matches(function() task:join() end, "^the task was cancelled$")
    assert.is_false(tasks.step())
  end)

  it("cancels a task that has not begun", function()
    local task = tasks.spawn(error, "never")
    assert.is_true(task:cancel())
    assert.is_false(tasks.step())
  end)

  it("raises for a wait that nothing can end", function()
    assert.error_matches(function() tasks.wait {} end, "a wait for what nobody does")
  end)

  describe("shared", function()
    it("calls once for all who ask while it runs, and anew for who asks later", function()
      local owner, calls = {}, 0
      local function slow(word)
        calls = calls + 1
        tasks.sleep(0.02)
        return nil, word, calls
      end
      local all = {}
      for i = 1, 5 do all[i] = tasks.spawn(tasks.shared, owner, "key", slow, "w" .. i) end
      for i = 1, 5 do
        assert.same({ nil, "w1", 1, n = 3 }, table.pack(all[i]:join()))
      end
      assert.same({ nil, "x", 2 }, { tasks.shared(owner, "key", slow, "x") })
      assert.same({}, owner)
    end)

    it("lets the next one try when the first is cancelled or raises", function()
      local owner, calls = {}, 0
      local function third()
        calls = calls + 1
        local mine = calls
        tasks.sleep(0.02)
        if mine == 2 then error "second" end
        return mine
      end
      local all = {}
      for i = 1, 4 do all[i] = tasks.spawn(tasks.shared, owner, 1, third) end
      tasks.step()
      all[1]:cancel()
      for i = 2, 4 do all[i]:await() end
      local outcome = {}
      for i = 2, 4 do outcome[i - 1] = all[i].ok and all[i].results[1] or "raised" end
      table.sort(outcome, function(a, b) return tostring(a) < tostring(b) end)
      assert.same({ 3, 3, "raised" }, outcome)
      assert.same({}, owner)
    end)
  end)
end)
