#include "core/kinds.h"

#define PAGE "Graph: tokenIssuancePolicy resource type"

static const char *const algorithms[] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    NULL,
};

static const char *const signings[] = {
    "ResponseOnly",
    "TokenOnly",
    "ResponseAndToken",
    NULL,
};

static const char *const versions[] = {"1.1", "2.0", NULL};

/* clang-format off */
static const struct bl_field fields[] = {
  { .name = "Version", .type = BL_INTEGER,
    .flags = BL_REQUIRED | BL_FILLED | BL_OR_TEXT, .min = 1, .max = 1,
    .doc = "version of the definition format: 1", .source = PAGE },
  { .name = "SigningAlgorithm", .type = BL_STRING, .values = algorithms,
    .fallback = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    .doc = "with what a SAML token is signed", .source = PAGE },
  { .name = "TokenResponseSigningPolicy", .type = BL_STRING,
    .values = signings, .fallback = "TokenOnly",
    .doc = "what is signed: the SAML response, the assertion, or both",
    .source = PAGE },
  { .name = "SamlTokenVersion", .type = BL_STRING, .values = versions,
    .fallback = "2.0", .doc = "version of SAML tokens, as a string",
    .source = PAGE },
  /* The page's table has the second spelling, its sample the first. */
  { .name = "EmitSAMLNameFormat", .also = "EmitSamlNameFormat",
    .type = BL_BOOLEAN, .flags = BL_OR_TEXT | BL_AS_TEXT,
    .doc = "whether claims carry their NameFormat attribute",
    .source = PAGE },
  { 0 },
};
/* clang-format on */

static const struct bl_shape shape = {fields, NULL};

const struct bl_kind bl_token_issuance_policy = {
    .name = "tokenIssuancePolicy",
    .collection = "tokenIssuancePolicies",
    .wrapper = "TokenIssuancePolicy",
    .shape = &shape,
    .targets = BL_ON_APPLICATION | BL_ON_SERVICE_PRINCIPAL,
    .doc = "how SAML tokens are signed and written",
    .source = PAGE,
};
