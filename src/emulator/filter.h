/* $filter: an expression over the properties of an item. */
#ifndef BL_FILTER_H
#define BL_FILTER_H

#include "entity.h"

struct bl_filter; /* an expression that was read */

/* What is wrong with an expression. */
struct bl_filter_fault {
  enum {
    BL_F_SYNTAX,   /* `words` says it all */
    BL_F_OPERATOR, /* `name` is an operator that asks for ConsistencyLevel */
    BL_F_PROPERTY, /* property `name` cannot be filtered so */
    BL_F_INTERNAL  /* what the service itself breaks at */
  } why;
  const char *words; /* in the arena, or NULL */
  struct bl_text name;
};

/* Reads an expression over the properties of `entities` (either; NULL: none),
 * whose type is called `type`. `advanced`: ne, not and endswith may be used.
 * BL_INVALID: *fault says why. Everything lies in the arena. */
enum bl_status bl_filter_read(struct bl_text text,
                              const struct bl_entity *const entities[2],
                              const char *type, bool advanced,
                              struct bl_arena *arena, struct bl_filter **out,
                              struct bl_filter_fault *fault);

/* Gives the value of a property of an item; false: it has none of that name,
 * which is as null. */
typedef bool bl_filter_value(void *ud, const char *name, struct bl_value *out);

/* Whether an item passes. `type` is its own, for isof. */
bool bl_filter_passes(const struct bl_filter *filter, const char *type,
                      bl_filter_value *value, void *ud);

/* The one value that `name` must be equal to wherever the filter passes.
 * False: there is no such value, or more than one. */
bool bl_filter_asks(const struct bl_filter *filter, const char *name,
                    struct bl_text *out);

#endif
