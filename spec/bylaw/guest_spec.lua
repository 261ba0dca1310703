--- `require "bylaw"` in somebody's program: what it must leave as it was.
local shell = require "spec.support.shell"

local PROBE = [[
--- Every table and function of the library, its fields and metatables, by path.
local function state()
  local seen, found = {}, {}
  local function walk(value, path)
    found[path] = tostring(value)
    if type(value) ~= "table" or seen[value] then return end
    seen[value] = true
    for key, one in next, value do
      if value ~= package.loaded then walk(one, path .. "." .. tostring(key)) end
    end
    walk(debug.getmetatable(value), path .. "<meta>")
  end
  walk(_G, "_G")
  for _, sample in ipairs { "", 0, true, print, coroutine.create(print), io.stdout } do
    walk(debug.getmetatable(sample), "<" .. type(sample) .. ">")
  end
  walk(debug.getmetatable(nil), "<nil>")
  return found
end

--- How many files are open. Another process that counts them may come before the pipe to it is
--- closed at its end.
local function open_files()
  local count = 0
  for n = 0, 255 do
    local file = io.open("/proc/self/fdinfo/" .. n)
    if file then
      file:close()
      count = count + 1
    end
  end
  return count
end

--- What the system knows of the process.
local function process()
  local found = { locale = os.setlocale(), hook = tostring(debug.gethook()) }
  for line in io.lines "/proc/self/status" do
    local name, value = line:match "^(%g+):%s*(.*)"
    if name == "Threads" or name == "Umask" or name:find "^Sig[BIC]" then found[name] = value end
  end
  found.files = open_files()
  local pipe = io.popen "readlink /proc/$PPID/cwd"
  found.folder = pipe:read "l"
  pipe:close()
  return found
end

local function loaded()
  local found = {}
  for name in pairs(package.loaded) do found[name] = true end
  return found
end

local function differences(a, b, what)
  for key in pairs(b) do
    if a[key] ~= b[key] then print(what, key, a[key], b[key]) end
  end
  for key in pairs(a) do if b[key] == nil then print(what, key, a[key], nil) end end
end

collectgarbage "incremental"
math.randomseed(7)
local state_before, process_before, loaded_before = state(), process(), loaded()
CHUNK()
differences(state_before, state(), "lua")
differences(process_before, process(), "process")
for name in pairs(loaded()) do
  if not loaded_before[name] and not name:find "^bylaw%f[%W]" and name ~= "cjson" then
    print("loaded", name)
  end
end
if collectgarbage "incremental" ~= "incremental" then print "collector" end
local drawn = math.random(1 << 40)
math.randomseed(7)
if drawn ~= math.random(1 << 40) then print "the random numbers were drawn from" end]]

--- What differs after a chunk.
local function after(chunk)
  local folder = shell.scratch()
  local probe = PROBE:gsub("CHUNK%(%)", function() return chunk .. "\n" end)
  shell.write(folder .. "/probe.lua", probe)
  local output, status = shell.run("lua5.4 '%s/probe.lua'", folder)
  shell.remove(folder)
  assert.equal(0, status, output)
  return output
end

describe('require "bylaw"', function()
  it("touches no global, no metatable, no signal, no file, no thread, and says nothing", function()
    assert.equal("", after 'require "bylaw"')
  end)

  it("does not when a policy is made, judged and encoded either", function()
    assert.equal("", after [[
      local bylaw = require "bylaw"
      assert(bylaw.encode(bylaw.tokenLifetimePolicy {
        displayName = "a", definition = { AccessTokenLifetime = "8:00:00" } }))]])
  end)

  for what, chunk in pairs {
    ["lua\t_G.leaked\tnil\t1"] = "leaked = 1",
    ["lua\t<string>.__call\tnil\tfunction"] = 'getmetatable("").__call = function() end',
    ["process\tfiles"] = 'KEPT = io.open "/dev/null"',
    ["the random numbers"] = "math.random()",
    ["loaded\tother"] = "package.loaded.other = true",
    collector = 'collectgarbage "generational"',
  } do
    it("is held to that by a probe that sees " .. chunk, function()
      assert.matches(what, after(chunk), 1, true)
    end)
  end
end)
