--- What was under way, and what was done: a file beside the declarations. All SQL is here.
---
--- An intent is on the disk before a policy is created, its outcome after; so an apply that was
--- killed leaves word of what it may have made. There is no definition, token or secret in it.
--- While an apply runs it holds a lock that the system takes back when the process ends.
local core = require "bylaw.core"
local errors = require "bylaw.errors"

local journal = {
  DEFAULT = ".bylaw/journal.db",
  now = os.time, -- a spec may replace it
}

---@class bylaw.Run
---@field id integer
---@field service string
---@field began integer      seconds since 1970
---@field ended? integer
---@field who string         "user@host", or as the caller says
---@field pid? integer
---@field version string     of bylaw
---@field state "running"|"done"|"failed"|"interrupted"|"abandoned"
---@field added integer
---@field changed integer
---@field removed integer
---@field failed integer
---@field left integer       changes that were not begun

---@class bylaw.Step
---@field id integer
---@field run integer
---@field address string
---@field action string
---@field kind string
---@field name string
---@field policy_id? string
---@field target? string
---@field state "intent"|"done"|"failed"|"skipped"
---@field at integer
---@field request_id? string
---@field client_request_id? string
---@field message? string

---@class bylaw.JournalFile
---@field path string
---@field private db bylaw.Database
---@field private guard? bylaw.Database  holds the lock
local Journal = { __name = "bylaw.journal" }
Journal.__index = Journal

local FORMAT = 1 -- of the tables; a newer one is left alone
local APPLICATION = 0x62796C77 -- tells our files from others: "bylw"
local PATIENCE = 10 -- seconds to wait for another process that reads or writes
local TRIES, PAUSE = 500, 0.02 -- the same, in pauses of so many seconds

local TABLES = {
  [[CREATE TABLE run (
    id INTEGER PRIMARY KEY, service TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER,
    who TEXT NOT NULL, pid INTEGER, version TEXT NOT NULL, state TEXT NOT NULL,
    added INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    "left" INTEGER NOT NULL DEFAULT 0)]],
  [[CREATE TABLE step (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (id), address TEXT NOT NULL,
    action TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, policy_id TEXT, target TEXT,
    state TEXT NOT NULL, at INTEGER NOT NULL, request_id TEXT, client_request_id TEXT,
    message TEXT)]],
  "CREATE INDEX step_of_run ON step (run)",
  "CREATE INDEX step_by_name ON step (kind, name, at)",
}

local WHY = {
  full = "the disk is full",
  corrupt = "the file is damaged, or no journal; move it away to begin a new one",
  busy = "another process keeps it busy",
}

local function refusal(path, message, code)
  return errors.new("journal", ("the journal %s cannot be used: %s"):format(path,
    WHY[code] or message))
end

--- Runs a statement: its rows, or nil and err.
local function run(self, sql, ...)
  local rows, message, code = self.db:run(sql, ...)
  if rows then return rows end
  return nil, refusal(self.path, message, code)
end

--- Several statements in one transaction: all or none.
local function transact(self, fn)
  local rows, err = run(self, "BEGIN IMMEDIATE")
  if not rows then return nil, err end
  local done
  done, err = fn()
  if done then rows, err = run(self, "COMMIT") end
  if done and rows then return done end
  self.db:run "ROLLBACK"
  return nil, err
end

local function make_tables(self)
  for _, sql in ipairs(TABLES) do
    local rows, err = run(self, sql)
    if not rows then return nil, err end
  end
  local rows, err = run(self, ("PRAGMA application_id = %d"):format(APPLICATION))
  if rows then rows, err = run(self, ("PRAGMA user_version = %d"):format(FORMAT)) end
  return rows and true, err
end

--- Whether a journal is there; false: not, or not yet; nil and err.
local function is_begun(self)
  local rows, err = run(self, [[SELECT a.application_id, v.user_version
    FROM pragma_application_id AS a, pragma_user_version AS v]])
  if not rows then return nil, err end
  local version = rows[1].user_version
  if rows[1].application_id ~= APPLICATION then return false end
  if version <= FORMAT then return true end
  return nil, refusal(self.path, ("a newer bylaw wrote it (format %d, this one knows %d)")
    :format(version, FORMAT))
