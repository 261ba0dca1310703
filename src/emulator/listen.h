/* The socket that the emulator listens on. */
#ifndef BL_LISTEN_H
#define BL_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

struct bl_listener {
  int fd; /* the caller's to close */
  uint16_t port;
  char url[96]; /* "http://127.0.0.1:8080": the address that was bound */
};

/* Binds and listens. `host` is an address or a name, port 0 lets the system
 * pick. Anything but loopback is refused unless `allow_remote`. `secure`: the
 * URL says https. BL_INVALID: a host that is none, or one that is not allowed;
 * BL_LISTEN: the system refused. */
enum bl_status bl_listen(const char *host, uint16_t port, bool allow_remote,
                         bool secure, struct bl_listener *out,
                         char reason[BL_REASON]);

struct sockaddr;

/* Whether an address is this machine's own, loopback. */
bool bl_is_local(const struct sockaddr *address);

#endif
