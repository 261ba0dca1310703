/* A libcurl handle and what it was told. It serves transfer after transfer;
 * what is still right is not told again. */
#ifndef BL_HTTP_HANDLE_H
#define BL_HTTP_HANDLE_H

#include <stdbool.h>

#include <curl/curl.h>

#include "exchange.h"

/* What is the same for all handles of a pool. Texts stay as long as they. */
struct bl_handle_options {
  const char *ca_file, *proxy; /* as in bl_pool_options */
  bool http2;
  char *agent_line; /* "User-Agent: …", or NULL */
};

/* Zeroed: its libcurl handle is made when it is first needed, and then kept. */
struct bl_handle {
  CURL *easy;       /* NULL: not made yet */
  bool ready;       /* it has the options of the pool */
  CURLU *parts;     /* of the URL, so that it is read once; or NULL */
  char url[512];    /* that it was last told; "": none, or a longer one */
  char method[16];  /* likewise */
  bool body, fresh; /* likewise */
  int direct;       /* likewise; -1: nothing yet */
  long timeout_ms;  /* likewise; -1: nothing yet */
  struct bl_transfer *transfer; /* NULL: idle */
  struct curl_slist *headers;   /* of the transfer, in its arena */
  char error[CURL_ERROR_SIZE];  /* libcurl's words on the last failure */
};

/* Tells the handle all about a transfer and adds it to `multi`. False: it could
 * not begin, and the transfer says why. */
bool bl_handle_start(struct bl_handle *handle, CURLM *multi,
                     const struct bl_handle_options *options,
                     struct bl_transfer *t);

/* Takes the transfer off the handle, which then waits for the next. */
struct bl_transfer *bl_handle_release(struct bl_handle *handle, CURLM *multi);

/* A number that libcurl knows of a transfer; 0 where it does not. */
long bl_handle_asked(CURL *easy, CURLINFO what);

/* Frees what is libcurl's. */
void bl_handle_close(struct bl_handle *handle);

#endif
