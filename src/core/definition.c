#include "definition.h"

#include "any.h"
#include "format.h"
#include "json_read.h"
#include "leftover.h"
#include "schema.h"

static bool is_folded(struct bl_text key, const char *wrapper) {
  if (wrapper == NULL) return false;
  return bl_text_same_folded(key, bl_text_of(wrapper));
}

static bool is_foreign(const struct bl_kind *kind, struct bl_text key) {
  for (size_t i = 0; bl_kinds[i] != NULL; i++)
    if (bl_kinds[i] != kind && is_folded(key, bl_kinds[i]->wrapper))
      return true;
  return false;
}

/* Whether a key is this kind's wrapper misspelt, or another kind's. */
static bool is_other_wrapper(const struct bl_kind *kind, struct bl_text key) {
  const struct bl_text own[] = {bl_text_of(kind->wrapper), {NULL, 0}};
  if (kind->shape != NULL && bl_schema_field(kind->shape, key) != NULL)
    return false;
  return is_foreign(kind, key) || bl_text_nearest(key, own) != NULL;
}

static bool holds_members(const struct bl_value *value) {
  return value->type == BL_OBJECT || value->type == BL_EMPTY;
}

/* The member of `whole` that holds the rest: the wrapper, or one key that is
 * a wrapper though not the right one. NULL: there is none. */
static struct bl_item *find_wrapper(const struct bl_kind *kind,
                                    const struct bl_value *whole) {
  struct bl_item *item = bl_value_find(whole, kind->wrapper);
  if (item != NULL) return item;
  item = whole->as.first;
  bool alone = item != NULL && item->next == NULL;
  return alone && holds_members(&item->value) &&
                 is_other_wrapper(kind, item->key)
             ? item
             : NULL;
}

/* Tells of a wrapper that is not this kind's, and of keys beside it. */
static void judge_wrapper(const struct bl_kind *kind,
                          const struct bl_value *whole,
                          const struct bl_item *wrapper,
                          const struct bl_path *path,
                          struct bl_problems *problems) {
  if (!bl_text_is(wrapper->key, kind->wrapper))
    bl_problems_add(problems, BL_P_WRONG_WRAPPER, path, bl_key_at(wrapper),
                    kind->wrapper,
                    "the one key of this definition is %s, "
                    "not %s",
                    kind->wrapper, bl_problems_quote(problems, wrapper->key));
  for (const struct bl_item *i = whole->as.first; i != NULL; i = i->next) {
    if (i == wrapper) continue;
    struct bl_path own = bl_path_text(path, i->key);
    bl_problems_add(problems, BL_P_UNKNOWN_PROPERTY, &own, bl_key_at(i), NULL,
                    "%s stands beside %s, which must be alone",
                    bl_problems_quote(problems, i->key), kind->wrapper);
  }
}

/* Whether it is a request body, in which the definition is one property. */
static bool is_body(const struct bl_value *whole) {
  return bl_value_find(whole, "definition") != NULL;
}

static void tell_body(const struct bl_path *path, const struct bl_value *whole,
                      struct bl_problems *problems) {
  bl_problems_add(problems, BL_P_MISSING_WRAPPER, path, whole->at, NULL,
                  "this is a whole request body: what stands in its "
                  "\"definition\" is what belongs here");
}

/* Explains a text that cannot be read, beyond where the reader stopped. */
static void explain(struct bl_problems *problems, struct bl_text text) {
  const char *words = bl_leftover_words(text);
  if (words == NULL || problems->last == NULL) return;
  problems->last->message =
      bl_problems_format(problems, "%s (%s)", words, problems->last->message);
}

enum bl_status bl_definition_read(const struct bl_kind *kind,
                                  struct bl_text text,
                                  const struct bl_path *path,
                                  struct bl_problems *problems,
                                  struct bl_definition *out) {
  size_t warnings = problems->warnings;
  *out = (struct bl_definition){.kind = kind};
  enum bl_status s =
      bl_json_read(text, BL_LENIENT, path, problems, &out->whole);
  if (s == BL_INVALID) explain(problems, text);
  if (s != BL_OK) return s;
  out->lenient = problems->warnings > warnings;
  out->inner = &out->whole;
  if (kind->wrapper == NULL) return BL_OK;
  if (out->whole.type != BL_OBJECT) {
    out->opaque = true;
    bl_problems_add(problems, BL_P_WRONG_TYPE, path, out->whole.at, NULL,
                    "a definition is an object with the one key %s, not %s",
                    kind->wrapper, bl_type_words(out->whole.type));
    return problems->status;
  }
  struct bl_item *wrapper = find_wrapper(kind, &out->whole);
  if (wrapper == NULL && is_body(&out->whole)) {
    out->opaque = true;
    tell_body(path, &out->whole, problems);
    return problems->status;
  }
  if (wrapper == NULL) {
    bl_problems_add(
        problems, BL_P_MISSING_WRAPPER, path, out->whole.at, kind->wrapper,
        "the one key around a definition, %s, is missing", kind->wrapper);
    return problems->status;
  }
  judge_wrapper(kind, &out->whole, wrapper, path, problems);
  out->inner = &wrapper->value;
  out->opaque = !bl_text_is(wrapper->key, kind->wrapper) &&
                is_foreign(kind, wrapper->key);
  return problems->status;
}

enum bl_status bl_definition_wrap(const struct bl_kind *kind,
                                  struct bl_value table,
                                  const struct bl_path *path,
                                  struct bl_problems *problems,
                                  struct bl_definition *out) {
  *out = (struct bl_definition){.kind = kind, .whole = table};
  out->inner = &out->whole;
  if (kind->wrapper == NULL) return BL_OK;
  struct bl_item *wrapper =
      table.type == BL_OBJECT ? find_wrapper(kind, &out->whole) : NULL;
  if (wrapper != NULL) {
    judge_wrapper(kind, &out->whole, wrapper, path, problems);
    out->opaque = is_foreign(kind, wrapper->key);
  } else if (is_body(&table)) {
    out->opaque = true;
    tell_body(path, &table, problems);
    return problems->status;
  } else {
    out->whole = (struct bl_value){.type = BL_OBJECT};
    wrapper = bl_value_add(&out->whole, problems->arena, kind->wrapper);
    if (wrapper == NULL) return BL_NOMEM;
    wrapper->plain = true; /* as the names of kinds are */
    wrapper->value = table;
  }
  out->inner = &wrapper->value;
  return problems->status;
}

void bl_definition_check(struct bl_walk *walk, const struct bl_path *path,
                         struct bl_definition *d) {
  if (d->kind->shape == NULL || d->opaque)
    bl_any_check(walk, path, &d->whole);
  else
    bl_schema_check(walk, path, d->kind->shape, d->inner);
}

/* What stands inside the wrapper, or the value itself. */
static const struct bl_value *inside(const struct bl_kind *kind,
                                     const struct bl_value *value) {
  const struct bl_item *wrapper =
      kind->wrapper == NULL ? NULL : bl_value_find(value, kind->wrapper);
  return wrapper == NULL ? value : &wrapper->value;
}

bool bl_definition_equal(const struct bl_kind *kind, const struct bl_value *a,
                         const struct bl_value *b) {
  if (kind->shape == NULL) return bl_value_same(a, b);
  return bl_schema_same(kind->shape, inside(kind, a), inside(kind, b));
}
