#include "http.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/select.h>

#include <curl/curl.h>

#include "buf.h"
#include "clock.h"
#include "format.h"

#if LIBCURL_VERSION_NUM < 0x075700
#error "bylaw needs libcurl 7.87 or newer"
#endif

#define CONNECT_MS 15000L /* for resolving, connecting and TLS */
#define EXPECTING                                                              \
  1000 /* bytes of a body for which no libcurl expects a 100                   \
        */
#define SOON_MS 50L
#define PROBE 50000 /* bytes; three times that is asked for */
#define LONG_LINE "a line of the answer's header is longer than libcurl takes"

/* Header lines that many requests have in common. */
struct block {
  struct bl_arena arena; /* it lies there itself */
  size_t users;          /* transfers, and the pool while it is the latest */
  struct bl_text text;
  struct curl_slist *lines;
  bool typed; /* one of them is the content type */
};

/* A libcurl handle, made when it is first needed and then kept. */
struct slot {
  CURL *easy;       /* NULL: not made yet */
  bool ready;       /* it has the options of the pool */
  char url[512];    /* that it was last told; "": none, or a longer one */
  char method[16];  /* likewise */
  bool body, fresh; /* likewise */
  int direct;       /* likewise; -1: nothing yet */
  long timeout_ms;  /* likewise; -1: nothing yet */
  struct bl_transfer *transfer; /* NULL: idle */
  struct curl_slist *headers;   /* of the transfer, in its arena */
  char error[CURL_ERROR_SIZE];  /* libcurl's words on the last failure */
};

/* Space that an exchange has left, as arenas ask for it. */
struct spare {
  struct spare *next;
};

struct bl_pool {
  bl_alloc *alloc;
  void *ud;
  struct bl_arena arena; /* the pool itself, its slots, texts of its options */
  CURLM *multi;
  const char *ca_file, *proxy;
  bool http2;
  char *agent_line; /* "User-Agent: …", or NULL */
  struct bl_exchanges waiting, finished;
  struct slot *slots;
  size_t slot_count, busy;
  struct block *block;  /* the latest, or NULL */
  struct spare *spares; /* space of exchanges that are over, for others */
  size_t spare_count;
  uint64_t last_id;
  char origin[256]; /* "https://host:port/", as it was last found in order */
  size_t origin_len;
  bool origin_direct;
};

static long asked(CURL *easy, CURLINFO what) {
  long value = 0;
  return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : 0;
}

/* What libcurl calls during a transfer. */

/* Called when a connection is ready for the request: once, or again when
 * libcurl is about to repeat it because a kept-alive connection died. What has
 * left for such a connection may have arrived. */
static int before_send(void *ud, char *ip, char *own_ip, int port,
                       int own_port) {
  struct bl_transfer *t = ((struct slot *)ud)->transfer;
  (void)ip;
  (void)own_ip;
  (void)port;
  (void)own_port;
  long sent = asked(t->handle, CURLINFO_REQUEST_SIZE);
  if (!t->begun) t->sent_before = sent;
  t->begun = true;
  t->reused = asked(t->handle, CURLINFO_NUM_CONNECTS) == 0;
  return t->once && sent > t->sent_before ? CURL_PREREQFUNC_ABORT
                                          : CURL_PREREQFUNC_OK;
}

static size_t take_line(char *bytes, size_t size, size_t count, void *ud) {
  size_t n = size * count;
  struct slot *slot = ud;
  return bl_transfer_take_line(slot->transfer, bytes, n) ? n : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *ud) {
  size_t n = size * count;
  struct slot *slot = ud;
  return bl_transfer_take_body(slot->transfer, bytes, n) ? n : 0;
}

/* Sets one option unless an earlier one has failed. */
#define SET(option, value)                                                     \
  do {                                                                         \
    if (rc == CURLE_OK) rc = curl_easy_setopt(easy, option, value);            \
  } while (0)

