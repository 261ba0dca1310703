--- bylaw version: one line.
local version = {
  name = "version",
  summary = "Print the version",
  usage = "bylaw version",
  examples = { { "bylaw version", "the same as bylaw --version" } },
}

function version.add_to() end

function version.run(_, console)
  console:say("bylaw " .. require "bylaw.core".version)
  return 0
end

return version
