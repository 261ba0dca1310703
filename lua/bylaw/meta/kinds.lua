---@meta _
-- Made by tools/annotate from the tables of src/core/kinds: change those, then `make generated`.
-- luacheck: ignore 212 241 (what stands here is read, and never run)

---@class bylaw
local bylaw = {}

--- What every policy may have beside its definition.
---@class bylaw.PolicyProperties
---@field displayName string  the name people see; not unique in a tenant
---@field isOrganizationDefault? boolean  whether it holds for the whole organization
---@field description? string  not every kind takes one
---@field accept? bylaw.ProblemCode[]  codes of problems that are to be warnings

--- The name of a kind.
---@alias bylaw.KindName
---| "activityBasedTimeoutPolicy"
---| "claimsMappingPolicy"
---| "homeRealmDiscoveryPolicy"
---| "tokenIssuancePolicy"
---| "tokenLifetimePolicy"
---| "b2bManagementPolicy"
---| "onPremAuthenticationPolicy"

--- The code of a problem.
---@alias bylaw.ProblemCode
---| "invalid_json"
---| "lenient_json"
---| "duplicate_key"
---| "too_deep"
---| "invalid_utf8"
---| "nul_character"
---| "unwritable_value"
---| "wrong_type"
---| "missing_property"
---| "unknown_property"
---| "two_spellings"
---| "retired_property"
---| "missing_wrapper"
---| "wrong_wrapper"
---| "one_definition"
---| "unknown_kind"
---| "unknown_value"
---| "out_of_range"
---| "wrong_format"
---| "blank_in_value"
---| "contradiction"
---| "unknown_reference"
---| "unknown_attribute"
---| "restricted_claim"
---| "incomplete"
---| "no_effect"
---| "may_be_refused"
---| "too_many_problems"

--- default, for every application that supports it, or the Azure portal
---@alias bylaw.ActivityBasedTimeout.ApplicationPolicies.ApplicationId
---| "default"
---| "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"

--- one entry an application
---@class bylaw.ActivityBasedTimeout.ApplicationPolicies
--- default, for every application that supports it, or the Azure portal
---
--- text; Graph: activityBasedTimeoutPolicy resource type
---@field ApplicationId bylaw.ActivityBasedTimeout.ApplicationPolicies.ApplicationId
--- how long a web session may lie idle, 00:05:00 to 23:59:59
---
--- time span, 00:05:00 to 23:59:59; Graph: activityBasedTimeoutPolicy resource type
---@field WebSessionIdleTimeout string

--- how long web sessions may lie idle
---@class bylaw.ActivityBasedTimeoutDefinition
--- version of the definition format: 1
---
--- integer 1; a table may leave it out; Graph: activityBasedTimeoutPolicy resource type
---@field Version? integer
--- one entry an application
---
--- list of objects, not empty; Graph: activityBasedTimeoutPolicy resource type
---@field ApplicationPolicies bylaw.ActivityBasedTimeout.ApplicationPolicies[]

--- The same in its wrapper.
---@class bylaw.ActivityBasedTimeoutDefinitionWhole
---@field ActivityBasedTimeoutPolicy bylaw.ActivityBasedTimeoutDefinition

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.ActivityBasedTimeoutDefinitionGiven
---| bylaw.ActivityBasedTimeoutDefinition
---| bylaw.ActivityBasedTimeoutDefinitionWhole
---| string
---| string[]

---@class bylaw.ActivityBasedTimeoutPolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.ActivityBasedTimeoutDefinitionGiven

---@class bylaw.ActivityBasedTimeoutPolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.ActivityBasedTimeoutDefinition|string

--- activityBasedTimeoutPolicy: how long web sessions may lie idle.
--- Assigned to the organization, by isOrganizationDefault.
---
--- Graph: activityBasedTimeoutPolicy resource type
---@param properties bylaw.ActivityBasedTimeoutPolicyProperties
---@return bylaw.ActivityBasedTimeoutPolicy
function bylaw.activityBasedTimeoutPolicy(properties) end

--- where the claim comes from
---@alias bylaw.ClaimsMapping.ClaimsSchema.Source
---| "user"
---| "application"
---| "resource"
---| "audience"
---| "company"
---| "transformation"
---| "CustomClaimsProvider"
---| string

--- NameFormat of the SAML attribute
---@alias bylaw.ClaimsMapping.ClaimsSchema.SAMLNameForm
---| "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
---| "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
---| "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