/* What is the same for all transfers of a pool. */
static CURLcode set_pool_options(CURL *easy, const struct bl_pool *pool,
                                 char *error) {
  CURLcode rc = CURLE_OK;
  SET(CURLOPT_ERRORBUFFER, error);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_HTTP_VERSION,
      (long)(pool->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  SET(CURLOPT_PIPEWAIT, (long)pool->http2);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  if (pool->ca_file != NULL) {
    SET(CURLOPT_CAINFO, pool->ca_file);
    /* fails only where there is no such folder to leave out */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  }
  SET(CURLOPT_ACCEPT_ENCODING, "gzip"); /* decodes; add_lines asks for it */
  SET(CURLOPT_PREREQFUNCTION, before_send);
  SET(CURLOPT_HEADERFUNCTION, take_line);
  SET(CURLOPT_WRITEFUNCTION, take_body);
  return rc;
}

/* Keeps what libcurl was told; "" where it is too long to be kept. */
static void note(char *kept, size_t size, const char *text) {
  size_t len = strlen(text) + 1;
  kept[0] = '\0';
  if (len <= size) memcpy(kept, text, len);
}

/* The method, where it is another than before. POST is libcurl's word for
 * "with a body"; other methods with one are POST under another name, so that an
 * empty body has a length. */
static CURLcode set_method(struct slot *slot, const char *method, bool body) {
  CURL *easy = slot->easy;
  CURLcode rc = CURLE_OK;
  if (body == slot->body && strcmp(method, slot->method) == 0) return rc;
  if (body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "POST") ? method : NULL);
  } else if (strcmp(method, "HEAD") == 0) {
    SET(CURLOPT_NOBODY, 1L);
    SET(CURLOPT_CUSTOMREQUEST, NULL);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
    SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "GET") ? method : NULL);
  }
  note(slot->method, sizeof(slot->method), method);
  slot->body = body;
  return rc;
}

/* Method and body. A body is borrowed, so that none of an earlier request may
 * stay. */
static CURLcode set_content(struct slot *slot, const struct bl_transfer *t) {
  CURL *easy = slot->easy;
  CURLcode rc = CURLE_OK;
  bool body = t->body != NULL || strcmp(t->method, "POST") == 0 ||
              strcmp(t->method, "PUT") == 0 || strcmp(t->method, "PATCH") == 0;
  if (body || slot->body) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
    SET(CURLOPT_POSTFIELDS, t->body != NULL ? t->body : "");
  }
  return rc == CURLE_OK ? set_method(slot, t->method, body) : rc;
}

/* Adds a line in front of the others. */
static bool add_line(struct slot *slot, struct bl_transfer *t, char *line) {
  struct curl_slist *node = bl_arena_take(&t->arena, sizeof(*node));
  if (node == NULL) return false;
  *node = (struct curl_slist){.data = line, .next = slot->headers};
  slot->headers = node;
  return true;
}

static bool add_trace(struct slot *slot, struct bl_transfer *t) {
  static const char name[] = "client-request-id: ";
  if (t->trace == NULL) return true;
  size_t len = strlen(t->trace) + 1;
  char *line = bl_arena_take(&t->arena, sizeof(name) + len);
  if (line == NULL) return false;
  memcpy(line, name, sizeof(name) - 1);
  memcpy(line + sizeof(name) - 1, t->trace, len);
  return add_line(slot, t, line);
}

/* Fills the slot's headers. Those of the pool are lines like the others, since
 * libcurl prints its own twice. "Name:" takes one away that it would send of
 * its own accord: an expectation, which costs a round trip and makes a request
 * be sent again, and the content type of a form. */
static bool add_lines(const struct bl_pool *pool, struct slot *slot,
                      struct bl_transfer *t) {
  static char gzip[] = "Accept-Encoding: gzip";
  static char no_expect[] = "Expect:", no_type[] = "Content-Type:";
  const struct block *block = t->shared;
  bool typed = t->typed || (block != NULL && block->typed);
  slot->headers = block == NULL ? NULL : block->lines;
  for (size_t i = t->line_count; i-- > 0;)
    if (!add_line(slot, t, t->lines[i])) return false;
  return add_trace(slot, t) && (typed || add_line(slot, t, no_type)) &&
         (t->body_len < EXPECTING || add_line(slot, t, no_expect)) &&
         add_line(slot, t, gzip) &&
         (pool->agent_line == NULL || add_line(slot, t, pool->agent_line));
}

static CURLcode set_url(struct slot *slot, const struct bl_transfer *t) {
  if (strcmp(t->url, slot->url) == 0) return CURLE_OK;
  slot->url[0] = '\0';
  CURLcode rc = curl_easy_setopt(slot->easy, CURLOPT_URL, t->url);
  if (rc == CURLE_OK) note(slot->url, sizeof(slot->url), t->url);
  return rc;
}

