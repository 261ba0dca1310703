--- Which lines of lua/ the specs reach. Named in LUA_INIT_5_4, it counts in every
--- Lua process, those that specs start included, and leaves a file of what it saw
--- in the folder BYLAW_HITS when the process ends. Called with that folder as its
--- argument, it adds these up and prints the table.

local folder = os.getenv "BYLAW_HITS"

--- The name of a source inside lua/, or nil for the sources of others.
local function inside(source)
  return source:match "^@lua/(bylaw/.*%.lua)$" or source:match "/lua/(bylaw/.*%.lua)$"
end

local function record()
  local hits, names = {}, {}

  local function on_line(_, line)
    local source = debug.getinfo(2, "S").source
    local name = names[source]
    if name == nil then
      name = inside(source) or false
      names[source] = name
      if name then hits[name] = hits[name] or {} end
    end
    if name then hits[name][line] = true end
  end

  local function write()
    local id = tostring(hits):match "0x(%x+)"
    local file = io.open(("%s/%d-%s.hits"):format(folder, os.time(), id), "w")
    if not file then return end
    for name, lines in pairs(hits) do
      for line in pairs(lines) do file:write(name, " ", line, "\n") end
    end
    file:close()
  end

  -- A hook belongs to one coroutine, so each gets its own.
  local create, wrap, exit = coroutine.create, coroutine.wrap, os.exit
  function coroutine.create(fn)
    local co = create(fn)
    debug.sethook(co, on_line, "l")
    return co
  end
  function coroutine.wrap(fn)
    return wrap(function(...)
      debug.sethook(on_line, "l")
      return fn(...)
    end)
  end
  function os.exit(...)
    debug.sethook()
    write()
    exit(...)
  end
  -- Held by the registry until the state is closed.
  debug.getregistry().bylaw_coverage = setmetatable({}, { __gc = write })
  debug.sethook(on_line, "l")
end

--- What a command prints, line by line.
local function output(command)
  local pipe = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  return lines
end

local function read_hits(from)
  local hits = {}
  for _, path in ipairs(output(("find %s -name '*.hits'"):format(from))) do
    for text in io.lines(path) do
      local name, line = text:match "^(.*) (%d+)$"
      hits[name] = hits[name] or {}
      hits[name][tonumber(line)] = true
    end
  end
  return hits
end

--- Lines with code, in order: those of luac's listing, without what stands for no
--- line of the source (the vararg prologue, the return that ends each function).
local function executable(path)
  local seen, list, last = {}, {}, nil
  for _, text in ipairs(output(("luac5.4 -l -p %s"):format(path))) do
    local line, op = text:match "^%s+%d+%s+%[(%d+)%]%s+(%u+)"
    if line then
      if last then seen[last] = true end
      last = op ~= "VARARGPREP" and tonumber(line) or nil
    else
      last = nil -- a function ended, its last instruction with it
    end
  end
  for line in pairs(seen) do list[#list + 1] = line end
  table.sort(list)
  return list
end

--- "3-5,9": lines that are neighbours in `lines` and not in `hit`, drawn together.
local function missed(lines, hit)
  local parts, first, last = {}, nil, nil
  local function close()
    if first then parts[#parts + 1] = first == last and first or first .. "-" .. last end
    first = nil
  end
  for _, line in ipairs(lines) do
    if hit[line] then
      close()
    else
      first, last = first or line, line
    end
  end
  close()
  return table.concat(parts, ",")
end

local function report(from)
  local hits = read_hits(from)
  local all, reached = 0, 0
  local format = "%-42s %6s %6s %6s  %s"
  print(format:format("Lua file", "lines", "run", "%", "not run"))
  for _, path in ipairs(output "find lua -name '*.lua' ! -path '*/meta/*' | sort") do
    local lines = executable(path)
    local hit, count = hits[path:match "^lua/(.*)"] or {}, 0
    for _, line in ipairs(lines) do
      if hit[line] then count = count + 1 end
    end
    all, reached = all + #lines, reached + count
    print(format:format(path, #lines, count, ("%.1f"):format(100 * count / math.max(#lines, 1)),
      missed(lines, hit)))
  end
  print(format:format("TOTAL lua", all, reached, ("%.1f"):format(100 * reached / math.max(all, 1)),
    ""))
end

if folder then record() else report(assert(arg[1], "which folder?")) end
