local journal = require "bylaw.journal"
local shell = require "spec.support.shell"
local sqlite = require "bylaw.sqlite"

local ABOUT = { service = "http://x", who = "me@here", pid = 7, version = "1.2.3" }
local CHANGE = { action = "create", address = "tokenLifetimePolicy.a", kind = "tokenLifetimePolicy",
  displayName = "A" }

describe("bylaw.journal", function()
  local folder, path, clock
  before_each(function()
    folder = shell.scratch()
    path, clock = folder .. "/journal.db", 1000
    journal.now = function() return clock end
  end)
  after_each(function()
    journal.now = os.time
    shell.remove(folder)
  end)

  it("remembers runs and steps, also when it is opened again", function()
    do
      local it <close> = assert(journal.open(path))
      local run = assert(it:begin(ABOUT))
      local step = assert(it:intend(run, CHANGE))
      clock = 1002
      assert(it:settle(step,
        { state = "done", id = "i1", request_id = "r", client_request_id = "c" }))
      assert(it:finish(run, { state = "failed", added = 1, changed = 2, removed = 3, failed = 4,
        left = 5 }))
    end
    local it <close> = assert(journal.open(path))
    local run = { id = 1, service = "http://x", began = 1000, ended = 1002, who = "me@here",
      pid = 7, version = "1.2.3", state = "failed", added = 1, changed = 2, removed = 3, failed = 4,
      left = 5 }
    assert.same({ run }, it:runs(10))
    assert.same(run, it:run(1))
    assert.is_nil(it:run(2))
    assert.same({ { id = 1, run = 1, address = "tokenLifetimePolicy.a", action = "create",
      kind = "tokenLifetimePolicy", name = "A", policy_id = "i1", state = "done", at = 1002,
      request_id = "r", client_request_id = "c" } }, it:steps(1))
  end)

  it("is for its owner alone", function()
    journal.open(path):close()
    assert.equal("600\n", shell.must("stat -c %%a '%s'", path))
  end)

  it("knows what was created, or may have been, a short time ago", function()
    local it <close> = assert(journal.open(path))
    local run = assert(it:begin(ABOUT))
    local function recent(service, name, since)
      local list = {}
      for i, step in ipairs(assert(it:recent_creates(service or "http://x", "tokenLifetimePolicy",
        name or "A", since or 900))) do
        list[i] = step.state .. " " .. (step.policy_id or "-")
      end
      return list
    end
    assert.same({}, recent())
    local first = assert(it:intend(run, CHANGE))
    assert.same({ "intent -" }, recent())
    assert.same({}, recent("http://y"))
    assert.same({}, recent(nil, "B"))
    assert.same({ "intent -" }, recent(nil, nil, 1000))
    assert.same({}, recent(nil, nil, 1001))
    it:settle(first, { state = "failed" })
    assert.same({}, recent())
    it:settle(assert(it:intend(run, CHANGE)), { state = "done", id = "i2" })
    assert.same({ "done i2" }, recent())
    local gone = { action = "delete", address = "x", kind = CHANGE.kind, displayName = "A",
      id = "i2" }
    it:settle(assert(it:intend(run, gone)), { state = "done" })
    assert.same({}, recent())
  end)

  it("is held by one apply at a time, and says by whom", function()
    local one <close> = assert(journal.open(path))
    local other <close> = assert(journal.open(path))
    assert.is_true(one:lock())
    one:begin(ABOUT)
    local done, err = other:lock()
    assert.is_nil(done)
    assert.equal("locked", err.code)
    assert.equal(("another apply is at work with the journal %s: me@here (process 7) since "
      .. "1970-01-01T00:16:40Z, in http://x"):format(path), err.message)
    one:close()
    assert.equal("me@here", assert(other:lock()).who)
  end)

  it("waits for the lock as long as it is told to", function()
    local one <close> = assert(journal.open(path))
    local other <close> = assert(journal.open(path))
    assert(one:lock())
    local began = os.time()
    assert.equal("locked", select(2, other:lock(1)).code)
    assert.is_true(os.time() - began >= 1)
  end)

  it("takes the lock of a process that died, and marks its run as abandoned", function()
    local program = ([[
      local journal = require "bylaw.journal"
      local it = assert(journal.open "%s")
      assert(it:lock())
      it:begin { service = "s", who = "dead@here", pid = 1, version = "0" }
      os.execute "kill -9 $PPID"]]):format(path)
    shell.run("lua5.4 -e '%s'", program)
    local it <close> = assert(journal.open(path))
    local abandoned = assert(it:lock())
    assert.equal("dead@here", abandoned.who)
    assert.equal("abandoned", it:run(abandoned.id).state)
    assert.is_true(it:lock() == nil)
  end)

  it("refuses what is no journal, and changes nothing in it", function()
    shell.write(path, "this is a text and no database at all")
    local it, err = journal.open(path)
    assert.is_nil(it)
    assert.equal("journal", err.code)
    assert.truthy(err.message:find("damaged, or no journal", 1, true))
    assert.equal("this is a text and no database at all", shell.read(path))
    os.remove(path)
    local db = assert(sqlite.open(path))
    assert(db:run "CREATE TABLE theirs (x)")
    db:close()
    assert.truthy(select(2, journal.open(path)).message:find("no journal", 1, true))
  end)

  it("leaves one alone that a newer version wrote", function()
    journal.open(path):close()
    local db = assert(sqlite.open(path))
    assert(db:run "PRAGMA user_version = 2")
    db:close()
    local it, err = journal.open(path)
    assert.is_nil(it)
    assert.equal(("the journal %s cannot be used: a newer bylaw wrote it (format 2, this one knows "
      .. "1)"):format(path), err.message)
  end)

  it("says why a file cannot be opened", function()
    local it, err = journal.open(folder .. "/no/journal.db")
    assert.is_nil(it)
    assert.truthy(err.message:find("No such file or directory", 1, true))
  end)

  it("lets nothing be done whose intent does not reach a full disk", function()
    local it <close> = assert(journal.open(path))
    local run = assert(it:begin(ABOUT))
    local pages = it.db:run "PRAGMA page_count"[1].page_count
    it.db:run(("PRAGMA max_page_count = %d"):format(pages))
    local step, err
    local change = setmetatable({ displayName = ("x"):rep(9000) }, { __index = CHANGE })
    for _ = 1, 3 do step, err = it:intend(run, change) end
    assert.is_nil(step)
    assert.equal(("the journal %s cannot be used: the disk is full"):format(path), err.message)
    assert.same(1, #it:runs(10))
  end)
end)

describe("bylaw.sqlite", function()
  it("takes and gives every type, a NUL in a text too", function()
    local db <close> = assert(sqlite.open ":memory:")
    assert.same({ { a = 1, b = 1.5, c = "x\0y", d = 1, e = math.mininteger } },
      db:run("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f", 1, 1.5, "x\0y", true,
        math.mininteger, nil))
  end)

  it("says what SQLite refuses", function()
    local db <close> = assert(sqlite.open ":memory:")
    local rows, message, code = db:run "SELEC"
    assert.is_nil(rows)
    assert.equal('near "SELEC": syntax error', message)
    assert.equal("store", code)
    db:close()
    assert.same({ nil, "the database is closed", "closed" }, { db:run "SELECT 1" })
  end)

  it("raises for wrong use", function()
    local db <close> = assert(sqlite.open ":memory:")
    assert.has_error(function() db:run() end)
    assert.has_error(function() db:run("SELECT ?", {}) end)
    assert.has_error(function() db:run "" end)
    assert.has_error(function() sqlite.open(":memory:", -1) end)
  end)
end)
