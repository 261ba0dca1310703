--- A credential that reads its token from a file, each time, so that whoever renews the token only
--- has to write the file anew.
local bearer = require "bylaw.credential.bearer"
local errors = require "bylaw.errors"
local file = require "bylaw.credential.file"

local token_file = {}

local LARGEST = 65536 -- bytes; what is larger is not a token

token_file.__name = "bylaw.credential.token_file"

function token_file.__tostring(self)
  return ("bylaw.credential.token_file (%s)"):format(self.path)
end

--- Blanks and line breaks around the token do not count.
---@param path string
---@return bylaw.Credential
function token_file.new(path)
  local function token(self)
    local text, why = file.trimmed(self.path, LARGEST)
    if not text then return nil, errors.new("no_token", "no token could be read: " .. why) end
    return bearer.check(text, "the file " .. self.path)
  end
  return setmetatable({ path = path, token = token }, token_file)
end

return token_file
