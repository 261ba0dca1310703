--- Policies in a service: create, get, list, update, delete. Loading this module gives bylaw.Client
--- these operations as methods; each function takes the client first.
---
--- The kind "policy" is the legacy endpoint /beta/policies, whatever the client's version.
local client_module = require "bylaw.client"
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local made_once = require "bylaw.made_once"
local options = require "bylaw.options"
local paths = require "bylaw.paths"
local policy = require "bylaw.policy"

local policies = {}

---@class bylaw.CreateOptions
---@field dialect? "collection"|"legacy"|"legacy-string"  by default that of the policy's endpoint
---@field validate? boolean  false sends what can be written at all, unjudged
---@field known? table<string, true>  ids that were there before, so that none of them is taken for
---  a policy whose answer was lost; the client adds those that it has listed itself
---@field journal? bylaw.Journal  in place of the client's

---@class bylaw.ListOptions
---@field filter? string           OData, such as "displayName eq 'x'"
---@field top? integer             policies a page; all pages are read
---@field select? string|string[]  names of the properties to get; id is always among them
---@field decode? boolean          false leaves definitions as the texts that came, for who reads
---  many and looks into few

local DIALECTS = { "collection", "legacy", "legacy-string" }
local MOST_PAGES = 10000
local NONE = {}
local CREATE_OPTIONS = {
  dialect = "string", validate = "boolean", known = "table", journal = "table",
}

--- Where policies of a kind live: a path, and the version where it is not the client's.
local function home_of(kind)
  if kind == "policy" then return { path = "/policies", version = "beta" } end
  local collection = core.collections[kind]
  if not collection then return nil, errors.unknown_kind(kind) end
  return { path = "/policies/" .. collection, version = core.versions[kind] }
end

--- The path of one policy. An id that would name something else on the way is refused.
local function path_of(kind, id)
  local home, err = home_of(kind)
  if not home then return nil, err end
  local fault = paths.id_fault(id, "policy")
  if fault then return nil, fault end
  return { path = home.path .. "/" .. paths.percent(id), version = home.version }
end

--- The error of an answer that came well over the wire and is not what was asked for.
local function bad_answer(response, due)
  return errors.new("bad_answer", "the answer cannot be used: " .. due .. " was expected", {
    status = response.status,
    request_id = response.request_id,
    client_request_id = response.client_request_id,
  })
end

local function has_id(value)
  return type(value) == "table" and type(value.id) == "string" and value.id ~= ""
end

--- The policy in an answer; without an id it is none.
local function policy_of(kind, value, response)
  if has_id(value) then return policy.stored(kind, value) end
  return nil, bad_answer(response, "a policy with an id")
end

--- The query of a list: "?$filter=…&$top=…", or "".
local function query_of(given)
  local parts, names = {}, given.select
  if type(names) == "table" then names = table.concat(names, ",") end
  if names and not ("," .. names .. ","):find(",id,", 1, true) then names = "id," .. names end
  if given.filter then table.insert(parts, "$filter=" .. paths.percent(given.filter)) end
  if names then table.insert(parts, "$select=" .. paths.percent(names)) end
  if given.top then table.insert(parts, ("$top=%d"):format(given.top)) end
  return #parts > 0 and "?" .. table.concat(parts, "&") or ""
end

--- The list in a page, or nil where there is none: {"value": {}} is not an empty list.
local function items_of(page)
  local items = type(page) == "table" and page.value
  if type(items) ~= "table" then return nil end
  if #items > 0 then return items end
  return next(items) == nil and getmetatable(items) ~= nil and items or nil
end

--- Reads the pages of a list, one a call: the policies and the link to the next; nil and err.
local function read_page(client, url, version)
  local page, response = client:request("GET", url, nil, { version = version })
  if page == nil then return nil, response end
  local found = items_of(page)
  if not found then return nil, bad_answer(response, "a list") end
  for _, item in ipairs(found) do
    if not has_id(item) then return nil, bad_answer(response, "a policy with an id") end
  end
  local link = page["@odata.nextLink"]
  return found, type(link) == "string" and link or nil
end

--- A function that gives page after page: policies as JSON has them; nil at the end; nil and err.
local function pages_at(client, url, version)
  local seen, count = {}, 0
  return function()
    if not url then return nil end
    count = count + 1
    if seen[url] or count > MOST_PAGES then
      return nil, errors.new("endless_list", seen[url] and "the service links a page to itself"
        or ("the list has more than %d pages"):format(MOST_PAGES))
    end
    seen[url] = true
    local found, link = read_page(client, url, version)
    if not found then return nil, link end
    url = link
    return found
  end
