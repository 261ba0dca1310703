--- Parts of paths. Pure.
local errors = require "bylaw.errors"

local paths = {}

--- RFC 3986: all but the unreserved characters.
---@param text string
---@return string
function paths.percent(text)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- An err where an id would name something else on the way; nil where it is fine.
---@param id string
---@param of string  "policy", …
---@return bylaw.Error?
function paths.id_fault(id, of)
  if id ~= "" and id ~= "." and id ~= ".." and not id:find "[/\\%z]" then return nil end
  return errors.new("invalid_id", ("%s cannot be the id of a %s"):format(errors.quote(id), of))
end

return paths
