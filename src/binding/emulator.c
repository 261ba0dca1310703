/* bylaw.emulator: the local Graph in this process. A module of its own, so
 * that the client needs neither libmicrohttpd nor SQLite. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "binding.h"
#include "emulator_options.h"

#define EMULATOR "bylaw.emulator"
#define MAX_SETTINGS 32 /* of one rule; there are fewer */

struct handle {
  struct bl_emulator *emulator; /* NULL: stopped */
};

static struct handle *check_handle(lua_State *L) {
  return luaL_checkudata(L, 1, EMULATOR);
}

static struct bl_emulator *check_running(lua_State *L) {
  struct bl_emulator *e = check_handle(L)->emulator;
  if (e == NULL) luaL_error(L, "the emulator is stopped");
  return e;
}

/* --- methods ------------------------------------------------------------- */

/* emulator.start([options]) -> emulator | nil, err */
static int start(lua_State *L) {
  struct bl_emulator_options options = {0};
  char reason[BL_REASON];
  lua_settop(L, 1);
  lua_newtable(L); /* of texts made for the options */
  if (!lua_isnil(L, 1)) {
    luaL_checktype(L, 1, LUA_TTABLE);
    bl_read_emulator_options(L, &options);
  }
  struct handle *h = lua_newuserdatauv(L, sizeof *h, 1);
  h->emulator = NULL;
  luaL_setmetatable(L, EMULATOR);
  lua_createtable(L, 0, 7);
  enum bl_status s = bl_emulator_start(&options, &h->emulator, reason);
  if (s != BL_OK) return bl_push_error(L, s, reason);

  lua_pushstring(L, bl_emulator_url(h->emulator));
  lua_setfield(L, -2, "url");
  lua_pushstring(L, bl_emulator_ca_file(h->emulator));
  lua_setfield(L, -2, "ca_file");
  lua_pushstring(L, bl_emulator_tenant_id(h->emulator));
  lua_setfield(L, -2, "tenant_id");
  lua_pushstring(L, bl_emulator_client_id(h->emulator));
  lua_setfield(L, -2, "client_id");
  lua_pushinteger(L, bl_emulator_port(h->emulator));
  lua_setfield(L, -2, "port");
  lua_pushstring(L, bl_emulator_token(h->emulator));
  lua_setfield(L, -2, "token");
  lua_pushstring(L, bl_emulator_admin_token(h->emulator));
  lua_setfield(L, -2, "admin_token");
  lua_setiuservalue(L, -2, 1);
  return 1;
}

/* emulator:reset() -> true | nil, err */
static int reset(lua_State *L) {
  char reason[BL_REASON];
  enum bl_status s = bl_emulator_reset(check_running(L), reason);
  if (s != BL_OK) return bl_push_error(L, s, reason);
  lua_pushboolean(L, true);
  return 1;
}

/* emulator:seed(json [, when_empty]) -> true | nil, err */
static int seed(lua_State *L) {
  char reason[BL_REASON];
  struct bl_text json;
  struct bl_emulator *e = check_running(L);
  json.bytes = luaL_checklstring(L, 2, &json.len);
  enum bl_status s = bl_emulator_seed(e, json, lua_toboolean(L, 3), reason);
  if (s != BL_OK) return bl_push_error(L, s, reason);
  lua_pushboolean(L, true);
  return 1;
}

/* emulator:revoke() */
static int revoke(lua_State *L) {
  bl_emulator_revoke(check_running(L));
  return 0;
}

/* Raises for BL_INVALID: a rule is the program's own. */
static int ruled(lua_State *L, enum bl_status s, const char *reason) {
  if (s == BL_INVALID) return luaL_error(L, "%s", reason);
  if (s != BL_OK) return bl_push_error(L, s, reason);
  lua_pushboolean(L, true);
  return 1;
}

/* Reads the table at 2; leaves the texts that it made on the stack. */
static size_t read_settings(lua_State *L, struct bl_setting *settings) {
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, 2); count++) {
    if (count == MAX_SETTINGS) luaL_error(L, "a rule has too many settings");
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "a setting of a rule has a name, not %s",
                 luaL_typename(L, -2));
    settings[count].name = lua_tostring(L, -2);
    settings[count].value = luaL_tolstring(L, -1, NULL);
    lua_insert(L, -3); /* the text below key and value */
    lua_pop(L, 1);
  }
  return count;
}

/* emulator:fault(rule) -> true | nil, err
 * A rule is words, or a table of settings. */
static int fault(lua_State *L) {
  struct bl_setting settings[MAX_SETTINGS];
  char reason[BL_REASON];
  struct bl_emulator *e = check_running(L);
  lua_settop(L, 2);
  if (lua_type(L, 2) == LUA_TSTRING)
    return ruled(L, bl_emulator_faults(e, lua_tostring(L, 2), reason), reason);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checkstack(L, MAX_SETTINGS + 8, NULL);
  size_t count = read_settings(L, settings);
  return ruled(L, bl_emulator_fault(e, settings, count, reason), reason);
}

