--- What the command writes for programs keeps to docs/schemas, and what it writes for code scanning
--- to SARIF's own schema. ajv judges; skipped, visibly, where it is not.
local judge = require "spec.support.judge"
local cli = require "spec.support.cli"
local cjson = require "cjson"
local shell = require "spec.support.shell"
local tenant = require "spec.support.tenant"

local CLIENTS = "build/node/clients/node_modules"
local MODULES = "build/node/node_modules"

local missing = judge.missing()
local test = missing and function(name) pending(name .. " (" .. missing .. ")") end or it
local has_sarif = not missing and shell.exists(CLIENTS .. "/@microsoft/jest-sarif")
local sarif_test = has_sarif and it
  or function(name) pending(name .. " (SARIF's schema is not in build/node)") end

local BAD = [[
tokenLifetimePolicy "a b" { displayName = "<a> & \"b\"", definition = {
  AccessTokenLifetime = "x" } }
tokenLifetimePolicy "c" { displayName = "c", definition = { AccesTokenLifetime = "8:00:00" } }
]]

--- Verdicts on { schema, text }.
local function verdicts(cases, how)
  local folder = shell.scratch()
  local lines = {}
  for i, case in ipairs(cases) do
    lines[i] = case[1] .. "\t" .. case[2]:gsub("\n", " ")
  end
  shell.write(folder .. "/cases", table.concat(lines, "\n"))
  local output = shell.must("timeout 60 node spec/support/schema.js %s '%s/cases'", how, folder)
  shell.remove(folder)
  local list = {}
  for line in output:gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

local OURS = MODULES .. " docs/schemas"

--- Asserts that each text is what its schema says.
local function hold(cases, how)
  for i, verdict in ipairs(verdicts(cases, how or OURS)) do
    assert.equal("valid", verdict, cases[i][1] .. ": " .. cases[i][2]:sub(1, 2000))
  end
end

