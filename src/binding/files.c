/* What Lua's own library cannot say of files and folders. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"

/* A path that realpath allocated, freed however the function ends. */
static int free_path(lua_State *L) {
  char **path = lua_touserdata(L, 1);
  free(*path);
  *path = NULL;
  return 0;
}

/* core.real_path(path) -> the absolute path without links, "." and ".." |
 * nil, why not */
static int real_path(lua_State *L) {
  const char *given = luaL_checkstring(L, 1);
  char **path = lua_newuserdatauv(L, sizeof *path, 0);
  *path = NULL;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, free_path);
  lua_setfield(L, -2, "__close");
  lua_setmetatable(L, -2);
  lua_toclose(L, -1);
  *path = realpath(given, NULL);
  if (*path == NULL) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
  }
  lua_pushstring(L, *path);
  return 1;
}

void bl_open_files(lua_State *L) {
  static const luaL_Reg functions[] = {{"real_path", real_path}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
