std = "lua54"
max_line_length = 100
files["spec"].std = "+busted"
-- `host` is the sanitized interpreter's own table
files["spec/c"].globals = { "host" }
files["spec/torture.lua"].globals = { "host" }
files["spec/support/torture.lua"].globals = { "host" }
-- what ends a process or starts a coroutine is watched there
files["spec/support/coverage.lua"].globals = { "os.exit", "coroutine.create", "coroutine.wrap" }
