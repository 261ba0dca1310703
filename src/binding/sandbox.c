/* A Lua state of its own for files that are not trusted. The two states never
 * raise through one another: what runs in the inner one is called by lua_pcall
 * there, and a function of the host by lua_pcall in the outer one. */
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

#include "binding.h"

#define SANDBOX "bylaw.sandbox"
#define LEVELS 1000 /* of a stack that are searched for a file */

/* User values: the host's functions, where the tables that came from inside
 * were made, what a function of the host raised. */
#define FUNCTIONS_VALUE 1
#define ORIGINS_VALUE 2
#define RAISED_VALUE 3

/* A key of the inner registry: the function that is called. */
static const char entry_key = 0;

/* --- what the program inside is given ------------------------------------ */

/* The innermost line of a declaration's file that runs: its name and line. */
static bool find_place(lua_State *L, lua_Debug *ar) {
  for (int level = 0; level < LEVELS && lua_getstack(L, level, ar); level++) {
    lua_getinfo(L, "Sl", ar);
    if (ar->source[0] == '@' && ar->currentline > 0) return true;
  }
  return false;
}

/* where() -> file, line | nothing */
static int where(lua_State *L) {
  lua_Debug ar;
  if (!find_place(L, &ar)) return 0;
  lua_pushstring(L, ar.source + 1);
  lua_pushinteger(L, ar.currentline);
  return 2;
}

/* load(text, name) -> function | nil, message: text alone, never bytecode */
static int load_text(lua_State *L) {
  size_t len;
  const char *bytes = luaL_checklstring(L, 1, &len);
  const char *name = luaL_checkstring(L, 2);
  bl_sandbox_charge(L, len / 4);
  if (luaL_loadbufferx(L, bytes, len, name, "t") == LUA_OK) return 1;
  luaL_pushfail(L);
  lua_insert(L, -2);
  return 2;
}

/* origin(number, table) -> table, noted to come from there; upvalue: the base
 * that is added */
static int origin(lua_State *L) {
  lua_Integer number =
      luaL_checkinteger(L, 1) + lua_tointeger(L, lua_upvalueindex(1));
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &bl_sandbox_origins);
  lua_pushvalue(L, 2);
  lua_pushinteger(L, number);
  lua_rawset(L, 3);
  lua_settop(L, 2);
  return 1;
}

/* origins(base) -> the function that notes origins of one file */
static int make_origin(lua_State *L) {
  luaL_checkinteger(L, 1);
  lua_settop(L, 1);
  lua_pushcclosure(L, origin, 1);
  return 1;
}

/* A call of a function of the host, as the outer state sees it. */
struct outward {
  struct bl_sandbox *sandbox;
  lua_State *inner;
  const char *name;
};

/* In the outer state, protected: copies the arguments and calls the function.
 * Stack: the outward, the sandbox's userdata. */
static int call_out(lua_State *outer) {
  struct outward *o = lua_touserdata(outer, 1);
  int count = lua_gettop(o->inner);
  lua_getiuservalue(outer, 2, FUNCTIONS_VALUE);
  lua_getiuservalue(outer, 2, ORIGINS_VALUE);
  lua_getfield(outer, 3, o->name);
  luaL_checkstack(outer, count + 4, NULL);
  for (int i = 1; i <= count; i++)
    bl_sandbox_copy(o->inner, i, outer, o->sandbox, 4);
  lua_call(outer, count, LUA_MULTRET);
  return lua_gettop(outer) - 4;
}

/* Keeps what a function of the host raised, to be raised again outside. */
static int end_by_host(lua_State *L, struct bl_sandbox *s) {
  if (s->end == BL_END_OUTPUT) {
    lua_pop(s->outer, 1);
    bl_sandbox_end(L, BL_END_OUTPUT);
  }
  lua_setiuservalue(s->outer, 1, RAISED_VALUE);
  bl_sandbox_end(L, BL_END_HOST);
  return 0;
}

