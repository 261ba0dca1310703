/* Strings, booleans and integers held against their rows. */
#ifndef BL_SCALAR_H
#define BL_SCALAR_H

#include "row.h"

/* The value that is being checked: where, and by which row. */
struct bl_place {
  struct bl_walk *walk;
  const struct bl_path *path;
  const struct bl_field *field;
};

/* Adds a problem at this place, with the row's source. */
void bl_place_tell(const struct bl_place *p, enum bl_problem_code code,
                   const struct bl_value *value, const char *hint,
                   const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Tells that a value is not of its row's type. */
void bl_place_wrong_type(const struct bl_place *p, struct bl_value *value);

/* Tells when a length is not within the row's limits. */
void bl_place_check_length(const struct bl_place *p,
                           const struct bl_value *value, int64_t length,
                           const char *unit);

/* Checks a value against a row that is neither an array nor an object; a
 * boolean or integer is put in the form in which its row writes it. */
void bl_scalar_check(const struct bl_place *p, struct bl_value *value);

#endif
