--- Table -> validated -> escaped request body, against lua-cjson encoding twice without any
--- validation: the same tables, the same run, taken in turns.
---   lua5.4 bench/encode.lua              ratios, instructions (callgrind), allocations (memcheck)
---   lua5.4 bench/encode.lua loop CASE SIDE N   N encodes of one side, for a profiler
local bylaw = require "bylaw"
local cjson = require "cjson"

local ROUNDS = 7 -- an odd number: the median is one of them

--- Each case: its policy, and the same as cjson is to write it.
local cases = {
  {
    name = "small",
    policy = bylaw.tokenLifetimePolicy {
      displayName = "Contoso: 8 hour access tokens, all apps", isOrganizationDefault = true,
      definition = { AccessTokenLifetime = "8:00:00" },
    },
    whole = { TokenLifetimePolicy = { Version = 1, AccessTokenLifetime = "8:00:00" } },
  },
  {
    name = "issuance",
    policy = bylaw.tokenIssuancePolicy {
      displayName = "Contoso: SAML 1.1 for the intranet",
      definition = {
        SigningAlgorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        TokenResponseSigningPolicy = "TokenOnly", SamlTokenVersion = "1.1",
        EmitSAMLNameFormat = "true",
      },
    },
    whole = {
      TokenIssuancePolicy = {
        Version = 1, SigningAlgorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        TokenResponseSigningPolicy = "TokenOnly", SamlTokenVersion = "1.1",
        EmitSAMLNameFormat = "true",
      },
    },
  },
}

--- One function a side, each from the tables to the body.
local function sides(case)
  local policy, whole = case.policy, case.whole
  return {
    bylaw = function() return bylaw.encode(policy) end,
    cjson = function()
      return cjson.encode {
        definition = { cjson.encode(whole) }, displayName = policy.displayName,
        isOrganizationDefault = policy.isOrganizationDefault,
      }
    end,
  }
end

local function seconds(fn, n)
  local start = os.clock()
  for _ = 1, n do fn() end
  return os.clock() - start
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local function time(case)
  local side, n = sides(case), 200000
  local us, ratios = { bylaw = {}, cjson = {} }, {}
  for round = 0, ROUNDS do
    local b, c = seconds(side.bylaw, n), seconds(side.cjson, n)
    if round > 0 then -- the first warms up
      us.bylaw[round], us.cjson[round], ratios[round] = b / n * 1e6, c / n * 1e6, c / b
    end
  end
  return median(us.bylaw), median(us.cjson), median(ratios)
end

--- What a tool says of `n` encodes in a process of their own; nil without valgrind.
local function measured(tool, pattern, case, side, n)
  local pipe = assert(io.popen(("valgrind %s lua5.4 bench/encode.lua loop %s %s %d 2>&1")
    :format(tool, case.name, side, n)))
  local text = pipe:read "a"
  pipe:close()
  local figure = text:match(pattern)
  return figure and tonumber((figure:gsub(",", "")))
end

--- The figure of one encode: the difference of two runs, so that start-up does not count.
local function per_encode(tool, pattern, case, side)
  local few = measured(tool, pattern, case, side, 500)
  local many = measured(tool, pattern, case, side, 1500)
  return few and many and ("%.1f"):format((many - few) / 1000) or "no valgrind"
end

local function find(name)
  for _, case in ipairs(cases) do
    if case.name == name then return case end
  end
end

if arg[1] == "loop" then
  seconds(sides(find(arg[2]))[arg[3]], tonumber(arg[4]))
  os.exit(0)
end

print("case      bytes  bylaw us  cjson us  ratio   instructions          allocations")
for _, case in ipairs(cases) do
  local side = sides(case)
  local ours, theirs = cjson.decode(side.bylaw()), cjson.decode(side.cjson())
  assert(bylaw.definition.equal(case.policy.kind, ours.definition, theirs.definition))
  local b, c, ratio = time(case)
  local instructions, heap = {}, {}
  for i, name in ipairs { "bylaw", "cjson" } do
    instructions[i] = per_encode("--tool=callgrind --callgrind-out-file=/dev/null",
                                 "Collected : (%d+)", case, name)
    heap[i] = per_encode("--leak-check=no", "total heap usage: ([%d,]+) allocs", case, name)
  end
  print(("%-9s %5d  %8.3f  %8.3f  %5.2f   %-8s : %-8s   %s : %s"):format(
    case.name, #side.bylaw(), b, c, ratio, instructions[1], instructions[2], heap[1], heap[2]))
end
