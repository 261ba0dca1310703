/* Patterns as in the Lua 5.4 manual, 6.4.1, whose steps are counted: a pattern
 * that backtracks without end runs into the sandbox's limits like any loop. */
#include <ctype.h>
#include <string.h>

#include "sandbox.h"

#define CAPTURES 32
#define DEPTH 200       /* of the recursion */
#define COUNTED 256     /* steps that are charged together */
#define UNFINISHED (-1) /* length of a capture that is open */
#define POSITION (-2)   /* length of "()" */

struct match {
  lua_State *L;
  const char *text, *end; /* the subject */
  const char *pattern_end;
  int depth;
  size_t steps;
  int count;
  struct {
    const char *at;
    ptrdiff_t len;
  } captures[CAPTURES];
};

static const char *match_here(struct match *m, const char *s, const char *p);

static void step(struct match *m) {
  if (++m->steps % COUNTED == 0) bl_sandbox_charge(m->L, COUNTED);
}

/* The end of a set "[...]" whose first byte is behind `p`. */
static const char *set_end(struct match *m, const char *p) {
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
static const char *class_end(struct match *m, const char *p) {
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
static bool fits(struct match *m, const char *s, const char *p,
                 const char *end) {
  step(m);
  if (s >= m->end) return false;
  int c = byte_at(s);
  switch (*p) {
  case '.': return true;
  case '%': return in_class(c, byte_at(p + 1));
  case '[': return in_set(c, p, end - 1);
  default: return byte_at(p) == c;
  }
}

static const char *match_balance(struct match *m, const char *s,
                                 const char *p) {
  if (p + 1 >= m->pattern_end)
    luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (s >= m->end || *s != *p) return NULL;
  int open = 1;
  while (++s < m->end) {
    step(m);
    if (*s == p[1]) {
      if (--open == 0) return s + 1;
    } else if (*s == *p) {
      open++;
    }
  }
  return NULL;
}

/* The most that fit, then fewer and fewer. */
static const char *most(struct match *m, const char *s, const char *p,
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
static const char *fewest(struct match *m, const char *s, const char *p,
                          const char *end) {
  for (;; s++) {
    const char *found = match_here(m, s, end + 1);
    if (found != NULL) return found;
    if (!fits(m, s, p, end)) return NULL;
  }
}

static const char *open_capture(struct match *m, const char *s, const char *p,
                                ptrdiff_t len) {
  if (m->count >= CAPTURES) luaL_error(m->L, "too many captures");
  m->captures[m->count].at = s;
  m->captures[m->count].len = len;
  m->count++;
  const char *found = match_here(m, s, p);
  if (found == NULL) m->count--;
  return found;
}

static const char *close_capture(struct match *m, const char *s,
                                 const char *p) {
  int i = m->count - 1;
  while (i >= 0 && m->captures[i].len != UNFINISHED) i--;
  if (i < 0) luaL_error(m->L, "invalid pattern capture");
  m->captures[i].len = s - m->captures[i].at;
  const char *found = match_here(m, s, p);
  if (found == NULL) m->captures[i].len = UNFINISHED;
  return found;
}

/* What "%1" and its like stand for. */
static const char *match_again(struct match *m, const char *s, int digit) {
  int i = digit - '1';
  if (i < 0 || i >= m->count || m->captures[i].len == UNFINISHED)
    luaL_error(m->L, "invalid capture index %%%d", i + 1);
  size_t len = (size_t)m->captures[i].len;
  if ((size_t)(m->end - s) < len) return NULL;
  bl_sandbox_charge(m->L, len / 64);
  return memcmp(m->captures[i].at, s, len) == 0 ? s + len : NULL;
}

/* "%f[set]": behind a byte that is not in the set, before one that is. */
static const char *match_frontier(struct match *m, const char *s,
                                  const char *p) {
  if (p >= m->pattern_end || *p != '[')
    luaL_error(m->L, "missing '[' after '%%f' in pattern");
  const char *end = class_end(m, p);
  int before = s == m->text ? 0 : byte_at(s - 1);
  int here = s == m->end ? 0 : byte_at(s);
  step(m);
  if (in_set(before, p, end - 1) || !in_set(here, p, end - 1)) return NULL;
  return match_here(m, s, end);
}

/* A class and what repeats it. */
static const char *match_repeated(struct match *m, const char *s,
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
static const char *match_special(struct match *m, const char *s, const char *p,
                                 bool *done) {
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

static const char *match_item(struct match *m, const char *s, const char *p) {
  bool done = false;
  if (*p == '(') {
    bool position = p + 1 < m->pattern_end && p[1] == ')';
    return open_capture(m, s, p + (position ? 2 : 1),
                        position ? POSITION : UNFINISHED);
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
static bool is_plain(struct match *m, const char *p, const char **end) {
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
static const char *match_here(struct match *m, const char *s, const char *p) {
  const char *end;
  step(m);
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

/* Sets out to match texts at stack indices 1 and 2. */
static const char *prepare(lua_State *L, struct match *m) {
  size_t len, pattern_len;
  m->L = L;
  m->text = luaL_checklstring(L, 1, &len);
  m->end = m->text + len;
  const char *pattern = luaL_checklstring(L, 2, &pattern_len);
  m->pattern_end = pattern + pattern_len;
  m->steps = 0;
  return pattern;
}

static const char *match_at(struct match *m, const char *s, const char *p) {
  m->count = 0;
  m->depth = DEPTH;
  return match_here(m, s, p);
}

/* Pushes capture i; the whole match where there is none. */
static void push_capture(struct match *m, int i, const char *s,
                         const char *end) {
  if (i >= m->count) {
    if (i != 0) luaL_error(m->L, "invalid capture index %%%d", i + 1);
    lua_pushlstring(m->L, s, (size_t)(end - s));
  } else if (m->captures[i].len == POSITION) {
    lua_pushinteger(m->L, m->captures[i].at - m->text + 1);
  } else if (m->captures[i].len == UNFINISHED) {
    luaL_error(m->L, "unfinished capture");
  } else {
    lua_pushlstring(m->L, m->captures[i].at, (size_t)m->captures[i].len);
  }
}

/* Pushes all captures; the whole match for none, unless s is NULL. */
static int push_captures(struct match *m, const char *s, const char *end) {
  int count = m->count == 0 && s != NULL ? 1 : m->count;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) push_capture(m, i, s, end);
  return count;
}

/* The byte from which to search, given at a stack index; NULL: none. */
static const char *start_of(lua_State *L, struct match *m, int index) {
  lua_Integer init = luaL_optinteger(L, index, 1);
  lua_Integer len = m->end - m->text;
  if (init < 0) init = init < -len ? 1 : len + init + 1;
  if (init == 0) init = 1;
  return init > len + 1 ? NULL : m->text + init - 1;
}

/* string.find(s, pattern, init, true) */
static int find_plain(lua_State *L, struct match *m, const char *s,
                      const char *p) {
  size_t len = (size_t)(m->pattern_end - p);
  for (; (size_t)(m->end - s) >= len; s++) {
    step(m);
    if (len > 0 && *s != *p) continue;
    bl_sandbox_charge(L, len / 64);
    if (memcmp(s, p, len) != 0) continue;
    lua_pushinteger(L, s - m->text + 1);
    lua_pushinteger(L, s - m->text + (lua_Integer)len);
    return 2;
  }
  luaL_pushfail(L);
  return 1;
}

static int search(lua_State *L, bool find) {
  struct match m;
  const char *p = prepare(L, &m), *s = start_of(L, &m, 3);
  if (s == NULL) {
    luaL_pushfail(L);
    return 1;
  }
  if (find && lua_toboolean(L, 4)) return find_plain(L, &m, s, p);
  bool anchored = p < m.pattern_end && *p == '^';
  do {
    const char *end = match_at(&m, s, p + anchored);
    if (end == NULL) continue;
    if (!find) return push_captures(&m, s, end);
    lua_pushinteger(L, s - m.text + 1);
    lua_pushinteger(L, end - m.text);
    return push_captures(&m, NULL, NULL) + 2;
  } while (s++ < m.end && !anchored);
  luaL_pushfail(L);
  return 1;
}

static int find(lua_State *L) { return search(L, true); }
static int match(lua_State *L) { return search(L, false); }

/* Upvalues: text, pattern, where to go on, where the last match ended (from 0;
 * -1: none). */
static int next_match(lua_State *L) {
  struct match m;
  size_t len, pattern_len;
  m = (struct match){.L = L};
  m.text = lua_tolstring(L, lua_upvalueindex(1), &len);
  m.end = m.text + len;
  const char *p = lua_tolstring(L, lua_upvalueindex(2), &pattern_len);
  m.pattern_end = p + pattern_len;
  const char *s = m.text + lua_tointeger(L, lua_upvalueindex(3));
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  for (; s <= m.end; s++) {
    const char *end = match_at(&m, s, p);
    if (end == NULL || end - m.text == last) continue;
    lua_pushinteger(L, end - m.text);
    lua_copy(L, -1, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return push_captures(&m, s, end);
  }
  return 0;
}

static int gmatch(lua_State *L) {
  struct match m;
  prepare(L, &m);
  const char *s = start_of(L, &m, 3);
  lua_settop(L, 2);
  lua_pushinteger(L, s == NULL ? m.end - m.text + 1 : s - m.text);
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, next_match, 4);
  return 1;
}

/* Adds the replacement text at stack index 3. */
static void add_text(struct match *m, luaL_Buffer *b, const char *s,
                     const char *end) {
  size_t len;
  const char *r = lua_tolstring(m->L, 3, &len), *r_end = r + len;
  for (; r < r_end; r++) {
    if (*r != '%') {
      luaL_addchar(b, *r);
      continue;
    }
    if (++r < r_end && *r == '%') {
      luaL_addchar(b, '%');
    } else if (r < r_end && *r == '0') {
      luaL_addlstring(b, s, (size_t)(end - s));
    } else if (r < r_end && isdigit(byte_at(r))) {
      push_capture(m, *r - '1', s, end);
      luaL_tolstring(m->L, -1, NULL); /* a position is a number */
      lua_remove(m->L, -2);
      luaL_addvalue(b);
    } else {
      luaL_error(m->L, "invalid use of '%%' in replacement string");
    }
  }
}

/* Adds what replaces the match; false: it stays as it is. */
static bool add_value(struct match *m, luaL_Buffer *b, const char *s,
                      const char *end) {
  lua_State *L = m->L;
  int type = lua_type(L, 3);
  if (type == LUA_TSTRING || type == LUA_TNUMBER) {
    add_text(m, b, s, end);
    return true;
  }
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, push_captures(m, s, end), 1);
  } else {
    push_capture(m, 0, s, end);
    lua_gettable(L, 3);
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(b, s, (size_t)(end - s));
    return false;
  }
  if (!lua_isstring(L, -1))
    luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(b);
  return true;
}

static int gsub(lua_State *L) {
  struct match m;
  luaL_Buffer b;
  const char *p = prepare(L, &m), *s = m.text, *last = NULL;
  int type = lua_type(L, 3);
  luaL_argexpected(L,
                   type == LUA_TNUMBER || type == LUA_TSTRING ||
                       type == LUA_TFUNCTION || type == LUA_TTABLE,
                   3, "string/function/table");
  lua_Integer most_times = luaL_optinteger(L, 4, m.end - m.text + 1), n = 0;
  bool anchored = p < m.pattern_end && *p == '^', changed = false;
  luaL_buffinit(L, &b);
  while (n < most_times) {
    const char *end = match_at(&m, s, p + anchored);
    if (end != NULL && end != last) {
      n++;
      changed = add_value(&m, &b, s, end) || changed;
      s = last = end;
    } else if (s < m.end) {
      luaL_addchar(&b, *s++);
    } else {
      break;
    }
    if (anchored) break;
  }
  if (changed) {
    luaL_addlstring(&b, s, (size_t)(m.end - s));
    luaL_pushresult(&b);
  } else {
    lua_pushvalue(L, 1);
  }
  lua_pushinteger(L, n);
  return 2;
}

void bl_sandbox_open_patterns(lua_State *L) {
  static const luaL_Reg functions[] = {{"find", find},
                                       {"match", match},
                                       {"gmatch", gmatch},
                                       {"gsub", gsub},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
