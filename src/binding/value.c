/* Lua values <-> value trees. */
#include <limits.h>
#include <math.h>

#include "binding.h"
#include "core/any.h"
#include "core/buf.h"
#include "core/json_read.h"
#include "core/json_write.h"

#define EXACT 9007199254740992.0 /* 2^53: integers up to it are exact */

/* The registry's key of the metatable that marks an empty array. */
static const char array_mark;

/* The tables that a value lies in, from the inside out, on the C stack. */
struct level {
  const void *table;
  const struct level *outer;
  int depth;
};

static void unwritable(struct bl_value *out, const char *why) {
  out->type = BL_UNWRITABLE;
  out->as.why = why;
}

static void read_number(lua_State *L, int index, struct bl_value *out) {
  if (lua_isinteger(L, index)) {
    out->type = BL_INTEGER;
    out->as.integer = lua_tointeger(L, index);
    return;
  }
  double n = lua_tonumber(L, index);
  if (isnan(n)) {
    unwritable(out, "NaN");
  } else if (isinf(n)) {
    unwritable(out, "infinity");
  } else if (n == floor(n) && fabs(n) <= EXACT && !(n == 0 && signbit(n))) {
    out->type = BL_INTEGER;
    out->as.integer = (int64_t)n;
  } else {
    out->type = BL_NUMBER;
    out->as.number = n;
  }
}

static enum bl_status read_other(lua_State *L, int index, int type,
                                 struct bl_arena *arena,
                                 const struct level *outer,
                                 struct bl_value *out);

/* The value at `index`; *out is empty. */
static inline enum bl_status read_any(lua_State *L, int index,
                                      struct bl_arena *arena,
                                      const struct level *outer,
                                      struct bl_value *out) {
  int type = lua_type(L, index);
  if (type != LUA_TSTRING) return read_other(L, index, type, arena, outer, out);
  out->type = BL_STRING;
  out->as.text.bytes = lua_tolstring(L, index, &out->as.text.len);
  return BL_OK;
}

/* A new, empty item at *end; NULL: no memory. */
static struct bl_item *add_item(struct bl_arena *arena, struct bl_value *out,
                                struct bl_item ***end) {
  struct bl_item *item = bl_arena_take(arena, sizeof *item);
  if (item == NULL) return NULL;
  *item = (struct bl_item){.next = NULL};
  **end = item;
  *end = &item->next;
  out->count++;
  return item;
}

/* Reads the value on top of the stack as one more item. */
static enum bl_status read_item(lua_State *L, struct bl_arena *arena,
                                const struct level *here, struct bl_value *out,
                                struct bl_item ***end) {
  struct bl_item *item = add_item(arena, out, end);
  return item == NULL ? BL_NOMEM : read_any(L, -1, arena, here, &item->value);
}

/* Whether the table at `index` has more than the `len` items of its list. */
static bool has_more(lua_State *L, int index, size_t len) {
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pop(L, 1);
    if (++count > len) {
      lua_pop(L, 1);
      return true;
    }
  }
  return false;
}

/* Reads what is left of a list that lua_next does not give in order. */
static enum bl_status read_rest(lua_State *L, int index, struct bl_arena *arena,
                                const struct level *here, struct bl_value *out,
                                struct bl_item **end) {
  size_t len = lua_rawlen(L, index);
  for (size_t i = out->count; i < len; i++) {
    bool hole = lua_rawgeti(L, index, (lua_Integer)i + 1) == LUA_TNIL;
    enum bl_status s = hole ? BL_OK : read_item(L, arena, here, out, &end);
    lua_pop(L, 1);
    if (hole) unwritable(out, "a list with holes");
    if (hole || s != BL_OK) return s;
  }
  if (has_more(L, index, len))
    unwritable(out, "a table with list items and other keys");
  return BL_OK;
}

/* Why a key that is no string cannot name a member. */
static const char *why_not_key(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TNUMBER
             ? "a table with number keys that make no list"
             : "a table with keys that are neither names nor a list's";
}

/* Why the table at `index`, which has other keys than names, is no list of
 * `len` items; the first such key stands below the top of the stack. */
static const char *why_no_list(lua_State *L, int index, size_t len) {
  if (len == 0) return why_not_key(L, -2);
  for (size_t i = 1; i <= len; i++) {
    bool hole = lua_rawgeti(L, index, (lua_Integer)i) == LUA_TNIL;
    lua_pop(L, 1);
    if (hole) return "a list with holes";
  }
  return "a table with list items and other keys";
}

/* A list, or what is neither list nor object: its first key, which is no
 * string, and its item stand on top of the stack and are taken off. */