--- the claims, 50 at most
---@class bylaw.ClaimsMapping.ClaimsSchema
--- a constant, in place of a source
---
--- text; Entra: claims customization using a policy
---@field Value? string
--- where the claim comes from
---
--- text; in any case; Entra: claims customization using a policy
---@field Source? bylaw.ClaimsMapping.ClaimsSchema.Source
--- attribute of the source; with source transformation a name of one's own
---
--- text, not empty; in any case; Entra: claims customization using a policy
---@field ID? string
--- another spelling of ID
---@field Id? string
--- a directory extension of users: extension_APPID_NAME
---
--- text, not empty; Entra: claims customization using a policy
---@field ExtensionID? string
--- ID of the transformation, with source transformation
---
--- text, not empty; Entra: claims customization using a policy
---@field TransformationId? string
--- another spelling of TransformationId
---@field TransformationID? string
--- name of the claim in SAML tokens
---
--- text, not empty; Entra: claims customization using a policy
---@field SamlClaimType? string
--- another spelling of SamlClaimType
---@field SAMLClaimType? string
--- name of the claim in JWTs
---
--- text, not empty; Entra: claims customization using a policy
---@field JwtClaimType? string
--- another spelling of JwtClaimType
---@field JWTClaimType? string
--- NameFormat of the SAML attribute
---
--- text; Entra: claims customization using a policy
---@field SAMLNameForm? bylaw.ClaimsMapping.ClaimsSchema.SAMLNameForm
--- another spelling of SAMLNameForm
---@field SamlNameForm? bylaw.ClaimsMapping.ClaimsSchema.SAMLNameForm
--- format of NameID; not documented, seen in published scripts
---
--- absolute URI; published scripts
---@field SamlNameIdFormat? string

--- what it does
---@alias bylaw.ClaimsMapping.ClaimsTransformations.TransformationMethod
---| "Join"
---| "ExtractMailPrefix"
---| "ToLowercase()"
---| "ToUppercase()"
---| "ToLowercase"
---| "ToUppercase"
---| "RegexReplace()"
---| "RegexReplace"
---| "CreateStringClaim"
---| string

--- claims that go in
---@class bylaw.ClaimsMapping.ClaimsTransformations.InputClaims
--- ID of a claim entry
---
--- text, not empty; in any case; Entra: claims customization using a policy
---@field ClaimTypeReferenceId string
--- name of an input of the method
---
--- text, not empty; Entra: claims customization using a policy
---@field TransformationClaimType string
--- whether all values are taken, not only the first
---
--- boolean; text is taken too; default `false`; Entra: claims customization using a policy
---@field TreatAsMultiValue? boolean|"true"|"false"

--- constants that go in
---@class bylaw.ClaimsMapping.ClaimsTransformations.InputParameters
--- name of an input of the method
---
--- text, not empty; Entra: claims customization using a policy
---@field ID string
--- the constant
---
--- text; Entra: claims customization using a policy
---@field Value string
--- string; in one sample only
---
--- text; Graph: claimsMappingPolicy resource type
---@field DataType? string

--- claims that come out
---@class bylaw.ClaimsMapping.ClaimsTransformations.OutputClaims
--- ID of a claim entry
---
--- text, not empty; in any case; Entra: claims customization using a policy
---@field ClaimTypeReferenceId string
--- name of an output of the method
---
--- text, not empty; Entra: claims customization using a policy
---@field TransformationClaimType string

--- the transformations, 50 at most
---@class bylaw.ClaimsMapping.ClaimsTransformations
--- unique in the policy
---
--- text, not empty; Entra: claims customization using a policy
---@field ID string
--- what it does
---
--- text; in any case; Entra: claims customization using a policy
---@field TransformationMethod bylaw.ClaimsMapping.ClaimsTransformations.TransformationMethod
--- claims that go in
---
--- list of objects; Entra: claims customization using a policy
---@field InputClaims? bylaw.ClaimsMapping.ClaimsTransformations.InputClaims[]
--- constants that go in
---
--- list of objects; Entra: claims customization using a policy
---@field InputParameters? bylaw.ClaimsMapping.ClaimsTransformations.InputParameters[]
--- claims that come out
---
--- list of objects; Entra: claims customization using a policy
---@field OutputClaims? bylaw.ClaimsMapping.ClaimsTransformations.OutputClaims[]

--- what of a group is looked at
---@alias bylaw.ClaimsMapping.GroupFilter.MatchOn
---| "displayname"
---| "samaccountname"

--- how it is compared
---@alias bylaw.ClaimsMapping.GroupFilter.Type
---| "prefix"
---| "suffix"
---| "contains"

