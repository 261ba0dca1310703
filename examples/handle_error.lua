--- What goes wrong comes back as nil and a table that says what, where and why.
local bylaw = require "bylaw"
local emulator <close> = assert(require("bylaw.emulator").start())
local client <close> = assert(bylaw.connect {
  endpoint = emulator.url,
  credential = emulator.token,
  attempts = 1, -- what may pass is tried again by default, here for a quarter of a minute
})

-- An invalid policy is not sent. All its problems come at once, each with a code for programs.
local policy = bylaw.tokenLifetimePolicy {
  displayName = "Contoso: one day",
  definition = { AccesTokenLifetime = "8:00:00", MaxInactiveTime = "100.00:00:00" },
}
local stored, err = client:create(policy)
assert(not stored and err.code == "invalid")
for _, problem in ipairs(err.problems) do
  print(("%s %s at %s"):format(problem.severity, problem.code, problem.path))
  print("  " .. problem.message)
end

-- Sent all the same, it is the service that refuses, in Graph's words and with Graph's code.
stored, err = client:create(policy, { validate = false })
assert(not stored)
print(err.status, err.code, err.graph_code)
print("  " .. err.message)

-- Where nobody answers there is no status; err.sent tells whether the request left this machine.
emulator:stop()
stored, err = client:get("tokenLifetimePolicy", "00000000-0000-4000-8000-000000000000")
assert(not stored)
print(err.status, err.code, "sent: " .. tostring(err.sent))
