#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/format.h"
#include "filter_inside.h"

#define MAX_DEPTH 32  /* brackets, nots and lambdas inside one another */
#define MAX_NODES 500 /* in one expression */

/* A lambda's variable, and what it stands for. */
struct variable {
  struct bl_text name;
  const struct bl_entity *complex; /* NULL: a primitive, or an open type */
  const char *type;                /* of a primitive; NULL: anything */
  const struct variable *outer;
};

struct reader {
  struct bl_text text;
  const char *at, *end;
  const struct bl_entity *const *entities;
  const char *type;
  bool advanced;
  struct bl_arena *arena;
  struct bl_filter_fault *fault;
  const struct variable *variable; /* innermost, or NULL */
  unsigned depth, nodes;
  enum bl_status status; /* the first failure */
};

/* --- failing ----------------------------------------------------------------
 */

static void fail(struct reader *r, char *words) {
  if (r->status != BL_OK) return;
  r->status = words == NULL ? BL_NOMEM : BL_INVALID;
  r->fault->why = BL_F_SYNTAX;
  r->fault->words = words;
}

static void fail_about(struct reader *r, int why, struct bl_text name) {
  if (r->status != BL_OK) return;
  r->status = BL_INVALID;
  r->fault->why = why;
  r->fault->name = name;
}

/* The text for a message, which is cut where it is long. */
static char *shown(struct reader *r) {
  size_t len = r->text.len > 100 ? 100 : r->text.len;
  while (len > 0 && len < r->text.len && (r->text.bytes[len] & 0xc0) == 0x80)
    len--;
  return bl_arena_copy(r->arena, r->text.bytes, len);
}

static void fail_syntax(struct reader *r, const char *at) {
  char *text = shown(r);
  fail(r, text == NULL ? NULL
                       : bl_arena_format(
                             r->arena, "Syntax error at position %zu in '%s'.",
                             (size_t)(at - r->text.bytes), text));
}

/* --- words ------------------------------------------------------------------
 */

static void skip_blanks(struct reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) r->at++;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '@' || c == '$';
}

/* The word at the place, which stays there. */
static struct bl_text peek(struct reader *r) {
  skip_blanks(r);
  const char *end = r->at;
  while (end < r->end && is_word(*end)) end++;
  return (struct bl_text){r->at, (size_t)(end - r->at)};
}

/* Takes a word that is a keyword, whatever its case. */
static bool take_word(struct reader *r, const char *word) {
  struct bl_text next = peek(r);
  if (!bl_text_same_folded(next, (struct bl_text){word, strlen(word)}))
    return false;
  r->at += next.len;
  return true;
}

