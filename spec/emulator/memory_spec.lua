local shell = require "spec.support.shell"

--- Every how manieth request for memory is refused.
local STEP = (os.getenv "FULL" or "") ~= "" and 1 or 13

--- Links the program to the objects of this build, so that it is this build that is judged.
local function build(folder)
  local objects = (os.getenv "BYLAW_BUILD" or "build") .. "/obj/src"
  return shell.must([[
    cc -std=c11 -D_DEFAULT_SOURCE -O1 -g -Isrc spec/c/emulator_memory.c %s/emulator/*.o \
      $(ls %s/core/*.o %s/core/kinds/*.o | grep -v '/http[_a-z]*\.o$') \
      $(pkg-config --libs libmicrohttpd sqlite3 libcrypto) -pthread -o '%s/program']],
    objects, objects, objects, folder)
end

--- Sanitizers have an allocator of their own, which cannot be replaced.
local function instrumented()
  local object = (os.getenv "BYLAW_BUILD" or "build") .. "/obj/src/emulator/emulator.o"
  return shell.run("nm '%s'", object):find "__[at]san_" or shell.run("nm '%s'", object):find "gcov"
end

describe("bylaw.emulator, memory:", function()
  it("survives that any request of any library is refused, and leaks nothing", function()
    if instrumented() then
      pending("this build's objects cannot be linked with an allocator that refuses")
      return
    end
    local folder = shell.scratch()
    build(folder)
    local output, status = shell.run("'%s/program' '%s/store.db' %d", folder, folder, STEP)
    shell.remove(folder)
    assert.equal(0, status, output)
    local points = 0
    for mode in ("once from"):gmatch "%a+" do
      points = points + tonumber(output:match(mode .. ": (%d+) points, 0 failed\n"))
    end
    assert.is_true(points * STEP > 1000, output)
  end)
end)
