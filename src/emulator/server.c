#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "core/header.h"
#include "core/policy.h"
#include "refusal.h"
#include "segments.h"

#define MAX_CONNECTIONS 10240 /* or what the limit of descriptors leaves */
#define SPARE_FILES 64        /* descriptors left to the rest of the process */
#define IDLE_S 120            /* an idle connection is closed after this */
#define DRAIN_S 2             /* for clients to take their last replies */
/* Bytes of a too large body that are read, so that its sender, who is still
 * sending, gets to see the refusal. */
#define MAX_DRAIN (64u << 20)
#define SMALL (64u << 10) /* bytes of a body that need no permission */
/* Bytes of larger bodies, at a time; what goes beyond is refused, so that large
 * requests do not disturb small ones. */
#define BODIES ((size_t)256 << 20)
#define LENT 3072 /* bytes; small exchanges need no more memory */

struct bl_server {
  struct MHD_Daemon *daemon;
  int fd; /* listening; ours again once the daemon is quiesced */
  struct MHD_Response *busy; /* for want of memory for anything else */
  struct bl_worker *worker;
  struct bl_budget *budget;
  struct bl_budget bodies;
  pthread_mutex_t lock; /* of `handed` */
  pthread_cond_t answered;
  size_t handed; /* requests given to the worker whose exchange is not over */
};

/* What hangs on a connection while a request is under way. */
struct exchange {
  struct bl_incoming request; /* first, so that one is the other */
  struct bl_server *server;
  struct bl_arena large; /* where a body lies that is not small */
  size_t received;       /* bytes of the body */
  bool handed;
  char lent[LENT];
};

/* --- the request --------------------------------------------------------- */

static const char *header(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* The client's id where it is short and harmless, else the request's own. */
static void name_request(struct bl_incoming *request, const char *given) {
  uint8_t id[BL_GUID_BYTES];
  bl_guid_random(id);
  bl_guid_write(id, request->request_id);
  size_t len = given == NULL ? 0 : strlen(given);
  if (len == 0 || len >= sizeof request->client_request_id ||
      !bl_is_token((struct bl_text){given, len})) {
    given = request->request_id;
    len = BL_GUID_TEXT - 1;
  }
  memcpy(request->client_request_id, given, len);
  request->client_request_id[len] = '\0';
}

/* Keeps an option of the query, decoded; one that cannot be is no option. */
static enum MHD_Result note_option(void *ud, enum MHD_ValueKind kind,
                                   const char *name, const char *value) {
  struct bl_incoming *request = ud;
  struct bl_option *option, **last = &request->options;
  (void)kind;
  if (value == NULL) value = "";
  option = bl_arena_take(&request->arena, sizeof *option);
  enum bl_status s = option == NULL ? BL_NOMEM : BL_OK;
  if (s == BL_OK)
    s = bl_percent_decode(name, strlen(name), &request->arena, &option->name);
  if (s == BL_OK)
    s = bl_percent_decode(value, strlen(value), &request->arena,
                          &option->value);
  if (s == BL_NOMEM) request->body.status = s;
  if (s != BL_OK) return s == BL_NOMEM ? MHD_NO : MHD_YES;
  option->next = NULL;
  while (*last != NULL) last = &(*last)->next;
  *last = option;
  return MHD_YES;
}

/* Bytes of the body as announced, 0 when nothing is. */
static unsigned long long announced(struct MHD_Connection *connection) {
  const char *length = header(connection, "Content-Length");
  return length == NULL ? 0 : strtoull(length, NULL, 10);
}

/* Makes the room that is announced. What is announced as larger than allowed,
 * or not at all, gets its room as it comes. */
static void prepare_body(struct exchange *x,
                         struct MHD_Connection *connection) {
  struct bl_server *server = x->server;
  struct bl_buf *body = &x->request.body;
  unsigned long long length = announced(connection);
  bool small = length > 0 && length <= SMALL;
  bl_arena_init(&x->large, bl_budget_alloc, &server->bodies, server->bodies.max,
                NULL, 0);
  bl_buf_init(body, small ? &x->request.arena : &x->large, BL_MAX_BODY);
  if (length > 0 && length <= BL_MAX_BODY) bl_buf_room(body, (size_t)length);
}

/* libmicrohttpd would decode the path as a whole, which cannot be undone;
 * segments.h decodes its pieces. */
static size_t leave_as_is(void *ud, struct MHD_Connection *connection,
                          char *text) {
  (void)ud;
  (void)connection;
  return strlen(text);
}

static void resume(struct bl_incoming *request) {
  MHD_resume_connection(request->connection);
}

static struct exchange *begin(struct bl_server *server,
                              struct MHD_Connection *connection,
                              const char *url, const char *method) {
  struct exchange *x = bl_budget_alloc(server->budget, NULL, 0, sizeof *x);
  if (x == NULL) return NULL;
  memset(x, 0, offsetof(struct exchange, lent));
  x->server = server;
  struct bl_incoming *r = &x->request;
  r->method = method;
  r->path = url;
  r->host = header(connection, "Host");
  r->authorization = header(connection, "Authorization");
  r->content_type = header(connection, "Content-Type");
  r->content_encoding = header(connection, "Content-Encoding");
  r->accept = header(connection, "Accept");
  r->prefer = header(connection, "Prefer");
  r->consistency = header(connection, "ConsistencyLevel");
  r->done = resume;
  r->connection = connection;
  name_request(r, header(connection, "client-request-id"));
  bl_arena_init(&r->arena, bl_budget_alloc, server->budget, server->budget->max,
                x->lent, LENT);
  prepare_body(x, connection);
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, note_option, r);
  return x;
}

