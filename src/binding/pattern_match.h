/* Whether a pattern as in the Lua 5.4 manual, 6.4.1, matches: every step is
 * counted, so that one that backtracks without end runs into the sandbox's
 * limits like any loop. For pattern*.c alone. */
#ifndef BL_PATTERN_MATCH_H
#define BL_PATTERN_MATCH_H

#include "sandbox.h"

#define BL_CAPTURES 32
#define BL_UNFINISHED (-1) /* length of a capture that is open */
#define BL_POSITION (-2)   /* length of "()" */

struct bl_match {
  lua_State *L;           /* where errors are raised */
  const char *text, *end; /* the subject */
  const char *pattern_end;
  int depth;    /* that is left */
  size_t steps; /* so far */
  int count;    /* of captures */
  struct {
    const char *at;
    ptrdiff_t len;
  } captures[BL_CAPTURES];
};

/* Counts one step. */
void bl_match_step(struct bl_match *m);

/* The end of what matches the pattern at `s`, or NULL. Fills the captures;
 * raises for what is no pattern. */
const char *bl_match_at(struct bl_match *m, const char *s, const char *pattern)
    __attribute__((nonnull));

#endif
