/* What a $filter compares: literals, and paths to properties. For filter*.c
 * alone. */
#ifndef BL_FILTER_OPERAND_H
#define BL_FILTER_OPERAND_H

#include "filter_words.h"

/* Reads a literal or a path; r->status tells whether there was one. */
void bl_filter_operand(struct bl_filter_reader *r, struct bl_operand *out);

/* A property of either entity, or NULL. */
const struct bl_property *bl_filter_property(const struct bl_filter_reader *r,
                                             struct bl_text name);

#endif
