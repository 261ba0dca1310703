/* What goes wrong with one request, because a rule asked for it. */
#ifndef BL_TROUBLE_H
#define BL_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When the connection is closed in place of an answer. */
enum bl_cut {
  BL_CUT_NONE,
  BL_CUT_BEFORE, /* nothing is carried out */
  BL_CUT_AFTER   /* carried out and committed */
};

/* How it is closed. */
enum bl_cut_how {
  BL_CUT_CLOSE, /* with an orderly end of the stream */
  BL_CUT_RESET, /* with a TCP reset */
  BL_CUT_HALF   /* behind half a status line */
};

/* What becomes of the body of an answer. */
enum bl_garble {
  BL_WHOLE,
  BL_EMPTY_BODY,  /* none */
  BL_MALFORMED,   /* ends in the middle; Content-Length agrees */
  BL_TRUNCATED,   /* ends in the middle; Content-Length does not */
  BL_HTML,        /* a page of HTML, as proxies send it */
  BL_WITH_BOM,    /* behind a byte order mark */
  BL_LOWER_INNER, /* "innererror" in lower case */
};

/* All zero: nothing goes wrong. */
struct bl_trouble {
  unsigned rule;           /* number of the rule, from 1; 0: none */
  bool chosen;             /* the rules were asked */
  unsigned status;         /* in place of the true one; 0: none */
  const char *code;        /* of the error (static); NULL: the status' own */
  const char *message;     /* with it (static); NULL: as code */
  bool applied;            /* carried out all the same */
  char retry_after[32];    /* a Retry-After header; "": none */
  int64_t retry_date_ms;   /* from now, for one that is a date; -1: none */
  unsigned delay_ms;       /* before the answer is sent */
  enum bl_cut cut;         /* in place of an answer */
  enum bl_cut_how cut_how; /* with `cut` */
  enum bl_garble garble;   /* of the answer's body */
  unsigned slow_ms;        /* in which the body trickles out; 0: at once */
  int length_off;          /* what Content-Length says too much */
  unsigned lag_ms;         /* until reads see what is written; 0: default */
  unsigned page;           /* size of a page; 0: default */
};

struct bl_incoming;

/* Whether the request is not carried out; the reply is then filled. */
bool bl_trouble_replaces(struct bl_incoming *request);

/* Makes of a filled reply what the trouble wants. `now_ms` is the clock's.
 * Without memory the reply stays as it is. */
void bl_trouble_dress(struct bl_incoming *request, int64_t now_ms);

#endif
