--- One application of a tenant, with its service principal, what both carry, and the policies that
--- hold for all: what `bylaw.effective` wants to know.
local core = require "bylaw.core"
local effective = require "bylaw.effective"
local errors = require "bylaw.errors"
local map = require "bylaw.map"
local paths = require "bylaw.paths"
local policies = require "bylaw.policies"

local live_app = {}

local COLLECTIONS = { application = "/applications", servicePrincipal = "/servicePrincipals" }
local TYPES = { "application", "servicePrincipal" }
local SELECT = "$select=id,appId,displayName"

local HEX = "%x"
local GUID = "^" .. HEX:rep(8) .. ("%-" .. HEX:rep(4)):rep(3) .. "%-" .. HEX:rep(12) .. "$"

local function carrier_of(type_name, object)
  local function text(name) return type(object[name]) == "string" and object[name] or nil end
  return { type = type_name, id = object.id, appId = text "appId",
    displayName = text "displayName" }
end

--- The objects of a type with this value of a property.
local function find(client, type_name, property, value)
  local filter = paths.percent(("%s eq '%s'"):format(property, (value:gsub("'", "''"))))
  local objects, err = policies.items(client,
    ("%s?$filter=%s&%s"):format(COLLECTIONS[type_name], filter, SELECT))
  if not objects then return nil, err end
  for i, object in ipairs(objects) do objects[i] = carrier_of(type_name, object) end
  return objects
end

--- The object of a type with this id, in a list; an empty one where there is none.
local function get(client, type_name, id)
  local object, err = client:request("GET",
    ("%s/%s?%s"):format(COLLECTIONS[type_name], paths.percent(id), SELECT))
  if object then return { carrier_of(type_name, object) } end
  if err.code == "not_found" then return {} end
  return nil, err
end

--- Does the jobs side by side, and joins the lists that they give.
local function gather(jobs)
  local lists, err = map(jobs, function(job) return job() end)
  if not lists then return nil, err end
  local all = {}
  for _, list in ipairs(lists) do table.move(list, 1, #list, #all + 1, all) end
  return all
end

--- Whatever a person may mean: an object's id, an appId, a name.
local function meant(client, which)
  local jobs = {}
  for _, type_name in ipairs(TYPES) do
    if which:find(GUID) then
      jobs[#jobs + 1] = function() return get(client, type_name, which) end
      jobs[#jobs + 1] = function() return find(client, type_name, "appId", which) end
    else
      jobs[#jobs + 1] = function() return find(client, type_name, "displayName", which) end
    end
  end
  return gather(jobs)
end

--- The objects by their appId, in the order found; one without an appId stands alone.
local function by_app(objects)
  local list, known = {}, {}
  for _, object in ipairs(objects) do
    local key = object.appId or object.id
    if not known[key] then
      known[key] = {}
      list[#list + 1] = known[key]
    end
    known[key][object.type] = object
  end
  return list
end

local function refusal(which, found)
  local quoted = errors.quote(which)
  if #found == 0 then
    return errors.new("not_found", ("there is no application and no service principal with the %s "
      .. "%s"):format(which:find(GUID) and "id or appId" or "name", quoted))
  end
  local lines = {}
  for i, one in ipairs(found) do
    local object = one.application or one.servicePrincipal
    lines[i] = ("  appId %s"):format(tostring(object.appId or object.id))
  end
  return errors.new("ambiguous", ("%d applications are named %s; take an appId:\n%s"):format(
    #found, quoted, table.concat(lines, "\n")))
end

--- The application and its service principal, as far as the tenant has them.
local function objects_of(client, which)
  local found, err = meant(client, which)
  if not found then return nil, err end
  local apps = by_app(found)
  if #apps ~= 1 then return nil, refusal(which, apps) end
  local one = apps[1]
  for _, type_name in ipairs(TYPES) do
    local other = one.application or one.servicePrincipal
    if not one[type_name] and other.appId then
      local more
      more, err = find(client, type_name, "appId", other.appId)
      if not more then return nil, err end
      one[type_name] = more[1]
    end
  end
  return one
end

local function carries(kind, type_name)
  for _, name in ipairs(core.targets[kind] or {}) do
    if name == type_name then return true end
  end
  return false
end

local function reads_of(client, state)
  local jobs = {}
  for _, kind in ipairs(effective.kinds()) do
    jobs[#jobs + 1] = function()
      local err
      state.policies[kind], err = client:list(kind)
      return state.policies[kind], err
    end
    for _, type_name in ipairs(TYPES) do
      local object = state[type_name]
      if object and carries(kind, type_name) then
        jobs[#jobs + 1] = function()
          local list, err = client:assigned(kind, { [type_name] = object.id })
          state.carried[type_name][kind] = list
          return list, err
        end
      end
    end
  end
  return jobs
end

--- Reads it.
---@param client bylaw.Client
---@param which string  id of one of the two objects, appId, or a name that one application has
---@return bylaw.AppState?
---@return bylaw.Error? err  codes "not_found" and "ambiguous" besides those of the client
function live_app.read(client, which)
  local state, err = objects_of(client, which)
  if not state then return nil, err end
  state.policies, state.carried = {}, { application = {}, servicePrincipal = {} }
  local done
  done, err = gather(reads_of(client, state))
  if not done then return nil, err end
  return state
end

return live_app
