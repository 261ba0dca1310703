/* The kinds as Lua data. */
#include "core/kinds.h"

#include "binding.h"
#include "core/format.h"

static const struct bl_kind *refuse_kind(lua_State *L, int index,
                                         struct bl_text name) {
  struct bl_text names[32] = {{NULL, 0}};
  for (size_t i = 0; bl_kinds[i] != NULL && i + 1 < 32; i++)
    names[i] = bl_text_of(bl_kinds[i]->name);
  const char *nearest = bl_text_nearest(name, names);
  luaL_argerror(L, index,
                nearest == NULL
                    ? "not a kind of policy"
                    : lua_pushfstring(L,
                                      "not a kind of policy; did you mean "
                                      "%s?",
                                      nearest));
  return NULL;
}

const struct bl_kind *bl_check_kind(lua_State *L, int index) {
  struct bl_text name = bl_check_text(L, index);
  const struct bl_kind *kind = bl_kind_named(name);
  return kind != NULL ? kind : refuse_kind(L, index, name);
}

static void set_string(lua_State *L, const char *key, const char *value) {
  if (value == NULL) return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

static void set_true(lua_State *L, const char *key, bool yes) {
  if (!yes) return;
  lua_pushboolean(L, true);
  lua_setfield(L, -2, key);
}

static void set_texts(lua_State *L, const char *key,
                      const struct bl_text *texts) {
  if (texts == NULL) return;
  lua_newtable(L);
  for (lua_Integer i = 0; texts[i].bytes != NULL; i++) {
    lua_pushlstring(L, texts[i].bytes, texts[i].len);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, key);
}

static const char *type_name(enum bl_type type) {
  switch (type) {
  case BL_STRING: return "string";
  case BL_BOOLEAN: return "boolean";
  case BL_INTEGER: return "integer";
  case BL_ARRAY: return "array";
  case BL_OBJECT: return "object";
  default: return "any";
  }
}

static const char *format_name(enum bl_format format) {
  static const char *const names[] = {[BL_TIMESPAN] = "timespan",
                                      [BL_GUID] = "guid",
                                      [BL_URI] = "uri",
                                      [BL_DOMAIN] = "domain"};
  return format == BL_FREE ? NULL : names[format];
}

/* A limit: a span as text, a number as itself. */
static void set_limit(lua_State *L, const char *key, const struct bl_field *f,
                      int64_t limit) {
  char text[BL_SPAN_TEXT];
  if (f->min == 0 && f->max == 0) return;
  if (f->format == BL_TIMESPAN) {
    bl_timespan_write(limit, text);
    lua_pushstring(L, text);
  } else {
    lua_pushinteger(L, limit);
  }
  lua_setfield(L, -2, key);
}

static void push_fields(lua_State *L, const struct bl_shape *shape);

static void push_field(lua_State *L, const struct bl_field *f) {
  luaL_checkstack(L, 8, NULL);
  lua_newtable(L);
  set_string(L, "name", f->name.bytes);
  set_string(L, "also", f->also.bytes);
  set_string(L, "type", type_name(f->type));
  set_string(L, "format", format_name(f->format));
  set_true(L, "required", f->flags & BL_REQUIRED);
  set_true(L, "filled", f->flags & BL_FILLED);
  set_true(L, "or_text", f->flags & BL_OR_TEXT);
  set_true(L, "as_text", f->flags & BL_AS_TEXT);
  set_true(L, "folded", f->flags & BL_FOLDED);
  set_true(L, "unordered", f->flags & BL_UNORDERED);
  set_limit(L, "min", f, f->min);
  set_limit(L, "max", f, f->max);
  set_string(L, "default", f->fallback);
  set_string(L, "retired", f->retired);
  set_string(L, "doc", f->doc);
  set_string(L, "source", f->source);
  set_true(L, "trimmed", f->flags & BL_TRIMMED);
  set_texts(L, "values", f->values);
  set_texts(L, "also_values", f->also_values);
  if (f->shape != NULL) {
    push_fields(L, f->shape);
    lua_setfield(L, -2, "fields");
  }
  if (f->item != NULL) {
    push_field(L, f->item);
    lua_setfield(L, -2, "item");
  }
}

static void push_fields(lua_State *L, const struct bl_shape *shape) {
  lua_createtable(L, (int)shape->count, 0);
  for (unsigned row = 0; row < shape->count; row++) {
    push_field(L, &shape->fields[row]);
    lua_rawseti(L, -2, (lua_Integer)row + 1);
  }
}

static void push_targets(lua_State *L, unsigned targets) {
  static const struct {
    enum bl_target bit;
    const char *name;
  } names[] = {{BL_ON_APPLICATION, "application"},
               {BL_ON_SERVICE_PRINCIPAL, "servicePrincipal"},
               {BL_ON_ORGANIZATION, "organization"}};
  lua_Integer n = 0;
  lua_newtable(L);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!(targets & names[i].bit)) continue;
    lua_pushstring(L, names[i].name);
    lua_rawseti(L, -2, ++n);
  }
}

