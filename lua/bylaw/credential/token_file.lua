--- A credential that reads its token from a file, each time, so that whoever renews the token only
--- has to write the file anew.
local bearer = require "bylaw.credential.bearer"
local errors = require "bylaw.errors"

local token_file = {}

local LARGEST = 65536 -- bytes; what is larger is not a token

token_file.__name = "bylaw.credential.token_file"

function token_file.__tostring(self)
  return ("bylaw.credential.token_file (%s)"):format(self.path)
end

--- The text of a file, or nil and why not.
local function read(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local text
  text, why = file:read(LARGEST + 1)
  file:close()
  if why then return nil, why end -- a folder, say
  if text and #text > LARGEST then return nil, path .. ": too large for a token" end
  return text or ""
end

--- Blanks and line breaks around the token do not count.
---@param path string
---@return bylaw.Credential
function token_file.new(path)
  local function token(self)
    local text, why = read(self.path)
    if not text then return nil, errors.new("no_token", "no token could be read: " .. why) end
    return bearer.check(text:match "^%s*(.-)%s*$", "the file " .. self.path)
  end
  return setmetatable({ path = path, token = token }, token_file)
end

return token_file
