#include "server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin.h"
#include "answer.h"
#include "core/header.h"
#include "core/policy.h"
#include "listen.h"
#include "refusal.h"
#include "segments.h"

#define MAX_CONNECTIONS 10240 /* or what the limit of descriptors leaves */
#define SPARE_FILES 64        /* descriptors left to the rest of the process */
/* Connections beyond those, which are told that there are too many. */
#define TURNED_AWAY 32
#define TURNED_AWAY_S 2 /* and then closed, at the latest */
#define IDLE_S 120      /* an idle connection is closed after this */
#define DRAIN_MS 2000   /* for clients to take their last replies */
/* Bytes of a too large body that are read, so that its sender, who is still
 * sending, gets to see the refusal. */
#define MAX_DRAIN (64u << 20)
#define SMALL (64u << 10) /* bytes of a body that need no permission */
/* Bytes of larger bodies, at a time; what goes beyond is refused, so that large
 * requests do not disturb small ones. */
#define BODIES ((size_t)256 << 20)
#define LENT 7168  /* bytes; small exchanges need no more memory */
#define BATCH 256  /* requests that are worth a commit of their own */
#define SPARES 256 /* exchanges that are kept at hand */
/* Bytes of a connection for a request's head, 16 KiB as Windows's HTTP server
 * takes by default, and for an answer's. libmicrohttpd zeroes them all for each
 * request. */
#define HEAD (17u << 10)

struct bl_server {
  struct MHD_Daemon *daemon;
  int fd; /* listening; ours again once the daemon is quiesced */
  struct MHD_Response *busy; /* for want of memory for anything else */
  struct bl_shelf *shelf;
  struct bl_worker *worker;
  struct bl_budget *budget;
  struct bl_budget bodies;
  struct bl_ids ids;      /* of requests */
  struct exchange *spare; /* at hand for the next requests, a list */
  size_t spares;
  unsigned open, most; /* connections, and those that are served */
  size_t handed; /* requests given to the worker whose exchange is not over */
  pthread_t thread;
  bool told; /* connections were resumed since libmicrohttpd last looked */
  int wake;  /* an eventfd: look at `stopping` */
  atomic_bool stopping;
};

/* What hangs on a connection while a request is under way. */
struct exchange {
  struct bl_incoming request; /* first, so that one is the other */
  struct exchange *next;      /* while it is spare */
  struct bl_server *server;
  struct bl_arena large;        /* where a body lies that is not small */
  unsigned long long announced; /* bytes of the body; 0: nothing is said */
  size_t received;              /* of them */
  bool handed;
  char lent[LENT];
};

/* --- the request --------------------------------------------------------- */

static const char *header(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static const char *header_of(const struct bl_incoming *request,
                             const char *name) {
  return header(request->connection, name);
}

/* The client's id where it is short and harmless, else the request's own. */
static void name_request(struct bl_incoming *request, struct bl_ids *ids) {
  const char *given = request->given_id;
  uint8_t id[BL_GUID_BYTES];
  bl_guid_another(ids, id);
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

/* Headers that are kept; a repeated one counts by its first line. */
static const struct known {
  const char *name;
  size_t len, at; /* in bl_incoming */
} known[] = {
#define KNOWN(name, field)                                                     \
  { name, sizeof name - 1, offsetof(struct bl_incoming, field) }
    KNOWN("Host", host),
    KNOWN("Accept", accept),
    KNOWN("Prefer", prefer),
    KNOWN("Content-Type", content_type),
    KNOWN("Authorization", authorization),
    KNOWN("Content-Length", content_length),
    KNOWN("Content-Encoding", content_encoding),
    KNOWN("ConsistencyLevel", consistency),
    KNOWN("client-request-id", given_id),
#undef KNOWN
};

static enum MHD_Result note_header(void *ud, enum MHD_ValueKind kind,
                                   const char *name, size_t len,
                                   const char *value, size_t value_len) {
  (void)kind;
  (void)value_len;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const char **field = (void *)((char *)ud + known[i].at);
    if (known[i].len == len && *field == NULL &&
        strncasecmp(known[i].name, name, len) == 0)
      *field = value;
  }
  return MHD_YES;
}

static bool is_local(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info != NULL && bl_is_local(info->client_addr);
}

/* Makes the room that is announced. What is announced as larger than allowed,
 * or not at all, gets its room as it comes. */
static void prepare_body(struct exchange *x) {
  struct bl_server *server = x->server;
  struct bl_buf *body = &x->request.body;
  const char *said = x->request.content_length;
  unsigned long long length = said == NULL ? 0 : strtoull(said, NULL, 10);
  x->announced = length;
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

/* Not of the budget: there are no more of them than connections, and a small
 * request is to be served whatever large ones hold. */
static struct exchange *take_exchange(struct bl_server *server) {
  struct exchange *x = server->spare;
  if (x == NULL) return malloc(sizeof *x);
  server->spare = x->next;
  server->spares--;
  return x;
}

static void give_back(struct bl_server *server, struct exchange *x) {
  if (server->spares == SPARES) {
    free(x);
    return;
  }
  x->next = server->spare;
  server->spare = x;
  server->spares++;
}

static struct exchange *begin(struct bl_server *server,
                              struct MHD_Connection *connection,
                              const char *url, const char *method) {
  struct exchange *x = take_exchange(server);
  if (x == NULL) return NULL;
  memset(x, 0, offsetof(struct exchange, lent));
  x->server = server;
  struct bl_incoming *r = &x->request;
  r->method = method;
  r->path = url;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, note_header, r);
  r->header = header_of;
  r->local = bl_is_admin(url) && is_local(connection);
  r->done = resume;
  r->connection = connection;
  name_request(r, &server->ids);
  bl_arena_init(&r->arena, bl_budget_alloc, server->budget, server->budget->max,
                x->lent, LENT);
  prepare_body(x);
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
  if (x->handed) server->handed--;
  if (x->handed && x->request.reply.status == 0)
    bl_worker_withdraw(server->worker, &x->request);
  if (x->request.shelved != NULL)
    bl_shelf_give(server->shelf, x->request.shelved);
  bl_arena_free(&x->large);
  bl_arena_free(&x->request.arena);
  give_back(server, x);
}

/* Counts connections. One too many does not stay long. */
static void count(void *ud, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode what) {
  struct bl_server *server = ud;
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
    server->open--;
    return;
  }
  if (++server->open <= server->most) return;
  *context = server;
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                            (unsigned)TURNED_AWAY_S);
}

