---@meta bylaw.sqlite
-- luacheck: ignore 212 241 (what stands here is read, and never run)

--- SQLite, as the journal needs it; a module of its own, which an install may lack.
local sqlite = {}

---@class bylaw.Database
local Database = {}

--- Opens a database, or makes one that its owner alone can read.
---@param path string
---@param seconds? number  to wait for others that write; 0 by default
---@return bylaw.Database?
---@return string? message
---@return "busy"|"full"|"corrupt"|"store"|nil code
function sqlite.open(path, seconds) end

--- Runs one statement; each ? takes a value. A row is a table by the names of its columns.
---@param sql string
---@param ... nil|boolean|number|string
---@return table[]? rows
---@return string? message
---@return "busy"|"full"|"corrupt"|"closed"|"store"|nil code
function Database:run(sql, ...) end

--- The number of the row that was inserted last.
---@return integer
function Database:last_id() end

--- Also when it is closed or collected; twice is fine.
function Database:close() end

return sqlite
