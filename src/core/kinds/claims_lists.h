/* The lists of the claims mapping policy: data, apart from its rules. Each
 * ends with NULL. */
#ifndef BL_CLAIMS_LISTS_H
#define BL_CLAIMS_LISTS_H

#include <stddef.h>

extern const char *const bl_restricted_jwt_claims[];
extern const char *const bl_restricted_saml_claims[];
extern const char *const bl_restricted_saml_claims_without_key[];
extern const char *const bl_user_claim_sources[];
extern const char *const bl_principal_claim_sources[];
extern const char *const bl_company_claim_sources[];
extern const char *const bl_name_id_claim_sources[];

#endif
