#include "header.h"

#include <stdint.h>
#include <string.h>

#include "format.h"

/* A bit for each character of a token (RFC 9110, 5.6.2): letters, digits and
 * !#$%&'*+-.^_`|~ */
static const uint32_t token[4] = {0x0, 0x3ff6cfa, 0xc7fffffe, 0x57ffffff};

bool bl_is_token(struct bl_text text) {
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.bytes[i];
    if (c > 127 || !(token[c / 32] >> c % 32 & 1)) return false;
  }
  return text.len > 0;
}

bool bl_header_sendable(const struct bl_header *header) {
  for (size_t i = 0; i < header->value.len; i++) {
    unsigned char c = (unsigned char)header->value.bytes[i];
    if ((c < ' ' && c != '\t') || c == 127) return false;
  }
  return bl_is_token(header->name);
}

/* The text without blanks and line ends at either end. */
static struct bl_text trimmed(struct bl_text text) {
  static const char blanks[] = " \t\r\n";
  while (text.len > 0 && memchr(blanks, text.bytes[0], 4)) {
    text.bytes++;
    text.len--;
  }
  while (text.len > 0 && memchr(blanks, text.bytes[text.len - 1], 4))
    text.len--;
  return text;
}

/* Splits a line at its colon. False: it is no field. */
static bool read_field(struct bl_text line, struct bl_header *out) {
  const char *colon = memchr(line.bytes, ':', line.len);
  if (colon == NULL) return false;
  out->name.bytes = line.bytes;
  out->name.len = (size_t)(colon - line.bytes);
  out->value.bytes = colon + 1;
  out->value.len = line.len - out->name.len - 1;
  out->value = trimmed(out->value);
  return bl_is_token(out->name);
}

/* Takes the first line off a block. */
static struct bl_text next_line(struct bl_text *block) {
  const char *end = memchr(block->bytes, '\n', block->len);
  size_t len = end == NULL ? block->len : (size_t)(end - block->bytes) + 1;
  struct bl_text line = {block->bytes, len};
  block->bytes += len;
  block->len -= len;
  return line;
}

bool bl_header_take_line(struct bl_text *block, struct bl_header *out) {
  return read_field(next_line(block), out);
}

static bool lower(struct bl_text *text, struct bl_arena *arena) {
  char *copy = bl_arena_copy(arena, text->bytes, text->len);
  if (copy == NULL) return false;
  for (size_t i = 0; i < text->len; i++)
    if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] + 32);
  text->bytes = copy;
  return true;
}

static bool same(struct bl_text a, struct bl_text b) {
  return a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0;
}

/* Joins the values of all fields from `at` on that have its name, and marks
 * the later ones as used up by an empty name. */
static bool join(struct bl_header *fields, size_t count, size_t at,
                 struct bl_arena *arena) {
  size_t len = fields[at].value.len, used = len;
  for (size_t i = at + 1; i < count; i++)
    if (same(fields[i].name, fields[at].name)) len += 2 + fields[i].value.len;
  if (len == used) return true;
  char *joined = bl_arena_take(arena, len);
  if (joined == NULL) return false;
  memcpy(joined, fields[at].value.bytes, used);
  for (size_t i = at + 1; i < count; i++) {
    if (!same(fields[i].name, fields[at].name)) continue;
    memcpy(joined + used, ", ", 2);
    memcpy(joined + used + 2, fields[i].value.bytes, fields[i].value.len);
    used += 2 + fields[i].value.len;
    fields[i].name.len = 0;
  }
  fields[at].value = (struct bl_text){joined, len};
  return true;
}

enum bl_status bl_headers_read(struct bl_text block, struct bl_arena *arena,
                               struct bl_header **fields, size_t *count) {
  struct bl_header read[BL_MAX_HEADERS];
  size_t lines = 0, kept = 0;
  while (block.len > 0) {
    struct bl_header field;
    if (!read_field(next_line(&block), &field)) continue;
    if (lines == BL_MAX_HEADERS) return BL_TOO_LARGE;
    if (!lower(&field.name, arena)) return BL_NOMEM;
    read[lines++] = field;
  }
  for (size_t i = 0; i < lines; i++) {
    if (read[i].name.len == 0) continue;
    if (!join(read, lines, i, arena)) return BL_NOMEM;
    read[kept++] = read[i];
  }
  *fields = bl_arena_take(arena, kept * sizeof(read[0]));
  if (*fields == NULL) return BL_NOMEM;
  if (kept > 0) memcpy(*fields, read, kept * sizeof(read[0]));
  *count = kept;
  return BL_OK;
}

/* Four decimal numbers joined by dots, as libcurl writes every spelling of an
 * IPv4 address ("0x7f.1" too). */
static bool is_ipv4(const char *host) {
  size_t dots = 0;
  for (; *host != '\0'; host++) {
    if (*host == '.')
      dots++;
    else if (*host < '0' || *host > '9')
      return false;
  }
  return dots == 3;
}

bool bl_is_link_local(const char *host) {
  return strncmp(host, "169.254.", 8) == 0 && is_ipv4(host);
}

bool bl_is_loopback(const char *host) {
  if (strncmp(host, "127.", 4) == 0) return is_ipv4(host);
  if (strcmp(host, "[::1]") == 0) return true;
  return bl_text_same_folded(bl_text_of(host),
                             (struct bl_text){"localhost", 9});
}