end

--- All that a function gives page after page, in one list; nil and err.
local function gather(next_page)
  local all = {}
  while true do
    local found, err = next_page()
    if err then return nil, err end
    if not found then return all end
    table.move(found, 1, #found, #all + 1, all)
  end
end

--- The pages of the policies of a kind; nil and err.
local function pages_of(client, kind, given)
  local home, err = home_of(kind)
  if not home then return nil, err end
  return pages_at(client, home.path .. query_of(given), home.version)
end

--- All policies of a kind as JSON has them.
local function all_items(client, kind, given)
  local next_page, err = pages_of(client, kind, given or {})
  if not next_page then return nil, err end
  return gather(next_page)
end

--- The kind under whose address a policy is created in a dialect: for a legacy one in the dialect
--- of a collection, the kind that its type names.
local function kind_for(p, dialect)
  if dialect == "legacy" or dialect == "legacy-string" then return "policy" end
  if p.kind ~= "policy" or not dialect then return p.kind end
  return core.types[p.type] or tostring(p.type)
end

--- What creates of a kind have in common with one client; nil and err.
---@return bylaw.Home?
local function creating(client, kind)
  local home = client.homes[kind]
  if home then return home end
  local place, err = home_of(kind)
  if not place then return nil, err end
  home = {
    kind = kind,
    url = client_module.url_of(client, place.path, place.version),
    bucket = client.pacer.directory,
    reads = core.collections[kind] and kind,
    read = function(order, result)
      local value, refused = client_module.decode(order, result)
      if has_id(value) then return policy.stored(kind, value) end
      return nil, refused
        or bad_answer(client_module.response(order, result), "a policy with an id")
    end,
    list = function() return all_items(client, kind) end,
  }
  client.homes[kind] = home
  return home
end

--- Creates a policy. It is checked first, and nothing is sent where that finds an error. It is
--- created once: where the answer is lost, the policy is looked for, for as long as the client's
--- `consistency`, and only what is certainly not there is sent again. What could not be found out
--- is err.code "uncertain".
---@param client bylaw.Client
---@param p bylaw.Policy
---@param given? bylaw.CreateOptions
---@return bylaw.Policy? stored  with its id
---@return bylaw.Error? err
function policies.create(client, p, given)
  if given then options.check("create", given, CREATE_OPTIONS) else given = NONE end
  if given.dialect then options.choice("create: dialect", given.dialect, DIALECTS) end
  local body, err = core.encode(p, given.dialect, given.validate)
  if not body then return nil, err end
  local home = not given.dialect and client.homes[p.kind]
  if not home then
    home, err = creating(client, kind_for(p, given.dialect))
    if not home then return nil, err end
  end
  return made_once.create(client, home, body, given)
end

--- Looks for the policy that an earlier run intended to create, whose outcome nobody wrote down. It
--- sends no create, and takes as long as replication may still hide the policy.
---@param client bylaw.Client
---@param intent bylaw.Intent  as its journal had it
---@return bylaw.Policy|false|nil policy  false: it was certainly not created
---@return bylaw.Error? err  code "uncertain" where several are what was asked for, …
function policies.recover(client, intent)
  if type(intent) ~= "table" or type(intent.body) ~= "string" or type(intent.date) ~= "number" then
    error("recover: an intent was expected, as the journal was given it", 2)
  end
  local home, err = creating(client, intent.kind)
  if not home then return nil, err end
  return made_once.recover(client, home, intent)
end

--- Reads one policy.
---@param client bylaw.Client
---@param kind string
---@param id string
---@return bylaw.Policy?
---@return bylaw.Error? err  code "not_found", …
function policies.get(client, kind, id)
  options.text("get: kind", kind)
  options.text("get: id", id)
  local home, err = path_of(kind, id)
  if not home then return nil, err end
  local value, response = client:request("GET", home.path, nil, { version = home.version })
  if value == nil then return nil, response end
  return policy_of(kind, value, response)
end

local LIST_OPTIONS = {
  filter = "string", top = "number", select = "string table", decode = "boolean",
}

local function check_list(what, given)
  given = options.check(what, given, LIST_OPTIONS, 4)
  local top = given.top
  if top and not (math.type(top) == "integer" and top >= 1) then
    error(what .. ": top must be a whole number, 1 or more", 3)
  end
  return given
end

--- Reads all policies of a kind, page after page.
---@param client bylaw.Client
---@param kind string
---@param given? bylaw.ListOptions
---@return bylaw.Policy[]?
---@return bylaw.Error? err  where any page failed: a part of a list is none
function policies.list(client, kind, given)
  options.text("list: kind", kind)
  given = check_list("list", given)
  local items, err = all_items(client, kind, given)
  if not items then return nil, err end
  made_once.saw(client, kind, items)
  if given.decode == false then return items end
  for i, item in ipairs(items) do items[i] = policy.stored(kind, item) end
  return items
end

--- Goes over all policies of a kind, reading pages as they are needed:
--- `for p in client:each "tokenLifetimePolicy" do … end`. A page that fails raises its err, since
--- a loop that merely ended would pass for a whole list.
---@param client bylaw.Client
---@param kind string
---@param given? bylaw.ListOptions
---@return fun(): bylaw.Policy?
function policies.each(client, kind, given)
  options.text("each: kind", kind)
  given = check_list("each", given)
  local next_page, err = pages_of(client, kind, given)
  if not next_page then error(err, 0) end
  local found, i = {}, 0
  return function()
    i = i + 1
    while found and not found[i] do
      found, err = next_page()
      if err then error(err, 0) end
      if found then made_once.saw(client, kind, found) end
      i = 1
    end
    return found and found[i] and policy.stored(kind, found[i])
  end
end

--- Members of a policy value that are no properties to change.
local OWN = { kind = true, accept = true, problems = true, id = true }

--- The definition of a change as it goes over the wire: a list of one text. A legacy one without a
--- type cannot be judged, so it must be a wire text already.
local function wire_definition(kind, definition, type_name)
  if kind == "policy" then kind = core.types[type_name] end
  local one = type(definition) == "table" and #definition == 1 and definition[1] or definition
  if not kind and type(one) == "string" then return definition end
  if not kind then
    return nil, errors.new("invalid", "without a type the definition must be a text",
      { path = "/definition" })
  end
  local text, err = core.definition_encode(kind, definition)
  if not text then return nil, err end
  if type(one) == "string" and core.json_read(one) ~= nil then text = one end -- as it came
  return { text }
end

--- Changes some properties of a policy; those that are not named stay. A definition is checked
--- first, and replaces the old one as a whole.
---@param client bylaw.Client
---@param kind string
---@param id string
---@param changes table  such as { displayName = "…", definition = { … } }
---@return true? done
---@return bylaw.Error? err
function policies.update(client, kind, id, changes)
  options.text("update: kind", kind)
  options.text("update: id", id)
  if type(changes) ~= "table" then
    error("update: a table of changes was expected, not a " .. type(changes), 2)
  end
  local home, err = path_of(kind, id)
  if not home then return nil, err end
  local body = {}
  for name, value in pairs(changes) do
    if not OWN[name] then body[name] = value end
  end
  if body.definition ~= nil then
    body.definition, err = wire_definition(kind, body.definition, changes.type)
    if err then return nil, err end
  end
  local value, refused = client:request("PATCH", home.path, body, { version = home.version })
  if value == nil then return nil, refused end
  return true
end

--- Deletes a policy.
---@param client bylaw.Client
---@param kind string
---@param id string
---@return true? done
---@return bylaw.Error? err  code "not_found" where there is none
function policies.delete(client, kind, id)
  options.text("delete: kind", kind)
  options.text("delete: id", id)
  local home, err = path_of(kind, id)
  if not home then return nil, err end
  local value, refused = client:request("DELETE", home.path, nil, { version = home.version })
  if value == nil then return nil, refused end
  return true
end

local operations = {}
for name, operation in pairs(policies) do operations[name] = operation end

--- All objects of a collection, page after page, as JSON has them: each has an id.
---@param client bylaw.Client
---@param path string
---@param version? string
---@return table[]?
---@return bylaw.Error? err
function policies.items(client, path, version)
  return gather(pages_at(client, path, version))
end

--- The policies of a kind that stand at a path.
---@param client bylaw.Client
---@param kind string
---@param path string
---@param version? string
---@return bylaw.Policy[]?
---@return bylaw.Error? err
function policies.at(client, kind, path, version)
  local items, err = policies.items(client, path, version)
  if not items then return nil, err end
  for i, item in ipairs(items) do items[i] = policy.stored(kind, item) end
  return items
end

for name, operation in pairs(operations) do client_module.Client[name] = operation end

return policies
