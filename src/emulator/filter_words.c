#include "filter_words.h"

#include <string.h>

void bl_filter_fail(struct bl_filter_reader *r, char *words) {
  if (r->status != BL_OK) return;
  r->status = words == NULL ? BL_NOMEM : BL_INVALID;
  r->fault->why = BL_F_SYNTAX;
  r->fault->words = words;
}

void bl_filter_fail_about(struct bl_filter_reader *r, int why,
                          struct bl_text name) {
  if (r->status != BL_OK) return;
  r->status = BL_INVALID;
  r->fault->why = why;
  r->fault->name = name;
}

char *bl_filter_shown(struct bl_filter_reader *r) {
  size_t len = r->text.len > 100 ? 100 : r->text.len;
  while (len > 0 && len < r->text.len && (r->text.bytes[len] & 0xc0) == 0x80)
    len--;
  return bl_arena_copy(r->arena, r->text.bytes, len);
}

void bl_filter_fail_syntax(struct bl_filter_reader *r, const char *at) {
  char *text = bl_filter_shown(r);
  bl_filter_fail(
      r, text == NULL ? NULL
                      : bl_arena_format(r->arena,
                                        "Syntax error at position %zu in '%s'.",
                                        (size_t)(at - r->text.bytes), text));
}

void bl_filter_skip_blanks(struct bl_filter_reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) r->at++;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '@' || c == '$';
}

struct bl_text bl_filter_peek(struct bl_filter_reader *r) {
  bl_filter_skip_blanks(r);
  const char *end = r->at;
  while (end < r->end && is_word(*end)) end++;
  return (struct bl_text){r->at, (size_t)(end - r->at)};
}

bool bl_filter_take_word(struct bl_filter_reader *r, const char *word) {
  struct bl_text next = bl_filter_peek(r);
  if (!bl_text_same_folded(next, bl_text_of(word))) return false;
  r->at += next.len;
  return true;
}

bool bl_filter_take(struct bl_filter_reader *r, char c) {
  bl_filter_skip_blanks(r);
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

void bl_filter_expect(struct bl_filter_reader *r, char c) {
  if (!bl_filter_take(r, c)) bl_filter_fail_syntax(r, r->at);
}
