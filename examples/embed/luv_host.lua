--- host.c once more, in Lua with luv: luv's loop waits for bylaw's sockets and gives the turns.
---   lua5.4 luv_host.lua config.lua
local bylaw = require "bylaw"
local keeper = require "keeper"
local uv = require "luv"

local TICK_MS = 10

local polls, timer, ticker = {}, uv.new_timer(), uv.new_timer()
local stops, ticks = {}, 0
local turn

local function forget_polls()
  for _, poll in ipairs(polls) do poll:close() end
  polls = {}
end

--- Closes all that luv holds, so that its loop ends.
local function finish()
  forget_polls()
  timer:close()
  ticker:close()
  for _, stop in ipairs(stops) do stop:close() end
end

--- What luv is to wait for: "r", "w" or both.
local function events(socket)
  return (socket.reads and "r" or "") .. (socket.writes and "w" or "")
end

--- Lets luv wait for what bylaw waits for now.
local function watch()
  forget_polls()
  for _, socket in ipairs(bylaw.tasks.sockets()) do
    local poll = uv.new_poll(socket.fd)
    poll:start(events(socket), turn)
    table.insert(polls, poll)
  end
  local seconds = bylaw.tasks.timeout()
  timer:stop()
  if seconds then timer:start(math.ceil(math.min(seconds, 60) * 1000), 0, turn) end
end

function turn()
  if bylaw.tasks.step() then watch() else finish() end
end

for _, name in ipairs { "sigint", "sigterm" } do
  local stop = uv.new_signal()
  stop:start(name, finish)
  table.insert(stops, stop)
end
ticker:start(0, TICK_MS, function() ticks = ticks + 1 end)

keeper.start(assert(dofile(arg[1])), function(line)
  io.stdout:write(line, "\n")
  io.stdout:flush()
end)
turn()
uv.run()
print("the program's own clock went on: " .. (ticks > 1 and "yes" or "no"))
