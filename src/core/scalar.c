#include "scalar.h"

#include "any.h"
#include "format.h"

void bl_place_tell(const struct bl_place *p, enum bl_problem_code code,
                   const struct bl_value *value, const char *hint,
                   const char *format, ...) {
  va_list args;
  va_start(args, format);
  struct bl_problem *problem = bl_problems_addv(
      p->walk->problems, code, p->path, value->at, hint, format, args);
  va_end(args);
  if (problem != NULL) problem->source = p->field->source;
}

void bl_place_wrong_type(const struct bl_place *p, struct bl_value *value) {
  const struct bl_field *f = p->field;
  if (value->type == BL_UNWRITABLE) {
    bl_any_check(p->walk, p->path, value);
    return;
  }
  const char *kind = bl_type_words(f->type);
  const char *got = bl_type_words(value->type);
  if (f->values != NULL)
    bl_place_tell(p, BL_P_WRONG_TYPE, value, NULL, "takes %s, not %s: %s", kind,
                  got, bl_problems_list(p->walk->problems, f->values, "or"));
  else
    bl_place_tell(p, BL_P_WRONG_TYPE, value, NULL, "takes %s%s, not %s", kind,
                  f->format == BL_TIMESPAN ? " such as 08:00:00" : "", got);
}

void bl_place_check_length(const struct bl_place *p,
                           const struct bl_value *value, int64_t length,
                           const char *unit) {
  const struct bl_field *f = p->field;
  if ((f->min == 0 && f->max == 0) || (length >= f->min && length <= f->max))
    return;
  if (length == 0)
    bl_place_tell(p, BL_P_OUT_OF_RANGE, value, NULL, "is empty");
  else
    bl_place_tell(p, BL_P_OUT_OF_RANGE, value, NULL,
                  "has %lld %s; from %lld to %lld are allowed",
                  (long long)length, unit, (long long)f->min,
                  (long long)f->max);
}

/* A span as text in the arena. */
static const char *span_text(struct bl_problems *problems, int64_t seconds) {
  char text[BL_SPAN_TEXT];
  bl_timespan_write(seconds, text);
  return bl_problems_format(problems, "%s", text);
}

/* The text is no span: says how one is written, and guesses what was meant. */
static void not_a_span(const struct bl_place *p, const struct bl_value *value) {
  const struct bl_field *f = p->field;
  struct bl_problems *problems = p->walk->problems;
  const char *hint = NULL;
  int64_t seconds;
  if (bl_timespan_guess(value->as.text, &seconds)) {
    if (seconds < f->min) seconds = f->min;
    if (seconds > f->max) seconds = f->max;
    hint = span_text(problems, seconds);
  }
  bl_place_tell(
      p, BL_P_WRONG_FORMAT, value, hint,
      "%s is not a time span: write [days.]hours:minutes:seconds "
      "(hours to 23), from %s to %s%s%s",
      bl_problems_quote(problems, value->as.text), span_text(problems, f->min),
      span_text(problems, f->max), f->also_values != NULL ? ", or " : "",
      f->also_values != NULL ? bl_problems_list(problems, f->also_values, "or")
                             : "");
}

/* Tells of a span outside the row's limits; false: it is inside. */
static bool outside(const struct bl_place *p, const struct bl_value *value,
                    int64_t seconds) {
  const struct bl_field *f = p->field;
  struct bl_problems *problems = p->walk->problems;
  if (seconds >= f->min && seconds <= f->max) return false;
  bool below = seconds < f->min;
  const char *limit = span_text(problems, below ? f->min : f->max);
  bl_place_tell(p, BL_P_OUT_OF_RANGE, value, limit, "%s is %s allowed, %s",
                bl_problems_quote(problems, value->as.text),
                below ? "below the shortest" : "above the longest", limit);
  return true;
}

static void check_span(const struct bl_place *p, const struct bl_value *value) {
  int64_t seconds;
  if (bl_timespan_read(value->as.text, &seconds))
    outside(p, value, seconds);
  else if (!bl_timespan_loose(value->as.text, &seconds) ||
           !outside(p, value, seconds))
    not_a_span(p, value);
}

/* Whether the text is one of a list. */
static bool is_one_of(struct bl_text text, const struct bl_field *f,
                      const struct bl_text *values) {
  for (; values->bytes != NULL; values++)
    if (f->flags & BL_FOLDED ? bl_text_same_folded(text, *values)
                             : bl_text_same(text, *values))
      return true;
  return false;
}

static void check_one_of(const struct bl_place *p,
                         const struct bl_value *value) {
  struct bl_problems *problems = p->walk->problems;
  if (is_one_of(value->as.text, p->field, p->field->values)) return;
  bl_place_tell(p, BL_P_UNKNOWN_VALUE, value,
                bl_text_nearest(value->as.text, p->field->values),
                "%s is not one of %s",
                bl_problems_quote(problems, value->as.text),
                bl_problems_list(problems, p->field->values, "or"));
}

