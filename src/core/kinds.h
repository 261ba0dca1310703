/* The kinds of policy: what each is called, where it lives, what may stand in
 * its definition. Nothing else in bylaw knows the name of a field. */
#ifndef BL_KINDS_H
#define BL_KINDS_H

#include "row.h"

enum bl_target {
  BL_ON_APPLICATION = 1,
  BL_ON_SERVICE_PRINCIPAL = 2,
  BL_ON_ORGANIZATION = 4 /* isOrganizationDefault is honoured */
};

struct bl_kind {
  const char *name;       /* "tokenLifetimePolicy": the entity type */
  const char *collection; /* "tokenLifetimePolicies": under /policies */
  const char *wrapper;    /* "TokenLifetimePolicy": the one key of a definition
                             and the legacy `type`; NULL: no wrapper */
  const struct bl_shape *shape; /* inside the wrapper; NULL: not checked */
  unsigned targets;             /* bl_target */
  const char *version;          /* "beta": there alone; NULL: everywhere */
  const char *doc;
  const char *source;
};

/* All kinds, in a stable order, ending with NULL. */
extern const struct bl_kind *const bl_kinds[];

/* By entity type, by collection (case folded, as the service does), by
 * legacy type. NULL: there is none. */
const struct bl_kind *bl_kind_named(struct bl_text name);
const struct bl_kind *bl_kind_of_collection(struct bl_text segment);
const struct bl_kind *bl_kind_of_type(struct bl_text type);

/* One file in kinds/ for each. */
extern const struct bl_kind bl_activity_based_timeout_policy,
    bl_claims_mapping_policy, bl_home_realm_discovery_policy,
    bl_token_issuance_policy, bl_token_lifetime_policy,
    bl_b2b_management_policy, bl_on_prem_authentication_policy;

#endif
