--- Every option of every verb has a spec that sees what it does: one of spec/support/flags.lua,
--- which run a verb with the option and without, or a case elsewhere. Such a case must be there,
--- run the verb with the option, and fail once the option is left out of its command lines.
---
--- FLAGS=all sees all of them fail; that takes two minutes.
local flags = require "spec.support.flags"
local grammar = require "bylaw.cli.grammar"()
local parser = require "bylaw.cli.parser"
local shell = require "spec.support.shell"

--- By verb and option: the file of spec/bylaw/cli, and the case's sentence.
local CASES = {
  validate = {
    ["--kind"] = { "validate", "takes the kind of bodies by --kind" },
  },
  plan = {
    ["--out"] = { "plan", "saves the plan for its owner alone, and says how to apply it" },
    ["--detailed-exitcode"] = { "plan",
      "exits 2 for changes and 0 for none, where that is asked for" },
  },
  apply = {
    ["--journal"] = { "apply", "keeps its journal where it is told to" },
    ["--lock-timeout"] = { "apply", "waits with --lock-timeout, and then has nothing to do" },
    ["--consistency"] = { "killed", "makes nothing twice though no list shows it yet" },
  },
  effective = {
    ["--app"] = { "effective", "says what applies now, whichever way the application is named" },
    ["--plan"] = { "effective", "says what applies after a saved plan, and refuses a stale one" },
  },
  history = {
    ["--most"] = { "history", "shows the applies, the last first" },
    ["--journal"] = { "history", "reads the journal that it is told" },
  },
  export = {
    ["--out"] = { "export",
      "writes a file, or one for each kind into a folder, and not over what is there" },
    ["--force"] = { "export",
      "writes a file, or one for each kind into a folder, and not over what is there" },
    ["--no-assignments"] = { "export",
      "writes a document for programs, to stdout or as a file for each kind" },
  },
  create = {
    ["--kind"] = { "create", "takes a body from stdin, and its kind by --kind" },
    ["--no-validate"] = { "create",
      "stores a body unjudged in a service that does not judge either" },
    ["--consistency"] = { "create", "says that nobody knows, when the answer is lost" },
  },
  schema = {
    ["--json-schema"] = { "schema", "writes a JSON Schema when asked" },
  },
  whoami = {
    ["--verbose"] = { "whoami",
      "tells of them beside the one that is used, with -v alone" },
  },
  emulator = {
    ["--host"] = { "emulator", "listens elsewhere than on this machine only when told to" },
    ["--allow-remote"] = { "emulator", "listens elsewhere than on this machine only when told to" },
    ["--port"] = { "emulator", "listens on the port that it is given" },
    ["--store"] = { "emulator", "asks for the token that it is given, and does not print it" },
    ["--token"] = { "emulator", "asks for the token that it is given, and does not print it" },
    ["--admin-token"] = { "emulator",
      "asks for the token that it is given, and does not print it" },
    ["--seed"] = { "emulator", "is seeded from a Lua or a JSON file, while it is empty" },
    ["--tls"] = { "emulator",
      "serves https with --tls, and says how to trust it and how others get their tokens" },
    ["--tls-cert"] = { "emulator",
      "serves https with what it is given, and warns of a key that others can read" },
    ["--tls-key"] = { "emulator",
      "serves https with what it is given, and warns of a key that others can read" },
    ["--identity"] = { "emulator", "takes its tenant from a file" },
    ["--enforce-permissions"] = { "emulator",
      "takes its tenant from a file" },
    ["--faults"] = { "emulator", "makes the trouble that it is told" },
    ["--random-seed"] = { "emulator",
      "makes the same trouble with the same seed, and other with another" },
    ["--lag"] = { "emulator", "shows a change as late as it is told" },
    ["--page-size"] = { "emulator", "has as many objects on a page as it is told" },
    ["--decide"] = { "emulator", "decides as it is told to" },
    ["--questions"] = { "emulator", "says what can be decided, and refuses what cannot" },
    ["--no-check"] = { "emulator", "stores definitions unjudged with --no-check" },
    ["--quiet"] = { "emulator", "tells programs where it listens, in one line" },
  },
}

local function case_of(verb, option)
  for _, name in ipairs(option.names) do
    local found = CASES[verb.name] and CASES[verb.name][name]
    if found then return found end
  end
end

local function path_of(case) return ("spec/bylaw/cli/%s_spec.lua"):format(case[1]) end

