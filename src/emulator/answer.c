#include "answer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "reply.h"

#define PIECES 16 /* in which a slow body comes */

static bool add(struct MHD_Response *response, const char *name,
                const char *value) {
  return value == NULL || MHD_add_response_header(response, name, value);
}

/* Which machine answered. */
static const char diagnostic[] =
    "{\"ServerInfo\":{\"DataCenter\":\"Local\",\"Slice\":\"E\",\"Ring\":\"1\","
    "\"ScaleUnit\":\"000\",\"RoleInstance\":\"BYLAW\"}}";

static const char *type_of(const struct bl_incoming *request) {
  if (request->reply.body.bytes == NULL) return NULL;
  if (request->reply.content_type != NULL) return request->reply.content_type;
  return bl_json_type(request->reply.status < 400 ? request->metadata
                                                  : BL_MINIMAL);
}

/* What nobody is to keep, for there are tokens in it. */
static bool add_sign_in_headers(struct MHD_Response *response,
                                const struct bl_incoming *request) {
  const struct bl_reply *reply = &request->reply;
  return add(response, "Content-Type", type_of(request)) &&
         add(response, "Cache-Control", "no-store, no-cache") &&
         add(response, "Pragma", "no-cache") &&
         add(response, "x-ms-request-id", request->request_id) &&
         add(response, "client-request-id", request->client_request_id) &&
         add(response, "WWW-Authenticate", reply->authenticate) &&
         add(response, "Retry-After", reply->retry_after);
}

/* What all of Graph's own answers have. */
static bool add_common(struct MHD_Response *response) {
  return add(response, "Cache-Control", "no-cache") &&
         add(response, "x-ms-ags-diagnostic", diagnostic) &&
         add(response, "OData-Version", "4.0");
}

/* The headers of Graph's own answers; libmicrohttpd adds the date. */
static bool add_headers(struct MHD_Response *response,
                        const struct bl_incoming *request) {
  const struct bl_reply *reply = &request->reply;
  if (reply->sign_in) return add_sign_in_headers(response, request);
  return add(response, "Content-Type", type_of(request)) &&
         add_common(response) &&
         add(response, "request-id", request->request_id) &&
         add(response, "client-request-id", request->client_request_id) &&
         add(response, "Location", reply->location) &&
         add(response, "Preference-Applied", reply->preference) &&
         add(response, "Allow", reply->allow) &&
         add(response, "WWW-Authenticate", reply->authenticate) &&
         add(response, "Retry-After", reply->retry_after) &&
         add(response, "Connection", reply->close ? "close" : NULL);
}

/* --- a body that takes its time, or lies about its length ------------------
 */

struct trickle {
  struct bl_incoming *request;
  struct bl_worker *worker;
  size_t len;   /* bytes to send */
  size_t piece; /* bytes at a time */
  unsigned pause_ms;
  bool paused; /* before this piece */
};

/* Waits for the worker's clock. False: it keeps none any more. */
static bool rest(struct trickle *t) {
  if (!bl_worker_later(t->worker, t->request, t->pause_ms)) return false;
  MHD_suspend_connection(t->request->connection);
  return true;
}

/* Gives libmicrohttpd the next piece. A body that ends sooner than its length
 * says makes it close the connection. */
static ssize_t next_piece(void *ud, uint64_t at, char *to, size_t room) {
  struct trickle *t = ud;
  if (at >= t->len) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (t->pause_ms > 0 && !t->paused) {
    t->paused = true;
    if (rest(t)) return 0;
  }
  t->paused = false;
  size_t n = t->len - (size_t)at;
  if (n > room) n = room;
  if (n > t->piece) n = t->piece;
  memcpy(to, t->request->reply.body.bytes + at, n);
  return (ssize_t)n;
}

static struct MHD_Response *trickling(struct bl_incoming *request,
                                      struct bl_worker *worker) {
  const struct bl_trouble *trouble = &request->trouble;
  struct bl_text body = request->reply.body;
  struct trickle *t = bl_arena_take(&request->arena, sizeof *t);
  if (t == NULL) return NULL;
  size_t said = body.len;
  if (trouble->length_off > 0) said += (size_t)trouble->length_off;
  *t = (struct trickle){.request = request, .worker = worker, .len = body.len};
  if (trouble->garble == BL_TRUNCATED) t->len = body.len / 2;
  t->piece = trouble->slow_ms > 0 ? t->len / PIECES + 1 : t->len;
  t->pause_ms = trouble->slow_ms / PIECES;
  return MHD_create_response_from_callback(said, 16384, next_piece, t, NULL);
}

