--- Diagnostics as logging commands of Azure Pipelines. Pure.
local finding = require "bylaw.render.finding"

local DATA = { ["%"] = "%AZP25", ["\r"] = "%0D", ["\n"] = "%0A" }
local PROPERTY = { ["%"] = "%AZP25", ["\r"] = "%0D", ["\n"] = "%0A", [";"] = "%3B", ["]"] = "%5D" }

local function data(s) return (s:gsub("[%%\r\n]", DATA)) end

local function property(s) return (tostring(s):gsub("[%%\r\n;%]]", PROPERTY)) end

local function command(one)
  local words = ("type=%s;"):format(one.severity)
  local start = one.range and one.range.start
  if one.filename then words = words .. ("sourcepath=%s;"):format(property(one.filename)) end
  if start then
    words = words .. ("linenumber=%d;columnnumber=%d;"):format(start.line, start.column)
  end
  return ("##vso[task.logissue %scode=%s;]%s"):format(words, property(one.code),
    data(finding.sentence(one)))
end

return finding.each(command)
