/* An arena owns what a call makes. Everything taken from it dies with
 * bl_arena_free; nothing is given back singly. */
#ifndef BL_ARENA_H
#define BL_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* An allocator of the shape of lua_Alloc: returns `size` bytes in place of
 * `old` (NULL and 0 at first), frees and returns NULL when size is 0, returns
 * NULL when there is no memory. */
typedef void *bl_alloc(void *ud, void *old, size_t old_size, size_t size);

#define BL_ARENA_BLOCK                                                         \
  8192 /* bytes asked for at a time; more at once stands alone */

struct bl_arena_block;

struct bl_arena {
  bl_alloc *alloc;
  void *ud;
  struct bl_arena_block *blocks; /* newest first; NULL: none taken yet */
  char *next, *end;              /* free bytes of the newest block */
  size_t taken;                  /* bytes asked of the allocator */
  size_t max;                    /* most bytes to ask for */
  bool full;                     /* the ceiling has refused something */
};

/* The libc allocator, for an arena outside a Lua state. */
void *bl_alloc_libc(void *ud, void *old, size_t old_size, size_t size);

/* An empty arena. `lent` is space of the caller's that serves first and is
 * never freed; NULL and 0 for none. `max` bounds what is asked of the
 * allocator, so that hostile input cannot take the machine. */
void bl_arena_init(struct bl_arena *a, bl_alloc *alloc, void *ud, size_t max,
                   void *lent, size_t lent_size);

#define BL_ARENA_ALIGN _Alignof(max_align_t)

/* bl_arena_take where the newest block has no room. */
void *bl_arena_take_more(struct bl_arena *a, size_t size);

/* `size` bytes, aligned for any object; NULL when there is no memory left or
 * the ceiling is reached. */
static inline void *bl_arena_take(struct bl_arena *a, size_t size) {
  size_t rounded = (size + BL_ARENA_ALIGN - 1) & ~(BL_ARENA_ALIGN - 1);
  if (rounded < size || rounded > (size_t)(a->end - a->next))
    return bl_arena_take_more(a, size);
  void *taken = a->next;
  a->next += rounded;
  return taken;
}

/* Makes the `old_size` bytes at `old` (from this arena, or NULL) `size` bytes
 * long, in place where they were taken last. NULL: nothing changed. */
void *bl_arena_grow(struct bl_arena *a, void *old, size_t old_size,
                    size_t size);

/* A copy of `len` bytes with a NUL behind them, or NULL. */
char *bl_arena_copy(struct bl_arena *a, const char *bytes, size_t len);

/* Text made as by printf, or NULL. */
char *bl_arena_format(struct bl_arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *bl_arena_format_args(struct bl_arena *a, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Gives everything back and leaves the arena empty and usable. */
void bl_arena_free(struct bl_arena *a);

#endif