static CURLcode set_times(struct slot *slot, long timeout_ms) {
  CURL *easy = slot->easy;
  CURLcode rc = CURLE_OK;
  if (timeout_ms == slot->timeout_ms) return rc;
  SET(CURLOPT_TIMEOUT_MS, timeout_ms);
  SET(CURLOPT_CONNECTTIMEOUT_MS,
      timeout_ms > 0 && timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS);
  slot->timeout_ms = rc == CURLE_OK ? timeout_ms : -1;
  return rc;
}

/* What differs from transfer to transfer. The handle has served others before:
 * what it was told then and is still right is not told again. */
static CURLcode set_transfer_options(struct slot *slot,
                                     const struct bl_pool *pool,
                                     struct bl_transfer *t) {
  CURL *easy = slot->easy;
  t->handle = easy;
  CURLcode rc = add_lines(pool, slot, t) ? CURLE_OK : CURLE_OUT_OF_MEMORY;
  SET(CURLOPT_HTTPHEADER, slot->headers);
  if (rc == CURLE_OK) rc = set_url(slot, t);
  if (rc == CURLE_OK) rc = set_times(slot, t->timeout_ms);
  if (t->direct != slot->direct)
    SET(CURLOPT_PROXY, t->direct ? "" : pool->proxy);
  if (t->fresh != slot->fresh) SET(CURLOPT_FRESH_CONNECT, (long)t->fresh);
  slot->direct = t->direct;
  slot->fresh = t->fresh;
  return rc == CURLE_OK ? set_content(slot, t) : rc;
}

/* How libcurl's codes read here. Where its own words are told they name a
 * host, a certificate's fault or a count of bytes; elsewhere they might quote
 * a proxy's URL with its password. */
/* clang-format off */
static const struct outcome {
  CURLcode rc;
  enum bl_status status;
  const char *reason; /* NULL: libcurl's words are told */
} outcomes[] = {
  { CURLE_OUT_OF_MEMORY, BL_NOMEM, "" },
  { CURLE_URL_MALFORMAT, BL_UNSENDABLE, "the URL is malformed" },
  { CURLE_UNSUPPORTED_PROTOCOL, BL_BAD_ANSWER, "it does not begin as HTTP does" },
  { CURLE_WEIRD_SERVER_REPLY, BL_BAD_ANSWER, NULL },
  { CURLE_BAD_CONTENT_ENCODING, BL_BAD_ANSWER, "its gzip encoding is broken" },
  { CURLE_WRITE_ERROR, BL_BAD_ANSWER, "its body could not be decoded" },
  { CURLE_COULDNT_RESOLVE_HOST, BL_UNREACHABLE, NULL },
  { CURLE_COULDNT_RESOLVE_PROXY, BL_UNREACHABLE, "the proxy's name could not be resolved" },
  { CURLE_PROXY, BL_UNREACHABLE, "the proxy refused" },
  { CURLE_COULDNT_CONNECT, BL_UNREACHABLE, NULL },
  { CURLE_SSL_CONNECT_ERROR, BL_TLS, NULL },
  { CURLE_PEER_FAILED_VERIFICATION, BL_TLS, NULL },
  { CURLE_SSL_CACERT_BADFILE, BL_TLS, NULL },
  { CURLE_SSL_CERTPROBLEM, BL_TLS, NULL },
  { CURLE_SSL_CIPHER, BL_TLS, NULL },
  { CURLE_SSL_ENGINE_INITFAILED, BL_TLS, NULL },
  { CURLE_SSL_ISSUER_ERROR, BL_TLS, NULL },
  { CURLE_SSL_INVALIDCERTSTATUS, BL_TLS, NULL },
  { CURLE_OPERATION_TIMEDOUT, BL_TIMEOUT, NULL },
  { CURLE_GOT_NOTHING, BL_CUT, "the server closed it without an answer" },
  { CURLE_PARTIAL_FILE, BL_CUT, NULL },
  { CURLE_SEND_ERROR, BL_CUT, NULL },
  { CURLE_RECV_ERROR, BL_CUT, NULL },
  { CURLE_ABORTED_BY_CALLBACK, BL_CUT, "the kept-alive connection died after the request was sent; it was not sent again" },
  { (CURLcode)100, BL_TOO_LARGE, LONG_LINE }, /* CURLE_TOO_LARGE, since 8.6 */
  { CURLE_OK, BL_CUT, NULL }, /* whatever else it may be */
};
/* clang-format on */

/* A proxy that does not let us through is no answer. */
static bool proxy_refused(CURL *easy) {
  long code = asked(easy, CURLINFO_HTTP_CONNECTCODE);
  return code != 0 && code / 100 != 2;
}