/* emulator:calm(): removes all rules. */
static int calm(lua_State *L) {
  bl_emulator_calm(check_running(L));
  return 0;
}

/* emulator:lag(ms) */
static int lag(lua_State *L) {
  struct bl_emulator *e = check_running(L);
  lua_Integer ms = luaL_checkinteger(L, 2);
  luaL_argcheck(L, ms >= 0 && ms <= BL_MAX_LAG, 2,
                "milliseconds, from 0 to 3600000");
  bl_emulator_lag(e, (unsigned)ms);
  return 0;
}

/* emulator:shift(seconds): of the clock, against the system's */
static int shift(lua_State *L) {
  struct bl_emulator *e = check_running(L);
  lua_Number seconds = luaL_checknumber(L, 2);
  luaL_argcheck(L, seconds > -1e10 && seconds < 1e10, 2,
                "seconds, within 300 years");
  bl_emulator_shift(e, (int64_t)(seconds * 1000));
  return 0;
}

/* emulator:stop(): also when closed or collected; twice is fine. */
static int stop(lua_State *L) {
  struct handle *h = check_handle(L);
  struct bl_emulator *e = h->emulator;
  h->emulator = NULL;
  bl_emulator_stop(e);
  return 0;
}

/* emulator:wait([ready]) -> "SIGINT" | "SIGTERM"
 * Holds both signals back, calls ready(), and waits for one of them. */
static int wait_for_signal(lua_State *L) {
  sigset_t held, before;
  int taken = 0;
  check_running(L);
  lua_settop(L, 2);
  if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &held, &before);
  int status = lua_isnil(L, 2) ? LUA_OK : lua_pcall(L, 0, 0, 0);
  if (status == LUA_OK)
    while (sigwait(&held, &taken) == EINTR) continue;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (status != LUA_OK) return lua_error(L);
  lua_pushstring(L, taken == SIGINT ? "SIGINT" : "SIGTERM");
  return 1;
}

/* A method, or one of the fields url, port, token and so on, which stay
 * readable. */
static int get_field(lua_State *L) {
  check_handle(L);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  if (lua_getiuservalue(L, 1, 1) != LUA_TTABLE) return 0;
  lua_pushvalue(L, 2);
  lua_rawget(L, -2);
  return 1;
}

static int to_string(lua_State *L) {
  const char *state = check_handle(L)->emulator ? "" : "stopped, ";
  lua_getiuservalue(L, 1, 1);
  lua_getfield(L, -1, "url");
  lua_pushfstring(L, EMULATOR " (%s%s)", state, lua_tostring(L, -1));
  return 1;
}

/* --- the module ---------------------------------------------------------- */

static const luaL_Reg methods[] = {
    {"calm", calm},   {"fault", fault},   {"lag", lag},
    {"reset", reset}, {"revoke", revoke}, {"seed", seed},
    {"shift", shift}, {"stop", stop},     {"wait", wait_for_signal},
    {NULL, NULL}};

static const luaL_Reg events[] = {
    {"__gc", stop}, {"__close", stop}, {"__tostring", to_string}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"start", start}, {NULL, NULL}};

/* err as its message, for when bylaw.errors, which says more, is not there. */
static int error_to_string(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_getfield(L, 1, "message");
  luaL_tolstring(L, -1, NULL);
  return 1;
}

static void dress_errors(lua_State *L) {
  bl_push_error_metatable(L);
  if (lua_getfield(L, -1, "__tostring") == LUA_TNIL) {
    lua_pushcfunction(L, error_to_string);
    lua_setfield(L, -3, "__tostring");
  }
  lua_pop(L, 2);
}

/* emulator.questions: what `decide` can say, in order. */
static void push_questions(lua_State *L) {
  lua_newtable(L);
  for (int i = 0; bl_questions[i].name != NULL; i++) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, bl_questions[i].name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, bl_questions[i].about);
    lua_setfield(L, -2, "about");
    lua_newtable(L);
    for (int j = 0; bl_questions[i].answers[j] != NULL; j++) {
      lua_pushstring(L, bl_questions[i].answers[j]);
      lua_rawseti(L, -2, j + 1);
    }
    lua_setfield(L, -2, "answers");
    lua_rawseti(L, -2, i + 1);
  }
}

int luaopen_bylaw_emulator(lua_State *L);
int luaopen_bylaw_emulator(lua_State *L) {
  dress_errors(L);
  if (luaL_newmetatable(L, EMULATOR)) {
    luaL_setfuncs(L, events, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, get_field, 1);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  push_questions(L);
  lua_setfield(L, -2, "questions");
  return 1;
}
