/* Other programs, run without a shell, as a userdata. */
#include "core/process.h"

#include <string.h>

#include "binding.h"

#define PROCESS "bylaw.process"
#define MAX_WORDS 64
#define MAX_SECONDS 3600
#define MAX_OUTPUT ((lua_Integer)16 << 20) /* bytes of a stream, by wish */
#define OUTPUT 65536                       /* and by default */

struct holder {
  struct bl_process *process; /* NULL: closed, or not open yet */
};

static struct holder *check_process(lua_State *L) {
  return luaL_checkudata(L, 1, PROCESS);
}

/* The texts of the list at `index`, NULL-ended; they are the list's. */
static void read_words(lua_State *L, int index, const char **words) {
  luaL_checktype(L, index, LUA_TTABLE);
  lua_Unsigned count = lua_rawlen(L, index);
  luaL_argcheck(L, count <= MAX_WORDS, index, "at most 64 words");
  for (lua_Unsigned i = 0; i < count; i++) {
    size_t len = 0;
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    words[i] =
        lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
    luaL_argcheck(L, words[i] != NULL && strlen(words[i]) == len, index,
                  "texts without NUL");
    lua_pop(L, 1);
  }
  words[count] = NULL;
}

static lua_Number seconds_option(lua_State *L, const char *key,
                                 lua_Number by_default) {
  lua_getfield(L, 2, key);
  lua_Number seconds = luaL_optnumber(L, -1, by_default);
  luaL_argcheck(L, seconds > 0 && seconds <= MAX_SECONDS, 2,
                "timeout: seconds, above 0 and at most 3600");
  lua_pop(L, 1);
  return seconds;
}

static size_t output_option(lua_State *L) {
  lua_getfield(L, 2, "max_output");
  lua_Integer bytes = luaL_optinteger(L, -1, OUTPUT);
  luaL_argcheck(L, bytes > 0 && bytes <= MAX_OUTPUT, 2,
                "max_output: bytes, above 0 and at most 16 MiB");
  lua_pop(L, 1);
  return (size_t)bytes;
}

/* core.run(argv [, { timeout=, max_output=, withheld= }])
 * -> process | nil, err */
static int run(lua_State *L) {
  const char *argv[MAX_WORDS + 1], *withheld[MAX_WORDS + 1] = {NULL};
  struct bl_process_options options = {.argv = argv, .withheld = withheld};
  read_words(L, 1, argv);
  luaL_argcheck(L, argv[0] != NULL, 1, "a program and its arguments");
  if (lua_isnoneornil(L, 2)) {
    lua_settop(L, 1);
    lua_newtable(L);
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  options.timeout_ms = (long)(seconds_option(L, "timeout", 30) * 1000);
  options.max_output = output_option(L);
  if (lua_getfield(L, 2, "withheld") != LUA_TNIL)
    read_words(L, lua_gettop(L), withheld);
  options.alloc = lua_getallocf(L, &options.ud);
  struct holder *holder = lua_newuserdatauv(L, sizeof(*holder), 0);
  *holder = (struct holder){0};
  luaL_setmetatable(L, PROCESS);
  const char *reason;
  enum bl_status s = bl_process_start(&options, &holder->process, &reason);
  return s == BL_OK ? 1 : bl_push_error(L, s, reason);
}

static void push_result(lua_State *L, const struct bl_process_result *r) {
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, r->exit_status);
  lua_setfield(L, -2, "status");
  lua_pushlstring(L, r->out.bytes, r->out.len);
  lua_setfield(L, -2, "out");
  lua_pushlstring(L, r->err.bytes, r->err.len);
  lua_setfield(L, -2, "err");
}

/* process:wait([seconds]) -> result | false, while it runs | nil, err */
static int process_wait(lua_State *L) {
  struct holder *holder = check_process(L);
  lua_Number seconds = luaL_optnumber(L, 2, 0);
  luaL_argcheck(L, seconds >= 0 && seconds <= MAX_SECONDS, 2,
                "seconds, from 0 to 3600");
  if (holder->process == NULL)
    return bl_push_error(L, BL_CLOSED, "the process is closed");
  bool ended;
  enum bl_status s =
      bl_process_wait(holder->process, (long)(seconds * 1000), &ended);
  if (s != BL_OK) return bl_push_error(L, s, NULL);
  if (ended)
    push_result(L, bl_process_result(holder->process));
  else
    lua_pushboolean(L, false);
  return 1;
}

/* process:close(), __close and __gc */
static int process_close(lua_State *L) {
  struct holder *holder = check_process(L);
  bl_process_close(holder->process);
  holder->process = NULL;
  return 0;
}

static const luaL_Reg methods[] = {
    {"wait", process_wait}, {"close", process_close}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__close", process_close}, {"__gc", process_close}, {NULL, NULL}};

void bl_open_process(lua_State *L) {
  if (luaL_newmetatable(L, PROCESS)) {
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, PROCESS);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
  lua_pushcfunction(L, run);
  lua_setfield(L, -2, "run");
}
