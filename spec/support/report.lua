--- What a run of busted prints: a line for each file, what failed in full, the
--- skipped with their reasons, and a last line `result: N passed, N failed`.
--- Who reads that line knows by its absence that the interpreter did not live to
--- the end. Use: busted -o spec/support/report.lua

local pretty = require "pl.pretty"
local system = require "system"

local function text(message)
  if message == nil then return "no message" end
  return type(message) == "string" and message or pretty.write(message)
end

local function indented(message)
  return "    " .. text(message):gsub("\n", "\n    ")
end

--- Where a test or file stands: `file:line: `, or nothing when it is not known.
local function place(entry)
  local trace = entry.element.trace
  if not (trace and trace.short_src and trace.currentline) then return "" end
  return ("%s:%d: "):format(trace.short_src, trace.currentline)
end

return function(options)
  local busted = require "busted"
  local handler = require "busted.outputHandlers.base"()
  local shown = { failures = 0, errors = 0, pendings = 0 }
  local passed_before, began, began_cpu = 0, 0, 0

  local function say(format, ...)
    io.write(format:format(...))
    io.flush()
  end

  --- Prints the entries of `list` that no earlier call printed.
  local function show_new(list, word)
    local entries = handler[list]
    for i = shown[list] + 1, #entries do
      local entry = entries[i]
      say("  %s %s%s\n%s\n", word, place(entry), entry.name, indented(entry.message))
      if options.verbose and entry.trace and entry.trace.traceback then
        say("%s\n", indented(entry.trace.traceback))
      end
    end
    shown[list] = #entries
  end

  function handler.fileStart(file)
    passed_before = handler.successesCount
    began, began_cpu = system.monotime(), os.clock()
    say("%-44s", file.name)
    return nil, true
  end

  function handler.fileEnd()
    say(" %4d ok %6.2f s, %6.2f s of cpu\n", handler.successesCount - passed_before,
      system.monotime() - began, os.clock() - began_cpu)
    show_new("failures", "FAILED")
    show_new("errors", "ERROR")
    show_new("pendings", "skipped")
    return nil, true
  end

  function handler.suiteEnd()
    show_new("failures", "FAILED")
    show_new("errors", "ERROR")
    local failed = handler.failuresCount + handler.errorsCount
    local skipped = handler.pendingsCount
    say("result: %d passed, %d failed%s\n", handler.successesCount, failed,
      skipped > 0 and (", %d skipped"):format(skipped) or "")
    return nil, true
  end

  busted.subscribe({ "file", "start" }, handler.fileStart)
  busted.subscribe({ "file", "end" }, handler.fileEnd)
  busted.subscribe({ "suite", "end" }, handler.suiteEnd)
  return handler
end
