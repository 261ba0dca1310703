--- Texts for URLs and for form bodies. Pure.
local form = {}

--- A text with every byte percent-encoded that is not unreserved (RFC 3986): a "+" left as it is
--- would arrive as a blank, and break a secret.
---@param text string
---@return string
function form.escape(text)
  return (text:gsub("[^%w%-%._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

--- "name=value&…" of the pairs whose value is not nil, in their order.
---@param pairs_in_order { [1]: string, [2]: string? }[]
---@return string
function form.encode(pairs_in_order)
  local parts = {}
  for _, pair in ipairs(pairs_in_order) do
    if pair[2] ~= nil then
      parts[#parts + 1] = form.escape(pair[1]) .. "=" .. form.escape(pair[2])
    end
  end
  return table.concat(parts, "&")
end

--- A URL with more behind its query, whether it has one yet or not.
---@param url string
---@param pairs_in_order { [1]: string, [2]: string? }[]
---@return string
function form.with_query(url, pairs_in_order)
  local query = form.encode(pairs_in_order)
  if query == "" then return url end
  return url .. (url:find("?", 1, true) and "&" or "?") .. query
end

return form
