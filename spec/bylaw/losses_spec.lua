local losses = require "spec.support.losses"

--- BYLAW_LONG=1: 10,000 creates and 20 seeds, for the better part of ten minutes.
local LONG = os.getenv "BYLAW_LONG"
local COUNT, SEEDS = LONG and 10000 or 500, LONG and 20 or 3

describe("creates under trouble of every sort, half of it behind the commit,", function()
  for seed = 1, SEEDS do
    it(("are in the store once each: %d of them, seed %d"):format(COUNT, seed), function()
      local outcome = losses.run(COUNT, 32, seed)
      assert.is_true(outcome.lost > COUNT / 10)
      outcome.lost = nil
      assert.same({ stored = COUNT, missing = 0, twice = 0, errors = 0 }, outcome)
    end)
  end
end)
