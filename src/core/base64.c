#include "base64.h"

#include <stdint.h>

static const char *const alphabets[] = {
    [BL_BASE64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                  "0123456789+/",
    [BL_BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789-_",
};

/* Up to three bytes as four characters; returns how many of them mean
 * something. */
static size_t write_group(const unsigned char *bytes, size_t count,
                          const char *alphabet, char out[4]) {
  uint32_t group = 0;
  for (size_t i = 0; i < 3; i++)
    group = group << 8 | (i < count ? bytes[i] : 0u);
  for (size_t i = 0; i < 4; i++)
    out[i] = i <= count ? alphabet[group >> (18 - 6 * i) & 63] : '=';
  return count + 1;
}

enum bl_status bl_base64_write(struct bl_text bytes, enum bl_base64 flavour,
                               struct bl_arena *arena, struct bl_text *out) {
  if (bytes.len > SIZE_MAX / 2) return BL_NOMEM;
  char *text = bl_arena_take(arena, (bytes.len + 2) / 3 * 4 + 1), *to = text;
  if (text == NULL) return BL_NOMEM;
  const unsigned char *from = (const unsigned char *)bytes.bytes;
  for (size_t left = bytes.len; left > 0;) {
    size_t count = left < 3 ? left : 3;
    size_t meant = write_group(from, count, alphabets[flavour], to);
    to += flavour == BL_BASE64 ? 4 : meant;
    from += count;
    left -= count;
  }
  *to = '\0';
  *out = (struct bl_text){text, (size_t)(to - text)};
  return BL_OK;
}

/* What a character stands for, or -1. */
static int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

/* The length without padding, which is right or not there at all. False: the
 * text cannot be base64, whatever its characters. */
static bool without_padding(struct bl_text *text) {
  size_t len = text->len;
  while (len > 0 && text->len - len < 2 && text->bytes[len - 1] == '=') len--;
  if (len < text->len && text->len % 4 != 0) return false;
  text->len = len;
  return len % 4 != 1;
}

enum bl_status bl_base64_read(struct bl_text text, struct bl_arena *arena,
                              struct bl_text *out) {
  if (!without_padding(&text)) return BL_INVALID;
  char *bytes = bl_arena_take(arena, text.len / 4 * 3 + 4), *to = bytes;
  if (bytes == NULL) return BL_NOMEM;
  uint32_t group = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < text.len; i++) {
    int value = value_of(text.bytes[i]);
    if (value < 0) return BL_INVALID;
    group = group << 6 | (uint32_t)value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    *to++ = (char)(group >> bits & 0xff);
  }
  /* bits that no byte needs are zero: one value has one text */
  if ((group & ((1u << bits) - 1)) != 0) return BL_INVALID;
  *to = '\0';
  *out = (struct bl_text){bytes, (size_t)(to - bytes)};
  return BL_OK;
}
