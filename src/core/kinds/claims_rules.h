/* What the rows of a claims mapping policy cannot say: rules between the
 * members of an entry, and between entries and transformations. */
#ifndef BL_CLAIMS_RULES_H
#define BL_CLAIMS_RULES_H

#include "core/kinds.h"

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
