#include "admin.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/json_read.h"
#include "core/json_write.h"
#include "log.h"
#include "refusal.h"
#include "reply.h"
#include "seed.h"
#include "tokens.h"

#define MAX_REPLY                                                              \
  ((size_t)16 << 20)    /* bytes; the log has a sixteenth of it                \
                         */
#define MAX_NAME 64     /* bytes of the name of a snapshot */
#define MAX_SETTINGS 32 /* of one rule; there are fewer */

struct admin {
  struct bl_service *service;
  struct bl_incoming *request;
  struct bl_arena *scratch;
  char name[MAX_NAME + 1]; /* {name} of the path, or "" */
};

typedef enum bl_status operation(struct admin *a);

static enum bl_status refuse(struct admin *a, unsigned status, const char *code,
                             const char *message, const char *about) {
  bl_refuse_with(a->request, status, code, message, bl_text_of(about));
  return BL_OK;
}

static enum bl_status refuse_because(struct admin *a, const char *reason) {
  return refuse(a, 400, "BadRequest", "%", reason);
}

static enum bl_status done(struct admin *a) {
  a->request->reply = (struct bl_reply){.status = 204};
  return BL_OK;
}

static enum bl_status answer(struct admin *a, unsigned status,
                             const struct bl_buf *b) {
  if (b->status != BL_OK) return BL_NOMEM;
  a->request->reply = (struct bl_reply){.status = status,
                                        .body = {b->data, b->len},
                                        .content_type = "application/json"};
  return BL_OK;
}

static void reply_init(struct admin *a, struct bl_buf *b) {
  bl_buf_init(b, &a->request->arena, MAX_REPLY);
}

/* The body as JSON. BL_INVALID: it is none, and is refused. */
static enum bl_status read_body(struct admin *a, struct bl_value *out) {
  const struct bl_buf *body = &a->request->body;
  struct bl_problems problems;
  bl_problems_init(&problems, a->scratch);
  struct bl_text text = {body->len == 0 ? "" : body->data, body->len};
  enum bl_status s = bl_json_read(text, BL_STRICT, NULL, &problems, out);
  bl_problems_finish(&problems);
  if (s == BL_INVALID) refuse_because(a, "the body is no JSON");
  return s;
}

/* --- the store ----------------------------------------------------------- */

enum bl_status bl_admin_settle(struct bl_service *service,
                               char reason[BL_REASON]) {
  const struct bl_start *start = &service->at_start;
  atomic_store(&service->lag_ms, start->lag_ms);
  atomic_store(&service->page, start->page);
  atomic_store(&service->clock.shift_ms, 0);
  bl_log_clear(service->log);
  bl_faults_clear(service->faults);
  if (start->faults == NULL) return BL_OK;
  return bl_faults_add(service->faults, start->faults, reason);
}

static enum bl_status reset(struct admin *a) {
  char reason[BL_REASON];
  enum bl_status s = bl_admin_settle(a->service, reason);
  if (s == BL_OK) s = bl_store_clear(a->service->store);
  return s == BL_OK ? done(a) : s;
}

static void write_count(void *ud, struct bl_text type, int64_t count) {
  struct bl_buf *b = ud;
  char number[32];
  if (b->len > 1) bl_buf_char(b, ',');
  bl_json_write_string(b, type, BL_PLAIN);
  snprintf(number, sizeof number, ":%lld", (long long)count);
  bl_buf_text(b, number);
}

static enum bl_status counts(struct admin *a) {
  struct bl_buf b;
  reply_init(a, &b);
  bl_buf_char(&b, '{');
  enum bl_status s = bl_store_counts(a->service->store, write_count, &b);
  if (s != BL_OK) return s;
  bl_buf_char(&b, '}');
  return answer(a, 200, &b);
}

static enum bl_status keep(struct admin *a) {
  enum bl_status s = bl_store_snapshot(a->service->store, a->name);
  return s == BL_OK ? done(a) : s;
}

static enum bl_status found_or_not(struct admin *a, enum bl_status s,
                                   bool found) {
  if (s != BL_OK) return s;
  if (found) return done(a);
  return refuse(a, 404, "NotFound", "There is no snapshot '%'.", a->name);
}

static enum bl_status restore(struct admin *a) {
  bool found = false;
  enum bl_status s = bl_store_restore(a->service->store, a->name, &found);
  return found_or_not(a, s, found);
}

static enum bl_status drop(struct admin *a) {
  bool found = false;
  enum bl_status s = bl_store_drop(a->service->store, a->name, &found);
  return found_or_not(a, s, found);
}

