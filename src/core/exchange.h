/* One HTTP exchange: what is asked, and what became of it. No network here;
 * `http` moves the bytes. */
#ifndef BL_EXCHANGE_H
#define BL_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "header.h"
#include "status.h"
#include "value.h"

/* Everything is borrowed for the call that takes it. */
struct bl_request {
  const char *method; /* "GET", "POST", … */
  const char *url;    /* absolute and percent-encoded: https, or http to a
                         loopback host, or as link_local says */
  const struct bl_header *headers;
  size_t header_count;
  struct bl_text lines; /* more of them, "name: value", CR LF between; what is
                           the same from request to request is kept so */
  const char *trace;    /* client-request-id; NULL: none. An answer that names
                           another one is another request's, and refused */
  const char *body;     /* NULL: none. A POST, PUT or PATCH without one says
                           Content-Length: 0 */
  size_t body_len;      /* bytes */
  long timeout_ms; /* for the exchange, from when its turn has come; 0: none */
  size_t max_body; /* most bytes to take of the answer's body, decoded */
  size_t max_header; /* most bytes to take of the answer's header */
  bool fresh; /* over a connection of its own, none that was kept alive */
  bool once;  /* must not reach the service twice. libcurl repeats a request
                 whose kept-alive connection died; this one is then BL_CUT */
  bool link_local;  /* plain http may also go to 169.254.0.0/16, where a
                       platform hands its machines their identity: without an
                       Authorization header, and never through a proxy */
  const void *note; /* the caller's own: its exchange has it again */
};

/* How a request ended. Texts lie with the exchange. */
struct bl_exchange {
  struct bl_exchange *next; /* the one that finished after it, or NULL */
  uint64_t id;
  enum bl_status status; /* BL_OK: an answer came, whatever it says */
  const char *reason;    /* what went wrong, in words; NULL: nothing to add */
  bool sent;             /* bytes of the request left this machine */
  long http_status;      /* of the answer, even of one that was cut; 0: none */
  struct bl_text head;   /* likewise: its header, for bl_headers_read */
  struct bl_text body;   /* of a BL_OK answer, decoded from gzip */
  int64_t elapsed_us;    /* from when its turn had come */
  const char *trace;     /* its client-request-id, or NULL */
  const void *note;      /* as it was given */
};

struct bl_exchanges {
  struct bl_exchange *first, *last;
};

/* An exchange on its way. It lies, with all its texts, in its own arena. */
struct bl_transfer {
  struct bl_exchange exchange; /* first: what callers see of it */
  struct bl_arena arena;
  const char *method, *url, *body; /* copies; body may be NULL */
  size_t body_len;
  char **lines; /* request headers as lines, `line_count` of them */
  size_t line_count;
  long timeout_ms;
  bool once, fresh, direct, typed; /* direct: past any proxy; typed: one
                                       header is the content type */
  void *shared;                    /* of `http`, or NULL: given back … */
  void (*give_back)(void *shared); /* … by this */
  void *handle;                    /* of `http`, while it is under way */
  bool begun;                      /* a connection was ready for the request */
  bool reused;                     /* it had served another */
  long sent_before;                /* bytes sent until then, to a proxy, say */
  struct bl_buf head;              /* of the answer: its header block */
  size_t head_lines;               /* in it */
  bool head_complete;              /* the blank line has come */
  bool strange;                    /* it names another request */
  struct bl_buf answer;            /* its body */
};

/* What is wrong with a request as such, its URL left aside: static words, or
 * NULL. */
const char *bl_request_fault(const struct bl_request *request);

/* The same of header lines alone. */
const char *bl_request_lines_fault(struct bl_text lines);

/* A transfer with copies of all that the request holds but for `lines`, or
 * NULL: no memory. Answers are bounded by its limits, and so is what it may
 * allocate. */
struct bl_transfer *bl_transfer_new(bl_alloc *alloc, void *ud,
                                    const struct bl_request *request);

/* Frees the exchange and its transfer; the same for all of a list. */
void bl_exchange_free(struct bl_exchange *exchange);
void bl_exchanges_free(struct bl_exchanges *list);

/* Takes a line of the answer's header, and bytes of its body. False: a limit
 * or the memory has ended, as t->head.status or t->answer.status says. Of
 * interim answers (100 Continue) and trailers nothing is kept. */
bool bl_transfer_take_line(struct bl_transfer *t, const char *line, size_t n);
bool bl_transfer_take_body(struct bl_transfer *t, const char *bytes, size_t n);

/* Ends an exchange: `reason` is static or lies in the transfer's arena; NULL
 * says that it could not be made, so that memory has run out. */
void bl_transfer_fail(struct bl_transfer *t, enum bl_status status,
                      const char *reason);

/* Ends an exchange whose answer passed a limit, if that is what happened. */
bool bl_transfer_fail_by_limit(struct bl_transfer *t);

/* Reads what has come into the exchange's headers and body. */
void bl_transfer_fill(struct bl_transfer *t);

/* Lists: at the end; the first, or NULL; the one with that id, or NULL. */
void bl_exchanges_add(struct bl_exchanges *list, struct bl_exchange *exchange);
struct bl_exchange *bl_exchanges_take(struct bl_exchanges *list);
struct bl_exchange *bl_exchanges_take_id(struct bl_exchanges *list,
                                         uint64_t id);

#endif
