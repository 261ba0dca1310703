/* Any text as the definition of each kind. A text without errors is written as
 * one that is itself without errors, means the same and is written as the same
 * bytes; every text that can be read means what it means. */
#include "core/definition.h"

#include "core/json_read.h"
#include "fuzz_judge.h"

static enum bl_status read(struct bl_arena *arena, const struct bl_kind *kind,
                           struct bl_text text, struct bl_definition *out) {
  struct bl_problems problems;
  bl_problems_init(&problems, arena);
  enum bl_status s = bl_definition_read(kind, text, NULL, &problems, out);
  PROMISE(s != BL_INVALID || problems.errors > 0);
  return s != BL_OK ? s : problems.status;
}

/* What was judged to be in order must come back unchanged. */
static enum bl_status come_back(struct bl_arena *arena,
                                const struct bl_definition *first) {
  struct bl_definition again;
  struct bl_text once, twice;
  enum bl_status s = fuzz_write(arena, first, &once);
  if (s != BL_OK) return s;
  s = fuzz_judge(arena, first->kind, NULL, once, &again);
  PROMISE(s != BL_INVALID && !again.lenient);
  if (s != BL_OK) return s;
  if ((s = fuzz_write(arena, &again, &twice)) != BL_OK) return s;
  PROMISE(once.len == twice.len &&
          memcmp(once.bytes, twice.bytes, once.len) == 0);
  PROMISE(bl_definition_equal(first->kind, first->inner, again.inner));
  return BL_OK;
}

static enum bl_status try(struct bl_arena *arena, const struct bl_kind *kind,
                          struct bl_text text) {
  struct bl_definition plain, judged;
  enum bl_status s = read(arena, kind, text, &plain);
  if (s != BL_OK) return s;
  bl_value_drop_repeated(&plain.whole);
  PROMISE(bl_definition_equal(kind, plain.inner, plain.inner));
  s = fuzz_judge(arena, kind, NULL, text, &judged);
  if (s != BL_OK) return s;
  PROMISE(bl_definition_equal(kind, plain.inner, judged.inner));
  PROMISE(bl_definition_equal(kind, judged.inner, plain.inner));
  return come_back(arena, &judged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_memory memory;
  struct bl_text text;
  if (!fuzz_part(data, size, &memory, &text)) return 0;
  struct bl_arena arena;
  for (size_t i = 0; bl_kinds[i] != NULL; i++) {
    bl_arena_init(&arena, fuzz_alloc, &memory, FUZZ_MOST, NULL, 0);
    enum bl_status s = try(&arena, bl_kinds[i], text);
    PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
    PROMISE(s != BL_NOMEM || memory.ended || arena.taken > FUZZ_MOST / 2);
    bl_arena_free(&arena);
  }
  return 0;
}
