--- What bylaw does, in a minute: policies as Lua tables are created over HTTP in a local Graph that
--- checks and stores them. Everything told here is asserted; nothing leaves this machine.
local bylaw = require "bylaw"
local start = require("bylaw.emulator").start

local WIDTH = 76 -- of what stands indented

--- What the documentation prints for its own example.
local DOCUMENTED = [[{"displayName":"CustomTokenLifetimePolicy","definition":"]]
  .. [[{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}]]
  .. [[","type":"TokenLifetimePolicy"}]]

local function say(...) print(table.concat({ ... }, "\n")) end

local function heading(words) say("", words, ("-"):rep(#words)) end

--- Shows a text indented, long lines cut behind the last character of a set that fits.
local function show(text, breaks)
  for line in text:gmatch "[^\n]+" do
    while #line > WIDTH do
      local behind = line:sub(1, WIDTH):match("^.*[" .. breaks .. "]()") or WIDTH + 1
      say("    " .. (line:sub(1, behind - 1):gsub(" $", "")))
      line = line:sub(behind)
    end
    say("    " .. line)
  end
end

--- Shows Lua source and gives the policy that it makes.
local function make(source)
  say "In Lua:"
  show(source, " ")
  return assert(load("return " .. source, "=example", "t", { bylaw = bylaw }))()
end

local function show_body(policy, dialect)
  local body = assert(bylaw.encode(policy, dialect))
  say "The request body:"
  show(body, ",{")
  return body
end

local exchanges = {} -- what went over the wire

local function connect(emulator)
  return assert(bylaw.connect {
    endpoint = emulator.url,
    credential = emulator.token,
    on_event = function(event) table.insert(exchanges, event) end,
  })
end

--- Tells of the last exchange, which must have had this status.
local function tell_exchange(status)
  local last = exchanges[#exchanges]
  assert(last.status == status)
  say(("%s %s -> %d"):format(last.method, last.url:match "^%a+://[^/]+(.*)", last.status))
end

local function tell_stored(client)
  local names = {}
  for policy in client:each "policy" do
    say(("    %s  %s"):format(policy.id, policy.displayName))
    table.insert(names, policy.displayName)
  end
  assert(table.concat(names, ", ") == "CustomTokenLifetimePolicy, Contoso: SAML 1.1 tokens")
end

local function legacy(client)
  heading "1. The documented legacy policy"
  local policy = make [[
bylaw.policy {
  type = "TokenLifetimePolicy",
  displayName = "CustomTokenLifetimePolicy",
  definition = { AccessTokenLifetime = "8:00:00" },
}]]
  assert(show_body(policy, "legacy-string") == DOCUMENTED)
  local stored = assert(client:create(policy, { dialect = "legacy-string" }))
  tell_exchange(201)
  assert(stored.definition.AccessTokenLifetime == "8:00:00")
  say("bylaw put the wrapper and the Version in, checked the result, and escaped it:",
    "byte for byte what the documentation prints. The local Graph judged it once",
    "more, stored it, and gave it the id " .. stored.id .. ".")
end

local function typed(client)
  heading "2. The documented tokenIssuancePolicy"
  local policy = make [[
bylaw.tokenIssuancePolicy {
  displayName = "Contoso: SAML 1.1 tokens",
  definition = {
    TokenResponseSigningPolicy = "TokenOnly",
    SamlTokenVersion = "1.1",
    SigningAlgorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    EmitSAMLNameFormat = "true",
  },
}]]
  show_body(policy)
  local stored = assert(client:create(policy))
  tell_exchange(201)
  assert(stored.definition.SamlTokenVersion == "1.1")
  say("A kind with a collection of its own wants the same text in an array.")
end

local function refused(client)
  heading "3. The documented sample that no service takes"
  local policy = make [[
bylaw.tokenIssuancePolicy {
  displayName = "displayName-value",
  definition = { "definition-value" },
  isOrganizationDefault = true,
}]]
  local before = #exchanges
  local stored, err = client:create(policy)
  assert(not stored and err.code == "invalid" and #exchanges == before)
  say "bylaw does not send it:"
  for _, problem in ipairs(err.problems) do
    say(("  %s at %s"):format(problem.severity, problem.path))
    show(problem.message, " ")
  end
  stored, err = client:create(policy, { validate = false })
  assert(not stored and err.graph_code == "Request_BadRequest")
  assert(err.message == "Property definition has an invalid value.")
  say("", "Sent all the same (validate = false), it is refused in Graph's own words, which",
    "do not say what is wrong:")
  tell_exchange(400)
  say(("    %s: %s"):format(err.graph_code, err.message))
end

local function remembered(client, emulator, store)
  heading "4. What is stored"
  tell_stored(client)
  client:close()
  emulator:stop()
  local again <close> = assert(start { store = store })
  local other <close> = connect(again)
  say("The local Graph was stopped and started again on the same file:")
  tell_stored(other)
end

-- Policies as code --------------------------------------------------------------------------------

local DECLARED = [[
tokenLifetimePolicy "four-hours" {
  displayName = "Contoso: 4 hour access tokens",
  definition = { AccessTokenLifetime = "4:00:00" },
}
homeRealmDiscoveryPolicy "default" {
  displayName = "Contoso: straight to our own sign-in page",
  definition = {
    AccelerateToFederatedDomain = true,
    PreferredDomain = "contoso.com",
  },
}
]]

local root = (arg[0]:match "^(.*)examples/" or "")
if root:sub(1, 1) ~= "/" then root = os.getenv "PWD" .. "/" .. root end

--- Runs the command in the folder, as a person would, and shows what it says.
local function command(folder, arguments, due)
  say("", "$ bylaw " .. arguments)
  local pipe = assert(io.popen(("cd '%s' && '%s' '%sbin/bylaw' %s 2>&1"):format(folder,
    arg[-1] or "lua5.4", root, arguments)))
  local text = pipe:read "a"
  local _, _, code = pipe:close()
  assert(code == due, text)
  show(text:gsub("\n\n+", "\n"), " ")
  return text
end

--- Changes a policy behind the declarations' back.
local function tamper(store)
  local graph <close> = assert(start { store = store })
  local client <close> = connect(graph)
  local policy = assert(client:list "tokenLifetimePolicy")[1]
  assert(client:update("tokenLifetimePolicy", policy.id,
    { definition = { AccessTokenLifetime = "23:00:00" } }))
end

local function as_code(folder)
  heading "5. Policies as code"
  local file = assert(io.open(folder .. "/policies.lua", "w"))
  file:write(DECLARED)
  file:close()
  say "A file says what is to be there; policies.lua:"
  show(DECLARED, " ")
  command(folder, "validate", 0)
  local planned = command(folder, "plan --local", 0)
  assert(planned:find("Plan: 2 to add, 0 to change, 0 to destroy.", 1, true))
  command(folder, "apply --local --auto-approve --quiet", 0)
  local settled = command(folder, "plan --local", 0)
  assert(settled:find("No changes.", 1, true))
  tamper(folder .. "/.bylaw/local.db")
  say("", "Somebody changes the lifetime by hand. drift, which cannot write, finds it; its",
    "exit status is 2:")
  local drifted = command(folder, "drift --local", 2)
  assert(drifted:find('"4:00:00" -> "23:00:00"', 1, true))
  command(folder, "apply --local --auto-approve --quiet", 0)
  command(folder, "drift --local", 0)
end

local function run(store)
  local emulator <close> = assert(start { store = store })
  local client <close> = connect(emulator)
  say("A local Graph listens on " .. emulator.url .. ", its policies in a file.")
  legacy(client)
  typed(client)
  refused(client)
  remembered(client, emulator, store)
  as_code(store:match "^(.*)/")
  say("", "Next: bin/bylaw help, and the other files in examples/.")
end

local pipe = assert(io.popen "mktemp -d")
local folder = pipe:read "l"
pipe:close()
local ok, err = xpcall(run, debug.traceback, folder .. "/policies.db")
os.execute(("rm -rf '%s'"):format(folder))
if not ok then
  io.stderr:write("the demo failed: ", err, "\n")
  os.exit(1)
end