/* A header line longer than libcurl takes (100 KiB) ends, in some versions,
 * as if memory had run out. Whether it has is told by asking for as much. */
static bool memory_ran_out(CURL *easy, struct bl_transfer *t) {
  if (t->head_complete || !t->begun) return true;
  char *bytes = bl_arena_take(&t->arena, PROBE);
  if (bytes == NULL) return true;
  memset(bytes, ' ', PROBE);
  char *escaped = curl_easy_escape(easy, bytes, PROBE); /* "%20" each */
  curl_free(escaped);
  return escaped == NULL;
}

/* libcurl's words on the failure. */
static const char *told(struct bl_transfer *t, const struct slot *slot,
                        CURLcode rc) {
  const char *words = slot->error[0] ? slot->error : curl_easy_strerror(rc);
  char why[64];
  int number = (int)asked(slot->easy, CURLINFO_OS_ERRNO);
  if (rc != CURLE_COULDNT_CONNECT || number == 0 ||
      strerror_r(number, why, sizeof(why)) != 0)
    return bl_arena_copy(&t->arena, words, strlen(words));
  return bl_arena_format(&t->arena, "%s (%s)", words, why);
}

static void fail_by_outcome(struct bl_transfer *t, const struct slot *slot,
                            CURLcode rc) {
  const struct outcome *o = outcomes;
  while (o->rc != CURLE_OK && o->rc != rc) o++;
  const char *reason = o->reason;
  if (o->rc == CURLE_OK)
    reason = curl_easy_strerror(rc);
  else if (reason == NULL)
    reason = told(t, slot, rc);
  bl_transfer_fail(t, o->status, reason);
}

/* Why a transfer ended without a whole answer. CURLE_RECV_ERROR has many
 * meanings; only libcurl's words tell a malformed chunk from a cut. */
static void fail_transfer(struct bl_transfer *t, const struct slot *slot,
                          CURLcode rc) {
  if (bl_transfer_fail_by_limit(t)) return;
  if (rc == CURLE_OUT_OF_MEMORY && !memory_ran_out(slot->easy, t))
    bl_transfer_fail(t, BL_TOO_LARGE, LONG_LINE);
  else if (rc == CURLE_RECV_ERROR && proxy_refused(slot->easy))
    bl_transfer_fail(
        t, BL_UNREACHABLE,
        bl_arena_format(&t->arena, "the proxy answered %ld",
                        asked(slot->easy, CURLINFO_HTTP_CONNECTCODE)));
  else if (rc == CURLE_RECV_ERROR && strstr(slot->error, "chunk") != NULL)
    bl_transfer_fail(t, BL_BAD_ANSWER, told(t, slot, rc));
  else
    fail_by_outcome(t, slot, rc);
}

/* Fills an exchange from the handle that served it. */
static void fill(struct bl_transfer *t, const struct slot *slot, CURLcode rc) {
  struct bl_exchange *x = &t->exchange;
  curl_off_t elapsed = 0;
  if (curl_easy_getinfo(slot->easy, CURLINFO_TOTAL_TIME_T, &elapsed) == 0)
    x->elapsed_us = elapsed;
  long code = asked(slot->easy, CURLINFO_RESPONSE_CODE);
  x->http_status = code < 200 ? 0 : code; /* 100 Continue is none yet */
  x->sent =
      t->begun && asked(slot->easy, CURLINFO_REQUEST_SIZE) > t->sent_before;
  if (rc != CURLE_OK) fail_transfer(t, slot, rc);
  bl_transfer_fill(t);
}

/* Takes a transfer off its slot, whose handle then waits for the next. Where a
 * connection was made the handle begins anew, since libcurl counts, over all
 * transfers of a handle, how often it repeated a request on another one, and
 * gives up at the sixth. */
static struct bl_transfer *release(struct bl_pool *pool, struct slot *slot) {
  struct bl_transfer *t = slot->transfer;
  slot->ready = asked(slot->easy, CURLINFO_NUM_CONNECTS) == 0;
  curl_multi_remove_handle(pool->multi, slot->easy);
  slot->transfer = NULL;
  pool->busy--;
  return t;
}

