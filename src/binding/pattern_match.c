#include "pattern_match.h"

#include <ctype.h>
#include <string.h>

#define DEPTH 200   /* of the recursion */
#define COUNTED 256 /* steps that are charged together */

void bl_match_step(struct bl_match *m) {
  if (++m->steps % COUNTED == 0) bl_sandbox_charge(m->L, COUNTED);
}

static const char *match_here(struct bl_match *m, const char *s, const char *p);

/* The end of a set "[...]" whose first byte is behind `p`. */
static const char *set_end(struct bl_match *m, const char *p) {
  if (p < m->pattern_end && *p == '^') p++;
  do {
    if (p >= m->pattern_end)
      luaL_error(m->L, "malformed pattern (missing ']')");
    if (*p++ == '%') {
      if (p >= m->pattern_end)
        luaL_error(m->L, "malformed pattern (missing ']')");
      p++;
    }
  } while (p >= m->pattern_end || *p != ']');
  return p + 1;
}

/* The end of the single-character class at `p`. */
static const char *class_end(struct bl_match *m, const char *p) {
  char c = *p++;
  if (c == '[') return set_end(m, p);
  if (c != '%') return p;
  if (p >= m->pattern_end)
    luaL_error(m->L, "malformed pattern (ends with '%%')");
  return p + 1;
}

static bool in_class(int c, int class) {
  bool found;
  switch (tolower(class)) {
  case 'a': found = isalpha(c); break;
  case 'c': found = iscntrl(c); break;
  case 'd': found = isdigit(c); break;
  case 'g': found = isgraph(c); break;
  case 'l': found = islower(c); break;
  case 'p': found = ispunct(c); break;
  case 's': found = isspace(c); break;
  case 'u': found = isupper(c); break;
  case 'w': found = isalnum(c); break;
  case 'x': found = isxdigit(c); break;
  default: return class == c;
  }
  return isupper(class) ? !found : found;
}

static int byte_at(const char *p) { return (unsigned char)*p; }

/* Whether a byte is in the set from `p`, its '[', to `last`, its ']'. */
static bool in_set(int c, const char *p, const char *last) {
  bool wanted = true;
  if (p[1] == '^') {
    wanted = false;
    p++;
  }
  while (++p < last) {
    if (*p == '%') {
      p++;
      if (in_class(c, byte_at(p))) return wanted;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if (byte_at(p - 2) <= c && c <= byte_at(p)) return wanted;
    } else if (byte_at(p) == c) {
      return wanted;
    }
  }
  return !wanted;
}

/* Whether the byte at `s` fits the class from `p` to `end`. */
static bool fits(struct bl_match *m, const char *s, const char *p,
                 const char *end) {
  bl_match_step(m);
  if (s >= m->end) return false;
  int c = byte_at(s);
  switch (*p) {
  case '.': return true;
  case '%': return in_class(c, byte_at(p + 1));
  case '[': return in_set(c, p, end - 1);
  default: return byte_at(p) == c;
  }
}

static const char *match_balance(struct bl_match *m, const char *s,
                                 const char *p) {
  if (p + 1 >= m->pattern_end)
    luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (s >= m->end || *s != *p) return NULL;
  int open = 1;
  while (++s < m->end) {
    bl_match_step(m);
    if (*s == p[1]) {
      if (--open == 0) return s + 1;
    } else if (*s == *p) {
      open++;
    }
  }
  return NULL;
}

/* The most that fit, then fewer and fewer. */
static const char *most(struct bl_match *m, const char *s, const char *p,
                        const char *end) {
  ptrdiff_t i = 0;
  while (fits(m, s + i, p, end)) i++;
  for (; i >= 0; i--) {
    const char *found = match_here(m, s + i, end + 1);
    if (found != NULL) return found;
  }
  return NULL;
}

/* The fewest that fit, then more and more. */
static const char *fewest(struct bl_match *m, const char *s, const char *p,
                          const char *end) {
  for (;; s++) {
    const char *found = match_here(m, s, end + 1);
    if (found != NULL) return found;
    if (!fits(m, s, p, end)) return NULL;
  }
}

static const char *open_capture(struct bl_match *m, const char *s,
                                const char *p, ptrdiff_t len) {
  if (m->count >= BL_CAPTURES) luaL_error(m->L, "too many captures");
  m->captures[m->count].at = s;
  m->captures[m->count].len = len;
  m->count++;
  const char *found = match_here(m, s, p);
  if (found == NULL) m->count--;
  return found;
}

static const char *close_capture(struct bl_match *m, const char *s,
                                 const char *p) {
  int i = m->count - 1;
  while (i >= 0 && m->captures[i].len != BL_UNFINISHED) i--;
  if (i < 0) luaL_error(m->L, "invalid pattern capture");
  m->captures[i].len = s - m->captures[i].at;
  const char *found = match_here(m, s, p);
  if (found == NULL) m->captures[i].len = BL_UNFINISHED;
  return found;
}

