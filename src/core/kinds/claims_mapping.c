#include "core/kinds/claims_lists.h"
#include "core/kinds/claims_rules.h"

#define PAGE "Graph: claimsMappingPolicy resource type"
#define CLAIMS "Entra: claims customization using a policy"

static const struct bl_text sources[] = {BL_TEXT("user"),
                                         BL_TEXT("application"),
                                         BL_TEXT("resource"),
                                         BL_TEXT("audience"),
                                         BL_TEXT("company"),
                                         BL_TEXT("transformation"),
                                         BL_TEXT("CustomClaimsProvider"),
                                         {NULL, 0}};

static const struct bl_text name_forms[] = {
    BL_TEXT("urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"),
    BL_TEXT("urn:oasis:names:tc:SAML:2.0:attrname-format:uri"),
    BL_TEXT("urn:oasis:names:tc:SAML:2.0:attrname-format:basic"),
    {NULL, 0}};

static const struct bl_text match_on[] = {
    BL_TEXT("displayname"), BL_TEXT("samaccountname"), {NULL, 0}};
static const struct bl_text match_types[] = {
    BL_TEXT("prefix"), BL_TEXT("suffix"), BL_TEXT("contains"), {NULL, 0}};

/* The bracketed forms are the documented ones; scripts leave them out. */
static const struct bl_text methods[] = {BL_TEXT("Join"),
                                         BL_TEXT("ExtractMailPrefix"),
                                         BL_TEXT("ToLowercase()"),
                                         BL_TEXT("ToUppercase()"),
                                         BL_TEXT("ToLowercase"),
                                         BL_TEXT("ToUppercase"),
                                         BL_TEXT("RegexReplace()"),
                                         BL_TEXT("RegexReplace"),
                                         BL_TEXT("CreateStringClaim"),
                                         {NULL, 0}};

