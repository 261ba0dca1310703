-- luacheck: no max line length (cases stand on one line)
--- What is exported says the same when it is loaded: for every definition that people publish.
local bylaw = require "bylaw"
local cjson = require "cjson"
local core = require "bylaw.core"
local live = require "bylaw.live"
local plan = require "bylaw.plan"
local shell = require "spec.support.shell"

describe("bylaw.export", function()
  local emulator, client, folder

  setup(function()
    emulator = assert(require("bylaw.emulator").start { store = ":memory:", check = false })
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
    folder = shell.scratch()
  end)
  teardown(function()
    client:close()
    emulator:stop()
    shell.remove(folder)
  end)
  before_each(function() assert(emulator:reset()) end)

  --- Stores a policy as it is, unjudged; its id.
  local function store(kind, body)
    return assert(client:request("POST", "/policies/" .. core.collections[kind], body)).id
  end

  local function create(collection, body)
    return assert(client:request("POST", "/" .. collection, body))
  end

  local function load_text(text)
    shell.write(folder .. "/policies.lua", text)
    return assert(bylaw.load(folder .. "/policies.lua", { environment = false }))
  end

  --- The texts of a definition that a declared policy would send.
  local function sent(declared)
    local body = assert(core.encode(declared.policy, "collection", false))
    return core.json_read(body).definition
  end

  --- Whether two definitions on the wire say the same.
  local function same(kind, a, b)
    if #a == #b and table.concat(a, "\0") == table.concat(b, "\0") then return true end
    return #a == 1 and #b == 1 and core.definition_equal(kind, a[1], b[1])
  end

  it("says the same, when loaded, of every definition of the corpus", function()
    local stored, count = {}, 0
    for line in io.lines "spec/data/definitions.jsonl" do
      local case = cjson.decode(line)
      local definition = type(case.definition) == "table" and case.definition or { case.definition }
      if type(definition[1]) == "string" then
        count = count + 1
        stored[case.id] = { kind = case.kind, definition = definition }
        store(case.kind, { displayName = case.id, definition = definition })
      end
    end
    assert.is_true(count > 140, count)
    local desired = load_text(assert(bylaw.export(client)))
    assert.equal(count, #desired.policies)
    for _, declared in ipairs(desired.policies) do
      local one = stored[declared.displayName]
      assert.equal(one.kind, declared.kind)
      assert.is_true(same(one.kind, one.definition, sent(declared)), declared.displayName)
    end
  end)

  it("leaves plan nothing to do, for every definition of the corpus", function()
    local texts, kept = {}, {}
    for line in io.lines "spec/data/definitions.jsonl" do
      local case = cjson.decode(line)
      local definition = type(case.definition) == "table" and case.definition or { case.definition }
      if type(definition[1]) == "string" then
        texts[#texts + 1] = { name = case.id, wire = definition }
        kept[case.id] = store(case.kind, { displayName = case.id, definition = definition })
      end
    end
    assert.is_true(#texts > 140, #texts)
    local exported = load_text(assert(bylaw.export(client)))
    assert.equal(#texts, #exported.policies)
    assert.same({}, assert(plan.make(exported, assert(live.read(client, exported)))).changes)

    local changed = texts[1].name
    for _, declared in ipairs(exported.policies) do
      if declared.displayName == changed then declared.policy.displayName = "another name" end
    end
    local changes = assert(plan.make(exported, assert(live.read(client, exported)))).changes
    assert.same({ 1, kept[changed] }, { #changes, changes[1].id })
  end)

  it("writes the same bytes for the same tenant, whatever the order of its making", function()
    local function fill(from, to, step)
      assert(emulator:reset())
      for i = from, to, step do
        store("tokenLifetimePolicy", { displayName = "policy " .. i, definition = {
          ('{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"0%d:00:00"}}'):format(i) } })
      end
      return assert(bylaw.export(client))
    end
    assert.equal(fill(1, 9, 1), fill(9, 1, -1))
  end)

  it("is readable: short, sorted, with names for what policies are assigned to", function()
    local b = store("tokenLifetimePolicy", { displayName = "b", isOrganizationDefault = true,
      definition = { '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}' } })
    store("tokenLifetimePolicy", { displayName = "Größe \"A\"", definition = {
      '{"TokenLifetimePolicy":{"AccessTokenLifetime":"1:00:00","Version":1}}' } })
    local app = create("applications", { displayName = "Contoso Sales" })
    local sp = create("servicePrincipals", { appId = app.appId })
    assert(client:assign({ kind = "tokenLifetimePolicy", id = b }, { servicePrincipal = sp.id }))
    assert(client:assign({ kind = "tokenLifetimePolicy", id = b }, { application = app.id }))
    local text = assert(bylaw.export(client))
    assert.equal(([[
-- What is live, as bylaw export wrote it: bylaw plan finds nothing to do.

local apps = {
  contoso_sales = "%s",
}

tokenLifetimePolicy "gr-e-a" {
  displayName = "Größe \"A\"",
  definition = { AccessTokenLifetime = "1:00:00" },
  assignTo = {},
}

tokenLifetimePolicy "b" {
  displayName = "b",
  isOrganizationDefault = true,
  definition = { AccessTokenLifetime = "8:00:00" },
  assignTo = {
    application { appId = apps.contoso_sales },
    servicePrincipal { appId = apps.contoso_sales },
  },
}
]]):format(app.appId), text)
    local desired = load_text(text)
    assert.same({ { application = { appId = app.appId } },
      { servicePrincipal = { appId = app.appId } } }, desired.policies[2].assignTo)
    assert.not_matches("assignTo", assert(bylaw.export(client, { assignments = false })))
  end)

  it("keeps what it does not know, and a text that only the lenient reader takes", function()
    local texts = {
      unknown = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00","New":{"a":[]}}}',
      lenient = "{'TokenLifetimePolicy':{'Version':1,'AccessTokenLifetime':'8:00:00',},}",
      twice = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00","Version":1}}',
      blank = ' \n{"TokenLifetimePolicy":\r\n{"Version":1,"AccessTokenLifetime":"8:00:00"}} ',
      trailing = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}} ]] ]=] \\ ',
      tenth = '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00","N":1e-7,'
        .. '"I":9007199254740993,"F":1.50,"Z":null}}',
    }
    for name, text in pairs(texts) do
      store("tokenLifetimePolicy", { displayName = name, definition = { text } })
    end
    local text = assert(bylaw.export(client))
    assert.matches('accept = { "unknown_property" }', text, 1, true)
    for _, declared in ipairs(load_text(text).policies) do
      assert.is_true(same(declared.kind, { texts[declared.displayName] }, sent(declared)),
        declared.displayName)
    end
    for _, name in ipairs { "lenient", "twice" } do
      local declared
      for _, one in ipairs(load_text(text).policies) do
        if one.displayName == name then declared = one end
      end
      assert.equal(texts[name], core.kept(declared.policy))
    end
  end)

  it("gives an id to those that share a name, and a label of its own to each", function()
    local body = { displayName = "same", definition = {
      '{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}' } }
    local ids = { store("tokenLifetimePolicy", body), store("tokenLifetimePolicy", body) }
    table.sort(ids)
    local desired = load_text(assert(bylaw.export(client)))
    assert.same({ { "same", ids[1] }, { "same-2", ids[2] } },
      { { desired.policies[1].label, desired.policies[1].id },
        { desired.policies[2].label, desired.policies[2].id } })
  end)

  it("takes the kinds that are named, and refuses those that are none", function()
    store("tokenLifetimePolicy", { displayName = "x", definition = { "{}" } })
    assert.not_matches("tokenLifetimePolicy", assert(bylaw.export(client,
      { kinds = { "claimsMappingPolicy" } })))
    local _, err = bylaw.export(client, { kinds = { "tokenLifetimPolicy" } })
    assert.equal("unknown_kind", err.code)
  end)

  it("gives nothing where a read fails", function()
    local broken = assert(bylaw.connect { endpoint = emulator.url, credential = "wrong" })
    local text, err = bylaw.export(broken)
    broken:close()
    assert.same({ nil, "unauthorized" }, { text, err.code })
  end)
end)
