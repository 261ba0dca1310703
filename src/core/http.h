/* A pool of HTTP transfers: requests go in, finished exchanges come out.
 *
 * One thread at a time uses a pool; several pools in several threads do not
 * disturb one another. Nothing is sent or received outside bl_pool_wait.
 * HTTP/1.1 over connections that are kept alive, or HTTP/2 where asked for. TLS
 * is 1.2 or newer and always verified; plain http goes to loopback alone (but
 * see link_local in exchange.h), and never through a proxy. Redirects are not
 * followed: the answer says where to. No signal is raised or handled, no output
 * written.
 *
 * libcurl is initialised for the process by the first bl_pool_open, behind a
 * lock, and stays so: other users in the process may rely on it. A host that
 * starts it itself (curl_global_init_mem, say) does so before. */
#ifndef BL_HTTP_H
#define BL_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "exchange.h"
#include "status.h"

struct bl_pool;

/* Texts are borrowed for the call of bl_pool_open. */
struct bl_pool_options {
  size_t max_connections; /* transfers under way at once, 1 at least; requests
                             beyond wait their turn */
  const char *ca_file;    /* PEM file of the authorities to trust in place of
                             the system's; NULL: the system's */
  const char *proxy;      /* URL of a proxy; "": none; NULL: as the environment
                             says (https_proxy, no_proxy, …) */
  const char *user_agent; /* NULL: no such header */
  bool http2; /* asks for HTTP/2 where TLS is spoken, and sends many requests
                 over one connection where the service agrees */
  bl_alloc *alloc; /* serves the pool and its exchanges, and must go on
                      doing so until the pool is closed */
  void *ud;        /* the allocator's */
};

/* The libcurl at work, such as "7.88.1". Static. */
const char *bl_pool_library(void);

/* Opens a pool. BL_NOMEM, BL_UNSENDABLE (the user agent has a character that
 * HTTP does not allow): *out is NULL. */
enum bl_status bl_pool_open(const struct bl_pool_options *options,
                            struct bl_pool **out);

/* Takes a request in; its exchange comes out of bl_pool_wait under the same
 * id. BL_UNSENDABLE: it breaks a rule of HTTP or of this pool, which *reason
 * (static) names, and nothing will be sent. */
enum bl_status bl_pool_submit(struct bl_pool *pool,
                              const struct bl_request *request, uint64_t *id,
                              const char **reason);

/* Sends and receives until an exchange has finished, nothing is left to do,
 * or `timeout_ms` has passed; 0 does what can be done without waiting.
 * BL_OK: look at bl_pool_finished. BL_NOMEM, BL_UNREACHABLE (the system's poll
 * failed): what is under way stays so. */
enum bl_status bl_pool_wait(struct bl_pool *pool, long timeout_ms);

/* For a host with an event loop of its own: what it waits for between calls of
 * bl_pool_wait(pool, 0). Those calls may change both. */
struct bl_socket {
  int fd;
  bool reads, writes; /* wait until it can be read, written */
};

/* The sockets at work, counted from 0; false: there are no more. */
bool bl_pool_socket(const struct bl_pool *pool, size_t index,
                    struct bl_socket *out);

/* Milliseconds after which the pool wants its turn though no socket moves; -1:
 * never. */
long bl_pool_timeout(struct bl_pool *pool);

/* The finished exchanges, first to finish first, or NULL; they stay until
 * bl_pool_clear frees them all. */
const struct bl_exchange *bl_pool_finished(const struct bl_pool *pool);
void bl_pool_clear(struct bl_pool *pool);

/* Requests that are under way or waiting their turn. */
size_t bl_pool_pending(const struct bl_pool *pool);

/* Drops a request wherever it is; a connection in use is closed. False: no
 * such request is known (any more). */
bool bl_pool_cancel(struct bl_pool *pool, uint64_t id);

/* Drops everything, closes all connections, frees the pool. NULL is fine. */
void bl_pool_close(struct bl_pool *pool);

#endif
