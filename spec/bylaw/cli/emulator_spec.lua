local cjson = require "cjson"
local cli = require "spec.support.cli"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local service = require "spec.support.service"
local shell = require "spec.support.shell"

local ONE = 'return tokenLifetimePolicy { displayName = "one", definition = { AccessTokenLifetime '
  .. '= "8:00:00" } }'

describe("bylaw emulator", function()
  local folder

  before_each(function()
    folder = shell.scratch()
    shell.write(folder .. "/one.lua", ONE)
  end)
  after_each(function() shell.remove(folder) end)

  local function start(arguments)
    local running = service.start(cli.line(folder, "emulator --port 0 " .. arguments):gsub(
      "env ", "exec env "))
    finally(function() pcall(running.stop, running) end)
    return running, shell.read(running.folder .. "/out")
  end

  it("serves create, list, show and delete, by the address and token that it prints", function()
    local running, out = start ""
    local token = out:match("^listening on http://127%.0%.0%.1:%d+\n"
      .. "token ([%w_-]+)\nadmin [%w_-]+\n$")
    local env = ("BYLAW_ENDPOINT=%s BYLAW_TOKEN=%s"):format(running.url, token)
    local function bylaw(arguments)
      local outcome = cli.spawn(folder, arguments, env)
      assert.same({ 0, "" }, { outcome.code, outcome.err })
      return outcome.out
    end
    local id = cjson.decode(bylaw "create one.lua -o json").id
    assert.equal(id .. "  one   no       AccessTokenLifetime=8:00:00\n",
      bylaw "list token-lifetime":match "\n(.*)")
    assert.equal(id, cjson.decode(bylaw "show policy one -o json").id)
    assert.equal('deleted tokenLifetimePolicy "one" ' .. id .. "\n",
      bylaw("delete token-lifetime --yes " .. id))
    local status, errors = running:stop()
    assert.equal(0, status)
    assert.equal(([[
store .bylaw/emulator.db; Ctrl-C stops it. In another shell:
  export BYLAW_ENDPOINT=%s
  export BYLAW_TOKEN=%s
  bylaw list
--tls makes it https, as other clients of Graph want it.
]]):format(running.url, token), errors)
  end)

  it("tells programs where it listens, in one line", function()
    local outcome = cli.interrupt(folder, "emulator --json --port 0 -q --admin-token another", "",
      "TERM", function()
        local out = shell.exists(folder .. "/out") and shell.read(folder .. "/out") or ""
        if out == "" then return false end
        local said = cjson.decode(out)
        local answer = shell.must("curl -s -o /dev/null -w '%%{http_code}' "
          .. "-H 'Authorization: Bearer %s' %s/v1.0/policies/tokenLifetimePolicies", said.token,
          said.url)
        assert.equal("200", answer)
        return true
      end)
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    assert.matches("^[^\n]+\n$", outcome.out)
    local said = cjson.decode(outcome.out)
    assert.same({ "1.0", ".bylaw/emulator.db", 43 },
      { said.format_version, said.store, #said.token })
    assert.is_nil(said.admin_token)
  end)

  it("decides as it is told to", function()
    local running, out = start "--store :memory: --decide legacy=off --decide list_order=newest -q"
    local outcome = cli.spawn(folder, "create one.lua -o json",
      ("BYLAW_ENDPOINT=%s BYLAW_TOKEN=%s"):format(running.url, out:match "token (%S+)"))
    assert.equal(0, outcome.code, outcome.err)
    assert.equal(400, graph.call(running, "GET", "/beta/policies", nil,
      { Authorization = "Bearer " .. out:match "token (%S+)" }).status)
  end)

  it("says what can be decided, and refuses what cannot", function()
    local said = cli.spawn(folder, "emulator --questions")
    assert.same({ 0, "" }, { said.code, said.err })
    for _, question in ipairs(require("bylaw.emulator").questions) do
      assert.is_truthy(said.out:find(("%-26s %s\n  %s\n"):format(question.name,
        table.concat(question.answers, ", "), question.about), 1, true), question.name)
    end
    local document = cjson.decode(cli.spawn(folder, "emulator --questions -o json").out)
    assert.same({ format_version = "1.0", questions = require("bylaw.emulator").questions },
      document)
    for given, words in pairs {
      ["legacy"] = "'legacy' decides nothing: QUESTION=ANSWER is due",
      ["second=x"] = "nothing is decided by 'second'; see --questions",
      ["legacy=x"] = "'x' is no answer to 'legacy'; there are on, off, only",
    } do
      local outcome = cli.spawn(folder, "emulator --port 0 --store :memory: --decide " .. given)
      assert.equal(64, outcome.code)
      assert.is_truthy(outcome.err:find(words, 1, true), outcome.err)
    end
  end)

  it("keeps its policies in .bylaw/emulator.db, in a folder of the owner alone", function()
    for _, count in ipairs { 1, 2 } do
      local running, out = start "-q"
      local outcome = cli.spawn(folder, "create one.lua", ("BYLAW_ENDPOINT=%s BYLAW_TOKEN=%s")
        :format(running.url, out:match "token (%S+)"))
      assert.equal(0, outcome.code)
      local listed = cli.spawn(folder, "list token-lifetime -o json", ("BYLAW_ENDPOINT=%s "
        .. "BYLAW_TOKEN=%s"):format(running.url, out:match "token (%S+)"))
      assert.equal(count, #cjson.decode(listed.out))
      assert.same({ 0, "" }, { running:stop() })
    end
    assert.equal("drwx------\n", shell.must("stat -c %%A '%s/.bylaw'", folder))
  end)

  it("asks for the token that it is given, and does not print it", function()
    local running, out = start "--token let-me-in --admin-token x --store :memory:"
    assert.equal("listening on " .. running.url .. "\n", out)
    assert.equal(0, cli.spawn(folder, "list", "BYLAW_TOKEN=let-me-in BYLAW_ENDPOINT="
      .. running.url).code)
    local _, errors = running:stop()
    assert.not_matches("let-me-in", errors, 1, true)
    assert.matches("^store :memory:; ", errors)
    assert.is_false(shell.exists(folder .. "/.bylaw"))
  end)

  it("makes the trouble that it is told", function()
    local running = start("--token x -q --store :memory: --lag 1 --page-size 3 "
      .. "--faults 'GET status=418'")
    local outcome = cli.spawn(folder, "list token-lifetime", "BYLAW_TOKEN=x BYLAW_ENDPOINT="
      .. running.url)
    assert.equal(1, outcome.code)
    assert.matches("418", outcome.err)
    for _, wrong in ipairs { "--faults 'status=1'", "--lag x", "--random-seed -1",
      "--page-size 1.5" } do
      local refused = cli.spawn(folder, "emulator --port 0 --store :memory: " .. wrong)
      assert.equal(64, refused.code, wrong)
    end
  end)

  it("is seeded from a Lua or a JSON file, while it is empty", function()
    local function names(arguments)
      local running = start("--token x -q " .. arguments)
      local outcome = cli.spawn(folder, "list -o json", "BYLAW_TOKEN=x BYLAW_ENDPOINT="
        .. running.url)
      assert.equal(0, outcome.code, outcome.err)
      running:stop()
      local list = {}
      for i, policy in ipairs(cjson.decode(outcome.out)) do list[i] = policy.displayName end
      return list
    end
    shell.write(folder .. "/seed.json", cjson.encode { tokenIssuancePolicies = { {
      displayName = "two", definition = { '{"TokenIssuancePolicy":{"Version":1,"SigningAlgorithm":'
        .. '"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"}}' } } } })
    assert.same({ "one" }, names "--seed one.lua")
    assert.same({ "one" }, names "--seed one.lua")
    assert.same({ "two" }, names "--seed seed.json --store :memory:")
    shell.write(folder .. "/wrong.lua", "tokenLifetimePolicy 'x' { displayName = 'x' }")
    shell.write(folder .. "/wrong.json", '{"applications":[{}]}')
    for _, file in ipairs { "wrong.lua", "wrong.json", "none.json" } do
      local outcome = cli.spawn(folder, "emulator --port 0 --store :memory: --seed " .. file)
      assert.equal(1, outcome.code, file)
      assert.matches(file, outcome.err, 1, true)
    end
  end)

  it("serves https with --tls, and says how to trust it and how others get their tokens", function()
    local running, out = start "--tls"
    local token = out:match("^listening on https://127%.0%.0%.1:%d+\n"
      .. "token ([%w_-]+)\nadmin [%w_-]+\n$")
    local file = folder .. "/.bylaw/emulator.db-tls.pem"
    local env = ("BYLAW_ENDPOINT=%s BYLAW_TOKEN=%s "):format(running.url, token)
    assert.same({ 0, 0 }, { cli.spawn(folder, "list", env .. "BYLAW_CA_FILE=" .. file).code,
      cli.spawn(folder, "list --ca-file " .. file, env).code })
    local untrusting = cli.spawn(folder, "list", env)
    assert.equal(1, untrusting.code)
    assert.matches("certificate", untrusting.err)
    local status, errors = running:stop()
    assert.equal(0, status)
    assert.equal(([[
store .bylaw/emulator.db; Ctrl-C stops it. In another shell:
  export BYLAW_ENDPOINT=%s
  export BYLAW_TOKEN=%s
  export BYLAW_CA_FILE=%s
  bylaw list
Other clients of Graph get their tokens from it too:
  export NODE_EXTRA_CA_CERTS=%s
  export AZURE_AUTHORITY_HOST=%s
  export AZURE_TENANT_ID=0785ef7c-2a0f-4d9a-9d3c-6f6c5a1b7e42
  export AZURE_CLIENT_ID=535fb089-9ff3-47b6-9bfb-4f1264799865
  export AZURE_CLIENT_SECRET=%s
]]):format(running.url, token, file, file, running.url, token), errors)
  end)

  it("takes its tenant from a file", function()
    shell.write(folder .. "/tenant.json", ('{"tenantId":"%s","apps":[{"clientId":"%s","secrets":'
      .. '["s"]}]}'):format(entra.TENANT, entra.id(1)))
    local running = start "--identity tenant.json --enforce-permissions --token x --store :memory:"
    local status, answer = entra.token(running, { client_id = entra.id(1), client_secret = "s" })
    assert.equal(200, status)
    local outcome = cli.spawn(folder, "list", ("BYLAW_ENDPOINT=%s BYLAW_TOKEN=%s"):format(
      running.url, answer.access_token))
    assert.equal(1, outcome.code)
    assert.matches("Insufficient privileges", outcome.err, 1, true)
  end)

  it("says what is wrong with the files that it is given", function()
    shell.write(folder .. "/wrong.json", '{"tenant":1}')
    local cases = {
      { "--tls-cert one.pem", "bylaw: --tls-cert and --tls-key go together\n" },
      { "--tls-key one.pem", "bylaw: --tls-cert and --tls-key go together\n" },
      { "--tls-cert one.pem --tls-key two.pem",
        "bylaw: the certificate 'one.pem' cannot be read: No such file or directory\n" },
      { "--identity none.json", "bylaw: none.json: No such file or directory\n" },
      { "--identity wrong.json", "bylaw: identity, tenant: there is no such setting\n" },
    }
    for _, case in ipairs(cases) do
      local outcome = cli.spawn(folder, "emulator --port 0 --store :memory: " .. case[1])
      assert.same({ 64, "", case[2] }, { outcome.code, outcome.out, outcome.err })
    end
  end)

  it("serves https with what it is given, and warns of a key that others can read", function()
    shell.must("cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost "
      .. "-keyout key.pem -out cert.pem && chmod 644 key.pem", folder)
    local running = start "--tls-cert cert.pem --tls-key key.pem --store :memory: --token x -q"
    assert.equal("https://", running.url:sub(1, 8))
    local _, errors = running:stop()
    assert.equal("bylaw: warning: others can read key.pem: chmod 600 key.pem\n", errors)
  end)

  local function get(running, path)
    return graph.call(running, "GET", "/v1.0/policies/tokenLifetimePolicies" .. (path or ""), nil,
      { Authorization = "Bearer x" })
  end

  local function create_one(running)
    local outcome = cli.spawn(folder, "create one.lua", "BYLAW_TOKEN=x BYLAW_ENDPOINT="
      .. running.url)
    assert.equal(0, outcome.code, outcome.err)
  end

  it("listens on the port that it is given", function()
    local first = start "--store :memory: --token x"
    local url, port = first.url, first.url:match "%d+$"
    assert.not_equal("8080", port)
    first:stop()
    local line = cli.line(folder, "emulator --store :memory: --port " .. port)
    local running = service.start((line:gsub("env ", "exec env ", 1)))
    finally(function() pcall(running.stop, running) end)
    assert.equal(url, running.url)
  end)

  it("shows a change as late as it is told", function()
    local running = start "--token x -q --store :memory: --lag 3600000"
    create_one(running)
    assert.same({}, cjson.decode(get(running).body).value)
  end)

  it("has as many objects on a page as it is told", function()
    local running = start "--token x -q --store :memory: --page-size 2"
    for _ = 1, 3 do create_one(running) end
    local page = cjson.decode(get(running).body)
    assert.same({ 2, "string" }, { #page.value, type(page["@odata.nextLink"]) })
  end)

  it("makes the same trouble with the same seed, and other with another", function()
    local function trouble(seed)
      local running = start("--token x -q --store :memory: --faults "
        .. "'GET probability=0.5 status=503' --random-seed " .. seed)
      local statuses = {}
      for i = 1, 40 do statuses[i] = get(running).status end
      running:stop()
      return table.concat(statuses, " ")
    end
    local first = trouble(1)
    assert.matches("503", first)
    assert.matches("200", first)
    assert.equal(first, trouble(1))
    assert.not_equal(first, trouble(2))
  end)

  it("stores definitions unjudged with --no-check", function()
    local running = start "--token x --store :memory: --no-check -q"
    shell.write(folder .. "/body.json", '{"displayName":"x","definition":["definition-value"]}')
    local outcome = cli.spawn(folder, "create body.json --kind tokenIssuancePolicy --no-validate",
      "BYLAW_TOKEN=x BYLAW_ENDPOINT=" .. running.url)
    assert.equal(0, outcome.code)
    assert.matches('^created tokenIssuancePolicy "x" ', outcome.out)
  end)

  for _, signal in ipairs { "INT", "TERM" } do
    it(("ends with 0 on SIG%s, and loses nothing that it acknowledged"):format(signal), function()
      local created
      local function create()
        local url = shell.exists(folder .. "/out")
          and shell.read(folder .. "/out"):match "^listening on (%S+)\n"
        if not url then return false end
        created = cli.spawn(folder, "create one.lua", "BYLAW_TOKEN=x BYLAW_ENDPOINT=" .. url)
        return true
      end
      local outcome = cli.interrupt(folder, "emulator --port 0 --token x --store s.db -q", "",
        signal, create)
      assert.same({ 0, "", 0 }, { outcome.code, outcome.err, created.code })
      local running = start "--token x --store s.db -q"
      assert.matches("  one   no ", cli.spawn(folder, "list token-lifetime",
        "BYLAW_TOKEN=x BYLAW_ENDPOINT=" .. running.url).out)
    end)
  end

  it("listens elsewhere than on this machine only when told to", function()
    local outcome = cli.spawn(folder, "emulator --port 0 --store :memory: --host 0.0.0.0")
    assert.same({ 64, "" }, { outcome.code, outcome.out })
    assert.matches("^bylaw: .*%(%-%-allow%-remote%)\n$", outcome.err)
    local running = start "--store :memory: --host 0.0.0.0 --allow-remote"
    assert.matches("^http://", running.url)
  end)

  it("says so when the port is taken, or the store cannot be opened", function()
    local running = start "--store :memory:"
    local outcome = cli.spawn(folder,
      "emulator --store :memory: --port " .. running.url:match "%d+$")
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches("^bylaw: ", outcome.err)
    outcome = cli.spawn(folder, "emulator --port 0 --store none/s.db")
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches("^bylaw: .*none/s.db", outcome.err)
  end)
end)
