#include "core/kinds/claims_lists.h"
#include "core/kinds/claims_rules.h"

#define PAGE "Graph: claimsMappingPolicy resource type"
#define CLAIMS "Entra: claims customization using a policy"

static const char *const sources[] = {
    "user",           "application",          "resource", "audience", "company",
    "transformation", "CustomClaimsProvider", NULL,
};

static const char *const name_forms[] = {
    "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
    "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
    "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
    NULL,
};

static const char *const match_on[] = {"displayname", "samaccountname", NULL};
static const char *const match_types[] = {"prefix", "suffix", "contains", NULL};

/* The bracketed forms are the documented ones; scripts leave them out. */
static const char *const methods[] = {
    "Join",
    "ExtractMailPrefix",
    "ToLowercase()",
    "ToUppercase()",
    "ToLowercase",
    "ToUppercase",
    "RegexReplace()",
    "RegexReplace",
    "CreateStringClaim",
    NULL,
};

/* clang-format off */
static const struct bl_field claim_fields[] = {
  { .name = "Value", .type = BL_STRING,
    .doc = "a constant, in place of a source", .source = CLAIMS },
  { .name = "Source", .type = BL_STRING, .flags = BL_FOLDED,
    .values = sources, .doc = "where the claim comes from", .source = CLAIMS },
  { .name = "ID", .also = "Id", .type = BL_STRING,
    .flags = BL_FOLDED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "attribute of the source; with source transformation a name of "
           "one's own",
    .source = CLAIMS },
  { .name = "ExtensionID", .type = BL_STRING, .flags = BL_TRIMMED, .min = 1,
    .max = INT32_MAX,
    .doc = "a directory extension of users: extension_APPID_NAME",
    .source = CLAIMS },
  { .name = "TransformationId", .also = "TransformationID", .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "ID of the transformation, with source transformation",
    .source = CLAIMS },
  { .name = "SamlClaimType", .also = "SAMLClaimType", .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of the claim in SAML tokens", .source = CLAIMS },
  { .name = "JwtClaimType", .also = "JWTClaimType", .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of the claim in JWTs", .source = CLAIMS },
  { .name = "SAMLNameForm", .also = "SamlNameForm", .type = BL_STRING,
    .values = name_forms, .doc = "NameFormat of the SAML attribute",
    .source = CLAIMS },
  { .name = "SamlNameIdFormat", .type = BL_STRING, .format = BL_URI,
    .doc = "format of NameID; not documented, seen in published scripts",
    .source = "published scripts" },
  { 0 },
};

static const struct bl_shape claim = {claim_fields, bl_claim_rule};

static const struct bl_field input_claim_fields[] = {
  { .name = "ClaimTypeReferenceId", .type = BL_STRING,
    .flags = BL_REQUIRED | BL_FOLDED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "ID of a claim entry", .source = CLAIMS },
  { .name = "TransformationClaimType", .type = BL_STRING,
    .flags = BL_REQUIRED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of an input of the method", .source = CLAIMS },
  { .name = "TreatAsMultiValue", .type = BL_BOOLEAN, .flags = BL_OR_TEXT,
    .fallback = "false",
    .doc = "whether all values are taken, not only the first",
    .source = CLAIMS },
  { 0 },
};

static const struct bl_field parameter_fields[] = {
  { .name = "ID", .type = BL_STRING, .flags = BL_REQUIRED | BL_TRIMMED,
    .min = 1, .max = INT32_MAX, .doc = "name of an input of the method",
    .source = CLAIMS },
  { .name = "Value", .type = BL_STRING, .flags = BL_REQUIRED,
    .doc = "the constant", .source = CLAIMS },
  { .name = "DataType", .type = BL_STRING,
    .doc = "string; in one sample only", .source = PAGE },
  { 0 },
};

static const struct bl_field output_claim_fields[] = {
  { .name = "ClaimTypeReferenceId", .type = BL_STRING,
    .flags = BL_REQUIRED | BL_FOLDED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "ID of a claim entry", .source = CLAIMS },
  { .name = "TransformationClaimType", .type = BL_STRING,
    .flags = BL_REQUIRED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of an output of the method", .source = CLAIMS },
  { 0 },
};

static const struct bl_shape input_claim = {input_claim_fields, NULL};
static const struct bl_shape parameter = {parameter_fields, NULL};
static const struct bl_shape output_claim = {output_claim_fields, NULL};

static const struct bl_field transformation_fields[] = {
  { .name = "ID", .type = BL_STRING, .flags = BL_REQUIRED | BL_TRIMMED,
    .min = 1, .max = INT32_MAX, .doc = "unique in the policy",
    .source = CLAIMS },
  { .name = "TransformationMethod", .type = BL_STRING,
    .flags = BL_REQUIRED | BL_FOLDED, .values = methods,
    .doc = "what it does", .source = CLAIMS },
  { .name = "InputClaims", .type = BL_ARRAY, .shape = &input_claim,
    .doc = "claims that go in", .source = CLAIMS },
  { .name = "InputParameters", .type = BL_ARRAY, .shape = &parameter,
    .doc = "constants that go in", .source = CLAIMS },
  { .name = "OutputClaims", .type = BL_ARRAY, .shape = &output_claim,
    .doc = "claims that come out", .source = CLAIMS },
  { 0 },
};

static const struct bl_shape transformation = {transformation_fields,
                                               bl_transformation_rule};

static const struct bl_field filter_fields[] = {
  { .name = "MatchOn", .type = BL_STRING, .flags = BL_REQUIRED,
    .values = match_on, .doc = "what of a group is looked at",
    .source = CLAIMS },
  { .name = "Type", .type = BL_STRING, .flags = BL_REQUIRED,
    .values = match_types, .doc = "how it is compared", .source = CLAIMS },
  { .name = "Value", .type = BL_STRING, .flags = BL_REQUIRED,
    .doc = "with what", .source = CLAIMS },
  { 0 },
};

static const struct bl_shape filter = {filter_fields, NULL};

static const struct bl_field fields[] = {
  { .name = "Version", .type = BL_INTEGER, .flags = BL_REQUIRED | BL_FILLED,
    .min = 1, .max = 1, .doc = "version of the definition format: 1",
    .source = PAGE },
  { .name = "IncludeBasicClaimSet", .type = BL_BOOLEAN,
    .flags = BL_OR_TEXT | BL_AS_TEXT,
    .doc = "whether the basic claim set is in the token", .source = PAGE },
  { .name = "ClaimsSchema", .type = BL_ARRAY, .shape = &claim,
    .doc = "the claims, 50 at most", .source = PAGE },
  /* The Graph page has the singular, which users report as refused. */
  { .name = "ClaimsTransformations", .also = "ClaimsTransformation",
    .type = BL_ARRAY, .shape = &transformation,
    .doc = "the transformations, 50 at most", .source = CLAIMS },
  { .name = "GroupFilter", .type = BL_OBJECT, .shape = &filter,
    .doc = "which groups are in the groups claim", .source = CLAIMS },
  { .name = "issuerWithApplicationId", .type = BL_BOOLEAN,
    .fallback = "false",
    .doc = "adds the application's id to the issuer; needs a signing key of "
           "its own",
    .source = CLAIMS },
  { .name = "audienceOverride", .type = BL_STRING, .format = BL_URI,
    .doc = "the audience; needs a signing key of the application's own",
    .source = CLAIMS },
  { 0 },
};
/* clang-format on */

static const struct bl_shape shape = {fields, bl_claims_rule};

const struct bl_kind bl_claims_mapping_policy = {
    .name = "claimsMappingPolicy",
    .collection = "claimsMappingPolicies",
    .wrapper = "ClaimsMappingPolicy",
    .shape = &shape,
    .targets = BL_ON_SERVICE_PRINCIPAL,
    .doc = "the claims in the tokens of an application",
    .source = PAGE,
};
