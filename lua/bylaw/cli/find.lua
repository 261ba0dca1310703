--- The one policy that a person means by its id or its name.
local find = {}

local core = require "bylaw.core"
local errors = require "bylaw.errors"
local text = require "bylaw.cli.text"

local HEX = "%x"
local GUID = "^" .. HEX:rep(8) .. ("%-" .. HEX:rep(4)):rep(3) .. "%-" .. HEX:rep(12) .. "$"
local MOST = 127 -- names that core.nearest takes

local function none(kind, name, names)
  local message = ("there is no %s named %s"):format(kind, text.quoted(name))
  local nearest = core.nearest(name, names)
  if nearest then message = ("%s; did you mean %s?"):format(message, text.quoted(nearest)) end
  return nil, errors.new("not_found", message)
end

local function several(kind, name, found)
  local lines = {}
  for _, one in ipairs(found) do lines[#lines + 1] = "  " .. text.shown(tostring(one.id)) end
  return nil, errors.new("ambiguous", ("%d of the kind %s are named %s; take an id:\n%s"):format(
    #found, kind, text.quoted(name), table.concat(lines, "\n")))
end

--- Gets a policy by id, or by its name, which must be the only one of its kind.
---@param client bylaw.Client
---@param kind string
---@param id_or_name string
---@return bylaw.Policy?
---@return bylaw.Error? err  codes "not_found" and "ambiguous" besides those of the client
function find.policy(client, kind, id_or_name)
  if id_or_name:find(GUID) then return client:get(kind, id_or_name) end
  local policies, err = client:list(kind)
  if not policies then return nil, err end
  local found, names = {}, {}
  for _, policy in ipairs(policies) do
    if policy.displayName == id_or_name then found[#found + 1] = policy end
    if type(policy.displayName) == "string" and #names < MOST then
      names[#names + 1] = policy.displayName
    end
  end
  if #found == 1 then return found[1] end
  return (#found == 0 and none or several)(kind, id_or_name, #found == 0 and names or found)
end

return find
