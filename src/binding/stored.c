/* Policies as the service answers them, straight from the answer's body. */
#include "core/definition.h"
#include "core/json_read.h"

#include "binding.h"

/* The text of a stored definition: a string, or a list of one. */
static bool only_text(const struct bl_value *value, struct bl_text *out) {
  if (value->type == BL_ARRAY && value->count == 1)
    value = &value->as.first->value;
  *out = value->as.text;
  return value->type == BL_STRING;
}

/* Pushes a stored definition as the object inside, and adds what is odd about
 * it. False: it cannot be read as such. */
static bool push_inner(lua_State *L, const struct bl_kind *kind,
                       struct bl_text text, struct bl_problems *problems) {
  struct bl_definition d;
  struct bl_walk walk = {problems, false, -1};
  struct bl_path path = bl_path_key(NULL, "definition");
  problems->text = text;
  if (bl_definition_read(kind, text, &path, problems, &d) != BL_OK ||
      (d.inner->type != BL_OBJECT && d.inner->type != BL_ARRAY))
    return false;
  bl_push_value(L, d.inner); /* the check writes into the tree */
  bl_definition_check(&walk, &path, &d);
  bl_problems_finish(problems);
  return problems->status == BL_OK;
}

/* A member that the policy does not get: null, and annotations. */
static bool is_idle(const struct bl_item *item) {
  return item->value.type == BL_NULL ||
         (item->key.len > 0 && item->key.bytes[0] == '@');
}

/* Whether a member before this one has its key. */
static bool is_again(const struct bl_value *whole, const struct bl_item *item) {
  const struct bl_item *at = whole->as.first;
  while (at != item && !bl_text_same(at->key, item->key)) at = at->next;
  return at != item;
}

/* Whether strict JSON would have refused the text. */
static bool is_lenient(const struct bl_problems *problems) {
  for (const struct bl_problem *p = problems->first; p != NULL; p = p->next)
    if (p->code == BL_P_LENIENT_JSON) return true;
  return false;
}

/* Takes the value on top of the stack into the table below it. Lua finds the
 * names that most policies have faster by their C strings. */
static void set_member(lua_State *L, struct bl_text key) {
  static const char *const usual[] = {"id", "displayName", "definition",
                                      "isOrganizationDefault"};
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
    if (!bl_text_is(key, usual[i])) continue;
    lua_setfield(L, -2, usual[i]);
    return;
  }
  lua_pushlstring(L, key.bytes, key.len);
  lua_insert(L, -2);
  lua_rawset(L, -3);
}

/* Pushes the properties of an answer's object as a table. False: it is anything
 * but plain; there may be something on the stack then. */
static bool push_properties(lua_State *L, const struct bl_kind *kind,
                            const struct bl_value *whole, struct bl_text *text,
                            struct bl_problems *problems) {
  bool opened = false, named = false;
  lua_createtable(L, 0, (int)whole->count + 2); /* kind and problems */
  for (struct bl_item *at = whole->as.first; at != NULL; at = at->next) {
    if (is_idle(at)) {
      if (is_again(whole, at)) return false; /* its null counts */
      continue;
    }
    if (!bl_text_is(at->key, "definition")) {
      bl_push_value(L, &at->value);
      if (bl_text_is(at->key, "id"))
        named = at->value.type == BL_STRING && at->value.as.text.len > 0;
    } else if (opened || !only_text(&at->value, text) ||
               !push_inner(L, kind, *text, problems)) {
      return false;
    } else {
      opened = true;
    }
    set_member(L, at->key);
  }
  return opened && named;
}

bool bl_push_stored(lua_State *L, struct bl_arena *arena,
                    const struct bl_kind *kind, struct bl_text body) {
  struct bl_text text = {0};
  struct bl_problems ignored, problems;
  struct bl_value whole;
  int top = lua_gettop(L);
  bl_problems_init(&ignored, arena);
  bl_problems_init(&problems, arena);
  ignored.text = body;
  if (bl_json_read(body, BL_STRICT, NULL, &ignored, &whole) != BL_OK ||
      whole.type != BL_OBJECT ||
      !push_properties(L, kind, &whole, &text, &problems)) {
    lua_settop(L, top);
    return false;
  }
  lua_pushstring(L, kind->name);
  lua_setfield(L, -2, "kind");
  bl_push_problems(L, &problems, false);
  lua_setfield(L, -2, "problems");
  lua_pushlstring(L, text.bytes, text.len);
  bl_keep_text(L, is_lenient(&problems));
  bl_push_policy_metatable(L);
  lua_setmetatable(L, -2);
  return true;
}

/* core.stored(kind, body) -> policy | nil: in one go what json_read and
 * definition_decode give of the answer that has a policy; nil where it is
 * anything but plain, and they are to tell */
static int stored(lua_State *L) {
  const struct bl_kind *kind = bl_check_kind(L, 1);
  struct bl_text body = bl_check_text(L, 2);
  struct bl_arena *arena = bl_push_scope(L);
  return bl_push_stored(L, arena, kind, body) ? 1 : 0;
}

void bl_open_stored(lua_State *L, int scope) {
  lua_pushvalue(L, scope);
  lua_pushcclosure(L, stored, 1);
  lua_setfield(L, -2, "stored");
}
