/* Any requests, one behind the other, through the local Graph without sockets.
 * Each is answered whole, in JSON where it is answered in Graph's words; what
 * is answered as created is there, and a refusal has changed nothing.
 *
 * Requests are separated by form feeds and look as in HTTP: a line with method
 * and target, headers, an empty line, the body. In all of it {1} stands for the
 * id of what was created first, and so on to {9}. */
#include <string.h>
#include <strings.h>

#include "emulator/admin.h"
#include "emulator/log.h"
#include "emulator/worker.h"
#include "fuzz.h"

#define MAX_MEMORY ((size_t)256 << 20)
#define MAX_HEADERS 8
#define MAX_MADE 9
#define GUID_LEN (BL_GUID_TEXT - 1)

struct header {
  const char *name, *value;
};

/* A request under way. */
struct asked {
  struct bl_incoming request; /* first, so that one is the other */
  struct header headers[MAX_HEADERS];
  size_t count;
};

/* What one input has made so far. */
struct run {
  struct fuzz_memory memory;
  char made[MAX_MADE][BL_GUID_TEXT];
  size_t count;
  bool administered;
};

static struct bl_service service;
static struct bl_worker *worker;
static struct bl_budget budget;

/* --- the service --------------------------------------------------------- */

static void open_store(void) {
  char reason[BL_REASON];
  enum bl_status s =
      bl_store_open(":memory:", &service.clock, &service.store, reason);
  PROMISE(s == BL_OK);
}

static void start(void) {
  char reason[BL_REASON];
  if (worker != NULL) return;
  service.token = service.admin_token = "t";
  service.url = "http://127.0.0.1:1";
  service.check = true;
  service.faults = bl_faults_new(1);
  service.log = bl_log_new();
  bl_budget_init(&budget, MAX_MEMORY);
  PROMISE(service.faults != NULL && service.log != NULL);
  PROMISE(bl_identity_open(NULL, service.token, service.url, &service.clock,
                           &service.identity, reason) == BL_OK);
  PROMISE(bl_worker_new(&service, &budget, &worker) == BL_OK);
  open_store();
}

/* As it was at the start; snapshots die with their store. */
static void settle(bool administered) {
  char reason[BL_REASON];
  PROMISE(bl_admin_settle(&service, reason) == BL_OK);
  if (!administered) {
    PROMISE(bl_worker_reset(worker, reason) == BL_OK);
    return;
  }
  bl_store_close(service.store);
  open_store();
}

static void add(void *ud, struct bl_text type, int64_t count) {
  int64_t *all = ud;
  (void)type;
  *all += count;
}

static int64_t stored(void) {
  int64_t all = 0;
  PROMISE(bl_store_counts(service.store, add, &all) == BL_OK);
  return all;
}

/* --- a request ----------------------------------------------------------- */

/* Up to the separator, which goes too. */
static struct bl_text cut(struct bl_text *rest, char separator) {
  const char *end = memchr(rest->bytes, separator, rest->len);
  size_t len = end == NULL ? rest->len : (size_t)(end - rest->bytes);
  struct bl_text part = {rest->bytes, len};
  size_t gone = len + (end != NULL);
  *rest = (struct bl_text){rest->bytes + gone, rest->len - gone};
  return part;
}

/* With the ids of what was made in their places. */
static struct bl_text expand(const struct run *run, struct bl_text text,
                             struct bl_arena *arena) {
  struct bl_buf out;
  bl_buf_init(&out, arena, MAX_MEMORY);
  for (size_t i = 0; i < text.len; i++) {
    const char *at = text.bytes + i;
    size_t n = text.len - i < 3 || at[0] != '{' || at[2] != '}'
                   ? MAX_MADE
                   : (size_t)(at[1] - '1');
    bool known = n < run->count;
    bl_buf_add(&out, known ? run->made[n] : at, known ? GUID_LEN : 1);
    if (known) i += 2;
  }
  PROMISE(out.status == BL_OK);
  return (struct bl_text){out.len == 0 ? "" : out.data, out.len};
}

static const char *copy(struct bl_arena *arena, struct bl_text text) {
  const char *made = bl_arena_copy(arena, text.bytes, text.len);
  PROMISE(made != NULL);
  return made;
}

static const char *header_of(const struct bl_incoming *request,
                             const char *name) {
  const struct asked *asked = (const struct asked *)request;
  for (size_t i = 0; i < asked->count; i++)
    if (strcasecmp(asked->headers[i].name, name) == 0)
      return asked->headers[i].value;
  return NULL;
}

static void read_header(struct asked *asked, struct bl_text line,
                        struct bl_arena *arena) {
  if (asked->count == MAX_HEADERS) return;
  struct header *header = &asked->headers[asked->count++];
  header->name = copy(arena, cut(&line, ':'));
  while (line.len > 0 && *line.bytes == ' ') cut(&line, ' ');
  header->value = copy(arena, line);
}

