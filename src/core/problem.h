/* Problems: what is wrong with a policy, gathered and never thrown. */
#ifndef BL_PROBLEM_H
#define BL_PROBLEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "status.h"
#include "value.h"

#define BL_MAX_PROBLEMS 1000 /* listed; what goes beyond is counted */

/* The stable codes, with the severity each has. */
/* clang-format off */
#define BL_PROBLEM_LIST(X)                                                    \
  X(BL_P_INVALID_JSON,     "invalid_json",     BL_ERROR)                      \
  X(BL_P_LENIENT_JSON,     "lenient_json",     BL_WARNING)                    \
  X(BL_P_DUPLICATE_KEY,    "duplicate_key",    BL_ERROR)                      \
  X(BL_P_TOO_DEEP,         "too_deep",         BL_ERROR)                      \
  X(BL_P_INVALID_UTF8,     "invalid_utf8",     BL_ERROR)                      \
  X(BL_P_NUL,              "nul_character",    BL_ERROR)                      \
  X(BL_P_UNWRITABLE,       "unwritable_value", BL_ERROR)                      \
  X(BL_P_WRONG_TYPE,       "wrong_type",       BL_ERROR)                      \
  X(BL_P_MISSING_PROPERTY, "missing_property", BL_ERROR)                      \
  X(BL_P_UNKNOWN_PROPERTY, "unknown_property", BL_ERROR)                      \
  X(BL_P_TWO_SPELLINGS,    "two_spellings",    BL_ERROR)                      \
  X(BL_P_RETIRED_PROPERTY, "retired_property", BL_WARNING)                    \
  X(BL_P_MISSING_WRAPPER,  "missing_wrapper",  BL_ERROR)                      \
  X(BL_P_WRONG_WRAPPER,    "wrong_wrapper",    BL_ERROR)                      \
  X(BL_P_ONE_DEFINITION,   "one_definition",   BL_ERROR)                      \
  X(BL_P_UNKNOWN_KIND,     "unknown_kind",     BL_ERROR)                      \
  X(BL_P_UNKNOWN_VALUE,    "unknown_value",    BL_ERROR)                      \
  X(BL_P_OUT_OF_RANGE,     "out_of_range",     BL_ERROR)                      \
  X(BL_P_WRONG_FORMAT,     "wrong_format",     BL_ERROR)                      \
  X(BL_P_BLANKS,           "blank_in_value",   BL_ERROR)                      \
  X(BL_P_CONTRADICTION,    "contradiction",    BL_ERROR)                      \
  X(BL_P_UNKNOWN_REFERENCE, "unknown_reference", BL_ERROR)                    \
  X(BL_P_UNKNOWN_ATTRIBUTE, "unknown_attribute", BL_WARNING)                  \
  X(BL_P_RESTRICTED_CLAIM, "restricted_claim", BL_WARNING)                    \
  X(BL_P_INCOMPLETE,       "incomplete",       BL_WARNING)                    \
  X(BL_P_NO_EFFECT,        "no_effect",        BL_WARNING)                    \
  X(BL_P_MAY_BE_REFUSED,   "may_be_refused",   BL_WARNING)                    \
  X(BL_P_TOO_MANY,         "too_many_problems", BL_ERROR)
/* clang-format on */

enum bl_severity { BL_ERROR, BL_WARNING };

enum bl_problem_code {
#define X(name, code, severity) name,
  BL_PROBLEM_LIST(X)
#undef X
      BL_PROBLEM_CODES
};

struct bl_problem {
  struct bl_problem *next;
  enum bl_problem_code code;
  enum bl_severity severity;
  const char *path;    /* JSON pointer into the policy */
  const char *message; /* what is wrong and what would be right */
  const char *hint;    /* the nearest legal key or value, or NULL */
  const char *source;  /* where the rule is stated, or NULL */
  const char *at;      /* in the text that was read, or NULL */
  size_t line, column; /* in that text, from 1, column in bytes; 0: none */
};

/* A gathering of problems. Like a buffer it latches running out of memory. */
struct bl_problems {
  struct bl_arena *arena;
  struct bl_problem *first, *last;
  size_t errors, warnings; /* the dropped ones included */
  size_t dropped;          /* beyond BL_MAX_PROBLEMS */
  uint64_t accepted;       /* bit 1 << code: an error of it is a warning */
  struct bl_text text; /* the text that `at` points into; bytes NULL: none */
  enum bl_status status;
};

/* One step of a JSON pointer; steps are linked from the leaf to the root and
 * live on the C stack of the walk. */
struct bl_path {
  const struct bl_path *parent; /* NULL: the first step */
  struct bl_text key;           /* bytes NULL: an index */
  size_t index;                 /* from 0 */
};

static inline struct bl_path bl_path_text(const struct bl_path *parent,
                                          struct bl_text key) {
  return (struct bl_path){.parent = parent, .key = key};
}

static inline struct bl_path bl_path_key(const struct bl_path *parent,
                                         const char *key) {
  return bl_path_text(parent, bl_text_of(key));
}

static inline struct bl_path bl_path_index(const struct bl_path *parent,
                                           size_t index) {
  return (struct bl_path){.parent = parent, .index = index};
}

const char *bl_problem_code_string(enum bl_problem_code code);

/* The code with that string; BL_PROBLEM_CODES when there is none. */
enum bl_problem_code bl_problem_code_find(struct bl_text string);

void bl_problems_init(struct bl_problems *p, struct bl_arena *arena);

/* Adds one. `at` and `hint` may be NULL. The returned problem may still get a
 * hint or source; it is NULL when the problem was dropped or there is no
 * memory. The message is made as by printf. */
struct bl_problem *bl_problems_add(struct bl_problems *p,
                                   enum bl_problem_code code,
                                   const struct bl_path *path, const char *at,
                                   const char *hint, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
struct bl_problem *bl_problems_addv(struct bl_problems *p,
                                    enum bl_problem_code code,
                                    const struct bl_path *path, const char *at,
                                    const char *hint, const char *format,
                                    va_list args);

/* Ends the gathering: puts problems that have a place in the order of the
 * text, fills in lines and columns, says how many were dropped. */
void bl_problems_finish(struct bl_problems *p);

/* Moves the finished problems of `from` behind those of `into`. */
void bl_problems_join(struct bl_problems *into, struct bl_problems *from);

/* Text made as by printf, for a hint. "" when there is no memory, which is
 * latched; so too below. */
const char *bl_problems_format(struct bl_problems *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A text made fit for a message: quoted, control characters and bytes that
 * are not UTF-8 escaped, cut after 60 bytes. */
const char *bl_problems_quote(struct bl_problems *p, struct bl_text text);

/* Texts (ended by one without bytes) joined by commas, the last by `last`: "or"
 * or "and"; a list of more than 400 bytes is not written out. */
const char *bl_problems_list(struct bl_problems *p, const struct bl_text *texts,
                             const char *last);

#endif
