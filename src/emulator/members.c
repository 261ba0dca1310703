#include "members.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/json_write.h"

void bl_put_name(struct bl_buf *b, const char *name) {
  char last = b->len == 0 ? '{' : b->data[b->len - 1];
  if (last != '{' && last != '[') bl_buf_char(b, ',');
  bl_json_write_string(b, bl_text_of(name), BL_PLAIN);
  bl_buf_char(b, ':');
}

void bl_put_text(struct bl_buf *b, const char *name, struct bl_text text) {
  bl_put_name(b, name);
  bl_json_write_string(b, text, BL_PLAIN);
}

void bl_put_string(struct bl_buf *b, const char *name, const char *text) {
  bl_put_text(b, name, bl_text_of(text));
}

void bl_put_number(struct bl_buf *b, const char *name, int64_t number) {
  char digits[24];
  bl_put_name(b, name);
  snprintf(digits, sizeof digits, "%" PRId64, number);
  bl_buf_text(b, digits);
}

void bl_put_digits(struct bl_buf *b, const char *name, int64_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, "%" PRId64, number);
  bl_put_string(b, name, digits);
}
