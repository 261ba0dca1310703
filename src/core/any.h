/* Values that no rows describe: whether they can be written at all. */
#ifndef BL_ANY_H
#define BL_ANY_H

#include "row.h"
#include "scan.h"

/* bl_any_check_text of a text that is not plain. */
bool bl_any_check_odd(struct bl_walk *walk, const struct bl_path *path,
                      const char *at, struct bl_text text);

/* Whether a text is UTF-8 without a NUL; tells when it is not. Fills *plain
 * with what it has learnt of the text. */
static inline bool bl_any_check_text(struct bl_walk *walk,
                                     const struct bl_path *path, const char *at,
                                     struct bl_text text, bool *plain) {
  *plain = bl_is_plain(text);
  return *plain || bl_any_check_odd(walk, path, at, text);
}

/* The same of a value of type BL_STRING. */
static inline bool bl_any_check_string(struct bl_walk *walk,
                                       const struct bl_path *path,
                                       struct bl_value *value) {
  return value->plain || bl_any_check_text(walk, path, value->at,
                                           value->as.text, &value->plain);
}

/* Checks a value and what is below it, and puts the members of objects in
 * order. */
void bl_any_check(struct bl_walk *walk, const struct bl_path *path,
                  struct bl_value *value);

/* Tells of two members with one key, `b` behind `a`. */
void bl_any_tell_twice(struct bl_walk *walk, const struct bl_path *path,
                       const struct bl_item *b);

#endif