/* Makes a slot's handle, or gives it a new beginning. */
static CURLcode prepare(const struct bl_pool *pool, struct slot *slot) {
  if (slot->easy == NULL) slot->easy = curl_easy_init();
  if (slot->easy == NULL) return CURLE_OUT_OF_MEMORY;
  CURL *easy = slot->easy;
  curl_easy_reset(easy);
  CURLcode rc = set_pool_options(easy, pool, slot->error);
  SET(CURLOPT_PRIVATE, slot);
  SET(CURLOPT_PREREQDATA, slot);
  SET(CURLOPT_HEADERDATA, slot);
  SET(CURLOPT_WRITEDATA, slot);
  slot->ready = rc == CURLE_OK;
  slot->url[0] = slot->method[0] = '\0';
  slot->body = slot->fresh = false;
  slot->direct = -1;
  slot->timeout_ms = -1;
  return rc;
}

/* Gives a transfer to an idle slot. False: it could not begin, and says why. */
static bool start(struct bl_pool *pool, struct slot *slot,
                  struct bl_transfer *t) {
  CURLcode rc = slot->ready ? CURLE_OK : prepare(pool, slot);
  slot->error[0] = '\0';
  if (rc == CURLE_OK) rc = set_transfer_options(slot, pool, t);
  if (rc == CURLE_OK &&
      curl_multi_add_handle(pool->multi, slot->easy) != CURLM_OK)
    rc = CURLE_OUT_OF_MEMORY;
  if (rc != CURLE_OK) {
    slot->ready = false; /* what it was told is not known any more */
    bl_transfer_fail(t, rc == CURLE_OUT_OF_MEMORY ? BL_NOMEM : BL_UNSENDABLE,
                     curl_easy_strerror(rc));
    return false;
  }
  slot->transfer = t;
  pool->busy++;
  return true;
}

static void start_waiting(struct bl_pool *pool) {
  struct slot *slot = pool->slots;
  while (pool->waiting.first != NULL && pool->busy < pool->slot_count) {
    while (slot->transfer != NULL) slot++;
    struct bl_exchange *next = bl_exchanges_take(&pool->waiting);
    if (!start(pool, slot, (struct bl_transfer *)next))
      bl_exchanges_add(&pool->finished, next);
  }
}

static bool collect(struct bl_pool *pool) {
  bool any = false;
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
    struct slot *slot = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
    CURLcode rc = message->data.result;
    fill(slot->transfer, slot, rc);
    bl_exchanges_add(&pool->finished, &release(pool, slot)->exchange);
    any = true;
  }
  return any;
}

/* Beside memory, only the system's poll can fail. */
static enum bl_status settle(CURLMcode rc) {
  if (rc == CURLM_OUT_OF_MEMORY) return BL_NOMEM;
  return rc == CURLM_OK ? BL_OK : BL_UNREACHABLE;
}

/* Does what can be done without waiting. */
static enum bl_status step(struct bl_pool *pool) {
  do {
    start_waiting(pool);
    if (pool->busy == 0) return BL_OK;
    int running;
    enum bl_status s = settle(curl_multi_perform(pool->multi, &running));
    if (s != BL_OK) return s;
  } while (collect(pool) && pool->waiting.first != NULL);
  return BL_OK;
}

static int64_t now_ms(void) { return bl_clock_us() / 1000; }

enum bl_status bl_pool_wait(struct bl_pool *pool, long timeout_ms) {
  int64_t end = now_ms() + timeout_ms;
  for (;;) {
    enum bl_status s = step(pool);
    if (s != BL_OK) return s;
    if (pool->finished.first != NULL || pool->busy == 0) return BL_OK;
    int64_t left = end - now_ms();
    if (left <= 0) return BL_OK;
    int ms = left < INT_MAX ? (int)left : INT_MAX;
    s = settle(curl_multi_poll(pool->multi, NULL, 0, ms, NULL));
    if (s != BL_OK) return s;
  }
}

size_t bl_pool_sockets(struct bl_pool *pool, struct bl_socket *sockets,
                       size_t max) {
  fd_set reads, writes, others;
  int last = -1;
  size_t count = 0;
  FD_ZERO(&reads);
  FD_ZERO(&writes);
  FD_ZERO(&others);
  if (pool->busy == 0 || curl_multi_fdset(pool->multi, &reads, &writes, &others,
                                          &last) != CURLM_OK)
    return 0;
  for (int fd = 0; fd <= last; fd++) {
    bool in = FD_ISSET(fd, &reads), out = FD_ISSET(fd, &writes);
    if (!in && !out) continue;
    if (count < max) sockets[count] = (struct bl_socket){fd, in, out};
    count++;
  }
  return count;
}

