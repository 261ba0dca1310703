/* Policy tables: judged and written as request bodies. */
#include "core/policy.h"

#include "binding.h"

#define LEGACY "policy" /* the kind of policies of the legacy endpoint */

/* The texts from which definitions were read, by policy, with weak keys.
 * As long as the table says what its text says, the text is what is judged and
 * sent. */
#define TEXTS lua_upvalueindex(2)

/* The policies, with weak keys, whose text the service sent in a form that only
 * a lenient reading takes. It goes back as it came; anyone else's is written
 * strictly. */
#define VERBATIM lua_upvalueindex(3)

/* The registry's keys of both, and of the metatable of policies. */
static const char texts, as_they_came, metatable;

/* Problems that leave nothing to send, even unjudged. */
#define UNSENDABLE                                                             \
  ((uint64_t)1 << BL_P_UNWRITABLE | (uint64_t)1 << BL_P_INVALID_UTF8)

/* What one call on a policy table works with. */
struct call {
  lua_State *L;
  struct bl_arena *arena; /* its scope is not guarded yet */
  struct bl_problems problems;
  struct bl_policy policy;
  struct bl_value object;
  bool verbatim; /* the text kept for the policy goes back as it came */
  const struct bl_value *kind, *accept; /* bylaw's own members; or NULL */
};

/* Takes bylaw's own members, which are not Graph's, out of the object. */
static void take_own(struct call *c) {
  struct bl_item **i = &c->object.as.first;
  if (c->object.type != BL_OBJECT) return;
  while (*i != NULL) {
    struct bl_text key = (*i)->key;
    bool kind = bl_text_is(key, "kind"), accept = bl_text_is(key, "accept");
    if (kind) c->kind = &(*i)->value;
    if (accept) c->accept = &(*i)->value;
    if (kind || accept || bl_text_is(key, "problems")) {
      *i = (*i)->next;
      c->object.count--;
    } else {
      i = &(*i)->next;
    }
  }
}

/* The kind of the policy; NULL for a legacy policy and, told as a problem,
 * for one that is not known. Raises for a table that is no policy. */
static const struct bl_kind *read_kind(struct call *c) {
  if (c->kind == NULL || c->kind->type != BL_STRING) {
    bl_guard_scope(c->L, c->arena);
    luaL_argerror(c->L, 1, "a policy is due, as bylaw's constructors make it");
    return NULL; /* never: it raises */
  }
  struct bl_text name = c->kind->as.text;
  if (bl_text_is(name, LEGACY)) return NULL;
  const struct bl_kind *kind = bl_kind_named(name);
  struct bl_path path = bl_path_key(NULL, "kind");
  if (kind == NULL)
    bl_problems_add(&c->problems, BL_P_UNKNOWN_KIND, &path, NULL, NULL,
                    "%s is not a kind of policy",
                    bl_problems_quote(&c->problems, name));
  return kind;
}

/* The codes in `accept`, as bits, but for those that nothing can be sent with;
 * tells of what is no code. */
static void read_accept(struct call *c) {
  if (c->accept == NULL || c->accept->type != BL_ARRAY) return;
  struct bl_path path = bl_path_key(NULL, "accept");
  size_t index = 0;
  for (const struct bl_item *i = c->accept->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&path, index++);
    struct bl_text text = {"", 0};
    if (i->value.type == BL_STRING) text = i->value.as.text;
    enum bl_problem_code code = bl_problem_code_find(text);
    if (code < BL_PROBLEM_CODES)
      c->problems.accepted |= (uint64_t)1 << code;
    else
      bl_problems_add(&c->problems, BL_P_UNKNOWN_VALUE, &own, NULL, NULL,
                      "%s is not the code of a problem",
                      bl_problems_quote(&c->problems, text));
  }
  c->problems.accepted &= ~UNSENDABLE;
}

/* The text that the policy at stack index 1 keeps, left on the stack. */
static bool push_kept(lua_State *L) {
  lua_pushvalue(L, 1);
  return lua_rawget(L, TEXTS) == LUA_TSTRING;
}

static bool is_verbatim(lua_State *L) {
  lua_pushvalue(L, 1);
  lua_rawget(L, VERBATIM);
  bool verbatim = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return verbatim;
}

/* Whether the text still says what the definition table says. */
static bool still_says(struct call *c, const struct bl_kind *kind,
                       struct bl_text text, const struct bl_value *table) {
  struct bl_problems ignored;
  struct bl_definition d;
  bl_problems_init(&ignored, c->arena);
  if (bl_definition_read(kind, text, NULL, &ignored, &d) != BL_OK) return false;
  bl_value_drop_repeated(d.inner);
  return bl_value_same(d.inner, table);
}

/* Puts the kept text in place of a definition that nobody has changed. */
static void restore_text(struct call *c, const struct bl_kind *kind) {
  if (!push_kept(c->L)) return;
  const struct bl_item *type = bl_value_find(&c->object, "type");
  if (kind == NULL && type != NULL && type->value.type == BL_STRING)
    kind = bl_kind_of_type(type->value.as.text);
  struct bl_item *item = bl_value_find(&c->object, "definition");
  if (item == NULL || kind == NULL) return;
  struct bl_value text = {.type = BL_STRING};
  text.as.text.bytes = lua_tolstring(c->L, -1, &text.as.text.len);
  if (!still_says(c, kind, text.as.text, &item->value)) return;
  item->value = text;
  c->verbatim = is_verbatim(c->L);
}

