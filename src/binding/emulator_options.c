/* The table of options that emulator.start takes. */
#include "emulator_options.h"

#include <string.h>

#include "binding.h"
#include "core/json_write.h"

#define OPTIONS 1 /* stack indices */
#define KEPT 2
#define MAX_PAGE 1000000
#define MAX_JSON ((size_t)16 << 20) /* bytes of a table of options as JSON */

typedef void read_option(lua_State *L, struct bl_emulator_options *o);

/* Reads the value at the top of the stack, which stays in its table. */
static const char *string_option(lua_State *L, const char *name) {
  size_t len;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "option '%s' must be a string, not %s", name,
               luaL_typename(L, -1));
  const char *text = lua_tolstring(L, -1, &len);
  if (strlen(text) != len)
    luaL_error(L, "option '%s' must not hold a zero byte", name);
  return text;
}

static bool boolean_option(lua_State *L, const char *name) {
  if (!lua_isboolean(L, -1))
    luaL_error(L, "option '%s' must be true or false, not %s", name,
               luaL_typename(L, -1));
  return lua_toboolean(L, -1);
}

static lua_Integer integer_option(lua_State *L, const char *name,
                                  lua_Integer max) {
  int whole;
  lua_Integer n = lua_tointegerx(L, -1, &whole);
  if (!whole || lua_type(L, -1) != LUA_TNUMBER || n < 0 || n > max)
    luaL_error(L, "option '%s' must be an integer from 0 to %I", name,
               (LUAI_UACINT)max);
  return n;
}

static void read_admin_token(lua_State *L, struct bl_emulator_options *o) {
  o->admin_token = string_option(L, "admin_token");
}

static void read_allow_remote(lua_State *L, struct bl_emulator_options *o) {
  o->allow_remote = boolean_option(L, "allow_remote");
}

static void read_check(lua_State *L, struct bl_emulator_options *o) {
  o->no_check = !boolean_option(L, "check");
}

static void read_enforce(lua_State *L, struct bl_emulator_options *o) {
  o->enforce_permissions = boolean_option(L, "enforce_permissions");
}

static void read_host(lua_State *L, struct bl_emulator_options *o) {
  o->host = string_option(L, "host");
}

static void *lua_memory(void *ud, void *old, size_t old_size, size_t size) {
  void *state;
  lua_Alloc alloc = lua_getallocf(ud, &state);
  return alloc(state, old, old_size, size);
}

/* Pushes the table at the top as JSON; false: no memory. */
static bool push_json(lua_State *L) {
  struct bl_arena arena;
  struct bl_value value;
  struct bl_buf b;
  bl_arena_init(&arena, lua_memory, L, BL_ARENA_MAX, NULL, 0);
  bl_buf_init(&b, &arena, MAX_JSON);
  bool made = bl_read_lua(L, lua_gettop(L), &arena, &value) == BL_OK;
  if (made) bl_json_write(&b, &value, BL_PLAIN);
  made = made && b.status == BL_OK;
  lua_pushlightuserdata(L, NULL);
  if (made) {
    /* copied where an error of Lua's frees it */
    char *copy = lua_newuserdatauv(L, b.len + 1, 0);
    memcpy(copy, b.data, b.len);
    copy[b.len] = '\0';
    lua_replace(L, -2);
  }
  bl_arena_free(&arena);
  return made;
}

static void read_identity(lua_State *L, struct bl_emulator_options *o) {
  if (lua_type(L, -1) == LUA_TSTRING) {
    o->identity = string_option(L, "identity");
    return;
  }
  if (lua_type(L, -1) != LUA_TTABLE)
    luaL_error(L, "option 'identity' must be a table or JSON text, not %s",
               luaL_typename(L, -1));
  if (!push_json(L)) luaL_error(L, "not enough memory");
  o->identity = lua_touserdata(L, -1);
  lua_setfield(L, KEPT, "identity");
}

static void read_port(lua_State *L, struct bl_emulator_options *o) {
  o->port = (uint16_t)integer_option(L, "port", 65535);
}

static void read_store(lua_State *L, struct bl_emulator_options *o) {
  o->store = string_option(L, "store");
}

