/* What the rows of a claims mapping policy cannot say: rules between the
 * members of an entry, and between entries and transformations. */
#ifndef BL_CLAIMS_RULES_H
#define BL_CLAIMS_RULES_H

#include "core/kinds.h"

/* The rows of the tables in claims_mapping.c. */
enum {
  BL_CLAIM_VALUE,
  BL_CLAIM_SOURCE,
  BL_CLAIM_ID,
  BL_CLAIM_EXTENSION,
  BL_CLAIM_TRANSFORMATION,
  BL_CLAIM_SAML,
  BL_CLAIM_JWT,
  BL_CLAIM_NAME_FORM,
  BL_CLAIM_NAME_ID_FORMAT
};
enum { BL_REFERENCE_TO, BL_REFERENCE_NAME, BL_REFERENCE_MULTIPLE };
enum { BL_PARAMETER_NAME, BL_PARAMETER_VALUE, BL_PARAMETER_TYPE };
enum {
  BL_TRANSFORMATION_ID,
  BL_TRANSFORMATION_METHOD,
  BL_TRANSFORMATION_INPUTS,
  BL_TRANSFORMATION_PARAMETERS,
  BL_TRANSFORMATION_OUTPUTS
};
enum {
  BL_CLAIMS_VERSION,
  BL_CLAIMS_BASIC,
  BL_CLAIMS_SCHEMA,
  BL_CLAIMS_TRANSFORMATIONS,
  BL_CLAIMS_FILTER,
  BL_CLAIMS_ISSUER,
  BL_CLAIMS_AUDIENCE
};

/* The member of a row when it is a string; NULL: none. */
static inline const struct bl_item *
bl_claims_text(const struct bl_value *object, unsigned row) {
  const struct bl_item *item = bl_member(object, row);
  return item == NULL || item->value.type != BL_STRING ? NULL : item;
}

static inline const struct bl_value *
bl_claims_array(const struct bl_value *object, unsigned row) {
  return bl_member_of_type(object, row, BL_ARRAY);
}

/* The items of a list, which may be NULL. */
static inline const struct bl_item *
bl_claims_first(const struct bl_value *list) {
  return list == NULL ? NULL : list->as.first;
}

/* Whether a member that is a string is this one, the case not counting. */
static inline bool bl_claims_is(const struct bl_item *item,
                                const char *string) {
  return bl_text_same_folded(item->value.as.text, bl_text_of(string));
}

/* Tells of a member that is a string: itself, and then the words. */
void bl_claims_tell(struct bl_walk *walk, enum bl_problem_code code,
                    const struct bl_path *path, const struct bl_item *item,
                    const char *hint, const char *words);

/* The names of a transformation's lists, by row. */
extern const struct bl_text bl_transformation_lists[];

/* One entry of ClaimsSchema: one of its three shapes, an attribute that its
 * source has, no restricted name. */
void bl_claim_rule(struct bl_walk *walk, const struct bl_path *path,
                   const struct bl_value *claim);

/* One transformation: the inputs, parameters and outputs of its method. */
void bl_transformation_rule(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_value *transformation);

/* The whole: references both ways, limits, spellings under dispute. */
void bl_claims_rule(struct bl_walk *walk, const struct bl_path *path,
                    const struct bl_value *policy);

#endif
