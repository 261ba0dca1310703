#include "entry.h"

#include <string.h>

#include "core/json_read.h"

struct bl_entry bl_entry_of_policy(const struct bl_row *row) {
  return (struct bl_entry){.is_policy = true,
                           .row = row,
                           .seq = row->seq,
                           .id = row->id,
                           .type = row->kind,
                           .display_name = row->display_name};
}

struct bl_entry bl_entry_of_object(const struct bl_object *object) {
  return (struct bl_entry){.object = object,
                           .seq = object->seq,
                           .id = object->id,
                           .type = object->type,
                           .display_name = object->display_name};
}

/* An entry under test. */
struct test {
  const struct bl_entry *entry;
  struct bl_arena arena;
  struct bl_value tree; /* of what is kept as JSON, once it was asked for */
  bool read;
  enum bl_status status;
  char id[BL_GUID_TEXT];
};

static bool string(struct bl_text text, struct bl_value *out) {
  *out = (struct bl_value){.type = BL_STRING, .as.text = text};
  return true;
}

static bool parse(struct test *t, struct bl_text text) {
  struct bl_problems problems;
  if (t->read || t->status != BL_OK) return t->read;
  bl_problems_init(&problems, &t->arena);
  t->status = bl_json_read(text, BL_STRICT, NULL, &problems, &t->tree);
  t->read = t->status == BL_OK;
  return t->read;
}

static bool policy_value(struct test *t, const char *name,
                         struct bl_value *out) {
  const struct bl_row *row = t->entry->row;
  if (strcmp(name, "displayName") == 0) return string(row->display_name, out);
  if (strcmp(name, "isOrganizationDefault") == 0) {
    *out = (struct bl_value){.type = BL_BOOLEAN,
                             .as.boolean = row->organization_default};
    return true;
  }
  if (strcmp(name, "definition") != 0 || !parse(t, row->definition))
    return false;
  *out = t->tree;
  return true;
}

static bool value(void *ud, const char *name, struct bl_value *out) {
  struct test *t = ud;
  if (strcmp(name, "id") == 0)
    return string((struct bl_text){t->id, sizeof t->id - 1}, out);
  if (t->entry->is_policy) return policy_value(t, name, out);
  if (!parse(t, t->entry->object->body)) return false;
  const struct bl_item *member = bl_value_find(&t->tree, name);
  if (member != NULL) *out = member->value;
  return member != NULL;
}

enum bl_status bl_entry_passes(const struct bl_entry *entry,
                               const struct bl_filter *filter,
                               const struct bl_arena *arena, bool *passes) {
  struct test t;
  char type[64] = "";
  *passes = true;
  if (filter == NULL) return BL_OK;
  t.entry = entry;
  t.read = false;
  t.status = BL_OK;
  if (entry->type.len < sizeof type)
    memcpy(type, entry->type.bytes, entry->type.len);
  bl_guid_write(entry->id, t.id);
  bl_arena_init(&t.arena, arena->alloc, arena->ud, arena->max, NULL, 0);
  *passes = bl_filter_passes(filter, type, value, &t);
  bl_arena_free(&t.arena);
  return t.status == BL_INVALID ? BL_STORE : t.status;
}
