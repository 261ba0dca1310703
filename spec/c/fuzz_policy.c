/* Any request body through the judgement of policies. A policy without errors
 * is written, in every dialect that its kind has, as a body that is itself
 * without errors and is written as the same bytes; its definition means what it
 * meant. */
#include <string.h>

#include "core/json_read.h"
#include "core/policy.h"
#include "fuzz.h"

#define MOST (1u << 20) /* bytes of an arena; inputs are far smaller */

struct judged {
  struct bl_value object;
  struct bl_problems problems;
  struct bl_policy policy;
};

/* Reads and judges a body; without a kind its `type` tells it. */
static enum bl_status judge(struct bl_arena *arena, struct bl_text body,
                            const struct bl_kind *kind, struct judged *out) {
  bl_problems_init(&out->problems, arena);
  enum bl_status s =
      bl_json_read(body, BL_STRICT, NULL, &out->problems, &out->object);
  if (s != BL_OK) return s;
  bl_policy_check(kind, &out->object, false, &out->problems, &out->policy);
  bl_problems_finish(&out->problems);
  if (out->problems.status != BL_OK) return out->problems.status;
  return out->problems.errors > 0 ? BL_INVALID : BL_OK;
}

static enum bl_status write(struct bl_arena *arena, const struct judged *j,
                            enum bl_dialect dialect, struct bl_text *out) {
  struct bl_buf b;
  bl_buf_init(&b, arena, MOST);
  bl_policy_write(&b, &j->policy, dialect);
  *out = (struct bl_text){bl_buf_string(&b), b.len};
  return b.status;
}

/* What was written in one dialect must come back unchanged. */
static enum bl_status come_back(struct bl_arena *arena,
                                const struct bl_kind *kind,
                                const struct judged *first,
                                enum bl_dialect dialect) {
  struct judged again;
  struct bl_text once, twice;
  enum bl_status s = write(arena, first, dialect, &once);
  if (s != BL_OK) return s;
  s = judge(arena, once, dialect == BL_COLLECTION ? kind : NULL, &again);
  PROMISE(s != BL_INVALID);
  if (s != BL_OK) return s;
  if ((s = write(arena, &again, dialect, &twice)) != BL_OK) return s;
  PROMISE(once.len == twice.len &&
          memcmp(once.bytes, twice.bytes, once.len) == 0);
  PROMISE(bl_definition_equal(kind, first->policy.definition.inner,
                              again.policy.definition.inner));
  return BL_OK;
}

static enum bl_status try(struct bl_arena *arena, struct bl_text body,
                          const struct bl_kind *kind) {
  struct judged first;
  enum bl_status s = judge(arena, body, kind, &first);
  if (s != BL_OK) return s;
  kind = first.policy.kind;
  int last = kind->wrapper != NULL ? BL_LEGACY_STRING : BL_COLLECTION;
  for (int d = BL_COLLECTION; s == BL_OK && d <= last; d++)
    s = come_back(arena, kind, &first, (enum bl_dialect)d);
  return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_memory memory;
  struct bl_text body;
  if (!fuzz_part(data, size, &memory, &body)) return 0;
  struct bl_arena arena;
  bl_arena_init(&arena, fuzz_alloc, &memory, MOST, NULL, 0);
  enum bl_status s = try(&arena, body, NULL);
  for (size_t i = 0; bl_kinds[i] != NULL && s == BL_INVALID; i++)
    s = try(&arena, body, bl_kinds[i]);
  PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
  PROMISE(s != BL_NOMEM || memory.ended || arena.taken > MOST / 2);
  bl_arena_free(&arena);
  return 0;
}
