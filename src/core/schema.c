#include "schema.h"

#include <string.h>

#include "format.h"
#include "scalar.h"

#define MOST_ROWS 64 /* rows of a shape */
#define UNKNOWN 64   /* the rank of a member without a row */

static bool is_named(const char *name, struct bl_text key) {
  if (name == NULL || key.len == 0 || *name != *key.bytes) return false;
  return strncmp(name, key.bytes, key.len) == 0 && name[key.len] == '\0';
}

const struct bl_field *bl_schema_field(const struct bl_shape *shape,
                                       struct bl_text key) {
  for (const struct bl_field *f = shape->fields; f->name != NULL; f++)
    if (is_named(f->name, key) || is_named(f->also, key)) return f;
  return NULL;
}

/* The row whose object has a property of that name; NULL: none has. */
static const struct bl_field *home_of(const struct bl_shape *shape,
                                      struct bl_text key) {
  for (const struct bl_field *f = shape->fields; f->name != NULL; f++)
    if (f->type == BL_OBJECT && bl_schema_field(f->shape, key) != NULL)
      return f;
  return NULL;
}

static void unknown(struct bl_walk *walk, const struct bl_path *path,
                    const struct bl_shape *shape, const struct bl_item *item) {
  const char *names[MOST_ROWS + 1] = {NULL};
  for (size_t n = 0; n < MOST_ROWS && shape->fields[n].name != NULL; n++)
    names[n] = shape->fields[n].name;
  const struct bl_field *home = home_of(shape, item->key);
  const char *nearest = bl_text_nearest(item->key, names);
  const char *quoted = bl_problems_quote(walk->problems, item->key);
  if (home != NULL)
    bl_problems_add(walk->problems, BL_P_UNKNOWN_PROPERTY, path, item->key_at,
                    home->name, "%s belongs inside %s", quoted, home->name);
  else if (nearest != NULL)
    bl_problems_add(walk->problems, BL_P_UNKNOWN_PROPERTY, path, item->key_at,
                    nearest, "%s is not a known property; did you mean %s?",
                    quoted, nearest);
  else
    bl_problems_add(walk->problems, BL_P_UNKNOWN_PROPERTY, path, item->key_at,
                    NULL, "%s is not a known property; known are %s", quoted,
                    bl_problems_list(walk->problems, names));
}

static void check_array(const struct bl_place *p, struct bl_value *value) {
  const struct bl_field *f = p->field;
  if (value->type == BL_EMPTY) value->type = BL_ARRAY;
  if (value->type != BL_ARRAY) {
    bl_place_wrong_type(p, value);
    return;
  }
  bl_place_check_length(p, value, value->count, "items");
  size_t index = 0;
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(p->path, index++);
    if (f->shape != NULL)
      bl_schema_check(p->walk, &own, f->shape, &i->value);
    else
      bl_scalar_check(&(struct bl_place){p->walk, &own, f->item}, &i->value);
  }
}

static void check_value(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_field *field, struct bl_value *value) {
  const struct bl_place p = {walk, path, field};
  switch (field->type) {
  case BL_ARRAY: check_array(&p, value); break;
  case BL_OBJECT: bl_schema_check(walk, path, field->shape, value); break;
  default: bl_scalar_check(&p, value); break;
  }
  if (field->retired != NULL)
    bl_place_tell(&p, BL_P_RETIRED_PROPERTY, value, NULL, "%s", field->retired);
}

/* Gives every member the rank of its row. */
static void rank(struct bl_value *object, const struct bl_shape *shape) {
  for (struct bl_item *i = object->as.first; i != NULL; i = i->next) {
    const struct bl_field *f = bl_schema_field(shape, i->key);
    i->rank = f == NULL ? UNKNOWN : (unsigned)(f - shape->fields);
  }
}

/* Tells of two members of one row, or with one key; the sort has put them
 * next to one another. */
static void twice(struct bl_walk *walk, const struct bl_path *path,
                  const struct bl_item *a, const struct bl_item *b) {
  bool same = a->key.len == b->key.len &&
              memcmp(a->key.bytes, b->key.bytes, a->key.len) == 0;
  if (a->rank != b->rank || (!same && a->rank == UNKNOWN)) return;
  const char *quoted = bl_problems_quote(walk->problems, b->key);
  if (same)
    bl_problems_add(walk->problems, BL_P_DUPLICATE_KEY, path, b->key_at, NULL,
                    "%s stands twice in one object", quoted);
  else
    bl_problems_add(walk->problems, BL_P_TWO_SPELLINGS, path, b->key_at, NULL,
                    "%s is another spelling of %s: use one of them", quoted,
                    bl_problems_quote(walk->problems, a->key));
}

