--- Reads the policies of a file: a Lua file that returns them, or a JSON request body as Graph
--- documents it. What is wrong with the file is told as diagnostics, never thrown.
local input = {}

local diagnostic = require "bylaw.cli.diagnostic"
local json_file = require "bylaw.cli.json_file"
local lua_file = require "bylaw.cli.lua_file"

local MOST = 64 << 20 -- bytes of a file
local PIECE = 1 << 16

---@class bylaw.cli.Item
---@field policy bylaw.Policy
---@field address string      how it is called in messages: kind and name
---@field dialect? string     that of the body; nil: the policy's own
---@field definition? string  the text of its definition, where it was given as one
---@field line? integer       where the file makes it
---@field from integer        the bytes of the file between which it stands
---@field to integer

---@class bylaw.cli.Input
---@field name string         as it is shown
---@field text string         all of the file
---@field searched? string    the same, Lua's comments blanked out, once that was needed
---@field list boolean        whether the file holds a list, and not one policy
---@field items bylaw.cli.Item[]
---@field problems bylaw.cli.Diagnostic[]  of the file itself

--- All bytes of a file; nil and why not.
local function bytes(file)
  local pieces, count = {}, 0
  repeat
    local piece, why = file:read(PIECE)
    if not piece then
      if why then return nil, why end
      return table.concat(pieces)
    end
    pieces[#pieces + 1] = piece
    count = count + #piece
  until count > MOST
  return nil, ("it is larger than %d MiB"):format(MOST >> 20)
end

local function read(path, stdin)
  if path == "-" then return bytes(stdin) end
  local file, why = io.open(path, "rb")
  if not file then return nil, why:sub(#path + 3) end
  local s, reason = bytes(file)
  file:close()
  return s, reason
end

--- Whether it is JSON that the file holds: its name says so, or its first character.
local function is_json(path, s)
  local extension = path:match "%.(%w+)$"
  if extension == "json" or extension == "lua" then return extension == "json" end
  return s:find "^%s*[{%[]" ~= nil
end

local UTF16 = { ["\xFF\xFE"] = true, ["\xFE\xFF"] = true }

--- Takes a byte order mark off; tells of text that is no UTF-8 by its mark.
local function unmark(s)
  if UTF16[s:sub(1, 2)] then return nil, "it is UTF-16: save it as UTF-8" end
  return (s:gsub("^\xEF\xBB\xBF", ""))
end

--- Reads a file.
---@param path string   "-" is stdin
---@param options { kind?: string, stdin?: file*, note?: fun(line: string) }  `kind` of a body that
---  does not say it; `note` takes what a Lua file prints
---@return bylaw.cli.Input
function input.read(path, options)
  local self = { name = path == "-" and "stdin" or path, text = "", list = false,
    items = {}, problems = {} }
  local s, why = read(path, options.stdin or io.stdin)
  if s then s, why = unmark(s) end
  if not s then
    table.insert(self.problems, diagnostic.of_file(self, "unreadable", "cannot be read: " .. why))
    return self
  end
  self.text = s
  if is_json(path, s) then json_file.read(self, options.kind) else lua_file.run(self, options) end
  return self
end

return input