/* Where no socket is at work yet, a resolver's thread, say, is asked soon. */
long bl_pool_timeout(struct bl_pool *pool) {
  struct bl_socket one;
  long ms = -1;
  if (pool->waiting.first != NULL && pool->busy < pool->slot_count) return 0;
  if (pool->finished.first != NULL) return 0;
  if (pool->busy == 0) return -1;
  curl_multi_timeout(pool->multi, &ms);
  bool blind = bl_pool_sockets(pool, &one, 1) == 0;
  return blind && (ms < 0 || ms > SOON_MS) ? SOON_MS : ms;
}

/* Taking a request in. */

/* How far away a host is. */
enum reach { FAR, LINK_LOCAL, LOOPBACK };

static enum reach reach_of(const char *host) {
  if (bl_is_loopback(host)) return LOOPBACK;
  return bl_is_link_local(host) ? LINK_LOCAL : FAR;
}

static bool has_authorization(const struct bl_request *request) {
  static const struct bl_text name = {"authorization", 13};
  for (size_t i = 0; i < request->header_count; i++)
    if (bl_text_same_folded(request->headers[i].name, name)) return true;
  return false;
}

/* Why a request must not go to a host, or NULL. */
static const char *scheme_fault(const char *scheme, enum reach reach,
                                const struct bl_request *request) {
  if (strcmp(scheme, "https") == 0) return NULL;
  if (strcmp(scheme, "http") != 0)
    return "the URL is neither https nor, to loopback, http";
  if (reach == LOOPBACK) return NULL;
  if (reach == FAR || !request->link_local)
    return "plain http goes to loopback alone; use https";
  return has_authorization(request)
             ? "plain http to a link-local address takes no Authorization"
             : NULL;
}

/* Reads a URL as libcurl will when it sends. */
static enum bl_status read_url(const struct bl_request *request,
                               enum reach *reach, const char **reason) {
  const char *url = request->url;
  char *scheme = NULL, *host = NULL;
  CURLU *parts = curl_url();
  CURLUcode rc = parts == NULL ? CURLUE_OUT_OF_MEMORY : CURLUE_OK;
  if (rc == CURLUE_OK)
    rc = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
  if (rc == CURLUE_OK) rc = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
  if (rc == CURLUE_OK) rc = curl_url_get(parts, CURLUPART_HOST, &host, 0);
  if (rc == CURLUE_OK) {
    *reach = reach_of(host);
    *reason = scheme_fault(scheme, *reach, request);
  } else if (rc == CURLUE_UNSUPPORTED_SCHEME) {
    *reason = scheme_fault("", FAR, request);
  } else {
    *reason = rc == CURLUE_USER_NOT_ALLOWED ? "the URL holds credentials"
                                            : "the URL is malformed";
  }
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parts);
  if (rc == CURLUE_OUT_OF_MEMORY) return BL_NOMEM;
  return *reason == NULL ? BL_OK : BL_UNSENDABLE;
}

/* Bytes of a URL up to and with the slash behind its host, or 0. */
static size_t origin_len(const char *url) {
  const char *host = strstr(url, "://");
  const char *end = host == NULL ? NULL : strpbrk(host + 3, "/?#\\");
  return end == NULL || *end != '/' ? 0 : (size_t)(end - url) + 1;
}

/* Most requests go where the one before went, so the verdict is kept; but for
 * a link-local host, where it depends on more than the URL. */
static enum bl_status check_url(struct bl_pool *pool,
                                const struct bl_request *request, bool *direct,
                                const char **reason) {
  const char *url = request->url;
  if (pool->origin_len > 0 &&
      strncmp(url, pool->origin, pool->origin_len) == 0) {
    *direct = pool->origin_direct;
    return BL_OK;
  }
  enum reach reach = FAR;
  enum bl_status s = read_url(request, &reach, reason);
  *direct = reach == LOOPBACK || (reach == LINK_LOCAL && request->link_local);
  size_t len = origin_len(url);
  if (s != BL_OK || reach == LINK_LOCAL || len == 0 ||
      len > sizeof(pool->origin))
    return s;
  memcpy(pool->origin, url, len);
  pool->origin_len = len;
  pool->origin_direct = *direct;
  return BL_OK;
}

/* One user of a block less. */
static void give_back(void *shared) {
  struct block *block = shared;
  if (block == NULL || --block->users > 0) return;
  struct bl_arena arena = block->arena;
  bl_arena_free(&arena);
}

