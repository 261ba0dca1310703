--- bylaw help: how to use the command, or one of its verbs.
local verbs = require "bylaw.cli.verbs"

local help = {
  name = "help",
  summary = "Show how to use bylaw, or one of its verbs",
  usage = "bylaw help [VERB]",
  examples = { { "bylaw help create", "the same as bylaw create --help" } },
}

function help.add_to(parser)
  parser:argument "VERB":args "?":target "topic"
    :description "A verb; without it, all of them."
end

---@param command { parsers: fun(only?: string), nearest: fun(verb: string): string }
function help.run(options, console, command)
  local topic = options.topic
  if topic and not verbs.find(topic) then
    console:fail(("unknown verb '%s'%s"):format(topic, command.nearest(topic)))
    return 64
  end
  local root, parsers = command.parsers(topic)
  console:say((topic and parsers[topic] or root):get_help())
  return 0
end

return help
