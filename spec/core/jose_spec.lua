--- Keys, certificates and signatures against the openssl command, by way of spec/c/jose.c.
local shell = require "spec.support.shell"

local PROGRAM = (os.getenv "BYLAW_BUILD" or "build") .. "/jose"

describe("bylaw.core, keys and certificates:", function()
  local folder

  --- The program's answer: its lines "name: value" by name, or the failure's text.
  local function jose(command, ...)
    local output, status = shell.run(PROGRAM .. " " .. command, ...)
    if status ~= 0 then return nil, output:match "([^\n]*)\n?$" end
    local answer = { output = output }
    for name, value in output:gmatch "([%w_]+): ([^\n]*)" do answer[name] = value end
    return answer
  end
  local function path(name) return folder .. "/" .. name end
  local function openssl(command, ...) return shell.must("openssl " .. command, ...) end

  setup(function()
    folder = shell.scratch()
    shell.must([[cd '%s' && {
openssl genrsa -out key.pem 2048
openssl req -x509 -key key.pem -days 30 -subj '/O=Contoso/CN=sign' -out cert.pem
cat key.pem cert.pem >both.pem; cat cert.pem key.pem >turned.pem
openssl genrsa -out other.pem 2048
openssl req -x509 -key other.pem -days 3 -subj /CN=other -out other-cert.pem
cat key.pem other-cert.pem >strangers.pem
cat other-cert.pem key.pem cert.pem >three.pem
openssl pkcs8 -topk8 -in key.pem -out locked.pem -passout pass:open
cat locked.pem cert.pem >locked-both.pem
openssl rsa -in key.pem -out traditional.pem -traditional -aes128 -passout pass:open
for kind in modern legacy; do
  case $kind in legacy) more=-legacy ;; *) more= ;; esac
  openssl pkcs12 -export $more -in both.pem -out $kind.pfx -passout pass:open
  openssl pkcs12 -export $more -in both.pem -out $kind-empty.pfx -passout pass:
done
openssl pkcs12 -export -in both.pem -certfile other-cert.pem -out chain.pfx -passout pass:open
openssl pkcs12 -export -nokeys -in cert.pem -out keyless.pfx -passout pass:open
openssl x509 -in cert.pem -outform DER -out cert.der
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
openssl genrsa -out short.pem 1024
openssl rsa -in key.pem -pubout -out public.pem
ssh-keygen -q -t rsa -b 2048 -N '' -f openssh.key 2>/dev/null ||
  echo '-----BEGIN OPENSSH PRIVATE KEY-----' >openssh.key
head -c 300 modern.pfx >cut.pfx
sed '5d' key.pem >cut.pem
echo nothing >nothing.pem
} 2>&1]], folder)
  end)
  teardown(function() shell.remove(folder) end)

  describe("base64:", function()
    -- RFC 4648, section 10, and the two characters in which the flavours differ
    local cases = {
      { "", "", "" }, { "66", "Zg==", "Zg" }, { "666F", "Zm8=", "Zm8" },
      { "666F6F", "Zm9v", "Zm9v" }, { "666F6F62", "Zm9vYg==", "Zm9vYg" },
      { "666F6F6261", "Zm9vYmE=", "Zm9vYmE" }, { "666F6F626172", "Zm9vYmFy", "Zm9vYmFy" },
      { "FBEFFF", "++//", "--__" }, { "00", "AA==", "AA" },
    }
    for _, case in ipairs(cases) do
      local hex, plain, url = table.unpack(case)
      it(("writes and reads '%s' in both flavours"):format(hex), function()
        assert.equal(plain, jose("encode plain '%s'", hex).text)
        assert.equal(url, jose("encode url '%s'", hex).text)
        for _, text in ipairs { plain, url } do
          assert.equal(hex, jose("decode '%s'", text).bytes)
        end
      end)
    end
    for _, text in ipairs { "Z", "Zg=", "Zm9v=", "Zg===", "Zm8==", "Zh", "Z g=", "Zg\xc3", "=" } do
      it(("refuses '%s'"):format(text), function()
        assert.same({ nil, "invalid: " }, { jose("decode '%s'", text) })
      end)
    end
  end)

  describe("signatures:", function()
    local HEADER, CLAIMS = '{"alg":"%s","typ":"JWT"}', '{"sub":"me","text":"\u{e9}"}'
    local PADDING = {
      RS256 = "", PS256 = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
    }
    local function base64url(file)
      return (openssl("base64 -A -in '%s'", file):gsub("[+/=]",
        { ["+"] = "-", ["/"] = "_", ["="] = "" }))
    end
    local function encoded(text)
      shell.write(path "text", text)
      return base64url(path "text")
    end
    --- A token that openssl has signed.
    local function by_openssl(algorithm, options)
      local head = encoded(HEADER:format(algorithm)) .. "." .. encoded(CLAIMS)
      shell.write(path "head", head)
      openssl("dgst -sha256 %s -sign '%s' -out '%s' '%s'", options or PADDING[algorithm],
        path "key.pem", path "signature", path "head")
      return head .. "." .. base64url(path "signature")
    end

    for algorithm, padding in pairs(PADDING) do
      it(("of %s are openssl's"):format(algorithm), function()
        local header = HEADER:format(algorithm)
        local token = jose("sign %s '%s' '%s' '%s'", algorithm, path "key.pem", header,
          CLAIMS).token
        local head, signature = token:match "^(.*)%.([^.]+)$"
        assert.equal(encoded(header) .. "." .. encoded(CLAIMS), head)
        shell.write(path "head", head)
        shell.write(path "signature64", signature:gsub("[-_]", { ["-"] = "+", _ = "/" })
          .. ("="):rep(-#signature % 4))
        openssl("base64 -d -A -in '%s' -out '%s'", path "signature64", path "signature")
        assert.equal("Verified OK\n", openssl("dgst -sha256 %s -verify '%s' -signature '%s' '%s'",
          padding, path "public.pem", path "signature", path "head"))
      end)

      it(("of %s by openssl are believed"):format(algorithm), function()
        local token = by_openssl(algorithm)
        local answer = assert(jose("verify %s '%s' %s", algorithm, path "cert.pem", token))
        assert.same({ HEADER:format(algorithm), CLAIMS }, { answer.header, answer.claims })
      end)

      it(("of %s by another key, or of other words, are not"):format(algorithm), function()
        local token = by_openssl(algorithm)
        local head, claims, signature = token:match "^(.-)%.(.-)%.(.*)$"
        local other = signature:sub(1, 9) .. (signature:sub(10, 10) == "A" and "B" or "A")
          .. signature:sub(11)
        local cases = {
          { "other-cert.pem", token }, { "cert.pem", head .. "." .. claims .. "." .. other },
          { "cert.pem", head .. "." .. encoded '{"sub":"you"}' .. "." .. signature },
          { "cert.pem", head .. "." .. claims .. "." },
          { "cert.pem", head .. "." .. claims .. "." .. signature:sub(1, -5) },
        }
        for _, case in ipairs(cases) do
          assert.same({ nil, "invalid: " },
            { jose("verify %s '%s' %s", algorithm, path(case[1]), case[2]) })
        end
      end)
    end

    it("of one algorithm are none of the other", function()
      assert.is_nil(jose("verify RS256 '%s' %s", path "cert.pem", by_openssl "PS256"))
      assert.is_nil(jose("verify PS256 '%s' %s", path "cert.pem", by_openssl "RS256"))
    end)

    it("of PS256 have a salt of 32 bytes and no other", function()
      local pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:%d"
      for _, salt in ipairs { 20, 31, 33, 222 } do
        assert.is_nil(jose("verify PS256 '%s' %s", path "cert.pem",
          by_openssl("PS256", pss:format(salt))), salt)
      end
    end)

    it("are believed by a JSON Web Key", function()
      local facts = jose("read '%s'", path "cert.pem")
      local other = jose("read '%s'", path "other-cert.pem")
      local token = by_openssl "PS256"
      assert.truthy(jose("verify PS256 %s,%s %s", facts.n, facts.e, token))
      for _, jwk in ipairs { other.n .. ",AQAB", "AQAB,AQAB", facts.n .. ",AQ", facts.n .. ",AA",
        "!,AQAB", ("A"):rep(3000) .. ",AQAB" } do
        assert.same({ nil, "invalid: " }, { jose("verify PS256 %s %s", jwk, token) })
      end
    end)

    it("need a token of three parts", function()
      for _, token in ipairs { "a", "a.b", "a.b.c.d", ".YQ.YQ", "YQ..YQ", "Y.YQ.YQ", "YQ.YQ.!" } do
        assert.same({ nil, "invalid: " }, { jose("verify PS256 '%s' '%s'", path "cert.pem",
          token) })
      end
    end)

    local unfit = {
      { "ec.pem", "the key is not an RSA key, and RS256 and PS256 need one" },
      { "short.pem", "the RSA key is too short or too long; one of 2048 bits is right" },
    }
    for _, case in ipairs(unfit) do
      it("are not made with " .. case[1], function()
        assert.same({ nil, "invalid: " .. case[2] },
          { jose("sign RS256 '%s' '{}' '{}'", path(case[1])) })
      end)
    end
  end)

  describe("opening:", function()
    local opened = {
      { "both.pem" }, { "turned.pem" }, { "three.pem" }, { "locked-both.pem", "open" },
      { "both.pem", "not asked for" }, { "modern.pfx", "open" }, { "legacy.pfx", "open" },
      { "modern-empty.pfx" }, { "legacy-empty.pfx" }, { "modern-empty.pfx", "" },
      { "chain.pfx", "open" },
    }
    for _, case in ipairs(opened) do
      local file, password = table.unpack(case)
      it(("gives the key and its certificate of %s%s"):format(file,
        password and (" with '" .. password .. "'") or ""), function()
        local got = assert(jose("open '%s'%s", path(file), password and (" '" .. password .. "'")
          or ""))
        local function digest(name)
          return openssl("x509 -in '%s' -noout -fingerprint -%s", path "cert.pem", name)
            :match "=(.*)\n":gsub(":", "")
        end
        assert.equal(digest "sha1", got.sha1)
        assert.equal(digest "sha256", got.sha256)
        assert.same({ "CN=sign,O=Contoso", "1", "1" }, { got.subject, got.self_signed, got.fits })
        assert.equal((file == "three.pem" or file == "chain.pfx") and "2" or "1", got.chain)
        shell.write(path "got.pem", got.output:match "key: (.*)$")
        assert.equal(shell.read(path "key.pem"), openssl("pkey -in '%s'", path "got.pem"))
      end)
    end

    local PFX = "the PKCS#12 (PFX) file is encrypted; give its password"
    local refused = {
      { "locked-both.pem", nil, "the private key is encrypted; give its password" },
      { "traditional.pem", nil, "the private key is encrypted; give its password" },
      { "locked-both.pem", "wrong", "the password does not open the private key" },
      { "modern.pfx", nil, PFX }, { "legacy.pfx", nil, PFX },
      { "modern.pfx", "wrong", "the password does not open the PKCS#12 (PFX) file" },
      { "legacy.pfx", "wrong", "the password does not open the PKCS#12 (PFX) file" },
      { "keyless.pfx", "open", "there is no private key in the PKCS#12 (PFX) file" },
      { "cut.pfx", "open", "it is neither a PKCS#12 (PFX) file nor text in PEM" },
      { "cert.der", nil, "it is neither a PKCS#12 (PFX) file nor text in PEM" },
      { "strangers.pem", nil, "none of the certificates is that of the private key" },
      { "key.pem", nil, "there is no certificate in it; a PEM block -----BEGIN CERTIFICATE----- "
        .. "is due" },
      { "cut.pem", nil, "the private key cannot be read; it is damaged, or of an unknown kind" },
      { "openssh.key", nil, "the private key is in OpenSSH's format; convert it to PEM with "
        .. "ssh-keygen -p -m PEM" },
    }
    for _, none in ipairs { "cert.pem", "public.pem", "nothing.pem", "absent.pem" } do
      refused[#refused + 1] = { none, nil, "there is no private key in it; a PEM block such as "
        .. "-----BEGIN PRIVATE KEY----- is due" }
    end
    for _, case in ipairs(refused) do
      local file, password, reason = case[1], case[2], case[3]
      it(("says why %s cannot be%s"):format(file, password and (" by '" .. password .. "'") or ""),
        function()
          local given = password and (" '" .. password .. "'") or ""
          assert.same({ nil, "invalid: " .. reason }, { jose("open '%s'%s </dev/null", path(file),
            given) })
        end)
    end
  end)

  describe("certificates:", function()
    it("are read from PEM and DER, with their times", function()
      local pem, der = jose("read '%s'", path "cert.pem"), jose("read '%s'", path "cert.der")
      assert.equal(pem.output, der.output)
      for name, field in pairs { not_before = "startdate", not_after = "enddate" } do
        local words = openssl("x509 -in '%s' -noout -%s", path "cert.pem", field):match "=(.*)\n"
        assert.equal(shell.must("date -u -d '%s' +%%s", words), pem[name] .. "\n")
      end
      local modulus = openssl("x509 -in '%s' -noout -modulus", path "cert.pem"):match "=(%x+)"
      assert.equal(modulus, jose("decode '%s'", pem.n).bytes)
      assert.equal("010001", jose("decode '%s'", pem.e).bytes)
    end)

    it("are refused where there are none", function()
      assert.same({ nil, "invalid: there is no certificate in it; a PEM block -----BEGIN "
        .. "CERTIFICATE----- is due" }, { jose("read '%s'", path "key.pem") })
      assert.same({ nil, "invalid: it is no certificate in DER, nor text in PEM" },
        { jose("read '%s'", path "modern.pfx") })
    end)

    it("are made for names and addresses, and openssl believes them", function()
      local made = jose("make '%s' 'bylaw \u{e9}' 'DNS:localhost,IP:127.0.0.1,IP:::1' "
        .. "1767225600 365",
        path "key.pem")
      shell.write(path "made.pem", made.output)
      local got = jose("read '%s'", path "made.pem")
      assert.same({ "CN=bylaw \u{e9}", "1", "1767225600", tostring(1767225600 + 365 * 86400) },
        { got.subject, got.self_signed, got.not_before, got.not_after })
      for _, who in ipairs { "-verify_hostname localhost", "-verify_ip 127.0.0.1",
        "-verify_ip ::1" } do
        assert.matches("made.pem: OK\n", openssl("verify -x509_strict -attime 1767300000 "
          .. "-purpose sslserver %s -CAfile '%s' '%s'", who, path "made.pem", path "made.pem"), 1,
            true)
      end
      assert.equal(2, select(2, shell.run("openssl verify -attime 1767300000 -verify_hostname "
        .. "graph.microsoft.com -CAfile '%s' '%s'", path "made.pem", path "made.pem")))
      local other = jose("make '%s' a 'DNS:a' 1767225600 1", path "key.pem")
      assert.not_equal(made.output, other.output)
    end)

    it("are not made for what is no name", function()
      assert.same({ nil, "invalid: " }, { jose("make '%s' a 'IP:localhost' 0 1", path "key.pem") })
    end)

    it("get keys that are made afresh", function()
      local key = jose("key 2048").output
      shell.write(path "fresh.pem", key)
      assert.matches("2048 bit", openssl("rsa -in '%s' -noout -text -check", path "fresh.pem"))
      assert.not_equal(key, jose("key 2048").output)
    end)
  end)
end)
