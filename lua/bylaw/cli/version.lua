--- bylaw version: one line.
local common = require "bylaw.cli.common"
local number = require "bylaw.version"

local version = {
  name = "version",
  summary = "Print the version",
  usage = "bylaw version",
  examples = { { "bylaw version", "the same as bylaw --version" } },
}

function version.add_to(parser) common.add_form(parser) end

function version.run(options, console)
  if options.output == "json" then
    console:say(('{"format_version": "1.0", "bylaw_version": "%s"}'):format(number))
  else
    console:say("bylaw " .. number)
  end
  return 0
end

return version