static enum bl_status read_list(lua_State *L, int index, struct bl_arena *arena,
                                const struct level *here,
                                struct bl_value *out) {
  struct bl_item **end = &out->as.first;
  out->type = BL_ARRAY;
  do {
    if (!lua_isinteger(L, -2) ||
        lua_tointeger(L, -2) != (lua_Integer)out->count + 1) {
      if (lua_rawlen(L, index) == 0) unwritable(out, why_not_key(L, -2));
      lua_pop(L, 2);
      return out->type == BL_ARRAY ? read_rest(L, index, arena, here, out, end)
                                   : BL_OK;
    }
    enum bl_status s = read_item(L, arena, here, out, &end);
    lua_pop(L, 1);
    if (s == BL_OK) continue;
    lua_pop(L, 1);
    return s;
  } while (lua_next(L, index));
  return BL_OK;
}

/* An object, whose first key and value stand on top of the stack and are taken
 * off. */
static enum bl_status read_members(lua_State *L, int index,
                                   struct bl_arena *arena,
                                   const struct level *here,
                                   struct bl_value *out) {
  struct bl_item **end = &out->as.first;
  out->type = BL_OBJECT;
  do {
    if (lua_type(L, -2) != LUA_TSTRING) {
      unwritable(out, why_no_list(L, index, lua_rawlen(L, index)));
      lua_pop(L, 2);
      return BL_OK;
    }
    struct bl_item *item = add_item(arena, out, &end);
    enum bl_status s = BL_NOMEM;
    if (item != NULL) {
      item->key.bytes = lua_tolstring(L, -2, &item->key.len);
      s = read_any(L, -1, arena, here, &item->value);
    }
    lua_pop(L, 1);
    if (s == BL_OK) continue;
    lua_pop(L, 1);
    return s;
  } while (lua_next(L, index));
  return BL_OK;
}

/* An empty table: an array when it is marked as one, else either. */
static void read_empty(lua_State *L, int index, struct bl_value *out) {
  out->type = BL_EMPTY;
  if (!lua_getmetatable(L, index)) return;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &array_mark);
  if (lua_rawequal(L, -1, -2)) out->type = BL_ARRAY;
  lua_pop(L, 2);
}

static enum bl_status read_table(lua_State *L, int index,
                                 struct bl_arena *arena,
                                 const struct level *outer,
                                 struct bl_value *out) {
  index = lua_absindex(L, index);
  struct level here = {lua_topointer(L, index), outer,
                       outer == NULL ? 1 : outer->depth + 1};
  for (const struct level *l = outer; l != NULL; l = l->outer)
    if (l->table == here.table) {
      unwritable(out, "a table that contains itself");
      return BL_OK;
    }
  if (here.depth > BL_MAX_DEPTH) {
    unwritable(out, "a table nested more than 100 levels deep");
    return BL_OK;
  }
  /* a level takes three slots; a call begins with LUA_MINSTACK, 20, free */
  if (here.depth % 4 == 0 && !lua_checkstack(L, 16)) return BL_NOMEM;
  lua_pushnil(L);
  if (!lua_next(L, index)) {
    read_empty(L, index, out);
    return BL_OK;
  }
  return lua_type(L, -2) == LUA_TSTRING
             ? read_members(L, index, arena, &here, out)
             : read_list(L, index, arena, &here, out);
}

/* The same as read_any, of what is no string. */
static enum bl_status read_other(lua_State *L, int index, int type,
                                 struct bl_arena *arena,
                                 const struct level *outer,
                                 struct bl_value *out) {
  switch (type) {
  case LUA_TNUMBER: read_number(L, index, out); return BL_OK;
  case LUA_TBOOLEAN:
    out->type = BL_BOOLEAN;
    out->as.boolean = lua_toboolean(L, index);
    return BL_OK;
  case LUA_TTABLE: return read_table(L, index, arena, outer, out);
  case LUA_TLIGHTUSERDATA:
    if (lua_touserdata(L, index) != NULL) unwritable(out, "a userdata");
    return BL_OK;
  case LUA_TFUNCTION: unwritable(out, "a function"); return BL_OK;
  case LUA_TTHREAD: unwritable(out, "a coroutine"); return BL_OK;
  case LUA_TUSERDATA: unwritable(out, "a userdata"); return BL_OK;
  default: return BL_OK;
  }
}

enum bl_status bl_read_lua(lua_State *L, int index, struct bl_arena *arena,
                           struct bl_value *out) {
  *out = (struct bl_value){.type = BL_NULL};
  return read_any(L, index, arena, NULL, out);
}

static void push_items(lua_State *L, const struct bl_value *value) {
  luaL_checkstack(L, 4, "a value nested too deep");
  bool array = value->type == BL_ARRAY;
  int count = value->count > INT_MAX ? INT_MAX : (int)value->count;
  lua_createtable(L, array ? count : 0, array ? 0 : count);
  if (array && count == 0) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_mark);
    lua_setmetatable(L, -2);
  }
  lua_Integer n = 0;
  for (const struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    if (!array) lua_pushlstring(L, i->key.bytes, i->key.len);
    bl_push_value(L, &i->value);
    if (array)
      lua_rawseti(L, -2, ++n);
    else
      lua_rawset(L, -3);
  }
}

