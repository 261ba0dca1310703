--- bylaw emulator: the local Graph in the foreground.
local common = require "bylaw.cli.common"
local failure = require "bylaw.cli.failure"
local local_store = require "bylaw.cli.local_store"
local text = require "bylaw.cli.text"

local PORT = 8080

local emulator = {
  name = "emulator",
  summary = "Run a local Graph that checks and stores policies",
  usage = "bylaw emulator [options]",
  examples = {
    { "bylaw emulator", "on port 8080, in .bylaw/emulator.db" },
    { "bylaw emulator --port 0 --store :memory:", "on a free port, remembering nothing" },
  },
  notes = [[
The first line of stdout is "listening on URL", written when it listens; the
others, unless --token and --admin-token were given, "token TOKEN" and "admin
TOKEN". Ctrl-C and SIGTERM stop it, and nothing that it acknowledged is lost:
that is done, and exits with 0.]],
}

local function convert_port(given)
  local port = given:find "^%d+$" and math.tointeger(given)
  if port and port <= 65535 then return port end
  return nil, ("'%s' is no port: a number from 0 to 65535 is due"):format(given)
end

local function whole_number(most)
  return function(given)
    local number = given:find "^%d+$" and math.tointeger(given)
    if number and number <= most then return number end
    return nil, ("'%s' is no whole number from 0 to %d"):format(given, most)
  end
end

function emulator.add_to(parser)
  parser:option "--host":argname "ADDRESS"
    :description "Address to listen on; 127.0.0.1 by default."
  parser:option "--port":argname "N":convert(convert_port)
    :description "8080 by default; 0 lets the system pick one."
  parser:option "--store":argname "FILE"
    :description ".bylaw/emulator.db by default; :memory: for\nnone."
  parser:option "--token":argname "TEXT"
    :description "The bearer that is asked for; one is made by\ndefault."
  parser:option "--admin-token":argname "TEXT"
    :description "The bearer of the admin path, /__admin; one is\nmade and printed by default."
  parser:option "--seed":argname "FILE"
    :description "Create what a JSON file lists, or the policies\nof a Lua file."
  parser:option "--faults":argname "SPEC"
    :description "Rules of trouble, such as\n'POST count=2 status=503'; see docs/emulator.md."
  parser:option "--random-seed":argname "N":convert(whole_number(math.maxinteger))
    :description "Of the rules' probabilities; 0 by default."
  parser:option "--lag":argname "MS":convert(whole_number(3600000))
    :description "Reads see a change so many milliseconds\nlater."
  parser:option "--page-size":argname "N":convert(whole_number(1000000))
    :description "Most objects of a page of a list."
  parser:flag "--no-check":description "Store definitions unjudged."
  parser:flag "--allow-remote"
    :description "Let --host be more than this machine. Whoever\nhas the token may write then."
  common.add_manner(parser)
end

--- How to use it, for people.
local function tell_use(console, running, options, store)
  local token = options.token and "TOKEN" or running.token
  console:tell(("store %s; Ctrl-C stops it. In another shell:"):format(text.shown(store)))
  console:tell(("  export BYLAW_ENDPOINT=%s"):format(running.url))
  console:tell(("  export BYLAW_TOKEN=%s"):format(token))
  console:tell("  bylaw list")
end

function emulator.run(options, console)
  local store = options.store or local_store.EMULATOR
  local running, err = local_store.start {
    host = options.host, port = options.port or PORT, store = store, token = options.token,
    check = not options.no_check, allow_remote = options.allow_remote or false,
    faults = options.faults, random_seed = options.random_seed, lag = options.lag,
    raise_files = true, page_size = options.page_size, admin_token = options.admin_token,
  }
  if not running then
    if err.code == "invalid" then err.code = "usage" end
    if options.host and not options.allow_remote and err.code == "usage" then
      err.message = err.message .. " (--allow-remote)"
    end
    return failure.tell(console, err)
  end
  if options.seed then
    -- here, since it needs most of bylaw, and an emulator starts without it in half the time
    local status = require("bylaw.cli.seed").plant(running, options.seed, console)
    if status ~= 0 then
      running:stop()
      return status
    end
  end
  running:wait(function()
    console:say("listening on " .. running.url)
    if not options.token then console:say("token " .. running.token) end
    if not options.admin_token then console:say("admin " .. running.admin_token) end
    console.stdout:flush()
    tell_use(console, running, options, store)
  end)
  running:stop()
  return 0
end

return emulator
