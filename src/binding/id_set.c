/* A set of ids as a userdata. */
#include "core/id_set.h"

#include "binding.h"

#define ID_SET "bylaw.id_set"

static struct bl_id_set *check_set(lua_State *L) {
  return bl_check_self(L, ID_SET);
}

/* core.id_set() -> an empty set */
static int id_set(lua_State *L) {
  void *ud;
  bl_alloc *alloc = lua_getallocf(L, &ud);
  bl_id_set_init(lua_newuserdatauv(L, sizeof(struct bl_id_set), 0), alloc, ud);
  luaL_setmetatable(L, ID_SET);
  return 1;
}

/* set:add(id) */
static int set_add(lua_State *L) {
  struct bl_id_set *set = check_set(L);
  if (!bl_id_set_add(set, bl_check_text(L, 2)))
    return luaL_error(L, "not enough memory");
  return 0;
}

/* set:has(id) -> boolean */
static int set_has(lua_State *L) {
  struct bl_id_set *set = check_set(L);
  lua_pushboolean(L, bl_id_set_has(set, bl_check_text(L, 2)));
  return 1;
}

static int set_free(lua_State *L) {
  bl_id_set_free(check_set(L));
  return 0;
}

static const luaL_Reg methods[] = {
    {"add", set_add}, {"has", set_has}, {NULL, NULL}};

void bl_open_id_set(lua_State *L) {
  if (luaL_newmetatable(L, ID_SET)) {
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, set_free, 1);
    lua_setfield(L, -2, "__gc");
    luaL_newlibtable(L, methods);
    lua_pushvalue(L, -2);
    luaL_setfuncs(L, methods, 1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, ID_SET);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
  lua_pushcfunction(L, id_set);
  lua_setfield(L, -2, "id_set");
}
