#include "binding.h"

#define SCOPE "bylaw.scope"
#define LENT                                                                   \
  32768 /* bytes that serve a call before its arena asks for more              \
         */

/* Calls do not nest as a rule, so one scope serves them all and a small call
 * asks the allocator for nothing. */
struct scope {
  struct bl_arena arena; /* first, so that its address is the scope's */
  bool busy;
  int index; /* where it lies on the stack; 0: it is the shared one */
  _Alignas(max_align_t) char lent[LENT];
};

/* The scope whose arena it is. */
static struct scope *scope_of(struct bl_arena *arena) {
  return (struct scope *)(void *)arena;
}

void bl_empty_scope(struct bl_arena *arena) {
  struct bl_arena full = *arena;
  bl_arena_free(&full);
  bl_arena_init(arena, full.alloc, full.ud, BL_ARENA_MAX, scope_of(arena)->lent,
                LENT);
}

void bl_close_scope(struct bl_arena *arena) {
  bl_arena_free(arena);
  scope_of(arena)->busy = false;
}

static int scope_close(lua_State *L) {
  bl_close_scope(lua_touserdata(L, 1));
  return 0;
}

static struct scope *new_scope(lua_State *L) {
  struct scope *scope = lua_newuserdatauv(L, sizeof *scope, 0);
  bl_arena_init(&scope->arena, NULL, NULL, 0, NULL, 0);
  scope->busy = false;
  scope->index = 0;
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
  if (scope->busy) {
    scope = new_scope(L);
    scope->index = lua_gettop(L);
  }
  bl_arena_init(&scope->arena, alloc, ud, BL_ARENA_MAX, scope->lent, LENT);
  scope->busy = true;
  return &scope->arena;
}

void bl_guard_scope(lua_State *L, struct bl_arena *arena) {
  int index = scope_of(arena)->index;
  if (index == 0) lua_pushvalue(L, lua_upvalueindex(1));
  lua_toclose(L, index == 0 ? -1 : index);
}

struct bl_arena *bl_push_scope(lua_State *L) {
  struct bl_arena *arena = bl_open_scope(L);
  bl_guard_scope(L, arena);
  return arena;
}

/* A string is a copy before anything else can happen, so that a scope that
 * owes the allocator nothing is done with before it is made. */
int bl_push_last_text(lua_State *L, struct bl_arena *arena,
                      struct bl_text text) {
  if (arena->blocks != NULL)
    bl_guard_scope(L, arena);
  else
    scope_of(arena)->busy = false;
  lua_pushlstring(L, text.bytes, text.len);
  return 1;
}
