---@meta bylaw.emulator
-- luacheck: ignore 212 241 (what stands here is read, and never run)

--- The local Graph: policies over HTTP, in this process, on threads of its own. It answers as
--- Microsoft Graph does, judges definitions as bylaw does, and remembers in an SQLite file.
--- Nothing is printed and no signal is touched, but by `wait`.
local emulator = {}

---@class bylaw.EmulatorOptions
---@field host? string          address to listen on; "127.0.0.1" by default
---@field port? integer         0, the default, lets the system pick one
---@field store? string         path of the SQLite file; ":memory:" by default, for none
---@field token? string         the bearer that is asked for; one is made by default
---@field check? boolean        false stores definitions unjudged; true by default
---@field allow_remote? boolean true lets `host` be more than loopback; false by default

---@class bylaw.Emulator
---@field url string    "http://127.0.0.1:40513", without a slash at its end
---@field port integer
---@field token string  what a client has to send as its bearer
local Emulator = {}

--- Starts an emulator. When this returns one, it listens.
--- Refusals have the code "invalid" (an option), "listen" (the address) or "store" (the file),
--- and a message that says what would be right. An option that does not exist raises.
---@param options? bylaw.EmulatorOptions
---@return bylaw.Emulator? emulator
---@return bylaw.Error? err
function emulator.start(options) end

--- Removes every policy.
---@return true? done
---@return bylaw.Error? err
function Emulator:reset() end

--- Answers what is under way, closes all connections and ends the threads. What was acknowledged
--- is stored. Also when the emulator is closed or collected; twice is fine.
function Emulator:stop() end

--- For a command in the foreground: holds SIGINT and SIGTERM back, calls `ready`, waits for one of
--- them and returns its name. The emulator goes on until it is stopped.
---@param ready? fun()
---@return "SIGINT"|"SIGTERM"
function Emulator:wait(ready) end

return emulator
