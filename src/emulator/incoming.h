/* One HTTP exchange: the request as it was gathered, and the reply to it.
 * Everything lies in its own arena and dies with it. */
#ifndef BL_INCOMING_H
#define BL_INCOMING_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/guid.h"
#include "core/value.h"
#include "trouble.h"

/* An option of the query, decoded. */
struct bl_option {
  struct bl_text name, value;
  struct bl_option *next;
};

/* How much an answer says of itself. Source: OData, odata.metadata */
enum bl_metadata { BL_MINIMAL, BL_NO_METADATA, BL_FULL_METADATA };

/* What is said back. */
struct bl_reply {
  unsigned status;          /* HTTP's; 0: nothing yet */
  struct bl_text body;      /* bytes NULL: none */
  const char *content_type; /* NULL: Graph's JSON, where there is a body */
  bool sign_in;             /* with the headers of the identity platform */
  const char *location;     /* of a 201, or NULL */
  const char *preference;   /* what was heeded of Prefer, or NULL */
  const char *allow;        /* the methods of a 405, or NULL */
  const char *authenticate; /* the challenge of a 401, or NULL */
  const char *retry_after;  /* a header, or NULL */
  bool close;               /* the connection behind it */
};

/* Header values are NULL where the request has none, and borrowed, like method
 * and path, from the connection until the exchange is over. */
struct bl_incoming {
  const char *method;
  const char *path; /* percent-encoded as it came, without the query */
  const char *host, *authorization, *content_type, *content_encoding;
  const char *accept, *prefer, *consistency; /* ConsistencyLevel */
  const char *content_length, *given_id;     /* client-request-id */
  struct bl_option *options;                 /* in their order */
  enum bl_metadata metadata;                 /* from `accept` */
  bool part;                                 /* of a batch */
  struct bl_buf body; /* in `arena`; its status says whether it is whole */

  bool local; /* from this machine; looked at for the admin path alone */
  /* A header by its name; NULL: there is none. */
  const char *(*header)(const struct bl_incoming *request, const char *name);

  unsigned permissions; /* of the bearer: bl_permission */

  char request_id[BL_GUID_TEXT];
  char client_request_id[65]; /* the client's where it is fit to be echoed */
  struct bl_reply reply;
  struct bl_trouble trouble;  /* in the reply's way */
  struct bl_shelved *shelved; /* of answer_shelf.h, in which the reply is sent;
                                 NULL: it is not */

  struct bl_arena arena;
  struct bl_incoming *next; /* while it waits for the worker */
  int64_t due_ms;           /* on the steady clock, while its reply waits */
  void (*done)(struct bl_incoming *request); /* called when reply is filled */
  void *connection;                          /* of whoever set `done` */
};

#endif
