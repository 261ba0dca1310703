--- The lists of src/core/kinds/claims_lists.c are sought by halves, so each must be in its order:
--- every name in them is asked for, and names that stand just beside one.
local bylaw = require "bylaw"

--- The texts of each list, by its name.
local function read_lists()
  local file = assert(io.open "src/core/kinds/claims_lists.c")
  local source = file:read "a"
  file:close()
  local lists = {}
  for name, rows in source:gmatch "static const struct bl_text ([%w_]+)%[%] = {(.-)\n};" do
    local list = {}
    for text in rows:gsub('"%s+"', ""):gmatch 'T%("([^"]*)"%)' do list[#list + 1] = text end
    lists[name] = list
  end
  return lists
end

--- The codes of what is told of one entry.
local function codes_of(entry)
  local ok, problems = bylaw.validate(bylaw.claimsMappingPolicy {
    displayName = "x", definition = { ClaimsSchema = { entry } } })
  local codes = {}
  for _, problem in ipairs(ok and problems or problems.problems) do codes[problem.code] = true end
  return codes
end

local function swapped(text)
  return (text:gsub("%a", function(c) return c:lower() == c and c:upper() or c:lower() end))
end

local lists = read_lists()
local JWT = { "jwt_claims" }
local SAML = { "saml_claims", "saml_claims_without_key" }
local SOURCES = { user = "of_users", application = "of_principals", resource = "of_principals",
                  audience = "of_principals", company = "of_companies" }

describe("the lists of claims", function()
  for _, name in ipairs(JWT) do
    it("find every restricted claim of JWTs, in any case", function()
      assert.is_true(#lists[name] > 150)
      for _, claim in ipairs(lists[name]) do
        for _, text in ipairs { claim, swapped(claim) } do
          local codes = codes_of { Value = "x", JwtClaimType = text }
          assert.is_true(codes.restricted_claim, text)
        end
      end
    end)
  end

  for _, name in ipairs(SAML) do
    it("find every restricted claim of SAML tokens: " .. name, function()
      assert.is_true(#lists[name] > 5)
      for _, claim in ipairs(lists[name]) do
        local codes = codes_of { Value = "x", SamlClaimType = claim }
        assert.is_true(codes.restricted_claim, claim)
      end
    end)
  end

  for source, name in pairs(SOURCES) do
    it("find every attribute of the source " .. source, function()
      assert.is_true(#lists[name] > 0)
      for _, id in ipairs(lists[name]) do
        local codes = codes_of { Source = source, ID = id, JwtClaimType = "contoso" }
        assert.is_nil(codes.unknown_attribute, id)
      end
    end)
  end

  it("find every attribute from which NameID may come", function()
    local name_id = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
    assert.is_true(#lists.of_name_ids > 15)
    for _, id in ipairs(lists.of_name_ids) do
      local codes = codes_of { Source = "user", ID = id, SamlClaimType = name_id }
      assert.is_nil(codes.may_be_refused, id)
    end
  end)

  it("do not find a name with one more or one other character", function()
    for _, claim in ipairs(lists.jwt_claims) do
      for _, text in ipairs { claim .. "~", "~" .. claim:sub(2), claim:sub(1, -2) .. "~" } do
        local codes = codes_of { Value = "x", JwtClaimType = text }
        assert.is_nil(codes.restricted_claim, text)
      end
    end
  end)
end)
