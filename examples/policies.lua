-- Policies as a file, for the command:
--   bylaw validate examples/policies.lua
--   bylaw create examples/policies.lua --local
tokenLifetimePolicy "eight-hours" {
  displayName = "Contoso: 8 hour access tokens",
  definition = { AccessTokenLifetime = "8:00:00" },
}

tokenIssuancePolicy "saml-1.1" {
  displayName = "Contoso: SAML 1.1 tokens",
  definition = {
    SamlTokenVersion = "1.1",
    TokenResponseSigningPolicy = "TokenOnly",
    EmitSAMLNameFormat = "true",
  },
}
