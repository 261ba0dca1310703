--- A policy of each kind, as Lua text. Pure data.
---@type table<string, string>
return {
  activityBasedTimeoutPolicy = [[
bylaw.activityBasedTimeoutPolicy {
  displayName = "Contoso: idle web sessions",
  isOrganizationDefault = true,
  definition = {
    ApplicationPolicies = {
      { ApplicationId = "default", WebSessionIdleTimeout = "01:00:00" },
      { ApplicationId = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        WebSessionIdleTimeout = "00:15:00" },
    },
  },
}
]],
  b2bManagementPolicy = [[
bylaw.b2bManagementPolicy {
  displayName = "Contoso: guests",
  definition = { Version = 1 },
}
]],
  claimsMappingPolicy = [[
bylaw.claimsMappingPolicy {
  displayName = "Contoso: employee number and mail alias",
  definition = {
    IncludeBasicClaimSet = true,
    ClaimsSchema = {
      { Source = "user", ID = "employeeid", JwtClaimType = "employee" },
      { Source = "user", ID = "mail" },
      { Source = "transformation", ID = "Alias", TransformationId = "Prefix",
        JwtClaimType = "alias" },
    },
    ClaimsTransformations = {
      { ID = "Prefix", TransformationMethod = "ExtractMailPrefix",
        InputClaims = { { ClaimTypeReferenceId = "mail",
                          TransformationClaimType = "mail" } },
        OutputClaims = { { ClaimTypeReferenceId = "Alias",
                           TransformationClaimType = "outputClaim" } } },
    },
  },
}
]],
  homeRealmDiscoveryPolicy = [[
bylaw.homeRealmDiscoveryPolicy {
  displayName = "Contoso: straight to the federated domain",
  definition = {
    AccelerateToFederatedDomain = true,
    PreferredDomain = "federated.contoso.com",
  },
}
]],
  onPremAuthenticationPolicy = [[
bylaw.onPremAuthenticationPolicy {
  displayName = "Contoso: on premises",
  definition = { Version = 1 },
}
]],
  tokenIssuancePolicy = [[
bylaw.tokenIssuancePolicy {
  displayName = "Contoso: signed SAML responses",
  definition = {
    SigningAlgorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    TokenResponseSigningPolicy = "ResponseAndToken",
    SamlTokenVersion = "2.0",
  },
}
]],
  tokenLifetimePolicy = [[
bylaw.tokenLifetimePolicy {
  displayName = "Contoso: 8 hour access tokens",
  definition = { AccessTokenLifetime = "8:00:00" },
}
]],
}
