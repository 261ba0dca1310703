local cjson = require "cjson"
local graph = require "spec.support.graph"
local service = require "spec.support.service"
local shell = require "spec.support.shell"

local TYPED = "/v1.0/policies/tokenLifetimePolicies"

describe("bylaw.emulator, crowds:", function()
  local folder, crowd
  setup(function()
    folder = shell.scratch()
    crowd = folder .. "/crowd"
    shell.must("cc -std=c11 -D_DEFAULT_SOURCE -O1 spec/c/crowd.c -o '%s'", crowd)
  end)
  teardown(function() shell.remove(folder) end)

  --- An emulator in a process of its own, under a limit of descriptors.
  local function start(files)
    local program = ([[
      local e = assert(require("bylaw.emulator").start { token = "%s", raise_files = %s })
      e:wait(function()
        print("listening on " .. e.url)
        print((io.open("/proc/self/stat"):read "n"))
        io.stdout:flush()
      end)
      e:stop()]]):format(graph.TOKEN, tostring(not files))
    -- without the descriptors that this process has, which a child would inherit
    local running = service.start(("bash -c 'for f in /proc/self/fd/*; do f=${f##*/}; "
      .. "[ $f -gt 2 ] && eval \"exec $f>&-\"; done; %s exec lua5.4 -e '\\''%s'\\'''"):format(
      files and ("ulimit -n %d;"):format(files) or "", (program:gsub("%%", "%%%%"))))
    running.port = tonumber(running.url:match ":(%d+)$")
    running.pid = shell.read(running.folder .. "/out"):match "\n(%d+)"
    finally(function() pcall(running.stop, running) end)
    return running
  end

  local function keep(emulator, count)
    local line = shell.must("'%s' keep %d %s %s %d", crowd, emulator.port, graph.TOKEN, TYPED,
      count)
    local kept, refused, lost = line:match "kept (%d+), refused (%d+), lost (%d+)"
    return tonumber(kept), tonumber(refused), tonumber(lost)
  end

  it("keeps ten thousand connections, and serves each of them again", function()
    local most = tonumber(shell.must "ulimit -Hn") or math.huge
    if most < 10400 then
      pending(("the limit of descriptors, %d, is too low for that"):format(most))
      return
    end
    local emulator = start()
    assert.same({ 10000, 0, 0 }, { keep(emulator, 10000) })
    assert.equal(200, graph.call(emulator, "GET", TYPED).status)
  end)

  it("tells those that are too many, and goes on serving the others", function()
    local emulator = start(200)
    local kept, refused, lost = keep(emulator, 150)
    assert.same({ 136, 14, 0 }, { kept, refused, lost }) -- 200 less 64 for the rest of the process
    assert.same({ 136, 14, 0 }, { keep(emulator, 150) })
    local id = graph.create(emulator, TYPED)
    assert.equal(200, graph.call(emulator, "GET", TYPED .. "/" .. id).status)
  end)

  it("serves others while clients ask for much and read nothing, in bounded memory", function()
    local emulator = start()
    local large = graph.body { definition = ('["%s"]'):format(
      (graph.ESCAPED:gsub("Version", (" "):rep(8000) .. "%0", 1):gsub('\\"( +)', '%1\\"'))) }
    for _ = 1, 200 do graph.submit(emulator, "POST", TYPED, large) end
    for _, result in pairs(graph.collect()) do assert.equal(201, result.status, result.body) end
    local command = "timeout 300 '%s' stare %d %s '%s?$top=999' 400 >'%s/staring'"
    local readers = assert(io.popen(command:format(crowd, emulator.port, graph.TOKEN, TYPED,
      folder), "w"))
    repeat os.execute "sleep 0.05" until shell.read(folder .. "/staring") == "staring\n"
    local began = os.time()
    local served = 0
    for _ = 1, 20 do
      local made = graph.call(emulator, "POST", TYPED, graph.body())
      served = served + (made.status == 201 and 1 or 0)
    end
    local took = os.time() - began
    local peak = shell.read(("/proc/%d/status"):format(emulator.pid)):match "VmHWM:%s+(%d+) kB"
    readers:close()
    assert.equal(20, served)
    assert.is_true(took <= 150, took) -- the readers stay for 300
    -- sanitizers keep what is freed, and more beside it
    local sanitized = (os.getenv "BYLAW_BUILD" or ""):find "[at]san"
    if not sanitized then assert.is_true(tonumber(peak) < 700 * 1024, peak) end
    assert.equal(220, #cjson.decode(graph.call(emulator, "GET", TYPED .. "?$top=999").body).value)
  end)
end)
