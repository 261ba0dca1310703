/* JSON that declares something, read into structs by lists of members. The
 * first mistake ends the reading, and is told with its place. */
#ifndef BL_DECLARED_H
#define BL_DECLARED_H

#include "core/arena.h"
#include "core/value.h"
#include "reason.h"

struct bl_declared {
  const char *what;       /* is declared, for messages */
  struct bl_arena *arena; /* of what is made */
  enum bl_status status;  /* BL_OK, or the first failure */
  char *reason;           /* BL_REASON bytes */
  char at[160];           /* where it is: "apps[2].secrets[1]" */
};

/* Reads a value into what it is for. */
typedef void bl_declared_read(struct bl_declared *r,
                              const struct bl_value *value, void *into);

/* A member of an object; a list of them ends with name NULL. */
struct bl_declared_member {
  const char *name;
  bl_declared_read *read;
  size_t offset; /* of what is filled, in the struct of the object */
};

/* BL_INVALID, for what is wrong at the place. */
void bl_declared_fail(struct bl_declared *r, const char *what);

/* Zeroed memory of the arena, or NULL. */
void *bl_declared_take(struct bl_declared *r, size_t size);

/* Each member of an object into its place of a struct. */
void bl_declared_object(struct bl_declared *r, const struct bl_value *value,
                        const struct bl_declared_member *members, void *into);

/* Each item of an array into the same; an empty object is an empty array, since
 * a table of Lua's does not tell. */
void bl_declared_list(struct bl_declared *r, const struct bl_value *value,
                      bl_declared_read *read, void *into);

/* A string that is not empty; a GUID, in lower case; a boolean. */
bl_declared_read bl_declared_text, bl_declared_guid, bl_declared_flag;

#endif