static enum bl_status seed(struct admin *a) {
  char reason[BL_REASON], text[48];
  struct bl_text json = {a->request->body.data, a->request->body.len};
  struct bl_buf b;
  size_t created;
  if (json.bytes == NULL) json.bytes = "";
  enum bl_status s = bl_seed(a->service, json, a->scratch, &created, reason);
  if (s == BL_INVALID) return refuse_because(a, reason);
  if (s != BL_OK) return s;
  snprintf(text, sizeof text, "{\"created\":%zu}", created);
  reply_init(a, &b);
  bl_buf_text(&b, text);
  return answer(a, 201, &b);
}

/* --- requests ------------------------------------------------------------ */

static enum bl_status show_requests(struct admin *a) {
  struct bl_buf b;
  reply_init(a, &b);
  bl_log_write(a->service->log, &b);
  return answer(a, 200, &b);
}

static enum bl_status forget_requests(struct admin *a) {
  bl_log_clear(a->service->log);
  return done(a);
}

/* --- trouble ------------------------------------------------------------- */

static enum bl_status show_faults(struct admin *a) {
  struct bl_buf b;
  reply_init(a, &b);
  bl_buf_text(&b, "{\"faults\":");
  bl_faults_list(a->service->faults, &b);
  bl_buf_char(&b, '}');
  return answer(a, 200, &b);
}

static const char *text_of(struct bl_arena *arena, const struct bl_value *v) {
  struct bl_buf b;
  if (v->type == BL_STRING)
    return bl_arena_copy(arena, v->as.text.bytes, v->as.text.len);
  bl_buf_init(&b, arena, 256);
  bl_json_write(&b, v, BL_PLAIN);
  return bl_buf_string(&b);
}

/* A rule as an object of settings. */
static enum bl_status add_rule(struct admin *a, const struct bl_value *rule,
                               char reason[BL_REASON]) {
  struct bl_setting settings[MAX_SETTINGS];
  size_t count = 0;
  if (rule->type != BL_OBJECT || rule->count > MAX_SETTINGS)
    return bl_because(reason, BL_INVALID,
                      "a rule is an object with its settings as members");
  for (struct bl_item *i = rule->as.first; i != NULL; i = i->next, count++) {
    struct bl_value key = {.type = BL_STRING, .as.text = i->key};
    settings[count].name = text_of(a->scratch, &key);
    settings[count].value = text_of(a->scratch, &i->value);
    if (settings[count].name == NULL || settings[count].value == NULL)
      return bl_because(reason, BL_INVALID, "a setting of a rule is too long");
  }
  return bl_faults_add_rule(a->service->faults, settings, count, reason);
}

/* A string with rules in words, an object with one, or an array of these. */
static enum bl_status add_faults(struct admin *a) {
  struct bl_value body;
  char reason[BL_REASON] = "";
  enum bl_status s = read_body(a, &body);
  if (s != BL_OK) return bl_answered(s);
  if (body.type == BL_STRING) {
    const char *words = text_of(a->scratch, &body);
    s = words == NULL ? BL_NOMEM
                      : bl_faults_add(a->service->faults, words, reason);
  } else if (body.type == BL_ARRAY) {
    for (struct bl_item *i = body.as.first; i != NULL && s == BL_OK;
         i = i->next)
      s = add_rule(a, &i->value, reason);
  } else {
    s = add_rule(a, &body, reason);
  }
  if (s == BL_INVALID) return refuse_because(a, reason);
  return s == BL_OK ? done(a) : s;
}

static enum bl_status clear_faults(struct admin *a) {
  bl_faults_clear(a->service->faults);
  return done(a);
}

/* --- settings ------------------------------------------------------------ */

static enum bl_status show_settings(struct admin *a) {
  char text[160];
  struct bl_buf b;
  snprintf(text, sizeof text,
           "{\"lagMs\":%u,\"pageSize\":%u,\"clockShiftMs\":%lld}",
           atomic_load(&a->service->lag_ms), atomic_load(&a->service->page),
           (long long)atomic_load(&a->service->clock.shift_ms));
  reply_init(a, &b);
  bl_buf_text(&b, text);
  return answer(a, 200, &b);
}

