/* Bytes that grow inside an arena, up to a ceiling. The first failure is
 * latched: what is added after it is dropped, and the writer asks once, at
 * the end. */
#ifndef BL_BUF_H
#define BL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "arena.h"
#include "status.h"

struct bl_buf {
  struct bl_arena *arena;
  char *data;            /* the arena's; NULL: nothing is in, or a failure */
  size_t len;            /* bytes in */
  size_t cap;            /* bytes there is room for, a NUL included; 0 after a
                            failure */
  size_t max;            /* most bytes to hold */
  enum bl_status status; /* BL_OK, or the first failure */
};

void bl_buf_init(struct bl_buf *b, struct bl_arena *arena, size_t max);

/* Makes room for `n` more bytes and a NUL; false: the failure is latched. */
bool bl_buf_grow(struct bl_buf *b, size_t n);

/* Room for `n` more bytes at the end, or NULL with the failure latched. The
 * caller writes up to n bytes and says how many with bl_buf_wrote. */
static inline char *bl_buf_room(struct bl_buf *b, size_t n) {
  if (b->cap - b->len <= n && !bl_buf_grow(b, n)) return NULL;
  return b->data + b->len;
}

static inline void bl_buf_wrote(struct bl_buf *b, size_t n) { b->len += n; }

static inline void bl_buf_add(struct bl_buf *b, const char *bytes, size_t n) {
  char *room = bl_buf_room(b, n);
  if (room == NULL) return;
  if (n > 0) memcpy(room, bytes, n);
  bl_buf_wrote(b, n);
}

static inline void bl_buf_text(struct bl_buf *b, const char *text) {
  bl_buf_add(b, text, strlen(text));
}

static inline void bl_buf_char(struct bl_buf *b, char c) {
  bl_buf_add(b, &c, 1);
}

/* The text so far, NUL-terminated; "" when nothing is in. NULL after a
 * failure. */
const char *bl_buf_string(struct bl_buf *b);

#endif
