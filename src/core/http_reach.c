#include "http_reach.h"

#include <string.h>

#include <curl/curl.h>

#include "header.h"

/* How far away a host is. */
enum reach { FAR, LINK_LOCAL, LOOPBACK };

static enum reach reach_of(const char *host) {
  if (bl_is_loopback(host)) return LOOPBACK;
  return bl_is_link_local(host) ? LINK_LOCAL : FAR;
}

static bool has_authorization(const struct bl_request *request) {
  static const struct bl_text name = {"authorization", 13};
  for (size_t i = 0; i < request->header_count; i++)
    if (bl_text_same_folded(request->headers[i].name, name)) return true;
  return false;
}

/* Why a request must not go to a host, or NULL. */
static const char *scheme_fault(const char *scheme, enum reach reach,
                                const struct bl_request *request) {
  if (strcmp(scheme, "https") == 0) return NULL;
  if (strcmp(scheme, "http") != 0)
    return "the URL is neither https nor, to loopback, http";
  if (reach == LOOPBACK) return NULL;
  if (reach == FAR || !request->link_local)
    return "plain http goes to loopback alone; use https";
  return has_authorization(request)
             ? "plain http to a link-local address takes no Authorization"
             : NULL;
}

/* Reads a URL as libcurl will when it sends. */
static enum bl_status read_url(const struct bl_request *request,
                               enum reach *reach, const char **reason) {
  const char *url = request->url;
  char *scheme = NULL, *host = NULL;
  CURLU *parts = curl_url();
  CURLUcode rc = parts == NULL ? CURLUE_OUT_OF_MEMORY : CURLUE_OK;
  if (rc == CURLUE_OK)
    rc = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
  if (rc == CURLUE_OK) rc = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
  if (rc == CURLUE_OK) rc = curl_url_get(parts, CURLUPART_HOST, &host, 0);
  if (rc == CURLUE_OK) {
    *reach = reach_of(host);
    *reason = scheme_fault(scheme, *reach, request);
  } else if (rc == CURLUE_UNSUPPORTED_SCHEME) {
    *reason = scheme_fault("", FAR, request);
  } else {
    *reason = rc == CURLUE_USER_NOT_ALLOWED ? "the URL holds credentials"
                                            : "the URL is malformed";
  }
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parts);
  if (rc == CURLUE_OUT_OF_MEMORY) return BL_NOMEM;
  return *reason == NULL ? BL_OK : BL_UNSENDABLE;
}

/* Bytes of a URL up to and with the slash behind its host, or 0. */
static size_t origin_len(const char *url) {
  const char *host = strstr(url, "://");
  const char *end = host == NULL ? NULL : strpbrk(host + 3, "/?#\\");
  return end == NULL || *end != '/' ? 0 : (size_t)(end - url) + 1;
}

static const char *character_fault(const char *url) {
  for (; *url != '\0'; url++)
    if (*url <= ' ' || *url > '~')
      return "the URL has a character that must be percent-encoded";
  return NULL;
}

/* The verdict on an origin is kept; but for a link-local host, where it depends
 * on more than the URL. */
enum bl_status bl_reach_check(struct bl_reach *known,
                              const struct bl_request *request, bool *direct,
                              const char **reason) {
  const char *url = request->url;
  *direct = known->direct;
  if (known->origin_len > 0 && strcmp(url, known->url) == 0) return BL_OK;
  *reason = character_fault(url);
  if (*reason != NULL) return BL_UNSENDABLE;
  size_t len = origin_len(url), whole = strlen(url) + 1;
  if (len == 0 || len != known->origin_len ||
      strncmp(url, known->url, len) != 0) {
    enum reach reach = FAR;
    enum bl_status s = read_url(request, &reach, reason);
    *direct = reach == LOOPBACK || (reach == LINK_LOCAL && request->link_local);
    if (s != BL_OK || reach == LINK_LOCAL) return s;
  }
  if (len == 0 || whole > sizeof(known->url)) return BL_OK;
  memcpy(known->url, url, whole);
  known->origin_len = len;
  known->direct = *direct;
  return BL_OK;
}
