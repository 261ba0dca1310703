--- Small files that hold a token, a key or a secret.
local core = require "bylaw.core"

local file = {}

--- The text of a file, or nil and why not. What it holds is in no message.
---@param path string
---@param most integer  bytes; what is larger is refused
---@return string?
---@return string? why
function file.read(path, most)
  local handle, why = io.open(path, "rb")
  if not handle then return nil, why end
  local text
  text, why = handle:read(most + 1)
  handle:close()
  if why then return nil, path .. ": " .. why end -- a folder, say
  if text and #text > most then return nil, ("%s: larger than %d bytes"):format(path, most) end
  return text or ""
end

--- The same without blanks and line breaks around it.
---@param path string
---@param most integer
---@return string?
---@return string? why
function file.trimmed(path, most)
  local text, why = file.read(path, most)
  return text and text:match "^%s*(.-)%s*$", why
end

local function quoted(path)
  return path:find "^[%w._/-]+$" and path or "'" .. path:gsub("'", "'\\''") .. "'"
end

--- Words for a file that others may read too, though it holds what they must not have.
---@param path string
---@return string?
function file.exposed(path)
  if not core.is_exposed(path) then return nil end
  return ("others can read %s: chmod 600 %s"):format(quoted(path), quoted(path))
end

return file
