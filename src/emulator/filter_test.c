#include <string.h>
#include <strings.h>

#include "core/format.h"
#include "filter_inside.h"

/* The values of the lambdas around an expression. */
struct scope {
  const struct bl_value *value;
  const struct scope *outer;
};

/* What an evaluation shares. */
struct test {
  const char *type;
  bl_filter_value *value;
  void *ud;
};

static const struct bl_value null = {.type = BL_NULL};

/* The part of a value that the steps lead to. */
static struct bl_value descend(struct bl_value from,
                               const struct bl_text *steps, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct bl_item *item = NULL;
    if (from.type == BL_OBJECT)
      for (item = from.as.first; item != NULL; item = item->next)
        if (item->key.len == steps[i].len &&
            memcmp(item->key.bytes, steps[i].bytes, steps[i].len) == 0)
          break;
    if (item == NULL) return null;
    from = item->value;
  }
  return from;
}

static struct bl_value value_of(const struct test *t, const struct scope *scope,
                                const struct bl_operand *o) {
  struct bl_value out = null;
  char name[64] = "";
  if (o->what == BL_LITERAL) return o->literal;
  if (o->what == BL_VARIABLE) {
    for (size_t i = 0; i < o->depth && scope != NULL; i++) scope = scope->outer;
    return scope == NULL ? null : descend(*scope->value, o->steps, o->count);
  }
  if (o->steps[0].len >= sizeof name) return null;
  memcpy(name, o->steps[0].bytes, o->steps[0].len);
  if (!t->value(t->ud, name, &out)) return null;
  return descend(out, o->steps + 1, o->count - 1);
}

/* --- comparing --------------------------------------------------------------
 */

/* The directory compares texts without regard to case. */
static int compare_texts(struct bl_text a, struct bl_text b) {
  size_t len = a.len < b.len ? a.len : b.len;
  int order = len == 0 ? 0 : strncasecmp(a.bytes, b.bytes, len);
  if (order != 0) return order;
  return (a.len > b.len) - (a.len < b.len);
}

/* A point in time is compared as text: both are in UTC, and a fraction, from
 * the 20th byte on, may be of any length. */
