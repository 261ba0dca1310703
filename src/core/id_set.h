/* Ids that were seen, the last ten thousand of them at least. */
#ifndef BL_ID_SET_H
#define BL_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "value.h"

#define BL_ID_SET_LEAST 10000 /* ids that are never forgotten */

/* Each id is a number: the last 64 bits of a GUID, in either case of its
 * letters, or a hash of what is none. Two different ids are taken for one with
 * a chance of 2^-49 for each that is asked for. */
struct bl_id_table {
  uint64_t *at; /* `cap` places, a power of two; 0: free */
  size_t cap, count;
};

struct bl_id_set {
  bl_alloc *alloc;
  void *ud;
  struct bl_id_table young, old; /* when the young are enough the old go */
};

/* None yet. The allocator serves until bl_id_set_free. */
void bl_id_set_init(struct bl_id_set *set, bl_alloc *alloc, void *ud);
void bl_id_set_free(struct bl_id_set *set);

/* False: no memory; it is not in. */
bool bl_id_set_add(struct bl_id_set *set, struct bl_text id);

bool bl_id_set_has(const struct bl_id_set *set, struct bl_text id);

#endif
