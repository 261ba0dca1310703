-- Policies as code:
--   bylaw validate examples/contoso/policies.lua
local apps = include "apps.lua"
include "rules.lua"

--- Access tokens that live for some hours.
local function hours(count) return { AccessTokenLifetime = ("%d:00:00"):format(count) } end

for name, count in pairs { hr = 1, sales = 4 } do
  tokenLifetimePolicy(name) {
    displayName = ("Contoso: %s, tokens of %d hours"):format(name, count),
    definition = hours(count),
    assignTo = { servicePrincipal { appId = apps[name] } },
  }
end

homeRealmDiscoveryPolicy "default" {
  displayName = "Contoso: straight to our own sign-in",
  isOrganizationDefault = true,
  definition = {
    AccelerateToFederatedDomain = true,
    PreferredDomain = var("DOMAIN", "contoso.com"),
  },
}

claimsMappingPolicy "employee-id" {
  displayName = "Contoso: employee id",
  definition = {
    IncludeBasicClaimSet = "true",
    ClaimsSchema = { { Source = "user", ID = "employeeid", JwtClaimType = "employee_id" } },
  },
  assignTo = { servicePrincipal { appId = apps.hr } },
}

tokenLifetimePolicy "old" { displayName = "Contoso legacy", absent = true }

owns { "tokenLifetimePolicy", displayName = "Contoso:*" }