--- which groups are in the groups claim
---@class bylaw.ClaimsMapping.GroupFilter
--- what of a group is looked at
---
--- text; Entra: claims customization using a policy
---@field MatchOn bylaw.ClaimsMapping.GroupFilter.MatchOn
--- how it is compared
---
--- text; Entra: claims customization using a policy
---@field Type bylaw.ClaimsMapping.GroupFilter.Type
--- with what
---
--- text; Entra: claims customization using a policy
---@field Value string

--- the claims in the tokens of an application
---@class bylaw.ClaimsMappingDefinition
--- version of the definition format: 1
---
--- integer 1; a table may leave it out; Graph: claimsMappingPolicy resource type
---@field Version? integer
--- whether the basic claim set is in the token
---
--- boolean; written as text; Graph: claimsMappingPolicy resource type
---@field IncludeBasicClaimSet? boolean|"true"|"false"
--- the claims, 50 at most
---
--- list of objects; Graph: claimsMappingPolicy resource type
---@field ClaimsSchema? bylaw.ClaimsMapping.ClaimsSchema[]
--- the transformations, 50 at most
---
--- list of objects; Entra: claims customization using a policy
---@field ClaimsTransformations? bylaw.ClaimsMapping.ClaimsTransformations[]
--- another spelling of ClaimsTransformations
---@field ClaimsTransformation? bylaw.ClaimsMapping.ClaimsTransformations[]
--- which groups are in the groups claim
---
--- object; Entra: claims customization using a policy
---@field GroupFilter? bylaw.ClaimsMapping.GroupFilter
--- adds the application's id to the issuer; needs a signing key of its own
---
--- boolean; default `false`; Entra: claims customization using a policy
---@field issuerWithApplicationId? boolean
--- the audience; needs a signing key of the application's own
---
--- absolute URI; Entra: claims customization using a policy
---@field audienceOverride? string

--- The same in its wrapper.
---@class bylaw.ClaimsMappingDefinitionWhole
---@field ClaimsMappingPolicy bylaw.ClaimsMappingDefinition

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.ClaimsMappingDefinitionGiven
---| bylaw.ClaimsMappingDefinition
---| bylaw.ClaimsMappingDefinitionWhole
---| string
---| string[]

---@class bylaw.ClaimsMappingPolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.ClaimsMappingDefinitionGiven

---@class bylaw.ClaimsMappingPolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.ClaimsMappingDefinition|string

--- claimsMappingPolicy: the claims in the tokens of an application.
--- Assigned to service principals.
---
--- Graph: claimsMappingPolicy resource type
---@param properties bylaw.ClaimsMappingPolicyProperties
---@return bylaw.ClaimsMappingPolicy
function bylaw.claimsMappingPolicy(properties) end

--- email as alternate login ID; in the organization default only
---@class bylaw.HomeRealmDiscovery.AlternateIdLogin
--- whether the email address signs in too
---
--- boolean; Graph: homeRealmDiscoveryPolicy resource type
---@field Enabled boolean

--- which domain hints are followed; in the organization default only
---@class bylaw.HomeRealmDiscovery.DomainHintPolicy
--- domains whose hint is taken as absent
---
--- list of domain names; in any case; in any order; Entra: prevent domain hints with home realm
--- discovery
---@field IgnoreDomainHintForDomains? (string|"all_domains"|"*")[]
--- domains whose hint is followed, before all that ignore it
---
--- list of domain names; in any case; in any order; Entra: prevent domain hints with home realm
--- discovery
---@field RespectDomainHintForDomains? (string|"all_domains"|"*")[]
--- applications whose hint is taken as absent
---
--- list of GUIDs; in any case; in any order; Entra: prevent domain hints with home realm discovery
---@field IgnoreDomainHintForApps? (string|"all_apps"|"*")[]
--- applications whose hint is followed, before all that ignore it
---
--- list of GUIDs; in any case; in any order; Entra: prevent domain hints with home realm discovery
---@field RespectDomainHintForApps? (string|"all_apps"|"*")[]

--- where users are sent to sign in
---@class bylaw.HomeRealmDiscoveryDefinition
--- whether sign-in skips the page that asks for the user
---
--- boolean; Graph: homeRealmDiscoveryPolicy resource type
---@field AccelerateToFederatedDomain? boolean
--- a verified, federated domain of the tenant, to which sign-in goes
---
--- domain name; in any case; Graph: homeRealmDiscoveryPolicy resource type
---@field PreferredDomain? string
--- whether a federated user's name and password are checked in the cloud; needs password hash
--- synchronisation
---
--- boolean; Graph: homeRealmDiscoveryPolicy resource type
---@field AllowCloudPasswordValidation? boolean
--- email as alternate login ID; in the organization default only
---
--- object; Graph: homeRealmDiscoveryPolicy resource type
---@field AlternateIdLogin? bylaw.HomeRealmDiscovery.AlternateIdLogin
--- which domain hints are followed; in the organization default only
---
--- object; Entra: prevent domain hints with home realm discovery
---@field DomainHintPolicy? bylaw.HomeRealmDiscovery.DomainHintPolicy

