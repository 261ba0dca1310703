--- bylaw completion: what a shell is to offer behind `bylaw`.
local shells = { "bash", "zsh", "fish" }

local completion = {
  name = "completion",
  summary = "Write the completion of a shell",
  usage = "bylaw completion SHELL",
  examples = {
    { "eval \"$(bylaw completion bash)\"", "in ~/.bashrc" },
    { "bylaw completion zsh >~/.zfunc/_bylaw", "a folder of fpath" },
    { "bylaw completion fish | source", "in config.fish" },
  },
  notes = "It offers verbs, options, their values, kinds and files, and asks no service.\n"
    .. "`make install` puts all three where the shells look.",
}

function completion.add_to(parser)
  parser:argument "SHELL":target "shell":choices(shells):description "bash, zsh or fish."
end

--- Words that fit where a grammar says no more than what they stand for.
local function words()
  local kinds, clouds = { table.unpack(require("bylaw.core").kinds) }, {}
  kinds[#kinds + 1] = "policy"
  for i, cloud in ipairs(require("bylaw.clouds").all) do clouds[i] = cloud.name end
  return { kind = kinds, verb = require("bylaw.cli.verbs").names, cloud = clouds }
end

--- The completion of a shell.
---@param shell "bash"|"zsh"|"fish"
---@return string
function completion.text(shell)
  return require("bylaw.render.completion." .. shell)(require "bylaw.cli.grammar"(), words())
end

function completion.run(options, console)
  console:say(completion.text(options.shell))
  return 0
end

return completion
