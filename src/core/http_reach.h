/* Where a request may go: https anywhere, plain http to this machine alone, or
 * as link_local in exchange.h says. */
#ifndef BL_HTTP_REACH_H
#define BL_HTTP_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "exchange.h"
#include "status.h"

/* The URL that was found in order last, which is where most requests go; and
 * then its origin, where the rest of them does. Zeroed: none yet. */
struct bl_reach {
  char url[512];
  size_t origin_len; /* bytes of it: "https://host:port/"; 0: none */
  bool direct;
};

/* Whether the request's URL is one to send it to; *direct: past any proxy.
 * BL_UNSENDABLE: *reason (static) says why not; BL_NOMEM. */
enum bl_status bl_reach_check(struct bl_reach *known,
                              const struct bl_request *request, bool *direct,
                              const char **reason);

#endif
