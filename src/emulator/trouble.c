#include "trouble.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "incoming.h"
#include "mishaps.h"
#include "refusal.h"

/* Source: what the front door answered in public issues when no service stood
 * behind it. */
static const char page[] =
    "<!DOCTYPE html><html><head><title>Bad Gateway</title></head>\r\n"
    "<body><h2>Our services aren't available right now</h2>\r\n"
    "<p>We're working to restore all services as soon as possible.</p>\r\n"
    "</body></html>\r\n";

/* The last segment of the path: what a 404 is about. */
static struct bl_text last_segment(const char *path) {
  const char *slash = strrchr(path, '/');
  path = slash == NULL ? path : slash + 1;
  return bl_text_of(path);
}

/* Puts the error of the trouble's status into the reply. A status that is no
 * error comes without a body. */
static void put_status(struct bl_incoming *r) {
  const struct bl_trouble *t = &r->trouble;
  const struct bl_mishap *own = bl_mishap_of_status(t->status);
  if (t->status < 400) {
    r->reply = (struct bl_reply){.status = t->status};
    return;
  }
  bl_refuse_with(r, t->status, t->code == NULL ? own->code : t->code,
                 t->code == NULL ? own->message : t->message,
                 last_segment(r->path));
  r->reply.retry_after = NULL;
}

bool bl_trouble_replaces(struct bl_incoming *r) {
  if (r->trouble.cut == BL_CUT_BEFORE) {
    r->reply = (struct bl_reply){.status = 503};
    return true;
  }
  if (r->trouble.status == 0 || r->trouble.applied) return false;
  put_status(r);
  return true;
}

/* --- the body ------------------------------------------------------------ */

static void put_html(struct bl_reply *reply) {
  reply->body = (struct bl_text){page, sizeof page - 1};
  reply->content_type = "text/html";
}

static void prepend_bom(struct bl_incoming *r) {
  struct bl_text body = r->reply.body;
  char *copy = bl_arena_take(&r->arena, body.len + 3);
  if (copy == NULL) return;
  memcpy(copy, "\xef\xbb\xbf", 3);
  memcpy(copy + 3, body.bytes, body.len);
  r->reply.body = (struct bl_text){copy, body.len + 3};
}

static void lower_inner(struct bl_incoming *r) {
  static const char name[] = "\"innerError\"";
  char *copy = bl_arena_copy(&r->arena, r->reply.body.bytes, r->reply.body.len);
  char *found = copy == NULL ? NULL : strstr(copy, name);
  if (found == NULL) return;
  found[sizeof "\"inner" - 1] = 'e';
  r->reply.body.bytes = copy;
}

static void garble(struct bl_incoming *r) {
  struct bl_reply *reply = &r->reply;
  if (r->trouble.garble == BL_HTML) put_html(reply);
  if (reply->body.bytes == NULL) return;
  switch (r->trouble.garble) {
  case BL_EMPTY_BODY: reply->body = (struct bl_text){0}; return;
  case BL_MALFORMED: reply->body.len -= (reply->body.len + 1) / 2; return;
  case BL_WITH_BOM: prepend_bom(r); return;
  case BL_LOWER_INNER: lower_inner(r); return;
  case BL_WHOLE:
  case BL_HTML:
  case BL_TRUNCATED: return; /* its length is the connection's business */
  }
}

/* --- the header ---------------------------------------------------------- */

static const char *http_date(struct bl_arena *arena, int64_t ms) {
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  struct tm t;
  time_t seconds = (time_t)((ms + 999) / 1000);
  if (gmtime_r(&seconds, &t) == NULL) return NULL;
  return bl_arena_format(arena, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                         days + 3 * (size_t)t.tm_wday, t.tm_mday,
                         months + 3 * (size_t)t.tm_mon, t.tm_year + 1900,
                         t.tm_hour, t.tm_min, t.tm_sec);
}

void bl_trouble_dress(struct bl_incoming *r, int64_t now_ms) {
  const struct bl_trouble *t = &r->trouble;
  if (t->rule == 0) return;
  if (t->applied) put_status(r);
  if (*t->retry_after != '\0') r->reply.retry_after = t->retry_after;
  if (t->retry_date_ms >= 0)
    r->reply.retry_after = http_date(&r->arena, now_ms + t->retry_date_ms);
  garble(r);
}
