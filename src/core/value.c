#include "value.h"

#define FEW 12 /* items that are sorted one by one */

const char *bl_type_words(enum bl_type type) {
  static const char *const words[] = {
      [BL_NULL] = "null",
      [BL_BOOLEAN] = "a boolean",
      [BL_INTEGER] = "an integer",
      [BL_NUMBER] = "a number",
      [BL_STRING] = "a string",
      [BL_ARRAY] = "an array",
      [BL_OBJECT] = "an object",
      [BL_EMPTY] = "an empty table",
      [BL_UNWRITABLE] = "a value that JSON cannot hold",
  };
  return words[type];
}

struct bl_value bl_value_string(const char *string) {
  return (struct bl_value){.type = BL_STRING, .as.text = bl_text_of(string)};
}

struct bl_item *bl_value_find_text(const struct bl_value *object,
                                   struct bl_text key) {
  if (object->type != BL_OBJECT) return NULL;
  for (struct bl_item *i = object->as.first; i != NULL; i = i->next)
    if (bl_text_same(i->key, key)) return i;
  return NULL;
}

struct bl_item *bl_value_add_text(struct bl_value *into, struct bl_arena *arena,
                                  struct bl_text key) {
  struct bl_item *item = bl_arena_take(arena, sizeof *item);
  if (item == NULL) return NULL;
  *item = (struct bl_item){.key = key};
  if (into->type == BL_EMPTY)
    *into = (struct bl_value){.type = key.bytes == NULL ? BL_ARRAY : BL_OBJECT};
  struct bl_item **end = &into->as.first;
  while (*end != NULL) end = &(*end)->next;
  *end = item;
  into->count++;
  return item;
}

static int compare(const struct bl_item *a, const struct bl_item *b) {
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  size_t shorter = a->key.len < b->key.len ? a->key.len : b->key.len;
  int order = shorter == 0 ? 0 : memcmp(a->key.bytes, b->key.bytes, shorter);
  if (order != 0) return order;
  return (a->key.len > b->key.len) - (a->key.len < b->key.len);
}

static struct bl_item *merge(struct bl_item *a, struct bl_item *b) {
  struct bl_item *merged = NULL, **end = &merged;
  while (a != NULL && b != NULL) {
    struct bl_item **less = compare(a, b) <= 0 ? &a : &b;
    *end = *less;
    end = &(*less)->next;
    *less = *end;
  }
  *end = a != NULL ? a : b;
  return merged;
}

/* Puts a few items in order one by one. */
static struct bl_item *insertion_sort(struct bl_item *rest) {
  struct bl_item *sorted = NULL;
  while (rest != NULL) {
    struct bl_item *one = rest, **to = &sorted;
    rest = rest->next;
    while (*to != NULL && compare(*to, one) <= 0) to = &(*to)->next;
    one->next = *to;
    *to = one;
  }
  return sorted;
}

/* Takes the first `count` items off *rest and sorts them. */
static struct bl_item *merge_sort(struct bl_item **rest, uint32_t count) {
  if (count == 1) {
    struct bl_item *one = *rest;
    *rest = one->next;
    one->next = NULL;
    return one;
  }
  struct bl_item *a = merge_sort(rest, count / 2);
  return merge(a, merge_sort(rest, count - count / 2));
}

void bl_value_sort(struct bl_value *object) {
  const struct bl_item *i = object->as.first;
  while (i != NULL && i->next != NULL && compare(i, i->next) <= 0) i = i->next;
  if (i == NULL || i->next == NULL) return; /* in order already */
  struct bl_item *rest = object->as.first;
  object->as.first = object->count <= FEW ? insertion_sort(rest)
                                          : merge_sort(&rest, object->count);
}

static bool same_items(const struct bl_value *a, const struct bl_value *b) {
  const struct bl_item *x = a->as.first, *y = b->as.first;
  for (; x != NULL && y != NULL; x = x->next, y = y->next)
    if (!bl_value_same(&x->value, &y->value)) return false;
  return x == y;
}

/* The member of `object` with the key of `like`, looked for from where it
 * stands in the other object, since equal objects mostly have one order. */
static const struct bl_item *counterpart(const struct bl_value *object,
                                         const struct bl_item *from,
                                         struct bl_text key) {
  for (const struct bl_item *i = from; i != NULL; i = i->next)
    if (bl_text_same(i->key, key)) return i;
  for (const struct bl_item *i = object->as.first; i != from; i = i->next)
    if (bl_text_same(i->key, key)) return i;
  return NULL;
}

static bool same_members(const struct bl_value *a, const struct bl_value *b) {
  const struct bl_item *y = b->as.first;
  for (const struct bl_item *x = a->as.first; x != NULL; x = x->next) {
    const struct bl_item *found = counterpart(b, y, x->key);
    if (found == NULL || !bl_value_same(&x->value, &found->value)) return false;
    y = found->next;
  }
  return true;
}

void bl_value_drop_repeated(struct bl_value *value) {
  if (value->type != BL_ARRAY && value->type != BL_OBJECT) return;
  if (value->type == BL_OBJECT) bl_value_sort(value);
  struct bl_item **i = &value->as.first;
  while (*i != NULL) {
    struct bl_item *next = (*i)->next;
    if (value->type == BL_OBJECT && next != NULL &&
        bl_text_same((*i)->key, next->key)) {
      *i = next;
      value->count--;
    } else {
      bl_value_drop_repeated(&(*i)->value);
      i = &(*i)->next;
    }
  }
}

static bool is_empty(const struct bl_value *v) {
  return v->type == BL_EMPTY ||
         ((v->type == BL_ARRAY || v->type == BL_OBJECT) && v->count == 0);
}

bool bl_value_same(const struct bl_value *a, const struct bl_value *b) {
  if (a->type == BL_EMPTY || b->type == BL_EMPTY)
    return is_empty(a) && is_empty(b);
  if (a->type != b->type) return false;
  switch (a->type) {
  case BL_BOOLEAN: return a->as.boolean == b->as.boolean;
  case BL_INTEGER: return a->as.integer == b->as.integer;
  case BL_NUMBER: return a->as.number == b->as.number;
  case BL_STRING: return bl_text_same(a->as.text, b->as.text);
  case BL_ARRAY: return a->count == b->count && same_items(a, b);
  case BL_OBJECT: return a->count == b->count && same_members(a, b);
  case BL_NULL: return true;
  default: return false;
  }
}
