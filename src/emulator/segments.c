#include "segments.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/format.h"

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

/* The byte that %XX at `at` stands for, or -1. */
static int escape(const char *at, const char *end) {
  if (end - at < 3) return -1;
  int high = digit(at[1]), low = digit(at[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

enum bl_status bl_percent_decode(const char *bytes, size_t len,
                                 struct bl_arena *arena, struct bl_text *out) {
  char *text = bl_arena_take(arena, len + 1), *to = text;
  if (text == NULL) return BL_NOMEM;
  if (memchr(bytes, '%', len) == NULL && memchr(bytes, '\0', len) == NULL) {
    memcpy(text, bytes, len);
    text[len] = '\0';
    *out = (struct bl_text){text, len};
    return bl_is_utf8(*out, NULL) ? BL_OK : BL_INVALID;
  }
  for (const char *at = bytes, *end = bytes + len; at < end; at++) {
    int byte = (unsigned char)*at;
    if (byte == '%') {
      byte = escape(at, end);
      at += 2;
    }
    if (byte <= 0) return BL_INVALID;
    *to++ = (char)byte;
  }
  *to = '\0';
  *out = (struct bl_text){text, (size_t)(to - text)};
  return bl_is_utf8(*out, NULL) ? BL_OK : BL_INVALID;
}

/* Behind "http://authority" or "https://authority", where a target begins
 * so. */
const char *bl_segments_skip_origin(const char *path) {
  size_t scheme = strncasecmp(path, "http://", 7) == 0    ? 7
                  : strncasecmp(path, "https://", 8) == 0 ? 8
                                                          : 0;
  if (scheme == 0) return path;
  const char *slash = strchr(path + scheme, '/');
  return slash == NULL ? "" : slash;
}

bool bl_segments_of_graph(const char *path) {
  return strncasecmp(path, "/v1.0/", 6) == 0 ||
         strncasecmp(path, "/beta/", 6) == 0;
}

/* Takes a key in brackets off the last segment and puts it behind. */
static void part_key(struct bl_segments *out) {
  static const char by_app[] = "appId=";
  struct bl_text *whole = &out->items[out->count - 1], key;
  const char *open = memchr(whole->bytes, '(', whole->len);
  if (open == NULL || open == whole->bytes || out->count == BL_MAX_SEGMENTS)
    return;
  key.bytes = open + 1;
  key.len = whole->len - (size_t)(key.bytes - whole->bytes);
  bool app = key.len > sizeof by_app - 1 &&
             bl_text_same_folded((struct bl_text){key.bytes, sizeof by_app - 1},
                                 (struct bl_text){by_app, sizeof by_app - 1});
  if (app) key.bytes += sizeof by_app - 1, key.len -= sizeof by_app - 1;
  if (key.len < 3 || key.bytes[0] != '\'' || key.bytes[key.len - 1] != ')' ||
      key.bytes[key.len - 2] != '\'')
    return;
  whole->len = (size_t)(open - whole->bytes);
  out->by_app[out->count] = app;
  out->items[out->count++] = (struct bl_text){key.bytes + 1, key.len - 3};
}

enum bl_status bl_segments_read(const char *path, struct bl_arena *arena,
                                struct bl_segments *out, struct bl_text *bad) {
  memset(out, 0, sizeof *out);
  path = bl_segments_skip_origin(path);
  if (*path == '/') path++;
  while (*path != '\0' && out->count < BL_MAX_SEGMENTS) {
    *bad = (struct bl_text){path, strcspn(path, "/")};
    enum bl_status s = bl_percent_decode(bad->bytes, bad->len, arena,
                                         &out->items[out->count++]);
    if (s != BL_OK) return s;
    part_key(out);
    path += bad->len;
    if (*path == '/') path++;
  }
  return BL_OK;
}
