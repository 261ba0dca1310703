--- bylaw as it is installed: by make, by luarocks, and without what the emulator
--- needs. Every case works in folders of its own and uses what was installed with
--- an empty environment.

local shell = require "spec.support.shell"

--- A make of its own, whatever make these specs run under.
local MAKE = "env -u MAKEFLAGS -u MAKELEVEL make"

--- In another folder, with an empty environment.
local BARE = 'cd / && env -i PATH="$PATH" '

local root

--- Runs Lua 5.4 outside this folder with the modules below `prefix` alone, next to
--- the system's.
local function lua_from(prefix, chunk)
  return shell.run(BARE .. [[ \
  LUA_PATH='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua;;' \
  LUA_CPATH='%s/lib/lua/5.4/?.so;;' lua5.4 -e '%s']], prefix, prefix, prefix, chunk)
end

local USES_IT = [[
local bylaw = require "bylaw"
local function try(span)
  local ok, err = bylaw.validate(bylaw.tokenLifetimePolicy {
    displayName = "eight hours", definition = { AccessTokenLifetime = span } })
  print(ok, err and err.code, err and err.problems and #err.problems)
end
try "8:00:00"
try "80:00:00"]]
local USED = "^true\tnil\tnil\nnil\tinvalid\t1\n$"

--- Libraries that a shared object names.
local function needed(so)
  return shell.must("readelf -d '%s' | sed -n 's/.*NEEDED.*\\[\\(.*\\)\\]/\\1/p'", so)
end

--- The sources in a folder of their own, so that the build there is a new one.
local function copy_sources()
  local copy = root .. "/sources"
  shell.must("mkdir '%s' && cp -R Makefile bylaw-scm-1.rockspec tools src lua bin '%s'", copy, copy)
  return copy
end

describe("make install", function()
  local prefix

  setup(function()
    root = shell.scratch()
    prefix = root .. "/usr"
    shell.must("%s install PREFIX='%s'", MAKE, prefix)
  end)
  teardown(function() shell.remove(root) end)

  it("gives modules that Lua finds and uses", function()
    assert.matches(USED, (lua_from(prefix, USES_IT)))
  end)

  it("gives a command that finds its modules from anywhere", function()
    local linked = root .. "/linked"
    shell.must("ln -s '%s/bin/bylaw' '%s'", prefix, linked)
    for _, command in ipairs { prefix .. "/bin/bylaw", linked } do
      assert.matches("^bylaw %d", shell.must(BARE .. "'%s' version", command))
    end
  end)

  it("links each library to the module that needs it, and to no other", function()
    local client = needed(prefix .. "/lib/lua/5.4/bylaw/core.so")
    assert.matches("libcurl", client)
    assert.matches("libcrypto", client)
    assert.not_matches("microhttpd", client)
    assert.not_matches("sqlite", client)
    local emulator = needed(prefix .. "/lib/lua/5.4/bylaw/emulator.so")
    assert.matches("microhttpd", emulator)
    assert.matches("sqlite", emulator)
    assert.matches("libcrypto", emulator)
    assert.not_matches("libcurl", emulator)
  end)

  it("starts the installed emulator", function()
    assert.equal("http://127.0.0.1:\n", (lua_from(prefix, [[
      local emulator = assert(require "bylaw.emulator".start { store = ":memory:" })
      print((emulator.url:gsub("%d+$", "")))
      emulator:stop()]])))
  end)

  it("puts nothing of DESTDIR into what it writes", function()
    local stage = root .. "/stage"
    shell.must("%s install PREFIX=/opt/bylaw DESTDIR='%s'", MAKE, stage)
    local launcher = shell.read(stage .. "/opt/bylaw/bin/bylaw")
    assert.matches('"/opt/bylaw/share/lua/5.4"', launcher, 1, true)
    assert.matches('"/opt/bylaw/lib/lua/5.4"', launcher, 1, true)
    assert.not_matches(stage, launcher, 1, true)
  end)

  it("puts manual pages and completions where they are looked for", function()
    for path, of in pairs {
      ["man/man1/bylaw.1"] = "man/bylaw.1", ["man/man1/bylaw-plan.1"] = "man/bylaw-plan.1",
      ["bash-completion/completions/bylaw"] = "completion/bylaw.bash",
      ["zsh/site-functions/_bylaw"] = "completion/_bylaw",
      ["fish/vendor_completions.d/bylaw.fish"] = "completion/bylaw.fish",
    } do
      assert.equal(shell.read(of), shell.read(prefix .. "/share/" .. path))
    end
  end)

  it("is undone by make uninstall", function()
    local other = root .. "/other"
    shell.must("%s install PREFIX='%s'", MAKE, other)
    shell.must("%s uninstall PREFIX='%s'", MAKE, other)
    assert.equal("", shell.must("find '%s' -type f -o -name bylaw", other))
  end)
end)

describe("the client alone", function()
  setup(function() root = shell.scratch() end)
  teardown(function() shell.remove(root) end)

  it("is built, installed and used where libmicrohttpd and SQLite are not", function()
    local without = root .. "/pkg-config"
    shell.write(without, [[#!/bin/sh
case "$*" in *microhttpd*|*sqlite*) echo "no such library" >&2; exit 1 ;; esac
exec pkg-config "$@"
]])
    local prefix = root .. "/usr"
    shell.must("chmod +x '%s'", without)
    local output = shell.must("%s install PKG_CONFIG='%s' BUILD='%s/build' CFLAGS=-O0 PREFIX='%s'",
      MAKE, without, root, prefix)
    assert.matches("bylaw.emulator is left out", output, 1, true)
    assert.is_false(shell.exists(prefix .. "/lib/lua/5.4/bylaw/emulator.so"))
    assert.matches(USED, (lua_from(prefix, USES_IT)))
    assert.matches("module 'bylaw.emulator' not found",
      (lua_from(prefix, 'require "bylaw.emulator"')), 1, true)
  end)
end)

describe("luarocks", function()
  setup(function() root = shell.scratch() end)
  teardown(function() shell.remove(root) end)

  it("has nothing to say against the rockspec", function()
    assert.equal("", shell.must "luarocks --lua-version=5.4 lint bylaw-scm-1.rockspec")
  end)

  it("builds and installs a rock that Lua finds and uses", function()
    local tree = root .. "/tree"
    shell.must([[
cd '%s' && luarocks --lua-version=5.4 make --tree='%s' --deps-mode=none \
  bylaw-scm-1.rockspec CFLAGS="-O0 -fPIC" \
  CURL_INCDIR="$(pkg-config --variable=includedir libcurl)" \
  CURL_LIBDIR="$(pkg-config --variable=libdir libcurl)" \
  CRYPTO_LIBDIR="$(pkg-config --variable=libdir libcrypto)"]], copy_sources(), tree)
    assert.matches(USED, (lua_from(tree, USES_IT)))
    assert.matches("^bylaw %d", shell.must(BARE .. "'%s/bin/bylaw' version", tree))
  end)
end)
