#include "form.h"

#include "segments.h"

/* The bytes before the first `end`, or all; moves behind it. */
static struct bl_text cut(struct bl_text *text, char end) {
  const char *found =
      text->len == 0 ? NULL : memchr(text->bytes, end, text->len);
  struct bl_text piece = *text;
  if (found == NULL) {
    *text = (struct bl_text){text->bytes + text->len, 0};
    return piece;
  }
  piece.len = (size_t)(found - text->bytes);
  *text = (struct bl_text){found + 1, text->len - piece.len - 1};
  return piece;
}

/* A + is a blank; %2B is a plus. */
static enum bl_status decode(struct bl_text raw, struct bl_arena *arena,
                             struct bl_text *out) {
  char *copy = bl_arena_copy(arena, raw.bytes, raw.len);
  if (copy == NULL) return BL_NOMEM;
  for (size_t i = 0; i < raw.len; i++)
    if (copy[i] == '+') copy[i] = ' ';
  return bl_percent_decode(copy, raw.len, arena, out);
}

static enum bl_status read_field(struct bl_text pair, struct bl_arena *arena,
                                 struct bl_form_field **out) {
  struct bl_form_field *field = bl_arena_take(arena, sizeof *field);
  if (field == NULL) return BL_NOMEM;
  *field = (struct bl_form_field){0};
  *out = field;
  struct bl_text name = cut(&pair, '=');
  enum bl_status s = decode(name, arena, &field->name);
  return s == BL_OK ? decode(pair, arena, &field->value) : s;
}

enum bl_status bl_form_read(struct bl_text body, struct bl_arena *arena,
                            struct bl_form_field **out) {
  struct bl_form_field **end = out;
  *out = NULL;
  while (body.len > 0) {
    struct bl_form_field *field;
    struct bl_text pair = cut(&body, '&');
    if (pair.len == 0) continue;
    enum bl_status s = read_field(pair, arena, &field);
    if (s != BL_OK) return s;
    if (bl_form_value(*out, field->name.bytes).bytes != NULL) return BL_INVALID;
    *end = field;
    end = &field->next;
  }
  return BL_OK;
}

struct bl_text bl_form_value(const struct bl_form_field *fields,
                             const char *name) {
  for (; fields != NULL; fields = fields->next)
    if (bl_text_is(fields->name, name)) return fields->value;
  return (struct bl_text){0};
}
