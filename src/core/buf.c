#include "buf.h"

#define FIRST 512 /* bytes of the first room */

void bl_buf_init(struct bl_buf *b, struct bl_arena *arena, size_t max) {
  *b = (struct bl_buf){.arena = arena, .max = max, .status = BL_OK};
}

/* Latches a failure: no room is left, so that every writer comes here. */
static bool fail(struct bl_buf *b, enum bl_status status) {
  if (b->status == BL_OK) b->status = status;
  b->data = NULL;
  b->len = b->cap = 0;
  return false;
}

bool bl_buf_grow(struct bl_buf *b, size_t n) {
  if (b->status != BL_OK) return false;
  if (n > b->max - b->len) return fail(b, BL_TOO_LARGE);
  size_t need = b->len + n + 1, cap = b->cap < FIRST ? FIRST : b->cap * 2;
  if (cap > b->max + 1) cap = b->max + 1;
  if (cap < need) cap = need;
  char *data = bl_arena_grow(b->arena, b->data, b->cap, cap);
  if (data == NULL) return fail(b, BL_NOMEM);
  b->data = data;
  b->cap = cap;
  return true;
}

const char *bl_buf_string(struct bl_buf *b) {
  if (b->status != BL_OK) return NULL;
  if (b->data == NULL) return "";
  b->data[b->len] = '\0';
  return b->data;
}
