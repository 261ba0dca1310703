/* Equality of meaning: of definitions, and of policies live and declared. */
#include "binding.h"
#include "core/definition.h"

#define LEGACY "policy" /* the kind of policies of the legacy endpoint */

/* core.apart: a table whose keys are the names of the properties that are
 * compared by rules of their own, or that no declaration sets. */
#define APART lua_upvalueindex(2)

/* The stack of policy_same: its arguments, and pairs of their properties. */
enum { KIND = 1, LIVE, DECLARED, NAMES, DEFAULTS = 6, DEFINITIONS = 8 };

/* A definition as an argument or a policy has it. */
struct given {
  int index; /* on the stack */
  bool is_text;
  struct bl_text text; /* where it is one */
};

static struct given given_at(lua_State *L, int index) {
  struct given given = {.index = index};
  given.is_text = bl_only_text(L, index, &given.text);
  return given;
}

/* Reads a definition, unjudged. Members whose keys stand twice are what a Lua
 * table makes of them. */
static enum bl_status read_given(lua_State *L, const struct given *given,
                                 const struct bl_kind *kind,
                                 struct bl_problems *problems,
                                 struct bl_definition *out) {
  struct bl_value table;
  enum bl_status s;
  if (given->is_text) {
    s = bl_definition_read(kind, given->text, NULL, problems, out);
  } else {
    s = bl_read_lua(L, given->index, problems->arena, &table);
    if (s == BL_OK) s = bl_definition_wrap(kind, table, NULL, problems, out);
  }
  if (s == BL_OK) bl_value_drop_repeated(&out->whole);
  return s;
}

/* Whether two definitions mean the same; what cannot be read means what it is.
 * BL_OK, or BL_NOMEM. */
static enum bl_status compare(lua_State *L, const struct bl_kind *kind,
                              const struct given *a, const struct given *b,
                              struct bl_arena *arena, bool *same) {
  struct bl_definition x, y;
  struct bl_problems ignored;
  bl_problems_init(&ignored, arena);
  enum bl_status s = read_given(L, a, kind, &ignored, &x);
  if (s == BL_OK) s = read_given(L, b, kind, &ignored, &y);
  if (s == BL_NOMEM) return s;
  *same = s == BL_OK ? bl_definition_equal(kind, x.inner, y.inner)
                     : lua_rawequal(L, a->index, b->index);
  return BL_OK;
}

/* Whether the values at `a` and `b` are the same, in the way of JSON. */
static enum bl_status compare_values(lua_State *L, int a, int b,
                                     struct bl_arena *arena, bool *same) {
  struct bl_value x, y;
  enum bl_status s = bl_read_lua(L, a, arena, &x);
  if (s == BL_OK) s = bl_read_lua(L, b, arena, &y);
  if (s == BL_OK) *same = bl_value_same(&x, &y);
  return s;
}

/* Ends a function whose scope, at stack index `scope`, is not guarded. */
static int finish(lua_State *L, int scope, struct bl_arena *arena,
                  enum bl_status s, bool same) {
  if (s != BL_OK) {
    bl_guard_scope(L, scope);
    return bl_push_error(L, bl_settle(arena, s), NULL);
  }
  bl_close_scope(L, scope);
  lua_pushboolean(L, same);
  return 1;
}

static struct given check_given(lua_State *L, int index) {
  struct given given = given_at(L, index);
  if (!given.is_text) luaL_checktype(L, index, LUA_TTABLE);
  return given;
}

/* core.definition_equal(kind, a, b) -> boolean | nil, err: where memory's
 * ceiling does not let it know */
static int definition_equal(lua_State *L) {
  const struct bl_kind *kind = bl_check_kind(L, 1);
  struct given a = check_given(L, 2), b = check_given(L, 3);
  struct bl_arena *arena = bl_open_scope(L);
  int scope = lua_gettop(L);
  bool same = false;
  enum bl_status s = compare(L, kind, &a, &b, arena, &same);
  return finish(L, scope, arena, s, same);
}

/* Pushes a property of both policies. */
static void push_pair(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, LIVE);
  lua_pushstring(L, name);
  lua_rawget(L, DECLARED);
}

/* The kind whose rows the definitions are held against; NULL: a legacy type
 * that is not known. */
