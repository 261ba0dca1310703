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
