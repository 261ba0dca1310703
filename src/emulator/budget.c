#include "budget.h"

#include <stdlib.h>

void bl_budget_init(struct bl_budget *budget, size_t max) {
  atomic_init(&budget->used, 0);
  budget->max = max;
}

/* Takes more bytes from the budget, unless they are not there. */
static int draw(struct bl_budget *budget, size_t more) {
  size_t used = atomic_fetch_add(&budget->used, more);
  if (used <= budget->max && more <= budget->max - used) return 1;
  atomic_fetch_sub(&budget->used, more);
  return 0;
}

void *bl_budget_alloc(void *ud, void *old, size_t old_size, size_t size) {
  struct bl_budget *budget = ud;
  if (size == 0) {
    free(old);
    atomic_fetch_sub(&budget->used, old_size);
    return NULL;
  }
  if (size > old_size && !draw(budget, size - old_size)) return NULL;
  void *taken = realloc(old, size);
  if (taken == NULL && size > old_size)
    atomic_fetch_sub(&budget->used, size - old_size);
  if (taken != NULL && size < old_size)
    atomic_fetch_sub(&budget->used, old_size - size);
  return taken;
}