/* core.describe(name) -> the kind's table | nil */
static int describe(lua_State *L) {
  const struct bl_kind *kind = bl_kind_named(bl_check_text(L, 1));
  if (kind == NULL) {
    lua_pushnil(L);
    return 1;
  }
  lua_newtable(L);
  set_string(L, "name", kind->name);
  set_string(L, "collection", kind->collection);
  set_string(L, "wrapper", kind->wrapper);
  set_string(L, "version", kind->version);
  set_string(L, "doc", kind->doc);
  set_string(L, "source", kind->source);
  push_targets(L, kind->targets);
  lua_setfield(L, -2, "targets");
  if (kind->shape != NULL) {
    push_fields(L, kind->shape);
    lua_setfield(L, -2, "fields");
  }
  return 1;
}

/* core.nearest(text, list) -> the nearest text of the list | nil */
static int nearest(lua_State *L) {
  struct bl_text candidates[128] = {{NULL, 0}};
  struct bl_text text = bl_check_text(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer len = (lua_Integer)lua_rawlen(L, 2);
  luaL_argcheck(L, len < 128, 2, "at most 127 texts");
  luaL_checkstack(L, (int)len, NULL);
  for (lua_Integer i = 0; i < len; i++) {
    lua_rawgeti(L, 2, i + 1);
    candidates[i] = bl_check_text(L, -1);
  }
  lua_pushstring(L, bl_text_nearest(text, candidates));
  return 1;
}

/* core.seconds(text) -> the seconds of a time span such as "08:00:00" | nil */
static int seconds(lua_State *L) {
  int64_t found;
  if (bl_timespan_read(bl_check_text(L, 1), &found))
    lua_pushinteger(L, (lua_Integer)found);
  else
    lua_pushnil(L);
  return 1;
}

/* kinds: the names in order; targets, collections, wrappers, versions: by kind;
 * types: the kind by its wrapper, which is the legacy type. */
static void push_names(lua_State *L) {
  lua_Integer n = 0;
  for (int i = 0; i < 6; i++) lua_newtable(L);
  for (size_t i = 0; bl_kinds[i] != NULL; i++) {
    const struct bl_kind *kind = bl_kinds[i];
    lua_pushstring(L, kind->name);
    lua_rawseti(L, -7, ++n);
    push_targets(L, kind->targets);
    lua_setfield(L, -6, kind->name);
    lua_pushstring(L, kind->version);
    lua_setfield(L, -5, kind->name);
    lua_pushstring(L, kind->collection);
    lua_setfield(L, -4, kind->name);
    if (kind->wrapper == NULL) continue;
    lua_pushstring(L, kind->wrapper);
    lua_setfield(L, -3, kind->name);
    lua_pushstring(L, kind->name);
    lua_setfield(L, -2, kind->wrapper);
  }
}

void bl_open_kinds(lua_State *L) {
  static const luaL_Reg functions[] = {{"describe", describe},
                                       {"nearest", nearest},
                                       {"seconds", seconds},
                                       {NULL, NULL}};
  static const char *const names[] = {"types",    "wrappers", "collections",
                                      "versions", "targets",  "kinds"};
  int module = lua_gettop(L);
  push_names(L);
  for (size_t i = 0; i < 6; i++) lua_setfield(L, module, names[i]);
  luaL_setfuncs(L, functions, 0);
}
