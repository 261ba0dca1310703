#include "schema.h"

#include "any.h"
#include "format.h"
#include "scalar.h"

/* The row whose second spelling a key is; BL_NO_ROW: none. */
static unsigned row_also(const struct bl_shape *shape, struct bl_text key) {
  for (unsigned row = 0; row < shape->count; row++) {
    struct bl_text also = shape->fields[row].also;
    if (also.bytes != NULL && bl_text_same(also, key)) return row;
  }
  return BL_NO_ROW;
}

/* The row that a key belongs to, sought from row `from` on and round: members
 * mostly stand in the order of the rows. BL_NO_ROW: none. */
static unsigned row_of(const struct bl_shape *shape, struct bl_text key,
                       unsigned from) {
  const struct bl_field *fields = shape->fields;
  for (unsigned row = from; row < shape->count; row++)
    if (bl_text_same(fields[row].name, key)) return row;
  for (unsigned row = 0; row < from; row++)
    if (bl_text_same(fields[row].name, key)) return row;
  return row_also(shape, key);
}

const struct bl_field *bl_schema_field(const struct bl_shape *shape,
                                       struct bl_text key) {
  unsigned row = row_of(shape, key, 0);
  return row == BL_NO_ROW ? NULL : &shape->fields[row];
}

/* The row whose object has a property of that name; NULL: none has. */
static const struct bl_field *home_of(const struct bl_shape *shape,
                                      struct bl_text key) {
  for (unsigned row = 0; row < shape->count; row++) {
    const struct bl_field *f = &shape->fields[row];
    if (f->type == BL_OBJECT && bl_schema_field(f->shape, key) != NULL)
      return f;
  }
  return NULL;
}