/* What "%1" and its like stand for. */
static const char *match_again(struct bl_match *m, const char *s, int digit) {
  int i = digit - '1';
  if (i < 0 || i >= m->count || m->captures[i].len == BL_UNFINISHED) {
    luaL_error(m->L, "invalid capture index %%%d", i + 1);
    return NULL; /* never: it raises */
  }
  size_t len = (size_t)m->captures[i].len;
  if ((size_t)(m->end - s) < len) return NULL;
  bl_sandbox_charge(m->L, len / 64);
  return memcmp(m->captures[i].at, s, len) == 0 ? s + len : NULL;
}

/* "%f[set]": behind a byte that is not in the set, before one that is. */
static const char *match_frontier(struct bl_match *m, const char *s,
                                  const char *p) {
  if (p >= m->pattern_end || *p != '[')
    luaL_error(m->L, "missing '[' after '%%f' in pattern");
  const char *end = class_end(m, p);
  int before = s == m->text ? 0 : byte_at(s - 1);
  int here = s == m->end ? 0 : byte_at(s);
  bl_match_step(m);
  if (in_set(before, p, end - 1) || !in_set(here, p, end - 1)) return NULL;
  return match_here(m, s, end);
}

/* A class and what repeats it. */
static const char *match_repeated(struct bl_match *m, const char *s,
                                  const char *p) {
  const char *end = class_end(m, p);
  switch (end < m->pattern_end ? *end : 0) {
  case '*': return most(m, s, p, end);
  case '+': return fits(m, s, p, end) ? most(m, s + 1, p, end) : NULL;
  case '-': return fewest(m, s, p, end);
  case '?':
    if (fits(m, s, p, end)) {
      const char *found = match_here(m, s + 1, end + 1);
      if (found != NULL) return found;
    }
    return match_here(m, s, end + 1);
  default: return fits(m, s, p, end) ? match_here(m, s + 1, end) : NULL;
  }
}

/* An item that begins with '%' and is no class; *done: it was one. */
static const char *match_special(struct bl_match *m, const char *s,
                                 const char *p, bool *done) {
  int c = p + 1 < m->pattern_end ? byte_at(p + 1) : 0;
  *done = true;
  if (c == 'b') {
    s = match_balance(m, s, p + 2);
    return s == NULL ? NULL : match_here(m, s, p + 4);
  }
  if (c == 'f') return match_frontier(m, s, p + 2);
  if (isdigit(c)) {
    s = match_again(m, s, c);
    return s == NULL ? NULL : match_here(m, s, p + 2);
  }
  *done = false;
  return NULL;
}

static const char *match_item(struct bl_match *m, const char *s,
                              const char *p) {
  bool done = false;
  if (*p == '(') {
    bool position = p + 1 < m->pattern_end && p[1] == ')';
    return open_capture(m, s, p + (position ? 2 : 1),
                        position ? BL_POSITION : BL_UNFINISHED);
  }
  if (*p == ')') return close_capture(m, s, p + 1);
  if (*p == '$' && p + 1 == m->pattern_end) return s == m->end ? s : NULL;
  if (*p == '%') {
    const char *found = match_special(m, s, p, &done);
    if (done) return found;
  }
  return match_repeated(m, s, p);
}

/* Whether single characters without anything to repeat stand at `p`: they need
 * no level of recursion, however many they are. */
static bool is_plain(struct bl_match *m, const char *p, const char **end) {
  if (*p == '(' || *p == ')') return false;
  if (*p == '$' && p + 1 == m->pattern_end) return false;
  if (*p == '%' && p + 1 < m->pattern_end &&
      (p[1] == 'b' || p[1] == 'f' || isdigit(byte_at(p + 1))))
    return false;
  *end = class_end(m, p);
  return *end >= m->pattern_end || strchr("*+-?", **end) == NULL ||
         **end == '\0';
}

/* The end of what matches the rest of the pattern at `s`, or NULL. */
static const char *match_here(struct bl_match *m, const char *s,
                              const char *p) {
  const char *end;
  bl_match_step(m);
  while (p < m->pattern_end && is_plain(m, p, &end)) {
    if (!fits(m, s, p, end)) return NULL;
    s++;
    p = end;
  }
  if (p >= m->pattern_end) return s;
  if (m->depth-- == 0) luaL_error(m->L, "pattern too complex");
  const char *found = match_item(m, s, p);
  m->depth++;
  return found;
}

const char *bl_match_at(struct bl_match *m, const char *s, const char *p) {
  m->count = 0;
  m->depth = DEPTH;
  return match_here(m, s, p);
}
