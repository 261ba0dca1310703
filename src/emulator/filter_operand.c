#include "filter_operand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/format.h"

/* --- literals ------------------------------------------------------------ */

/* Behind the opening quote. Two quotes inside are one. */
static void read_string(struct bl_filter_reader *r, struct bl_operand *out) {
  const char *from = r->at - 1;
  char *text = bl_arena_take(r->arena, (size_t)(r->end - r->at) + 1),
       *to = text;
  if (text == NULL) {
    bl_filter_fail(r, NULL);
    return;
  }
  while (r->at < r->end) {
    if (*r->at == '\'' && (++r->at == r->end || *r->at != '\'')) {
      out->literal.type = BL_STRING;
      out->literal.as.text = (struct bl_text){text, (size_t)(to - text)};
      out->type = "Edm.String";
      return;
    }
    *to++ = *r->at++;
  }
  char *words = bl_filter_shown(r);
  bl_filter_fail(
      r, words == NULL
             ? NULL
             : bl_arena_format(r->arena,
                               "There is an unterminated string literal at "
                               "position %zu in '%s'.",
                               (size_t)(from - r->text.bytes), words));
}

/* 2019-09-01T00:00:00[.123]Z */
static bool is_date_text(struct bl_text t) {
  static const char shape[] = "dddd-dd-ddTdd:dd:dd";
  const size_t len = sizeof shape - 1;
  if (t.len <= len || t.bytes[t.len - 1] != 'Z') return false;
  for (size_t i = 0; i < len; i++)
    if (shape[i] == 'd' ? t.bytes[i] < '0' || t.bytes[i] > '9'
                        : t.bytes[i] != shape[i])
      return false;
  for (size_t i = len; i + 1 < t.len; i++)
    if (i == len ? t.bytes[i] != '.' : t.bytes[i] < '0' || t.bytes[i] > '9')
      return false;
  return true;
}

static bool read_number(struct bl_text t, struct bl_operand *out) {
  char digits[40], *end;
  if (t.len == 0 || t.len >= sizeof digits) return false;
  memcpy(digits, t.bytes, t.len);
  digits[t.len] = '\0';
  if (strspn(digits, "0123456789+-.eE") != t.len) return false;
  double number = strtod(digits, &end);
  if (*end != '\0' || !isfinite(number)) return false;
  out->literal.type = BL_NUMBER;
  out->literal.as.number = number;
  out->type = "Edm.Int32";
  return true;
}

/* A number, a date or a GUID without quotes: what stands to the next blank,
 * bracket or comma. */
static bool read_bare(struct bl_filter_reader *r, struct bl_operand *out) {
  size_t len = 0;
  while (r->at + len < r->end && strchr(" ),", r->at[len]) == NULL) len++;
  struct bl_text t = {r->at, len};
  out->literal.type = BL_STRING;
  out->literal.as.text = t;
  if (bl_is_guid(t))
    out->type = "Edm.Guid";
  else if (is_date_text(t))
    out->type = "Edm.DateTimeOffset";
  else if (!read_number(t, out))
    return false;
  r->at += len;
  return true;
}

/* --- paths --------------------------------------------------------------- */

static const char *edm_name(const struct bl_property *p) {
  switch (p->edm) {
  case BL_EDM_STRING: return "Edm.String";
  case BL_EDM_GUID: return "Edm.Guid";
  case BL_EDM_BOOLEAN: return "Edm.Boolean";
  case BL_EDM_INT32: return "Edm.Int32";
  case BL_EDM_DATE: return "Edm.DateTimeOffset";
  case BL_EDM_COMPLEX: return p->complex->name;
  }
  return NULL;
}

static void fail_property(struct bl_filter_reader *r, struct bl_text name,
                          const char *type) {
  char *text = bl_arena_copy(r->arena, name.bytes, name.len);
  if (text != NULL && !bl_is_utf8(name, NULL)) *text = '\0';
  bl_filter_fail(
      r, text == NULL
             ? NULL
             : bl_arena_format(r->arena,
                               "Could not find a property named '%.100s' on "
                               "type 'microsoft.graph.%s'.",
                               text, type));
}

