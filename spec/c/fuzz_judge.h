/* What the targets share that judge definitions and write them. */
#ifndef FUZZ_JUDGE_H
#define FUZZ_JUDGE_H

#include "core/definition.h"
#include "core/json_write.h"
#include "fuzz.h"

#define FUZZ_MOST (1u << 20) /* bytes of an arena; inputs are far smaller */

/* Takes a table or a text, and checks it; BL_INVALID: there are errors. */
static inline enum bl_status fuzz_judge(struct bl_arena *arena,
                                        const struct bl_kind *kind,
                                        const struct bl_value *given,
                                        struct bl_text text,
                                        struct bl_definition *out) {
  struct bl_problems problems;
  struct bl_walk walk = {&problems, given != NULL, -1};
  bl_problems_init(&problems, arena);
  problems.text = text;
  enum bl_status s =
      given != NULL ? bl_definition_wrap(kind, *given, NULL, &problems, out)
                    : bl_definition_read(kind, text, NULL, &problems, out);
  if (s == BL_OK) bl_definition_check(&walk, NULL, out);
  bl_problems_finish(&problems);
  if (s == BL_OK) s = problems.status;
  if (s != BL_OK) return s;
  return problems.errors > 0 ? BL_INVALID : BL_OK;
}

/* The whole definition as text. */
static inline enum bl_status fuzz_write(struct bl_arena *arena,
                                        const struct bl_definition *d,
                                        struct bl_text *out) {
  struct bl_buf b;
  bl_buf_init(&b, arena, FUZZ_MOST);
  bl_json_write(&b, &d->whole, BL_PLAIN);
  *out = (struct bl_text){bl_buf_string(&b), b.len};
  return b.status;
}

#endif