--- The same in its wrapper.
---@class bylaw.HomeRealmDiscoveryDefinitionWhole
---@field HomeRealmDiscoveryPolicy bylaw.HomeRealmDiscoveryDefinition

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.HomeRealmDiscoveryDefinitionGiven
---| bylaw.HomeRealmDiscoveryDefinition
---| bylaw.HomeRealmDiscoveryDefinitionWhole
---| string
---| string[]

---@class bylaw.HomeRealmDiscoveryPolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.HomeRealmDiscoveryDefinitionGiven

---@class bylaw.HomeRealmDiscoveryPolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.HomeRealmDiscoveryDefinition|string

--- homeRealmDiscoveryPolicy: where users are sent to sign in.
--- Assigned to service principals and the organization, by isOrganizationDefault.
---
--- Graph: homeRealmDiscoveryPolicy resource type
---@param properties bylaw.HomeRealmDiscoveryPolicyProperties
---@return bylaw.HomeRealmDiscoveryPolicy
function bylaw.homeRealmDiscoveryPolicy(properties) end

--- with what a SAML token is signed
---@alias bylaw.TokenIssuance.SigningAlgorithm
---| "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
---| "http://www.w3.org/2000/09/xmldsig#rsa-sha1"

--- what is signed: the SAML response, the assertion, or both
---@alias bylaw.TokenIssuance.TokenResponseSigningPolicy
---| "ResponseOnly"
---| "TokenOnly"
---| "ResponseAndToken"

--- version of SAML tokens, as a string
---@alias bylaw.TokenIssuance.SamlTokenVersion
---| "1.1"
---| "2.0"

--- how SAML tokens are signed and written
---@class bylaw.TokenIssuanceDefinition
--- version of the definition format: 1
---
--- integer 1; a table may leave it out; text is taken too; Graph: tokenIssuancePolicy resource type
---@field Version? integer|string
--- with what a SAML token is signed
---
--- text; default `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`; Graph: tokenIssuancePolicy
--- resource type
---@field SigningAlgorithm? bylaw.TokenIssuance.SigningAlgorithm
--- what is signed: the SAML response, the assertion, or both
---
--- text; default `TokenOnly`; Graph: tokenIssuancePolicy resource type
---@field TokenResponseSigningPolicy? bylaw.TokenIssuance.TokenResponseSigningPolicy
--- version of SAML tokens, as a string
---
--- text; default `2.0`; Graph: tokenIssuancePolicy resource type
---@field SamlTokenVersion? bylaw.TokenIssuance.SamlTokenVersion
--- whether claims carry their NameFormat attribute
---
--- boolean; written as text; Graph: tokenIssuancePolicy resource type
---@field EmitSAMLNameFormat? boolean|"true"|"false"
--- another spelling of EmitSAMLNameFormat
---@field EmitSamlNameFormat? boolean|"true"|"false"

--- The same in its wrapper.
---@class bylaw.TokenIssuanceDefinitionWhole
---@field TokenIssuancePolicy bylaw.TokenIssuanceDefinition

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.TokenIssuanceDefinitionGiven
---| bylaw.TokenIssuanceDefinition
---| bylaw.TokenIssuanceDefinitionWhole
---| string
---| string[]

---@class bylaw.TokenIssuancePolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.TokenIssuanceDefinitionGiven

---@class bylaw.TokenIssuancePolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.TokenIssuanceDefinition|string

--- tokenIssuancePolicy: how SAML tokens are signed and written.
--- Assigned to applications and service principals.
---
--- Graph: tokenIssuancePolicy resource type
---@param properties bylaw.TokenIssuancePolicyProperties
---@return bylaw.TokenIssuancePolicy
function bylaw.tokenIssuancePolicy(properties) end

