#include "http_sockets.h"

#include <errno.h>

#define FIRST 16 /* sockets that there is room for at first */

void bl_sockets_init(struct bl_sockets *sockets, bl_alloc *alloc, void *ud) {
  *sockets = (struct bl_sockets){.alloc = alloc, .ud = ud};
}

void bl_sockets_free(struct bl_sockets *sockets) {
  if (sockets->at != NULL)
    sockets->alloc(sockets->ud, sockets->at,
                   sockets->cap * sizeof(sockets->at[0]), 0);
  bl_sockets_init(sockets, sockets->alloc, sockets->ud);
}

static bool grow(struct bl_sockets *sockets) {
  const size_t size = sizeof(sockets->at[0]);
  size_t cap = sockets->cap == 0 ? FIRST : 2 * sockets->cap;
  void *at =
      sockets->alloc(sockets->ud, sockets->at, sockets->cap * size, cap * size);
  if (at == NULL) return false;
  sockets->at = at;
  sockets->cap = cap;
  return true;
}

/* The place of a socket; `count` where it is not among them. */
static size_t find(const struct bl_sockets *sockets, curl_socket_t fd) {
  size_t i = 0;
  while (i < sockets->count && sockets->at[i].fd != fd) i++;
  return i;
}

/* The last takes the place of one that goes, so that whoever goes through them
 * from the end misses none. */
static void forget(struct bl_sockets *sockets, size_t i) {
  if (i < sockets->count) sockets->at[i] = sockets->at[--sockets->count];
}

/* What libcurl calls when it wants a socket watched, otherwise than before, or
 * no more. */
static int changed(CURL *easy, curl_socket_t fd, int what, void *ud,
                   void *of_socket) {
  struct bl_sockets *sockets = ud;
  size_t i = find(sockets, fd);
  (void)easy;
  (void)of_socket;
  if (what == CURL_POLL_REMOVE) {
    forget(sockets, i);
    return 0;
  }
  if (i == sockets->cap && !grow(sockets)) {
    sockets->blind = true;
    return 0;
  }
  if (i == sockets->count) sockets->at[sockets->count++].revents = 0;
  sockets->at[i].fd = fd;
  sockets->at[i].events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
                                  (what & CURL_POLL_OUT ? POLLOUT : 0));
  return 0;
}

CURLMcode bl_sockets_serve(struct bl_sockets *sockets, CURLM *multi) {
  CURLMcode rc = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sockets);
  return rc == CURLM_OK
             ? curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, changed)
             : rc;
}

bool bl_sockets_wait(struct bl_sockets *sockets, int timeout_ms) {
  int ready = poll(sockets->at, (nfds_t)sockets->count, timeout_ms);
  if (ready < 0)
    for (size_t i = 0; i < sockets->count; i++) sockets->at[i].revents = 0;
  return ready >= 0 || errno == EINTR;
}

/* What poll found. An answer that has come is all that libcurl is told; of
 * anything else it asks the system once more itself, since a server that
 * refuses a body while it is being sent may have answered meanwhile. */
static int mask_of(short found) {
  return found == POLLIN ? CURL_CSELECT_IN : 0;
}

CURLMcode bl_sockets_tell(struct bl_sockets *sockets, CURLM *multi) {
  int running;
  bool any = false;
  if (sockets->blind) return curl_multi_perform(multi, &running);
  for (size_t i = sockets->count; i-- > 0;) {
    if (i >= sockets->count || sockets->at[i].revents == 0) continue;
    int mask = mask_of(sockets->at[i].revents);
    any = true;
    sockets->at[i].revents = 0;
    CURLMcode rc =
        curl_multi_socket_action(multi, sockets->at[i].fd, mask, &running);
    if (rc != CURLM_OK) return rc;
  }
  return any ? CURLM_OK
             : curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0,
                                        &running);
}
