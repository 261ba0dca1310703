/* Bodies of the type application/x-www-form-urlencoded. */
#ifndef BL_FORM_H
#define BL_FORM_H

#include "core/arena.h"
#include "core/status.h"
#include "core/value.h"

struct bl_form_field {
  struct bl_form_field *next;
  struct bl_text name, value; /* decoded, NUL-terminated */
};

/* Reads a form, %XX and + decoded; an empty one has no fields. BL_INVALID: an
 * escape that is none, a NUL, bytes that are not UTF-8, or a name that stands
 * twice. BL_NOMEM. */
enum bl_status bl_form_read(struct bl_text body, struct bl_arena *arena,
                            struct bl_form_field **out);

/* The value of that name; bytes NULL: there is none. */
struct bl_text bl_form_value(const struct bl_form_field *fields,
                             const char *name);

#endif
