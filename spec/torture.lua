--- Encoding, validating, decoding and one exchange over HTTP, with memory running
--- out at every point of them. `make torture` looks at 500 points of each at most,
--- evenly spread; FULL=1 leaves none out. Add what must survive to `operations`.

local bylaw = require "bylaw"
local core = require "bylaw.core"
local service = require "spec.support.service"
local torture = require "spec.support.torture"

local MOST_POINTS = 500

local KIND = "tokenLifetimePolicy"
local TOKEN = "torture"

local function policy(changes)
  local fields = { displayName = "eight hours", definition = { AccessTokenLifetime = "8:00:00" } }
  for key, value in pairs(changes or {}) do fields[key] = value end
  return bylaw.tokenLifetimePolicy(fields)
end

local emulator = service.start(
  ("exec lua5.4 bin/bylaw emulator --port 0 --store :memory: --token %s"):format(TOKEN))

local function connect()
  return bylaw.connect { endpoint = emulator.url, credential = TOKEN, timeout = 10, attempts = 1,
    consistency = 0 }
end

local good = policy()
local bad = policy { definition = { AccessTokenLifetime = "80:00:00", AccesTokenLifetime = 1 } }
local odd = policy { definition = {} }
for i = 1, 200 do odd.definition["Unknown" .. i] = { i, ("x"):rep(i) } end
local same_live = { displayName = "a", tags = { ("x"):rep(20000) }, definition = {
  ('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00",%s"Last":1}}'):format(
    ('"Unknown":[1,"%s"],'):format(("x"):rep(50)):rep(500)) } }
local same_declared = bylaw.tokenLifetimePolicy { displayName = "a", tags = { ("x"):rep(20000) },
  definition = { AccessTokenLifetime = "08:00:00", Unknown = { 1, ("x"):rep(50) }, Last = 1 } }
local text = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}'
local client = assert(connect())
local kept = assert(client:create(good))

--- What libcurl says when it lacks memory is not always that: a header it cannot keep is
--- too large, a connection it cannot set up is unreachable or cut.
local OVER_HTTP = { cut = true, too_large = true, unreachable = true }

local operations = {
  { name = "make a policy", run = function() return policy().displayName end },
  { name = "encode", run = function() return bylaw.encode(good) end },
  { name = "encode a broken policy", run = function()
    local _, err = bylaw.encode(bad)
    if err.code ~= "invalid" then return nil, err end
    return #err.problems
  end },
  { name = "encode 100 KB", run = function()
    return bylaw.encode(policy { description = ("\"\n"):rep(50000) })
  end },
  { name = "validate 200 unknown properties", run = function()
    local _, err = bylaw.validate(odd)
    if err.code ~= "invalid" then return nil, err end
    return #err.problems
  end },
  { name = "validate", run = function() return bylaw.validate(good) end },
  { name = "load declarations", run = function()
    local desired, err = bylaw.load("examples/contoso/policies.lua", { environment = false })
    return desired and #desired.policies, err
  end },
  { name = "describe a kind", run = function() return bylaw.describe(KIND).collection end },
  { name = "encode a definition", run = function()
    return bylaw.definition.encode(KIND, { AccessTokenLifetime = "8:00:00" })
  end },
  { name = "decode a definition", run = function() return bylaw.definition.decode(KIND, text) end },
  { name = "compare definitions", run = function()
    return bylaw.definition.equal(KIND, { AccessTokenLifetime = "8:00:00" }, text)
  end },
  { name = "compare policies", run = function()
    return core.policy_same(KIND, same_live, same_declared)
  end },
  { name = "connect and close", run = function()
    local one, err = connect()
    if not one then return nil, err end
    one:close()
    return true
  end },
  { name = "create over a kept connection", codes = OVER_HTTP, run = function()
    local made, err = client:create(good)
    return made and made.displayName, err
  end },
  { name = "create over a new connection", codes = OVER_HTTP, run = function()
    local one <close>, err = connect()
    if not one then return nil, err end
    local made
    made, err = one:create(good)
    return made and made.displayName, err
  end },
  { name = "read a policy again", codes = OVER_HTTP, run = function()
    return client:get(KIND, kept.id)
  end },
  { name = "be refused by the service", codes = OVER_HTTP, run = function()
    local _, err = client:get(KIND, "11111111-2222-3333-4444-555555555555")
    if err.code ~= "not_found" then return nil, err end
    return err.status
  end },
  { name = "run a program", run = function()
    local process <close>, err = core.run({ "echo", "done" }, { withheld = { "HOME" } })
    if not process then return nil, err end
    local result
    repeat result, err = process:wait(1) until result ~= false
    return result and result.out, err
  end },
  { name = "read a token", run = function()
    local header, claims = core.token_read "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."
    return header and claims, claims
  end },
  { name = "start and stop an emulator", run = function()
    local one, err = require "bylaw.emulator".start { store = ":memory:" }
    if not one then return nil, err end
    one:stop()
    return true
  end },
}

local most = (os.getenv "FULL" or "") == "" and MOST_POINTS or nil
local ok = torture.all(operations, most)
client:close()
local status, errors = emulator:stop()
if status ~= 0 then
  print(("the emulator ended with status %s\n%s"):format(status, errors))
  ok = false
end
os.exit(ok)
