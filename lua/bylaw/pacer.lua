--- When a request may leave: the buckets in which a tenant's requests are counted. All tasks of a
--- client share them, so that one that was throttled holds back the others too. Pure: the clock is
--- an argument.
local pacer = {}

---@class bylaw.Bucket
---@field name string
---@field spacing number  seconds between two requests; 0: none
---@field blocked number  moment until which nothing may leave
---@field free number     moment at which the next may leave

--- Conditional access and identity protection take one request a second in a tenant, whoever sends
--- it, and portals send too (throttling limits, identity and access).
local SPACING = 1 / 0.9

local SLOW = {
  "/identity/conditionalaccess", "/policies/conditionalaccesspolicies", "/identityprotection",
}

local Pacer = {}
Pacer.__index = Pacer

local function bucket(name, spacing)
  return { name = name, spacing = spacing, blocked = -math.huge, free = -math.huge }
end

---@return bylaw.Pacer
function pacer.new()
  return setmetatable({
    directory = bucket("directory", 0),
    conditional_access = bucket("conditional access", SPACING),
  }, Pacer)
end

--- The bucket in which requests for a URL are counted.
---@param url string
---@return bylaw.Bucket
function Pacer:bucket_of(url)
  local lower = url:lower()
  for _, part in ipairs(SLOW) do
    if lower:find(part, 1, true) then return self.conditional_access end
  end
  return self.directory
end

--- The moment from which on a request may leave; that turn is then taken.
---@param b bylaw.Bucket
---@param now number
---@return number at  now or before: at once
function pacer.turn(b, now)
  local at = math.max(b.blocked, b.free)
  if b.spacing > 0 then b.free = math.max(at, now) + b.spacing end
  return at
end

--- Nothing leaves before that moment.
---@param b bylaw.Bucket
---@param at number
function pacer.block(b, at) b.blocked = math.max(b.blocked, at) end

return pacer
