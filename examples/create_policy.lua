--- Creates one policy. It goes to an emulator in this process, so that this runs anywhere. For a
--- tenant leave the emulator out, and connect with its token alone:
---   local client = assert(bylaw.connect { credential = os.getenv "BYLAW_TOKEN" })
local bylaw = require "bylaw"
local emulator <close> = assert(require("bylaw.emulator").start())
local client <close> = assert(bylaw.connect {
  endpoint = emulator.url,
  credential = emulator.token,
})

local policy = bylaw.tokenLifetimePolicy {
  displayName = "Contoso: 8 hour access tokens",
  definition = { AccessTokenLifetime = "8:00:00" },
}

print("sent:   " .. assert(bylaw.encode(policy)))

local stored = assert(client:create(policy))
assert(#stored.id == 36) -- a GUID, which the service gave
print("stored: " .. tostring(stored))
print("tokens are valid for " .. stored.definition.AccessTokenLifetime)