static bool is_too_many(const struct bl_server *server,
                        struct MHD_Connection *connection) {
  if (server->open <= server->most) return false;
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != NULL && info->socket_context != NULL;
}

static enum MHD_Result answer(struct exchange *x,
                              struct MHD_Connection *connection) {
  return bl_answer(connection, &x->request, x->server->worker,
                   x->server->shelf);
}

/* A body that is too large is refused before it is sent, when its sender asks
 * or when it is too long to be read to its end. */
static enum MHD_Result first_call(struct exchange *x,
                                  struct MHD_Connection *connection) {
  unsigned long long length = x->announced;
  if (is_too_many(x->server, connection)) {
    bl_refuse_plainly(&x->request, BL_R_CROWDED);
    x->request.reply.close = true;
    return answer(x, connection);
  }
  if (length <= BL_MAX_BODY) return MHD_YES;
  if (length <= MAX_DRAIN && header(connection, "Expect") == NULL)
    return MHD_YES;
  bl_refuse_plainly(&x->request, BL_R_TOO_LARGE);
  return answer(x, connection);
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes,
                                 size_t *len) {
  x->received += *len;
  bl_buf_add(&x->request.body, bytes, *len);
  *len = 0;
  return x->received > MAX_DRAIN ? MHD_NO : MHD_YES;
}

static void hand_over(struct exchange *x) {
  x->handed = true;
  x->server->handed++;
  bl_worker_submit(x->server->worker, &x->request);
}

/* Sends the reply, or first lets the connection sleep as long as it is to be
 * delayed. */
static enum MHD_Result reply(struct exchange *x,
                             struct MHD_Connection *connection) {
  struct bl_worker *worker = x->server->worker;
  unsigned delay = x->request.trouble.delay_ms;
  x->request.trouble.delay_ms = 0;
  if (delay == 0 || !bl_worker_later(worker, &x->request, delay))
    return answer(x, connection);
  MHD_suspend_connection(connection);
  return MHD_YES;
}

/* Called by libmicrohttpd when the headers are in, for each piece of a body,
 * when the request is complete, and then again in each turn until there is a
 * reply. */
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
  if (x->request.reply.status == 0 && !x->handed) hand_over(x);
  return x->request.reply.status == 0 ? MHD_YES : reply(x, connection);
}

/* Descriptors that the process holds, those that it was born with too; 0 where
 * the system does not tell. */
static unsigned open_files(void) {
  unsigned count = 0;
  DIR *list = opendir("/proc/self/fd");
  if (list == NULL) return 0;
  while (readdir(list) != NULL) count++;
  closedir(list);
  return count;
}

/* Connections beyond would not be refused but left unaccepted. */
static unsigned connection_limit(void) {
  struct rlimit files;
  unsigned spare = SPARE_FILES, held = open_files();
  if (held > SPARE_FILES / 2) spare += held - SPARE_FILES / 2;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return MAX_CONNECTIONS;
  if (files.rlim_cur > MAX_CONNECTIONS + spare) return MAX_CONNECTIONS;
  if (files.rlim_cur < spare + SPARE_FILES) return SPARE_FILES;
  return (unsigned)files.rlim_cur - spare;
}

/* --- the thread ---------------------------------------------------------- */

/* Milliseconds to sleep; -1: until something happens. libmicrohttpd does not
 * count connections that were resumed. */
static int idle_ms(struct bl_server *server) {
  MHD_UNSIGNED_LONG_LONG daemon;
  if (server->told) return 0;
  int worker = bl_worker_idle_ms(server->worker);
  if (MHD_get_timeout(server->daemon, &daemon) == MHD_NO) return worker;
  int own = daemon > INT_MAX ? INT_MAX : (int)daemon;
  return worker < 0 || own < worker ? own : worker;
}

