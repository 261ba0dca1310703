--- What `owns` says of live policies. Pure.
local owned = {}

--- A pattern of Lua for the names of what one of `owns` owns: "*" is any text, "?" one character.
---@param owns { displayName?: string }  without a name it owns them all
---@return string
function owned.pattern(owns)
  return "^" .. (owns.displayName or "*"):gsub("%W", function(c)
    if c == "*" then return ".*" end
    if c == "?" then return utf8.charpattern end
    return c:byte() < 0x80 and "%" .. c or c
  end) .. "$"
end

return owned
