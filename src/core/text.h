/* Bytes with a length: what texts are in the tree, in the rows, in messages. */
#ifndef BL_TEXT_H
#define BL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bl_text {
  const char *bytes; /* not NUL-terminated, but for literals; NULL: no text */
  size_t len;        /* bytes */
};

/* The initializer of a literal's text, its length known to the compiler. */
#define BL_TEXT(literal)                                                       \
  { literal, sizeof literal - 1 }

static inline struct bl_text bl_text_of(const char *string) {
  return (struct bl_text){string, strlen(string)};
}

/* Whether n bytes are the same. For the short texts that names are, a call of
 * memcmp is most of its cost. */
static inline bool bl_same_bytes(const char *a, const char *b, size_t n) {
  uint64_t x, y;
  if (n > 64) return memcmp(a, b, n) == 0;
  if (n < 8) {
    while (n > 0 && a[n - 1] == b[n - 1]) n--;
    return n == 0;
  }
  for (size_t i = n - 8;; i = i < 8 ? 0 : i - 8) { /* texts differ at ends */
    memcpy(&x, a + i, 8);
    memcpy(&y, b + i, 8);
    if (x != y) return false;
    if (i == 0) return true;
  }
}

static inline bool bl_text_same(struct bl_text a, struct bl_text b) {
  return a.len == b.len && bl_same_bytes(a.bytes, b.bytes, a.len);
}

/* Whether the text is the C string. */
static inline bool bl_text_is(struct bl_text text, const char *string) {
  return bl_text_same(text, bl_text_of(string));
}

/* An ASCII letter in lower case; anything else as it is. */
static inline unsigned char bl_fold(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Same bytes, ASCII letters folded. */
bool bl_same_folded(const char *a, const char *b, size_t n);

static inline bool bl_text_same_folded(struct bl_text a, struct bl_text b) {
  return a.len == b.len && (bl_same_bytes(a.bytes, b.bytes, a.len) ||
                            bl_same_folded(a.bytes, b.bytes, a.len));
}

#endif
