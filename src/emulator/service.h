/* What handlers work with, and how they are called. */
#ifndef BL_SERVICE_H
#define BL_SERVICE_H

#include "clock.h"
#include "core/kinds.h"
#include "decisions.h"
#include "entity.h"
#include "faults.h"
#include "identity.h"
#include "incoming.h"
#include "permissions.h"
#include "query.h"
#include "store.h"

struct bl_log;

/* What can be changed while it runs, as it is at the start. */
struct bl_start {
  const char *faults; /* rules of trouble, or NULL */
  unsigned lag_ms, page;
};

/* The worker's alone while it runs. */
struct bl_service {
  struct bl_store *store;
  const char *token; /* the bearer that is asked for */
  const char *url;   /* without a slash at its end */
  bool check;        /* definitions are judged before they are stored */
  struct bl_decisions decisions;
  struct bl_ids ids; /* given out so far */
  struct bl_clock clock;
  struct bl_identity *identity;
  bool enforce;             /* permissions, as a token has them */
  struct bl_faults *faults; /* trouble on request */
  struct bl_log *log;       /* of requests */
  const char *admin_token;  /* the bearer of the admin path */
  struct bl_start at_start;
  atomic_uint lag_ms; /* until reads see what was written */
  atomic_uint page;   /* size of pages; 0: the service's own */
};

/* One request on its way through a handler. */
struct bl_call {
  struct bl_service *service;
  struct bl_incoming *request;
  struct bl_arena *scratch;        /* dies when the handler returns */
  const char *version;             /* "v1.0" or "beta" */
  const struct bl_kind *kind;      /* of {collection} or {navigation}; NULL: the
                                      legacy path, or none */
  const struct bl_entity *objects; /* of {objects}; NULL: none */
  struct bl_text target_text;      /* of {target}, as it came */
  uint8_t target[BL_GUID_BYTES];   /* an object's id, or with `by_app` its
                                      application's */
  bool by_app;
  struct bl_text id_text; /* of {id}, as it came */
  uint8_t id[BL_GUID_BYTES];
  struct bl_query query; /* as the route lets it be */
  const char *location;  /* of what is created, or NULL */
};

/* Fills request->reply, refusals included. Anything but BL_OK: it could not,
 * and wrote nothing that must stay; BL_STORE: the store refused, and whether
 * its transaction still stands must be asked of it. A handler that writes has
 * its reply ready before it does. */
typedef enum bl_status bl_handler(struct bl_call *call);

#endif
