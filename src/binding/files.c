/* What Lua's own library cannot say of files and folders. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* core.is_exposed(path) -> whether somebody else may read this file of the
 * user's; false of what is no plain file, or another's, which he cannot mend */
static int is_exposed(lua_State *L) {
  struct stat file;
  lua_pushboolean(L, stat(luaL_checkstring(L, 1), &file) == 0 &&
                         S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
                         (file.st_mode & (S_IRGRP | S_IROTH)) != 0);
  return 1;
}

void bl_open_files(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"is_exposed", is_exposed}, {"real_path", real_path}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
