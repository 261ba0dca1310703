--- The verbs by name. A verb is a module: name, summary, usage, examples, notes (words for its
--- help), add_to(parser), which adds its arguments and options, and run(options, console,
--- command), which gives the exit code. A new one is a file and a line here.
local verbs = {}

verbs.names = {
  "validate",
  "plan",
  "apply",
  "drift",
  "effective",
  "history",
  "export",
  "create",
  "list",
  "show",
  "delete",
  "schema",
  "whoami",
  "emulator",
  "completion",
  "version",
  "help",
}

--- The verb of a name; nil where there is none. Loaded when it is asked for: `bylaw version` need
--- not wait for libcurl.
---@param name string
---@return table?
function verbs.find(name)
  for _, one in ipairs(verbs.names) do
    if one == name then return require("bylaw.cli." .. name) end
  end
end

return verbs
