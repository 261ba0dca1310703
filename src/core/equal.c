/* Equality of meaning: the other use of a shape's rows. */
#include "format.h"
#include "schema.h"

static bool same(const struct bl_field *f, const struct bl_value *a,
                 const struct bl_value *b);

/* The member of `object` that belongs to the row, or NULL. */
static const struct bl_value *member(const struct bl_value *object,
                                     const struct bl_field *f) {
  const struct bl_item *item = bl_value_find_text(object, f->name);
  if (item == NULL && f->also.bytes != NULL)
    item = bl_value_find_text(object, f->also);
  return item == NULL ? NULL : &item->value;
}

/* A value that says the same without regard to how its row lets it be said:
 * a span as seconds, "true" as true, "1" as 1. */
static struct bl_value meaning(const struct bl_field *f,
                               const struct bl_value *value) {
  struct bl_value plain = *value;
  if (value->type != BL_STRING) return plain;
  int64_t seconds;
  if (f->format == BL_TIMESPAN && bl_timespan_read(value->as.text, &seconds)) {
    plain.type = BL_INTEGER;
    plain.as.integer = seconds;
  } else if (f->type == BL_BOOLEAN && f->flags & BL_OR_TEXT) {
    bool yes = bl_text_is(value->as.text, "true") ||
               bl_text_is(value->as.text, "True");
    if (yes || bl_text_is(value->as.text, "false") ||
        bl_text_is(value->as.text, "False")) {
      plain.type = BL_BOOLEAN;
      plain.as.boolean = yes;
    }
  } else if (f->type == BL_INTEGER && f->flags & BL_OR_TEXT &&
             value->as.text.len == 1 && value->as.text.bytes[0] >= '0' &&
             value->as.text.bytes[0] <= '9') {
    plain.type = BL_INTEGER;
    plain.as.integer = value->as.text.bytes[0] - '0';
  }
  return plain;
}

static bool same_item(const struct bl_field *f, const struct bl_value *a,
                      const struct bl_value *b) {
  return f->shape != NULL  ? bl_schema_same(f->shape, a, b)
         : f->item != NULL ? same(f->item, a, b)
                           : bl_value_same(a, b);
}

/* How many items of an array are the same as this one. */
static size_t times(const struct bl_field *f, const struct bl_value *array,
                    const struct bl_value *one) {
  size_t n = 0;
  for (const struct bl_item *i = array->as.first; i != NULL; i = i->next)
    n += same_item(f, &i->value, one);
  return n;
}

static bool same_array(const struct bl_field *f, const struct bl_value *a,
                       const struct bl_value *b) {
  if (a->count != b->count) return false;
  if (f->flags & BL_UNORDERED) {
    for (const struct bl_item *i = a->as.first; i != NULL; i = i->next)
      if (times(f, a, &i->value) != times(f, b, &i->value)) return false;
    return true;
  }
  const struct bl_item *y = b->as.first;
  for (const struct bl_item *x = a->as.first; x != NULL;
       x = x->next, y = y->next)
    if (!same_item(f, &x->value, &y->value)) return false;
  return true;
}

static bool same(const struct bl_field *f, const struct bl_value *a,
                 const struct bl_value *b) {
  if (f->type == BL_OBJECT) return bl_schema_same(f->shape, a, b);
  if (a->type == BL_ARRAY && b->type == BL_ARRAY) return same_array(f, a, b);
  struct bl_value x = meaning(f, a), y = meaning(f, b);
  if (f->flags & BL_FOLDED && x.type == BL_STRING && y.type == BL_STRING)
    return bl_text_same_folded(x.as.text, y.as.text);
  return bl_value_same(&x, &y);
}

static bool same_row(const struct bl_field *f, const struct bl_value *a,
                     const struct bl_value *b) {
  struct bl_value filled = {.type = BL_INTEGER, .as.integer = f->min};
  const struct bl_value *x = member(a, f), *y = member(b, f);
  if (x == NULL && f->flags & BL_FILLED) x = &filled;
  if (y == NULL && f->flags & BL_FILLED) y = &filled;
  return x == NULL || y == NULL ? x == y : same(f, x, y);
}

/* Whether every member of `a` without a row is the same in `b`. */
static bool same_unknown(const struct bl_shape *shape, const struct bl_value *a,
                         const struct bl_value *b) {
  for (const struct bl_item *x = a->as.first; x != NULL; x = x->next) {
    if (bl_schema_field(shape, x->key) != NULL) continue;
    const struct bl_item *y = b->as.first;
    while (y != NULL && !bl_text_same(y->key, x->key)) y = y->next;
    if (y == NULL || !bl_value_same(&x->value, &y->value)) return false;
  }
  return true;
}

bool bl_schema_same(const struct bl_shape *shape, const struct bl_value *a,
                    const struct bl_value *b) {
  bool a_fits = a->type == BL_OBJECT || a->type == BL_EMPTY;
  bool b_fits = b->type == BL_OBJECT || b->type == BL_EMPTY;
  if (!a_fits || !b_fits) return bl_value_same(a, b);
  for (unsigned row = 0; row < shape->count; row++)
    if (!same_row(&shape->fields[row], a, b)) return false;
  return same_unknown(shape, a, b) && same_unknown(shape, b, a);
}