/* Stands inside for the function of the host that its upvalue names. */
static int host_function(lua_State *L) {
  struct bl_sandbox *s = bl_sandbox_of(L);
  struct outward o = {s, L, lua_tostring(L, lua_upvalueindex(1))};
  lua_State *outer = s->outer;
  if (outer == NULL || !lua_checkstack(outer, 8))
    return luaL_error(L, "the host cannot be called now");
  int top = lua_gettop(outer);
  int64_t began = bl_sandbox_clock();
  lua_pushcfunction(outer, call_out);
  lua_pushlightuserdata(outer, &o);
  lua_pushvalue(outer, 1);
  int status = lua_pcall(outer, 2, LUA_MULTRET, 0);
  s->since_ns += bl_sandbox_clock() - began; /* that time is the host's */
  if (status != LUA_OK) return end_by_host(L, s);
  int count = lua_gettop(outer) - top;
  luaL_checkstack(L, count, NULL);
  for (int i = 1; i <= count; i++) bl_sandbox_copy(outer, top + i, L, NULL, 0);
  lua_settop(outer, top);
  return count;
}

/* --- setting up ---------------------------------------------------------- */

struct setup {
  lua_State *outer;
  const char *program; /* bytes of the function that is the program inside */
  size_t len;
};

/* A table with weak keys. */
static void push_weak(lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
}

static void set_functions(lua_State *L, lua_State *outer) {
  lua_pushnil(outer);
  while (lua_next(outer, 2)) {
    lua_pushstring(L, lua_tostring(outer, -2));
    lua_pushcclosure(L, host_function, 1);
    lua_setfield(L, -2, lua_tostring(outer, -2));
    lua_pop(outer, 1);
  }
}

/* In the inner state, protected: libraries, the program, and the function that
 * it returns, which is what calls call. */
static int set_up(lua_State *L) {
  static const luaL_Reg given[] = {{"where", where},
                                   {"load", load_text},
                                   {"origins", make_origin},
                                   {NULL, NULL}};
  struct setup *in = lua_touserdata(L, 1);
  bl_sandbox_open_libraries(L);
  push_weak(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &bl_sandbox_origins);
  if (luaL_loadbufferx(L, in->program, in->len, "=bylaw", "b") != LUA_OK)
    return lua_error(L);
  luaL_newlib(L, given);
  set_functions(L, in->outer);
  lua_call(L, 1, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &entry_key);
  return 0;
}

static struct bl_sandbox *new_sandbox(lua_State *L) {
  struct bl_sandbox *s = lua_newuserdatauv(L, sizeof *s, 3);
  memset(s, 0, sizeof *s);
  s->alloc = lua_getallocf(L, &s->alloc_ud);
  luaL_setmetatable(L, SANDBOX);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, FUNCTIONS_VALUE);
  push_weak(L);
  lua_setiuservalue(L, -2, ORIGINS_VALUE);
  bl_sandbox_read_limits(L, s);
  return s;
}

/* core.sandbox(program, functions, limits) -> sandbox. Raises where the limits
 * are too small for the program itself. */
static int sandbox(lua_State *L) {
  struct setup in = {.outer = L};
  in.program = luaL_checklstring(L, 1, &in.len);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TTABLE);
  struct bl_sandbox *s = new_sandbox(L);
  s->inner = lua_newstate(bl_sandbox_alloc, s);
  if (s->inner == NULL) return luaL_error(L, "not enough memory");
  *(struct bl_sandbox **)lua_getextraspace(s->inner) = s;
  lua_pushcfunction(s->inner, set_up);
  lua_pushlightuserdata(s->inner, &in);
  if (lua_pcall(s->inner, 1, 0, 0) != LUA_OK)
    return luaL_error(L, "%s", lua_tostring(s->inner, -1));
  return 1;
}

/* --- calling ------------------------------------------------------------- */

/* Notes where an error was raised, and leaves it as it is. */
static int note_place(lua_State *L) {
  struct bl_sandbox *s = bl_sandbox_of(L);
  lua_Debug ar;
  if (!find_place(L, &ar)) return 1;
  s->line = ar.currentline;
  snprintf(s->file, sizeof s->file, "%s", ar.source + 1);
  return 1;
}

/* In the inner state, protected: copies the arguments in and calls. */
static int call_in(lua_State *L) {
  struct bl_sandbox *s = bl_sandbox_of(L);
  int count = lua_gettop(s->outer) - 1;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &entry_key);
  luaL_checkstack(L, count, NULL);
  for (int i = 0; i < count; i++) bl_sandbox_copy(s->outer, i + 2, L, NULL, 0);
  lua_call(L, count, 0);
  return 0;
}

/* What an error says: a text, or the text in a table's `message`; its
 * metamethods are not asked. */
