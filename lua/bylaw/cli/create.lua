--- bylaw create: sends the policies of a file, after all of them were judged.
local common = require "bylaw.cli.common"
local declarations = require "bylaw.cli.declarations"
local diagnostic = require "bylaw.cli.diagnostic"
local failure = require "bylaw.cli.failure"
local input = require "bylaw.cli.input"
local judge = require "bylaw.cli.judge"
local pretty = require "bylaw.cli.pretty"
local report = require "bylaw.cli.report"
local session = require "bylaw.cli.session"
local text = require "bylaw.cli.text"

local create = {
  name = "create",
  summary = "Create the policies of a file",
  usage = "bylaw create [options] FILE",
  examples = {
    { "bylaw create policies.lua --local", "in the emulator of this folder" },
    { "bylaw create body.json", "a request body, as Graph documents it" },
    { "bylaw create - --kind token-issuance", "a body from stdin" },
  },
  notes = [[
FILE is a Lua file that declares policies, or JSON: a request body or a list
of them. Assignments are for apply. All are checked before the first is sent.
Creating goes on until one is refused; what was created then is told.]],
}

function create.add_to(parser)
  parser:argument "FILE":description "Lua or JSON; - is stdin.":target "file"
  common.add_kind(parser)
  declarations.add_to(parser)
  parser:flag "--no-validate"
    :description "Send unjudged what can be sent at all."
  common.add_consistency(parser)
  common.add_output(parser)
  session.add_to(parser)
end

--- After these nobody knows whether the service has the policy.
local function is_uncertain(err)
  return err.code == "uncertain" or err.sent and (err.code == "cut" or err.code == "timeout")
    or err.code == "bad_answer" or err.code == "server_error"
end

--- Tells how far it came, when the policy of that number was not created.
local function tell_rest(console, items, number, err)
  local item, rest = items[number], #items - number
  if not item then return end
  if #items > 1 then
    console:complain(("%d of %s created%s"):format(number - 1,
      text.count(#items, "policy", "policies"), rest > 0 and ("; %d not tried"):format(rest) or ""))
  end
  if is_uncertain(err) then
    console:complain(("whether the service has %s is not known: look, by bylaw list %s, before "
      .. "trying again"):format(item.address, item.policy.kind))
  end
end

local function tell_created(console, options, policy)
  if options.output == "json" then return end
  console:say_folded(("%s %s %s"):format(console:on_stdout("green", "created"),
    diagnostic.address(policy), text.shown(tostring(policy.id))))
end

local function say_json(console, list, created)
  if list then
    console:say(pretty.policies(created))
  elseif created[1] then
    console:say(pretty.policy(created[1]))
  end
end

--- Creates one after the other until one fails; err and its number then.
local function send(client, items, options, console, created)
  for number, item in ipairs(items) do
    local policy, err = client:create(item.policy,
      { dialect = item.dialect, validate = not options.no_validate })
    if not policy then return err, number end
    created[number] = policy
    tell_created(console, options, policy)
  end
end

--- Tells what was done when something is raised meanwhile: Ctrl-C, above all.
local function on_interrupt(tell)
  return setmetatable({}, { __close = function(_, raised)
    if raised then tell() end
  end })
end

--- The file's items, when nothing is wrong with them.
local function read(options, console)
  local source = input.read({ options.file }, {
    kind = options.kind, stdin = console.stdin, load = declarations.options(options, console),
  })[1]
  local verdict = judge.inputs({ source }, not options.no_validate)
  report.write(verdict.diagnostics, console, false)
  if verdict.errors == 0 then return source end
  console:complain(("nothing was created: %s in %s"):format(text.count(verdict.errors, "error"),
    text.shown(source.name)))
end

function create.run(options, console)
  local source = read(options, console)
  if not source then return 1 end
  local it <close>, refused = session.open(options, console)
  if not it then return failure.tell(console, refused) end
  local items, created = source.items, {}
  local _ <close> = on_interrupt(function()
    if options.output == "json" then say_json(console, source.list, created) end
    tell_rest(console, items, #created + 1, { sent = true, code = "cut" })
  end)
  local err, number = send(it.client, items, options, console, created)
  if options.output == "json" then say_json(console, source.list, created) end
  if not err then return 0 end
  failure.tell(console, err, "creating " .. items[number].address)
  tell_rest(console, items, number, err)
  return 1
end

return create