void bl_push_value(lua_State *L, const struct bl_value *value) {
  switch (value->type) {
  case BL_BOOLEAN: lua_pushboolean(L, value->as.boolean); break;
  case BL_INTEGER: lua_pushinteger(L, value->as.integer); break;
  case BL_NUMBER: lua_pushnumber(L, value->as.number); break;
  case BL_STRING:
    lua_pushlstring(L, value->as.text.bytes, value->as.text.len);
    break;
  case BL_ARRAY:
  case BL_OBJECT: push_items(L, value); break;
  case BL_EMPTY: lua_newtable(L); break;
  default: lua_pushlightuserdata(L, NULL); break;
  }
}

void *bl_check_self(lua_State *L, const char *name) {
  if (lua_type(L, 1) == LUA_TUSERDATA && lua_getmetatable(L, 1)) {
    bool same = lua_rawequal(L, -1, lua_upvalueindex(1));
    lua_pop(L, 1);
    if (same) return lua_touserdata(L, 1);
  }
  return luaL_checkudata(L, 1, name);
}

struct bl_text bl_check_text(lua_State *L, int index) {
  struct bl_text text;
  text.bytes = luaL_checklstring(L, index, &text.len);
  return text;
}

/* Whether the table at `index`, which has a first item, has nothing else. */
static bool is_alone(lua_State *L, int index) {
  lua_pushnil(L);
  lua_next(L, index);
  lua_pop(L, 1);
  if (!lua_next(L, index)) return true;
  lua_pop(L, 2);
  return false;
}

bool bl_only_text(lua_State *L, int index, struct bl_text *out) {
  bool list = lua_type(L, index) == LUA_TTABLE;
  if (list && (lua_rawlen(L, index) != 1 || !is_alone(L, index))) return false;
  if (list)
    lua_rawgeti(L, index, 1);
  else
    lua_pushvalue(L, index);
  bool text = lua_type(L, -1) == LUA_TSTRING;
  if (text) out->bytes = lua_tolstring(L, -1, &out->len);
  lua_pop(L, 1);
  return text;
}

/* core.json_read(text [, lenient]) -> value | nil, err */
static int json_read(lua_State *L) {
  struct bl_text text = bl_check_text(L, 1);
  enum bl_reading reading = lua_toboolean(L, 2) ? BL_LENIENT : BL_STRICT;
  struct bl_problems problems;
  struct bl_value value;
  bl_problems_init(&problems, bl_push_scope(L));
  problems.text = text;
  enum bl_status s = bl_json_read(text, reading, NULL, &problems, &value);
  bl_problems_finish(&problems);
  if (s == BL_INVALID) return bl_push_invalid(L, &problems);
  if (s != BL_OK) return bl_push_error(L, bl_settle(problems.arena, s), NULL);
  bl_push_value(L, &value);
  return 1;
}

/* core.json_problems(text) -> what is wrong with a JSON text, in the order of
 * its places: that it cannot be read, or keys that stand twice */
static int json_problems(lua_State *L) {
  struct bl_text text = bl_check_text(L, 1);
  struct bl_problems problems;
  struct bl_value value;
  struct bl_walk walk = {.problems = &problems};
  bl_problems_init(&problems, bl_push_scope(L));
  problems.text = text;
  enum bl_status s = bl_json_read(text, BL_STRICT, NULL, &problems, &value);
  if (s == BL_OK) bl_any_check(&walk, NULL, &value);
  bl_problems_finish(&problems);
  if (s == BL_OK || s == BL_INVALID) s = problems.status;
  if (s != BL_OK) return bl_push_error(L, bl_settle(problems.arena, s), NULL);
  bl_push_problems(L, &problems, false);
  return 1;
}

/* core.json_write(value) -> text | nil, err: members in the order of their
 * names, so that equal values are equal bytes */
static int json_write(lua_State *L) {
  luaL_checkany(L, 1);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_problems problems;
  struct bl_value value;
  struct bl_buf b;
  bl_problems_init(&problems, arena);
  bl_buf_init(&b, arena, BL_ARENA_MAX / 4);
  enum bl_status s = bl_read_lua(L, 1, arena, &value);
  if (s == BL_OK) {
    struct bl_walk walk = {.problems = &problems};
    problems.accepted = (uint64_t)1 << BL_P_NUL;
    bl_any_check(&walk, NULL, &value);
    bl_problems_finish(&problems);
    if (problems.errors > 0 && problems.status == BL_OK)
      return bl_push_invalid(L, &problems);
    bl_json_write(&b, &value, BL_PLAIN);
    s = problems.status == BL_OK ? b.status : problems.status;
  }
  if (s != BL_OK) return bl_push_error(L, bl_settle(arena, s), NULL);
  lua_pushlstring(L, bl_buf_string(&b), b.len);
  return 1;
}

void bl_open_value(lua_State *L, int scope) {
  static const luaL_Reg functions[] = {{"json_read", json_read},
                                       {"json_write", json_write},
                                       {"json_problems", json_problems},
                                       {NULL, NULL}};
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "bylaw.array");
  lua_setfield(L, -2, "__name");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &array_mark);
  lua_pushvalue(L, scope);
  luaL_setfuncs(L, functions, 1);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
}
