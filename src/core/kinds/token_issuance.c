#include "core/kinds.h"

#define PAGE "Graph: tokenIssuancePolicy resource type"

static const struct bl_text algorithms[] = {
    BL_TEXT("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    BL_TEXT("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    {NULL, 0}};

static const struct bl_text signings[] = {BL_TEXT("ResponseOnly"),
                                          BL_TEXT("TokenOnly"),
                                          BL_TEXT("ResponseAndToken"),
                                          {NULL, 0}};

static const struct bl_text versions[] = {
    BL_TEXT("1.1"), BL_TEXT("2.0"), {NULL, 0}};

/* clang-format off */
static const struct bl_field fields[] = {
  { .name = BL_TEXT("Version"), .type = BL_INTEGER,
    .flags = BL_REQUIRED | BL_FILLED | BL_OR_TEXT, .min = 1, .max = 1,
    .doc = "version of the definition format: 1", .source = PAGE },
  { .name = BL_TEXT("SigningAlgorithm"), .type = BL_STRING,
    .values = algorithms,
    .fallback = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    .doc = "with what a SAML token is signed", .source = PAGE },
  { .name = BL_TEXT("TokenResponseSigningPolicy"), .type = BL_STRING,
    .values = signings, .fallback = "TokenOnly",
    .doc = "what is signed: the SAML response, the assertion, or both",
    .source = PAGE },
  { .name = BL_TEXT("SamlTokenVersion"), .type = BL_STRING, .values = versions,
    .fallback = "2.0", .doc = "version of SAML tokens, as a string",
    .source = PAGE },
  /* The page's table has the second spelling, its sample the first. */
  { .name = BL_TEXT("EmitSAMLNameFormat"),
    .also = BL_TEXT("EmitSamlNameFormat"),
    .type = BL_BOOLEAN, .flags = BL_OR_TEXT | BL_AS_TEXT,
    .doc = "whether claims carry their NameFormat attribute",
    .source = PAGE },
};
/* clang-format on */

static const struct bl_shape shape = BL_SHAPE(fields, NULL);

const struct bl_kind bl_token_issuance_policy = {
    .name = "tokenIssuancePolicy",
    .collection = "tokenIssuancePolicies",
    .wrapper = "TokenIssuancePolicy",
    .shape = &shape,
    .targets = BL_ON_APPLICATION | BL_ON_SERVICE_PRINCIPAL,
    .doc = "how SAML tokens are signed and written",
    .source = PAGE,
};