--- The lines of a case, from its `it` to the `end` below it; nil where there is none.
local function source_of(case)
  local lines, margin = {}, nil
  for line in io.lines(path_of(case)) do
    local begins = line:match "^( *)it%(" or line:match "^( *)%a+_test%("
    if not margin and begins and line:find('"' .. case[2] .. '"', 1, true) then margin = begins end
    if margin then lines[#lines + 1] = line end
    if margin and line == margin .. "end)" then return table.concat(lines, "\n") end
  end
end

--- The spelling of an option that a case has, as a word of its own.
local function spelling(option, source)
  for _, name in ipairs(option.names) do
    if source:find("%f[%w-]" .. name:gsub("%-", "%%-") .. "%f[^%w-]") then return name end
  end
end

--- Whether a case passes when an option is left out of its command lines; false also for one that
--- then does not end.
local function passes_without(case, option, name)
  local filter = case[2]:gsub("%p", "%%%0")
  local _, code = shell.run("BYLAW_LEFT_OUT='%s%s' timeout -k 1 20 lua5.4 \"$(command -v busted)\" "
    .. "--ignore-lua --filter='%s' %s", name, option.argument and " value" or "", filter,
    path_of(case))
  return code == 0
end

describe("the options that verbs share", function()
  local world
  setup(function() world = flags.world() end)
  teardown(function() world.tenant:stop() end)

  for _, verb in ipairs(grammar.verbs) do
    for _, option in ipairs(verb.options) do
      local of = not case_of(verb, option) and flags.find(option)
      if of then
        it(("do what they say: bylaw %s %s"):format(verb.name, table.concat(option.names, " ")),
          function() of(world, verb.name, option) end)
      end
    end
  end
end)

describe("every option of every verb", function()
  for _, verb in ipairs(grammar.verbs) do
    it("has a case that sees what it does: bylaw " .. verb.name, function()
      for _, option in ipairs(verb.options) do
        local name = table.concat(option.names, " ")
        local case = case_of(verb, option)
        assert(case or flags.find(option), name .. " has none")
        if case then
          local source = assert(source_of(case), name .. ": there is no case " .. case[2])
          assert(spelling(option, source), name .. " is not in the case " .. case[2])
          assert(source:find "assert" and (case[1] == verb.name or source:find(verb.name, 1, true)))
        end
      end
    end)
  end

  it("is all that cases are named for", function()
    for name, cases in pairs(CASES) do
      local count, known = 0, 0
      for _ in pairs(cases) do count = count + 1 end
      for _, verb in ipairs(grammar.verbs) do
        for _, option in ipairs(verb.name == name and verb.options or {}) do
          if case_of(verb, option) then known = known + 1 end
        end
      end
      assert.equal(count, known, name)
    end
  end)

  --- Values that arguments take, by the words of the help; 1 suits all others.
  local VALUES = { KIND = "token-lifetime", NAME = "usgov", ["NAME=VALUE"] = "a=b", SHELL = "bash",
    ["QUESTION=ANSWER"] = "a=b" }

  --- What a verb makes of its arguments and one option.
  local function parsed(verb, name, option)
    local root, arguments = parser.make(verb.name), { verb.name, name }
    if option.argument then
      arguments[3] = option.values and option.values[1] or VALUES[option.argument] or "1"
    end
    for _, argument in ipairs(verb.arguments) do
      arguments[#arguments + 1] = VALUES[argument.name] or "1"
    end
    if verb.name == "effective" and name ~= "--app" then
      arguments[#arguments + 1] = "--app=x"
    end
    local _, options = pcall(root.parse, root, arguments)
    assert.is_nil(options.message)
    return options.help and "help" or options
  end

  for _, verb in ipairs(grammar.verbs) do
    for _, option in ipairs(verb.options) do
      if option.names[2] then
        it(("means the same however it is spelled: bylaw %s %s"):format(verb.name,
          table.concat(option.names, " ")), function()
          local first = parsed(verb, option.names[1], option)
          for _, name in ipairs(option.names) do assert.same(first, parsed(verb, name, option)) end
        end)
      end
    end
  end
end)

describe("a case without the option that it is about", function()
  local SHORT = { ["plan --out"] = true, ["schema --json-schema"] = true }
  for _, verb in ipairs(grammar.verbs) do
    for _, option in ipairs(verb.options) do
      local case, last = case_of(verb, option), option.names[#option.names]
      local title = verb.name .. " " .. last
      if case and (SHORT[title] or os.getenv "FLAGS" == "all") then
        it("fails: bylaw " .. title, function()
          local name = spelling(option, source_of(case))
          assert.is_false(passes_without(case, option, name))
        end)
      end
    end
  end
end)
