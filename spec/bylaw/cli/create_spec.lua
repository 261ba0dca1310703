-- luacheck: no max string line length
local bylaw = require "bylaw"
local cjson = require "cjson"
local cli = require "spec.support.cli"
local core = require "bylaw.core"
local server = require "spec.support.server"
local shell = require "spec.support.shell"

local GUID = ("%x"):rep(8) .. ("%-" .. ("%x"):rep(4)):rep(3) .. "%-" .. ("%x"):rep(12)

local ONE = [[
return tokenLifetimePolicy {
  displayName = "one",
  definition = { AccessTokenLifetime = "8:00:00" },
}]]

--- The second default of a kind is what the service refuses.
local THREE = [[
local function default(name)
  local made = tokenLifetimePolicy {
    displayName = name,
    isOrganizationDefault = true,
    definition = { AccessTokenLifetime = "8:00:00" },
  }
  return made
end
return { default "one", default "two", default "three" }]]

local LEGACY = [[{"displayName":"CustomTokenLifetimePolicy","definition":"{\"TokenLifetimePolicy]]
  .. [[\":{\"Version\":1,\"AccessTokenLifetime\":\"8:00:00\"}}","type":"TokenLifetimePolicy"}]]

local PLACEHOLDER = [[
{
  "definition": [
    "definition-value"
  ],
  "displayName": "displayName-value",
  "isOrganizationDefault": true
}]]

describe("bylaw create", function()
  local emulator, client, folder, trouble

  setup(function()
    emulator = assert(require("bylaw.emulator").start())
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
    folder = shell.scratch()
    trouble = server.start()
  end)
  teardown(function()
    client:close()
    emulator:stop()
    shell.remove(folder)
    trouble:stop()
  end)
  after_each(function() assert(emulator:reset()) end)

  --- Creates a file of that content in the emulator, or where `more.env` says.
  local function create(name, content, options, more)
    shell.write(folder .. "/" .. name, content)
    local given = { env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token } }
    for key, value in pairs(more or {}) do given[key] = value end
    local arguments = { "create", folder .. "/" .. name, table.unpack(options or {}) }
    local outcome = cli.call(arguments, given)
    for _, stream in ipairs { "out", "err" } do
      outcome[stream] = outcome[stream]:gsub(folder:gsub("%p", "%%%0") .. "/", "")
    end
    return outcome
  end

  local function names()
    local list = {}
    for policy in client:each "policy" do list[#list + 1] = policy.displayName end
    return list
  end

  it("creates the policy of a Lua file and prints its kind, name and id", function()
    local outcome = create("a.lua", ONE)
    local stored = assert(client:list "tokenLifetimePolicy")[1]
    assert.same({ code = 0, out = 'created tokenLifetimePolicy "one" ' .. stored.id .. "\n",
      err = "" }, outcome)
    assert.same({ Version = 1, AccessTokenLifetime = "8:00:00" }, stored.definition)
  end)

  it("prints the stored policy as an object, and those of a list as an array", function()
    local outcome = create("a.lua", ONE, { "-o", "json" })
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    local stored = cjson.decode(outcome.out)
    assert.matches("^" .. GUID .. "$", stored.id)
    stored.id = nil
    assert.same({ kind = "tokenLifetimePolicy", displayName = "one", isOrganizationDefault = false,
      definition = { Version = 1, AccessTokenLifetime = "8:00:00" } }, stored)
    local list = cjson.decode(create("a.lua", "return {(function() " .. ONE .. " end)()}",
      { "-o", "json" }).out)
    assert.same({ 1, "one" }, { #list, list[1].displayName })
  end)

  it("sends the documented legacy body in its own dialect", function()
    local outcome = create("body.json", LEGACY)
    assert.matches('^created policy "CustomTokenLifetimePolicy" ' .. GUID .. "\n$", outcome.out)
    local id = outcome.out:match(GUID)
    local answer = assert(client:request("GET", "/policies/" .. id, nil, { version = "beta" }))
    assert.equal([[{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}]],
      answer.definition)
    outcome = create("list.json", (LEGACY:gsub('"{', '["{'):gsub('}}"', '}}"]')))
    id = outcome.out:match(GUID)
    answer = assert(client:request("GET", "/policies/" .. id, nil, { version = "beta" }))
    assert.same({ [[{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}]] },
      answer.definition)
  end)

  it("takes a body from stdin, and its kind by --kind", function()
    local outcome = cli.call({ "create", "-", "--kind", "tokenIssuance", "-o", "json" }, {
      env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token },
      stdin = '{"displayName":"x","definition":{"SamlTokenVersion":"1.1"}}',
    })
    assert.equal(0, outcome.code)
    assert.equal("tokenIssuancePolicy", cjson.decode(outcome.out).kind)
  end)

  it("creates again what show -o json prints", function()
    local id = create("a.lua", ONE).out:match(GUID)
    local env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token }
    local shown = cli.call({ "show", "token-lifetime", id, "-o", "json" }, { env = env })
    local outcome = cli.call({ "create", "-" }, { env = env, stdin = shown.out })
    assert.matches('^created tokenLifetimePolicy "one" ', outcome.out)
    assert.same({ "one", "one" }, names())
  end)

  it("sends nothing where anything is invalid, and tells all that is", function()
    local outcome = create("a.lua", [[
return {
  tokenLifetimePolicy { displayName = "fine", definition = { AccessTokenLifetime = "8:00:00" } },
  tokenLifetimePolicy { displayName = "one", definition = { AccessTokenLifetime = "8:00" } },
  tokenIssuancePolicy { displayName = "two", definition = { SamlTokenVersion = "4" } },
}]])
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches("^a.lua:3:61: error%[wrong_format%]: /definition/AccessTokenLifetime: ",
      outcome.err)
    assert.matches("\na.lua:4:61: error%[unknown_value%]: /definition/SamlTokenVersion: ",
      outcome.err)
    assert.matches("\nnothing was created: 2 errors in a.lua\n$", outcome.err)
    assert.same({}, names())
  end)

  it("tells warnings and creates, and leaves them out when quiet", function()
    local content = ONE:gsub('"8:00:00"', '"8:00:00", MaxInactiveTime = "1:00:00"')
    local outcome = create("a.lua", content)
    assert.equal(0, outcome.code)
    assert.matches("^a.lua:3:51: warning%[retired_property%]", outcome.err)
    assert.equal("", create("a.lua", content, { "-q" }).err)
  end)

  it("says what the service has and what not, when it refuses one of many", function()
    local outcome = create("a.lua", THREE)
    assert.equal(1, outcome.code)
    assert.matches('^created tokenLifetimePolicy "one" ' .. GUID .. "\n$", outcome.out)
    assert.matches('^bylaw: creating tokenLifetimePolicy "two": .*\n  400 Request_[%w_]+\n'
      .. "  request%-id " .. GUID .. "\n  client%-request%-id " .. GUID
      .. "\n1 of 3 policies created; 1 not tried\n$", outcome.err)
    assert.same({ "one" }, names())
  end)

  it("prints those that were created as JSON, when one is refused", function()
    local outcome = create("a.lua", THREE, { "-o", "json" })
    assert.equal(1, outcome.code)
    local list = cjson.decode(outcome.out)
    assert.same({ 1, "one" }, { #list, list[1].displayName })
  end)

  it("sends a body unjudged, and hands on the service's refusal", function()
    local outcome = create("body.json", PLACEHOLDER, { "--kind", "tokenIssuance" })
    assert.equal(1, outcome.code)
    assert.matches("body.json:3:6: error%[invalid_json%]: /definition: this is a placeholder",
      outcome.err)
    outcome = create("body.json", PLACEHOLDER, { "--kind", "tokenIssuance", "--no-validate" })
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches('^bylaw: creating tokenIssuancePolicy "displayName%-value": Property definition '
      .. "has an invalid value.\n  400 Request_BadRequest\n", outcome.err)
  end)

  it("stores a body unjudged in a service that does not judge either", function()
    local lax <close> = assert(require("bylaw.emulator").start { check = false })
    local outcome = create("body.json", PLACEHOLDER,
      { "--kind", "tokenIssuance", "--no-validate", "-o", "json" },
      { env = { BYLAW_ENDPOINT = lax.url, BYLAW_TOKEN = lax.token } })
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    assert.equal("displayName-value", cjson.decode(outcome.out).displayName)
  end)

  it("says that nobody knows, when the answer is lost", function()
    trouble:say("cut", "HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"id\":", "close")
    local outcome = create("a.lua", ONE, {},
      { env = { BYLAW_ENDPOINT = trouble.url .. "/say/cut", BYLAW_TOKEN = "x" } })
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches('\nwhether the service has tokenLifetimePolicy "one" is not known: look, by '
      .. "bylaw list tokenLifetimePolicy, before trying again\n$", outcome.err)
  end)

  it("lets no escape through that a service answers", function()
    trouble:answer("evil", 400,
      [[{"error":{"code":"\u001b[31mRed","message":"\u001b[2Jgone\u009b1m"}}]])
    trouble:answer("kept", 201, [[{"id":"\u001b[31m","displayName":"\u001b[2J\u202e",]]
      .. [["definition":["\u001b[2J"]}]])
    for _, name in ipairs { "evil", "kept" } do
      for _, form in ipairs { "text", "json" } do
        local outcome = create("a.lua", ONE, { "-o", form },
          { env = { BYLAW_ENDPOINT = trouble.url .. "/say/" .. name, BYLAW_TOKEN = "x" } })
        assert.not_matches("[\27\x9B]", outcome.out .. outcome.err)
        assert.not_matches("\u{202E}", outcome.out .. outcome.err, 1, true)
      end
    end
  end)

  it("tells of every request when it is to be verbose", function()
    local outcome = create("a.lua", ONE, { "-v" })
    assert.matches("^POST " .. emulator.url:gsub("%p", "%%%0")
      .. "/v1.0/policies/tokenLifetimePolicies 201 [%d.]+ ms client%-request%-id " .. GUID .. "\n$",
      outcome.err)
    outcome = create("a.lua", ONE, { "-v", "--api-version", "beta" })
    assert.matches("/beta/policies/tokenLifetimePolicies 201 ", outcome.err, 1, true)
  end)
end)

describe("the service of a verb", function()
  local emulator, folder

  setup(function()
    emulator = assert(require("bylaw.emulator").start())
    folder = shell.scratch()
  end)
  teardown(function()
    emulator:stop()
    shell.remove(folder)
  end)

  local function list(env, ...)
    return cli.call({ "list", "token-lifetime", ... }, { env = env })
  end

  it("is named by --endpoint, which goes before BYLAW_ENDPOINT", function()
    local env = { BYLAW_TOKEN = emulator.token, BYLAW_ENDPOINT = "http://127.0.0.1:1" }
    assert.equal(0, list(env, "--endpoint", emulator.url).code)
    local outcome = list(env)
    assert.equal(1, outcome.code)
    assert.matches("^bylaw: listing tokenLifetimePolicy: no connection could be made: .*"
      .. "\n  is the endpoint right, and does the service run%?\n$", outcome.err)
  end)

  it("gets its token from --token-file, which goes before BYLAW_TOKEN", function()
    shell.write(folder .. "/token", emulator.token .. "\n")
    local env = { BYLAW_TOKEN = "wrong", BYLAW_ENDPOINT = emulator.url }
    assert.equal(0, list(env, "--token-file", folder .. "/token").code)
    local outcome = list(env)
    assert.equal(1, outcome.code)
    assert.matches("\n  401 InvalidAuthenticationToken\n", outcome.err)
    assert.matches("\n  is the token still valid, and is it one for this service%?\n$", outcome.err)
  end)

  it("is not asked without a token, nor with one that is none", function()
    assert.same({ code = 1, out = "", err = "bylaw: no token: put one into BYLAW_TOKEN, name a "
      .. "file that holds one by --token-file, say how to sign in by --auth, or work without a "
      .. "service by --local\n" },
      list { BYLAW_ENDPOINT = emulator.url })
    local outcome = list { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = "two words" }
    assert.equal("bylaw: the token from BYLAW_TOKEN has a character that no token has, such as a "
      .. "blank or a line break\n", outcome.err)
    outcome = list({ BYLAW_ENDPOINT = emulator.url }, "--token-file", folder .. "/none")
    assert.matches("^bylaw: .*no token could be read: .*No such file or directory\n", outcome.err)
  end)

  for _, arguments in ipairs {
    { "--local", "--endpoint", "http://127.0.0.1:1" }, { "--local", "--cloud", "global" },
    { "--endpoint", "http://127.0.0.1:1", "--cloud", "global" }, { "--local", "--token-file", "x" },
    { "--endpoint", "http://example.com" }, { "--endpoint", "example.com" },
    { "--endpoint", "https://x/?a=b" },
  } do
    it(("cannot be named by %s"):format(table.concat(arguments, " ")), function()
      local outcome = list({ BYLAW_TOKEN = "x" }, table.unpack(arguments))
      assert.same({ 64, "" }, { outcome.code, outcome.out })
      assert.matches("^bylaw: ", outcome.err)
    end)
  end

  it("is the emulator of this folder with --local, and keeps what it got", function()
    local here = folder .. "/project"
    shell.write(here .. "/policies.lua", ONE)
    local outcome = cli.spawn(here, "create policies.lua --local",
      "BYLAW_ENDPOINT=http://127.0.0.1:1 BYLAW_TOKEN=x")
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    local id = outcome.out:match(GUID)
    assert.equal('deleted tokenLifetimePolicy "one" ' .. id .. "\n",
      cli.spawn(here, "delete token-lifetime one --yes --local").out)
    assert.equal("drwx------\n", shell.must("stat -c %%A '%s/.bylaw'", here))
    assert.is_true(shell.exists(here .. "/.bylaw/local.db"))
  end)

  it("cannot be the emulator where that is not installed", function()
    local build = folder .. "/build"
    shell.must("mkdir -p '%s/lib/bylaw' && ln -s '%s/lib/bylaw/core.so' '%s/lib/bylaw/'", build,
      os.getenv "BYLAW_BUILD" or shell.must("pwd"):gsub("\n", "") .. "/build", build)
    local outcome = cli.spawn(folder, "list --local",
      ("LUA_CPATH=';;' BYLAW_BUILD='%s'"):format(build))
    assert.same({ 1, "", "bylaw: the emulator is not part of this install: its module "
      .. "bylaw.emulator needs libmicrohttpd and SQLite\n" },
      { outcome.code, outcome.out, outcome.err })
  end)

  it("says so where --local cannot keep anything", function()
    local here = folder .. "/taken"
    shell.write(here .. "/.bylaw", "no folder")
    local outcome = cli.spawn(here, "list --local")
    assert.same({ 1, "", "bylaw: the folder .bylaw cannot be made here\n" },
      { outcome.code, outcome.out, outcome.err })
  end)

  -- the interpreter that is built for the sanitizers leaves SIGINT to the system
  local in_lua = rawget(_G, "host") and function() end or it

  in_lua("ends a verb with 130 on Ctrl-C, and says what is not known", function()
    local trouble = server.start()
    trouble:say("hang", "", "stall")
    shell.write(folder .. "/a.lua", ONE)
    local pool <close> = core.pool {}
    local outcome = cli.interrupt(folder, "create a.lua --endpoint " .. trouble.url .. "/say/hang",
      "BYLAW_TOKEN=x", "INT", function()
        pool:submit { method = "GET", url = trouble.url .. "/last" }
        local results
        repeat results = pool:wait(5) until results[1]
        return results[1].body:find "^POST .*AccessTokenLifetime" ~= nil
      end)
    trouble:stop()
    assert.same({ code = 130, out = "", err = [[
whether the service has tokenLifetimePolicy "one" is not known: look, by bylaw list tokenLifetimePolicy, before trying again
bylaw: interrupted
]] }, outcome)
  end)
end)
