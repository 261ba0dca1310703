--- What is live of that which a desired set speaks of. Everything is read before anything is
--- planned, and a read that fails ends it: what is not known is not absent.
local errors = require "bylaw.errors"
local map = require "bylaw.map"
local match = require "bylaw.match"
local target = require "bylaw.target"

local live = {}

---@class bylaw.Live
---@field service string   root of the service
---@field policies table<string, table[]>   by kind: properties as the service gave them
---@field assignments table<string, bylaw.Carrier[]>  by id of the policy, where they were asked for
---@field targets table<string, bylaw.Carrier|{ message: string }>  by target.key: what it names, or
---  why it names nothing
---@field carried table<string, table[]>  by target.carrier_key and kind: id and displayName of the
---  policies that a target has, where one is to be assigned to it

---@class bylaw.LiveOptions
---@field concurrency? integer  reads that are under way at once; 16 by default
---@field on_read? fun(what: string)  called before each read, for progress
---@field service? string  how plans call the service; the client's endpoint by default

local SELECT = {
  application = "$select=id,appId,displayName",
  servicePrincipal = "$select=id,appId,displayName,keyCredentials",
}

--- The error of a read, with what was being read.
local function while_reading(err, what)
  err.message = ("reading %s: %s"):format(what, err.message)
  return err
end

--- Does the jobs side by side, each { what = …, fn = … }: true, or nil and the first error.
local function read_all(jobs, given)
  local done, err = map(jobs, function(job)
    if given.on_read then given.on_read(job.what) end
    local ok, refused = job.fn()
    if not ok then return nil, while_reading(refused, job.what) end
    return true
  end, { concurrency = given.concurrency })
  return done and true, err
end

-- Policies ---------------------------------------------------------------------------------------

local function read_policies(client, state, kinds, given)
  local jobs = {}
  for i, kind in ipairs(kinds) do
    jobs[i] = { what = "policies of the kind " .. kind, fn = function()
      local list, err = client:list(kind, { decode = false })
      state.policies[kind] = list
      return list, err
    end }
  end
  return read_all(jobs, given)
end

-- Targets ----------------------------------------------------------------------------------------

--- RFC 3986: all but the unreserved characters.
local function percent(text)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function text_of(value) return type(value) == "string" and value or nil end

local function carrier_of(one, object)
  local keys = object.keyCredentials
  return { type = one.type, id = object.id, appId = text_of(object.appId),
    displayName = text_of(object.displayName),
    keyCredentials = type(keys) == "table" and keys or nil }
end

local function words_of(one)
  return ("%s with the %s %s"):format(one.type, one.by, errors.quote(one.value))
end

local function found_of(one, objects)
  if #objects == 1 and type(objects[1].id) == "string" then return carrier_of(one, objects[1]) end
  if #objects == 0 then return { message = "there is no " .. words_of(one) } end
  local ids = {}
  for i, object in ipairs(objects) do ids[i] = tostring(object.id) end
  table.sort(ids)
  return { message = ("there are %d: %s (%s); say which one by its id"):format(#objects,
    words_of(one), table.concat(ids, ", ")) }
end

--- What a target names.
local function resolve(client, one)
  local path = target.COLLECTIONS[one.type]
  if one.by == "id" then
    local object, err = client:request("GET", ("%s/%s?%s"):format(path, percent(one.value),
      SELECT[one.type]))
    if object then return found_of(one, { object }) end
    if err.code == "not_found" then return found_of(one, {}) end
    return nil, err
  end
  local filter = ("%s eq '%s'"):format(one.by, (one.value:gsub("'", "''")))
  local query = ("%s?$filter=%s&%s"):format(path, percent(filter), SELECT[one.type])
  local page, err = client:request("GET", query)
  if not page then return nil, err end
  return found_of(one, page.value or {})
end

--- Whether the application of a service principal accepts mapped claims, put into the carrier
--- where the service tells.
local function ask_for_claims(client, carrier)
  if carrier.type ~= "servicePrincipal" or not carrier.appId then return carrier end
  local path = ("/applications?$filter=%s&$select=id,api"):format(
    percent(("appId eq '%s'"):format(carrier.appId)))
  local page, err = client:request("GET", path)
  if not page then return nil, err end
  local application = type(page.value) == "table" and page.value[1]
  local api = type(application) == "table" and application.api
  if type(api) == "table" then carrier.acceptMappedClaims = api.acceptMappedClaims == true end
  return carrier
