-- bylaw inside an event loop of one's own: here luv's; with luasocket, socket.select does the same.
-- Tasks are begun with `spawn`; the loop waits for their sockets and calls `step` when one moves.
local bylaw = require "bylaw"
local uv = require "luv"

local polls, timer, turn = {}, uv.new_timer(), nil

--- Lets luv wait for what bylaw waits for.
local function watch()
  for _, poll in ipairs(polls) do poll:close() end
  polls = {}
  for _, socket in ipairs(bylaw.tasks.sockets()) do
    local poll = uv.new_poll(socket.fd)
    poll:start((socket.reads and "r" or "") .. (socket.writes and "w" or ""), turn)
    table.insert(polls, poll)
  end
  local seconds = bylaw.tasks.timeout()
  timer:stop()
  if seconds then timer:start(math.ceil(math.min(seconds, 60) * 1000), 0, turn) end
end

function turn()
  bylaw.tasks.step()
  watch()
end

local emulator = assert(require("bylaw.emulator").start())
local client <close> = assert(bylaw.connect {
  endpoint = emulator.url, credential = emulator.token,
})

local ticks, ticker = 0, uv.new_timer()
ticker:start(0, 1, function() ticks = ticks + 1 end) -- the host's own business goes on

for i = 1, 3 do
  bylaw.tasks.spawn(function()
    local policy = assert(client:create(bylaw.tokenLifetimePolicy {
      displayName = "policy " .. i, definition = { AccessTokenLifetime = "8:00:00" },
    }))
    print("created " .. policy.displayName)
  end)
end
bylaw.tasks.spawn(function()
  bylaw.tasks.sleep(0.05)
  print("slept, and the host's timer ran: " .. tostring(ticks > 0))
  ticker:close()
end)

turn()
uv.run()
print "nothing is left to do"
timer:close()
uv.run() -- lets luv close what was open
emulator:stop()
