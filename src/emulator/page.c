#include "page.h"

/* A token is hexadecimal: a checksum of what follows (8 digits), the store's
 * generation (16), the seq (16), the order (2), the name. The checksum keeps
 * people from making tokens by hand; it keeps no secret. */
#define HEAD (8 + 16 + 16 + 2)

static const char digits[] = "0123456789abcdef";

static void put(struct bl_buf *b, uint64_t number, int count) {
  while (count-- > 0) bl_buf_char(b, digits[number >> (4 * count) & 15]);
}

/* FNV-1a over the digits. */
static uint32_t checksum(const char *text, size_t len) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < len; i++)
    sum = (sum ^ (unsigned char)text[i]) * 16777619u;
  return sum;
}

void bl_page_write(struct bl_buf *b, int64_t generation, int64_t seq,
                   enum bl_order order, struct bl_text name) {
  struct bl_buf rest;
  bl_buf_init(&rest, b->arena, b->max);
  put(&rest, (uint64_t)generation, 16);
  put(&rest, (uint64_t)seq, 16);
  put(&rest, (uint64_t)order, 2);
  if (order >= BL_A_TO_Z)
    for (size_t i = 0; i < name.len; i++)
      put(&rest, (unsigned char)name.bytes[i], 2);
  if (rest.status != BL_OK) {
    if (b->status == BL_OK) b->status = rest.status;
    return;
  }
  put(b, checksum(rest.data, rest.len), 8);
  bl_buf_add(b, rest.data, rest.len);
}

/* `count` digits at `text`; false: they are none. */
static bool take(const char **text, int count, uint64_t *out) {
  *out = 0;
  for (; count > 0; count--, (*text)++) {
    const char *digit = memchr(digits, **text, sizeof digits - 1);
    if (digit == NULL) return false;
    *out = *out << 4 | (uint64_t)(digit - digits);
  }
  return true;
}

enum bl_status bl_page_read(struct bl_text token, int64_t generation,
                            struct bl_arena *arena, struct bl_page *page) {
  uint64_t sum, made, seq, order, byte;
  const char *at = token.bytes, *end = at + token.len;
  if (token.len < HEAD || token.len % 2 != 0) return BL_INVALID;
  if (!take(&at, 8, &sum) || sum != checksum(at, (size_t)(end - at)) ||
      !take(&at, 16, &made) || !take(&at, 16, &seq) || !take(&at, 2, &order))
    return BL_INVALID;
  if ((int64_t)made != generation) return BL_TOO_LARGE;
  if (order != (uint64_t)page->order) return BL_INVALID;
  size_t len = (size_t)(end - at) / 2;
  char *name = bl_arena_take(arena, len + 1);
  if (name == NULL) return BL_NOMEM;
  for (size_t i = 0; i < len; i++) {
    if (!take(&at, 2, &byte)) return BL_INVALID;
    name[i] = (char)byte;
  }
  page->behind = true;
  page->seq = (int64_t)seq;
  page->name = (struct bl_text){name, len};
  return BL_OK;
}
