--- The words of declarations. This function is the program inside the sandbox: it is handed over as
--- a whole, so it stands alone, and what it is given is all that it reaches of the host.
---
--- `host` has, from C: where() -> file, line; load(text, name); origins(base). And from
--- declaration.lua, called with copies: declare, half, owns, ignore, settings, rule, verdict, read,
--- scanned, refused, var, note, seconds, unknown.
---@param host table<string, function>
---@return function  what the host calls: an action by its name, and its arguments
return function(host)
  local error, type, next, select, tostring = error, type, next, select, tostring
  local rawget, rawset, getmetatable, pairs_of = rawget, rawset, getmetatable, pairs
  local concat, sort, insert = table.concat, table.sort, table.insert
  local words, checks, values, loading = {}, {}, {}, {}

  --- Only what raises here is told without a place of its own: the host knows the line.
  local function refuse(form, ...) error(form:format(...), 0) end

  local function declare(kind, label, properties)
    if type(properties) ~= "table" then
      refuse("%s takes a table of properties, not %s", kind, type(properties))
    end
    host.declare(kind, label, properties, host.where())
    return properties
  end

  --- tokenLifetimePolicy "label" { … }, or without a label.
  local function constructor(kind)
    return function(given)
      if type(given) ~= "string" then return declare(kind, nil, given) end
      local number = host.half(kind, given, host.where())
      return function(properties)
        host.whole(number)
        return declare(kind, given, properties)
      end
    end
  end

  --- servicePrincipal { appId = "…" }, application { displayName = "…" }, or either with an id.
  local function target(name)
    return function(given)
      if type(given) ~= "table" and type(given) ~= "string" then
        refuse('%s takes an id, or a table such as { appId = "..." }, not %s', name, type(given))
      end
      return { [name] = given }
    end
  end

  --- A word whose table, or text, goes to the host as it is.
  local function plain(name)
    return function(given)
      if type(given) == "string" then given = { given } end
      if type(given) ~= "table" then refuse("%s takes a table, not %s", name, type(given)) end
      host[name](given, host.where())
    end
  end

  --- What a file gives: its own value, once it was run.
  local function run(number, name, text)
    local chunk, why = host.load(text, "@" .. name)
    if not chunk then refuse("%s", host.refused(number, why)) end
    local noted = host.load(host.scanned(number), "@" .. name)
    loading[#loading + 1] = number
    -- a constructor deeper than noting goes is read without it
    values[number] = { (noted or chunk)(noted and host.origins(number << 32) or nil) }
    loading[#loading] = nil
    return values[number][1]
  end

  function words.include(path)
    if type(path) ~= "string" then refuse("include takes a path, not %s", type(path)) end
    local number, name, text = host.read(path, (host.where()))
    if not number then refuse("%s", name) end
    if values[number] then return values[number][1] end
    for i, other in next, loading do
      if other == number then
        refuse("%s", host.cycle(concat(loading, ",", i) .. "," .. number))
      end
    end
    return run(number, name, text)
  end

  function words.var(name, ...)
    if type(name) ~= "string" then refuse("var takes a name, not %s", type(name)) end
    local file, line = host.where()
    local found, value = host.var(name, select("#", ...) > 0, file, line)
    if found then return value end
    return (...)
  end

  function words.rule(name)
    if type(name) ~= "string" then
      refuse 'rule takes a name: rule "no token above 8 hours" { ... }'
    end
    return function(given)
      if type(given) ~= "table" or type(rawget(given, "check")) ~= "function" then
        refuse('rule "%s" takes a table with a function: { check = function(policy) ... end }',
          name)
      end
      checks[#checks + 1] = rawget(given, "check")
      local rest = {}
      for key, value in next, given do
        if key ~= "check" then rest[key] = value end
      end
      host.rule(name, rest, #checks, host.where())
    end
  end

  function words.seconds(span)
    local found = host.seconds(span)
    if not found then
      refuse('seconds takes a time span such as "08:00:00", not %s', tostring(span))
    end
    return found
  end

  function words.print(...)
    local line = {}
    for i = 1, select("#", ...) do line[i] = tostring((select(i, ...))) end
    host.note(concat(line, "\t"))
  end

  local RANK = { number = 1, string = 2, boolean = 3 }

  local function before(a, b)
    local x, y = type(a), type(b)
    if x ~= y then return (RANK[x] or 4) < (RANK[y] or 4) end
    if x == "boolean" then return a and not b end
    return RANK[x] ~= nil and a < b
  end

  --- In the order of the keys, so that equal files declare the same in the same order.
  function words.pairs(t)
    local meta = getmetatable(t)
    if type(t) ~= "table" or type(meta) == "table" and rawget(meta, "__pairs") then
      return pairs_of(t)
    end
    local keys, i = {}, 0
    for key in next, t do insert(keys, key) end
    sort(keys, before)
    return function()
      local value
      repeat
        i = i + 1
        if keys[i] == nil then return nil end
        value = rawget(t, keys[i])
      until value ~= nil
      return keys[i], value
    end, t, nil
  end

  --- The names that there are, for the one that is meant.
  local function names()
    local list = {}
    for name in next, _G do
      if type(name) == "string" and #list < 120 then insert(list, name) end
    end
    return list
  end

  -- What Lua's own would run while hooks are off, and so out of all limits, after a limit raised:
  -- a message handler, and the values to be closed of a coroutine that ended by an error.

  local pcall, create, resume, status = pcall, coroutine.create, coroutine.resume, coroutine.status
  local close = coroutine.close

  local function handled(handler, done, ...)
    if done then return true, ... end
    return false, select(2, pcall(handler, ...))
  end

  function words.xpcall(fn, handler, ...) return handled(handler, pcall(fn, ...)) end

  local function resumed(done, ...)
    if not done then error((...), 0) end
    return ...
  end

  local threads = coroutine -- of this state: what a file finds there

  function threads.wrap(fn)
    local thread = create(fn)
    return function(...) return resumed(resume(thread, ...)) end
  end

  function threads.close(thread)
    if status(thread) == "dead" then return true end
    return close(thread)
  end

  local actions = {}

  function actions.open(kinds, null)
    words.null = null
    for _, kind in next, kinds do words[kind] = constructor(kind) end
    for _, name in next, { "servicePrincipal", "application" } do words[name] = target(name) end
    for _, name in next, { "owns", "ignore", "settings" } do words[name] = plain(name) end
    for name, word in next, words do rawset(_G, name, word) end
    setmetatable(_G, { __metatable = false, __index = function(_, name)
      if type(name) == "string" then refuse("%s", host.unknown(name, names())) end
    end })
  end

  actions.run = run

  function actions.vars(...)
    local given = run(...)
    if type(given) ~= "table" then
      refuse("a file of variables returns a table, such as { NAME = \"value\" }, not %s",
        type(given))
    end
    host.vars(given)
  end

  function actions.check(number, policy) host.verdict(checks[number](policy)) end

  return function(action, ...) actions[action](...) end
end