/* One member of the settings. False: it is none, or has no such value. */
static bool set(struct bl_service *service, const struct bl_item *i) {
  const int64_t n = i->value.as.integer, year = 31557600000;
  if (i->value.type != BL_INTEGER) return false;
  if (bl_text_is(i->key, "clockShiftMs")) {
    atomic_store(&service->clock.shift_ms, n);
    return n > -300 * year && n < 300 * year;
  }
  if (n < 0 || n > 3600000) return false;
  if (bl_text_is(i->key, "lagMs"))
    atomic_store(&service->lag_ms, (unsigned)n);
  else if (bl_text_is(i->key, "pageSize"))
    atomic_store(&service->page, (unsigned)n);
  else
    return false;
  return true;
}

static enum bl_status change_settings(struct admin *a) {
  struct bl_value body;
  enum bl_status s = read_body(a, &body);
  if (s != BL_OK) return bl_answered(s);
  bool fine = body.type == BL_OBJECT;
  for (struct bl_item *i = fine ? body.as.first : NULL; i != NULL && fine;
       i = i->next)
    fine = set(a->service, i);
  if (fine) return done(a);
  return refuse_because(a, "settings are lagMs and pageSize, integers from 0 "
                           "to 3600000, and clockShiftMs");
}

/* --- which --------------------------------------------------------------- */

/* clang-format off */
static const struct {
  const char *method, *path; /* below BL_ADMIN; {name} at its end or before / */
  operation *run;
} operations[] = {
  { "POST",   "/reset",                    reset },
  { "GET",    "/counts",                   counts },
  { "POST",   "/seed",                     seed },
  { "PUT",    "/snapshots/{name}",         keep },
  { "DELETE", "/snapshots/{name}",         drop },
  { "POST",   "/snapshots/{name}/restore", restore },
  { "GET",    "/requests",                 show_requests },
  { "DELETE", "/requests",                 forget_requests },
  { "GET",    "/faults",                   show_faults },
  { "POST",   "/faults",                   add_faults },
  { "DELETE", "/faults",                   clear_faults },
  { "GET",    "/settings",                 show_settings },
  { "PATCH",  "/settings",                 change_settings },
};
/* clang-format on */
#define OPERATIONS (sizeof operations / sizeof *operations)

/* Takes a name of letters, digits, - and _ from the path. */
static const char *take_name(struct admin *a, const char *path) {
  size_t len = 0;
  while (isalnum((unsigned char)path[len]) || path[len] == '-' ||
         path[len] == '_')
    len++;
  if (len == 0 || len > MAX_NAME) return "?";
  memcpy(a->name, path, len);
  a->name[len] = '\0';
  return path + len;
}

static bool fits(struct admin *a, const char *pattern, const char *path) {
  static const char name[] = "{name}";
  const char *brace = strchr(pattern, '{');
  if (brace == NULL) return strcmp(pattern, path) == 0;
  size_t before = (size_t)(brace - pattern);
  if (strncmp(pattern, path, before) != 0) return false;
  path = take_name(a, path + before);
  return strcmp(brace + sizeof name - 1, path) == 0;
}

bool bl_is_admin(const char *path) {
  const size_t len = sizeof BL_ADMIN - 1;
  return strncmp(path, BL_ADMIN, len) == 0 &&
         (path[len] == '/' || path[len] == '\0');
}

static bool admitted(struct admin *a) {
  const struct bl_buf *body = &a->request->body;
  if (!a->request->local)
    refuse(a, 403, "Forbidden", "The admin path is for this machine alone.",
           "");
  else if (bl_token_check(a->service->admin_token, a->request->authorization) !=
           BL_BEARER_RIGHT)
    refuse(a, 401, "InvalidAuthenticationToken",
           "The admin path has a secret of its own, and this is not it.", "");
  else if (body->status != BL_OK)
    bl_refuse_plainly(a->request, body->status == BL_TOO_LARGE ? BL_R_TOO_LARGE
                                                               : BL_R_BUSY);
  else
    return true;
  return false;
}

enum bl_status bl_admin_answer(struct bl_service *service,
                               struct bl_incoming *request,
                               struct bl_arena *scratch) {
  struct admin a = {.service = service, .request = request, .scratch = scratch};
  const char *path = request->path + sizeof BL_ADMIN - 1;
  bool known = false;
  request->trouble.chosen = true;
  if (!admitted(&a)) return BL_OK;
  for (size_t i = 0; i < OPERATIONS; i++) {
    if (!fits(&a, operations[i].path, path)) continue;
    known = true;
    if (strcmp(operations[i].method, request->method) == 0)
      return operations[i].run(&a);
  }
  if (known)
    return refuse(&a, 405, "MethodNotAllowed", "There is no such method here.",
                  "");
  return refuse(&a, 404, "NotFound", "The admin path has no '%'.", path);
}