end

--- Makes the tables, unless another process did so meanwhile or the file is something else.
local function begin(self)
  local begun, err = is_begun(self)
  if begun ~= false then return begun, err end
  local rows
  rows, err = run(self, [[SELECT count(*) AS tables, (SELECT user_version FROM pragma_user_version)
    AS version FROM sqlite_master]])
  if not rows then return nil, err end
  if rows[1].version ~= 0 or rows[1].tables > 0 then
    return nil, refusal(self.path, nil, "corrupt")
  end
  return make_tables(self)
end

local function check_format(self)
  local begun, err = is_begun(self)
  if begun ~= false then return begun, err end
  return transact(self, function() return begin(self) end)
end

--- Readers do not wait for a writer. SQLite gives up this one change at once where another process
--- makes it too, whatever its patience.
local function to_wal(self)
  for _ = 1, TRIES do
    local rows, message, code = self.db:run "PRAGMA journal_mode = WAL"
    if rows then return rows end
    if code ~= "busy" then return nil, refusal(self.path, message, code) end
    core.pause(PAUSE)
  end
  return nil, refusal(self.path, nil, "busy")
end

local function load_sqlite()
  local found, sqlite = pcall(require, "bylaw.sqlite")
  if found then return sqlite end
  return nil, errors.new("no_journal", "the journal is not part of this install: its module "
    .. "bylaw.sqlite needs SQLite")
end

--- Opens a journal, or begins one where there is none. Its folder must be there.
---@param path string
---@return bylaw.JournalFile?  close it, by :close() or `local it <close>`
---@return bylaw.Error? err  code "journal" or "no_journal"
function journal.open(path)
  local sqlite, missing = load_sqlite()
  if not sqlite then return nil, missing end
  local db, message, code = sqlite.open(path, PATIENCE)
  if not db then return nil, refusal(path, message, code) end
  local self = setmetatable({ path = path, db = db }, Journal)
  local done, err = to_wal(self)
  if done then done, err = run(self, "PRAGMA synchronous = FULL") end
  if done then done, err = check_format(self) end
  if done then return self end
  self:close()
  return nil, err
end

--- Releases the lock, if it is held, and closes the file. Twice is fine.
function Journal:close()
  if self.guard then self.guard:close() end
  self.db:close()
  self.guard = nil
end

Journal.__close = Journal.close
Journal.__gc = Journal.close

-- The lock ---------------------------------------------------------------------------------------

local function time_of(seconds) return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds) end

--- The run that was begun last and has not ended.
local function running(self)
  local rows, err = run(self, "SELECT * FROM run WHERE state = 'running' ORDER BY id DESC LIMIT 1")
  if not rows then return nil, err end
  return rows[1]
end

local function locked(self)
  local other = running(self)
  local words = other and ("%s (process %s) since %s, in %s"):format(other.who, other.pid or "?",
    time_of(other.began), other.service) or "another process, which has just begun"
  return errors.new("locked", ("another apply is at work with the journal %s: %s"):format(
    self.path, words), { holder = other })
end

--- Takes the lock: one apply at a time with a journal. It is let go by `close`, or by the system
--- when the process ends, however it does. A run whose process died is marked as abandoned.
---@param seconds? number  to wait for another; 0 by default
---@return bylaw.Run|true?  the abandoned run, or true
---@return bylaw.Error? err  code "locked", with who holds it, or "journal"
function Journal:lock(seconds)
  local sqlite = assert(load_sqlite())
  local guard, message, code = sqlite.open(self.path .. "-lock", seconds or 0)
  if not guard then return nil, refusal(self.path, message, code) end
  local rows
  rows, message, code = guard:run "BEGIN EXCLUSIVE"
  if not rows then
    guard:close()
    if code == "busy" then return nil, locked(self) end
    return nil, refusal(self.path, message, code)
  end
  self.guard = guard
  local abandoned, err = running(self)
  if err then return nil, err end
  rows, err = run(self, "UPDATE run SET state = 'abandoned' WHERE state = 'running'")
  if not rows then return nil, err end
  return abandoned or true
