--- How plans look on a stream of the console.
local pretty = require "bylaw.cli.pretty"
local text = require "bylaw.cli.text"

---@param console bylaw.cli.Console
---@return bylaw.render.Look  for stdout
return function(console)
  return {
    paint = function(style, s) return console:on_stdout(style, s) end,
    shown = text.shown,
    value = function(value) return (pretty.json(value):gsub("\n%s*", " ")) end,
  }
end
