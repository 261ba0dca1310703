/* require "bylaw.core" */
#include "binding.h"
#include "core/guid.h"
#include "core/version.h"

__attribute__((visibility("default"))) int luaopen_bylaw_core(lua_State *L);

/* core.guid() -> a random GUID */
static int guid(lua_State *L) {
  uint8_t id[BL_GUID_BYTES];
  char text[BL_GUID_TEXT];
  bl_guid_random(id);
  bl_guid_write(id, text);
  lua_pushstring(L, text);
  return 1;
}

int luaopen_bylaw_core(lua_State *L) {
  static const luaL_Reg functions[] = {{"guid", guid}, {NULL, NULL}};
  bl_push_shared_scope(L);
  int scope = lua_gettop(L);
  luaL_newlib(L, functions);
  lua_pushliteral(L, BL_VERSION);
  lua_setfield(L, -2, "version");
  bl_push_error_metatable(L);
  lua_setfield(L, -2, "error_metatable");
  bl_push_problem_codes(L);
  lua_setfield(L, -2, "problem_codes");
  bl_open_value(L, scope);
  bl_open_kinds(L);
  bl_open_id_set(L);
  bl_open_interrupts(L);
  bl_open_definition(L, scope);
  bl_open_stored(L, scope);
  bl_open_equal(L, scope);
  bl_open_policy(L, scope);
  bl_open_jose(L, scope);
  bl_open_http(L, scope);
  bl_open_process(L);
  bl_open_clock(L);
  bl_open_sandbox(L);
  bl_open_files(L);
  return 1;
}
