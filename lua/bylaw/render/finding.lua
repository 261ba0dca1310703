--- What the outputs for CI say of a diagnostic. Pure.
local finding = {}

---@class bylaw.render.Judged   what a verb judged, for the outputs for CI
---@field version string       bylaw's
---@field verb string
---@field diagnostics table[]  as the JSON of `bylaw validate` has them
---@field subjects string[]    addresses of all that was judged, right and wrong

--- Path, message and advice in one text.
---@param one table  a diagnostic
---@return string
function finding.sentence(one)
  local text = one.summary
  if one.path and one.path ~= "" then text = one.path .. ": " .. text end
  if one.detail then text = text .. "\n" .. one.detail end
  return text
end

--- What writes diagnostics one after the other, a line each or more.
---@param write fun(one: table): string
---@return fun(judged: bylaw.render.Judged): string
function finding.each(write)
  return function(judged)
    local lines = {}
    for i, one in ipairs(judged.diagnostics) do lines[i] = write(one) end
    return table.concat(lines, "\n")
  end
end

--- FNV-1a of 64 bits.
local function hash(s)
  local h = 0xcbf29ce484222325
  for i = 1, #s do h = (h ~ s:byte(i)) * 0x100000001b3 end
  return ("%016x"):format(h)
end

--- A name for a diagnostic that stays when lines move: of its rule, file, policy and path. Of the
--- same that come again, the number.
---@param one table
---@param seen table<string, integer>  what was given names so far
---@return string
function finding.fingerprint(one, seen)
  local name = hash(table.concat({ one.code, one.filename or "", one.address or "", one.path or "",
    one.severity }, "\0"))
  seen[name] = (seen[name] or 0) + 1
  return ("%s:%d"):format(name, seen[name])
end

return finding
