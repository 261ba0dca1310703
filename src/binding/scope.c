#include "binding.h"

#define SCOPE "bylaw.scope"
#define LENT                                                                   \
  32768 /* bytes that serve a call before its arena asks for more              \
         */

/* Calls do not nest as a rule, so one scope serves them all and a small call
 * asks the allocator for nothing. */
struct scope {
  struct bl_arena arena;
  bool busy;
  _Alignas(max_align_t) char lent[LENT];
};

void bl_close_scope(lua_State *L, int index) {
  struct scope *scope = lua_touserdata(L, index);
  bl_arena_free(&scope->arena);
  scope->busy = false;
}

static int scope_close(lua_State *L) {
  bl_close_scope(L, 1);
  return 0;
}

static struct scope *new_scope(lua_State *L) {
  struct scope *scope = lua_newuserdatauv(L, sizeof *scope, 0);
  bl_arena_init(&scope->arena, NULL, NULL, 0, NULL, 0);
  scope->busy = false;
  luaL_setmetatable(L, SCOPE);
  return scope;
}

void bl_push_shared_scope(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"__close", scope_close}, {"__gc", scope_close}, {NULL, NULL}};
  if (luaL_newmetatable(L, SCOPE)) luaL_setfuncs(L, methods, 0);
  lua_pop(L, 1);
  new_scope(L);
}

struct bl_arena *bl_open_scope(lua_State *L) {
  void *ud;
  lua_Alloc alloc = lua_getallocf(L, &ud);
  struct scope *scope = lua_touserdata(L, lua_upvalueindex(1));
  if (scope->busy)
    scope = new_scope(L);
  else
    lua_pushvalue(L, lua_upvalueindex(1));
  bl_arena_init(&scope->arena, alloc, ud, BL_ARENA_MAX, scope->lent, LENT);
  scope->busy = true;
  return &scope->arena;
}

void bl_guard_scope(lua_State *L, int index) { lua_toclose(L, index); }

struct bl_arena *bl_push_scope(lua_State *L) {
  struct bl_arena *arena = bl_open_scope(L);
  bl_guard_scope(L, -1);
  return arena;
}

/* A string is a copy before anything else can happen, so that a scope that
 * owes the allocator nothing is done with before it is made. */
int bl_push_last_text(lua_State *L, int index, struct bl_text text) {
  struct scope *scope = lua_touserdata(L, index);
  if (scope->arena.blocks != NULL)
    bl_guard_scope(L, index);
  else
    scope->busy = false;
  lua_pushlstring(L, text.bytes, text.len);
  return 1;
}
