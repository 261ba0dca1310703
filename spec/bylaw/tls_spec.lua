--- Real TLS: what is refused, and why; HTTP/2 through nginx.
local authority = require "spec.support.authority"
local bylaw = require "bylaw"
local nginx = require "spec.support.nginx"
local shell = require "spec.support.shell"

--- `openssl s_server` with a certificate, for the time of fn(port).
local function serve(certificate, options, fn)
  local output = assert(io.popen(([[exec timeout 60 sh -c 'echo $$; exec openssl s_server \
    -accept 127.0.0.1:0 -key %s.key -cert %s.pem -www %s' 2>&1 </dev/null]]):format(
    certificate, certificate, options)))
  local pid, port = output:read "n", nil
  for line in output:lines() do
    port = tonumber(line:match "^ACCEPT .*:(%d+)$")
    if port then break end
  end
  local ok, err = pcall(fn, assert(port, "openssl s_server did not start"))
  shell.run("kill %d", pid)
  output:close()
  if not ok then error(err, 0) end
end

describe("a client over TLS", function()
  if not authority.available() then
    pending "needs the command openssl"
    return
  end

  local ours, theirs
  setup(function() ours, theirs = authority.new(), authority.new() end)
  teardown(function()
    ours:remove()
    theirs:remove()
  end)

  --- What a request to localhost ends in, with our authority trusted.
  local function err_at(port, host)
    local client <close> = assert(bylaw.connect { endpoint = ("https://%s:%d"):format(
      host or "localhost", port), credential = "token-of-the-spec-0123456789", ca_file = ours.file,
      timeout = 10 })
    local value, err = client:request("GET", "/x")
    assert.is_nil(value)
    return err
  end

  for name, case in pairs {
    ["has expired"] = { function() return ours:sign("expired", "localhost", -1) end,
      "certificate has expired" },
    ["names another host"] = { function() return ours:sign("other", "other.example", 2) end,
      "no alternative certificate subject name matches target host name 'localhost'" },
    ["an unknown authority has signed"] =
      { function() return theirs:sign("foreign", "localhost", 2) end,
        "unable to get local issuer certificate" },
    ["has signed itself"] = { function()
      local path = theirs.folder .. "/self"
      shell.must("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
        .. "-days 2 -keyout '%s.key' -out '%s.pem' -subj /CN=localhost "
        .. "-addext subjectAltName=DNS:localhost", path, path)
      return path
    end, "self-signed certificate" },
  } do
    it("refuses a certificate that " .. name .. ", sends nothing and says why", function()
      serve(case[1](), "", function(port)
        local err = err_at(port)
        assert.same({ "tls", false, nil }, { err.code, err.sent, err.attempts })
        assert.matches(case[2], err.message, 1, true)
        assert.is_nil(tostring(err):find "token%-of%-the%-spec")
      end)
    end)
  end

  it("refuses a server that knows no TLS newer than 1.1", function()
    serve(ours:sign("old", "localhost", 2), "-tls1_1 -cipher ALL:@SECLEVEL=0", function(port)
      local err = err_at(port)
      assert.same({ "tls", false }, { err.code, err.sent })
      assert.matches("protocol", err.message)
    end)
  end)

  it("has no option that switches verification off", function()
    for _, name in ipairs { "insecure", "verify", "verify_peer", "ssl_verify" } do
      assert.error_matches(function() bylaw.connect { [name] = false, credential = "t" } end,
        "has no option '" .. name .. "'")
    end
  end)

  describe("through nginx", function()
    if not nginx.available() then
      pending "needs the command nginx"
      return
    end

    local emulator, front
    before_each(function()
      emulator = assert(require("bylaw.emulator").start())
      front = nginx.start(ours:sign("front", "localhost", 2), emulator.url)
    end)
    after_each(function()
      front:stop()
      emulator:stop()
    end)

    local function create_many(http2)
      local client <close> = assert(bylaw.connect { endpoint = "https://localhost:" .. front.port,
        credential = emulator.token, ca_file = ours.file, http2 = http2, max_connections = 8 })
      local names = {}
      for i = 1, 40 do names[i] = "policy " .. i end
      assert(bylaw.map(names, function(name)
        return client:create(bylaw.tokenLifetimePolicy { displayName = name,
          definition = { AccessTokenLifetime = "8:00:00" } })
      end, { concurrency = 8 }))
      assert.equal(40, #client:list "tokenLifetimePolicy")
    end

    it("speaks HTTP/2 over one connection when asked to", function()
      create_many(true)
      local connections, protocols = front:log(41)
      assert.same({ 1, { ["HTTP/2.0"] = 41 } }, { connections, protocols })
    end)

    it("speaks HTTP/1.1 over few that are kept alive by default", function()
      create_many(nil)
      local connections, protocols = front:log(41)
      assert.same({ ["HTTP/1.1"] = 41 }, protocols)
      assert.is_true(connections >= 2 and connections <= 8)
    end)
  end)
end)
