local clouds = require "bylaw.clouds"

describe("bylaw.clouds", function()
  it("knows where each cloud's Graph and its authority are", function()
    local rows = {}
    for i, cloud in ipairs(clouds.all) do
      rows[i] = table.concat({ cloud.name, cloud.endpoint, cloud.authority, cloud.scope }, " ")
    end
    assert.same({
      "global https://graph.microsoft.com https://login.microsoftonline.com "
        .. "https://graph.microsoft.com/.default",
      "usgov https://graph.microsoft.us https://login.microsoftonline.us "
        .. "https://graph.microsoft.us/.default",
      "dod https://dod-graph.microsoft.us https://login.microsoftonline.us "
        .. "https://dod-graph.microsoft.us/.default",
      "china https://microsoftgraph.chinacloudapi.cn https://login.partner.microsoftonline.cn "
        .. "https://microsoftgraph.chinacloudapi.cn/.default",
      "france https://graph.svc.sovcloud.fr https://login.sovcloud-identity.fr "
        .. "https://graph.svc.sovcloud.fr/.default",
      "germany https://graph.svc.sovcloud.de https://login.sovcloud-identity.de "
        .. "https://graph.svc.sovcloud.de/.default",
      "singapore https://graph.svc.sovcloud.sg https://login.sovcloud-identity.sg "
        .. "https://graph.svc.sovcloud.sg/.default",
    }, rows)
  end)

  it("finds a cloud by its name and its aliases, in whatever letters", function()
    for name, expected in pairs {
      global = "global", GLOBAL = "global", gcc = "global", AzureCloud = "global",
      gcchigh = "usgov",
      USGov = "usgov", L4 = "usgov", dod = "dod", usgovernmentl5 = "dod", ["21Vianet"] = "china",
      bleu = "france", delos = "germany", govsg = "singapore",
    } do
      assert.equal(expected, assert(clouds.find(name)).name)
    end
  end)

  it("has no name twice", function()
    local seen = {}
    for _, cloud in ipairs(clouds.all) do
      for _, name in ipairs { cloud.name, table.unpack(cloud.aliases) } do
        assert.is_nil(seen[name])
        assert.equal(name, name:lower())
        seen[name] = true
      end
    end
  end)

  it("says which cloud was meant, or which there are", function()
    assert.same({ nil, { code = "unknown_cloud",
      message = '"usgoov" is no cloud; did you mean \'usgov\'?' } }, { clouds.find "usgoov" })
    assert.same({ nil, { code = "unknown_cloud",
      message = '"atlantis" is no cloud; there are global, '
      .. "usgov, dod, china, france, germany, singapore" } }, { clouds.find "atlantis" })
  end)
end)
