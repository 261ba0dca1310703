--- The policies that are measured: each as bylaw takes it, and `whole`, its definition as cjson is
--- to write it.
local bylaw = require "bylaw"

local CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
local CONTOSO = "http://schemas.contoso.com/identity/claims/"
local BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

--- { ID, name of the claim } of what comes from a user as it is.
local FROM_USER = {
  { "givenname", "given_name" }, { "surname", "family_name" }, { "mail", "mail_address" },
  { "department", "department" }, { "companyname", "company" }, { "jobtitle", "job_title" },
  { "employeeid", "employee_number" }, { "streetaddress", "street_address" },
  { "postalcode", "postal_code" }, { "preferredlanguage", "language" },
}

--- { ID of the claim it takes, method, parameters }
local TRANSFORMED = {
  { "mail", "ExtractMailPrefix" }, { "department", "ToUppercase()" },
  { "companyname", "ToLowercase()" },
  { "givenname", "Join", { string2 = "contoso.com", separator = "@" } },
  { "employeeid", "Join", { string2 = "sandbox", separator = "." } },
  { "jobtitle", "RegexReplace()", { regex = "^(Senior|Junior) ", replacement = "" } },
}

local function sorted(parameters)
  local list = {}
  for id, value in pairs(parameters or {}) do list[#list + 1] = { ID = id, Value = value } end
  table.sort(list, function(a, b) return a.ID < b.ID end)
  return list
end

--- 18 entries and 6 transformations, about 5 kB of text.
local function claims_mapping()
  local entries, transformations = {}, {}
  for i, row in ipairs(FROM_USER) do
    entries[i] = { Source = "user", ID = row[1], JwtClaimType = row[2], SAMLNameForm = BASIC,
                   SamlClaimType = CLAIMS .. row[2] }
  end
  entries[#entries + 1] = { Value = "production", JwtClaimType = "environment",
                            SamlClaimType = CONTOSO .. "environment" }
  entries[#entries + 1] = {
    Source = "user", ExtensionID = "extension_0123456789abcdef0123456789abcdef_costCenter",
    JwtClaimType = "cost_center", SamlClaimType = CONTOSO .. "cost_center" }
  for i, row in ipairs(TRANSFORMED) do
    local id, claim = "transformation" .. i, "made_of_" .. row[1]
    entries[#entries + 1] = { Source = "transformation", ID = claim, TransformationId = id,
                              JwtClaimType = claim, SamlClaimType = CONTOSO .. claim }
    transformations[i] = {
      ID = id, TransformationMethod = row[2],
      InputClaims = { { ClaimTypeReferenceId = row[1], TransformationClaimType = "string1" } },
      InputParameters = row[3] and sorted(row[3]),
      OutputClaims = { { ClaimTypeReferenceId = claim, TransformationClaimType = "outputClaim" } },
    }
  end
  return { Version = 1, IncludeBasicClaimSet = "true", ClaimsSchema = entries,
           ClaimsTransformations = transformations }
end

local issuance = {
  SigningAlgorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  TokenResponseSigningPolicy = "TokenOnly", SamlTokenVersion = "1.1", EmitSAMLNameFormat = "true",
  Version = 1,
}
local lifetime = { AccessTokenLifetime = "8:00:00", Version = 1 }
local mapping = claims_mapping()

local cases = {
  {
    name = "small",
    policy = bylaw.tokenLifetimePolicy {
      displayName = "Contoso: 8 hour access tokens, all apps", isOrganizationDefault = true,
      definition = { AccessTokenLifetime = "8:00:00" },
    },
    whole = { TokenLifetimePolicy = lifetime },
  },
  {
    name = "issuance",
    policy = bylaw.tokenIssuancePolicy {
      displayName = "Contoso: SAML 1.1 for the intranet", definition = issuance },
    whole = { TokenIssuancePolicy = issuance },
  },
  {
    name = "claims",
    policy = bylaw.claimsMappingPolicy {
      displayName = "Contoso: claims of the intranet", definition = mapping },
    whole = { ClaimsMappingPolicy = mapping },
  },
}

--- The case of a name.
function cases.named(name)
  for _, case in ipairs(cases) do
    if case.name == name then return case end
  end
end

return cases
