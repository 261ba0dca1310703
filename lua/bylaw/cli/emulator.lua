--- bylaw emulator: the local Graph in the foreground.
local common = require "bylaw.cli.common"
local errors = require "bylaw.errors"
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

--- QUESTION=ANSWER as a pair; whether there are such is for the emulator to say.
local function convert_decision(given)
  local question, answer = given:match "^([%w_]+)=([%w_]+)$"
  if question then return { question, answer } end
  return nil, ("'%s' decides nothing: QUESTION=ANSWER is due"):format(given)
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
  parser:flag "--tls"
    :description "Serve https, with a certificate that is made\nbeside the store."
  parser:option "--tls-cert":argname "FILE":description "Serve https with this certificate (PEM)."
  parser:option "--tls-key":argname "FILE":description "The key of --tls-cert (PEM, not encrypted)."
  parser:option "--identity":argname "FILE"
    :description "The tenant and its applications, as JSON: see\ndocs/emulator.md."
  parser:flag "--enforce-permissions"
    :description "Let a token do only what its permissions allow."
  parser:option "--faults":argname "SPEC"
    :description "Rules of trouble, such as\n'POST count=2 status=503'; see docs/emulator.md."
  parser:option "--random-seed":argname "N":convert(whole_number(math.maxinteger))
    :description "Of the rules' probabilities; 0 by default."
  parser:option "--lag":argname "MS":convert(whole_number(3600000))
    :description "Reads see a change so many milliseconds\nlater."
  parser:option "--page-size":argname "N":convert(whole_number(1000000))
    :description "Most objects of a page of a list."
  parser:option "--decide":argname "QUESTION=ANSWER":count "*":convert(convert_decision)
    :description "What to do where the service's ways are\ndisputed; see --questions."
  parser:flag "--questions":description "Say what --decide can answer, and end."
  parser:flag "--no-check":description "Store definitions unjudged."
  parser:flag "--allow-remote"
    :description "Let --host be more than this machine. Whoever\nhas the token may write then."
  common.add_output(parser)
end

--- How to use it, for people.
local function tell_use(console, running, options, store)
  local token = options.token and "TOKEN" or running.token
  console:tell(("store %s; Ctrl-C stops it. In another shell:"):format(text.shown(store)))
  console:tell(("  export BYLAW_ENDPOINT=%s"):format(running.url))
  console:tell(("  export BYLAW_TOKEN=%s"):format(token))
  if running.ca_file then
    console:tell(("  export BYLAW_CA_FILE=%s"):format(text.shown(running.ca_file)))
  end
  console:tell "  bylaw list"
  if not running.ca_file then
    console:tell "--tls makes it https, as other clients of Graph want it."
    return
  end
  console:tell "Other clients of Graph get their tokens from it too:"
  console:tell(("  export NODE_EXTRA_CA_CERTS=%s"):format(text.shown(running.ca_file)))
  console:tell(("  export AZURE_AUTHORITY_HOST=%s"):format(running.url))
  console:tell(("  export AZURE_TENANT_ID=%s"):format(running.tenant_id))
  console:tell(("  export AZURE_CLIENT_ID=%s"):format(running.client_id))
  if not options.identity then console:tell(("  export AZURE_CLIENT_SECRET=%s"):format(token)) end
end

--- Where it listens, and the tokens that it made: lines, or one line of JSON.
local function say_where(console, running, options, store)
  local token = not options.token and running.token or nil
  local admin = not options.admin_token and running.admin_token or nil
  if options.output == "json" then
    local ca_file = running.ca_file and text.valid(running.ca_file)
    console:say(require("bylaw.core").json_write { format_version = "1.0", url = running.url,
      token = token, admin_token = admin, store = text.valid(store), ca_file = ca_file,
      tenant_id = running.tenant_id, client_id = running.client_id })
    return
  end
  console:say("listening on " .. running.url)
  if token then console:say("token " .. token) end
  if admin then console:say("admin " .. admin) end
end

local function read_file(path)
  local file, err = io.open(path, "rb")
  if not file then return nil, err end
  local read = file:read "a"
  file:close()
  if not read then return nil, path .. ": it cannot be read" end
  return read
end

--- The options of `start`; nil, err where a file that they name cannot be read.
local function settings_of(options, store, console)
  local settings = {
    host = options.host, port = options.port or PORT, store = store, token = options.token,
    check = not options.no_check, allow_remote = options.allow_remote or false,
    enforce_permissions = options.enforce_permissions or false, tls = options.tls,
    faults = options.faults, random_seed = options.random_seed, lag = options.lag,
    raise_files = true, page_size = options.page_size, admin_token = options.admin_token,
  }
  if options.tls_cert and options.tls_key then
    local exposed = require("bylaw.credential.file").exposed(options.tls_key)
    if exposed then console:complain("bylaw: warning: " .. text.shown(exposed)) end
    settings.tls = { cert = options.tls_cert, key = options.tls_key }
  elseif options.tls_cert or options.tls_key then
    return nil, errors.new("usage", "--tls-cert and --tls-key go together")
  end
  if options.identity then
    local read, err = read_file(options.identity)
    if not read then return nil, errors.new("usage", err) end
    settings.identity = read
  end
  return settings
end

--- The order of the document's members.
local QUESTIONS = { { name = "format_version" }, { name = "questions",
  fields = { { name = "name" }, { name = "about" }, { name = "answers" } } } }

--- What can be decided: for people a question a line, its answers, and what it is about.
local function tell_questions(console, questions, output)
  if output == "json" then
    local pretty = require "bylaw.cli.pretty"
    console:say(pretty.json({ format_version = "1.0", questions = questions }, QUESTIONS))
    return 0
  end
  for _, question in ipairs(questions) do
    console:say(("%-26s %s"):format(question.name, table.concat(question.answers, ", ")))
    console:say_folded("  " .. question.about)
  end
  return 0
end

local function find(list, wanted)
  for _, item in ipairs(list) do
    if item == wanted or item.name == wanted then return item end
  end
end

--- The answers by question. Wrong use is told as such.
local function decisions(given, questions)
  local decide = {}
  for _, pair in ipairs(given) do
    local name, answer = pair[1], pair[2]
    local question = find(questions, name)
    if not question then
      return nil, ("nothing is decided by '%s'; see --questions"):format(name)
    end
    if not find(question.answers, answer) then
      return nil, ("'%s' is no answer to '%s'; there are %s"):format(answer, name,
        table.concat(question.answers, ", "))
    end
    decide[name] = answer
  end
  return decide
end

function emulator.run(options, console)
  local questions, absent = local_store.questions()
  if not questions then return failure.tell(console, absent) end
  if options.questions then return tell_questions(console, questions, options.output) end
  local decide, wrong = decisions(options.decide or {}, questions)
  if not decide then return failure.tell(console, errors.new("usage", wrong)) end
  local store = options.store or local_store.EMULATOR
  local settings, unread = settings_of(options, store, console)
  if not settings then return failure.tell(console, unread) end
  settings.decide = decide
  local running, err = local_store.start(settings)
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
    say_where(console, running, options, store)
    console.stdout:flush()
    tell_use(console, running, options, store)
  end)
  running:stop()
  return 0
end

return emulator
