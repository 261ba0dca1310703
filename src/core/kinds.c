#include "kinds.h"

const struct bl_kind *const bl_kinds[] = {
    &bl_activity_based_timeout_policy, &bl_claims_mapping_policy,
    &bl_home_realm_discovery_policy,   &bl_token_issuance_policy,
    &bl_token_lifetime_policy,         &bl_b2b_management_policy,
    &bl_on_prem_authentication_policy, NULL,
};

const struct bl_kind *bl_kind_named(struct bl_text name) {
  for (size_t i = 0; bl_kinds[i] != NULL; i++)
    if (name.len > 0 && *name.bytes == *bl_kinds[i]->name &&
        bl_text_is(name, bl_kinds[i]->name))
      return bl_kinds[i];
  return NULL;
}

const struct bl_kind *bl_kind_of_collection(struct bl_text segment) {
  for (size_t i = 0; bl_kinds[i] != NULL; i++) {
    struct bl_text own = bl_text_of(bl_kinds[i]->collection);
    if (bl_text_same_folded(segment, own)) return bl_kinds[i];
  }
  return NULL;
}

const struct bl_kind *bl_kind_of_type(struct bl_text type) {
  for (size_t i = 0; bl_kinds[i] != NULL; i++)
    if (bl_kinds[i]->wrapper != NULL && bl_text_is(type, bl_kinds[i]->wrapper))
      return bl_kinds[i];
  return NULL;
}
