#include "exchange.h"

#include <string.h>

#include "format.h"

#define SLACK (512u * 1024u) /* of an arena: for structures and rounding */
#define GROWTH 4             /* an arena keeps a buffer's shorter selves */

/* What frames a message, and what is the same for all of a pool, is set by
 * whoever sends it. */
static bool is_set_by_sender(struct bl_text name) {
  static const char *const names[] = {
      "accept-encoding",   "connection", "content-length", "expect", "host",
      "transfer-encoding", "user-agent"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (bl_text_same_folded(name, bl_text_of(names[i]))) return true;
  return false;
}

static const char *header_fault(const struct bl_header *header) {
  if (!bl_header_sendable(header))
    return "a header has a character that HTTP does not allow";
  if (is_set_by_sender(header->name))
    return "a header is among those that the pool itself sets";
  return NULL;
}

const char *bl_request_fault(const struct bl_request *request) {
  if (!bl_is_token(bl_text_of(request->method)))
    return "the method is malformed";
  for (size_t i = 0; i < request->header_count; i++) {
    const char *fault = header_fault(&request->headers[i]);
    if (fault != NULL) return fault;
  }
  return NULL;
}

const char *bl_request_lines_fault(struct bl_text lines) {
  while (lines.len > 0) {
    struct bl_header h;
    const char *fault = "a header line is no \"name: value\"";
    if (bl_header_take_line(&lines, &h)) fault = header_fault(&h);
    if (fault != NULL) return fault;
  }
  return NULL;
}

/* What a transfer may ask of the allocator. */
static size_t ceiling(const struct bl_request *request) {
  const size_t most = SIZE_MAX / (4 * GROWTH);
  if (request->max_body > most || request->max_header > most ||
      request->body_len > most)
    return SIZE_MAX;
  return GROWTH * (request->max_body + request->max_header) +
         request->body_len + SLACK;
}

/* "name: value", or, for a header without a value, libcurl's "name;". */
static char *header_line(struct bl_arena *arena, const struct bl_header *h) {
  const char *between = h->value.len > 0 ? ": " : ";";
  size_t n = strlen(between);
  char *line = bl_arena_take(arena, h->name.len + n + h->value.len + 1);
  if (line == NULL) return NULL;
  memcpy(line, h->name.bytes, h->name.len);
  memcpy(line + h->name.len, between, n);
  memcpy(line + h->name.len + n, h->value.bytes, h->value.len);
  line[h->name.len + n + h->value.len] = '\0';
  return line;
}

static bool copy_headers(struct bl_transfer *t,
                         const struct bl_request *request) {
  size_t count = request->header_count;
  t->lines = bl_arena_take(&t->arena, count * sizeof(t->lines[0]));
  if (t->lines == NULL) return false;
  t->line_count = count;
  for (size_t i = 0; i < count; i++) {
    const struct bl_header *h = &request->headers[i];
    t->lines[i] = header_line(&t->arena, h);
    if (t->lines[i] == NULL) return false;
    if (bl_text_same_folded(h->name, bl_text_of("content-type")))
      t->typed = true;
  }
  return true;
}

static bool copy_request(struct bl_transfer *t, const struct bl_request *in) {
  t->timeout_ms = in->timeout_ms;
  t->once = in->once;
  t->fresh = in->fresh;
  t->exchange.note = in->note;
  t->method = bl_arena_copy(&t->arena, in->method, strlen(in->method));
  t->url = bl_arena_copy(&t->arena, in->url, strlen(in->url));
  if (t->method == NULL || t->url == NULL) return false;
  if (in->body != NULL) {
    t->body = bl_arena_copy(&t->arena, in->body, in->body_len);
    t->body_len = in->body_len;
    if (t->body == NULL) return false;
  }
  if (in->trace != NULL) {
    t->exchange.trace = bl_arena_copy(&t->arena, in->trace, strlen(in->trace));
    if (t->exchange.trace == NULL) return false;
  }
  return copy_headers(t, in);
}

struct bl_transfer *bl_transfer_new(bl_alloc *alloc, void *ud,
                                    const struct bl_request *request) {
  struct bl_arena arena;
  bl_arena_init(&arena, alloc, ud, ceiling(request), NULL, 0);
  struct bl_transfer *t = bl_arena_take(&arena, sizeof(*t));
  if (t == NULL) return NULL;
  *t = (struct bl_transfer){.arena = arena};
  bl_buf_init(&t->head, &t->arena, request->max_header);
  bl_buf_init(&t->answer, &t->arena, request->max_body);
  if (copy_request(t, request)) return t;
  bl_exchange_free(&t->exchange);
  return NULL;
}

void bl_exchange_free(struct bl_exchange *exchange) {
  struct bl_transfer *t = (struct bl_transfer *)exchange;
  if (t->shared != NULL) t->give_back(t->shared);
  struct bl_arena arena = t->arena;
  bl_arena_free(&arena);
}

void bl_exchanges_free(struct bl_exchanges *list) {
  struct bl_exchange *exchange;
  while ((exchange = bl_exchanges_take(list)) != NULL)
    bl_exchange_free(exchange);
}

/* Whether a header's value, and whatever ends its line, is `due`. */
static bool is_value(const char *bytes, size_t n, const char *due) {
  size_t len = strlen(due);
  return n > len && bytes[0] == ' ' && memcmp(bytes + 1, due, len) == 0 &&
         (n == len + 1 || bytes[len + 1] == '\r');
}

/* Whether a line of an answer names another request than this one. What is
 * left over on an idle connection would pass for the next answer. */
static bool names_another(const struct bl_transfer *t, const char *line,
                          size_t n) {
  static const struct bl_text name = {"client-request-id", 17};
  struct bl_text text = {line, n};
  struct bl_header h;
  if (!t->reused || t->exchange.trace == NULL || n <= name.len ||
      line[name.len] != ':')
    return false;
  if (is_value(line + name.len + 1, n - name.len - 1, t->exchange.trace))
    return false;
  return bl_header_take_line(&text, &h) && bl_text_same_folded(h.name, name) &&
         !bl_text_same_folded(h.value, bl_text_of(t->exchange.trace));
}

/* Lines beside the fields: the first and the blank one. */
static bool too_many_lines(const struct bl_transfer *t) {
  return t->head_lines > BL_MAX_HEADERS + 2;
}

bool bl_transfer_take_line(struct bl_transfer *t, const char *line, size_t n) {
  bool status_line = n >= 5 && memcmp(line, "HTTP/", 5) == 0;
  if (t->head_complete && !status_line) return true;
  if (t->head_complete) t->head.len = t->head_lines = 0;
  bl_buf_add(&t->head, line, n);
  t->head_lines++;
  t->head_complete = n > 0 && (line[0] == '\r' || line[0] == '\n');
  t->strange = t->strange || names_another(t, line, n);
  return t->head.status == BL_OK && !too_many_lines(t) && !t->strange;
}

bool bl_transfer_take_body(struct bl_transfer *t, const char *bytes, size_t n) {
  bl_buf_add(&t->answer, bytes, n);
  return t->answer.status == BL_OK;
}

void bl_transfer_fail(struct bl_transfer *t, enum bl_status status,
                      const char *reason) {
  t->exchange.status = reason == NULL ? BL_NOMEM : status;
  t->exchange.reason = reason;
}

static bool fail_by_limit(struct bl_transfer *t, const struct bl_buf *buf,
                          const char *what) {
  if (buf->status == BL_OK) return false;
  const char *reason = NULL;
  if (buf->status == BL_TOO_LARGE)
    reason = bl_arena_format(
        &t->arena, "the answer's %s is longer than %zu bytes", what, buf->max);
  bl_transfer_fail(t, buf->status, reason);
  return true;
}

bool bl_transfer_fail_by_limit(struct bl_transfer *t) {
  if (t->strange)
    bl_transfer_fail(t, BL_BAD_ANSWER, "it is the answer to another request");
  else if (too_many_lines(t))
    bl_transfer_fail(t, BL_TOO_LARGE, "the answer's header has too many lines");
  else
    return fail_by_limit(t, &t->head, "header") ||
           fail_by_limit(t, &t->answer, "body");
  return true;
}

void bl_transfer_fill(struct bl_transfer *t) {
  struct bl_exchange *x = &t->exchange;
  if (t->head_complete && t->head.status == BL_OK)
    x->head = (struct bl_text){t->head.data, t->head.len};
  if (x->status != BL_OK) return;
  x->body.bytes = bl_buf_string(&t->answer);
  x->body.len = t->answer.len;
}

void bl_exchanges_add(struct bl_exchanges *list, struct bl_exchange *exchange) {
  exchange->next = NULL;
  if (list->last == NULL)
    list->first = exchange;
  else
    list->last->next = exchange;
  list->last = exchange;
}

struct bl_exchange *bl_exchanges_take(struct bl_exchanges *list) {
  struct bl_exchange *first = list->first;
  if (first == NULL) return NULL;
  list->first = first->next;
  if (list->first == NULL) list->last = NULL;
  return first;
}

struct bl_exchange *bl_exchanges_take_id(struct bl_exchanges *list,
                                         uint64_t id) {
  struct bl_exchange *before = NULL, *at = list->first;
  for (; at != NULL && at->id != id; at = at->next) before = at;
  if (at == NULL || before == NULL)
    return at == NULL ? NULL : bl_exchanges_take(list);
  before->next = at->next;
  if (list->last == at) list->last = before;
  return at;
}
