--- What is live, as declarations: sorted, the same bytes for the same tenant, nothing lost.
local core = require "bylaw.core"
local errors = require "bylaw.errors"
local lua = require "bylaw.render.lua"
local map = require "bylaw.map"
local options = require "bylaw.options"
local policy = require "bylaw.policy"

local export = {}

---@class bylaw.ExportOptions
---@field kinds? string[]        all that the client's version has, by default
---@field assignments? boolean   read what the policies apply to; true by default
---@field concurrency? integer   reads that are under way at once; 16 by default

local OPTIONS = { kinds = "table", assignments = "boolean", concurrency = "number" }

local HEADER = "-- What is live, as bylaw export wrote it: bylaw plan finds nothing to do.\n"

--- Problems that a text has and a table would not: the text is kept as it is.
local OF_TEXTS = { lenient_json = true, duplicate_key = true, invalid_json = true }

-- Definitions ------------------------------------------------------------------------------------

--- The strings of a live definition, byte for byte.
local function wire_of(p)
  local text = core.kept(p)
  if text then return { text } end
  return type(p.definition) == "table" and p.definition or { p.definition }
end

--- The text that would be sent of a definition that is a table.
local function written_of(kind, definition)
  local p = policy.new(kind, { displayName = "x", definition = definition })
  local body = core.encode(p, "collection", false)
  return body and core.json_read(body).definition[1]
end

