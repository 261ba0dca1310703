local bylaw = require "bylaw"
local cjson = require "cjson"
local cli = require "spec.support.cli"

describe("bylaw show", function()
  local emulator, client

  before_each(function()
    emulator = assert(require("bylaw.emulator").start { check = false })
    client = assert(bylaw.connect { endpoint = emulator.url, credential = emulator.token })
  end)
  after_each(function()
    client:close()
    emulator:stop()
  end)

  local function store(name, definition)
    return assert(client:create(bylaw.tokenLifetimePolicy {
      displayName = name, definition = definition or { AccessTokenLifetime = "8:00:00" },
    }, { validate = false })).id
  end

  local function show(...)
    return cli.call({ "show", ... },
      { env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token } })
  end

  it("shows a policy by its name, its definition decoded", function()
    local id = store "Contoso: 8 hours"
    assert.same({ code = 0, err = "", out = ([[
tokenLifetimePolicy "Contoso: 8 hours"
  id                     %s
  isOrganizationDefault  false
  definition
    {
      "Version": 1,
      "AccessTokenLifetime": "8:00:00"
    }
]]):format(id) }, show("token-lifetime", "Contoso: 8 hours"))
  end)

  it("shows it by its id, and as a legacy policy with its type", function()
    local id = store "one"
    assert.equal(show("token-lifetime", "one").out, show("token-lifetime", id).out)
    assert.same({ code = 0, err = "", out = ([[
policy "one"
  id                     %s
  type                   TokenLifetimePolicy
  isOrganizationDefault  false
  keyCredentials         []
  definition
    {
      "Version": 1,
      "AccessTokenLifetime": "8:00:00"
    }
]]):format(id) }, show("policy", id))
  end)

  it("prints it as a JSON object", function()
    local id = store "one"
    local outcome = show("token-lifetime", "one", "-o", "json")
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    assert.same({ kind = "tokenLifetimePolicy", id = id, displayName = "one",
      isOrganizationDefault = false,
      definition = { Version = 1, AccessTokenLifetime = "8:00:00" } }, cjson.decode(outcome.out))
  end)

  it("warns of what is odd about the stored policy", function()
    store("odd", { [[{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"24:00:00"}}]] })
    local outcome = show("token-lifetime", "odd")
    assert.equal(0, outcome.code)
    assert.matches('"AccessTokenLifetime": "24:00:00"\n', outcome.out)
    assert.matches('^tokenLifetimePolicy "odd": warning%[out_of_range%]: [/%w]*/AccessToken'
      .. 'Lifetime: "24:00:00" is above the longest allowed, 23:59:59\n', outcome.err)
    assert.equal("", show("token-lifetime", "odd", "-q").err)
    local problems = cjson.decode(show("token-lifetime", "odd", "-o", "json").out).problems
    assert.same({ 1, "out_of_range" }, { #problems, problems[1].code })
  end)

  it("shows a definition that cannot be read as it stands, without its escapes", function()
    store("odd\27[2J", { "defi\27[2Jnition" })
    local outcome = show("token-lifetime", "odd\27[2J")
    assert.equal(0, outcome.code)
    assert.equal("    defi\\u{1B}[2Jnition\n", outcome.out:match " definition\n(.*)$")
    assert.not_matches("\27", outcome.out .. outcome.err)
    assert.not_matches("\27", show("token-lifetime", "odd\27[2J", "-o", "json").out)
  end)

  it("puts what no row describes behind the rest, by name", function()
    store("odd", { [[{"TokenLifetimePolicy":{"b":[{"y":1,"x":[]},null,{}],"AccessTokenLifetime":]]
      .. [["1:00:00","a":{},"Version":1}}]] })
    assert.equal([[
    {
      "Version": 1,
      "AccessTokenLifetime": "1:00:00",
      "a": {},
      "b": [
        {
          "x": [],
          "y": 1
        },
        null,
        {}
      ]
    }
]], show("token-lifetime", "odd", "-q").out:match " definition\n(.*)$")
    assert.matches("  AccessTokenLifetime=1:00:00 a={...} b=[...]\n", cli.call({ "list" },
      { env = { BYLAW_ENDPOINT = emulator.url, BYLAW_TOKEN = emulator.token } }).out, 1, true)
  end)

  it("gives the nearest name where none is the same", function()
    store "Contoso: 8 hours"
    assert.same({ code = 1, out = "", err = 'bylaw: there is no tokenLifetimePolicy named '
      .. '"Contoso: 8 hour"; did you mean "Contoso: 8 hours"?\n' },
      show("token-lifetime", "Contoso: 8 hour"))
    assert.same({ code = 1, out = "", err = 'bylaw: there is no tokenLifetimePolicy named "x"\n' },
      show("token-lifetime", "x"))
  end)

  it("lists the ids where several have the name", function()
    local one, two = store "same", store "same"
    assert.same({ code = 1, out = "", err = ('bylaw: 2 of the kind tokenLifetimePolicy are named '
      .. '"same"; take an id:\n  %s\n  %s\n'):format(one, two) }, show("token-lifetime", "same"))
  end)

  it("hands on the service's word on an id that it does not know", function()
    local outcome = show("token-lifetime", "00000000-0000-4000-8000-000000000000")
    assert.same({ 1, "" }, { outcome.code, outcome.out })
    assert.matches("^bylaw: Resource '00000000%-0000%-4000%-8000%-000000000000' does not exist .*"
      .. "\n  404 Request_ResourceNotFound\n", outcome.err)
  end)
end)
