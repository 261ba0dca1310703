/* Which handler answers a request. */
#ifndef BL_ROUTES_H
#define BL_ROUTES_H

#include "clock.h"
#include "core/kinds.h"
#include "identity.h"
#include "incoming.h"
#include "permissions.h"
#include "store.h"

/* What handlers work with; the worker's alone while it runs. */
struct bl_service {
  struct bl_store *store;
  const char *token; /* the bearer that is asked for */
  const char *url;   /* without a slash at its end */
  bool check;        /* definitions are judged before they are stored */
  struct bl_ids ids; /* given out so far */
  struct bl_clock clock;
  struct bl_identity *identity;
  bool enforce; /* permissions, as a token has them */
};

/* One request on its way through a handler. */
struct bl_call {
  struct bl_service *service;
  struct bl_incoming *request;
  struct bl_arena *scratch;   /* dies when the handler returns */
  const char *version;        /* "v1.0" or "beta" */
  const struct bl_kind *kind; /* of {collection}; NULL: the legacy path */
  struct bl_text id_text;     /* of {id}, as it came */
  uint8_t id[BL_GUID_BYTES];
};

/* Fills request->reply, refusals included. Anything but BL_OK: it could not,
 * and wrote nothing that must stay; BL_STORE: the store refused, and whether
 * its transaction still stands must be asked of it. A handler that writes has
 * its reply ready before it does. */
typedef enum bl_status bl_handler(struct bl_call *call);

/* Finds the handler and calls it, once the bearer is right. */
enum bl_status bl_routes_answer(struct bl_service *service,
                                struct bl_incoming *request,
                                struct bl_arena *scratch);

#endif
