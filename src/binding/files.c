/* What Lua's own library cannot say of files and folders. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"

/* core.real_path(path) -> the absolute path without links, "." and ".." |
 * nil, why not */
static int real_path(lua_State *L) {
  char path[PATH_MAX]; /* not of malloc: pushing it may raise */
  if (realpath(luaL_checkstring(L, 1), path) != NULL) {
    lua_pushstring(L, path);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, strerror(errno));
  return 2;
}

void bl_open_files(lua_State *L) {
  static const luaL_Reg functions[] = {{"real_path", real_path}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
