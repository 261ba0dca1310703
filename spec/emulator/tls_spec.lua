local core = require "bylaw.core"
local emulators = require "bylaw.emulator"
local entra = require "spec.support.entra"
local graph = require "spec.support.graph"
local shell = require "spec.support.shell"

local POLICIES = "/v1.0/policies/tokenLifetimePolicies"

describe("bylaw.emulator, TLS:", function()
  local folder, given

  setup(function()
    folder = shell.scratch()
    given = entra.certificate(folder, "given")
  end)
  teardown(function() shell.remove(folder) end)

  --- Starts one that is stopped when the case is over.
  local function start(options)
    local emulator = graph.start(options)
    finally(function() emulator:stop() end)
    return emulator
  end

  --- One GET by a client that trusts a file; the result of the pool, which may be an error.
  local function get(url, ca_file, path)
    local pool = core.pool { ca_file = ca_file }
    pool:submit { method = "GET", url = url .. (path or POLICIES),
      headers = { Authorization = "Bearer " .. graph.TOKEN } }
    local result = assert(pool:wait(10))[1]
    pool:close()
    return result
  end

  local function mode(path) return (shell.must("stat -c %%a '%s'", path):gsub("\n", "")) end

  it("serves with a given certificate, and says https", function()
    local emulator = start { tls = { cert = given.file, key = given.key } }
    assert.matches("^https://127%.0%.0%.1:%d+$", emulator.url)
    assert.equal(given.file, emulator.ca_file)
    local result = get(emulator.url, given.file)
    assert.equal(200, result.status, result.err and result.err.message)
    assert.matches('"@odata.context":"' .. emulator.url .. "/v1.0/", result.body, 1, true)
    assert.equal("tls", get(emulator.url, nil).err.code)
  end)

  it("makes a certificate that its names and addresses fit, and that is trusted by its file",
    function()
    local emulator = start { tls = true }
    for _, host in ipairs { "127.0.0.1", "localhost" } do
      local result = get(("https://%s:%d"):format(host, emulator.port), emulator.ca_file)
      assert.equal(200, result.status, result.err and result.err.message)
    end
    assert.matches("not_after", shell.must("%s/jose read '%s'", os.getenv "BYLAW_BUILD" or "build",
      emulator.ca_file))
  end)

  it("leaves nothing of a made certificate behind without a store", function()
    local emulator = graph.start { tls = true }
    local file = emulator.ca_file
    assert.is_true(shell.exists(file))
    assert.equal("tls.pem\n", shell.must("ls -A '%s'", file:match "^(.*)/"))
    emulator:stop()
    assert.is_false(shell.exists(file:match "^(.*)/"))
  end)

  it("keeps what it made beside the store, the key for its owner alone, and takes it again",
    function()
    local store = folder .. "/kept.db"
    local first = graph.start { tls = true, store = store }
    local certificate, key = shell.read(first.ca_file), shell.read(store .. "-tls.key")
    assert.equal(store .. "-tls.pem", first.ca_file)
    first:stop()
    assert.equal("600", mode(store .. "-tls.key"))
    local second = start { tls = true, store = store }
    assert.equal(certificate, shell.read(second.ca_file))
    assert.equal(key, shell.read(store .. "-tls.key"))
    assert.equal(200, get(second.url, second.ca_file).status)
  end)

  it("makes anew what has nearly expired, does not fit, or is damaged", function()
    local store = folder .. "/anew.db"
    local made = store .. "-tls.pem"
    local old = entra.certificate(folder, "old", os.time())
    local function after(change)
      change()
      local before = shell.exists(made) and shell.read(made)
      local emulator = graph.start { tls = true, store = store }
      local result = get(emulator.url, made)
      emulator:stop()
      assert.equal(200, result.status)
      assert.not_equal(before, shell.read(made))
      assert.equal("600", mode(store .. "-tls.key"))
    end
    after(function() end)
    after(function() shell.must("cp '%s' '%s'; cp '%s' '%s-tls.key'", old.file, made, old.key,
      store) end)
    after(function() shell.must("cp '%s' '%s-tls.key'", given.key, store) end)
    after(function() shell.write(made, "damaged") end)
  end)

  it("refuses TLS older than 1.2", function()
    local emulator = start { tls = true }
    local function handshake(version)
      return shell.run("echo | timeout 10 openssl s_client -connect 127.0.0.1:%d -%s "
        .. "-cipher ALL:@SECLEVEL=0 2>&1", emulator.port, version)
    end
    for _, version in ipairs { "tls1", "tls1_1" } do
      assert.matches("no peer certificate available", handshake(version), 1, true)
    end
    for version, name in pairs { tls1_2 = "TLSv1.2", tls1_3 = "TLSv1.3" } do
      assert.matches(name, handshake(version), 1, true)
    end
  end)

  it("does not speak http where it speaks https", function()
    local emulator = start { tls = true }
    assert.not_equal(200, get("http://127.0.0.1:" .. emulator.port).status)
  end)

  it("says what is wrong with a certificate or a key, and starts nothing", function()
    local function file(name, text)
      shell.write(folder .. "/" .. name, text)
      return folder .. "/" .. name
    end
    local other = entra.certificate(folder, "other")
    local locked = folder .. "/locked.key"
    shell.must("openssl pkcs8 -topk8 -in '%s' -out '%s' -passout pass:x", given.key, locked)
    local nothing = file("nothing", "nothing")
    local cases = {
      { folder .. "/absent", given.key,
        "the certificate '%s' cannot be read: No such file or directory" },
      { given.file, folder .. "/absent", nil,
        "the private key '%s' cannot be read: No such file or "
        .. "directory" },
      { folder, given.key, "the certificate '%s' cannot be " },
      { nothing, given.key, "the certificate '%s' cannot be used: there is no certificate in it" },
      { given.file, nothing, nil,
        "the private key '%s' cannot be used: there is no private key in it" },
      { given.file, other.key, nil, "the private key '%s' cannot be used: it is not the key of the "
        .. "certificate" },
      { given.file, locked, nil,
        "the private key '%s' cannot be used: it is encrypted; give one that "
        .. "is not (openssl pkey -in KEY -out PLAIN)" },
    }
    for _, case in ipairs(cases) do
      local cert, key, of_cert, of_key = case[1], case[2], case[3], case[4]
      local none, err = emulators.start { tls = { cert = cert, key = key } }
      assert.is_nil(none)
      assert.equal("invalid", err.code)
      assert.matches(of_cert and of_cert:format(cert) or of_key:format(key), err.message, 1, true)
    end
  end)

  it("says where a certificate that it made cannot be written", function()
    local store = folder .. "/blocked.db"
    shell.must("mkdir '%s-tls.pem'", store)
    local none, err = emulators.start { tls = true, store = store }
    assert.is_nil(none)
    assert.equal("store", err.code)
    assert.matches(("'%s-tls.pem' cannot be written: "):format(store), err.message, 1, true)
  end)

  it("serves many clients at once, keeps their connections, and takes large bodies", function()
    local emulator = start { tls = true }
    local pool = core.pool { ca_file = emulator.ca_file, max_connections = 8 }
    local headers = { Authorization = "Bearer " .. graph.TOKEN,
      ["Content-Type"] = "application/json" }
    local body = graph.body()
    for i = 1, 64 do
      pool:submit { method = "POST", url = emulator.url .. POLICIES, headers = headers,
        body = body .. (" "):rep(i == 1 and 4194304 - #body or 0) }
    end
    local created = 0
    while assert(pool:pending()) > 0 do
      for _, result in ipairs(assert(pool:wait(10))) do
        assert.equal(201, result.status, result.err and result.err.message)
        created = created + 1
      end
    end
    pool:close()
    assert.equal(64, created)
  end)
end)