local function lines_of(text, cases)
  for line in text:gmatch "[^\n]+" do cases[#cases + 1] = { "stream", line } end
end

describe("docs/schemas", function()
  local it_is
  setup(function()
    it_is = tenant.new()
    it_is:make_carrier "Sales"
  end)
  teardown(function() it_is:stop() end)

  local function out(arguments) return it_is:run(arguments).out end

  --- What the local Graph says when it listens.
  local function listening(arguments)
    local folder = shell.scratch()
    local outcome = cli.interrupt(folder, "emulator --json --port 0 " .. arguments, "", "TERM",
      function() return shell.exists(folder .. "/out") and shell.read(folder .. "/out") ~= "" end)
    shell.remove(folder)
    assert.equal(0, outcome.code, outcome.err)
    return outcome.out
  end

  test("hold for every verb that speaks JSON", function()
    local cases = { { "version", out "version --json" }, { "history", out "history --json" },
      { "whoami", out "whoami --json" }, { "policies", out "list --json" } }
    it_is:declare(tenant.lifetimes { a = 8, b = 7 })
    lines_of(out "plan --json", cases)
    out "plan --out next.plan"
    table.insert(cases, { "plan", shell.read(it_is.folder .. "/next.plan") })
    table.insert(cases, { "validate", out "validate --json" })
    lines_of(out "apply -y --json", cases)
    it_is:declare(tenant.lifetimes { a = 9, c = 7 })
    lines_of(out "drift --json", cases)
    it_is.emulator:fault "POST /v1.0/policies/** status=403 count=1"
    lines_of(out "apply -y --json", cases)
    table.insert(cases, { "history", out "history --json" })
    table.insert(cases, { "history", out "history 1 --json" })
    table.insert(cases, { "history", out "history 2 --json" })
    table.insert(cases, { "policies", out "list --json" })
    table.insert(cases, { "effective", out "effective --app Sales --json" })
    table.insert(cases, { "effective", out "effective --app Sales --json policies.lua" })
    table.insert(cases, { "policy", out "show token-lifetime b --json" })
    table.insert(cases, { "export", out "export --json" })
    table.insert(cases, { "schema", out "schema --json" })
    table.insert(cases, { "schema", out "schema b2bManagementPolicy --json" })
    table.insert(cases, { "questions", out "emulator --questions --json" })
    table.insert(cases, { "emulator", listening "--tls" })
    table.insert(cases, { "emulator", listening "--token a-secret-token --admin-token another" })
    it_is.emulator:fault "GET /v1.0/policies/** status=403 count=1"
    lines_of(out "plan --json", cases)
    it_is:declare(BAD)
    table.insert(cases, { "validate", out "validate --json" })
    for _, verb in ipairs { "plan", "drift", "apply -y" } do
      lines_of(out(verb .. " --json"), cases)
    end
    assert.is_true(#cases > 20)
    hold(cases)
  end)

  test("refuse what is otherwise", function()
    local said = verdicts({
      { "version", '{"format_version":"1.0"}' }, { "policies", "[{}]" },
      { "validate", '{"format_version":"1.0","valid":true,"error_count":1,"warning_count":0,'
        .. '"diagnostics":[]}' },
      { "stream", '{"@level":"info","@message":"","@module":"bylaw.ui",'
        .. '"@timestamp":"2020-01-01T00:00:00Z","type":"other"}' },
      { "history", '{"format_version":"1.0"}' }, { "whoami", '{"service":"x","readable":true}' },
      { "plan", '{"format_version":"2.0"}' }, { "policy", "[]" },
      { "export", '{"format_version":"1.0","service":"x","policies":[{}]}' },
      { "schema", '{"format_version":"1.0","kinds":[]}' },
      { "emulator", '{"format_version":"1.0","url":"127.0.0.1","store":"","tenant_id":"",'
        .. '"client_id":""}' },
      { "questions", '{"format_version":"1.0","questions":[{"name":"x","about":""}]}' },
    }, OURS)
    for i, verdict in ipairs(said) do assert.not_equal("valid", verdict, tostring(i)) end
    assert.equal(12, #said)
  end)

  test("are named in their page, all of them", function()
    local page = shell.read "docs/schemas/README.md"
    for name in shell.must("ls docs/schemas"):gmatch "(%S+%.json)\n" do
      assert.matches("(" .. name .. ")", page, 1, true)
    end
  end)
end)

describe("-o sarif", function()
  local it_is
  before_each(function() it_is = tenant.new() end)
  after_each(function() it_is:stop() end)

  sarif_test("is what the public schema of SARIF 2.1.0 says", function()
    local cases = {}
    local function take(arguments) table.insert(cases, { "sarif", it_is:run(arguments).out }) end
    it_is:declare(tenant.lifetimes { a = 8, b = 7 })
    take "validate -o sarif"
    take "plan -o sarif"
    take "drift -o sarif"
    it_is:declare(BAD)
    take "validate -o sarif"
    take "plan -o sarif"
    take "validate -o sarif absent.lua"
    hold(cases, "--sarif " .. CLIENTS)
    assert.not_equal("valid", verdicts({ { "sarif", '{"version":"2.1.0"}' } },
      "--sarif " .. CLIENTS)[1])
  end)

  it("has stable rules, relative URIs, regions, and fingerprints that stay when lines move",
    function()
      it_is:declare(BAD)
      local before = cjson.decode(it_is:run("validate -o sarif").out).runs[1].results
      it_is:declare("\n\n" .. BAD)
      local after = cjson.decode(it_is:run("validate -o sarif").out).runs[1].results
      assert.equal(#before, #after)
      for i, one in ipairs(before) do
        local was = one.locations[1].physicalLocation
        local is = after[i].locations[1].physicalLocation
        assert.same({ one.ruleId, one.partialFingerprints },
          { after[i].ruleId, after[i].partialFingerprints })
        assert.same({ uri = "policies.lua", uriBaseId = "%SRCROOT%" }, is.artifactLocation)
        assert.equal(was.region.startLine + 2, is.region.startLine)
        assert.equal(was.region.startColumn, is.region.startColumn)
      end
      assert.equal("wrong_format", before[1].ruleId)
    end)
end)

describe("-o junit", function()
  local it_is
  before_each(function() it_is = tenant.new() end)
  after_each(function() it_is:stop() end)

  it("has a case for each policy, and its text is escaped", function()
    it_is:declare(BAD .. tenant.lifetimes { good = 8 })
    local xml = it_is:run("validate -o junit").out
    assert.matches('<testsuite name="bylaw.validate" tests="3" failures="2" errors="0"', xml, 1,
      true)
    assert.matches('name="tokenLifetimePolicy.good" time="0"/>', xml, 1, true)
    assert.not_matches("&[^agqln#]", xml)
    if select(2, shell.run "command -v python3") == 0 then
      shell.write(it_is.folder .. "/x.xml", xml)
      shell.must("python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' '%s/x.xml'",
        it_is.folder)
    end
  end)
end)

describe("drift for CI", function()
  local it_is
  before_each(function()
    it_is = tenant.new()
    it_is:declare(tenant.lifetimes { a = 8, b = 7 })
    it_is:run "apply -y"
    it_is:declare(tenant.lifetimes { a = 9, b = 7, c = 6 })
  end)
  after_each(function() it_is:stop() end)

  it("notes each object that left its declaration, where it is declared", function()
    local outcome = it_is:run "drift -o github"
    assert.equal(2, outcome.code)
    assert.equal("Drift: 0 added, 1 changed, 1 removed.\n", outcome.err)
    local count = 0
    for line in outcome.out:gmatch "[^\n]+" do
      assert.matches("^::error file=policies.lua,line=%d+,endLine=%d+,col=%d+,endColumn=%d+,"
        .. "title=drift_%l+ in tokenLifetimePolicy%.%l::", line)
      count = count + 1
    end
    assert.equal(2, count)
  end)

  it("fails the cases of JUnit, and logs issues of Azure Pipelines", function()
    assert.matches('tests="3" failures="2"', it_is:run("drift -o junit").out, 1, true)
    assert.matches("##vso[task.logissue type=error;sourcepath=policies.lua;linenumber=",
      it_is:run("drift -o azuredevops").out, 1, true)
  end)
end)

describe("the forms for CI", function()
  it("escape what their readers would take apart", function()
    local judged = { version = "0", verb = "validate", subjects = {}, diagnostics = {
      { severity = "warning", code = "x", summary = "50%\nof a, b: c;]", filename = "a,b:c;].lua",
        range = { start = { line = 1, column = 2 }, ["end"] = { line = 1, column = 3 } } } } }
    assert.equal("::warning file=a%2Cb%3Ac;].lua,line=1,endLine=1,col=2,endColumn=3,title=x::"
      .. "50%25%0Aof a, b: c;]", require "bylaw.render.github"(judged))
    assert.equal("##vso[task.logissue type=warning;sourcepath=a,b:c%3B%5D.lua;linenumber=1;"
      .. "columnnumber=2;code=x;]50%AZP25%0Aof a, b: c;]",
      require "bylaw.render.azuredevops"(judged))
  end)

  it("are refused where nothing is judged", function()
    assert.equal(64, cli.call({ "list", "-o", "sarif" }).code)
  end)
end)
