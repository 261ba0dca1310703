/* Faults on purpose: what the sanitized specs must report is shown here to be
 * reported (host_spec.lua, race_spec.lua). */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>

/* Memory that nobody can reach any more. */
static int planted_leak(lua_State *L) {
  volatile char *lost = malloc((size_t)luaL_checkinteger(L, 1));
  if (lost != NULL) lost[0] = 1;
  lost = NULL;
  return 0;
}

/* A write one byte behind a block. */
static int planted_overflow(lua_State *L) {
  size_t size = (size_t)luaL_checkinteger(L, 1);
  volatile char *block = malloc(size);
  if (block != NULL) block[size] = 1;
  free((void *)block);
  return 0;
}

/* A sum that is too large for its type. */
static int planted_undefined(lua_State *L) {
  int most = INT_MAX - 1 + (int)lua_toboolean(L, 1);
  lua_pushinteger(L, most + (int)luaL_checkinteger(L, 2));
  return 1;
}

/* Memory of Lua's allocator that is not given back. */
static int planted_lent(lua_State *L) {
  static void
      *volatile kept; /* reachable, so that the leak check has no word on it */
  void *ud;
  lua_Alloc alloc = lua_getallocf(L, &ud);
  kept = alloc(ud, NULL, 0, (size_t)luaL_checkinteger(L, 1));
  lua_pushboolean(L, kept != NULL);
  return 1;
}

static int shared;

static void *planted_count(void *unused) {
  (void)unused;
  for (int i = 0; i < 1000; i++) shared++;
  return NULL;
}

/* Two threads that count without a word to one another. */
static int planted_race(lua_State *L) {
  pthread_t other;
  if (pthread_create(&other, NULL, planted_count, NULL) != 0)
    return luaL_error(L, "no thread");
  planted_count(NULL);
  pthread_join(other, NULL);
  lua_pushinteger(L, shared);
  return 1;
}

static const luaL_Reg functions[] = {
    {"leak", planted_leak},           {"overflow", planted_overflow},
    {"undefined", planted_undefined}, {"lent", planted_lent},
    {"race", planted_race},           {NULL, NULL},
};

int luaopen_planted(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
