/* Any text through the reader and the writer. What is read and written is read
 * again as the same and written as the same bytes, inside a string too; what
 * strict JSON takes, the lenient reader takes for the same. */
#include <string.h>

#include "core/json_read.h"
#include "core/json_write.h"
#include "fuzz.h"

#define MOST                                                                   \
  (1u << 20) /* bytes of an arena and a text; inputs are far smaller */

static enum bl_status read(struct bl_arena *arena, struct bl_text text,
                           enum bl_reading reading, struct bl_value *out) {
  struct bl_problems problems;
  bl_problems_init(&problems, arena);
  enum bl_status s = bl_json_read(text, reading, NULL, &problems, out);
  bl_problems_finish(&problems);
  PROMISE(s != BL_INVALID || problems.errors > 0);
  return s != BL_OK ? s : problems.status;
}

static enum bl_status write(struct bl_arena *arena, const struct bl_value *v,
                            enum bl_escaping escaping, struct bl_text *out) {
  struct bl_buf b;
  bl_buf_init(&b, arena, MOST);
  bl_json_write(&b, v, escaping);
  *out = (struct bl_text){bl_buf_string(&b), b.len};
  return b.status;
}

static bool same_bytes(struct bl_text a, struct bl_text b) {
  return a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0;
}

/* Writes the value inside a string and reads that string. */
static enum bl_status unescape(struct bl_arena *arena,
                               const struct bl_value *value,
                               struct bl_text *out) {
  struct bl_text inside;
  enum bl_status s = write(arena, value, BL_IN_STRING, &inside);
  if (s != BL_OK) return s;
  char *quoted = bl_arena_take(arena, inside.len + 2);
  if (quoted == NULL) return BL_NOMEM;
  quoted[0] = quoted[inside.len + 1] = '"';
  memcpy(quoted + 1, inside.bytes, inside.len);
  struct bl_value string;
  s = read(arena, (struct bl_text){quoted, inside.len + 2}, BL_STRICT, &string);
  if (s == BL_OK) *out = string.as.text;
  return s;
}

static enum bl_status round_trip(struct bl_arena *arena, struct bl_text text) {
  struct bl_value value, again, lenient;
  struct bl_text once, twice, unescaped;
  enum bl_status s = read(arena, text, BL_STRICT, &value);
  if (s == BL_INVALID) return read(arena, text, BL_LENIENT, &lenient);
  if (s != BL_OK) return s;
  if ((s = read(arena, text, BL_LENIENT, &lenient)) != BL_OK) return s;
  PROMISE(bl_value_same(&value, &lenient));
  if ((s = write(arena, &value, BL_PLAIN, &once)) != BL_OK) return s;
  if ((s = read(arena, once, BL_STRICT, &again)) != BL_OK) return s;
  if ((s = write(arena, &again, BL_PLAIN, &twice)) != BL_OK) return s;
  PROMISE(same_bytes(once, twice));
  if ((s = unescape(arena, &value, &unescaped)) != BL_OK) return s;
  PROMISE(same_bytes(once, unescaped));
  return BL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_memory memory;
  struct bl_text text;
  if (!fuzz_part(data, size, &memory, &text)) return 0;
  struct bl_arena arena;
  bl_arena_init(&arena, fuzz_alloc, &memory, MOST, NULL, 0);
  enum bl_status s = round_trip(&arena, text);
  PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
  PROMISE(s != BL_NOMEM || memory.ended);
  bl_arena_free(&arena);
  return 0;
}