/* More bytes than Content-Length says. */
static struct MHD_Response *understated(struct bl_text body, int off) {
  char length[24];
  size_t less = (size_t)-off;
  struct MHD_Response *response = MHD_create_response_from_buffer(
      body.len, (void *)(uintptr_t)body.bytes, MHD_RESPMEM_PERSISTENT);
  if (response == NULL) return NULL;
  snprintf(length, sizeof length, "%zu", body.len > less ? body.len - less : 0);
  if (MHD_set_response_options(response, MHD_RF_INSANITY_HEADER_CONTENT_LENGTH,
                               MHD_RO_END) == MHD_YES &&
      add(response, "Content-Length", length))
    return response;
  MHD_destroy_response(response);
  return NULL;
}

static struct MHD_Response *respond(struct bl_incoming *request,
                                    struct bl_worker *worker) {
  const struct bl_trouble *t = &request->trouble;
  struct bl_text body = request->reply.body;
  if (body.bytes != NULL && t->length_off < 0)
    return understated(body, t->length_off);
  if (body.bytes != NULL &&
      (t->length_off > 0 || t->slow_ms >= PIECES || t->garble == BL_TRUNCATED))
    return trickling(request, worker);
  return MHD_create_response_from_buffer(body.bytes == NULL ? 0 : body.len,
                                         (void *)(uintptr_t)body.bytes,
                                         MHD_RESPMEM_PERSISTENT);
}

/* --- replies of which nothing is out of the way ----------------------------
 */

static bool is_plain(const struct bl_incoming *request) {
  const struct bl_reply *r = &request->reply;
  return request->trouble.rule == 0 && r->status < 400 && !r->sign_in &&
         !r->close && r->content_type == NULL && r->preference == NULL &&
         r->allow == NULL && r->authenticate == NULL &&
         r->retry_after == NULL && r->body.len <= BL_SHELF_BODY;
}

static struct bl_shelved *make(const char *type, size_t len) {
  struct bl_shelved *made = bl_shelf_make(type, len);
  if (made == NULL || add_common(made->response)) return made;
  bl_shelved_free(made);
  return NULL;
}

/* A response from the shelf, or a new one, with this reply in it. NULL: no
 * memory. */
static struct bl_shelved *refill(const struct bl_incoming *request,
                                 struct bl_shelf *shelf) {
  const struct bl_reply *reply = &request->reply;
  const char *type = type_of(request);
  size_t len = reply->body.bytes == NULL ? 0 : reply->body.len;
  struct bl_shelved *s = bl_shelf_take(shelf, type, len);
  if (s == NULL) s = make(type, len);
  if (s == NULL) return NULL;
  if (len > 0) memcpy(s->body, reply->body.bytes, len);
  if (bl_shelved_set(s, "request-id", request->request_id) &&
      bl_shelved_set(s, "client-request-id", request->client_request_id) &&
      bl_shelved_set(s, "Location", reply->location))
    return s;
  bl_shelved_free(s);
  return NULL;
}

/* --- no answer at all ---------------------------------------------------- */

/* The connection is closed when this returns; a socket that does not linger is
 * closed with a reset. Under TLS half a line would be no line, so nothing is
 * sent. */
static enum MHD_Result cut(struct MHD_Connection *connection,
                           enum bl_cut_how how) {
  static const char half[] = "HTTP/1.1 20";
  const union MHD_ConnectionInfo *socket =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  const union MHD_ConnectionInfo *tls =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_PROTOCOL);
  struct linger none = {.l_onoff = 1, .l_linger = 0};
  if (socket == NULL) return MHD_NO;
  if (how == BL_CUT_RESET)
    setsockopt(socket->connect_fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  if (how == BL_CUT_HALF && tls == NULL)
    send(socket->connect_fd, half, sizeof half - 1, MSG_NOSIGNAL);
  return MHD_NO;
}

enum MHD_Result bl_answer(struct MHD_Connection *connection,
                          struct bl_incoming *request, struct bl_worker *worker,
                          struct bl_shelf *shelf) {
  if (request->trouble.cut != BL_CUT_NONE)
    return cut(connection, request->trouble.cut_how);
  if (is_plain(request)) request->shelved = refill(request, shelf);
  if (request->shelved != NULL)
    return MHD_queue_response(connection, request->reply.status,
                              request->shelved->response);
  struct MHD_Response *response = respond(request, worker);
  if (response == NULL) return MHD_NO;
  enum MHD_Result queued = MHD_NO;
  if (add_headers(response, request))
    queued = MHD_queue_response(connection, request->reply.status, response);
  MHD_destroy_response(response);
  return queued;
}

struct MHD_Response *bl_answer_busy(void) {
  static const char text[] =
      "{\"error\":{\"code\":\"ServiceUnavailable\",\"message\":\"\"}}";
  struct MHD_Response *busy = MHD_create_response_from_buffer(
      sizeof text - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
  if (busy == NULL) return NULL;
  if (add(busy, "Content-Type", "application/json") &&
      add(busy, "Retry-After", "1"))
    return busy;
  MHD_destroy_response(busy);
  return NULL;
}