/* Gathers what the sockets hold. A commit costs the same for one request and
 * for a hundred, so clients that are about to send get the processor first, as
 * long as that brings more. */
static void gather(struct bl_server *server) {
  size_t before;
  MHD_run(server->daemon);
  do {
    before = bl_worker_waiting(server->worker);
    if (before == 0 || before >= BATCH) return;
    sched_yield();
    MHD_run(server->daemon);
  } while (bl_worker_waiting(server->worker) > before);
}

/* Gathers and answers once, having slept until there was something to do. */
static void turn(struct bl_server *server, int epoll, int most_ms) {
  struct pollfd fds[] = {{.fd = epoll, .events = POLLIN},
                         {.fd = server->wake, .events = POLLIN}};
  uint64_t told;
  int ms = idle_ms(server);
  if (most_ms >= 0 && (ms < 0 || ms > most_ms)) ms = most_ms;
  if (ms != 0 && poll(fds, 2, ms) > 0 && fds[1].revents != 0)
    (void)!read(server->wake, &told, sizeof told);
  gather(server);
  server->told = bl_worker_run(server->worker);
}

/* Sends what is under way, for clients that take it soon. */
static void drain(struct bl_server *server, int epoll) {
  int64_t until = bl_clock_steady_ms() + DRAIN_MS;
  MHD_quiesce_daemon(server->daemon);
  bl_worker_stop(server->worker);
  bl_worker_run(server->worker);
  server->told = true;
  while (server->handed > 0 && bl_clock_steady_ms() < until)
    turn(server, epoll, 100);
}

static void *work(void *ud) {
  struct bl_server *server = ud;
  const union MHD_DaemonInfo *info =
      MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  while (!atomic_load(&server->stopping)) turn(server, info->epoll_fd, -1);
  drain(server, info->epoll_fd);
  return NULL;
}

/* --- the daemon ---------------------------------------------------------- */

static void discard(struct bl_server *server) {
  while (server->spare != NULL) free(take_exchange(server));
  if (server->busy != NULL) MHD_destroy_response(server->busy);
  bl_shelf_free(server->shelf);
  if (server->fd >= 0) close(server->fd);
  if (server->wake >= 0) close(server->wake);
  free(server);
}

static bool same_file(int a, int b) {
  struct stat of_a, of_b;
  return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
         of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* Starts the daemon on a duplicate of the socket: when it fails, libmicrohttpd
 * has closed what it was given, or has not, depending on where it failed. */
static bool start(struct bl_server *server, int fd, const struct bl_tls *tls) {
  static const char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
  struct MHD_OptionItem secure[] = {
      {MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key},
      {MHD_OPTION_HTTPS_MEM_CERT, 0, tls->certificate},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)versions},
      {MHD_OPTION_END, 0, NULL},
  };
  bool with_tls = tls->certificate != NULL;
  server->busy = bl_answer_busy();
  server->shelf = bl_shelf_new();
  server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  server->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (server->busy == NULL || server->shelf == NULL || server->wake < 0 ||
      server->fd < 0)
    return false;
  server->daemon = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (with_tls ? MHD_USE_TLS : 0u),
      0, NULL, NULL, serve, server, MHD_OPTION_LISTEN_SOCKET, server->fd,
      MHD_OPTION_CONNECTION_LIMIT, server->most + TURNED_AWAY,
      MHD_OPTION_NOTIFY_CONNECTION, count, server,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
      MHD_OPTION_NOTIFY_COMPLETED, end, server, MHD_OPTION_UNESCAPE_CALLBACK,
      leave_as_is, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD,
      MHD_OPTION_ARRAY, with_tls ? secure : &secure[3], MHD_OPTION_END);
  if (server->daemon == NULL && !same_file(fd, server->fd)) server->fd = -1;
  if (server->daemon == NULL) return false;
  int failed = pthread_create(&server->thread, NULL, work, server);
  if (failed == 0) return true;
  MHD_quiesce_daemon(server->daemon);
  MHD_stop_daemon(server->daemon);
  errno = failed;
  return false;
}

enum bl_status bl_server_start(int fd, struct bl_worker *worker,
                               struct bl_budget *budget,
                               const struct bl_tls *tls, struct bl_server **out,
                               char reason[BL_REASON]) {
  struct bl_server *server = calloc(1, sizeof *server);
  *out = NULL;
  if (server == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
  server->worker = worker;
  server->budget = budget;
  bl_budget_init(&server->bodies, BODIES);
  server->wake = server->fd = -1;
  server->most = connection_limit();
  errno = 0;
  if (start(server, fd, tls)) {
    *out = server;
    return BL_OK;
  }
  int error = errno;
  discard(server);
  return bl_because(reason, BL_LISTEN, "the HTTP server cannot start: %s",
                    strerror(error == 0 ? ENOMEM : error));
}

void bl_server_stop(struct bl_server *server) {
  uint64_t one = 1;
  atomic_store(&server->stopping, true);
  (void)!write(server->wake, &one, sizeof one);
  pthread_join(server->thread, NULL);
  MHD_stop_daemon(server->daemon);
  discard(server);
}
