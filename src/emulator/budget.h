/* The memory of all requests together: an allocator with one ceiling, so that
 * many large requests cannot take the machine. For any thread. */
#ifndef BL_BUDGET_H
#define BL_BUDGET_H

#include <stdatomic.h>
#include <stddef.h>

struct bl_budget {
  atomic_size_t used; /* bytes */
  size_t max;         /* most bytes to hold at a time */
};

void bl_budget_init(struct bl_budget *budget, size_t max);

/* A bl_alloc over libc's, whose `ud` is the budget. */
void *bl_budget_alloc(void *budget, void *old, size_t old_size, size_t size);

#endif
