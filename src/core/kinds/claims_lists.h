/* The lists of the claims mapping policy: data, apart from its rules. */
#ifndef BL_CLAIMS_LISTS_H
#define BL_CLAIMS_LISTS_H

#include "core/text.h"

struct bl_claims_list {
  const struct bl_text *texts; /* ended by one without bytes */
  size_t count;                /* texts, that one not among them */
};

/* Whether a text is in a list, the case of ASCII letters not counting. */
bool bl_claims_list_has(const struct bl_claims_list *list, struct bl_text text);

extern const struct bl_claims_list bl_restricted_jwt_claims;
extern const struct bl_claims_list bl_restricted_saml_claims;
extern const struct bl_claims_list bl_restricted_saml_claims_without_key;
extern const struct bl_claims_list bl_user_claim_sources;
extern const struct bl_claims_list bl_principal_claim_sources;
extern const struct bl_claims_list bl_company_claim_sources;
extern const struct bl_claims_list bl_name_id_claim_sources;

#endif
