#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN BL_ARENA_ALIGN

struct bl_arena_block {
  struct bl_arena_block *older;
  size_t size; /* bytes, this header included */
};

/* Bytes of a block before its first object, and a size rounded up. */
#define HEADER ((sizeof(struct bl_arena_block) + ALIGN - 1) & ~(ALIGN - 1))

void *bl_alloc_libc(void *ud, void *old, size_t old_size, size_t size) {
  (void)ud;
  (void)old_size;
  if (size == 0) {
    free(old);
    return NULL;
  }
  return realloc(old, size);
}

void bl_arena_init(struct bl_arena *a, bl_alloc *alloc, void *ud, size_t max,
                   void *lent, size_t lent_size) {
  *a = (struct bl_arena){.alloc = alloc, .ud = ud, .max = max};
  if (lent == NULL) return;
  size_t skip = (ALIGN - (uintptr_t)lent % ALIGN) % ALIGN;
  if (skip >= lent_size) return;
  a->next = (char *)lent + skip;
  a->end = (char *)lent + lent_size;
}

/* Opens a block with room for `size` more bytes. */
static int open_block(struct bl_arena *a, size_t size) {
  if (size > SIZE_MAX - HEADER) return 0;
  size_t whole = HEADER + size;
  if (whole < BL_ARENA_BLOCK) whole = BL_ARENA_BLOCK;
  if (whole > a->max - a->taken) {
    a->full = true;
    return 0;
  }
  struct bl_arena_block *block = a->alloc(a->ud, NULL, 0, whole);
  if (block == NULL) return 0;
  block->older = a->blocks;
  block->size = whole;
  a->blocks = block;
  a->taken += whole;
  a->next = (char *)block + HEADER;
  a->end = (char *)block + whole;
  return 1;
}

void *bl_arena_take_more(struct bl_arena *a, size_t size) {
  if (size > SIZE_MAX - ALIGN || !open_block(a, size + ALIGN)) return NULL;
  return bl_arena_take(a, size);
}

void *bl_arena_grow(struct bl_arena *a, void *old, size_t old_size,
                    size_t size) {
  size_t held = (old_size + ALIGN - 1) & ~(ALIGN - 1);
  if (size <= held && old != NULL) return old;
  if (old != NULL && (char *)old + held == a->next &&
      size <= (size_t)(a->end - (char *)old)) {
    size_t wanted = (size + ALIGN - 1) & ~(ALIGN - 1);
    size_t room = (size_t)(a->end - (char *)old);
    a->next = (char *)old + (wanted < room ? wanted : room);
    return old;
  }
  void *taken = bl_arena_take(a, size);
  if (taken != NULL && old != NULL) memcpy(taken, old, old_size);
  return taken;
}

char *bl_arena_copy(struct bl_arena *a, const char *bytes, size_t len) {
  if (len == SIZE_MAX) return NULL;
  char *copy = bl_arena_take(a, len + 1);
  if (copy == NULL) return NULL;
  if (len > 0) memcpy(copy, bytes, len);
  copy[len] = '\0';
  return copy;
}

char *bl_arena_format_args(struct bl_arena *a, const char *format,
                           va_list args) {
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  char *text = len < 0 ? NULL : bl_arena_take(a, (size_t)len + 1);
  if (text != NULL) vsnprintf(text, (size_t)len + 1, format, again);
  va_end(again);
  return text;
}

char *bl_arena_format(struct bl_arena *a, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = bl_arena_format_args(a, format, args);
  va_end(args);
  return text;
}

void bl_arena_free(struct bl_arena *a) {
  while (a->blocks != NULL) {
    struct bl_arena_block *older = a->blocks->older;
    a->alloc(a->ud, a->blocks, a->blocks->size, 0);
    a->blocks = older;
  }
  a->next = a->end = NULL;
  a->taken = 0;
}
