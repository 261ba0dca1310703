--- bylaw delete: removes one policy, after asking.
local common = require "bylaw.cli.common"
local diagnostic = require "bylaw.cli.diagnostic"
local failure = require "bylaw.cli.failure"
local find = require "bylaw.cli.find"
local pretty = require "bylaw.cli.pretty"
local session = require "bylaw.cli.session"
local text = require "bylaw.cli.text"

local delete = {
  name = "delete",
  summary = "Delete one policy; it cannot be restored",
  usage = "bylaw delete [options] KIND ID|NAME",
  examples = {
    { "bylaw delete token-lifetime 'Contoso: 8 hours'", "asks first" },
    { "bylaw delete policy ID --yes", "does not ask" },
  },
  notes = "Without a terminal to ask on, and without --yes, nothing is deleted.",
}

function delete.add_to(parser)
  common.add_kind_argument(parser)
  parser:argument "ID|NAME":target "which":description "Its id, or a name that only one has."
  parser:flag "-y --yes":description "Do not ask."
  common.add_output(parser)
  session.add_to(parser)
end

--- Whether the person at the terminal wants it.
local function is_wanted(console, policy, where)
  local answer = console:ask(("Delete %s?\n  id %s\n  in %s\nOnly 'yes' will be accepted:"):format(
    diagnostic.address(policy), text.shown(policy.id), text.shown(where)))
  if answer and answer:match "^%s*(.-)%s*$" == "yes" then return true end
  console:complain "nothing was deleted"
  return false
end

function delete.run(options, console)
  if not options.yes and not console:can_ask() then
    console:fail "there is no terminal to ask on: say --yes to delete without being asked"
    return 1
  end
  local it <close>, err = session.open(options, console)
  if not it then return failure.tell(console, err) end
  local policy
  policy, err = find.policy(it.client, options.kind, options.which)
  if not policy then return failure.tell(console, err) end
  if not options.yes and not is_wanted(console, policy, it.where) then return 1 end
  local what = ("%s %s"):format(diagnostic.address(policy), text.shown(policy.id))
  local done
  done, err = it.client:delete(options.kind, policy.id)
  if not done then return failure.tell(console, err, "deleting " .. what) end
  if options.output == "json" then
    console:say(pretty.policy(policy))
  else
    console:say_folded(console:on_stdout("green", "deleted") .. " " .. what)
  end
  return 0
end

return delete
