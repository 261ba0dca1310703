#include "http_handle.h"

#include <string.h>

#include "http_lines.h"

#define CONNECT_MS 15000L /* for resolving, connecting and TLS */

long bl_handle_asked(CURL *easy, CURLINFO what) {
  long value = 0;
  return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : 0;
}

/* What libcurl calls during a transfer. */

/* Called when a connection is ready for the request: once, or again when
 * libcurl is about to repeat it because a kept-alive connection died. What has
 * left for such a connection may have arrived. */
static int before_send(void *ud, char *ip, char *own_ip, int port,
                       int own_port) {
  struct bl_transfer *t = ((struct bl_handle *)ud)->transfer;
  (void)ip;
  (void)own_ip;
  (void)port;
  (void)own_port;
  long sent = bl_handle_asked(t->handle, CURLINFO_REQUEST_SIZE);
  if (!t->begun) t->sent_before = sent;
  t->begun = true;
  t->reused = bl_handle_asked(t->handle, CURLINFO_NUM_CONNECTS) == 0;
  return t->once && sent > t->sent_before ? CURL_PREREQFUNC_ABORT
                                          : CURL_PREREQFUNC_OK;
}

static size_t take_line(char *bytes, size_t size, size_t count, void *ud) {
  size_t n = size * count;
  struct bl_handle *handle = ud;
  return bl_transfer_take_line(handle->transfer, bytes, n) ? n : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *ud) {
  size_t n = size * count;
  struct bl_handle *handle = ud;
  return bl_transfer_take_body(handle->transfer, bytes, n) ? n : 0;
}

/* Sets one option unless an earlier one has failed. */
#define SET(option, value)                                                     \
  do {                                                                         \
    if (rc == CURLE_OK) rc = curl_easy_setopt(easy, option, value);            \
  } while (0)

/* What is the same for all transfers of a pool. */
static CURLcode set_pool_options(CURL *easy,
                                 const struct bl_handle_options *options,
                                 char *error) {
  CURLcode rc = CURLE_OK;
  SET(CURLOPT_ERRORBUFFER, error);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_HTTP_VERSION,
      (long)(options->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  SET(CURLOPT_PIPEWAIT, (long)options->http2);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  if (options->ca_file != NULL) {
    SET(CURLOPT_CAINFO, options->ca_file);
    /* fails only where there is no such folder to leave out */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  }
  SET(CURLOPT_ACCEPT_ENCODING, "gzip"); /* decodes; bl_lines_of asks for it */
  SET(CURLOPT_PREREQFUNCTION, before_send);
  SET(CURLOPT_HEADERFUNCTION, take_line);
  SET(CURLOPT_WRITEFUNCTION, take_body);
  return rc;
}

/* Keeps what libcurl was told; "" where it is too long to be kept. */
static void note(char *kept, size_t size, const char *text) {
  size_t len = strlen(text) + 1;
  kept[0] = '\0';
  if (len <= size) memcpy(kept, text, len);
}

/* The method, where it is another than before. POST is libcurl's word for
 * "with a body"; other methods with one are POST under another name, so that an
 * empty body has a length. */
static CURLcode set_method(struct bl_handle *handle, const char *method,
                           bool body) {
  CURL *easy = handle->easy;
  CURLcode rc = CURLE_OK;
  if (body == handle->body && strcmp(method, handle->method) == 0) return rc;
  if (body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "POST") ? method : NULL);
  } else if (strcmp(method, "HEAD") == 0) {
    SET(CURLOPT_NOBODY, 1L);
    SET(CURLOPT_CUSTOMREQUEST, NULL);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
    SET(CURLOPT_CUSTOMREQUEST, strcmp(method, "GET") ? method : NULL);
  }
  note(handle->method, sizeof(handle->method), method);
  handle->body = body;
  return rc;
}

/* Method and body. A body is borrowed, so that none of an earlier request may
 * stay. */
static CURLcode set_content(struct bl_handle *handle,
                            const struct bl_transfer *t) {
  CURL *easy = handle->easy;
  CURLcode rc = CURLE_OK;
  bool body = t->body != NULL || strcmp(t->method, "POST") == 0 ||
              strcmp(t->method, "PUT") == 0 || strcmp(t->method, "PATCH") == 0;
  if (body || handle->body) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
    SET(CURLOPT_POSTFIELDS, t->body != NULL ? t->body : "");
  }
  return rc == CURLE_OK ? set_method(handle, t->method, body) : rc;
}

/* Gives libcurl the URL in its parts too: it then neither reads nor writes it
 * again for each transfer. Some versions lose an address's zone on the way. */