/* Judges the policy table at stack index 1, in a scope that it opens. */
static enum bl_status check(lua_State *L, struct call *c) {
  luaL_checktype(L, 1, LUA_TTABLE);
  c->L = L;
  c->arena = bl_open_scope(L);
  c->kind = c->accept = NULL;
  c->verbatim = false;
  bl_problems_init(&c->problems, c->arena);
  enum bl_status s = bl_read_lua(L, 1, c->arena, &c->object);
  if (s != BL_OK) return bl_settle(c->arena, s);
  take_own(c);
  const struct bl_kind *kind = read_kind(c);
  bool known = c->problems.errors == 0;
  read_accept(c);
  restore_text(c, kind);
  if (known) bl_policy_check(kind, &c->object, true, &c->problems, &c->policy);
  c->policy.verbatim = c->verbatim;
  bl_problems_finish(&c->problems);
  return bl_settle(c->arena, c->problems.status);
}

/* core.validate(policy) -> true, warnings | nil, err */
static int validate(lua_State *L) {
  struct call c;
  enum bl_status s = check(L, &c);
  bl_guard_scope(L, c.arena);
  if (s != BL_OK) return bl_push_error(L, s, NULL);
  if (c.problems.errors > 0) return bl_push_invalid(L, &c.problems);
  lua_pushboolean(L, true);
  bl_push_problems(L, &c.problems, true);
  return 2;
}

/* The dialect at stack index 2, or -1: that of the policy's endpoint. */
static int check_dialect(lua_State *L) {
  static const char *const names[] = {"collection", "legacy", "legacy-string",
                                      NULL};
  return lua_isnoneornil(L, 2) ? -1 : luaL_checkoption(L, 2, NULL, names);
}

/* Whether a problem leaves nothing to send. */
static bool has_unsendable(const struct bl_problems *problems) {
  for (const struct bl_problem *p = problems->first; p != NULL; p = p->next)
    if (UNSENDABLE >> p->code & 1) return true;
  return problems->dropped > 0;
}

/* Why a policy that was judged is not sent; or NULL. */
static const char *write_body(struct call *c, int dialect, struct bl_buf *b) {
  const struct bl_kind *kind = c->policy.kind;
  if (dialect < 0)
    dialect = bl_text_is(c->kind->as.text, LEGACY) ? BL_LEGACY : BL_COLLECTION;
  bl_buf_init(b, c->arena, BL_MAX_BODY);
  if (dialect != BL_COLLECTION && kind != NULL && kind->wrapper == NULL) {
    b->status = BL_UNSENDABLE;
    return "this kind has no legacy form: it lives in its collection alone";
  }
  bl_policy_write(b, &c->policy, (enum bl_dialect)dialect);
  return b->status == BL_TOO_LARGE
             ? "the request body would be larger than 4 MiB, which is what "
               "Graph takes"
             : NULL;
}

/* core.encode(policy [, dialect [, judged]]) -> body | nil, err */
static int encode(lua_State *L) {
  struct call c;
  struct bl_buf b = {.status = BL_OK};
  const char *reason = NULL;
  int given = lua_gettop(L), dialect = given < 2 ? -1 : check_dialect(L);
  bool judged = given < 3 || lua_isnil(L, 3) || lua_toboolean(L, 3);
  enum bl_status s = check(L, &c);
  bool invalid = judged ? c.problems.errors > 0 : has_unsendable(&c.problems);
  if (s == BL_OK && !invalid) {
    reason = write_body(&c, dialect, &b);
    s = b.status;
    if (s == BL_OK)
      return bl_push_last_text(L, c.arena,
                               (struct bl_text){bl_buf_string(&b), b.len});
  }
  bl_guard_scope(L, c.arena);
  return s == BL_OK ? bl_push_invalid(L, &c.problems)
                    : bl_push_error(L, s, reason);
}

/* Takes the value at the top of the stack into a table of the registry, for the
 * policy below it. */
static void keep_in(lua_State *L, const char *key) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  lua_pushvalue(L, -3);
  lua_rotate(L, -3, -1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

void bl_keep_text(lua_State *L, bool as_it_came) {
  keep_in(L, &texts);
  if (!as_it_came) return;
  lua_pushboolean(L, true);
  keep_in(L, &as_they_came);
}

/* core.keep(policy, text [, verbatim]): keeps the text from which the policy's
 * definition was read; verbatim: it is to go back as it came, strict or not */
static int keep(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstring(L, 2);
  bool as_it_came = lua_toboolean(L, 3);
  lua_settop(L, 2);
  bl_keep_text(L, as_it_came);
  return 0;
}

/* core.kept(policy) -> the text that was kept | nil */
static int kept(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!push_kept(L)) lua_pushnil(L);
  return 1;
}

/* Pushes a table with weak keys that the registry has too. */
static void push_weak_table(lua_State *L, const char *key) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void bl_push_policy_metatable(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable);
}

/* core.policy_metatable: of all policies. */
static void open_metatable(lua_State *L) {
  lua_createtable(L, 0, 2);
  lua_pushliteral(L, "bylaw.policy");
  lua_setfield(L, -2, "__name");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable);
  lua_setfield(L, -2, "policy_metatable");
}

void bl_open_policy(lua_State *L, int scope) {
  static const luaL_Reg functions[] = {{"validate", validate},
                                       {"encode", encode},
                                       {"keep", keep},
                                       {"kept", kept},
                                       {NULL, NULL}};
  lua_pushvalue(L, scope);
  push_weak_table(L, &texts);
  push_weak_table(L, &as_they_came);
  luaL_setfuncs(L, functions, 3);
  open_metatable(L);
}
