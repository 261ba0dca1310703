#include "any.h"

#include "format.h"

bool bl_any_check_odd(struct bl_walk *walk, const struct bl_path *path,
                      const char *at, struct bl_text text) {
  bool nul;
  if (!bl_is_utf8(text, &nul))
    bl_problems_add(walk->problems, BL_P_INVALID_UTF8, path, at, NULL,
                    "%s is not UTF-8", bl_problems_quote(walk->problems, text));
  else if (nul)
    bl_problems_add(walk->problems, BL_P_NUL, path, at, NULL,
                    "%s has a NUL character in it",
                    bl_problems_quote(walk->problems, text));
  else
    return true;
  return false;
}

void bl_any_tell_twice(struct bl_walk *walk, const struct bl_path *path,
                       const struct bl_item *b) {
  bl_problems_add(walk->problems, BL_P_DUPLICATE_KEY, path, bl_key_at(b), NULL,
                  "%s stands twice in one object",
                  bl_problems_quote(walk->problems, b->key));
}

static void check_object(struct bl_walk *walk, const struct bl_path *path,
                         struct bl_value *value) {
  const struct bl_item *before = NULL;
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next)
    i->rank = BL_NO_ROW;
  bl_value_sort(value);
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_text(path, i->key);
    if (!i->plain)
      bl_any_check_text(walk, &own, bl_key_at(i), i->key, &i->plain);
    if (before != NULL && bl_text_same(before->key, i->key))
      bl_any_tell_twice(walk, &own, i);
    before = i;
    bl_any_check(walk, &own, &i->value);
  }
}

static void check_array(struct bl_walk *walk, const struct bl_path *path,
                        struct bl_value *value) {
  size_t index = 0;
  for (struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(path, index++);
    bl_any_check(walk, &own, &i->value);
  }
}

void bl_any_check(struct bl_walk *walk, const struct bl_path *path,
                  struct bl_value *value) {
  switch (value->type) {
  case BL_STRING: bl_any_check_string(walk, path, value); break;
  case BL_UNWRITABLE:
    bl_problems_add(walk->problems, BL_P_UNWRITABLE, path, value->at, NULL,
                    "%s cannot be written as JSON", value->as.why);
    break;
  case BL_ARRAY: check_array(walk, path, value); break;
  case BL_OBJECT: check_object(walk, path, value); break;
  default: break;
  }
}
