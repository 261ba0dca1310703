/* The walk that holds a value tree against the rows of a kind. It knows no
 * names. */
#ifndef BL_SCHEMA_H
#define BL_SCHEMA_H

#include "row.h"

/* The row that a key belongs to, by either spelling; NULL: none. */
const struct bl_field *bl_schema_field(const struct bl_shape *shape,
                                       struct bl_text key);

/* Checks a value against a shape, gathering every problem, and makes the tree
 * ready to be written: members in the order of the rows and then by name,
 * documented spellings, filled fields. `path` is the object's own. */
void bl_schema_check(struct bl_walk *walk, const struct bl_path *path,
                     const struct bl_shape *shape, struct bl_value *value);

/* Same meaning under a shape: members in any order and by either spelling,
 * spans by their length, true like "true" and values in another case where
 * the row allows it, unordered arrays as sets, a filled field like its
 * absence. What no row describes must be the same value. */
bool bl_schema_same(const struct bl_shape *shape, const struct bl_value *a,
                    const struct bl_value *b);

#endif