/* clang-format off */
static const struct bl_field claim_fields[] = {
  [BL_CLAIM_VALUE] = { .name = BL_TEXT("Value"), .type = BL_STRING,
    .doc = "a constant, in place of a source", .source = CLAIMS },
  [BL_CLAIM_SOURCE] = { .name = BL_TEXT("Source"), .type = BL_STRING,
    .flags = BL_FOLDED,
    .values = sources, .doc = "where the claim comes from", .source = CLAIMS },
  [BL_CLAIM_ID] = { .name = BL_TEXT("ID"), .also = BL_TEXT("Id"),
    .type = BL_STRING,
    .flags = BL_FOLDED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "attribute of the source; with source transformation a name of "
           "one's own",
    .source = CLAIMS },
  [BL_CLAIM_EXTENSION] = { .name = BL_TEXT("ExtensionID"), .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1,
    .max = INT32_MAX,
    .doc = "a directory extension of users: extension_APPID_NAME",
    .source = CLAIMS },
  [BL_CLAIM_TRANSFORMATION] = { .name = BL_TEXT("TransformationId"),
    .also = BL_TEXT("TransformationID"), .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "ID of the transformation, with source transformation",
    .source = CLAIMS },
  [BL_CLAIM_SAML] = { .name = BL_TEXT("SamlClaimType"),
    .also = BL_TEXT("SAMLClaimType"), .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of the claim in SAML tokens", .source = CLAIMS },
  [BL_CLAIM_JWT] = { .name = BL_TEXT("JwtClaimType"),
    .also = BL_TEXT("JWTClaimType"), .type = BL_STRING,
    .flags = BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of the claim in JWTs", .source = CLAIMS },
  [BL_CLAIM_NAME_FORM] = { .name = BL_TEXT("SAMLNameForm"),
    .also = BL_TEXT("SamlNameForm"), .type = BL_STRING,
    .values = name_forms, .doc = "NameFormat of the SAML attribute",
    .source = CLAIMS },
  [BL_CLAIM_NAME_ID_FORMAT] = { .name = BL_TEXT("SamlNameIdFormat"),
    .type = BL_STRING, .format = BL_URI,
    .doc = "format of NameID; not documented, seen in published scripts",
    .source = "published scripts" },
};

static const struct bl_shape claim = BL_SHAPE(claim_fields, bl_claim_rule);

static const struct bl_field input_claim_fields[] = {
  [BL_REFERENCE_TO] = { .name = BL_TEXT("ClaimTypeReferenceId"),
    .type = BL_STRING,
    .flags = BL_REQUIRED | BL_FOLDED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "ID of a claim entry", .source = CLAIMS },
  [BL_REFERENCE_NAME] = { .name = BL_TEXT("TransformationClaimType"),
    .type = BL_STRING,
    .flags = BL_REQUIRED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of an input of the method", .source = CLAIMS },
  [BL_REFERENCE_MULTIPLE] = { .name = BL_TEXT("TreatAsMultiValue"),
    .type = BL_BOOLEAN, .flags = BL_OR_TEXT,
    .fallback = "false",
    .doc = "whether all values are taken, not only the first",
    .source = CLAIMS },
};

static const struct bl_field parameter_fields[] = {
  [BL_PARAMETER_NAME] = { .name = BL_TEXT("ID"), .type = BL_STRING,
    .flags = BL_REQUIRED | BL_TRIMMED,
    .min = 1, .max = INT32_MAX, .doc = "name of an input of the method",
    .source = CLAIMS },
  [BL_PARAMETER_VALUE] = { .name = BL_TEXT("Value"), .type = BL_STRING,
    .flags = BL_REQUIRED,
    .doc = "the constant", .source = CLAIMS },
  [BL_PARAMETER_TYPE] = { .name = BL_TEXT("DataType"), .type = BL_STRING,
    .doc = "string; in one sample only", .source = PAGE },
};

static const struct bl_field output_claim_fields[] = {
  [BL_REFERENCE_TO] = { .name = BL_TEXT("ClaimTypeReferenceId"),
    .type = BL_STRING,
    .flags = BL_REQUIRED | BL_FOLDED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "ID of a claim entry", .source = CLAIMS },
  [BL_REFERENCE_NAME] = { .name = BL_TEXT("TransformationClaimType"),
    .type = BL_STRING,
    .flags = BL_REQUIRED | BL_TRIMMED, .min = 1, .max = INT32_MAX,
    .doc = "name of an output of the method", .source = CLAIMS },
};

static const struct bl_shape input_claim = BL_SHAPE(input_claim_fields, NULL);
static const struct bl_shape parameter = BL_SHAPE(parameter_fields, NULL);
static const struct bl_shape output_claim = BL_SHAPE(output_claim_fields, NULL);

static const struct bl_field transformation_fields[] = {
  [BL_TRANSFORMATION_ID] = { .name = BL_TEXT("ID"), .type = BL_STRING,
    .flags = BL_REQUIRED | BL_TRIMMED,
    .min = 1, .max = INT32_MAX, .doc = "unique in the policy",
    .source = CLAIMS },
  [BL_TRANSFORMATION_METHOD] = { .name = BL_TEXT("TransformationMethod"),
    .type = BL_STRING,
    .flags = BL_REQUIRED | BL_FOLDED, .values = methods,
    .doc = "what it does", .source = CLAIMS },
  [BL_TRANSFORMATION_INPUTS] = { .name = BL_TEXT("InputClaims"),
    .type = BL_ARRAY, .shape = &input_claim,
    .doc = "claims that go in", .source = CLAIMS },
  [BL_TRANSFORMATION_PARAMETERS] = { .name = BL_TEXT("InputParameters"),
    .type = BL_ARRAY, .shape = &parameter,
    .doc = "constants that go in", .source = CLAIMS },
  [BL_TRANSFORMATION_OUTPUTS] = { .name = BL_TEXT("OutputClaims"),
    .type = BL_ARRAY, .shape = &output_claim,
    .doc = "claims that come out", .source = CLAIMS },
};

static const struct bl_shape transformation = BL_SHAPE(transformation_fields,
    bl_transformation_rule);

static const struct bl_field filter_fields[] = {
  { .name = BL_TEXT("MatchOn"), .type = BL_STRING, .flags = BL_REQUIRED,
    .values = match_on, .doc = "what of a group is looked at",
    .source = CLAIMS },
  { .name = BL_TEXT("Type"), .type = BL_STRING, .flags = BL_REQUIRED,
    .values = match_types, .doc = "how it is compared", .source = CLAIMS },
  { .name = BL_TEXT("Value"), .type = BL_STRING, .flags = BL_REQUIRED,
    .doc = "with what", .source = CLAIMS },
};

static const struct bl_shape filter = BL_SHAPE(filter_fields, NULL);

static const struct bl_field fields[] = {
  [BL_CLAIMS_VERSION] = { .name = BL_TEXT("Version"), .type = BL_INTEGER,
    .flags = BL_REQUIRED | BL_FILLED,
    .min = 1, .max = 1, .doc = "version of the definition format: 1",
    .source = PAGE },
  [BL_CLAIMS_BASIC] = { .name = BL_TEXT("IncludeBasicClaimSet"),
    .type = BL_BOOLEAN,
    .flags = BL_OR_TEXT | BL_AS_TEXT,
    .doc = "whether the basic claim set is in the token", .source = PAGE },
  [BL_CLAIMS_SCHEMA] = { .name = BL_TEXT("ClaimsSchema"), .type = BL_ARRAY,
    .shape = &claim,
    .doc = "the claims, 50 at most", .source = PAGE },
  /* The Graph page has the singular, which users report as refused. */
  [BL_CLAIMS_TRANSFORMATIONS] = { .name = BL_TEXT("ClaimsTransformations"),
    .also = BL_TEXT("ClaimsTransformation"),
    .type = BL_ARRAY, .shape = &transformation,
    .doc = "the transformations, 50 at most", .source = CLAIMS },
  [BL_CLAIMS_FILTER] = { .name = BL_TEXT("GroupFilter"), .type = BL_OBJECT,
    .shape = &filter,
    .doc = "which groups are in the groups claim", .source = CLAIMS },
  [BL_CLAIMS_ISSUER] = { .name = BL_TEXT("issuerWithApplicationId"),
    .type = BL_BOOLEAN,
    .fallback = "false",
    .doc = "adds the application's id to the issuer; needs a signing key of "
           "its own",
    .source = CLAIMS },
  [BL_CLAIMS_AUDIENCE] = { .name = BL_TEXT("audienceOverride"),
    .type = BL_STRING, .format = BL_URI,
    .doc = "the audience; needs a signing key of the application's own",
    .source = CLAIMS },
};
/* clang-format on */

static const struct bl_shape shape = BL_SHAPE(fields, bl_claims_rule);

const struct bl_kind bl_claims_mapping_policy = {
    .name = "claimsMappingPolicy",
    .collection = "claimsMappingPolicies",
    .wrapper = "ClaimsMappingPolicy",
    .shape = &shape,
    .targets = BL_ON_SERVICE_PRINCIPAL,
    .doc = "the claims in the tokens of an application",
    .source = PAGE,
};
