--- examples/embed: the hosts are built, run against a local Graph, fed with policy files that
--- misbehave, and stopped; the C host runs under AddressSanitizer and its leak check.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local BUILD = os.getenv "BYLAW_BUILD" or shell.must("pwd"):gsub("\n", "") .. "/build"

--- Files of users, and what the host is to say of each.
local FILES = {
  { "good.lua", 'tokenLifetimePolicy "a" { displayName = "Keeper: a", '
    .. 'definition = { AccessTokenLifetime = "8:00:00" } }', "1 added, 0 changed, 0 removed" },
  { "invalid.lua", 'tokenLifetimePolicy "b" { displayName = "Keeper: b", '
    .. 'definition = { AccessTokenLifetime = "24:00:00" } }',
    'left alone: "24:00:00" is above the longest allowed, 23:59:59' },
  { "broken.lua", "tokenLifetimePolicy {", "left alone: .*expected.*near <eof>" },
  { "endless.lua", "while true do end", "left alone: .*1000000 instructions" },
  { "caught.lua", "while true do pcall(function() while true do end end) end",
    "left alone: .*1000000 instructions" },
  { "greedy.lua", "local text = 'x' while true do text = text .. text end",
    "left alone: .*8388608 bytes" },
  { "thief.lua", 'os.execute "touch stolen"', "left alone: .*no os here" },
  { "raising.lua", "error {}", "left alone: ." },
  { "missing.lua", nil, "left alone: cannot be read: No such file or directory" },
  { "last.lua", 'tokenLifetimePolicy "z" { displayName = "Keeper: z", '
    .. 'definition = { AccessTokenLifetime = "1:00:00" } }', "1 added, 0 changed, 0 removed" },
}

local folder, place, compiled

--- The environment of a host: this build's modules, and the one keeper of both.
local function environment(graph, files)
  return ("%s KEEPER_POLICIES='%s' LUA_PATH='%s/examples/embed/?.lua;%s/lua/?.lua;"
    .. "%s/lua/?/init.lua;;' LUA_CPATH='%s/lib/?.so;;'"):format(graph:env(),
    table.concat(files, " "), place, place, place, BUILD)
end

local function compile()
  local found = shell.read "examples/embed/host.c":match "%*   (cc [^\n]+)\n"
  shell.must("cd examples/embed && %s", (found:gsub("%-o host ",
    ("-g -fsanitize=address,undefined -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Wpedantic "
    .. "-Wconversion -Wshadow -Werror -o %s/host "):format(folder)):gsub("$", " -lm")))
  return ("ASAN_OPTIONS=exitcode=99 $(setarch -R true 2>/dev/null && echo setarch -R) %s/host")
    :format(folder)
end

local HOSTS = {
  ["host.c"] = function()
    compiled = compiled or compile()
    return compiled
  end,
  ["luv_host.lua"] = function()
    if not pcall(require, "luv") then return nil, "needs luv for Lua 5.4 (lua-luv)" end
    return ("lua5.4 %s/examples/embed/luv_host.lua"):format(place)
  end,
}

describe("examples/embed", function()
  local graph

  setup(function()
    folder, place = shell.scratch(), shell.must("pwd"):gsub("\n", "")
    for _, file in ipairs(FILES) do
      if file[2] then shell.write(folder .. "/" .. file[1], file[2] .. "\n") end
    end
  end)
  teardown(function() shell.remove(folder) end)
  before_each(function() graph = tenant.new() end)
  after_each(function() graph:stop() end)

  for name, program in pairs(HOSTS) do
    it(name .. " keeps what users declare well, and survives the files that misbehave", function()
      local command, without = program()
      if not command then pending(without) return end
      graph.emulator:fault { delay = 30 } -- what lies in between is the host's to use
      local files = {}
      for i, file in ipairs(FILES) do files[i] = file[1] end
      local output, status = shell.run("cd '%s' && env %s sh -c %s", folder,
        environment(graph, files), cli.quote(command .. " " .. place
          .. "/examples/embed/config.lua"))
      assert.equal(0, status, output)
      for _, file in ipairs(FILES) do
        local said = ("\n" .. output):match("\n" .. file[1]:gsub("%.", "%%.") .. ": ([^\n]*)")
        assert.matches("^" .. file[3], said, nil, nil, output)
      end
      assert.matches("the program's own clock went on: yes\n$", output)
      assert.is_false(shell.exists(folder .. "/stolen"))
      assert.same({
        ["Keeper: a"] = { Version = 1, AccessTokenLifetime = "8:00:00" },
        ["Keeper: z"] = { Version = 1, AccessTokenLifetime = "1:00:00" },
      }, graph:stored())
    end)

    it(name .. " mends what others change, and leaves nothing held when it is stopped", function()
      local command, without = program()
      if not command then pending(without) return end
      local pipe = assert(io.popen(("cd '%s' && echo $$ >pid && exec env %s KEEPER_EVERY=0.05 "
        .. "sh -c %s 2>&1"):format(folder, environment(graph, { "good.lua" }),
        cli.quote("exec " .. command:gsub("^(ASAN_OPTIONS=%S+) ", "env %1 ") .. " " .. place
          .. "/examples/embed/config.lua"))))
      assert.equal("good.lua: 1 added, 0 changed, 0 removed", pipe:read "l")
      assert.equal("good.lua: 0 added, 0 changed, 0 removed", pipe:read "l")
      local policy = assert(graph.client:list "tokenLifetimePolicy")[1]
      assert(graph.client:delete(policy.kind, policy.id))
      local line
      for _ = 1, 200 do
        line = pipe:read "l"
        if not line or line:find "1 added" then break end
      end
      assert.equal("good.lua: 1 added, 0 changed, 0 removed", line)
      shell.must("kill -TERM $(cat '%s/pid')", folder)
      local rest = pipe:read "a"
      assert.is_true(pipe:close(), rest)
      assert.matches("the program's own clock went on: yes\n$", rest)
    end)
  end

  it("host.c tells of a configuration that is none, and ends", function()
    local command = HOSTS["host.c"]()
    local output, status = shell.run("cd '%s' && env %s sh -c %s", folder,
      environment(graph, {}), cli.quote(command .. " nowhere.lua"))
    assert.equal("host: cannot open nowhere.lua: No such file or directory\n", output)
    assert.equal(1, status)
  end)
end)
