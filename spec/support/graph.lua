--- Speaks to an emulator: whole exchanges through the project's own pool, raw bytes through bash
--- for what no client would send.
local cjson = require "cjson"
local core = require "bylaw.core"
local shell = require "spec.support.shell"

local graph = {}

graph.TOKEN = "let-me-in"

--- The definition of the documented samples, as text and as it stands in a body.
graph.DEFINITION = [[{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}]]
graph.ESCAPED = graph.DEFINITION:gsub('"', '\\"')

local GUID = ("x"):rep(8) .. ("-xxxx"):rep(3) .. "-" .. ("x"):rep(12)
graph.GUID = GUID:gsub("x", "%%x"):gsub("%-", "%%-")

---@class spec.Exchange
---@field status integer
---@field headers table<string, string>   names in lower case
---@field body string

local pool = core.pool { max_connections = 64 }

--- Sends a request; headers replace or, with false, remove the usual ones.
---@param emulator { url: string }
---@param method string
---@param path string
---@param body? string
---@param headers? table<string, string|false>
---@return integer id   for graph.collect
function graph.submit(emulator, method, path, body, headers)
  local all = { Authorization = "Bearer " .. graph.TOKEN }
  if body then all["Content-Type"] = "application/json" end
  for name, value in pairs(headers or {}) do all[name] = value or nil end
  return assert(pool:submit {
    method = method, url = emulator.url .. path, headers = all, body = body, once = true,
  })
end

--- Waits until everything that was sent is answered or lost, and gives the results by id.
---@param during? fun(result: table)   called with each as it comes in
---@return table<integer, table>
function graph.collect(during)
  local results = {}
  while assert(pool:pending()) > 0 do
    for _, result in ipairs(assert(pool:wait(5))) do
      results[result.id] = result
      if during then during(result) end
    end
  end
  return results
end

--- One exchange, from start to end.
---@return spec.Exchange
function graph.call(...)
  local id = graph.submit(...)
  local result = graph.collect()[id]
  if result.err then error(result.err, 2) end
  return result
end

--- Sends bytes as they are on a connection of their own, and gives what comes back until the
--- other side closes it or the time is over.
---@param emulator { port: integer }
---@param bytes string
---@param seconds? number   5 by default
---@return string answer
function graph.raw(emulator, bytes, seconds)
  local folder = shell.scratch()
  shell.write(folder .. "/request", bytes)
  local answer = shell.run([[bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d
    cat "%s/request" >&3; timeout %g cat <&3' 2>/dev/null]], emulator.port, folder, seconds or 5)
  shell.remove(folder)
  return answer
end

--- A GET as raw bytes, for paths that a client would mend; gives status and error.
---@return integer status
---@return table error   code, message and the rest of Graph's envelope
function graph.raw_get(emulator, path)
  local answer = graph.raw(emulator, ("GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    .. "Authorization: Bearer %s\r\n\r\n"):format(path, graph.TOKEN))
  local body = answer:match "\r\n\r\n(.*)$"
  return tonumber(answer:match "^HTTP/1.1 (%d+)"), graph.error { body = body }
end

--- The error of an envelope.
---@return { code: string, message: string, details?: table[], innerError: table }
function graph.error(exchange)
  return cjson.decode(exchange.body).error
end

--- A typed body.
---@param changes? table<string, string|false>   members as JSON text; false leaves one out
function graph.body(changes)
  local members = {
    definition = ('["%s"]'):format(graph.ESCAPED),
    displayName = '"eight hours"',
  }
  for name, text in pairs(changes or {}) do members[name] = text or nil end
  local parts = {}
  for name, text in pairs(members) do parts[#parts + 1] = ('"%s":%s'):format(name, text) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

--- Creates a policy and gives its id.
---@param path string
---@param body? string
---@return string id
function graph.create(emulator, path, body)
  local made = graph.call(emulator, "POST", path, body or graph.body())
  assert(made.status == 201, made.body)
  return cjson.decode(made.body).id
end

--- Everything that a list has, page by page.
---@param path string
---@return table[] items
---@return integer pages
function graph.all(emulator, path)
  local items, pages, link = {}, 0, emulator.url .. path
  while link do
    local page = graph.call({ url = "" }, "GET", link)
    assert(page.status == 200, page.body)
    local list = cjson.decode(page.body)
    for _, item in ipairs(list.value) do items[#items + 1] = item end
    link, pages = list["@odata.nextLink"], pages + 1
  end
  return items, pages
end

--- A body with the emulator's own url and every GUID replaced by words.
---@return string
function graph.faceless(emulator, body)
  return (body:gsub(emulator.url:gsub("%p", "%%%0"), "URL"):gsub(graph.GUID, "ID"))
end

--- Starts an emulator in this process that asks for graph.TOKEN.
---@param options? bylaw.EmulatorOptions
---@return bylaw.Emulator
function graph.start(options)
  local all = { token = graph.TOKEN }
  for name, value in pairs(options or {}) do all[name] = value end
  return assert(require("bylaw.emulator").start(all))
end

--- A Lua program that serves a store until it is told to stop, for processes of their own; it
--- writes its process id into a file beside the store.
---@param store string
---@return string command
function graph.server_command(store)
  local program = ([[
    local e = assert(require("bylaw.emulator").start { store = "%s", token = "%s" })
    e:wait(function()
      local file = assert(io.open("%s.pid", "w"))
      file:write((io.open("/proc/self/stat"):read("n")))
      file:close()
      print("listening on " .. e.url)
      io.stdout:flush()
    end)
    e:stop()]]):format(store, graph.TOKEN, store)
  return ("exec lua5.4 -e '%s'"):format(program)
end

return graph
