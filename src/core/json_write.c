#include "json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

#define ESCAPE 8 /* at least the bytes of an escape, and of two quotes */
#define SHORT 64 /* bytes of a string that is gone through singly */

/* What a byte of a string becomes: 0 itself, 'u' \u00XX, else a backslash and
 * this letter. DEL and what is not ASCII stay as they are. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u',          'u',           'u', 'b',
    't', 'n', 'u', 'f', 'r', 'u',          'u',           'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u',          'u',           'u', 'u',
    'u', 'u', 'u', 'u', 'u', [0x22] = '"', ['\\'] = '\\',
};

/* A string's own quotes and the backslash of its escapes, by escaping. */
static const struct {
  const char *quote, *slash;
  size_t slash_len;
} levels[] = {
    [BL_PLAIN] = {"\"", "\\", 1},
    [BL_IN_STRING] = {"\\\"", "\\\\", 2},
};

/* The escape of c at `out`; returns its length, 8 bytes at most. */
static size_t escape(char *out, unsigned char c, enum bl_escaping level) {
  static const char hex[] = "0123456789abcdef";
  char *start = out;
  memcpy(out, levels[level].slash, levels[level].slash_len);
  out += levels[level].slash_len;
  char letter = escapes[c];
  if (letter == 'u') {
    memcpy(out, "u00", 3);
    out[3] = hex[c >> 4];
    out[4] = hex[c & 15];
    return (size_t)(out - start) + 5;
  }
  /* a quote or backslash inside a string inside a string is escaped twice */
  if (level == BL_IN_STRING && (letter == '"' || letter == '\\')) *out++ = '\\';
  *out++ = letter;
  return (size_t)(out - start);
}

/* Whether eight bytes need no escape. */
static bool eight_plain(const char *bytes) {
  uint64_t w = bl_eight(bytes);
  return (bl_marks_of_controls(w) | bl_marks_of(w, '"') |
          bl_marks_of(w, '\\')) == 0;
}

/* Bytes from s on that need no escape. */
static size_t plain(const unsigned char *s, size_t n) {
  size_t i = 0;
  while (i + 8 <= n && eight_plain((const char *)s + i)) i += 8;
  while (i < n && escapes[s[i]] == 0) i++;
  return i;
}

/* Writes a string for which there is room whatever must be escaped in it. */
static void write_short(struct bl_buf *b, struct bl_text text,
                        enum bl_escaping level) {
  char *start = b->data + b->len, *out = start;
  if (level == BL_IN_STRING) *out++ = '\\';
  *out++ = '"';
  const char *s = text.bytes, *end = s + text.len;
  while (s < end) {
    if (end - s >= 8 && eight_plain(s)) {
      memcpy(out, s, 8);
      out += 8;
      s += 8;
      continue;
    }
    unsigned char c = (unsigned char)*s++;
    if (escapes[c] == 0)
      *out++ = (char)c;
    else
      out += escape(out, c, level);
  }
  if (level == BL_IN_STRING) *out++ = '\\';
  *out++ = '"';
  bl_buf_wrote(b, (size_t)(out - start));
}

static void write_long(struct bl_buf *b, struct bl_text text,
                       enum bl_escaping level) {
  const unsigned char *s = (const unsigned char *)text.bytes;
  size_t left = text.len;
  bl_buf_text(b, levels[level].quote);
  while (left > 0 && b->status == BL_OK) {
    size_t n = plain(s, left);
    bl_buf_add(b, (const char *)s, n);
    s += n;
    left -= n;
    for (; left > 0 && escapes[*s] != 0; s++, left--) {
      char *room = bl_buf_room(b, ESCAPE);
      if (room == NULL) return;
      bl_buf_wrote(b, escape(room, *s, level));
    }
  }
  bl_buf_text(b, levels[level].quote);
}

void bl_json_write_string(struct bl_buf *b, struct bl_text text,
                          enum bl_escaping level) {
  if (b->data != NULL && text.len <= SHORT &&
      b->cap - b->len > ESCAPE * (text.len + 1))
    write_short(b, text, level);
  else
    write_long(b, text, level);
}