static void end(void *ud, struct MHD_Connection *connection, void **hung,
                enum MHD_RequestTerminationCode why) {
  struct exchange *x = *hung;
  (void)connection;
  (void)why;
  *hung = NULL;
  if (x == NULL) return;
  struct bl_server *server = ud;
  if (x->handed) {
    pthread_mutex_lock(&server->lock);
    if (--server->handed == 0) pthread_cond_signal(&server->answered);
    pthread_mutex_unlock(&server->lock);
  }
  bl_arena_free(&x->large);
  bl_arena_free(&x->request.arena);
  bl_budget_alloc(server->budget, x, sizeof *x, 0);
}

/* A body that is too large is refused before it is sent, when its sender asks
 * or when it is too long to be read to its end. */
static enum MHD_Result first_call(struct exchange *x,
                                  struct MHD_Connection *connection) {
  unsigned long long length = announced(connection);
  if (length <= BL_MAX_BODY) return MHD_YES;
  if (length <= MAX_DRAIN && header(connection, "Expect") == NULL)
    return MHD_YES;
  bl_refuse_plainly(&x->request, BL_R_TOO_LARGE);
  return bl_answer(connection, &x->request, x->server->worker);
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes,
                                 size_t *len) {
  x->received += *len;
  bl_buf_add(&x->request.body, bytes, *len);
  *len = 0;
  return x->received > MAX_DRAIN ? MHD_NO : MHD_YES;
}

/* Suspended first: the worker may be done before this returns. */
static void hand_over(struct exchange *x, struct MHD_Connection *connection) {
  struct bl_server *server = x->server;
  x->handed = true;
  pthread_mutex_lock(&server->lock);
  server->handed++;
  pthread_mutex_unlock(&server->lock);
  MHD_suspend_connection(connection);
  if (bl_worker_submit(server->worker, &x->request)) return;
  bl_refuse_plainly(&x->request, BL_R_STOPPING);
  resume(&x->request);
}

/* Called by libmicrohttpd when the headers are in, for each piece of a body,
 * when the request is complete, and once more after the worker is done. */
static enum MHD_Result serve(void *ud, struct MHD_Connection *connection,
                             const char *url, const char *method,
                             const char *version, const char *bytes,
                             size_t *len, void **hung) {
  struct bl_server *server = ud;
  struct exchange *x = *hung;
  (void)version;
  if (x == NULL) {
    *hung = x = begin(server, connection, url, method);
    if (x == NULL) return MHD_queue_response(connection, 503, server->busy);
    return first_call(x, connection);
  }
  if (*len > 0) return take_body(x, bytes, len);
  if (x->request.reply.status != 0)
    return bl_answer(connection, &x->request, x->server->worker);
  hand_over(x, connection);
  return MHD_YES;
}

/* --- the daemon ---------------------------------------------------------- */

static unsigned connection_limit(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return MAX_CONNECTIONS;
  if (files.rlim_cur > MAX_CONNECTIONS + SPARE_FILES) return MAX_CONNECTIONS;
  if (files.rlim_cur < 2 * SPARE_FILES) return SPARE_FILES;
  return (unsigned)files.rlim_cur - SPARE_FILES;
}

static void init_lock(struct bl_server *server) {
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_mutex_init(&server->lock, NULL);
  pthread_cond_init(&server->answered, &clock);
  pthread_condattr_destroy(&clock);
}

static void discard(struct bl_server *server) {
  if (server->busy != NULL) MHD_destroy_response(server->busy);
  if (server->fd >= 0) close(server->fd);
  pthread_cond_destroy(&server->answered);
  pthread_mutex_destroy(&server->lock);
  free(server);
}

static bool same_file(int a, int b) {
  struct stat of_a, of_b;
  return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
         of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* Starts the daemon on a duplicate of the socket: when it fails, libmicrohttpd
 * has closed what it was given, or has not, depending on where it failed. */
static bool start(struct bl_server *server, int fd) {
  server->busy = bl_answer_busy();
  server->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (server->busy == NULL || server->fd < 0) return false;
  server->daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
      serve, server, MHD_OPTION_LISTEN_SOCKET, server->fd,
      MHD_OPTION_CONNECTION_LIMIT, connection_limit(),
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
      MHD_OPTION_NOTIFY_COMPLETED, end, server, MHD_OPTION_UNESCAPE_CALLBACK,
      leave_as_is, NULL, MHD_OPTION_END);
  if (server->daemon == NULL && !same_file(fd, server->fd)) server->fd = -1;
  return server->daemon != NULL;
}

enum bl_status bl_server_start(int fd, struct bl_worker *worker,
                               struct bl_budget *budget, struct bl_server **out,
                               char reason[BL_REASON]) {
  struct bl_server *server = calloc(1, sizeof *server);
  *out = NULL;
  if (server == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
  server->worker = worker;
  server->budget = budget;
  bl_budget_init(&server->bodies, BODIES);
  init_lock(server);
  errno = 0;
  if (start(server, fd)) {
    *out = server;
    return BL_OK;
  }
  int error = errno;
  discard(server);
  return bl_because(reason, BL_LISTEN, "the HTTP server cannot start: %s",
                    strerror(error == 0 ? ENOMEM : error));
}

void bl_server_quiesce(struct bl_server *server) {
  MHD_quiesce_daemon(server->daemon);
}

void bl_server_stop(struct bl_server *server) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += DRAIN_S;
  pthread_mutex_lock(&server->lock);
  while (server->handed > 0)
    if (pthread_cond_timedwait(&server->answered, &server->lock, &until) != 0)
      break;
  pthread_mutex_unlock(&server->lock);
  MHD_stop_daemon(server->daemon);
  discard(server);
}
