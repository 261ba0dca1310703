/* What a sandboxed file finds of Lua's own libraries. */
#include <lualib.h>
#include <string.h>

#include "sandbox.h"

#define BYTES_A_STEP 16 /* of a text, that count as one instruction */
#define MANY ((lua_Integer)1 << 40)

/* A function of a library whose work is counted before it is called. */
struct guard {
  const char *library, *name;
  size_t (*cost)(lua_State *L);
};

/* Raises for a table that could answer without end. */
static lua_Integer length(lua_State *L, int index) {
  if (!lua_istable(L, index)) return 0; /* the function itself complains */
  if (lua_getmetatable(L, index))
    luaL_argerror(L, index, "a table without a metatable is due");
  return (lua_Integer)lua_rawlen(L, index);
}

static size_t span(lua_Integer first, lua_Integer last) {
  if (last < first) return 1;
  if (first < 0 && last > MANY + first) return (size_t)MANY;
  return last - first > MANY ? (size_t)MANY : (size_t)(last - first) + 1;
}

static lua_Integer option(lua_State *L, int index, lua_Integer otherwise) {
  int done;
  lua_Integer n = lua_tointegerx(L, index, &done);
  return done ? n : otherwise;
}

/* table.insert(list, [at,] value), table.remove(list [, at]) */
static size_t insert_cost(lua_State *L) {
  lua_Integer len = length(L, 1);
  return lua_gettop(L) < 3 ? 1 : span(option(L, 2, 1), len + 1);
}
static size_t remove_cost(lua_State *L) {
  lua_Integer len = length(L, 1);
  return span(option(L, 2, len), len);
}

/* table.move(a, first, last, to [, b]) */
static size_t move_cost(lua_State *L) {
  length(L, 1);
  length(L, 5);
  return span(option(L, 2, 1), option(L, 3, 0));
}

/* table.concat(list, between, first, last), table.unpack(list, first, last) */
static size_t concat_cost(lua_State *L) {
  lua_Integer len = length(L, 1);
  return span(option(L, 3, 1), option(L, 4, len));
}
static size_t unpack_cost(lua_State *L) {
  lua_Integer len = length(L, 1);
  return span(option(L, 2, 1), option(L, 3, len));
}

static size_t sort_cost(lua_State *L) {
  size_t len = (size_t)length(L, 1), cost = len;
  for (size_t n = len; n > 1; n /= 2) cost += len;
  return cost;
}

/* string.rep(text, times, between): an empty text is repeated in a loop too */
static size_t rep_cost(lua_State *L) {
  size_t len = 0, between = 0;
  lua_Integer times = option(L, 2, 0);
  if (times <= 0 || !lua_isstring(L, 1)) return 1;
  lua_tolstring(L, 1, &len);
  if (lua_isstring(L, 3)) lua_tolstring(L, 3, &between);
  if (len + between > 0 &&
      (size_t)times > (size_t)BL_SANDBOX_PIECE / (len + between))
    luaL_error(L, "a text of more than %d MiB", BL_SANDBOX_PIECE >> 20);
  return span(1, times);
}

/* The bytes of all texts that are given. */
static size_t text_cost(lua_State *L) {
  size_t cost = 1;
  for (int i = lua_gettop(L); i > 0; i--)
    if (lua_type(L, i) == LUA_TSTRING) cost += lua_rawlen(L, i) / BYTES_A_STEP;
  return cost;
}

static const struct guard guards[] = {
    {LUA_TABLIBNAME, "insert", insert_cost},
    {LUA_TABLIBNAME, "remove", remove_cost},
    {LUA_TABLIBNAME, "move", move_cost},
    {LUA_TABLIBNAME, "concat", concat_cost},
    {LUA_TABLIBNAME, "unpack", unpack_cost},
    {LUA_TABLIBNAME, "sort", sort_cost},
    {LUA_STRLIBNAME, "rep", rep_cost},
    {LUA_GNAME, "tonumber", text_cost},
    {NULL, NULL, NULL},
};

static const struct guard any_text = {NULL, NULL, text_cost};

/* Counts, then becomes the function that it stands for: in the same frame, so
 * that messages name it. */
static int guarded(lua_State *L) {
  const struct guard *guard = lua_touserdata(L, lua_upvalueindex(2));
  bl_sandbox_charge(L, guard->cost(L));
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* Puts a guard in place of the function at the top of the stack. */
static void push_guarded(lua_State *L, const struct guard *guard) {
  lua_pushlightuserdata(L, (void *)guard);
  lua_pushcclosure(L, guarded, 2);
}

static void set_guards(lua_State *L) {
  for (const struct guard *g = guards; g->name != NULL; g++) {
    lua_getglobal(L, g->library);
    lua_getfield(L, -1, g->name);
    push_guarded(L, g);
    lua_setfield(L, -2, g->name);
    lua_pop(L, 1);
  }
}

/* Guards every function of a library of texts. */
static void guard_texts(lua_State *L, const char *library) {
  lua_getglobal(L, library);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    bool guarded_already = lua_getupvalue(L, -1, 1) != NULL;
    if (guarded_already) lua_pop(L, 1);
    if (guarded_already || !lua_iscfunction(L, -1)) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    push_guarded(L, &any_text);
    lua_rawset(L, -4); /* a field that is there may be set meanwhile */
  }
  lua_pop(L, 1);
}

/* setmetatable(table, metatable), without finalizers */
static int set_metatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2,
                   "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
    return luaL_error(L, "cannot change a protected metatable");
  lua_settop(L, 2);
  if (type == LUA_TTABLE) {
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL)
      return luaL_error(L, "a declaration has no finalizers (__gc)");
    lua_pop(L, 1);
  }
  lua_setmetatable(L, 1);
  return 1;
}

static void remove_fields(lua_State *L, const char *library,
                          const char *const *names) {
  lua_getglobal(L, library);
  for (; *names != NULL; names++) {
    lua_pushnil(L);
    lua_setfield(L, -2, *names);
  }
  lua_pop(L, 1);
}

/* Texts have their methods, and nobody gets at the table that says so. */
static void lock_text_metatable(lua_State *L) {
  lua_pushliteral(L, "");
  if (lua_getmetatable(L, -1)) {
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

void bl_sandbox_open_libraries(lua_State *L) {
  static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},
                                       {LUA_STRLIBNAME, luaopen_string},
                                       {LUA_TABLIBNAME, luaopen_table},
                                       {LUA_MATHLIBNAME, luaopen_math},
                                       {LUA_UTF8LIBNAME, luaopen_utf8},
                                       {LUA_COLIBNAME, luaopen_coroutine},
                                       {NULL, NULL}};
  static const char *const base[] = {"load",           "dofile", "loadfile",
                                     "collectgarbage", "warn",   NULL};
  static const char *const text[] = {"dump", NULL};
  static const char *const math[] = {"random", "randomseed", NULL};
  for (const luaL_Reg *l = libraries; l->name != NULL; l++) {
    luaL_requiref(L, l->name, l->func, 1);
    lua_pop(L, 1);
  }
  remove_fields(L, LUA_GNAME, base);
  remove_fields(L, LUA_STRLIBNAME, text);
  remove_fields(L, LUA_MATHLIBNAME, math);
  set_guards(L);
  guard_texts(L, LUA_UTF8LIBNAME);
  guard_texts(L, LUA_STRLIBNAME);
  lua_getglobal(L, LUA_STRLIBNAME);
  bl_sandbox_open_patterns(L);
  lua_pop(L, 1);
  lua_pushcfunction(L, set_metatable);
  lua_setglobal(L, "setmetatable");
  lock_text_metatable(L);
}