static int compare_dates(struct bl_text a, struct bl_text b) {
  for (size_t i = 0; i < a.len || i < b.len; i++) {
    char x = i < a.len ? a.bytes[i] : '0', y = i < b.len ? b.bytes[i] : '0';
    if (x == 'Z' || x == '.') x = '0';
    if (y == 'Z' || y == '.') y = '0';
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

static double number_of(const struct bl_value *v) {
  return v->type == BL_INTEGER ? (double)v->as.integer : v->as.number;
}

/* False: they cannot be compared. */
static bool compare(const struct bl_value *a, const struct bl_value *b,
                    bool dates, int *order) {
  bool numbers = (a->type == BL_INTEGER || a->type == BL_NUMBER) &&
                 (b->type == BL_INTEGER || b->type == BL_NUMBER);
  if (numbers) {
    double x = number_of(a), y = number_of(b);
    *order = (x > y) - (x < y);
    return true;
  }
  if (a->type != b->type) return false;
  if (a->type == BL_STRING)
    *order = dates ? compare_dates(a->as.text, b->as.text)
                   : compare_texts(a->as.text, b->as.text);
  else if (a->type == BL_BOOLEAN)
    *order = a->as.boolean - b->as.boolean;
  else
    *order = 0;
  return a->type == BL_STRING || a->type == BL_BOOLEAN || a->type == BL_NULL;
}

static bool is_date(const struct bl_operand *o) {
  return o->type != NULL && strcmp(o->type, "Edm.DateTimeOffset") == 0;
}

static bool holds(const struct bl_filter *f, const struct bl_value *a,
                  const struct bl_value *b) {
  int order = 0;
  bool known = compare(a, b, is_date(&f->left) || is_date(&f->right), &order);
  if (f->op == BL_OP_EQ) return known && order == 0;
  if (f->op == BL_OP_NE) return !known || order != 0;
  if (!known || a->type == BL_NULL) return false;
  switch (f->op) {
  case BL_OP_GT: return order > 0;
  case BL_OP_GE: return order >= 0;
  case BL_OP_LT: return order < 0;
  default: return order <= 0;
  }
}

static bool same_at(const char *at, struct bl_text part) {
  return part.len == 0 || strncasecmp(at, part.bytes, part.len) == 0;
}

static bool matches(const struct bl_filter *f, const struct bl_value *a,
                    const struct bl_value *b) {
  if (a->type != BL_STRING || b->type != BL_STRING) return false;
  struct bl_text whole = a->as.text, part = b->as.text;
  if (part.len > whole.len) return false;
  size_t last = whole.len - part.len;
  if (f->what == BL_N_STARTSWITH) return same_at(whole.bytes, part);
  if (f->what == BL_N_ENDSWITH) return same_at(whole.bytes + last, part);
  for (size_t i = 0; i <= last; i++)
    if (same_at(whole.bytes + i, part)) return true;
  return false;
}

/* --- the expression ---------------------------------------------------------
 */

static bool test(const struct test *t, const struct scope *scope,
                 const struct bl_filter *f);

static bool test_in(const struct test *t, const struct scope *scope,
                    const struct bl_filter *f) {
  struct bl_value left = value_of(t, scope, &f->left);
  for (size_t i = 0; i < f->count; i++) {
    int order;
    if (compare(&left, &f->items[i].literal, is_date(&f->left), &order) &&
        order == 0)
      return true;
  }
  return false;
}

static bool test_items(const struct test *t, const struct scope *scope,
                       const struct bl_filter *f) {
  struct bl_value list = value_of(t, scope, &f->left);
  bool any = f->what == BL_N_ANY;
  if (list.type != BL_ARRAY) return !any;
  if (f->children == NULL) return list.as.first != NULL;
  for (struct bl_item *i = list.as.first; i != NULL; i = i->next) {
    const struct scope inner = {&i->value, scope};
    if (test(t, &inner, f->children) == any) return any;
  }
  return !any;
}

/* As deep as the reader let it be. */
static bool test(const struct test *t, const struct scope *scope,
                 const struct bl_filter *f) {
  struct bl_value a = null, b = null;
  switch (f->what) {
  case BL_N_OR:
  case BL_N_AND:
    for (struct bl_filter *c = f->children; c != NULL; c = c->next)
      if (test(t, scope, c) == (f->what == BL_N_OR)) return f->what == BL_N_OR;
    return f->what == BL_N_AND;
  case BL_N_NOT: return !test(t, scope, f->children);
  case BL_N_IN: return test_in(t, scope, f);
  case BL_N_ANY:
  case BL_N_ALL: return test_items(t, scope, f);
  case BL_N_ISOF:
    return bl_text_is(f->right.literal.as.text, t->type) ||
           bl_text_is(f->right.literal.as.text, "directoryObject");
  case BL_N_TRUTH:
    a = value_of(t, scope, &f->left);
    return a.type == BL_BOOLEAN && a.as.boolean;
  case BL_N_COMPARE:
  case BL_N_STARTSWITH:
  case BL_N_ENDSWITH:
  case BL_N_CONTAINS: break;
  }
  a = value_of(t, scope, &f->left);
  b = value_of(t, scope, &f->right);
  return f->what == BL_N_COMPARE ? holds(f, &a, &b) : matches(f, &a, &b);
}

bool bl_filter_passes(const struct bl_filter *filter, const char *type,
                      bl_filter_value *value, void *ud) {
  const struct test t = {type, value, ud};
  return test(&t, NULL, filter);
}

bool bl_filter_asks(const struct bl_filter *f, const char *name,
                    struct bl_text *out) {
  if (f->what == BL_N_AND) {
    for (struct bl_filter *c = f->children; c != NULL; c = c->next)
      if (bl_filter_asks(c, name, out)) return true;
    return false;
  }
  if (f->what != BL_N_COMPARE || f->op != BL_OP_EQ) return false;
  if (f->left.what != BL_PATH || f->left.count != 1 ||
      !bl_text_is(f->left.steps[0], name) || f->right.what != BL_LITERAL ||
      f->right.literal.type != BL_STRING)
    return false;
  *out = f->right.literal.as.text;
  return true;
}
