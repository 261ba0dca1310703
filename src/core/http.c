#include "http.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include <curl/curl.h>

#include "clock.h"
#include "http_handle.h"
#include "http_lines.h"
#include "http_outcome.h"
#include "http_reach.h"
#include "http_sockets.h"

#if LIBCURL_VERSION_NUM < 0x075700
#error "bylaw needs libcurl 7.87 or newer"
#endif

#define SOON_MS 50L

/* Space that an exchange has left, as arenas ask for it. */
struct spare {
  struct spare *next;
};

struct bl_pool {
  bl_alloc *alloc;
  void *ud;
  struct bl_arena arena; /* the pool itself, its handles, texts of options */
  CURLM *multi;
  struct bl_sockets sockets;
  struct bl_handle_options options;
  struct bl_exchanges waiting, finished;
  struct bl_handle *handles;
  size_t handle_count, busy; /* busy: of those, with a transfer */
  struct bl_block *block;    /* the latest, or NULL */
  struct spare *spares;      /* space of exchanges that are over, for others */
  size_t spare_count;
  uint64_t last_id;
  struct bl_reach reach;
};

static void start_waiting(struct bl_pool *pool) {
  if (pool->busy == 0) pool->sockets.blind = false;
  struct bl_handle *handle = pool->handles;
  while (pool->waiting.first != NULL && pool->busy < pool->handle_count) {
    while (handle->transfer != NULL) handle++;
    struct bl_exchange *next = bl_exchanges_take(&pool->waiting);
    if (bl_handle_start(handle, pool->multi, &pool->options,
                        (struct bl_transfer *)next))
      pool->busy++;
    else
      bl_exchanges_add(&pool->finished, next);
  }
}

static struct bl_exchange *release(struct bl_pool *pool,
                                   struct bl_handle *handle) {
  pool->busy--;
  return &bl_handle_release(handle, pool->multi)->exchange;
}

static bool collect(struct bl_pool *pool) {
  bool any = false;
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
    struct bl_handle *handle = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
    bl_outcome_fill(handle, message->data.result);
    bl_exchanges_add(&pool->finished, release(pool, handle));
    any = true;
  }
  return any;
}

/* Beside memory, only the system's poll can fail. */
static enum bl_status settle(CURLMcode rc) {
  if (rc == CURLM_OUT_OF_MEMORY) return BL_NOMEM;
  return rc == CURLM_OK ? BL_OK : BL_UNREACHABLE;
}

/* Begins what is waiting its turn, as long as there is room. */
static enum bl_status begin(struct bl_pool *pool) {
  do {
    start_waiting(pool);
    if (pool->busy == 0) return BL_OK;
    int running;
    enum bl_status s = settle(curl_multi_socket_action(
        pool->multi, CURL_SOCKET_TIMEOUT, 0, &running));
    if (s != BL_OK) return s;
  } while (collect(pool) && pool->waiting.first != NULL);
  return BL_OK;
}

/* Milliseconds after which libcurl wants its turn though no socket moves; -1:
 * never. Where no socket is at work, a resolver's thread, say, it is soon. */
static long patience(struct bl_pool *pool) {
  long ms = -1;
  bool blind = pool->sockets.blind || pool->sockets.count == 0;
  curl_multi_timeout(pool->multi, &ms);
  return blind && (ms < 0 || ms > SOON_MS) ? SOON_MS : ms;
}

/* Waits for the sockets at work, that long at most, and lets libcurl go on. */
static enum bl_status turn(struct bl_pool *pool, int64_t most_ms) {
  long ms = patience(pool);
  if (ms < 0 || ms > most_ms) ms = most_ms < INT_MAX ? (long)most_ms : INT_MAX;
  if (!bl_sockets_wait(&pool->sockets, (int)ms)) return BL_UNREACHABLE;
  enum bl_status s = settle(bl_sockets_tell(&pool->sockets, pool->multi));
  if (collect(pool) && pool->waiting.first != NULL && s == BL_OK)
    s = begin(pool);
  return s;
}

static int64_t now_ms(void) { return bl_clock_us() / 1000; }

