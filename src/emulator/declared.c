#include "declared.h"

#include <stdio.h>
#include <string.h>

#include "core/format.h"

void bl_declared_fail(struct bl_declared *r, const char *what) {
  if (r->status != BL_OK) return;
  r->status = BL_INVALID;
  bl_because(r->reason, BL_INVALID, "%s%s%s: %s", r->what,
             *r->at == '\0' ? "" : ", ", r->at, what);
}

void *bl_declared_take(struct bl_declared *r, size_t size) {
  void *made = r->status == BL_OK ? bl_arena_take(r->arena, size) : NULL;
  if (made != NULL) return memset(made, 0, size);
  if (r->status == BL_OK) r->status = BL_NOMEM;
  return NULL;
}

/* Reads one value at a place one step further down. */
static void step(struct bl_declared *r, const char *between, struct bl_text key,
                 bl_declared_read *read, const struct bl_value *value,
                 void *into) {
  size_t len = strlen(r->at);
  snprintf(r->at + len, sizeof r->at - len, "%s%.*s", len == 0 ? "" : between,
           (int)key.len, key.bytes);
  if (read == NULL)
    bl_declared_fail(r, "there is no such setting");
  else
    read(r, value, into);
  if (r->status == BL_OK) r->at[len] = '\0';
}

void bl_declared_object(struct bl_declared *r, const struct bl_value *value,
                        const struct bl_declared_member *members, void *into) {
  if (value->type != BL_OBJECT) {
    bl_declared_fail(r, "an object is due");
    return;
  }
  const struct bl_item *i = value->as.first;
  for (; i != NULL && r->status == BL_OK; i = i->next) {
    const struct bl_declared_member *m = members;
    while (m->name != NULL && !bl_text_is(i->key, m->name)) m++;
    step(r, ".", i->key, m->read, &i->value, (char *)into + m->offset);
  }
}

/* An empty table of Lua's comes as an empty object. */
static bool is_list(const struct bl_value *value) {
  return value->type == BL_ARRAY ||
         (value->type == BL_OBJECT && value->as.first == NULL);
}

void bl_declared_list(struct bl_declared *r, const struct bl_value *value,
                      bl_declared_read *read, void *into) {
  char index[32];
  size_t n = 0;
  if (!is_list(value)) {
    bl_declared_fail(r, "an array is due");
    return;
  }
  const struct bl_item *i = value->as.first;
  for (; i != NULL && r->status == BL_OK; i = i->next) {
    int len = snprintf(index, sizeof index, "[%zu]", ++n);
    step(r, "", (struct bl_text){index, (size_t)len}, read, &i->value, into);
  }
}

void bl_declared_text(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  struct bl_text *text = into;
  if (value->type != BL_STRING || value->as.text.len == 0) {
    bl_declared_fail(r, "a string is due that is not empty");
    return;
  }
  text->bytes =
      bl_arena_copy(r->arena, value->as.text.bytes, value->as.text.len);
  text->len = value->as.text.len;
  if (text->bytes == NULL) r->status = BL_NOMEM;
}

void bl_declared_guid(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  struct bl_text *text = into;
  bl_declared_text(r, value, into);
  if (r->status != BL_OK) return;
  if (!bl_is_guid(*text)) {
    bl_declared_fail(r, "a GUID is due");
    return;
  }
  for (char *c = (char *)(uintptr_t)text->bytes; *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'F') *c = (char)(*c | 32);
}

void bl_declared_flag(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  bool *flag = into;
  if (value->type == BL_BOOLEAN)
    *flag = value->as.boolean;
  else
    bl_declared_fail(r, "true or false is due");
}
