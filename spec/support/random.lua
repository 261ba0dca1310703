--- Numbers from a seed, the same on every machine and in every run: xorshift64*.
---@class spec.Random
local random = {}
random.__index = random

--- The seed of this run: of the environment's BYLAW_SEED, or of the clock.
function random.seed()
  return math.tointeger(tonumber(os.getenv "BYLAW_SEED")) or os.time()
end

---@param seed integer
---@return spec.Random
function random.new(seed)
  local self = setmetatable({ state = (seed * 0x9E3779B97F4A7C15) | 1 }, random)
  for _ = 1, 4 do self:next() end -- near seeds begin far from one another
  return self
end

function random:next()
  local x = self.state
  x = x ~ (x >> 12)
  x = x ~ (x << 25)
  x = x ~ (x >> 27)
  self.state = x
  return (x * 0x2545F4914F6CDD1D) >> 33
end

--- An integer from `low` to `high`.
function random:int(low, high) return low + self:next() % (high - low + 1) end

--- Whether one time in `n` comes now.
function random:once_in(n) return self:next() % n == 0 end

function random:pick(list) return list[self:int(1, #list)] end

--- A copy of a list in another order.
function random:shuffled(list)
  local copy = table.move(list, 1, #list, 1, {})
  for i = #copy, 2, -1 do
    local j = self:int(1, i)
    copy[i], copy[j] = copy[j], copy[i]
  end
  return copy
end

return random
