--- Every verb with every exit status that it can have, as a process.
local cli = require "spec.support.cli"
local core = require "bylaw.core"
local server = require "spec.support.server"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"
local verbs = require "bylaw.cli.verbs"

--- By verb: words for the shell by exit status. `hangs`: what it does when its service never
--- answers, until Ctrl-C.
local CASES = {
  validate = { [0] = "", [1] = "broken.lua", [64] = "nowhere.lua -o html" },
  plan = { [0] = "", [1] = "broken.lua", [2] = "--detailed-exitcode", [64] = "--detailed",
    hangs = "" },
  apply = { [0] = "-y same.lua", [1] = "", [64] = "--auto", hangs = "-y" },
  drift = { [0] = "same.lua", [1] = "broken.lua", [2] = "", [64] = "--detailed-exitcode",
    hangs = "" },
  effective = { [0] = "--app App", [1] = "--app nobody", [64] = "", hangs = "--app x" },
  history = { [0] = "", [1] = "--journal broken.lua", [64] = "one" },
  export = { [0] = "", [1] = "--endpoint http://127.0.0.1:1", [64] = "unknownPolicy", hangs = "" },
  create = { [0] = "one.lua", [1] = "broken.lua", [64] = "", hangs = "one.lua" },
  list = { [0] = "token-lifetime", [1] = "--endpoint http://127.0.0.1:1", [64] = "unknownPolicy",
    hangs = "" },
  show = { [0] = "token-lifetime live", [1] = "token-lifetime nobody", [64] = "token-lifetime",
    hangs = "token-lifetime x" },
  delete = { [0] = "token-lifetime goes -y", [1] = "token-lifetime live",
    [64] = "token-lifetime", hangs = "token-lifetime x -y" },
  schema = { [0] = "token-lifetime", [1] = ">/dev/full", [64] = "unknownPolicy" },
  whoami = { [0] = "", [1] = "--token-file nowhere", [64] = "me" },
  emulator = { [1] = "--port 0 --store broken.lua", [64] = "--port x" }, -- its end: emulator_spec
  completion = { [0] = "bash", [1] = "bash >/dev/full", [64] = "csh" },
  version = { [0] = "", [1] = ">/dev/full", [64] = "one" },
  help = { [0] = "plan", [1] = ">/dev/full", [64] = "nothing" },
}

--- What each status is told by: of a failure and of wrong usage, words on standard error.
local function check(outcome, code, what)
  assert.equal(code, outcome.code, what .. "\n" .. outcome.out .. outcome.err)
  if code == 64 then assert.matches("^bylaw: ", outcome.err, what) end
  if code == 1 then assert.is_true(#outcome.out + #outcome.err > 0, what) end
end

describe("bylaw", function()
  local it_is
  setup(function()
    it_is = tenant.new()
    it_is:declare(tenant.lifetimes { live = 9 })
    shell.write(it_is.folder .. "/same.lua", tenant.lifetimes { live = 8 })
    shell.write(it_is.folder .. "/one.lua", tenant.lifetimes { one = 8 })
    shell.write(it_is.folder .. "/broken.lua", tenant.lifetimes { broken = 99 })
    it_is:make_carrier "App"
  end)
  before_each(function()
    for _, one in ipairs(assert(it_is.client:list "tokenLifetimePolicy")) do
      assert(it_is.client:delete("tokenLifetimePolicy", one.id))
    end
    for _, name in ipairs { "live", "goes" } do
      assert(it_is.client:create(require("bylaw").tokenLifetimePolicy { displayName = name,
        definition = { AccessTokenLifetime = "8:00:00" } }))
    end
  end)
  teardown(function() it_is:stop() end)

  it("has a case for each of its verbs", function()
    for _, name in ipairs(verbs.names) do assert.is_table(CASES[name], name) end
  end)

  for _, name in ipairs(verbs.names) do
    for _, code in ipairs { 0, 1, 2, 64 } do
      local arguments = (CASES[name] or {})[code]
      if arguments then
        it(("%s %s ends with %d"):format(name, arguments, code), function()
          local words = name .. " " .. arguments
          check(it_is:run(words), code, words)
        end)
      end
    end
  end

  it("ends with 64 without a verb and with one that there is not", function()
    assert.equal(64, it_is:run("").code)
    check(it_is:run "plann", 64, "plann")
  end)

  -- the interpreter that is built for the sanitizers leaves SIGINT to the system
  local in_lua = rawget(_G, "host") and function() end or it

  for _, name in ipairs(verbs.names) do
    local arguments = (CASES[name] or {}).hangs
    if arguments then
      in_lua(name .. " ends with 130 on Ctrl-C", function()
        local trouble = server.start()
        trouble:say("hang", "", "stall")
        local pool <close> = core.pool {}
        local outcome = cli.interrupt(it_is.folder, ("%s %s --endpoint %s/say/hang"):format(name,
          arguments, trouble.url), "BYLAW_TOKEN=x", "INT", function()
            pool:submit { method = "GET", url = trouble.url .. "/last" }
            local results
            repeat results = pool:wait(5) until results[1]
            return results[1].body:find "/say/hang/" ~= nil
          end)
        trouble:stop()
        assert.equal(130, outcome.code, outcome.err)
        assert.matches("bylaw: interrupted\n$", outcome.err)
      end)
    end
  end
end)
