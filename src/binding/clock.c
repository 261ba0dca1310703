/* A clock and a pause, for whoever has to wait. */
#include "core/clock.h"

#include "binding.h"

#define MOST 86400 /* seconds of a pause */

/* core.now() -> seconds since some moment; a clock that nobody sets */
static int now(lua_State *L) {
  lua_pushnumber(L, (lua_Number)bl_clock_us() / 1e6);
  return 1;
}

/* core.pause(seconds): until they are over or a signal comes */
static int pause(lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  luaL_argcheck(L, seconds >= 0 && seconds <= MOST, 1,
                "seconds, from 0 to 86400");
  bl_clock_pause((int64_t)(seconds * 1e6));
  return 0;
}

void bl_open_clock(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"now", now}, {"pause", pause}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
