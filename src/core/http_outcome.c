#include "http_outcome.h"

#include <string.h>

#define PROBE 50000 /* bytes; three times that is asked for */
#define LONG_LINE "a line of the answer's header is longer than libcurl takes"

/* How libcurl's codes read here. Where its own words are told they name a
 * host, a certificate's fault or a count of bytes; elsewhere they might quote
 * a proxy's URL with its password. */
/* clang-format off */
static const struct outcome {
  CURLcode rc;
  enum bl_status status;
  const char *reason; /* NULL: libcurl's words are told */
} outcomes[] = {
  { CURLE_OUT_OF_MEMORY, BL_NOMEM, "" },
  { CURLE_URL_MALFORMAT, BL_UNSENDABLE, "the URL is malformed" },
  { CURLE_UNSUPPORTED_PROTOCOL, BL_BAD_ANSWER, "it does not begin as HTTP does" },
  { CURLE_WEIRD_SERVER_REPLY, BL_BAD_ANSWER, NULL },
  { CURLE_BAD_CONTENT_ENCODING, BL_BAD_ANSWER, "its gzip encoding is broken" },
  { CURLE_WRITE_ERROR, BL_BAD_ANSWER, "its body could not be decoded" },
  { CURLE_COULDNT_RESOLVE_HOST, BL_UNREACHABLE, NULL },
  { CURLE_COULDNT_RESOLVE_PROXY, BL_UNREACHABLE, "the proxy's name could not be resolved" },
  { CURLE_PROXY, BL_UNREACHABLE, "the proxy refused" },
  { CURLE_COULDNT_CONNECT, BL_UNREACHABLE, NULL },
  { CURLE_SSL_CONNECT_ERROR, BL_TLS, NULL },
  { CURLE_PEER_FAILED_VERIFICATION, BL_TLS, NULL },
  { CURLE_SSL_CACERT_BADFILE, BL_TLS, NULL },
  { CURLE_SSL_CERTPROBLEM, BL_TLS, NULL },
  { CURLE_SSL_CIPHER, BL_TLS, NULL },
  { CURLE_SSL_ENGINE_INITFAILED, BL_TLS, NULL },
  { CURLE_SSL_ISSUER_ERROR, BL_TLS, NULL },
  { CURLE_SSL_INVALIDCERTSTATUS, BL_TLS, NULL },
  { CURLE_OPERATION_TIMEDOUT, BL_TIMEOUT, NULL },
  { CURLE_GOT_NOTHING, BL_CUT, "the server closed it without an answer" },
  { CURLE_PARTIAL_FILE, BL_CUT, NULL },
  { CURLE_SEND_ERROR, BL_CUT, NULL },
  { CURLE_RECV_ERROR, BL_CUT, NULL },
  { CURLE_ABORTED_BY_CALLBACK, BL_CUT, "the kept-alive connection died after the request was sent; it was not sent again" },
  { (CURLcode)100, BL_TOO_LARGE, LONG_LINE }, /* CURLE_TOO_LARGE, since 8.6 */
  { CURLE_OK, BL_CUT, NULL }, /* whatever else it may be */
};
/* clang-format on */

/* A proxy that does not let us through is no answer. */
static bool proxy_refused(CURL *easy) {
  long code = bl_handle_asked(easy, CURLINFO_HTTP_CONNECTCODE);
  return code != 0 && code / 100 != 2;
}

/* A header line longer than libcurl takes (100 KiB) ends, in some versions,
 * as if memory had run out. Whether it has is told by asking for as much. */
static bool memory_ran_out(CURL *easy, struct bl_transfer *t) {
  if (t->head_complete || !t->begun) return true;
  char *bytes = bl_arena_take(&t->arena, PROBE);
  if (bytes == NULL) return true;
  memset(bytes, ' ', PROBE);
  char *escaped = curl_easy_escape(easy, bytes, PROBE); /* "%20" each */
  curl_free(escaped);
  return escaped == NULL;
}

/* libcurl's words on the failure. */
static const char *told(struct bl_transfer *t, const struct bl_handle *handle,
                        CURLcode rc) {
  const char *words = handle->error[0] ? handle->error : curl_easy_strerror(rc);
  char why[64];
  int number = (int)bl_handle_asked(handle->easy, CURLINFO_OS_ERRNO);
  if (rc != CURLE_COULDNT_CONNECT || number == 0 ||
      strerror_r(number, why, sizeof(why)) != 0)
    return bl_arena_copy(&t->arena, words, strlen(words));
  return bl_arena_format(&t->arena, "%s (%s)", words, why);
}

static void fail_by_outcome(struct bl_transfer *t,
                            const struct bl_handle *handle, CURLcode rc) {
  const struct outcome *o = outcomes;
  while (o->rc != CURLE_OK && o->rc != rc) o++;
  const char *reason = o->reason;
  if (o->rc == CURLE_OK)
    reason = curl_easy_strerror(rc);
  else if (reason == NULL)
    reason = told(t, handle, rc);
  bl_transfer_fail(t, o->status, reason);
}

/* Why a transfer ended without a whole answer. CURLE_RECV_ERROR has many
 * meanings; only libcurl's words tell a malformed chunk from a cut. */
static void fail_transfer(struct bl_transfer *t, const struct bl_handle *handle,
                          CURLcode rc) {
  if (bl_transfer_fail_by_limit(t)) return;
  if (rc == CURLE_OUT_OF_MEMORY && !memory_ran_out(handle->easy, t))
    bl_transfer_fail(t, BL_TOO_LARGE, LONG_LINE);
  else if (rc == CURLE_RECV_ERROR && proxy_refused(handle->easy))
    bl_transfer_fail(
        t, BL_UNREACHABLE,
        bl_arena_format(
            &t->arena, "the proxy answered %ld",
            bl_handle_asked(handle->easy, CURLINFO_HTTP_CONNECTCODE)));
  else if (rc == CURLE_RECV_ERROR && strstr(handle->error, "chunk") != NULL)
    bl_transfer_fail(t, BL_BAD_ANSWER, told(t, handle, rc));
  else
    fail_by_outcome(t, handle, rc);
}

void bl_outcome_fill(const struct bl_handle *handle, CURLcode rc) {
  struct bl_transfer *t = handle->transfer;
  struct bl_exchange *x = &t->exchange;
  curl_off_t elapsed = 0;
  if (curl_easy_getinfo(handle->easy, CURLINFO_TOTAL_TIME_T, &elapsed) == 0)
    x->elapsed_us = elapsed;
  long code = bl_handle_asked(handle->easy, CURLINFO_RESPONSE_CODE);
  x->http_status = code < 200 ? 0 : code; /* 100 Continue is none yet */
  x->sent = t->begun && bl_handle_asked(handle->easy, CURLINFO_REQUEST_SIZE) >
                            t->sent_before;
  if (rc != CURLE_OK) fail_transfer(t, handle, rc);
  bl_transfer_fill(t);
}