--- A table as a declaration gives it: without marks of what it was read from.
local function plain(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in next, value do copy[key] = plain(item) end
  return copy
end

--- The table without what a kind fills in by itself.
local function without_filled(kind, definition)
  local described = core.describe(kind)
  for _, row in ipairs(described and described.fields or {}) do
    if row.filled and definition[row.name] == row.min then definition[row.name] = nil end
  end
  return definition
end

--- The definition as a table, where what is written of it says the same as the text; nil where it
--- does not: an empty list under a name that bylaw does not know would become an object.
local function table_of(kind, text)
  local inner, problems = core.definition_decode(kind, text)
  if not inner or type(inner) ~= "table" then return nil end
  for _, problem in ipairs(problems) do
    if OF_TEXTS[problem.code] then return nil end
  end
  if core.json_read(text) == nil then return nil end
  local definition = without_filled(kind, plain(inner))
  local written = written_of(kind, definition)
  return written and core.definition_equal(kind, written, text) and definition or nil
end

--- The definition as it is declared: a table, else its one text, else its texts.
local function definition_of(p)
  local wire = wire_of(p)
  if #wire ~= 1 or type(wire[1]) ~= "string" then return wire end
  return table_of(p.kind, wire[1]) or wire[1]
end

--- Codes that must be accepted for a policy to be declared as it is; nil where none will do.
local function accepted(p, definition)
  local function judged(accept)
    local valid, err = core.validate(policy.new(p.kind, { displayName = p.displayName,
      description = p.description, isOrganizationDefault = p.isOrganizationDefault,
      definition = definition, accept = accept }))
    return valid, err
  end
  local accept, known = {}, {}
  for _ = 1, 3 do -- what is accepted may let other problems show
    local valid, err = judged(#accept > 0 and accept or nil)
    if valid then
      table.sort(accept)
      return accept
    end
    for _, problem in ipairs(err.problems or {}) do
      if problem.severity == "error" and not known[problem.code] then
        known[problem.code] = true
        accept[#accept + 1] = problem.code
      end
    end
  end
  return nil
end

-- Names ------------------------------------------------------------------------------------------

--- A short name made of a text; not one that `taken` has.
local function slug(text, between, otherwise, taken)
  local name = text:lower():gsub("%W+", " "):sub(1, 60):match "^ ?(.-) ?$":gsub(" ", between)
  if name == "" then name = otherwise end
  local unique, count = name, 1
  while taken[unique] do
    count = count + 1
    unique = ("%s%s%d"):format(name, between, count)
  end
  taken[unique] = true
  return unique
end

--- Expressions for the appIds that policies are assigned to, and the local that holds them.
local function app_names(found)
  local names, apps = {}, {}
  for _, one in ipairs(found) do
    for _, carrier in ipairs(one.carriers or {}) do
      if carrier.appId then names[carrier.appId] = carrier.displayName or "app" end
    end
  end
  for id, name in pairs(names) do apps[#apps + 1] = { id = id, name = name } end
  table.sort(apps, function(a, b)
    if a.name ~= b.name then return a.name < b.name end
    return a.id < b.id
  end)
  local taken, lines, expressions = {}, {}, {}
  for i, app in ipairs(apps) do
    local name = slug(app.name, "_", "app", taken)
    if name:find "^%d" then name = "app_" .. name end
    expressions[app.id] = lua.key(name) == name and "apps." .. name or "apps" .. lua.key(name)
    lines[i] = ("  %s = %s,\n"):format(lua.key(name), lua.quoted(app.id))
  end
  if #lines == 0 then return expressions, "" end
  return expressions, "\nlocal apps = {\n" .. table.concat(lines) .. "}\n"
end

--- How often a kind has a name: one that is not alone needs its id.
local function count_names(found)
  local counts = {}
  for _, one in ipairs(found) do
    local key = one.policy.kind .. " " .. tostring(one.policy.displayName)
    counts[key] = (counts[key] or 0) + 1
  end
  return counts
end

-- Writing ----------------------------------------------------------------------------------------

local TYPES = { application = true, servicePrincipal = true }

--- The targets of a policy as Lua; nil where one is of no known type.
local function targets_of(carriers, names)
  local lines = {}
  for _, carrier in ipairs(carriers) do
    if not TYPES[carrier.type] then return nil end
    local which = lua.quoted(carrier.id)
    if carrier.appId then which = ("{ appId = %s }"):format(names[carrier.appId]) end
    lines[#lines + 1] = carrier.type .. " " .. which
  end
  table.sort(lines)
  if #lines == 0 then return "{}" end
  if #lines == 1 then return "{ " .. lines[1] .. " }" end
  return "{\n    " .. table.concat(lines, ",\n    ") .. ",\n  }"
end

local function rows_of(kind)
  local described = core.describe(kind)
  return described and described.fields
end

--- The lines of a policy's properties; nil where it cannot be declared.
local function properties_of(one, names, alone)
  local p, lines = one.policy, {}
  local function add(name, written) lines[#lines + 1] = ("  %s = %s,\n"):format(name, written) end
  local definition = definition_of(p)
  local accept = accepted(p, definition)
  if not accept then return nil end
  if not alone or type(p.displayName) ~= "string" then add("id", lua.quoted(p.id)) end
  if p.displayName ~= nil then add("displayName", lua.value(p.displayName)) end
  if p.description ~= nil then add("description", lua.value(p.description)) end
  if p.isOrganizationDefault then add("isOrganizationDefault", "true") end
  if #accept > 0 then add("accept", lua.value(accept)) end
  add("definition", type(definition) == "string" and lua.long(definition)
    or lua.value(definition, rows_of(p.kind), names, "  "))
  local targets = one.carriers and targets_of(one.carriers, names)
  if targets then add("assignTo", targets) end
  return table.concat(lines)
end

local function comment(one)
  return ("\n-- %s %s (%s) cannot be declared as it is: its definition cannot be written\n"):format(
    one.policy.kind, lua.quoted(tostring(one.policy.displayName)), one.policy.id)
end

--- All that was found, as Lua.
local function write(found)
  local names, apps = app_names(found)
  local pieces, counts, taken = { HEADER, apps }, count_names(found), {}
  for _, one in ipairs(found) do
    local kind, name = one.policy.kind, tostring(one.policy.displayName)
    taken[kind] = taken[kind] or {}
    local label = slug(name, "-", "policy", taken[kind])
    local lines = properties_of(one, names, counts[kind .. " " .. name] == 1)
    pieces[#pieces + 1] = lines and ("\n%s %s {\n%s}\n"):format(kind, lua.quoted(label), lines)
      or comment(one)
  end
  return table.concat(pieces)
end

-- Reading ----------------------------------------------------------------------------------------

local function is_assignable(kind)
  for _, target in ipairs(core.targets[kind] or {}) do
    if TYPES[target] then return true end
  end
  return false
end

--- The kinds that are asked for, in their own order.
local function kinds_of(client, given)
  local wanted, kinds = {}, {}
  for _, kind in ipairs(given.kinds or {}) do
    if not core.collections[kind] then return nil, errors.unknown_kind(tostring(kind)) end
    wanted[kind] = true
  end
  for _, kind in ipairs(core.kinds) do
    local usual = not core.versions[kind] or core.versions[kind] == client.version
    if given.kinds and wanted[kind] or not given.kinds and usual then kinds[#kinds + 1] = kind end
  end
  return kinds
end

--- The policies of the kinds, by kind, name and id.
local function read_policies(client, kinds, given)
  local lists, err = map(kinds, function(kind) return client:list(kind) end,
    { concurrency = given.concurrency })
  if not lists then return nil, err end
  local found = {}
  for i in ipairs(kinds) do
    table.sort(lists[i], function(a, b)
      local x, y = tostring(a.displayName), tostring(b.displayName)
      if x ~= y then return x < y end
      return a.id < b.id
    end)
    for _, p in ipairs(lists[i]) do found[#found + 1] = { policy = p } end
  end
  return found
end

local function read_carriers(client, found, given)
  local asked = {}
  for _, one in ipairs(found) do
    if is_assignable(one.policy.kind) then asked[#asked + 1] = one end
  end
  local lists, err = map(asked, function(one) return client:applies_to(one.policy) end,
    { concurrency = given.concurrency })
  if not lists then return nil, err end
  for i, one in ipairs(asked) do one.carriers = lists[i] end
  return true
end

---@class bylaw.Exported
---@field policy bylaw.Policy
---@field carriers? bylaw.Carrier[]  nil: they were not asked for, or the kind has none

--- Reads what is live.
---@param client bylaw.Client
---@param given? bylaw.ExportOptions
---@return bylaw.Exported[]?  by kind, name and id
---@return bylaw.Error? err  where any read failed: a part of a tenant is none
function export.read(client, given)
  given = options.check("export", given, OPTIONS)
  local kinds, err = kinds_of(client, given)
  if not kinds then return nil, err end
  local found
  found, err = read_policies(client, kinds, given)
  if not found then return nil, err end
  if given.assignments ~= false then
    local done
    done, err = read_carriers(client, found, given)
    if not done then return nil, err end
  end
  return found
end

--- What was read, as declarations; bylaw.load of them gives the same.
---@param found bylaw.Exported[]
---@return string
function export.text(found) return write(found) end

--- Reads what is live and writes it as declarations.
---@param client bylaw.Client
---@param given? bylaw.ExportOptions
---@return string? text
---@return bylaw.Error? err
function export.run(client, given)
  options.check("export", given, OPTIONS)
  local found, err = export.read(client, given)
  return found and write(found), err
end

return export
