std = "lua54"
max_line_length = 100
files["spec"].std = "+busted"
-- `host` is the sanitized interpreter's own table
files["spec/c"].globals = { "host" }
files["spec/torture.lua"].globals = { "host" }
files["spec/support/torture.lua"].globals = { "host" }
-- what ends a process or starts a coroutine is watched there
files["spec/support/coverage.lua"].globals = { "os.exit", "coroutine.create", "coroutine.wrap" }
-- it stands for a state of its own, whose globals it makes
files["lua/bylaw/declaration/program.lua"].globals = { "coroutine" }
-- declarations: their words are globals (lua/bylaw/meta/declaration.lua)
local words = { "tokenLifetimePolicy", "tokenIssuancePolicy", "claimsMappingPolicy",
  "homeRealmDiscoveryPolicy", "activityBasedTimeoutPolicy", "servicePrincipal", "application", "owns",
  "ignore", "settings", "include", "var", "rule", "seconds", "null" }
files["examples/policies.lua"].read_globals = words
files["examples/contoso"].read_globals = words
