/* Bytes of texts looked at eight at a time. */
#ifndef BL_SCAN_H
#define BL_SCAN_H

#include "text.h"

#define BL_ONES UINT64_C(0x0101010101010101)
#define BL_TOPS UINT64_C(0x8080808080808080)

/* Eight bytes, the first of them lowest. */
static inline uint64_t bl_eight(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* The n (1 to 7) bytes at `bytes`, some of them repeated to make eight. */
static inline uint64_t bl_few(const char *bytes, size_t n) {
  uint32_t head, tail;
  if (n < 4) {
    const unsigned char *s = (const unsigned char *)bytes;
    return BL_ONES * s[0] ^ (uint64_t)(s[0] ^ s[n / 2]) << 8 ^
           (uint64_t)(s[0] ^ s[n - 1]) << 16;
  }
  memcpy(&head, bytes, 4);
  memcpy(&tail, bytes + n - 4, 4);
  return (uint64_t)head << 32 | tail;
}

/* Below, the top bit of a byte is its mark; the lowest mark is exact, those
 * above it may be wrong. */

/* Marks the bytes that are c. */
static inline uint64_t bl_marks_of(uint64_t word, char c) {
  uint64_t rest = word ^ BL_ONES * (unsigned char)c;
  return (rest - BL_ONES) & ~rest & BL_TOPS;
}

/* Marks control characters: what is below the blank. */
static inline uint64_t bl_marks_of_controls(uint64_t word) {
  return (word - BL_ONES * ' ') & ~word & BL_TOPS;
}

/* How many bytes stand before the lowest mark. */
static inline size_t bl_before_mark(uint64_t marks) {
  return (size_t)__builtin_ctzll(marks) / 8;
}

/* 0 when all eight are ASCII that a JSON string holds as it is. */
static inline uint64_t bl_odd_ones(uint64_t word) {
  uint64_t quote = word ^ BL_ONES * '"', slash = word ^ BL_ONES * '\\';
  return (word | (word - BL_ONES * ' ') | (quote - BL_ONES) |
          (slash - BL_ONES)) &
         BL_TOPS;
}

/* Whether a text is plain: ASCII that stands in a JSON string as it is, no
 * control character, quote or backslash among it. */
static inline bool bl_is_plain(struct bl_text text) {
  const char *s = text.bytes, *end = s + text.len;
  if (text.len < 8)
    return text.len == 0 || bl_odd_ones(bl_few(s, text.len)) == 0;
  uint64_t odd = bl_odd_ones(bl_eight(end - 8));
  for (; end - s >= 16; s += 16)
    odd |= bl_odd_ones(bl_eight(s)) | bl_odd_ones(bl_eight(s + 8));
  if (end - s >= 8) odd |= bl_odd_ones(bl_eight(s));
  return odd == 0;
}

#endif
