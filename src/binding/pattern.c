/* string.find, match, gmatch and gsub, whose steps are counted. */
#include <ctype.h>
#include <string.h>

#include "pattern_match.h"

/* Sets out to match texts at stack indices 1 and 2. */
static const char *prepare(lua_State *L, struct bl_match *m) {
  size_t len, pattern_len;
  m->L = L;
  m->text = luaL_checklstring(L, 1, &len);
  m->end = m->text + len;
  const char *pattern = luaL_checklstring(L, 2, &pattern_len);
  m->pattern_end = pattern + pattern_len;
  m->steps = 0;
  return pattern;
}

/* Pushes capture i; the whole match where there is none. */
static void push_capture(struct bl_match *m, int i, const char *s,
                         const char *end) {
  if (i >= m->count) {
    if (i != 0) luaL_error(m->L, "invalid capture index %%%d", i + 1);
    lua_pushlstring(m->L, s, (size_t)(end - s));
  } else if (m->captures[i].len == BL_POSITION) {
    lua_pushinteger(m->L, m->captures[i].at - m->text + 1);
  } else if (m->captures[i].len == BL_UNFINISHED) {
    luaL_error(m->L, "unfinished capture");
  } else {
    lua_pushlstring(m->L, m->captures[i].at, (size_t)m->captures[i].len);
  }
}

/* Pushes all captures; the whole match for none, unless s is NULL. */
static int push_captures(struct bl_match *m, const char *s, const char *end) {
  int count = m->count == 0 && s != NULL ? 1 : m->count;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) push_capture(m, i, s, end);
  return count;
}

/* The byte from which to search, given at a stack index; NULL: none. */
static const char *start_of(lua_State *L, struct bl_match *m, int index) {
  lua_Integer init = luaL_optinteger(L, index, 1);
  lua_Integer len = m->end - m->text;
  if (init < 0) init = init < -len ? 1 : len + init + 1;
  if (init == 0) init = 1;
  return init > len + 1 ? NULL : m->text + init - 1;
}

/* string.find(s, pattern, init, true) */
static int find_plain(lua_State *L, struct bl_match *m, const char *s,
                      const char *p) {
  size_t len = (size_t)(m->pattern_end - p);
  for (; (size_t)(m->end - s) >= len; s++) {
    bl_match_step(m);
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

/* Whether a pattern has nothing that find takes for more than itself. */
static bool is_literal(const char *p, const char *end) {
  for (; p < end; p++)
    if (*p != '\0' && strchr("^$*+?.([%-", *p) != NULL) return false;
  return true;
}

static int search(lua_State *L, bool find) {
  struct bl_match m;
  const char *p = prepare(L, &m), *s = start_of(L, &m, 3);
  if (s == NULL) {
    luaL_pushfail(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || is_literal(p, m.pattern_end)))
    return find_plain(L, &m, s, p);
  bool anchored = p < m.pattern_end && *p == '^';
  do {
    const char *end = bl_match_at(&m, s, p + anchored);
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
  struct bl_match m;
  size_t len, pattern_len;
  m = (struct bl_match){.L = L};
  m.text = lua_tolstring(L, lua_upvalueindex(1), &len);
  m.end = m.text + len;
  const char *p = lua_tolstring(L, lua_upvalueindex(2), &pattern_len);
  m.pattern_end = p + pattern_len;
  const char *s = m.text + lua_tointeger(L, lua_upvalueindex(3));
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  for (; s <= m.end; s++) {
    const char *end = bl_match_at(&m, s, p);
    if (end == NULL || end - m.text == last) continue;
    lua_pushinteger(L, end - m.text);
    lua_copy(L, -1, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return push_captures(&m, s, end);
  }
  return 0;
}

static int gmatch(lua_State *L) {
  struct bl_match m;
  prepare(L, &m);
  const char *s = start_of(L, &m, 3);
  lua_settop(L, 2);
  lua_pushinteger(L, s == NULL ? m.end - m.text + 1 : s - m.text);
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, next_match, 4);
  return 1;
}

/* Adds the replacement text at stack index 3. */
static void add_text(struct bl_match *m, luaL_Buffer *b, const char *s,
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
    } else if (r < r_end && isdigit((unsigned char)*r)) {
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
static bool add_value(struct bl_match *m, luaL_Buffer *b, const char *s,
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
  struct bl_match m;
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
    const char *end = bl_match_at(&m, s, p + anchored);
    if (end != NULL && end != last) {
      n++;
      changed = add_value(&m, &b, s, end) || changed;
      s = last = end;
    } else if (s < m.end) {
      luaL_addlstring(&b, s++, 1);
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
