/* The sockets that libcurl wants watched, and the waiting for them. */
#ifndef BL_HTTP_SOCKETS_H
#define BL_HTTP_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>
#include <poll.h>

#include "arena.h"

struct bl_sockets {
  bl_alloc *alloc;
  void *ud;
  struct pollfd *at; /* `count` of them, room for `cap` */
  size_t count, cap;
  bool blind; /* memory ran out, and there are others that are not among them:
                 libcurl is to look itself. Over when nothing is under way */
};

/* No sockets yet. The allocator serves until bl_sockets_free. */
void bl_sockets_init(struct bl_sockets *sockets, bl_alloc *alloc, void *ud);
void bl_sockets_free(struct bl_sockets *sockets);

/* Has `multi` tell of its sockets here. */
CURLMcode bl_sockets_serve(struct bl_sockets *sockets, CURLM *multi);

/* Waits until one of them can be read or written as libcurl wants, or that
 * long, or until a signal comes. False: the system's poll failed. */
bool bl_sockets_wait(struct bl_sockets *sockets, int timeout_ms);

/* Tells `multi` what the wait has found, or, where it found nothing, that time
 * has passed. */
CURLMcode bl_sockets_tell(struct bl_sockets *sockets, CURLM *multi);

#endif
