local cjson = require "cjson"
local core = require "bylaw.core"
local credential = require "bylaw.credential"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"

local SCOPE = "https://graph.microsoft.com/.default"
local TOKEN = "eyJ0eXAi.eyJhdWQi.c2ln"
local HERE = shell.must("pwd"):gsub("\n", "")

--- Programs are looked for in PATH, so a process of its own runs each case with another one.
local RUNNER = [[
local credential = require "bylaw.credential"
local cjson = require "cjson"
local kind, options, times = table.unpack(cjson.decode(arg[1]))
local one = assert(credential[kind](options))
local outcomes = {}
for i = 1, times do
  local token, err = one:token("https://graph.microsoft.com/.default")
  outcomes[i] = { token = token, shown = tostring(one), text = err and tostring(err),
    err = err and setmetatable(err, nil) }
end
io.write(cjson.encode(outcomes))]]

describe("bylaw.credential: tools that people are signed in with", function()
  local folder

  setup(function()
    folder = shell.scratch()
    shell.write(folder .. "/runner.lua", RUNNER)
    peer.restore()
  end)
  teardown(function() shell.remove(folder) end)

  --- Puts a program first in PATH, which writes down its arguments.
  local function install(program, script)
    shell.write(folder .. "/bin/" .. program, ("#!/bin/sh\nfor word; do echo \"$word\"; done "
      .. ">'%s/argv'\necho called >>'%s/calls'\n%s\n"):format(folder, folder, script))
    shell.must("chmod +x '%s/bin/%s'", folder, program)
  end

  local LUA = shell.must("command -v lua5.4"):gsub("\n", "")

  --- A token of this kind of credential, or the error, as another process sees them.
  local function ask(kind, options, times, env, path)
    local arguments = cjson.encode { kind, options or { timeout = 10 }, times or 1 }
    local output = shell.must("cd '%s' && PATH='%s/bin'%s %s '%s' '%s/runner.lua' '%s'", HERE,
      folder, path or ":/usr/bin:/bin", env or "", LUA, folder, arguments)
    local outcomes = cjson.decode(output)
    return outcomes[1], outcomes
  end

  local function argv() return shell.read(folder .. "/argv") end

  --- What the tool prints in a good case, and how it is asked.
  local TOOLS = {
    azure_cli = {
      program = "az", words = "account\nget-access-token\n--output\njson\n--scope\n" .. SCOPE
        .. "\n",
      tenant = "--tenant\ncontoso.com\n", sign_in = "az login --allow-no-subscriptions",
      good = { accessToken = TOKEN, expiresOn = "2030-01-02 03:04:05.000000",
        expires_on = 1893553445, tenant = "t", tokenType = "Bearer" },
      signed_out = "ERROR: Please run 'az login' to setup account.",
    },
    azd = {
      program = "azd", tenant = "--tenant-id\ncontoso.com\n", sign_in = "azd auth login",
      words = "auth\ntoken\n--output\njson\n--no-prompt\n--scope\n" .. SCOPE .. "\n",
      good = { token = TOKEN, expiresOn = "2030-01-02T03:04:05Z" },
      signed_out = '{"type":"consoleMessage","timestamp":"x","data":{"message":"\\nERROR: not '
        .. 'logged '
        .. 'in, run `azd auth login` to login\\n"}}',
    },
    azure_powershell = {
      program = "pwsh", sign_in = "Connect-AzAccount",
      good = { Token = TOKEN, ExpiresOn = 1893553445 },
      signed_out = "error: Run Connect-AzAccount to login.",
    },
  }

  for kind, tool in pairs(TOOLS) do
    describe(kind, function()
      local function say(value, more)
        install(tool.program, ("cat <<'END'\n%s\nEND\n%s"):format(
          type(value) == "table" and cjson.encode(value) or value, more or ""))
      end

      it("gives the token that the tool prints, and asks for it once", function()
        say(tool.good)
        shell.write(folder .. "/calls", "")
        local first, all = ask(kind, nil, 3)
        assert.same({ TOKEN, TOKEN, TOKEN }, { first.token, all[2].token, all[3].token })
        assert.equal("called\n", shell.read(folder .. "/calls"))
        assert.equal(("bylaw.credential.%s (%s)"):format(kind, tool.program), first.shown)
        if tool.words then assert.equal(tool.words, argv()) end
      end)

      it("names the tenant where one is wanted", function()
        say(tool.good)
        assert.equal(TOKEN, ask(kind, { tenant_id = "contoso.com" }).token)
        if tool.tenant then assert.equal(tool.words .. tool.tenant, argv()) end
      end)

      it("is unavailable where nobody is signed in, and says what helps", function()
        install(tool.program, ("cat >&2 <<'END'\n%s\nEND\nexit 1"):format(tool.signed_out))
        local err = ask(kind).err
        assert.same({ "credential_unavailable", tool.sign_in }, { err.code, err.hint })
      end)

      it("is unavailable where the tool is not installed", function()
        shell.must("rm -f '%s/bin/%s'", folder, tool.program)
        assert.same({ code = "credential_unavailable", message =
          tool.program .. " is not installed, or not in PATH: there is no such program" },
          ask(kind, nil, 1, nil, "").err)
        install(tool.program, "echo 'command not found' >&2; exit 127")
        assert.equal("credential_unavailable", ask(kind).err.code)
      end)

      it("tells another failure, with its AADSTS code and without what looks like a token",
        function()
        install(tool.program, ("echo 'error: AADSTS50076: MFA is due for %s' >&2; exit "
          .. "1"):format(TOKEN))
        local outcome = ask(kind)
        assert.same({ "authentication_failed", 50076 }, { outcome.err.code, outcome.err.aadsts })
        assert.equal(tool.program .. " ended with status 1: AADSTS50076: MFA is due for …",
          outcome.err.message)
        assert.is_nil(outcome.text:find(TOKEN, 1, true))
      end)

      it("takes nothing else for a token, and does not quote it", function()
        for _, text in ipairs { "garbage " .. TOKEN, "{" .. TOKEN, "[]", "{}",
          cjson.encode { accessToken = 1, token = 1, Token = 1 } } do
          say(text)
          local outcome = ask(kind)
          assert.same({ code = "bad_answer", message = tool.program
            .. " printed what is no token" },
            outcome.err)
        end
      end)

      it("ends a tool that is slow or says too much", function()
        install(tool.program, "sleep 20")
        assert.same({ code = "timeout", message = tool.program
          .. " gave no token within 0.3 seconds" },
          ask(kind, { timeout = 0.3 }).err)
        install(tool.program, "yes")
        assert.same({ code = "bad_answer", message = tool.program .. ": larger than its limit" },
          ask(kind).err)
      end)

      it("shows it no secret of another credential", function()
        say(tool.good, ("env >'%s/env'"):format(folder))
        assert.equal(TOKEN, ask(kind, nil, 1, "AZURE_CLIENT_SECRET=canary1 "
          .. "ARM_CLIENT_SECRET=canary2 "
          .. "IDENTITY_HEADER=canary3 BYLAW_TOKEN=canary4 SYSTEM_ACCESSTOKEN=canary5 KEPT=1").token)
        local env = shell.read(folder .. "/env")
        assert.is_nil(env:find "canary")
        assert.matches("\nKEPT=1\n", "\n" .. env)
        assert.matches("\nHOME=", "\n" .. env)
      end)
    end)
  end

  it("reads the older az, which tells local time alone", function()
    local soon = os.date("%Y-%m-%d %H:%M:%S.000000", os.time() + 3600)
    install("az", ("echo '%s'"):format(cjson.encode { accessToken = TOKEN, expiresOn = soon }))
    shell.write(folder .. "/calls", "")
    local first, all = ask("azure_cli", nil, 2)
    assert.same({ TOKEN, TOKEN }, { first.token, all[2].token })
    assert.equal("called\n", shell.read(folder .. "/calls"))
  end)

  it("hands PowerShell its script in one word", function()
    install("pwsh", ("cat <<'END'\n%s\nEND"):format(cjson.encode(TOOLS.azure_powershell.good)))
    assert(ask("azure_powershell", { tenant_id = "contoso.com" }).token)
    local words = {}
    for word in argv():gmatch "[^\n]+" do words[#words + 1] = word end
    assert.same({ "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand" },
      { words[1], words[2], words[3], words[4] })
    local script = core.base64_read(words[5]):gsub("(.)%z", "%1")
    assert.matches("$p = @{ ResourceUrl = 'https://graph.microsoft.com' }", script, 1, true)
    assert.matches("$p['TenantId'] = 'contoso.com'", script, 1, true)
    assert.is_nil(words[6])
  end)

  it("refuses a tenant that could be something else on a command line", function()
    for _, tenant in ipairs { "a b", "a'b", "$(id)", "" } do
      assert.equal("invalid_option", select(2, credential.azure_cli { tenant_id = tenant }).code)
    end
    assert.error_matches(function() credential.azd { timeout = 0 } end,
      "azd: timeout must be above 0")
  end)

  it("lets other tasks go on while a tool thinks", function()
    install("az", ("sleep 0.4; echo '%s'"):format(cjson.encode(TOOLS.azure_cli.good)))
    local program = [[
      local bylaw = require "bylaw"
      local tasks = require "bylaw.tasks"
      local one, ticks = bylaw.credential.azure_cli {}, 0
      local asking = tasks.spawn(function() return one:token() end)
      local ticking = tasks.spawn(function()
        while not asking.done do tasks.sleep(0.05) ticks = ticks + 1 end
      end)
      local token = asking:join()
      ticking:join()
      io.write(token, " ", ticks >= 4 and "went on" or "stood still " .. ticks)]]
    shell.write(folder .. "/ticks.lua", program)
    assert.equal(TOKEN .. " went on", shell.must(
      "cd '%s' && PATH='%s/bin':/usr/bin:/bin '%s' '%s/ticks.lua'", HERE, folder, LUA, folder))
  end)
end)