static bool take_char(struct reader *r, char c) {
  skip_blanks(r);
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

static void expect(struct reader *r, char c) {
  if (!take_char(r, c)) fail_syntax(r, r->at);
}

/* --- literals ---------------------------------------------------------------
 */

/* Behind the opening quote. Two quotes inside are one. */
static void read_string(struct reader *r, struct bl_operand *out) {
  const char *from = r->at - 1;
  char *text = bl_arena_take(r->arena, (size_t)(r->end - r->at) + 1),
       *to = text;
  if (text == NULL) {
    fail(r, NULL);
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
  char *words = shown(r);
  fail(r, words == NULL
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
static bool read_bare(struct reader *r, struct bl_operand *out) {
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

/* --- paths ------------------------------------------------------------------
 */

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

static void fail_property(struct reader *r, struct bl_text name,
                          const char *type) {
  char *text = bl_arena_copy(r->arena, name.bytes, name.len);
  if (text != NULL && !bl_is_utf8(name, NULL)) *text = '\0';
  fail(r, text == NULL
              ? NULL
              : bl_arena_format(r->arena,
                                "Could not find a property named '%.100s' on "
                                "type 'microsoft.graph.%s'.",
                                text, type));
}

static const struct bl_property *find(const struct reader *r,
                                      struct bl_text name) {
  const struct bl_property *p = NULL;
  for (int i = 0; i < 2 && p == NULL; i++)
    if (r->entities[i] != NULL) p = bl_property_named(r->entities[i], name);
  return p;
}

/* The steps behind the first: /name, but not /any( and /all(. */
static void read_steps(struct reader *r, struct bl_operand *out,
                       const struct bl_entity *complex) {
  while (r->status == BL_OK && r->at < r->end && *r->at == '/') {
    const char *slash = r->at++;
    struct bl_text step = peek(r);
    const char *behind = step.bytes + step.len;
    bool lambda = bl_text_is(step, "any") || bl_text_is(step, "all");
    if (lambda && behind < r->end && *behind == '(') {
      r->at = slash;
      return;
    }
    if (step.len == 0 || out->count == BL_MAX_STEPS) {
      fail_syntax(r, r->at);
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
static bool read_variable(struct reader *r, struct bl_text name,
                          struct bl_operand *out) {
  const struct variable *v = r->variable;
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

static void read_path(struct reader *r, struct bl_text name,
                      struct bl_operand *out) {
  if (read_variable(r, name, out)) return;
  const struct bl_property *p = find(r, name);
  if (p == NULL) {
    fail_property(r, name, r->type);
    return;
  }
  /* Source: microsoft-graph-docs issue 6908 */
  if (r->entities[0] == &bl_legacy_policy && bl_text_is(name, "type"))
    fail_about(r, BL_F_INTERNAL, name);
  out->what = BL_PATH;
  out->type = edm_name(p);
  out->many = p->flags & BL_MANY;
  out->steps[out->count++] = name;
  r->at += name.len;
  read_steps(r, out, p->complex);
}

static void read_operand(struct reader *r, struct bl_operand *out) {
  memset(out, 0, sizeof *out);
  struct bl_text word = peek(r);
  if (take_char(r, '\'')) {
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
    fail_syntax(r, r->at);
  } else {
    memset(out, 0, sizeof *out);
    read_path(r, word, out);
  }
}

/* --- expressions ------------------------------------------------------------
 */

static struct bl_filter *read_or(struct reader *r);

static struct bl_filter *node(struct reader *r, int what) {
  struct bl_filter *f = bl_arena_take(r->arena, sizeof *f);
  if (++r->nodes > MAX_NODES)
    fail(r, bl_arena_format(r->arena,
                            "The node count limit of '%d' has been exceeded.",
                            MAX_NODES));
  if (f == NULL) {
    fail(r, NULL);
    return NULL;
  }
  memset(f, 0, sizeof *f);
  f->what = what;
  return f;
}

static bool enter(struct reader *r) {
  if (++r->depth <= MAX_DEPTH) return true;
  fail(r, bl_arena_format(r->arena,
                          "The recursion depth limit of '%d' has been "
                          "exceeded.",
                          MAX_DEPTH));
  return false;
}

/* What only a collection can do, and what none can. */
static void check_single(struct reader *r, const struct bl_operand *o) {
  if (o->many && o->what != BL_LITERAL && o->count > 0)
    fail_about(r, BL_F_PROPERTY, o->steps[o->count - 1]);
}

static bool is_text_type(const char *type) {
  return strcmp(type, "Edm.String") == 0 || strcmp(type, "Edm.Guid") == 0;
}

static void check_types(struct reader *r, const struct bl_operand *a,
                        const struct bl_operand *b, const char *kind) {
  check_single(r, a);
  check_single(r, b);
  if (a->type == NULL || b->type == NULL || strcmp(a->type, b->type) == 0)
    return;
  /* ids are strings in the metadata, and GUIDs to people */
  if (is_text_type(a->type) && is_text_type(b->type)) return;
  fail(r, bl_arena_format(
              r->arena,
              "A binary operator with incompatible types was detected. Found "
              "operand types '%s' and '%s' for operator kind '%s'.",
              a->type, b->type, kind));
}

static const struct {
  const char *word, *kind;
} operators[] = {{"eq", "Equal"},       {"ne", "NotEqual"},
                 {"gt", "GreaterThan"}, {"ge", "GreaterThanOrEqual"},
                 {"lt", "LessThan"},    {"le", "LessThanOrEqual"}};
#define OPERATORS (sizeof operators / sizeof *operators)

/* Source: msgraph-sdk and docs issues of 2023, for the first of these */
static void check_advanced(struct reader *r, const char *name) {
  if (!r->advanced)
    fail_about(r, BL_F_OPERATOR, (struct bl_text){name, strlen(name)});
}

static struct bl_filter *read_in(struct reader *r, struct bl_operand *left) {
  struct bl_filter *f = node(r, BL_N_IN);
  size_t room = 0;
  if (f == NULL) return NULL;
  f->left = *left;
  expect(r, '(');
  do {
    if (r->status != BL_OK) return f;
    if (f->count == room) {
      size_t more = room == 0 ? 8 : 2 * room;
      void *grown = bl_arena_grow(r->arena, f->items, room * sizeof *f->items,
                                  more * sizeof *f->items);
      if (grown == NULL) {
        fail(r, NULL);
        return f;
      }
      f->items = grown;
      room = more;
    }
    read_operand(r, &f->items[f->count]);
    if (r->status == BL_OK && f->items[f->count].what != BL_LITERAL)
      fail_syntax(r, r->at);
    if (r->status == BL_OK) check_types(r, left, &f->items[f->count], "Equal");
    f->count++;
    if (f->count > MAX_NODES) fail_syntax(r, r->at);
  } while (take_char(r, ','));
  expect(r, ')');
  return f;
}

/* startswith(a, b) and its kin. */
static struct bl_filter *read_call(struct reader *r, int what) {
  struct bl_filter *f = node(r, what);
  if (f == NULL) return NULL;
  expect(r, '(');
  if (r->status == BL_OK) read_operand(r, &f->left);
  expect(r, ',');
  if (r->status == BL_OK) read_operand(r, &f->right);
  expect(r, ')');
  if (r->status == BL_OK) {
    static const struct bl_operand text = {.what = BL_LITERAL,
                                           .type = "Edm.String"};
    check_types(r, &f->left, &text, "Equal");
    check_types(r, &f->right, &text, "Equal");
  }
  if (what == BL_N_ENDSWITH) check_advanced(r, "EndsWithMatch");
  return f;
}

/* isof('microsoft.graph.servicePrincipal') */
static struct bl_filter *read_isof(struct reader *r) {
  static const char space[] = "microsoft.graph.";
  struct bl_filter *f = node(r, BL_N_ISOF);
  if (f == NULL) return NULL;
  expect(r, '(');
  if (r->status == BL_OK) read_operand(r, &f->right);
  expect(r, ')');
  if (r->status != BL_OK) return f;
  struct bl_text *name = &f->right.literal.as.text;
  if (f->right.what != BL_LITERAL || f->right.literal.type != BL_STRING ||
      name->len < sizeof space ||
      memcmp(name->bytes, space, sizeof space - 1) != 0) {
    fail_syntax(r, r->at);
    return f;
  }
  name->bytes += sizeof space - 1;
  name->len -= sizeof space - 1;
  return f;
}

/* /any(x:…), /all(x:…) or /any() behind a path. */
static struct bl_filter *read_lambda(struct reader *r,
                                     struct bl_operand *left) {
  struct variable v = {.outer = r->variable};
  r->at++;
  struct bl_filter *f = node(r, take_word(r, "any") ? BL_N_ANY : BL_N_ALL);
  if (f == NULL) return NULL;
  if (f->what == BL_N_ALL) take_word(r, "all");
  f->left = *left;
  if (left->type != NULL && !left->many) {
    if (left->count == 0)
      fail_syntax(r, r->at);
    else
      fail_about(r, BL_F_PROPERTY, left->steps[left->count - 1]);
  }
  expect(r, '(');
  if (f->what == BL_N_ANY && take_char(r, ')')) return f;
  v.name = peek(r);
  v.type = left->type;
  const struct bl_property *p = left->what == BL_PATH && left->count == 1
                                    ? find(r, left->steps[0])
                                    : NULL;
  if (p == NULL || p->edm == BL_EDM_COMPLEX) v.type = NULL;
  if (p != NULL) v.complex = p->complex;
  r->at += v.name.len;
  if (v.name.len == 0) fail_syntax(r, r->at);
  expect(r, ':');
  if (r->status != BL_OK || !enter(r)) return f;
  r->variable = &v;
  f->children = read_or(r);
  r->variable = v.outer;
  r->depth--;
  expect(r, ')');
  return f;
}

static struct bl_filter *read_comparison(struct reader *r) {
  struct bl_operand left;
  read_operand(r, &left);
  if (r->status != BL_OK) return NULL;
  if (r->at < r->end && *r->at == '/') {
    if (left.what != BL_LITERAL) return read_lambda(r, &left);
    fail_syntax(r, r->at);
    return NULL;
  }
  if (take_word(r, "in")) return read_in(r, &left);
  for (size_t i = 0; i < OPERATORS; i++) {
    if (!take_word(r, operators[i].word)) continue;
    struct bl_filter *f = node(r, BL_N_COMPARE);
    if (f == NULL) return NULL;
    f->op = (enum bl_filter_op)i;
    f->left = left;
    read_operand(r, &f->right);
    if (r->status == BL_OK)
      check_types(r, &f->left, &f->right, operators[i].kind);
    if (f->op == BL_OP_NE) check_advanced(r, "NotEqualsMatch");
    return f;
  }
  struct bl_filter *f = node(r, BL_N_TRUTH);
  if (f == NULL) return NULL;
  f->left = left;
  check_single(r, &left);
  if (left.type == NULL || strcmp(left.type, "Edm.Boolean") != 0)
    fail_syntax(r, r->at);
  return f;
}

static const struct {
  const char *word;
  int what;
} functions[] = {{"startswith", BL_N_STARTSWITH},
                 {"endswith", BL_N_ENDSWITH},
                 {"contains", BL_N_CONTAINS}};

/* A function by its name and bracket; NULL without a failure: it is none. */
static struct bl_filter *read_function(struct reader *r) {
  struct bl_text word = peek(r);
  const char *behind = word.bytes + word.len;
  if (word.len == 0 || behind >= r->end || *behind != '(') return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (take_word(r, functions[i].word)) return read_call(r, functions[i].what);
  if (take_word(r, "isof")) return read_isof(r);
  char *name = bl_arena_copy(r->arena, word.bytes, word.len);
  fail(r, name == NULL
              ? NULL
              : bl_arena_format(
                    r->arena,
                    "An unknown function with name '%.100s' was found. This "
                    "may also be a function import or a key lookup on a "
                    "navigation property, which is not allowed.",
                    name));
  return NULL;
}

static struct bl_filter *read_unary(struct reader *r) {
  struct bl_filter *f = NULL;
  if (r->status != BL_OK || !enter(r)) return NULL;
  if (take_word(r, "not")) {
    f = node(r, BL_N_NOT);
    if (f != NULL) f->children = read_unary(r);
    check_advanced(r, "Not");
  } else if (take_char(r, '(')) {
    f = read_or(r);
    expect(r, ')');
  } else {
    f = read_function(r);
    if (f == NULL && r->status == BL_OK) f = read_comparison(r);
  }
  r->depth--;
  return f;
}

/* Operands of one operator beside one another, so that a chain is not deep. */
static struct bl_filter *read_chain(struct reader *r, int what,
                                    const char *word,
                                    struct bl_filter *read(struct reader *)) {
  struct bl_filter *first = read(r), *chain = NULL, *last = first;
  while (r->status == BL_OK && take_word(r, word)) {
    if (chain == NULL) chain = node(r, what);
    if (chain == NULL) return NULL;
    chain->children = first;
    struct bl_filter *next = read(r);
    if (next == NULL) break;
    /* an operand may be a chain itself: it is one node, with its own next */
    last->next = next;
    last = next;
  }
  return chain == NULL ? first : chain;
}

static struct bl_filter *read_and(struct reader *r) {
  return read_chain(r, BL_N_AND, "and", read_unary);
}

static struct bl_filter *read_or(struct reader *r) {
  return read_chain(r, BL_N_OR, "or", read_and);
}

enum bl_status bl_filter_read(struct bl_text text,
                              const struct bl_entity *const entities[2],
                              const char *type, bool advanced,
                              struct bl_arena *arena, struct bl_filter **out,
                              struct bl_filter_fault *fault) {
  struct reader r = {.text = text,
                     .at = text.bytes,
                     .end = text.bytes + text.len,
                     .entities = entities,
                     .type = type,
                     .advanced = advanced,
                     .arena = arena,
                     .fault = fault,
                     .status = BL_OK};
  *fault = (struct bl_filter_fault){.why = BL_F_SYNTAX};
  *out = read_or(&r);
  skip_blanks(&r);
  if (r.at != r.end) fail_syntax(&r, r.at);
  return r.status;
}