end

-- Writing ----------------------------------------------------------------------------------------

--- Begins a run.
---@param about { service: string, who: string, pid?: integer, version: string }
---@return integer? run
---@return bylaw.Error? err
function Journal:begin(about)
  local rows, err = run(self, [[INSERT INTO run (service, began, who, pid, version, state)
    VALUES (?, ?, ?, ?, ?, 'running')]], about.service, journal.now(), about.who, about.pid,
    about.version)
  if not rows then return nil, err end
  return self.db:last_id()
end

--- Writes down that a change is about to be made. When this returns, it is on the disk.
---@param run_id integer
---@param change bylaw.Change
---@return integer? step
---@return bylaw.Error? err  then the change must not be made
function Journal:intend(run_id, change)
  local carrier = change.target
  local rows, err = run(self, [[INSERT INTO step (run, address, action, kind, name, policy_id,
    target, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, 'intent', ?)]], run_id, change.address,
    change.action, change.kind, change.displayName, change.id,
    carrier and carrier.type .. " " .. carrier.id, journal.now())
  if not rows then return nil, err end
  return self.db:last_id()
end

--- Writes down what became of it.
---@param step integer
---@param outcome { state: string, id?: string, request_id?: string, client_request_id?: string,
---  message?: string }
---@return true?
---@return bylaw.Error? err
function Journal:settle(step, outcome)
  local rows, err = run(self, [[UPDATE step SET state = ?, policy_id = coalesce(?, policy_id),
    at = ?, request_id = ?, client_request_id = ?, message = ? WHERE id = ?]], outcome.state,
    outcome.id, journal.now(), outcome.request_id, outcome.client_request_id, outcome.message, step)
  return rows and true, err
end

--- Ends a run.
---@param run_id integer
---@param result { state: string, added: integer, changed: integer, removed: integer,
---  failed: integer, left: integer }
---@return true?
---@return bylaw.Error? err
function Journal:finish(run_id, result)
  local rows, err = run(self, [[UPDATE run SET state = ?, ended = ?, added = ?, changed = ?,
    removed = ?, failed = ?, "left" = ? WHERE id = ?]], result.state, journal.now(), result.added,
    result.changed, result.removed, result.failed, result.left, run_id)
  return rows and true, err
end

-- Reading ----------------------------------------------------------------------------------------

--- Creates of a name that may not show in a list yet: those whose outcome is not known, and those
--- that were made, later removals left out.
---@param service string
---@param kind string
---@param name string
---@param since integer  seconds since 1970
---@return bylaw.Step[]?  the last first
---@return bylaw.Error? err
function Journal:recent_creates(service, kind, name, since)
  return run(self, [[SELECT step.* FROM step JOIN run ON run.id = step.run
    WHERE run.service = ? AND step.kind = ? AND step.name = ? AND step.action = 'create'
      AND step.at >= ? AND step.state IN ('intent', 'done')
      AND NOT EXISTS (SELECT 1 FROM step AS gone WHERE gone.action = 'delete'
        AND gone.state = 'done' AND gone.policy_id = step.policy_id AND gone.id > step.id)
    ORDER BY step.id DESC]], service, kind, name, since)
end

--- The runs, the last first.
---@param most integer
---@return bylaw.Run[]?
---@return bylaw.Error? err
function Journal:runs(most)
  return run(self, "SELECT * FROM run ORDER BY id DESC LIMIT ?", most)
end

--- One run, or nil; nil and err.
---@param id integer
---@return bylaw.Run?
---@return bylaw.Error? err
function Journal:run(id)
  local rows, err = run(self, "SELECT * FROM run WHERE id = ?", id)
  if not rows then return nil, err end
  return rows[1]
end

--- The steps of a run, in the order in which they were begun.
---@param id integer
---@return bylaw.Step[]?
---@return bylaw.Error? err
function Journal:steps(id)
  return run(self, "SELECT * FROM step WHERE run = ? ORDER BY id", id)
end

return journal