static void use_headers(struct bl_incoming *r) {
  r->header = header_of;
  r->host = header_of(r, "Host");
  r->authorization = header_of(r, "Authorization");
  if (r->authorization == NULL) r->authorization = "Bearer t";
  r->content_type = header_of(r, "Content-Type");
  if (r->content_type == NULL) r->content_type = "application/json";
  r->content_encoding = header_of(r, "Content-Encoding");
  r->accept = header_of(r, "Accept");
  r->prefer = header_of(r, "Prefer");
  r->consistency = header_of(r, "ConsistencyLevel");
}

static void read_target(struct bl_incoming *r, struct bl_text target,
                        struct bl_arena *arena) {
  r->path = copy(arena, cut(&target, '?'));
  enum bl_status s = bl_options_read(copy(arena, target), arena, &r->options);
  PROMISE(s == BL_OK || s == BL_INVALID);
}

/* Reads a request; its texts lie in `arena`, its answer's memory is the
 * input's. */
static void read_request(struct asked *asked, struct run *run,
                         struct bl_text text, struct bl_arena *arena) {
  struct bl_incoming *r = &asked->request;
  struct bl_text line = cut(&text, '\n');
  r->method = copy(arena, cut(&line, ' '));
  read_target(r, line, arena);
  while ((line = cut(&text, '\n')).len > 0) read_header(asked, line, arena);
  use_headers(r);
  r->local = true;
  memcpy(r->request_id, "00000000-0000-4000-8000-000000000000", BL_GUID_TEXT);
  memcpy(r->client_request_id, r->request_id, BL_GUID_TEXT);
  bl_arena_init(&r->arena, fuzz_alloc, &run->memory, MAX_MEMORY, NULL, 0);
  bl_buf_init(&r->body, arena, BL_MAX_BODY);
  bl_buf_add(&r->body, text.bytes, text.len);
}

/* --- the answer ---------------------------------------------------------- */

/* A header cannot be used to smuggle another one. */
static void judge_header(const char *value) {
  for (; value != NULL && *value != '\0'; value++)
    PROMISE((unsigned char)*value >= ' ' && *value != '\x7f');
}

static void note_made(struct run *run, const struct bl_value *answer) {
  struct bl_text id = bl_claim_text(answer, "id");
  if (id.len != GUID_LEN || run->count == MAX_MADE) return;
  memcpy(run->made[run->count], id.bytes, GUID_LEN);
  run->made[run->count++][GUID_LEN] = '\0';
}

static void judge_body(struct run *run, const struct bl_incoming *r,
                       struct bl_arena *arena) {
  struct bl_value answer;
  const struct bl_reply *reply = &r->reply;
  if (reply->body.bytes == NULL || reply->content_type != NULL) return;
  PROMISE(bl_read_claims(reply->body, arena, &answer) == BL_OK);
  if (reply->status >= 400) PROMISE(bl_value_find(&answer, "error") != NULL);
  if (reply->status == 201) note_made(run, &answer);
}

static void judge(struct run *run, const struct bl_incoming *r, int64_t before,
                  struct bl_arena *arena) {
  const struct bl_reply *reply = &r->reply;
  PROMISE(reply->status >= 200 && reply->status <= 599);
  judge_header(reply->location);
  judge_header(reply->preference);
  judge_header(reply->allow);
  judge_header(reply->authenticate);
  judge_header(reply->retry_after);
  if (r->trouble.rule != 0) return;
  judge_body(run, r, arena);
  if (bl_is_admin(r->path)) return;
  if (reply->status == 201) PROMISE(stored() > before);
  if (reply->status >= 400) PROMISE(stored() == before);
}

static void ask(struct run *run, struct bl_text text) {
  struct bl_arena arena;
  struct asked asked = {.count = 0};
  bl_arena_init(&arena, bl_alloc_libc, NULL, MAX_MEMORY, NULL, 0);
  read_request(&asked, run, expand(run, text, &arena), &arena);
  if (bl_is_admin(asked.request.path)) run->administered = true;
  int64_t before = stored();
  bl_worker_submit(worker, &asked.request);
  PROMISE(bl_worker_run(worker) && bl_worker_waiting(worker) == 0);
  judge(run, &asked.request, before, &arena);
  bl_arena_free(&asked.request.arena);
  bl_arena_free(&arena);
  PROMISE(atomic_load(&budget.used) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct run run = {.count = 0};
  struct bl_text rest;
  if (!fuzz_part(data, size, &run.memory, &rest)) return 0;
  start();
  while (rest.len > 0) ask(&run, cut(&rest, '\f'));
  settle(run.administered);
  return 0;
}
