#include "problem.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "format.h"

#define MAX_PATH 65536 /* bytes of a pointer; a longer one is not told */
#define QUOTED 60      /* bytes of a text that a message shows */
#define LISTED 400     /* bytes of a list that a message shows */

static const struct {
  const char *string;
  enum bl_severity severity;
} codes[] = {
#define X(name, string, severity) {string, severity},
    BL_PROBLEM_LIST(X)
#undef X
};

const char *bl_problem_code_string(enum bl_problem_code code) {
  return codes[code].string;
}

enum bl_problem_code bl_problem_code_find(struct bl_text string) {
  enum bl_problem_code code = 0;
  while (code < BL_PROBLEM_CODES && !bl_text_is(string, codes[code].string))
    code++;
  return code;
}

/* Bytes of one printable UTF-8 character at s; 0 for a control character or
 * a byte that is no UTF-8. */
static size_t printable(const char *s, size_t left) {
  unsigned char c = (unsigned char)*s;
  if (c < 0x80) return c >= 0x20 && c != 0x7F;
  for (size_t n = 2; n <= 4 && n <= left; n++)
    if (bl_is_utf8((struct bl_text){s, n}, NULL)) return n;
  return 0;
}

static void add_step(struct bl_buf *b, const struct bl_path *step) {
  bl_buf_char(b, '/');
  if (step->key.bytes == NULL) {
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", step->index);
    bl_buf_text(b, digits);
    return;
  }
  for (size_t i = 0; i < step->key.len;) {
    const char *s = step->key.bytes + i;
    size_t n = printable(s, step->key.len - i);
    if (*s == '~')
      bl_buf_text(b, "~0");
    else if (*s == '/')
      bl_buf_text(b, "~1");
    else if (n > 0)
      bl_buf_add(b, s, n);
    else
      bl_buf_text(b, "\xEF\xBF\xBD"); /* U+FFFD */
    i += n > 0 ? n : 1;
  }
}

static void add_path(struct bl_buf *b, const struct bl_path *path) {
  if (path == NULL) return;
  add_path(b, path->parent);
  add_step(b, path);
}

/* The pointer as text: "" for NULL, "/definition/Version", with ~0 and ~1;
 * bytes that are not UTF-8 as U+FFFD. NULL: no memory. */
static const char *path_string(const struct bl_path *path,
                               struct bl_arena *arena) {
  struct bl_buf b;
  bl_buf_init(&b, arena, MAX_PATH);
  add_path(&b, path);
  return b.status == BL_TOO_LARGE ? "/…" : bl_buf_string(&b);
}

void bl_problems_init(struct bl_problems *p, struct bl_arena *arena) {
  *p = (struct bl_problems){.arena = arena, .status = BL_OK};
}

/* Counts a problem of that severity; whether it is still to be listed. */
static bool count(struct bl_problems *p, enum bl_severity severity) {
  if (severity == BL_ERROR)
    p->errors++;
  else
    p->warnings++;
  if (p->errors + p->warnings <= BL_MAX_PROBLEMS) return true;
  p->dropped++;
  return false;
}

static void append(struct bl_problems *p, struct bl_problem *problem) {
  if (p->last == NULL)
    p->first = problem;
  else
    p->last->next = problem;
  p->last = problem;
}

static enum bl_severity severity_of(const struct bl_problems *p,
                                    enum bl_problem_code code) {
  return p->accepted >> code & 1 ? BL_WARNING : codes[code].severity;
}

struct bl_problem *bl_problems_addv(struct bl_problems *p,
                                    enum bl_problem_code code,
                                    const struct bl_path *path, const char *at,
                                    const char *hint, const char *format,
                                    va_list args) {
  enum bl_severity severity = severity_of(p, code);
  if (!count(p, severity)) return NULL;
  struct bl_problem *problem = bl_arena_take(p->arena, sizeof *problem);
  const char *where = path_string(path, p->arena);
  const char *text = bl_arena_format_args(p->arena, format, args);
  if (problem == NULL || where == NULL || text == NULL) {
    p->status = BL_NOMEM;
    return NULL;
  }
  *problem = (struct bl_problem){.code = code,
                                 .severity = severity,
                                 .path = where,
                                 .message = text,
                                 .hint = hint,
                                 .at = at};
  append(p, problem);
  return problem;
}