enum bl_status bl_pool_wait(struct bl_pool *pool, long timeout_ms) {
  int64_t left = timeout_ms, end = now_ms() + timeout_ms;
  enum bl_status s = begin(pool);
  while (s == BL_OK && pool->busy > 0) {
    s = turn(pool, pool->finished.first == NULL && left > 0 ? left : 0);
    if (left <= 0 || pool->finished.first != NULL) break;
    left = end - now_ms();
  }
  return s;
}

bool bl_pool_socket(const struct bl_pool *pool, size_t index,
                    struct bl_socket *out) {
  if (index >= pool->sockets.count) return false;
  const struct pollfd *at = &pool->sockets.at[index];
  out->fd = at->fd;
  out->reads = at->events & POLLIN;
  out->writes = at->events & POLLOUT;
  return true;
}

long bl_pool_timeout(struct bl_pool *pool) {
  if (pool->waiting.first != NULL && pool->busy < pool->handle_count) return 0;
  if (pool->finished.first != NULL) return 0;
  return pool->busy == 0 ? -1 : patience(pool);
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
      pool->spare_count < pool->handle_count) {
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
  enum bl_status s = bl_reach_check(&pool->reach, request, &direct, reason);
  if (s != BL_OK) return s;
  struct bl_block *block;
  s = bl_block_find(&pool->block, pool->alloc, pool->ud, request->lines, &block,
                    reason);
  if (s != BL_OK) return s;
  struct bl_transfer *t = bl_transfer_new(recycle, pool, request);
  if (t == NULL) {
    bl_block_give_back(block);
    return BL_NOMEM;
  }
  t->shared = block;
  t->give_back = bl_block_give_back;
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

/* The handle that serves a request, or NULL. */
static struct bl_handle *find_handle(struct bl_pool *pool, uint64_t id) {
  for (size_t i = 0; i < pool->handle_count; i++) {
    struct bl_handle *handle = &pool->handles[i];
    if (handle->transfer != NULL && handle->transfer->exchange.id == id)
      return handle;
  }
  return NULL;
}

bool bl_pool_cancel(struct bl_pool *pool, uint64_t id) {
  struct bl_exchange *found = bl_exchanges_take_id(&pool->waiting, id);
  if (found == NULL) found = bl_exchanges_take_id(&pool->finished, id);
  struct bl_handle *handle = found == NULL ? find_handle(pool, id) : NULL;
  if (handle != NULL) found = release(pool, handle);
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
  pool->options.agent_line =
      bl_arena_format(&pool->arena, "User-Agent: %s", agent);
  return pool->options.agent_line != NULL;
}

static bool set_up(struct bl_pool *pool,
                   const struct bl_pool_options *options) {
  size_t size = options->max_connections * sizeof(struct bl_handle);
  pool->handles = bl_arena_take(&pool->arena, size);
  if (pool->handles == NULL) return false;
  memset(pool->handles, 0, size);
  pool->handle_count = options->max_connections;
  pool->multi = curl_multi_init();
  return pool->multi != NULL &&
         curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS,
                           (long)options->max_connections) == CURLM_OK &&
         bl_sockets_serve(&pool->sockets, pool->multi) == CURLM_OK &&
         keep(pool, &pool->options.ca_file, options->ca_file) &&
         keep(pool, &pool->options.proxy, options->proxy) &&
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
                           .options.http2 = options->http2};
  bl_sockets_init(&pool->sockets, options->alloc, options->ud);
  if (!set_up(pool, options)) {
    bl_pool_close(pool);
    return BL_NOMEM;
  }
  *out = pool;
  return BL_OK;
}

void bl_pool_close(struct bl_pool *pool) {
  if (pool == NULL) return;
  for (size_t i = 0; i < pool->handle_count; i++) {
    struct bl_handle *handle = &pool->handles[i];
    if (handle->transfer != NULL) bl_exchange_free(release(pool, handle));
    bl_handle_close(handle);
  }
  curl_multi_cleanup(pool->multi);
  bl_sockets_free(&pool->sockets);
  bl_exchanges_free(&pool->waiting);
  bl_exchanges_free(&pool->finished);
  bl_block_give_back(pool->block);
  free_spares(pool);
  struct bl_arena arena = pool->arena;
  bl_arena_free(&arena);
}

const char *bl_pool_library(void) {
  return curl_version_info(CURLVERSION_NOW)->version;
}