const struct bl_property *bl_filter_property(const struct bl_filter_reader *r,
                                             struct bl_text name) {
  const struct bl_property *p = NULL;
  for (int i = 0; i < 2 && p == NULL; i++)
    if (r->entities[i] != NULL) p = bl_property_named(r->entities[i], name);
  return p;
}

/* The steps behind the first: /name, but not /any( and /all(. */
static void read_steps(struct bl_filter_reader *r, struct bl_operand *out,
                       const struct bl_entity *complex) {
  while (r->status == BL_OK && r->at < r->end && *r->at == '/') {
    const char *slash = r->at++;
    struct bl_text step = bl_filter_peek(r);
    const char *behind = step.bytes + step.len;
    bool lambda = bl_text_is(step, "any") || bl_text_is(step, "all");
    if (lambda && behind < r->end && *behind == '(') {
      r->at = slash;
      return;
    }
    if (step.len == 0 || out->count == BL_MAX_STEPS) {
      bl_filter_fail_syntax(r, r->at);
      return;
    }
    out->steps[out->count++] = step;
    r->at += step.len;
    out->type = NULL;
    if (complex == NULL || complex->properties == NULL) continue;
    const struct bl_property *p = bl_property_named(complex, step);
    if (p == NULL) {
      fail_property(r, step, complex->name);
      return;
    }
    complex = p->complex;
    out->many = p->flags & BL_MANY;
    out->type = edm_name(p);
  }
}

/* False: no lambda around has a variable of that name. */
static bool read_variable(struct bl_filter_reader *r, struct bl_text name,
                          struct bl_operand *out) {
  const struct bl_filter_variable *v = r->variable;
  for (out->depth = 0; v != NULL; v = v->outer, out->depth++)
    if (v->name.len == name.len &&
        memcmp(v->name.bytes, name.bytes, name.len) == 0)
      break;
  if (v == NULL) return false;
  out->what = BL_VARIABLE;
  out->type = v->type;
  r->at += name.len;
  read_steps(r, out, v->complex);
  return true;
}

static void read_path(struct bl_filter_reader *r, struct bl_text name,
                      struct bl_operand *out) {
  if (read_variable(r, name, out)) return;
  const struct bl_property *p = bl_filter_property(r, name);
  if (p == NULL) {
    fail_property(r, name, r->type);
    return;
  }
  /* Source: microsoft-graph-docs issue 6908 */
  if (r->entities[0] == &bl_legacy_policy && bl_text_is(name, "type"))
    bl_filter_fail_about(r, BL_F_INTERNAL, name);
  out->what = BL_PATH;
  out->type = edm_name(p);
  out->many = p->flags & BL_MANY;
  out->steps[out->count++] = name;
  r->at += name.len;
  read_steps(r, out, p->complex);
}

void bl_filter_operand(struct bl_filter_reader *r, struct bl_operand *out) {
  memset(out, 0, sizeof *out);
  struct bl_text word = bl_filter_peek(r);
  if (bl_filter_take(r, '\'')) {
    read_string(r, out);
  } else if (bl_text_is(word, "null")) {
    r->at += word.len;
    out->literal.type = BL_NULL;
  } else if (bl_text_is(word, "true") || bl_text_is(word, "false")) {
    r->at += word.len;
    out->literal.type = BL_BOOLEAN;
    out->literal.as.boolean = *word.bytes == 't';
    out->type = "Edm.Boolean";
  } else if (read_bare(r, out)) {
    return;
  } else if (word.len == 0) {
    bl_filter_fail_syntax(r, r->at);
  } else {
    memset(out, 0, sizeof *out);
    read_path(r, word, out);
  }
}
