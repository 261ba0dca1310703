--- Each rule between the rings (tools/rings) holds in this house, and can be
--- broken: a small house with one wrong line in it is told of that line.

local shell = require "spec.support.shell"

--- What tools/rings says of a house with these files in it, and its exit status.
local function judge(files)
  local root = shell.scratch()
  for path, text in pairs(files) do shell.write(root .. "/" .. path, text .. "\n") end
  local output, status = shell.run("tools/rings '%s'", root)
  shell.remove(root)
  return output, status
end

local BROKEN = {
  { "lua.h is for src/binding alone", "src/core/a.c", "#include <lua.h>" },
  { "lua.h is for src/binding alone", "src/emulator/a.h", '#  include "lauxlib.h"' },
  { "libcurl is for src/core/http*.c alone", "src/core/header.c", "#include <curl/curl.h>" },
  { "OpenSSL is for src/core/jose.c and certificate.c alone", "src/emulator/tokens.c",
    "#include <openssl/evp.h>" },
  { "OpenSSL is for src/core/jose.c and certificate.c alone", "src/binding/jose.c",
    '#include "core/pkey.h"' },
  { "libmicrohttpd is for src/emulator/server.c and answer*.c alone", "src/emulator/routes.c",
    "#include <microhttpd.h>" },
  { "SQLite is for src/emulator/store*.c, lag and src/binding/sqlite.c alone",
    "src/binding/emulator.c", "#include <sqlite3.h>" },
  { "src/core knows nothing of the rings around it", "src/core/a.c",
    '#include "../emulator/store.h"' },
  { "src/emulator knows nothing of src/binding", "src/emulator/a.c",
    '#include "binding/scope.h"' },
  { "no C file prints", "src/core/a.c", '  printf("%d", 1);' },
  { "no C file prints", "src/emulator/a.c", '  fputs("x", out);' },
  { "no C file prints", "src/binding/a.c", "  log_to(stderr);" },
  { "no C file ends the process", "src/core/a.c", "  if (x) abort();" },
  { "no C file ends the process", "src/emulator/a.c", "  exit(1);" },
  { "no C file ends the process", "src/core/a.c", "  assert(x);" },
  { "only bylaw.cli prints or exits", "lua/bylaw/client.lua", 'print("x")' },
  { "only bylaw.cli prints or exits", "lua/bylaw/policies.lua", 'io.stderr:write "x"' },
  { "only bylaw.cli prints or exits", "lua/bylaw/clip.lua", "os.exit(1)" },
  { "only bylaw.cli and bin require bylaw.cli", "lua/bylaw/init.lua",
    'local main = require "bylaw.cli.main"' },
  { "pure modules have no client", "lua/bylaw/diff.lua", 'require("bylaw.client")' },
  { "pure modules have no client", "lua/bylaw/retry.lua", "core.pool()" },
  { "pure modules have no client", "lua/bylaw/render/text.lua", "require 'bylaw.tasks'" },
  { "pure modules have no clock, no files, no environment", "lua/bylaw/plan.lua",
    "local now = os.time()" },
  { "pure modules have no clock, no files, no environment", "lua/bylaw/errors.lua",
    'io.open "x"' },
  { "what talks to the service knows nothing of plans", "lua/bylaw/client.lua",
    'local plan = require "bylaw.plan"' },
  { "what talks to the service knows nothing of plans", "lua/bylaw/credential/env.lua",
    'require "bylaw.live"' },
  { "nothing is left to do in the sources", "src/core/a.c", "/" .. "* TO" .. "DO */ x();" },
}

local ALLOWED = {
  ["src/core/http.c"] = "#include <curl/curl.h>",
  ["src/core/http_handle.h"] = "#include <curl/curl.h>",
  ["src/core/jose.c"] = "#include <openssl/evp.h>",
  ["src/core/certificate.c"] = '#include "pkey.h"',
  ["src/core/arena.c"] = "int n = vsnprintf(NULL, 0, format, args);\n/* abort() is not for us */",
  ["src/core/arena.h"] = "__attribute__((format(printf, 2, 3)));\n static_assert(1, \"\");",
  ["src/binding/value.c"] = "#include <lua.h>",
  ["src/emulator/server.c"] = "#include <microhttpd.h>",
  ["src/emulator/store.c"] = "#include <sqlite3.h>",
  ["src/emulator/store_inside.h"] = "#include <sqlite3.h>",
  ["lua/bylaw/cli/main.lua"] = 'print "x" os.exit(require "bylaw.cli.list")',
  ["lua/bylaw/client.lua"] = "--- print(client:get(kind, id))\nlocal now = os.time()",
  ["lua/bylaw/plan.lua"] = 'local diff = require "bylaw.diff"',
}

describe("tools/rings", function()
  it("finds no rule broken in this house", function()
    local output, status = shell.run "tools/rings"
    assert.matches("^result: %d+ passed, 0 failed\n$", output)
    assert.equal(0, status)
  end)

  it("allows what the rings are for", function()
    assert.matches("^result: %d+ passed, 0 failed\n$", (judge(ALLOWED)))
  end)

  for _, case in ipairs(BROKEN) do
    local words, path, text = table.unpack(case)
    it(("tells of `%s` in %s"):format(text, path), function()
      local output, status = judge { [path] = text }
      assert.equal(("FAILED %s\n%s:1:%s\n"):format(words, path, text),
        (output:gsub("result: .*", "")))
      assert.equal(1, status)
    end)
  end
end)