static void check_member(struct bl_walk *walk, const struct bl_path *path,
                         const struct bl_shape *shape, struct bl_item *item) {
  if (item->rank != UNKNOWN) {
    if (shape->fields[item->rank].flags & BL_APART) return;
    check_value(walk, path, &shape->fields[item->rank], &item->value);
    return;
  }
  if (bl_scalar_check_bytes(walk, path, item->key_at, item->key))
    unknown(walk, path, shape, item);
  bl_schema_check_any(walk, path, &item->value);
}

/* Fills in the member of a row, or tells that it is missing. */
static void require(struct bl_walk *walk, const struct bl_path *path,
                    const struct bl_field *f, struct bl_value *object,
                    unsigned row) {
  struct bl_path own = bl_path_key(path, f->name);
  if (!walk->fill || !(f->flags & BL_FILLED)) {
    if (f->flags & BL_REQUIRED)
      bl_place_tell(&(struct bl_place){walk, &own, f}, BL_P_MISSING_PROPERTY,
                    object, f->name, "\"%s\" is missing: %s", f->name, f->doc);
    return;
  }
  struct bl_item *item = bl_value_add(object, walk->problems->arena, f->name);
  if (item == NULL) {
    walk->problems->status = BL_NOMEM;
    return;
  }
  item->rank = row;
  item->value = (struct bl_value){.type = BL_INTEGER, .as.integer = f->min};
}

static void require_all(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_shape *shape, struct bl_value *object) {
  uint64_t present = 0;
  for (const struct bl_item *i = object->as.first; i != NULL; i = i->next)
    if (i->rank != UNKNOWN) present |= (uint64_t)1 << i->rank;
  for (unsigned row = 0; shape->fields[row].name != NULL; row++)
    if (!(present >> row & 1) &&
        shape->fields[row].flags & (BL_REQUIRED | BL_FILLED))
      require(walk, path, &shape->fields[row], object, row);
}

/* Writes every member that has two names by the documented one. */
static void respell(struct bl_value *object, const struct bl_shape *shape) {
  for (struct bl_item *i = object->as.first; i != NULL; i = i->next)
    if (i->rank != UNKNOWN && shape->fields[i->rank].also != NULL)
      i->key = bl_value_string(shape->fields[i->rank].name).as.text;
}

void bl_schema_check(struct bl_walk *walk, const struct bl_path *path,
                     const struct bl_shape *shape, struct bl_value *value) {
  if (value->type == BL_EMPTY) value->type = BL_OBJECT;
  if (value->type != BL_OBJECT) {
    const struct bl_field object = {.type = BL_OBJECT};
    bl_place_wrong_type(&(struct bl_place){walk, path, &object}, value);
    return;
  }
  rank(value, shape);
  require_all(walk, path, shape, value);
  bl_value_sort(value);
  const struct bl_item *before = NULL;
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_text(path, i->key);
    if (before != NULL) twice(walk, &own, before, i);
    before = i;
    check_member(walk, &own, shape, i);
  }
  if (shape->rule != NULL) shape->rule(walk, path, value);
  respell(value, shape);
}

static void check_any_object(struct bl_walk *walk, const struct bl_path *path,
                             struct bl_value *value) {
  const struct bl_item *before = NULL;
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next)
    i->rank = UNKNOWN;
  bl_value_sort(value);
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_text(path, i->key);
    bl_scalar_check_bytes(walk, &own, i->key_at, i->key);
    if (before != NULL) twice(walk, &own, before, i);
    before = i;
    bl_schema_check_any(walk, &own, &i->value);
  }
}

static void check_any_array(struct bl_walk *walk, const struct bl_path *path,
                            struct bl_value *value) {
  size_t index = 0;
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(path, index++);
    bl_schema_check_any(walk, &own, &i->value);
  }
}

void bl_schema_check_any(struct bl_walk *walk, const struct bl_path *path,
                         struct bl_value *value) {
  switch (value->type) {
  case BL_STRING:
    bl_scalar_check_bytes(walk, path, value->at, value->as.text);
    break;
  case BL_UNWRITABLE:
    bl_problems_add(walk->problems, BL_P_UNWRITABLE, path, value->at, NULL,
                    "%s cannot be written as JSON", value->as.why);
    break;
  case BL_ARRAY: check_any_array(walk, path, value); break;
  case BL_OBJECT: check_any_object(walk, path, value); break;
  default: break;
  }
}
