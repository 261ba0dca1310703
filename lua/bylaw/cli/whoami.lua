--- bylaw whoami: which credential would be used, for which tenant, with which rights.
local common = require "bylaw.cli.common"
local core = require "bylaw.core"
local failure = require "bylaw.cli.failure"
local pretty = require "bylaw.cli.pretty"
local session = require "bylaw.cli.session"
local text = require "bylaw.cli.text"

local whoami = {
  name = "whoami",
  summary = "Show which credential, tenant and rights would be used",
  usage = "bylaw whoami [options]",
  examples = {
    { "bylaw whoami", "as the other verbs would sign in" },
    { "bylaw whoami --auth azure-cli", "with the Azure CLI's user" },
    { "bylaw whoami -o json", "for a script" },
  },
  notes = "A token is fetched and read, but neither shown nor verified, and nothing is\n"
    .. "asked of Graph: its owner could still be refused there.",
}

local READ, WRITE = "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"

function whoami.add_to(parser)
  common.add_output(parser)
  session.add_to(parser, true)
end

--- A claim that is a text.
local function claim(claims, ...)
  for _, name in ipairs { ... } do
    local value = claims[name]
    if type(value) == "string" and value ~= "" then return value end
  end
end

--- The claims of a token; nil where it is not to be read.
local function claims_of(token)
  local _, claims = core.token_read(token)
  claims = type(claims) == "string" and core.json_read(claims)
  return type(claims) == "table" and claims or nil
end

--- Texts of a list, or the words of a text, sorted.
local function names(value)
  local list = {}
  if type(value) == "string" then
    for word in value:gmatch "%S+" do list[#list + 1] = word end
  elseif type(value) == "table" then
    for _, word in ipairs(value) do
      if type(word) == "string" then list[#list + 1] = word end
    end
  end
  table.sort(list)
  return list
end

--- Rights that policies take and the token does not have.
local function missing(rights)
  local has = {}
  for _, right in ipairs(rights) do has[right] = true end
  local list = {}
  for _, right in ipairs { READ, WRITE } do
    if not has[right] then list[#list + 1] = right end
  end
  return list
end

--- The credential in words: of the default, the one that it found.
local function credential_of(who)
  if who.used then return tostring(who.credential), who.used, who.from end
  return tostring(who), tostring(who):match "^bylaw%.credential%.([%w_]+)"
end

--- What is known, as data.
local function gather(it, token)
  local words, name, from = credential_of(it.client.credential)
  local claims = claims_of(token)
  local found = {
    service = it.where, credential = name, from = from, description = words:match "%((.*)%)$",
    readable = claims ~= nil,
  }
  if not claims then return found end
  local app_only = claim(claims, "idtyp") == "app" or claims.scp == nil
  found.tenant = claim(claims, "tid")
  found.app = claim(claims, "appid", "azp")
  found.app_name = claim(claims, "app_displayname")
  found.user = not app_only and claim(claims, "upn", "preferred_username", "unique_name") or nil
  found.object = claim(claims, "oid")
  found.audience = claim(claims, "aud")
  found.roles, found.scopes = names(claims.roles), names(claims.scp)
  found.missing = missing(app_only and found.roles or found.scopes)
  local ends = math.tointeger(claims.exp)
  found.expires = ends and os.date("!%Y-%m-%dT%H:%M:%SZ", ends)
  return found
end

local ROWS = {
  { "service" }, { "credential" }, { "tenant" }, { "app" }, { "user" }, { "object" },
  { "roles" }, { "scopes" }, { "audience" }, { "expires" },
}

--- A value as it is shown; nil where there is nothing to show.
local function shown(found, name)
  local value = found[name]
  if name == "credential" then
    local from = found.from and (" (%s)"):format(found.from) or ""
    return ("%s%s: %s"):format(value, from, found.description or "")
  end
  if name == "app" and found.app_name then return ("%s (%s)"):format(value, found.app_name) end
  if type(value) == "table" then return value[1] and table.concat(value, ", ") end
  return value
end

local function say_text(console, found)
  for _, row in ipairs(ROWS) do
    local value = shown(found, row[1])
    if value then console:say(("%s  %s"):format(text.pad(row[1], 10), text.shown(value))) end
  end
  if not found.readable then
    console:tell "the token is opaque: whose it is, and what it may do, does not show"
    return
  end
  for _, right in ipairs(found.missing) do
    console:tell(("the token lacks %s, which %s policies takes"):format(right,
      right == READ and "reading" or "writing"))
  end
end

local ORDER = {}
for i, name in ipairs { "service", "credential", "from", "description", "tenant", "app", "app_name",
  "user", "object", "roles", "scopes", "missing", "audience", "expires", "readable" } do
  ORDER[i] = { name = name }
end

local function valid(found)
  local data = {}
  for name, value in pairs(found) do
    local is_empty = type(value) == "table" and #value == 0
    data[name] = type(value) == "string" and text.valid(value)
      or is_empty and core.json_read "[]" or value
  end
  return data
end

function whoami.run(options, console)
  local it <close>, err = session.open(options, console)
  if not it then return failure.tell(console, err) end
  local client = it.client
  local token, refused = client.credential:token(client.scope, client.transport)
  if not token then return failure.tell(console, refused) end
  local found = gather(it, token)
  if options.output == "json" then
    console:say(pretty.json(valid(found), ORDER))
  else
    say_text(console, found)
  end
  return 0
end

return whoami