/* What a text must be when it is neither a span nor one of a list. */
static void check_meaning(const struct bl_place *p,
                          const struct bl_value *value) {
  static const struct {
    bool (*is)(struct bl_text text);
    const char *words;
  } formats[] = {
      [BL_GUID] = {bl_is_guid, "a GUID: 8-4-4-4-12 hexadecimal digits"},
      [BL_URI] = {bl_is_uri, "an absolute URI, such as https://contoso.com/x"},
      [BL_DOMAIN] = {bl_is_domain, "a domain name, such as contoso.com"},
  };
  bool (*is)(struct bl_text text) = formats[p->field->format].is;
  if (is == NULL || is(value->as.text)) return;
  bl_place_tell(p, BL_P_WRONG_FORMAT, value, NULL, "%s is not %s",
                bl_problems_quote(p->walk->problems, value->as.text),
                formats[p->field->format].words);
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void check_blanks(const struct bl_place *p,
                         const struct bl_value *value) {
  const char *s = value->as.text.bytes, *end = s + value->as.text.len;
  if (s == end || (!is_blank(*s) && !is_blank(end[-1]))) return;
  while (s < end && is_blank(*s)) s++;
  while (s < end && is_blank(end[-1])) end--;
  struct bl_text trimmed = {s, (size_t)(end - s)};
  struct bl_problems *problems = p->walk->problems;
  bl_place_tell(p, BL_P_BLANKS, value,
                bl_problems_format(problems, "%.*s", (int)trimmed.len, s),
                "%s begins or ends with a blank: write %s",
                bl_problems_quote(problems, value->as.text),
                bl_problems_quote(problems, trimmed));
}

static void check_string(const struct bl_place *p, struct bl_value *value) {
  const struct bl_field *f = p->field;
  if (value->type != BL_STRING) {
    bl_place_wrong_type(p, value);
    return;
  }
  if (!bl_any_check_string(p->walk, p->path, value)) return;
  if (f->also_values != NULL && is_one_of(value->as.text, f, f->also_values))
    return;
  if (f->flags & BL_TRIMMED) check_blanks(p, value);
  if (f->values != NULL)
    check_one_of(p, value);
  else if (f->format == BL_TIMESPAN)
    check_span(p, value);
  else if (f->format != BL_FREE)
    check_meaning(p, value);
  else
    bl_place_check_length(p, value, (int64_t)value->as.text.len, "bytes");
}

static bool is_text(const struct bl_value *value, const char *lower,
                    const char *capital) {
  return value->type == BL_STRING && (bl_text_is(value->as.text, lower) ||
                                      bl_text_is(value->as.text, capital));
}

/* Takes true and false, and their names where the row does; puts either in the
 * form in which the row is documented. */
static void check_boolean(const struct bl_place *p, struct bl_value *value) {
  bool yes = is_text(value, "true", "True");
  bool named = yes || is_text(value, "false", "False");
  if (value->type == BL_BOOLEAN) {
    yes = value->as.boolean;
  } else if (!named || !(p->field->flags & BL_OR_TEXT)) {
    bl_place_wrong_type(p, value);
    return;
  }
  const char *at = value->at;
  *value = p->field->flags & BL_AS_TEXT
               ? bl_value_string(yes ? "true" : "false")
               : (struct bl_value){.type = BL_BOOLEAN, .as.boolean = yes};
  value->at = at;
}

/* An integer, or one written as a string where that is allowed. */
static bool read_integer(const struct bl_place *p, const struct bl_value *value,
                         int64_t *n) {
  if (value->type == BL_INTEGER) {
    *n = value->as.integer;
    return true;
  }
  if (!(p->field->flags & BL_OR_TEXT) || value->type != BL_STRING ||
      value->as.text.len == 0 || value->as.text.len > 18 ||
      (value->as.text.len > 1 && value->as.text.bytes[0] == '0'))
    return false;
  *n = 0;
  for (size_t i = 0; i < value->as.text.len; i++) {
    char c = value->as.text.bytes[i];
    if (c < '0' || c > '9') return false;
    *n = *n * 10 + (c - '0');
  }
  return true;
}

static void check_integer(const struct bl_place *p, struct bl_value *value) {
  const struct bl_field *f = p->field;
  int64_t n;
  if (!read_integer(p, value, &n)) {
    bl_place_wrong_type(p, value);
    return;
  }
  value->type = BL_INTEGER;
  value->as.integer = n;
  if ((f->min == 0 && f->max == 0) || (n >= f->min && n <= f->max)) return;
  long long min = (long long)f->min, max = (long long)f->max;
  const char *hint =
      bl_problems_format(p->walk->problems, "%lld", n < f->min ? min : max);
  if (min == max)
    bl_place_tell(p, BL_P_OUT_OF_RANGE, value, hint,
                  "is %lld; only %lld is known", (long long)n, min);
  else
    bl_place_tell(p, BL_P_OUT_OF_RANGE, value, hint,
                  "is %lld; from %lld to %lld are allowed", (long long)n, min,
                  max);
}

void bl_scalar_check(const struct bl_place *p, struct bl_value *value) {
  switch (p->field->type) {
  case BL_STRING: check_string(p, value); break;
  case BL_BOOLEAN: check_boolean(p, value); break;
  case BL_INTEGER: check_integer(p, value); break;
  default: bl_any_check(p->walk, p->path, value); break;
  }
}
