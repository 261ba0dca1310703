/* JSON text -> value tree. */
#ifndef BL_JSON_READ_H
#define BL_JSON_READ_H

#include <stdbool.h>

#include "problem.h"
#include "value.h"

/* How to read. */
enum bl_reading {
  BL_STRICT, /* RFC 8259, and UTF-8 that is UTF-8 */
  BL_LENIENT /* also single quotes, trailing commas, comments, a BOM and raw
                line breaks in strings: each kind told once, as a warning */
};

/* Reads one value that is the whole text. Text that cannot be read gives
 * BL_INVALID and one problem, `invalid_json`, `invalid_utf8` or `too_deep`, at
 * its place. A key that stands twice in an object stands twice in the tree:
 * the walk of a schema tells. `path` is where the text stands in the policy,
 * for the problems. The tree borrows `text`; strings with escapes lie in the
 * arena of `problems`. A number that int64_t holds exactly, 1.0 included, is
 * an integer; one beyond double's range is refused. */
enum bl_status bl_json_read(struct bl_text text, enum bl_reading reading,
                            const struct bl_path *path,
                            struct bl_problems *problems, struct bl_value *out);

#endif