--- how long access, ID and SAML2 tokens are valid
---@class bylaw.TokenLifetimeDefinition
--- version of the definition format: 1
---
--- integer 1; a table may leave it out; Graph: tokenLifetimePolicy resource type
---@field Version? integer
--- how long access, ID and SAML2 tokens are valid
---
--- time span, 00:10:00 to 23:59:59; default `1:00:00`; Graph: tokenLifetimePolicy resource type
---@field AccessTokenLifetime? string
--- how long a refresh token may lie unused
---
--- **Retired** on 30 January 2021: the service keeps it without effect; sign-in frequency in
--- Conditional Access came in its place
---
--- time span, 00:10:00 to 90.00:00:00; default `90.00:00:00`; Entra: configurable token lifetimes
---@field MaxInactiveTime? string
--- age of a refresh token after one factor
---
--- **Retired** on 30 January 2021: the service keeps it without effect; sign-in frequency in
--- Conditional Access came in its place
---
--- time span, 00:10:00 to 365.00:00:00; default `until-revoked`; Entra: configurable token
--- lifetimes
---@field MaxAgeSingleFactor? string|"until-revoked"
--- age of a refresh token after two factors
---
--- **Retired** on 30 January 2021: the service keeps it without effect; sign-in frequency in
--- Conditional Access came in its place
---
--- time span, 00:10:00 to 365.00:00:00; default `until-revoked`; Entra: configurable token
--- lifetimes
---@field MaxAgeMultiFactor? string|"until-revoked"
--- age of a session token after one factor
---
--- **Retired** on 30 January 2021: the service keeps it without effect; sign-in frequency in
--- Conditional Access came in its place
---
--- time span, 00:10:00 to 365.00:00:00; default `until-revoked`; Entra: configurable token
--- lifetimes
---@field MaxAgeSessionSingleFactor? string|"until-revoked"
--- age of a session token after two factors
---
--- **Retired** on 30 January 2021: the service keeps it without effect; sign-in frequency in
--- Conditional Access came in its place
---
--- time span, 00:10:00 to 365.00:00:00; default `until-revoked`; Entra: configurable token
--- lifetimes
---@field MaxAgeSessionMultiFactor? string|"until-revoked"

--- The same in its wrapper.
---@class bylaw.TokenLifetimeDefinitionWhole
---@field TokenLifetimePolicy bylaw.TokenLifetimeDefinition

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.TokenLifetimeDefinitionGiven
---| bylaw.TokenLifetimeDefinition
---| bylaw.TokenLifetimeDefinitionWhole
---| string
---| string[]

---@class bylaw.TokenLifetimePolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.TokenLifetimeDefinitionGiven

---@class bylaw.TokenLifetimePolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.TokenLifetimeDefinition|string

--- tokenLifetimePolicy: how long access, ID and SAML2 tokens are valid.
--- Assigned to applications, service principals and the organization, by isOrganizationDefault.
---
--- Graph: tokenLifetimePolicy resource type
---@param properties bylaw.TokenLifetimePolicyProperties
---@return bylaw.TokenLifetimePolicy
function bylaw.tokenLifetimePolicy(properties) end

--- collaboration with other organizations; its inside is not checked
---@class bylaw.B2bManagementDefinition
---@field [string] any

--- The same in its wrapper.
---@class bylaw.B2bManagementDefinitionWhole
---@field B2BManagementPolicy bylaw.B2bManagementDefinition

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.B2bManagementDefinitionGiven
---| bylaw.B2bManagementDefinition
---| bylaw.B2bManagementDefinitionWhole
---| string
---| string[]

---@class bylaw.B2bManagementPolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.B2bManagementDefinitionGiven

---@class bylaw.B2bManagementPolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.B2bManagementDefinition|string

--- b2bManagementPolicy (beta): collaboration with other organizations; its inside is not checked.
---
--- Graph beta: b2bManagementPolicy resource type
---@param properties bylaw.B2bManagementPolicyProperties
---@return bylaw.B2bManagementPolicy
function bylaw.b2bManagementPolicy(properties) end

--- authentication on premises; its inside is not checked
---@class bylaw.OnPremAuthenticationDefinition
---@field [string] any

--- The inner table, the whole with its wrapper, its JSON text, or a list with that text.
---@alias bylaw.OnPremAuthenticationDefinitionGiven
---| bylaw.OnPremAuthenticationDefinition
---| string
---| string[]

---@class bylaw.OnPremAuthenticationPolicyProperties: bylaw.PolicyProperties
---@field definition bylaw.OnPremAuthenticationDefinitionGiven

---@class bylaw.OnPremAuthenticationPolicy: bylaw.Policy
--- what is inside the wrapper; the text where it cannot be read
---@field definition bylaw.OnPremAuthenticationDefinition|string

--- onPremAuthenticationPolicy (beta): authentication on premises; its inside is not checked.
---
--- Graph beta: onPremAuthenticationPolicy resource type
---@param properties bylaw.OnPremAuthenticationPolicyProperties
---@return bylaw.OnPremAuthenticationPolicy
function bylaw.onPremAuthenticationPolicy(properties) end