struct bl_problem *bl_problems_add(struct bl_problems *p,
                                   enum bl_problem_code code,
                                   const struct bl_path *path, const char *at,
                                   const char *hint, const char *format, ...) {
  va_list args;
  va_start(args, format);
  struct bl_problem *problem =
      bl_problems_addv(p, code, path, at, hint, format, args);
  va_end(args);
  return problem;
}

void bl_problems_join(struct bl_problems *into, struct bl_problems *from) {
  if (from->first != NULL) {
    if (into->last == NULL)
      into->first = from->first;
    else
      into->last->next = from->first;
    into->last = from->last;
  }
  into->errors += from->errors;
  into->warnings += from->warnings;
  into->dropped += from->dropped;
  if (into->status == BL_OK) into->status = from->status;
}

/* Latches running out of memory; NULL becomes "". */
static const char *latch(struct bl_problems *p, const char *text) {
  if (text == NULL) p->status = BL_NOMEM;
  return text == NULL ? "" : text;
}

const char *bl_problems_format(struct bl_problems *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *text = latch(p, bl_arena_format_args(p->arena, format, args));
  va_end(args);
  return text;
}

/* Whether a problem stays before one that is to be put into the order. */
static bool stays_before(const struct bl_problem *there,
                         const struct bl_problem *one) {
  if (there->at == NULL) return true;
  return one->at != NULL && there->at <= one->at;
}

/* Puts the problems that have a place in the order of the text, behind those
 * without one; the order is kept among equals. */
static void sort(struct bl_problems *p) {
  struct bl_problem *sorted = NULL, *rest = p->first;
  while (rest != NULL) {
    struct bl_problem *one = rest, **to = &sorted;
    rest = rest->next;
    while (*to != NULL && stays_before(*to, one)) to = &(*to)->next;
    one->next = *to;
    *to = one;
  }
  p->first = sorted;
  for (p->last = sorted; p->last != NULL && p->last->next != NULL;)
    p->last = p->last->next;
}

/* Line and column, from 1, of a place in a text; a column counts bytes. */
static void find_place(struct bl_text text, struct bl_problem *problem) {
  const char *start = text.bytes;
  problem->line = 1;
  for (const char *s = text.bytes; s < problem->at; s++)
    if (*s == '\n') {
      problem->line++;
      start = s + 1;
    }
  problem->column = (size_t)(problem->at - start) + 1;
}

void bl_problems_finish(struct bl_problems *p) {
  if (p->text.bytes != NULL) {
    sort(p);
    for (struct bl_problem *one = p->first; one != NULL; one = one->next)
      if (one->at != NULL) find_place(p->text, one);
  }
  if (p->dropped == 0) return;
  struct bl_problem *problem = bl_arena_take(p->arena, sizeof *problem);
  if (problem == NULL) {
    p->status = BL_NOMEM;
    return;
  }
  *problem = (struct bl_problem){
      .code = BL_P_TOO_MANY, .severity = BL_ERROR, .path = ""};
  problem->message =
      bl_problems_format(p, "%zu more problems are not listed", p->dropped);
  append(p, problem);
}

const char *bl_problems_quote(struct bl_problems *p, struct bl_text text) {
  struct bl_buf b;
  bl_buf_init(&b, p->arena, 8 * QUOTED);
  bl_buf_char(&b, '"');
  size_t i = 0;
  while (i < text.len && i < QUOTED) {
    size_t n = printable(text.bytes + i, text.len - i);
    if (n > 0) {
      bl_buf_add(&b, text.bytes + i, n);
    } else {
      char escaped[8];
      snprintf(escaped, sizeof escaped, "\\x%02X",
               (unsigned)(unsigned char)text.bytes[i]);
      bl_buf_text(&b, escaped);
      n = 1;
    }
    i += n;
  }
  bl_buf_text(&b, i < text.len ? "…\"" : "\"");
  return latch(p, bl_buf_string(&b));
}

const char *bl_problems_list(struct bl_problems *p, const struct bl_text *texts,
                             const char *last) {
  struct bl_buf b;
  bl_buf_init(&b, p->arena, LISTED);
  for (size_t i = 0; texts[i].bytes != NULL; i++) {
    bool ends = texts[i + 1].bytes == NULL;
    if (i > 0 && !ends) bl_buf_text(&b, ", ");
    if (i > 0 && ends) {
      bl_buf_char(&b, ' ');
      bl_buf_text(&b, last);
      bl_buf_char(&b, ' ');
    }
    bl_buf_add(&b, texts[i].bytes, texts[i].len);
  }
  if (b.status == BL_TOO_LARGE) return "the documented ones";
  return latch(p, bl_buf_string(&b));
}
