--- The folder of our own files, .bylaw.
local errors = require "bylaw.errors"

local own_folder = {}

--- Makes it, for its owner alone, where it is missing. Several may begin in one moment: it is made
--- first, and looked for when that was in vain.
---@param code string  of the error
---@return true?
---@return bylaw.Error? err
function own_folder.make(code)
  if os.execute "mkdir -m 700 .bylaw 2>/dev/null || [ -d .bylaw ]" then return true end
  return nil, errors.new(code, "the folder .bylaw cannot be made here")
end

return own_folder