static void push_words(lua_State *outer, lua_State *L, int index) {
  const char *type = lua_typename(L, lua_type(L, index));
  if (lua_type(L, index) == LUA_TTABLE) {
    lua_pushnil(L);
    while (lua_next(L, index)) {
      if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING &&
          strcmp(lua_tostring(L, -2), "message") == 0) {
        index = lua_gettop(L);
        break;
      }
      lua_pop(L, 1);
    }
  }
  size_t len;
  const char *bytes =
      lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &len) : NULL;
  if (bytes != NULL)
    lua_pushlstring(outer, bytes, len < 4096 ? len : 4096);
  else
    lua_pushfstring(outer, "an error was raised that says nothing: a %s", type);
}

static const char *const codes[] = {[BL_END_NONE] = "raised",
                                    [BL_END_INSTRUCTIONS] = "instructions",
                                    [BL_END_SECONDS] = "seconds",
                                    [BL_END_OUTPUT] = "output",
                                    [BL_END_INTERRUPTED] = "interrupted",
                                    [BL_END_HOST] = "host"};

/* nil, code, words, file, line of what the run ended by. */
static int push_end(lua_State *L, struct bl_sandbox *s, int status) {
  bool memory = status == LUA_ERRMEM && s->end == BL_END_NONE;
  if (memory && bl_sandbox_late(s)) { /* that is why none was given */
    memory = false;
    s->end = BL_END_SECONDS;
  }
  lua_pushnil(L);
  lua_pushstring(L, memory ? "memory" : codes[s->end]);
  push_words(L, s->inner, lua_gettop(s->inner));
  if (s->line == 0) return 3;
  lua_pushstring(L, s->file);
  lua_pushinteger(L, s->line);
  return 5;
}

static struct bl_sandbox *check_sandbox(lua_State *L) {
  struct bl_sandbox *s = luaL_checkudata(L, 1, SANDBOX);
  luaL_argcheck(L, s->inner != NULL, 1, "the sandbox is closed");
  luaL_argcheck(L, s->outer == NULL, 1, "the sandbox is in a call");
  return s;
}

/* sandbox:call(...) -> true | nil, code, words [, file, line]: calls the
 * function that the program returned; what it has to say, it says to the host's
 * functions. `code` is "raised" or the limit that was reached: "instructions",
 * "seconds", "memory", "output"; "interrupted" where the host is to end. */
static int call(lua_State *L) {
  struct bl_sandbox *s = check_sandbox(L);
  luaL_checkstack(L, 16, NULL);
  bl_sandbox_begin(s, L);
  lua_pushcfunction(s->inner, note_place);
  lua_pushcfunction(s->inner, call_in);
  int status = lua_pcall(s->inner, 0, 0, 1);
  int count = 1;
  if (status == LUA_OK)
    lua_pushboolean(L, true);
  else
    count = s->starved || s->end == BL_END_HOST ? 0 : push_end(L, s, status);
  bl_sandbox_finish(s);
  if (count > 0) return count;
  if (s->end != BL_END_HOST) return luaL_error(L, "not enough memory");
  lua_getiuservalue(L, 1, RAISED_VALUE);
  return lua_error(L);
}

/* sandbox:origin(table) -> the number that its constructor was given | nil */
static int origin_of(lua_State *L) {
  luaL_checkudata(L, 1, SANDBOX);
  luaL_checkany(L, 2);
  lua_getiuservalue(L, 1, ORIGINS_VALUE);
  lua_pushvalue(L, 2);
  lua_rawget(L, -2);
  return 1;
}

/* sandbox:close(): twice is fine */
static int close_sandbox(lua_State *L) {
  struct bl_sandbox *s = luaL_checkudata(L, 1, SANDBOX);
  luaL_argcheck(L, s->outer == NULL, 1, "the sandbox is in a call");
  if (s->inner != NULL) lua_close(s->inner);
  s->inner = NULL;
  return 0;
}

void bl_open_sandbox(lua_State *L) {
  static const luaL_Reg methods[] = {{"call", call},
                                     {"origin", origin_of},
                                     {"close", close_sandbox},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", close_sandbox}, {"__close", close_sandbox}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"sandbox", sandbox}, {NULL, NULL}};
  luaL_newmetatable(L, SANDBOX);
  luaL_setfuncs(L, meta, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
}
