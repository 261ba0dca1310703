/* Members of JSON objects, one after the other: each writes the comma that it
 * needs behind the one before it. */
#ifndef BL_MEMBERS_H
#define BL_MEMBERS_H

#include <stdint.h>

#include "core/buf.h"
#include "core/value.h"

/* "name":  and what comes next is its value. */
void bl_put_name(struct bl_buf *b, const char *name);

void bl_put_text(struct bl_buf *b, const char *name, struct bl_text text);
void bl_put_string(struct bl_buf *b, const char *name, const char *text);
void bl_put_number(struct bl_buf *b, const char *name, int64_t number);

/* The number as a string, as managed identities have it. */
void bl_put_digits(struct bl_buf *b, const char *name, int64_t number);

#endif
