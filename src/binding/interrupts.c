/* Interrupts of a command that must finish what is under way: the first is
 * counted, the second ends the process. Only the command asks for it; a
 * program that embeds bylaw keeps its signals. */
#include <signal.h>
#include <string.h>

#include "binding.h"

#define INTERRUPTS "bylaw.interrupts"

static volatile sig_atomic_t count;

static const int signals[] = {SIGINT, SIGTERM};
#define SIGNALS (sizeof signals / sizeof *signals)

struct held {
  bool active;
  struct sigaction before[SIGNALS];
};

static void on_signal(int number) {
  (void)number;
  count++;
}

/* Puts the handlers back that there were. */
static int held_close(lua_State *L) {
  struct held *held = luaL_checkudata(L, 1, INTERRUPTS);
  for (size_t i = 0; held->active && i < SIGNALS; i++)
    sigaction(signals[i], &held->before[i], NULL);
  held->active = false;
  return 0;
}

/* held:count() -> how many came since they are held back */
static int held_count(lua_State *L) {
  luaL_checkudata(L, 1, INTERRUPTS);
  lua_pushinteger(L, count);
  return 1;
}

/* core.hold_interrupts() -> held, until it is closed or collected */
static int hold(lua_State *L) {
  struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
  held->active = false;
  luaL_setmetatable(L, INTERRUPTS);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  count = 0;
  for (size_t i = 0; i < SIGNALS; i++)
    sigaction(signals[i], &action, &held->before[i]);
  held->active = true;
  return 1;
}

void bl_open_interrupts(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"count", held_count}, {"close", held_close}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__close", held_close}, {"__gc", held_close}, {NULL, NULL}};
  if (luaL_newmetatable(L, INTERRUPTS)) {
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, INTERRUPTS);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
  lua_pushcfunction(L, hold);
  lua_setfield(L, -2, "hold_interrupts");
}
