#include <string.h>

#include "filter_operand.h"

#define MAX_DEPTH 32  /* brackets, nots and lambdas inside one another */
#define MAX_NODES 500 /* in one expression */

static struct bl_filter *read_or(struct bl_filter_reader *r);

static struct bl_filter *node(struct bl_filter_reader *r, int what) {
  struct bl_filter *f = bl_arena_take(r->arena, sizeof *f);
  if (++r->nodes > MAX_NODES)
    bl_filter_fail(
        r, bl_arena_format(r->arena,
                           "The node count limit of '%d' has been exceeded.",
                           MAX_NODES));
  if (f == NULL) {
    bl_filter_fail(r, NULL);
    return NULL;
  }
  memset(f, 0, sizeof *f);
  f->what = what;
  return f;
}

static bool enter(struct bl_filter_reader *r) {
  if (++r->depth <= MAX_DEPTH) return true;
  bl_filter_fail(r,
                 bl_arena_format(r->arena,
                                 "The recursion depth limit of '%d' has been "
                                 "exceeded.",
                                 MAX_DEPTH));
  return false;
}

/* What only a collection can do, and what none can. */
static void check_single(struct bl_filter_reader *r,
                         const struct bl_operand *o) {
  if (o->many && o->what != BL_LITERAL && o->count > 0)
    bl_filter_fail_about(r, BL_F_PROPERTY, o->steps[o->count - 1]);
}

static bool is_text_type(const char *type) {
  return strcmp(type, "Edm.String") == 0 || strcmp(type, "Edm.Guid") == 0;
}