static CURLcode read_url(struct bl_handle *handle, const char *url) {
  char *zone = NULL;
  if (handle->parts == NULL) handle->parts = curl_url();
  if (handle->parts == NULL) return CURLE_OUT_OF_MEMORY;
  CURLUcode rc =
      curl_url_set(handle->parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
  if (rc == CURLUE_OUT_OF_MEMORY) return CURLE_OUT_OF_MEMORY;
  if (rc != CURLUE_OK) return CURLE_URL_MALFORMAT;
  bool zoned = curl_url_get(handle->parts, CURLUPART_ZONEID, &zone, 0) !=
               CURLUE_NO_ZONEID;
  curl_free(zone);
  return curl_easy_setopt(handle->easy, CURLOPT_CURLU,
                          zoned ? NULL : handle->parts);
}

static CURLcode set_url(struct bl_handle *handle, const struct bl_transfer *t) {
  if (strcmp(t->url, handle->url) == 0) return CURLE_OK;
  CURL *easy = handle->easy;
  CURLcode rc = CURLE_OK;
  handle->url[0] = '\0';
  SET(CURLOPT_URL, t->url);
  if (rc == CURLE_OK) rc = read_url(handle, t->url);
  if (rc == CURLE_OK) note(handle->url, sizeof(handle->url), t->url);
  return rc;
}

static CURLcode set_times(struct bl_handle *handle, long timeout_ms) {
  CURL *easy = handle->easy;
  CURLcode rc = CURLE_OK;
  if (timeout_ms == handle->timeout_ms) return rc;
  SET(CURLOPT_TIMEOUT_MS, timeout_ms);
  SET(CURLOPT_CONNECTTIMEOUT_MS,
      timeout_ms > 0 && timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS);
  handle->timeout_ms = rc == CURLE_OK ? timeout_ms : -1;
  return rc;
}

/* What differs from transfer to transfer. The handle has served others before:
 * what it was told then and is still right is not told again. */
static CURLcode set_transfer_options(struct bl_handle *handle,
                                     const struct bl_handle_options *options,
                                     struct bl_transfer *t) {
  CURL *easy = handle->easy;
  t->handle = easy;
  CURLcode rc = bl_lines_of(t, options->agent_line, &handle->headers)
                    ? CURLE_OK
                    : CURLE_OUT_OF_MEMORY;
  SET(CURLOPT_HTTPHEADER, handle->headers);
  if (rc == CURLE_OK) rc = set_url(handle, t);
  if (rc == CURLE_OK) rc = set_times(handle, t->timeout_ms);
  if (t->direct != handle->direct)
    SET(CURLOPT_PROXY, t->direct ? "" : options->proxy);
  if (t->fresh != handle->fresh) SET(CURLOPT_FRESH_CONNECT, (long)t->fresh);
  handle->direct = t->direct;
  handle->fresh = t->fresh;
  return rc == CURLE_OK ? set_content(handle, t) : rc;
}

/* Makes libcurl's handle, or gives it a new beginning. */
static CURLcode prepare(struct bl_handle *handle,
                        const struct bl_handle_options *options) {
  if (handle->easy == NULL) handle->easy = curl_easy_init();
  if (handle->easy == NULL) return CURLE_OUT_OF_MEMORY;
  CURL *easy = handle->easy;
  curl_easy_reset(easy);
  CURLcode rc = set_pool_options(easy, options, handle->error);
  SET(CURLOPT_PRIVATE, handle);
  SET(CURLOPT_PREREQDATA, handle);
  SET(CURLOPT_HEADERDATA, handle);
  SET(CURLOPT_WRITEDATA, handle);
  handle->ready = rc == CURLE_OK;
  handle->url[0] = handle->method[0] = '\0';
  handle->body = handle->fresh = false;
  handle->direct = -1;
  handle->timeout_ms = -1;
  return rc;
}

bool bl_handle_start(struct bl_handle *handle, CURLM *multi,
                     const struct bl_handle_options *options,
                     struct bl_transfer *t) {
  CURLcode rc = handle->ready ? CURLE_OK : prepare(handle, options);
  handle->error[0] = '\0';
  if (rc == CURLE_OK) rc = set_transfer_options(handle, options, t);
  if (rc == CURLE_OK && curl_multi_add_handle(multi, handle->easy) != CURLM_OK)
    rc = CURLE_OUT_OF_MEMORY;
  if (rc != CURLE_OK) {
    handle->ready = false; /* what it was told is not known any more */
    bl_transfer_fail(t, rc == CURLE_OUT_OF_MEMORY ? BL_NOMEM : BL_UNSENDABLE,
                     curl_easy_strerror(rc));
    return false;
  }
  handle->transfer = t;
  return true;
}

/* Where a connection was made the handle begins anew, since libcurl counts,
 * over all transfers of a handle, how often it repeated a request on another
 * one, and gives up at the sixth. */
struct bl_transfer *bl_handle_release(struct bl_handle *handle, CURLM *multi) {
  struct bl_transfer *t = handle->transfer;
  handle->ready = bl_handle_asked(handle->easy, CURLINFO_NUM_CONNECTS) == 0;
  curl_multi_remove_handle(multi, handle->easy);
  handle->transfer = NULL;
  return t;
}

void bl_handle_close(struct bl_handle *handle) {
  curl_easy_cleanup(handle->easy);
  curl_url_cleanup(handle->parts);
  handle->easy = NULL;
  handle->parts = NULL;
}