static const struct bl_kind *kind_of(lua_State *L, bool legacy) {
  if (!legacy) return bl_check_kind(L, KIND);
  struct bl_text type = {"", 0};
  lua_pushliteral(L, "type");
  if (lua_rawget(L, DECLARED) == LUA_TSTRING)
    type.bytes = lua_tolstring(L, -1, &type.len);
  lua_pop(L, 1);
  return bl_kind_of_type(type);
}

static bool is_true(lua_State *L, int index) {
  return lua_isboolean(L, index) && lua_toboolean(L, index);
}

/* nil, or JSON's null. */
static bool is_nothing(lua_State *L, int index) {
  return lua_isnil(L, index) ||
         (lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL);
}

/* Whether the property whose name is at `key` is left out of the comparison. */
static bool is_apart(lua_State *L, int key) {
  size_t len;
  if (lua_type(L, key) != LUA_TSTRING) return true;
  lua_pushvalue(L, key);
  bool apart = lua_rawget(L, APART) != LUA_TNIL;
  lua_pop(L, 1);
  if (apart) return true;
  const char *name = lua_tolstring(L, key, &len);
  return memchr(name, '@', len) != NULL; /* an annotation */
}

/* Whether the further properties that are declared are live so too. */
static enum bl_status compare_further(lua_State *L, struct bl_arena *arena,
                                      bool *same) {
  enum bl_status s = BL_OK;
  int key = lua_gettop(L) + 1;
  lua_pushnil(L);
  while (s == BL_OK && *same && lua_next(L, DECLARED)) {
    if (!is_apart(L, key)) {
      lua_pushvalue(L, key);
      lua_rawget(L, LIVE);
      if (is_nothing(L, key + 1) || is_nothing(L, key + 2))
        *same = is_nothing(L, key + 1) && is_nothing(L, key + 2);
      else
        s = compare_values(L, key + 1, key + 2, arena, same);
    }
    lua_settop(L, key);
  }
  lua_settop(L, key - 1);
  return s;
}

/* Whether both have a definition, and the same; a text is the same as itself
 * even where nobody can read it. */
static enum bl_status compare_definitions(lua_State *L,
                                          const struct bl_kind *kind,
                                          struct bl_arena *arena, bool *same) {
  struct given a = given_at(L, DEFINITIONS), b = given_at(L, DEFINITIONS + 1);
  *same = a.is_text && b.is_text && bl_text_same(a.text, b.text);
  if (*same || is_nothing(L, a.index) || is_nothing(L, b.index)) return BL_OK;
  return kind == NULL ? compare_values(L, a.index, b.index, arena, same)
                      : compare(L, kind, &a, &b, arena, same);
}

/* core.policy_same(kind, live, declared) -> boolean | nil, err, as above:
 * whether a live policy is what is declared, in what the declaration sets */
static int policy_same(lua_State *L) {
  bool legacy = bl_text_is(bl_check_text(L, KIND), LEGACY);
  luaL_checktype(L, LIVE, LUA_TTABLE);
  luaL_checktype(L, DECLARED, LUA_TTABLE);
  lua_settop(L, DECLARED);
  const struct bl_kind *kind = kind_of(L, legacy);
  bool defaults = !legacy && kind->targets & BL_ON_ORGANIZATION;
  push_pair(L, "displayName");
  push_pair(L, "isOrganizationDefault");
  push_pair(L, "definition");
  struct bl_arena *arena = bl_open_scope(L);
  int scope = lua_gettop(L);
  enum bl_status s = BL_OK;
  bool same = lua_rawequal(L, NAMES, NAMES + 1) &&
              (!defaults || is_true(L, DEFAULTS) == is_true(L, DEFAULTS + 1));
  if (same) s = compare_further(L, arena, &same);
  if (s == BL_OK && same) s = compare_definitions(L, kind, arena, &same);
  return finish(L, scope, arena, s, same);
}

static void push_apart(lua_State *L) {
  static const char *const names[] = {
      "id",       "kind", "definition",      "displayName",
      "accept",   "type", "deletedDateTime", "isOrganizationDefault",
      "problems", NULL};
  lua_newtable(L);
  for (size_t i = 0; names[i] != NULL; i++) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, names[i]);
  }
}

void bl_open_equal(lua_State *L, int scope) {
  static const luaL_Reg functions[] = {{"definition_equal", definition_equal},
                                       {"policy_same", policy_same},
                                       {NULL, NULL}};
  push_apart(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "apart");
  lua_pushvalue(L, scope);
  lua_insert(L, -2);
  luaL_setfuncs(L, functions, 2);
}
