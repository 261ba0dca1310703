/* Definitions by themselves: table <-> text, and equality of meaning. */
#include "core/definition.h"

#include "binding.h"
#include "core/json_read.h"
#include "core/json_write.h"
#include "core/policy.h"

/* What a definition argument holds: its one text, or a table's tree. */
struct given {
  bool is_text;
  struct bl_text text;
  struct bl_value table;
};

/* Takes the definition at `index`: a table, a text, or a list of one text. */
static enum bl_status take(lua_State *L, int index, struct bl_arena *arena,
                           struct given *out) {
  *out = (struct given){.is_text = false};
  out->is_text = bl_only_text(L, index, &out->text);
  if (out->is_text) return BL_OK;
  luaL_checktype(L, index, LUA_TTABLE);
  return bl_read_lua(L, index, arena, &out->table);
}

/* Reads and judges a definition argument into *d. */
static enum bl_status judge(const struct bl_kind *kind,
                            const struct given *given,
                            struct bl_problems *problems,
                            struct bl_definition *d) {
  struct bl_walk walk = {problems, !given->is_text, -1};
  enum bl_status s;
  if (given->is_text) {
    problems->text = given->text;
    s = bl_definition_read(kind, given->text, NULL, problems, d);
  } else {
    s = bl_definition_wrap(kind, given->table, NULL, problems, d);
  }
  if (s == BL_OK) bl_definition_check(&walk, NULL, d);
  bl_problems_finish(problems);
  return s == BL_OK ? problems->status : s;
}

/* core.definition_encode(kind, definition) -> text | nil, err */
static int definition_encode(lua_State *L) {
  const struct bl_kind *kind = bl_check_kind(L, 1);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_problems problems;
  struct bl_definition d;
  struct given given;
  struct bl_buf b;
  bl_problems_init(&problems, arena);
  enum bl_status s = take(L, 2, arena, &given);
  if (s == BL_OK) s = judge(kind, &given, &problems, &d);
  if (s == BL_INVALID || (s == BL_OK && problems.errors > 0))
    return bl_push_invalid(L, &problems);
  if (s == BL_OK) {
    bl_buf_init(&b, arena, BL_MAX_BODY);
    bl_json_write(&b, &d.whole, BL_PLAIN);
    s = b.status;
  }
  if (s != BL_OK) return bl_push_error(L, bl_settle(arena, s), NULL);
  lua_pushlstring(L, bl_buf_string(&b), b.len);
  return 1;
}

static bool is_table(const struct bl_value *value) {
  return value->type == BL_OBJECT || value->type == BL_ARRAY;
}

/* core.definition_decode(kind, text_or_list) -> inner, problems | nil, err:
 * when the text is no JSON, or holds a lone value where an object is due */
static int definition_decode(lua_State *L) {
  const struct bl_kind *kind = bl_check_kind(L, 1);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_problems problems;
  struct bl_definition d;
  struct given given;
  bl_problems_init(&problems, arena);
  enum bl_status s = take(L, 2, arena, &given);
  if (s == BL_OK && !given.is_text) {
    bl_problems_add(&problems, BL_P_ONE_DEFINITION, NULL, NULL, NULL,
                    "a text or a list with one text is due");
    return bl_push_invalid(L, &problems);
  }
  problems.text = given.text;
  if (s == BL_OK) s = bl_definition_read(kind, given.text, NULL, &problems, &d);
  if (s == BL_OK) {
    struct bl_walk walk = {&problems, false, -1};
    bl_push_value(L, d.inner); /* the check writes into the tree */
    bl_definition_check(&walk, NULL, &d);
  }
  bl_problems_finish(&problems);
  if (s == BL_INVALID ||
      (s == BL_OK && problems.errors > 0 && !is_table(d.inner)))
    return bl_push_invalid(L, &problems);
  if (s == BL_OK) s = problems.status;
  if (s != BL_OK) return bl_push_error(L, bl_settle(arena, s), NULL);
  bl_push_problems(L, &problems, false);
  return 2;
}

void bl_open_definition(lua_State *L, int scope) {
  static const luaL_Reg functions[] = {{"definition_encode", definition_encode},
                                       {"definition_decode", definition_decode},
                                       {NULL, NULL}};
  lua_pushvalue(L, scope);
  luaL_setfuncs(L, functions, 1);
}
