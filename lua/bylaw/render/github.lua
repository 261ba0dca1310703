--- Diagnostics as workflow commands of GitHub Actions, which notes at lines are made of. Pure.
local finding = require "bylaw.render.finding"

local DATA = { ["%"] = "%25", ["\r"] = "%0D", ["\n"] = "%0A" }
local PROPERTY = { ["%"] = "%25", ["\r"] = "%0D", ["\n"] = "%0A", [":"] = "%3A", [","] = "%2C" }

local function data(s) return (s:gsub("[%%\r\n]", DATA)) end

local function property(s) return (tostring(s):gsub("[%%\r\n:,]", PROPERTY)) end

local function command(one)
  local pairs_of = {}
  local function put(name, value)
    if value then pairs_of[#pairs_of + 1] = name .. "=" .. property(value) end
  end
  put("file", one.filename)
  local range = one.range
  if range then
    put("line", range.start.line)
    put("endLine", range["end"].line)
    put("col", range.start.column)
    put("endColumn", range["end"].column)
  end
  put("title", one.code .. (one.address and " in " .. one.address or ""))
  return ("::%s %s::%s"):format(one.severity, table.concat(pairs_of, ","),
    data(finding.sentence(one)))
end

return finding.each(command)
