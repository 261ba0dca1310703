--- Diagnostics as SARIF 2.1.0, which code scanning reads. Pure.
local core = require "bylaw.core"
local finding = require "bylaw.render.finding"
local ordered_json = require "bylaw.render.ordered_json"

local SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

--- A path as a URI that is relative to the repository.
local function uri(path)
  local relative = path:gsub("^%./", ""):gsub("[^%w%-%._~/]", function(character)
    return ("%%%02X"):format(character:byte())
  end)
  return relative:sub(1, 1) == "/" and "file://" .. relative or relative
end

--- Where a diagnostic is: a region where line and column are known, the file alone where they are
--- not.
local function location(one)
  local physical = { artifactLocation = { uri = uri(one.filename) } }
  if one.filename:sub(1, 1) ~= "/" then physical.artifactLocation.uriBaseId = "%SRCROOT%" end
  local range = one.range
  if range then
    physical.region = { startLine = range.start.line, startColumn = range.start.column,
      endLine = range["end"].line, endColumn = range["end"].column }
  end
  local made = { physicalLocation = physical }
  if one.address then
    made.logicalLocations = { { fullyQualifiedName = one.address, kind = "resource" } }
  end
  return made
end

local function result_of(one, index, seen)
  return {
    ruleId = one.code, ruleIndex = index, level = one.severity,
    message = { text = finding.sentence(one) },
    locations = one.filename and { location(one) } or nil,
    partialFingerprints = { ["bylaw/v1"] = finding.fingerprint(one, seen) },
  }
end

--- The order in which members are written, whatever object they are of.
local ORDER = { "$schema", "version", "runs", "tool", "driver", "name", "semanticVersion",
  "columnKind", "rules", "id", "ruleId", "ruleIndex", "level", "message", "text", "locations",
  "physicalLocation", "artifactLocation", "uri", "uriBaseId", "region", "startLine", "startColumn",
  "endLine", "endColumn", "logicalLocations", "fullyQualifiedName", "kind", "partialFingerprints",
  "invocations", "executionSuccessful", "results" }

---@param judged bylaw.render.Judged
---@return string
return function(judged)
  local rules, index_of, results, seen = {}, {}, {}, {}
  for _, one in ipairs(judged.diagnostics) do
    if not index_of[one.code] then
      index_of[one.code] = #rules
      rules[#rules + 1] = { id = one.code }
    end
    results[#results + 1] = result_of(one, index_of[one.code], seen)
  end
  return ordered_json({
    ["$schema"] = SCHEMA, version = "2.1.0",
    runs = { {
      tool = { driver = { name = "bylaw", semanticVersion = judged.version,
        rules = rules[1] and rules or core.json_read "[]" } },
      columnKind = "unicodeCodePoints",
      results = results[1] and results or core.json_read "[]",
    } },
  }, ORDER)
end
