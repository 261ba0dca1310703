/* The path of a request, split and percent-decoded. */
#ifndef BL_SEGMENTS_H
#define BL_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/status.h"
#include "core/value.h"

#define BL_MAX_SEGMENTS 16 /* looked at; no route is as long */

struct bl_segments {
  struct bl_text items[BL_MAX_SEGMENTS]; /* decoded, without their slashes */
  bool by_app[BL_MAX_SEGMENTS];          /* this was a key by appId */
  size_t count;
};

/* `len` bytes with each %XX replaced, NUL-terminated; so a slash that was
 * encoded separates nothing. BL_INVALID: an escape that is none, a NUL, or
 * bytes that are not UTF-8. */
enum bl_status bl_percent_decode(const char *bytes, size_t len,
                                 struct bl_arena *arena, struct bl_text *out);

/* Where the path of a request target begins, in origin or absolute form. */
const char *bl_segments_skip_origin(const char *path);

/* Whether a path is below one of Graph's versions. */
bool bl_segments_of_graph(const char *path);

/* Splits a request target, in origin form or absolute form. A key in brackets,
 * users('1') or applications(appId='1'), is a segment of its own. A slash at
 * the end is as none; what goes beyond BL_MAX_SEGMENTS is left out. BL_INVALID
 * as bl_percent_decode; *bad is then the piece as it came. */
enum bl_status bl_segments_read(const char *path, struct bl_arena *arena,
                                struct bl_segments *out, struct bl_text *bad);

#endif