/* Adds a line of its text to a block; a header without a value has libcurl's
 * "name;". */
static bool add_to_block(struct block *block, const struct bl_header *h) {
  static const struct bl_text type = {"content-type", 12};
  struct curl_slist *node = bl_arena_take(&block->arena, sizeof(*node));
  char *line = bl_arena_format(&block->arena, "%.*s%s%.*s", (int)h->name.len,
                               h->name.bytes, h->value.len > 0 ? ": " : ";",
                               (int)h->value.len, h->value.bytes);
  if (node == NULL || line == NULL) return false;
  *node = (struct curl_slist){.data = line, .next = block->lines};
  block->lines = node;
  if (bl_text_same_folded(h->name, type)) block->typed = true;
  return true;
}

static struct block *new_block(struct bl_pool *pool, struct bl_text text) {
  struct bl_arena arena;
  bl_arena_init(&arena, pool->alloc, pool->ud, SIZE_MAX, NULL, 0);
  struct block *block = bl_arena_take(&arena, sizeof(*block));
  if (block == NULL) return NULL;
  *block = (struct block){.arena = arena, .users = 1};
  block->text.len = text.len;
  block->text.bytes = bl_arena_copy(&block->arena, text.bytes, text.len);
  bool ok = block->text.bytes != NULL;
  struct bl_header h;
  while (ok && text.len > 0 && bl_header_take_line(&text, &h))
    ok = add_to_block(block, &h);
  if (ok) return block;
  give_back(block);
  return NULL;
}

/* Finds or makes the block of a request, for a transfer to share. Most requests
 * have the one before's, so that it is neither checked nor copied again. */
static enum bl_status find_block(struct bl_pool *pool, struct bl_text text,
                                 struct block **out, const char **reason) {
  *out = NULL;
  if (text.len == 0) return BL_OK;
  struct block *latest = pool->block;
  if (latest == NULL || latest->text.len != text.len ||
      memcmp(latest->text.bytes, text.bytes, text.len) != 0) {
    *reason = bl_request_lines_fault(text);
    if (*reason != NULL) return BL_UNSENDABLE;
    struct block *made = new_block(pool, text);
    if (made == NULL) return BL_NOMEM;
    give_back(latest);
    pool->block = latest = made;
  }
  latest->users++;
  *out = latest;
  return BL_OK;
}

/* The allocator of exchanges: a block of the usual size that one has left goes
 * to the next, without the way through the heap. */
static void *recycle(void *ud, void *old, size_t old_size, size_t size) {
  struct bl_pool *pool = ud;
  struct spare *spare = pool->spares;
  if (old == NULL && size == BL_ARENA_BLOCK && spare != NULL) {
    pool->spares = spare->next;
    pool->spare_count--;
    return spare;
  }
  if (size == 0 && old != NULL && old_size == BL_ARENA_BLOCK &&
      pool->spare_count < pool->slot_count) {
    spare = old;
    spare->next = pool->spares;
    pool->spares = spare;
    pool->spare_count++;
    return NULL;
  }
  return pool->alloc(pool->ud, old, old_size, size);
}

static void free_spares(struct bl_pool *pool) {
  while (pool->spares != NULL) {
    struct spare *spare = pool->spares;
    pool->spares = spare->next;
    pool->alloc(pool->ud, spare, BL_ARENA_BLOCK, 0);
  }
}

enum bl_status bl_pool_submit(struct bl_pool *pool,
                              const struct bl_request *request, uint64_t *id,
                              const char **reason) {
  bool direct = false;
  *reason = bl_request_fault(request);
  if (*reason != NULL) return BL_UNSENDABLE;
  enum bl_status s = check_url(pool, request, &direct, reason);
  if (s != BL_OK) return s;
  struct block *block;
  s = find_block(pool, request->lines, &block, reason);
  if (s != BL_OK) return s;
  struct bl_transfer *t = bl_transfer_new(recycle, pool, request);
  if (t == NULL) {
    give_back(block);
    return BL_NOMEM;
  }
  t->shared = block;
  t->give_back = give_back;
  t->direct = direct;
  t->exchange.id = *id = ++pool->last_id;
  bl_exchanges_add(&pool->waiting, &t->exchange);
  return BL_OK;
}

const struct bl_exchange *bl_pool_finished(const struct bl_pool *pool) {
  return pool->finished.first;
}

