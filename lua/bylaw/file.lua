--- Reads text files whole.
local file = {}

local MOST = 64 << 20 -- bytes of a file
local PIECE = 1 << 16

local UTF16 = { ["\xFF\xFE"] = true, ["\xFE\xFF"] = true }

--- All bytes of an open file; nil and why not.
local function bytes(handle)
  local pieces, count = {}, 0
  repeat
    local piece, why = handle:read(PIECE)
    if not piece then
      if why then return nil, why end
      return table.concat(pieces)
    end
    pieces[#pieces + 1] = piece
    count = count + #piece
  until count > MOST
  return nil, ("it is larger than %d MiB"):format(MOST >> 20)
end

--- Takes a byte order mark off; tells of text that is no UTF-8 by its mark.
local function unmark(s)
  if UTF16[s:sub(1, 2)] then return nil, "it is UTF-16: save it as UTF-8" end
  return (s:gsub("^\xEF\xBB\xBF", ""))
end

--- The text of a file.
---@param path string
---@param stdin? file*  what "-" stands for
---@return string? text
---@return string? why  it cannot be read, without its name
function file.read(path, stdin)
  local handle, why = stdin, nil
  if path ~= "-" or not stdin then handle, why = io.open(path, "rb") end
  if not handle then return nil, (why:sub(#path + 3)) end
  local s, reason = bytes(handle)
  if handle ~= stdin then handle:close() end
  if not s then return nil, reason end
  return unmark(s)
end

--- The folder of a path, "." where it names none.
---@param path string
---@return string
function file.folder(path) return path:match "^(.*)/[^/]*$" or "." end

return file