static void check_types(struct bl_filter_reader *r, const struct bl_operand *a,
                        const struct bl_operand *b, const char *kind) {
  check_single(r, a);
  check_single(r, b);
  if (a->type == NULL || b->type == NULL || strcmp(a->type, b->type) == 0)
    return;
  /* ids are strings in the metadata, and GUIDs to people */
  if (is_text_type(a->type) && is_text_type(b->type)) return;
  bl_filter_fail(
      r, bl_arena_format(
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
static void check_advanced(struct bl_filter_reader *r, const char *name) {
  if (!r->advanced) bl_filter_fail_about(r, BL_F_OPERATOR, bl_text_of(name));
}

static struct bl_filter *read_in(struct bl_filter_reader *r,
                                 struct bl_operand *left) {
  struct bl_filter *f = node(r, BL_N_IN);
  size_t room = 0;
  if (f == NULL) return NULL;
  f->left = *left;
  bl_filter_expect(r, '(');
  do {
    if (r->status != BL_OK) return f;
    if (f->count == room) {
      size_t more = room == 0 ? 8 : 2 * room;
      void *grown = bl_arena_grow(r->arena, f->items, room * sizeof *f->items,
                                  more * sizeof *f->items);
      if (grown == NULL) {
        bl_filter_fail(r, NULL);
        return f;
      }
      f->items = grown;
      room = more;
    }
    bl_filter_operand(r, &f->items[f->count]);
    if (r->status == BL_OK && f->items[f->count].what != BL_LITERAL)
      bl_filter_fail_syntax(r, r->at);
    if (r->status == BL_OK) check_types(r, left, &f->items[f->count], "Equal");
    f->count++;
    if (f->count > MAX_NODES) bl_filter_fail_syntax(r, r->at);
  } while (bl_filter_take(r, ','));
  bl_filter_expect(r, ')');
  return f;
}

/* startswith(a, b) and its kin. */
static struct bl_filter *read_call(struct bl_filter_reader *r, int what) {
  struct bl_filter *f = node(r, what);
  if (f == NULL) return NULL;
  bl_filter_expect(r, '(');
  if (r->status == BL_OK) bl_filter_operand(r, &f->left);
  bl_filter_expect(r, ',');
  if (r->status == BL_OK) bl_filter_operand(r, &f->right);
  bl_filter_expect(r, ')');
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
static struct bl_filter *read_isof(struct bl_filter_reader *r) {
  static const char space[] = "microsoft.graph.";
  struct bl_filter *f = node(r, BL_N_ISOF);
  if (f == NULL) return NULL;
  bl_filter_expect(r, '(');
  if (r->status == BL_OK) bl_filter_operand(r, &f->right);
  bl_filter_expect(r, ')');
  if (r->status != BL_OK) return f;
  struct bl_text *name = &f->right.literal.as.text;
  if (f->right.what != BL_LITERAL || f->right.literal.type != BL_STRING ||
      name->len < sizeof space ||
      memcmp(name->bytes, space, sizeof space - 1) != 0) {
    bl_filter_fail_syntax(r, r->at);
    return f;
  }
  name->bytes += sizeof space - 1;
  name->len -= sizeof space - 1;
  return f;
}

/* /any(x:…), /all(x:…) or /any() behind a path. */
static struct bl_filter *read_lambda(struct bl_filter_reader *r,
                                     struct bl_operand *left) {
  struct bl_filter_variable v = {.outer = r->variable};
  r->at++;
  struct bl_filter *f =
      node(r, bl_filter_take_word(r, "any") ? BL_N_ANY : BL_N_ALL);
  if (f == NULL) return NULL;
  if (f->what == BL_N_ALL) bl_filter_take_word(r, "all");
  f->left = *left;
  if (left->type != NULL && !left->many) {
    if (left->count == 0)
      bl_filter_fail_syntax(r, r->at);
    else
      bl_filter_fail_about(r, BL_F_PROPERTY, left->steps[left->count - 1]);
  }
  bl_filter_expect(r, '(');
  if (f->what == BL_N_ANY && bl_filter_take(r, ')')) return f;
  v.name = bl_filter_peek(r);
  v.type = left->type;
  const struct bl_property *p = left->what == BL_PATH && left->count == 1
                                    ? bl_filter_property(r, left->steps[0])
                                    : NULL;
  if (p == NULL || p->edm == BL_EDM_COMPLEX) v.type = NULL;
  if (p != NULL) v.complex = p->complex;
  r->at += v.name.len;
  if (v.name.len == 0) bl_filter_fail_syntax(r, r->at);
  bl_filter_expect(r, ':');
  if (r->status != BL_OK || !enter(r)) return f;
  r->variable = &v;
  f->children = read_or(r);
  r->variable = v.outer;
  r->depth--;
  bl_filter_expect(r, ')');
  return f;
}

static struct bl_filter *read_comparison(struct bl_filter_reader *r) {
  struct bl_operand left;
  bl_filter_operand(r, &left);
  if (r->status != BL_OK) return NULL;
  if (r->at < r->end && *r->at == '/') {
    if (left.what != BL_LITERAL) return read_lambda(r, &left);
    bl_filter_fail_syntax(r, r->at);
    return NULL;
  }
  if (bl_filter_take_word(r, "in")) return read_in(r, &left);
  for (size_t i = 0; i < OPERATORS; i++) {
    if (!bl_filter_take_word(r, operators[i].word)) continue;
    struct bl_filter *f = node(r, BL_N_COMPARE);
    if (f == NULL) return NULL;
    f->op = (enum bl_filter_op)i;
    f->left = left;
    bl_filter_operand(r, &f->right);
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
    bl_filter_fail_syntax(r, r->at);
  return f;
}

static const struct {
  const char *word;
  int what;
} functions[] = {{"startswith", BL_N_STARTSWITH},
                 {"endswith", BL_N_ENDSWITH},
                 {"contains", BL_N_CONTAINS}};

/* A function by its name and bracket; NULL without a failure: it is none. */
static struct bl_filter *read_function(struct bl_filter_reader *r) {
  struct bl_text word = bl_filter_peek(r);
  const char *behind = word.bytes + word.len;
  if (word.len == 0 || behind >= r->end || *behind != '(') return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (bl_filter_take_word(r, functions[i].word))
      return read_call(r, functions[i].what);
  if (bl_filter_take_word(r, "isof")) return read_isof(r);
  char *name = bl_arena_copy(r->arena, word.bytes, word.len);
  bl_filter_fail(
      r, name == NULL
             ? NULL
             : bl_arena_format(
                   r->arena,
                   "An unknown function with name '%.100s' was found. This "
                   "may also be a function import or a key lookup on a "
                   "navigation property, which is not allowed.",
                   name));
  return NULL;
}

static struct bl_filter *read_unary(struct bl_filter_reader *r) {
  struct bl_filter *f = NULL;
  if (r->status != BL_OK || !enter(r)) return NULL;
  if (bl_filter_take_word(r, "not")) {
    f = node(r, BL_N_NOT);
    if (f != NULL) f->children = read_unary(r);
    check_advanced(r, "Not");
  } else if (bl_filter_take(r, '(')) {
    f = read_or(r);
    bl_filter_expect(r, ')');
  } else {
    f = read_function(r);
    if (f == NULL && r->status == BL_OK) f = read_comparison(r);
  }
  r->depth--;
  return f;
}

/* Operands of one operator beside one another, so that a chain is not deep. */
static struct bl_filter *
read_chain(struct bl_filter_reader *r, int what, const char *word,
           struct bl_filter *read(struct bl_filter_reader *)) {
  struct bl_filter *first = read(r), *chain = NULL, *last = first;
  while (r->status == BL_OK && bl_filter_take_word(r, word)) {
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

static struct bl_filter *read_and(struct bl_filter_reader *r) {
  return read_chain(r, BL_N_AND, "and", read_unary);
}

static struct bl_filter *read_or(struct bl_filter_reader *r) {
  return read_chain(r, BL_N_OR, "or", read_and);
}

enum bl_status bl_filter_read(struct bl_text text,
                              const struct bl_entity *const entities[2],
                              const char *type, bool advanced,
                              struct bl_arena *arena, struct bl_filter **out,
                              struct bl_filter_fault *fault) {
  struct bl_filter_reader r = {.text = text,
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
  bl_filter_skip_blanks(&r);
  if (r.at != r.end) bl_filter_fail_syntax(&r, r.at);
  return r.status;
}