void bl_pool_clear(struct bl_pool *pool) { bl_exchanges_free(&pool->finished); }

size_t bl_pool_pending(const struct bl_pool *pool) {
  size_t count = pool->busy;
  const struct bl_exchange *at = pool->waiting.first;
  for (; at != NULL; at = at->next) count++;
  return count;
}

/* The slot that serves a request, or NULL. */
static struct slot *find_slot(struct bl_pool *pool, uint64_t id) {
  for (size_t i = 0; i < pool->slot_count; i++) {
    struct slot *slot = &pool->slots[i];
    if (slot->transfer != NULL && slot->transfer->exchange.id == id)
      return slot;
  }
  return NULL;
}

bool bl_pool_cancel(struct bl_pool *pool, uint64_t id) {
  struct bl_exchange *found = bl_exchanges_take_id(&pool->waiting, id);
  if (found == NULL) found = bl_exchanges_take_id(&pool->finished, id);
  struct slot *slot = found == NULL ? find_slot(pool, id) : NULL;
  if (slot != NULL) found = &release(pool, slot)->exchange;
  if (found != NULL) bl_exchange_free(found);
  return found != NULL;
}

/* Opening and closing. */

/* A failed initialisation is tried again by the next pool. */
static enum bl_status start_libcurl(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static bool started = false;
  pthread_mutex_lock(&lock);
  if (!started) started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  bool ok = started;
  pthread_mutex_unlock(&lock);
  return ok ? BL_OK : BL_NOMEM;
}

/* Copies a text of the options, which may be NULL. */
static bool keep(struct bl_pool *pool, const char **to, const char *text) {
  if (text == NULL) return true;
  *to = bl_arena_copy(&pool->arena, text, strlen(text));
  return *to != NULL;
}

static bool keep_agent(struct bl_pool *pool, const char *agent) {
  if (agent == NULL) return true;
  pool->agent_line = bl_arena_format(&pool->arena, "User-Agent: %s", agent);
  return pool->agent_line != NULL;
}

static bool set_up(struct bl_pool *pool,
                   const struct bl_pool_options *options) {
  size_t size = options->max_connections * sizeof(struct slot);
  pool->slots = bl_arena_take(&pool->arena, size);
  if (pool->slots == NULL) return false;
  memset(pool->slots, 0, size);
  pool->slot_count = options->max_connections;
  pool->multi = curl_multi_init();
  return pool->multi != NULL &&
         curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS,
                           (long)options->max_connections) == CURLM_OK &&
         keep(pool, &pool->ca_file, options->ca_file) &&
         keep(pool, &pool->proxy, options->proxy) &&
         keep_agent(pool, options->user_agent);
}

enum bl_status bl_pool_open(const struct bl_pool_options *options,
                            struct bl_pool **out) {
  *out = NULL;
  const char *agent = options->user_agent;
  struct bl_header agent_header = {{"user-agent", 10}, {agent, 0}};
  if (agent != NULL) agent_header.value.len = strlen(agent);
  if (!bl_header_sendable(&agent_header)) return BL_UNSENDABLE;
  if (start_libcurl() != BL_OK) return BL_NOMEM;
  struct bl_arena arena;
  bl_arena_init(&arena, options->alloc, options->ud, SIZE_MAX, NULL, 0);
  struct bl_pool *pool = bl_arena_take(&arena, sizeof(*pool));
  if (pool == NULL) return BL_NOMEM;
  *pool = (struct bl_pool){.alloc = options->alloc,
                           .ud = options->ud,
                           .arena = arena,
                           .http2 = options->http2};
  if (!set_up(pool, options)) {
    bl_pool_close(pool);
    return BL_NOMEM;
  }
  *out = pool;
  return BL_OK;
}

void bl_pool_close(struct bl_pool *pool) {
  if (pool == NULL) return;
  for (size_t i = 0; i < pool->slot_count; i++) {
    struct slot *slot = &pool->slots[i];
    if (slot->transfer != NULL)
      bl_exchange_free(&release(pool, slot)->exchange);
    curl_easy_cleanup(slot->easy);
  }
  curl_multi_cleanup(pool->multi);
  bl_exchanges_free(&pool->waiting);
  bl_exchanges_free(&pool->finished);
  give_back(pool->block);
  free_spares(pool);
  struct bl_arena arena = pool->arena;
  bl_arena_free(&arena);
}

const char *bl_pool_library(void) {
  return curl_version_info(CURLVERSION_NOW)->version;
}
