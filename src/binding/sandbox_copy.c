/* Data between two Lua states. Reading never raises, so that an error is
 * always one of the state that is written to. */
#include "sandbox.h"

const char bl_sandbox_origins = 0;

#define TABLE_BYTES 64 /* that a table counts for */
#define ENTRY_BYTES 32 /* that each of its entries counts for */

struct copier {
  lua_State *from, *to;
  struct bl_sandbox *out;    /* NULL: into the sandbox, nothing is counted */
  int known;                 /* index in `to`: copies by the table's address */
  int origins_from, origins; /* indices of the tables of origins */
};

/* What stands for a function or a coroutine, which are no data. */
static int no_data(lua_State *L) {
  return luaL_error(L, "a function of a declaration does not leave it");
}

static void refuse(struct copier *c) {
  if (c->out != NULL) c->out->end = BL_END_OUTPUT;
  luaL_error(c->to, "too much data");
}

static void count(struct copier *c, size_t bytes) {
  if (c->out == NULL) return;
  if (bytes > c->out->max_copied - c->out->copied) refuse(c);
  c->out->copied += bytes;
}

static void copy_any(struct copier *c, int index, int depth);

static void note_origin(struct copier *c, int index) {
  if (c->origins == 0) return;
  lua_pushvalue(c->from, index);
  lua_rawget(c->from, c->origins_from);
  if (lua_isinteger(c->from, -1)) {
    lua_pushvalue(c->to, -1);
    lua_pushinteger(c->to, lua_tointeger(c->from, -1));
    lua_rawset(c->to, c->origins);
  }
  lua_pop(c->from, 1);
}

static void copy_entries(struct copier *c, int index, int depth) {
  lua_pushnil(c->from);
  while (lua_next(c->from, index)) {
    int value = lua_gettop(c->from);
    count(c, ENTRY_BYTES);
    copy_any(c, value - 1, depth);
    copy_any(c, value, depth);
    lua_rawset(c->to, -3);
    lua_pop(c->from, 1);
  }
}

static void copy_table(struct copier *c, int index, int depth) {
  if (depth > BL_SANDBOX_DEPTH || !lua_checkstack(c->from, 8)) refuse(c);
  luaL_checkstack(c->to, 8, NULL);
  const void *address = lua_topointer(c->from, index);
  if (lua_rawgetp(c->to, c->known, address) == LUA_TTABLE) return;
  lua_pop(c->to, 1);
  count(c, TABLE_BYTES);
  lua_newtable(c->to);
  lua_pushvalue(c->to, -1);
  lua_rawsetp(c->to, c->known, address);
  note_origin(c, index);
  copy_entries(c, index, depth + 1);
}

static void copy_text(struct copier *c, int index) {
  size_t len;
  const char *bytes = lua_tolstring(c->from, index, &len);
  count(c, len);
  lua_pushlstring(c->to, bytes, len);
}

static void copy_number(struct copier *c, int index) {
  if (lua_isinteger(c->from, index))
    lua_pushinteger(c->to, lua_tointeger(c->from, index));
  else
    lua_pushnumber(c->to, lua_tonumber(c->from, index));
}

static void copy_any(struct copier *c, int index, int depth) {
  switch (lua_type(c->from, index)) {
  case LUA_TNIL:
  case LUA_TNONE: lua_pushnil(c->to); break;
  case LUA_TBOOLEAN:
    lua_pushboolean(c->to, lua_toboolean(c->from, index));
    break;
  case LUA_TNUMBER: copy_number(c, index); break;
  case LUA_TSTRING: copy_text(c, index); break;
  case LUA_TTABLE: copy_table(c, index, depth); break;
  case LUA_TLIGHTUSERDATA:
    lua_pushlightuserdata(c->to, lua_touserdata(c->from, index));
    break;
  default: lua_pushcfunction(c->to, no_data); break;
  }
}

void bl_sandbox_copy(lua_State *from, int index, lua_State *to,
                     struct bl_sandbox *out, int origins) {
  struct copier c = {.from = from, .to = to, .out = out, .origins = origins};
  int top = lua_gettop(from);
  index = lua_absindex(from, index);
  luaL_checkstack(to, 4, NULL);
  if (!lua_checkstack(from, 8)) luaL_error(to, "stack overflow");
  lua_newtable(to);
  c.known = lua_gettop(to);
  if (origins != 0) {
    lua_rawgetp(from, LUA_REGISTRYINDEX, &bl_sandbox_origins);
    c.origins_from = lua_gettop(from);
  }
  copy_any(&c, index, 1);
  lua_remove(to, c.known);
  lua_settop(from, top);
}