/* Bytes of the two quotes of a string. */
static inline size_t quotes_len(enum bl_escaping level) {
  return level == BL_IN_STRING ? 4 : 2;
}

/* Puts a string that is known to be plain, and its quotes, at `out`; returns
 * the end. */
static inline char *put_plain(char *out, struct bl_text text,
                              enum bl_escaping level) {
  if (level == BL_IN_STRING) *out++ = '\\';
  *out++ = '"';
  if (text.len > 0) memcpy(out, text.bytes, text.len);
  out += text.len;
  if (level == BL_IN_STRING) *out++ = '\\';
  *out++ = '"';
  return out;
}

static void write_text(struct bl_buf *b, struct bl_text text, bool plain,
                       enum bl_escaping level) {
  if (!plain) {
    bl_json_write_string(b, text, level);
    return;
  }
  char *start = bl_buf_room(b, text.len + quotes_len(level));
  if (start != NULL)
    bl_buf_wrote(b, (size_t)(put_plain(start, text, level) - start));
}

/* Writes the key of a member, what stands before it, and its colon. */
static void write_key(struct bl_buf *b, char before, const struct bl_item *item,
                      enum bl_escaping level) {
  if (!item->plain) {
    bl_buf_char(b, before);
    bl_json_write_string(b, item->key, level);
    bl_buf_char(b, ':');
    return;
  }
  size_t len = item->key.len + quotes_len(level) + 2;
  char *room = bl_buf_room(b, len);
  if (room == NULL) return;
  *room = before;
  *put_plain(room + 1, item->key, level) = ':';
  bl_buf_wrote(b, len);
}

static void write_integer(struct bl_buf *b, int64_t n) {
  char digits[24], *d = digits + sizeof digits;
  uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do {
    *--d = (char)('0' + left % 10);
    left /= 10;
  } while (left > 0);
  if (n < 0) *--d = '-';
  bl_buf_add(b, d, (size_t)(digits + sizeof digits - d));
}

/* The shortest digits that read back as the same number, whatever the
 * locale's decimal point. */
static void write_number(struct bl_buf *b, double n) {
  char digits[40];
  if (!isfinite(n)) {
    bl_buf_text(b, "null");
    return;
  }
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, n);
    if (strtod(digits, NULL) == n) break;
  }
  for (char *d = digits; *d != '\0'; d++)
    if (strchr("+-0123456789e", *d) == NULL) *d = '.';
  bl_buf_text(b, digits);
}

static void write_array(struct bl_buf *b, const struct bl_value *value,
                        enum bl_escaping level) {
  char before = '[';
  if (value->as.first == NULL) bl_buf_char(b, before);
  for (const struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    bl_buf_char(b, before);
    before = ',';
    bl_json_write(b, &i->value, level);
  }
  bl_buf_char(b, ']');
}

static void write_object(struct bl_buf *b, const struct bl_value *value,
                         enum bl_escaping level) {
  char before = '{';
  if (value->as.first == NULL) bl_buf_char(b, before);
  for (const struct bl_item *i = value->as.first; i != NULL; i = i->next) {
    write_key(b, before, i, level);
    before = ',';
    bl_json_write(b, &i->value, level);
  }
  bl_buf_char(b, '}');
}

void bl_json_write(struct bl_buf *b, const struct bl_value *value,
                   enum bl_escaping level) {
  switch (value->type) {
  case BL_NULL:
  case BL_UNWRITABLE: bl_buf_text(b, "null"); return;
  case BL_BOOLEAN: bl_buf_text(b, value->as.boolean ? "true" : "false"); return;
  case BL_INTEGER: write_integer(b, value->as.integer); return;
  case BL_NUMBER: write_number(b, value->as.number); return;
  case BL_STRING: write_text(b, value->as.text, value->plain, level); return;
  case BL_ARRAY: write_array(b, value, level); return;
  case BL_OBJECT: write_object(b, value, level); return;
  case BL_EMPTY: bl_buf_text(b, "{}"); return;
  }
}