static void unknown(struct bl_walk *walk, const struct bl_path *path,
                    const struct bl_shape *shape, const struct bl_item *item) {
  struct bl_text names[BL_MOST_ROWS + 1] = {{NULL, 0}};
  for (unsigned row = 0; row < shape->count; row++)
    names[row] = shape->fields[row].name;
  const struct bl_field *home = home_of(shape, item->key);
  const char *nearest = bl_text_nearest(item->key, names);
  const char *quoted = bl_problems_quote(walk->problems, item->key);
  if (home != NULL)
    bl_problems_add(walk->problems, BL_P_UNKNOWN_PROPERTY, path,
                    bl_key_at(item), home->name.bytes, "%s belongs inside %s",
                    quoted, home->name.bytes);
  else if (nearest != NULL)
    bl_problems_add(
        walk->problems, BL_P_UNKNOWN_PROPERTY, path, bl_key_at(item), nearest,
        "%s is not a known property; did you mean %s?", quoted, nearest);
  else
    bl_problems_add(walk->problems, BL_P_UNKNOWN_PROPERTY, path,
                    bl_key_at(item), NULL,
                    "%s is not a known property; known are %s", quoted,
                    bl_problems_list(walk->problems, names, "and"));
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

/* The members of one object, by row. */
struct members {
  struct bl_item *of[BL_MOST_ROWS]; /* where its bit is in `present` */
  uint64_t present;                 /* bit 1 << row */
  bool odd;     /* some have no row, or the same row as another */
  bool respelt; /* some may stand by the second spelling of their row */
};

static bool has(const struct members *m, unsigned row) {
  return m->present >> row & 1;
}

static void set(struct members *m, unsigned row, struct bl_item *item) {
  item->rank = (uint8_t)row;
  item->plain = true; /* as the names of rows are */
  m->of[row] = item;
  m->present |= (uint64_t)1 << row;
}

/* Gives every member the rank of its row. */
static void rank(struct bl_value *object, const struct bl_shape *shape,
                 struct members *m) {
  unsigned next = 0;
  m->present = 0;
  m->odd = m->respelt = false;
  for (struct bl_item *i = object->as.first; i != NULL; i = i->next) {
    unsigned row = row_of(shape, i->key, next);
    if (row == BL_NO_ROW || has(m, row)) {
      i->rank = (uint8_t)row;
      m->odd = true;
      continue;
    }
    set(m, row, i);
    if (shape->fields[row].also.bytes != NULL) m->respelt = true;
    next = row + 1;
  }
}

/* Fills in the member of a row, or tells that it is missing. */
static struct bl_item *require(struct bl_walk *walk, const struct bl_path *path,
                               const struct bl_field *f,
                               struct bl_value *object) {
  if (!walk->fill || !(f->flags & BL_FILLED)) {
    struct bl_path own = bl_path_text(path, f->name);
    if (f->flags & BL_REQUIRED)
      bl_place_tell(&(struct bl_place){walk, &own, f}, BL_P_MISSING_PROPERTY,
                    object, f->name.bytes, "\"%s\" is missing: %s",
                    f->name.bytes, f->doc);
    return NULL;
  }
  struct bl_item *item =
      bl_value_add_text(object, walk->problems->arena, f->name);
  if (item == NULL) {
    walk->problems->status = BL_NOMEM;
    return NULL;
  }
  item->value = (struct bl_value){.type = BL_INTEGER, .as.integer = f->min};
  return item;
}

static void require_all(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_shape *shape, struct bl_value *object,
                        struct members *m) {
  const struct bl_field *f = shape->fields, *end = f + shape->count;
  for (; f < end; f++) {
    if (!(f->flags & (BL_REQUIRED | BL_FILLED))) continue;
    unsigned row = (unsigned)(f - shape->fields);
    struct bl_item *item = has(m, row) ? NULL : require(walk, path, f, object);
    if (item != NULL) set(m, row, item);
  }
}

/* Puts the members in the order of their rows, and then of their names. */
static void put_in_order(struct bl_value *object, const struct members *m) {
  if (m->odd) {
    bl_value_sort(object);
    return;
  }
  struct bl_item **end = &object->as.first;
  for (uint64_t left = m->present; left != 0; left &= left - 1) {
    struct bl_item *item = m->of[__builtin_ctzll(left)];
    *end = item;
    end = &item->next;
  }
  *end = NULL;
}

/* Tells of two members of one row, or with one key; the sort has put them
 * next to one another. */
static void twice(struct bl_walk *walk, const struct bl_path *path,
                  const struct bl_item *a, const struct bl_item *b) {
  if (a->rank != b->rank) return;
  if (bl_text_same(a->key, b->key))
    bl_any_tell_twice(walk, path, b);
  else if (a->rank != BL_NO_ROW)
    bl_problems_add(walk->problems, BL_P_TWO_SPELLINGS, path, bl_key_at(b),
                    NULL, "%s is another spelling of %s: use one of them",
                    bl_problems_quote(walk->problems, b->key),
                    bl_problems_quote(walk->problems, a->key));
}

static void check_member(struct bl_walk *walk, const struct bl_path *path,
                         const struct bl_shape *shape, struct bl_item *item) {
  if (item->rank != BL_NO_ROW) {
    if (shape->fields[item->rank].flags & BL_APART) return;
    check_value(walk, path, &shape->fields[item->rank], &item->value);
    return;
  }
  if (bl_any_check_text(walk, path, bl_key_at(item), item->key, &item->plain))
    unknown(walk, path, shape, item);
  bl_any_check(walk, path, &item->value);
}

static void check_members(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_shape *shape,
                          const struct bl_value *object, bool odd) {
  const struct bl_item *before = NULL;
  for (struct bl_item *i = object->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_text(path, i->key);
    if (odd && before != NULL) twice(walk, &own, before, i);
    before = i;
    check_member(walk, &own, shape, i);
  }
}

/* Writes every member that has two names by the documented one. */
static void respell(struct bl_value *object, const struct bl_shape *shape) {
  for (struct bl_item *i = object->as.first; i != NULL; i = i->next)
    if (i->rank != BL_NO_ROW) i->key = shape->fields[i->rank].name;
}

void bl_schema_check(struct bl_walk *walk, const struct bl_path *path,
                     const struct bl_shape *shape, struct bl_value *value) {
  struct members m;
  if (value->type == BL_EMPTY) value->type = BL_OBJECT;
  if (value->type != BL_OBJECT) {
    const struct bl_field object = {.type = BL_OBJECT};
    bl_place_wrong_type(&(struct bl_place){walk, path, &object}, value);
    return;
  }
  rank(value, shape, &m);
  require_all(walk, path, shape, value, &m);
  put_in_order(value, &m);
  check_members(walk, path, shape, value, m.odd);
  if (shape->rule != NULL) shape->rule(walk, path, value);
  if (m.respelt) respell(value, shape);
}
