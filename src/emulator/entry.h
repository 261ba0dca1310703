/* One of a list: a policy or an object, as filters and pages see it. */
#ifndef BL_ENTRY_H
#define BL_ENTRY_H

#include "filter.h"
#include "store.h"

/* Borrowed from the row or object it was made of. */
struct bl_entry {
  bool is_policy;
  const struct bl_row *row;       /* where it is one */
  const struct bl_object *object; /* where it is not */
  int64_t seq;
  const uint8_t *id;
  struct bl_text type, display_name;
};

struct bl_entry bl_entry_of_policy(const struct bl_row *row);
struct bl_entry bl_entry_of_object(const struct bl_object *object);

/* Whether it passes a filter (NULL: it does). What that takes of memory comes
 * from the allocator of `arena`, and is given back. */
enum bl_status bl_entry_passes(const struct bl_entry *entry,
                               const struct bl_filter *filter,
                               const struct bl_arena *arena, bool *passes);

#endif