end

--- The targets that are declared, once each, in their order; `claims`: a claims mapping policy is
--- to be assigned.
local function declared_targets(desired)
  local list, seen = {}, {}
  for _, declared in ipairs(desired.policies) do
    for _, written in ipairs(not declared.absent and declared.assignTo or {}) do
      local one = target.read(written)
      local known = one and seen[target.key(one)]
      if one and not known then
        known, seen[target.key(one)] = one, one
        list[#list + 1] = one
      end
      if known and declared.kind == "claimsMappingPolicy" then known.claims = true end
    end
  end
  return list
end

local function add_target_jobs(jobs, client, state, desired)
  for _, one in ipairs(declared_targets(desired)) do
    jobs[#jobs + 1] = { what = "the " .. words_of(one), fn = function()
      local found, err = resolve(client, one)
      if found and one.claims and found.id then found, err = ask_for_claims(client, found) end
      state.targets[target.key(one)] = found
      return found, err
    end }
  end
end

-- Assignments ------------------------------------------------------------------------------------

--- The live policies whose targets matter: those whose assignments are declared, and those that
--- go.
local function assigned_policies(desired, matches)
  local list = {}
  for i, declared in ipairs(desired.policies) do
    local policy = matches.live[i]
    if policy and (declared.assignTo or declared.absent) then
      list[#list + 1] = { kind = declared.kind, policy = policy }
    end
  end
  return table.move(matches.orphans, 1, #matches.orphans, #list + 1, list)
end

local function add_assignment_jobs(jobs, client, state, desired, matches)
  for _, one in ipairs(assigned_policies(desired, matches)) do
    local name = errors.quote(tostring(one.policy.displayName))
    jobs[#jobs + 1] = { what = ("what %s %s applies to"):format(one.kind, name), fn = function()
      local carriers, err = client:applies_to { kind = one.kind, id = one.policy.id }
      state.assignments[one.policy.id] = carriers
      return carriers, err
    end }
  end
end

local function is_assigned(state, policy, carrier)
  for _, other in ipairs(policy and state.assignments[policy.id] or {}) do
    if target.carrier_key(other) == target.carrier_key(carrier) then return true end
  end
  return false
end

local function carried_job(client, state, key, kind, carrier)
  return { what = ("the policies of %s %s"):format(carrier.type, carrier.id), fn = function()
    local policies, err = client:assigned(kind, { [carrier.type] = carrier.id })
    if not policies then return nil, err end
    local list = {}
    for i, one in ipairs(policies) do list[i] = { id = one.id, displayName = one.displayName } end
    state.carried[key] = list
    return true
  end }
end

--- What the targets carry to which a policy is to be assigned.
local function read_carried(client, state, desired, matches, given)
  local jobs, asked = {}, {}
  for i, declared in ipairs(desired.policies) do
    for _, written in ipairs(not declared.absent and declared.assignTo or {}) do
      local one = target.read(written)
      local carrier = one and state.targets[target.key(one)]
      local key = carrier and carrier.id
        and target.carrier_key(carrier) .. " " .. declared.kind
      if key and not asked[key] and not is_assigned(state, matches.live[i], carrier) then
        asked[key] = true
        jobs[#jobs + 1] = carried_job(client, state, key, declared.kind, carrier)
      end
    end
  end
  return read_all(jobs, given)
end

--- Reads what is live.
---@param client bylaw.Client
---@param desired bylaw.Desired
---@param given? bylaw.LiveOptions
---@return bylaw.Live?
---@return bylaw.Error? err  of the first read that failed
function live.read(client, desired, given)
  given = given or {}
  local state = { service = given.service or client.endpoint, policies = {}, assignments = {},
    targets = {}, carried = {} }
  local done, err = read_policies(client, state, match.kinds(desired), given)
  if not done then return nil, err end
  local matches, jobs = match.find(desired, state.policies), {}
  add_target_jobs(jobs, client, state, desired)
  add_assignment_jobs(jobs, client, state, desired, matches)
  done, err = read_all(jobs, given)
  if done then done, err = read_carried(client, state, desired, matches, given) end
  if not done then return nil, err end
  return state
end

return live
