--- bylaw help: how to use the command, or one of its verbs.
local help = {
  name = "help",
  summary = "Show how to use bylaw, or one of its verbs",
  usage = "bylaw help [VERB]",
  examples = { { "bylaw help create", "the same as bylaw create --help" } },
}

function help.add_to(parser)
  parser:argument "VERB":args "?":target "topic"
end

---@param command { parser: table, verbs: table<string, table>, nearest: fun(verb: string): string }
function help.run(options, console, command)
  if not options.topic then
    console:say(command.parser:get_help())
    return 0
  end
  local parser = command.verbs[options.topic]
  if not parser then
    console:fail(("unknown verb '%s'%s"):format(options.topic, command.nearest(options.topic)))
    return 64
  end
  console:say(parser:get_help())
  return 0
end

return help