/* A string of the table at the top, or NULL; the table keeps it. */
static const char *file_of(lua_State *L, const char *name) {
  int type = lua_getfield(L, -1, name);
  if (type != LUA_TSTRING && type != LUA_TNIL)
    luaL_error(L, "option 'tls.%s' must be the path of a file, not %s", name,
               luaL_typename(L, -1));
  const char *path = lua_tostring(L, -1);
  lua_pop(L, 1);
  return path;
}

static void read_tls(lua_State *L, struct bl_emulator_options *o) {
  if (lua_isboolean(L, -1)) {
    o->tls = lua_toboolean(L, -1);
    return;
  }
  if (lua_type(L, -1) != LUA_TTABLE)
    luaL_error(L,
               "option 'tls' must be true, or a table with 'cert' and "
               "'key', not %s",
               luaL_typename(L, -1));
  o->tls = true;
  o->tls_certificate = file_of(L, "cert");
  o->tls_key = file_of(L, "key");
  if (o->tls_certificate == NULL || o->tls_key == NULL)
    luaL_error(L, "option 'tls' needs both 'cert' and 'key'");
}

static void read_token(lua_State *L, struct bl_emulator_options *o) {
  o->token = string_option(L, "token");
}

/* decide = { second_default = "move", … } */
static void read_decide(lua_State *L, struct bl_emulator_options *o) {
  char reason[BL_REASON];
  if (!lua_istable(L, -1))
    luaL_error(L, "option 'decide' must be a table, not %s",
               luaL_typename(L, -1));
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "option 'decide' must hold strings by strings");
    if (bl_decide(&o->decisions, lua_tostring(L, -2), lua_tostring(L, -1),
                  reason) != BL_OK)
      luaL_error(L, "%s", reason);
  }
}

static void read_faults(lua_State *L, struct bl_emulator_options *o) {
  o->faults = string_option(L, "faults");
}

static void read_lag(lua_State *L, struct bl_emulator_options *o) {
  o->lag_ms = (unsigned)integer_option(L, "lag", BL_MAX_LAG);
}

static void read_page_size(lua_State *L, struct bl_emulator_options *o) {
  o->page_size = (unsigned)integer_option(L, "page_size", MAX_PAGE);
}

static void read_raise_files(lua_State *L, struct bl_emulator_options *o) {
  o->raise_files = boolean_option(L, "raise_files");
}

static void read_random_seed(lua_State *L, struct bl_emulator_options *o) {
  o->random_seed = (uint64_t)integer_option(L, "random_seed", LUA_MAXINTEGER);
}

static const struct {
  const char *name;
  read_option *read;
} known[] = {
    {"admin_token", read_admin_token},
    {"allow_remote", read_allow_remote},
    {"check", read_check},
    {"decide", read_decide},
    {"enforce_permissions", read_enforce},
    {"faults", read_faults},
    {"host", read_host},
    {"identity", read_identity},
    {"lag", read_lag},
    {"page_size", read_page_size},
    {"port", read_port},
    {"raise_files", read_raise_files},
    {"random_seed", read_random_seed},
    {"store", read_store},
    {"tls", read_tls},
    {"token", read_token},
};
#define KNOWN (sizeof known / sizeof *known)

static int unknown_option(lua_State *L, int key) {
  luaL_Buffer b;
  const char *name = luaL_tolstring(L, key, NULL);
  luaL_buffinit(L, &b);
  for (size_t i = 0; i < KNOWN; i++) {
    luaL_addstring(&b, i == 0 ? "" : i + 1 < KNOWN ? ", " : " and ");
    luaL_addstring(&b, known[i].name);
  }
  luaL_pushresult(&b);
  return luaL_error(L, "no option '%s'; there are %s", name,
                    lua_tostring(L, -1));
}

void bl_read_emulator_options(lua_State *L, struct bl_emulator_options *o) {
  for (lua_pushnil(L); lua_next(L, OPTIONS); lua_pop(L, 1)) {
    size_t i = 0;
    while (i < KNOWN && (lua_type(L, -2) != LUA_TSTRING ||
                         strcmp(lua_tostring(L, -2), known[i].name) != 0))
      i++;
    if (i == KNOWN) unknown_option(L, -2);
    known[i].read(L, o);
  }
}
