/* The definition of a policy: JSON text with one wrapper key, or the table
 * that becomes it. */
#ifndef BL_DEFINITION_H
#define BL_DEFINITION_H

#include "buf.h"
#include "kinds.h"

struct bl_definition {
  const struct bl_kind *kind;
  struct bl_value whole;  /* { wrapper: inner }, or what else was read */
  struct bl_value *inner; /* inside `whole`; whole itself without a wrapper */
  bool lenient;           /* strict JSON would have refused the text */
  bool opaque;            /* the inside is not this kind's, a request body, or
                             no object at all: it is not judged by its rows */
};

/* Reads a text, strictly and then leniently. Whatever can be read is read:
 * a wrapper that is missing or another kind's is a problem, and `inner` is
 * then the nearest thing to it. BL_INVALID: it is not JSON at all; the
 * problems say where. */
enum bl_status bl_definition_read(const struct bl_kind *kind,
                                  struct bl_text text,
                                  const struct bl_path *path,
                                  struct bl_problems *problems,
                                  struct bl_definition *out);

/* Takes a tree made from a table: the inner object, or the whole with its
 * wrapper. Adds the wrapper where it is missing. */
enum bl_status bl_definition_wrap(const struct bl_kind *kind,
                                  struct bl_value table,
                                  const struct bl_path *path,
                                  struct bl_problems *problems,
                                  struct bl_definition *out);

/* Holds the inside against the kind's rows and puts it in written order. */
void bl_definition_check(struct bl_walk *walk, const struct bl_path *path,
                         struct bl_definition *d);

/* Same meaning: keys in any order, both spellings of a key, time spans by
 * their length, true and "true" where the kind allows both. */
bool bl_definition_equal(const struct bl_kind *kind, const struct bl_value *a,
                         const struct bl_value *b);

#endif
