/* Value tree -> JSON text, plain or escaped for the inside of a string. */
#ifndef BL_JSON_WRITE_H
#define BL_JSON_WRITE_H

#include "buf.h"
#include "value.h"

/* How often the text will be unescaped before it is read. */
enum bl_escaping {
  BL_PLAIN,    /* the text itself */
  BL_IN_STRING /* the inside of a JSON string: quotes and backslashes of the
                  text are escaped once more, in the same pass */
};

/* Writes compactly, members in the order of the tree. BL_EMPTY is written as
 * {}; BL_UNWRITABLE and numbers that are not finite as null (a checked tree
 * has neither). Text that is not UTF-8 is written as it is. */
void bl_json_write(struct bl_buf *b, const struct bl_value *value,
                   enum bl_escaping escaping);

/* Writes bytes as a JSON string, quotes included. */
void bl_json_write_string(struct bl_buf *b, struct bl_text text,
                          enum bl_escaping escaping);

#endif
