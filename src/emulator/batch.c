#include "batch.h"

#include <stdio.h>
#include <strings.h>

#include "body.h"
#include "core/format.h"
#include "core/json_write.h"
#include "gate.h"
#include "reply.h"

#define MAX_PARTS 20 /* Source: Graph: JSON batching */

/* A request of the batch. */
struct part {
  struct bl_text id;
  const char *method, *url;              /* NUL-terminated */
  const struct bl_value *headers, *body; /* NULL: none */
  const struct bl_value *depends;        /* an array, or NULL */
  bool done;
  unsigned status; /* once it is done */
};

struct batch {
  struct bl_call *call;
  struct part parts[MAX_PARTS];
  size_t count;
};

static struct bl_text nothing(void) { return (struct bl_text){0}; }

static enum bl_status refuse(struct bl_call *call, enum bl_refusal refusal,
                             struct bl_text about) {
  return bl_refuse_call(call, refusal, about, nothing());
}

/* --- reading ---------------------------------------------------------------
 */

static const struct bl_value *member(const struct bl_value *object,
                                     const char *name, enum bl_type type) {
  const struct bl_item *i = bl_value_find(object, name);
  return i != NULL && i->value.type == type ? &i->value : NULL;
}

/* A member that is a text, NUL-terminated; NULL: it is none. */
static const char *string(struct bl_call *call, const struct bl_value *object,
                          const char *name) {
  const struct bl_value *v = member(object, name, BL_STRING);
  if (v == NULL || memchr(v->as.text.bytes, '\0', v->as.text.len) != NULL)
    return NULL;
  return bl_arena_copy(call->scratch, v->as.text.bytes, v->as.text.len);
}

/* A header of a part, whatever its case; NULL: none. */
static const char *header(struct bl_call *call, const struct bl_value *headers,
                          const char *name) {
  const struct bl_item *i = headers == NULL ? NULL : headers->as.first;
  const struct bl_text wanted = {name, strlen(name)};
  for (; i != NULL; i = i->next)
    if (i->value.type == BL_STRING && bl_text_same_folded(i->key, wanted))
      return bl_arena_copy(call->scratch, i->value.as.text.bytes,
                           i->value.as.text.len);
  return NULL;
}

static bool is_absent(const struct bl_value *object, const char *name,
                      enum bl_type type) {
  const struct bl_item *i = bl_value_find(object, name);
  return i == NULL || i->value.type == BL_NULL || i->value.type == type;
}

static bool writes(const char *method) {
  return strcasecmp(method, "POST") == 0 || strcasecmp(method, "PATCH") == 0 ||
         strcasecmp(method, "PUT") == 0;
}

static enum bl_status read_part(struct batch *batch,
                                const struct bl_value *value) {
  struct bl_call *call = batch->call;
  struct part *p = &batch->parts[batch->count];
  const struct bl_value *id = member(value, "id", BL_STRING);
  const struct bl_item *body = bl_value_find(value, "body");
  *p = (struct part){.method = string(call, value, "method"),
                     .url = string(call, value, "url"),
                     .headers = member(value, "headers", BL_OBJECT),
                     .depends = member(value, "dependsOn", BL_ARRAY)};
  if (body != NULL && body->value.type != BL_NULL) p->body = &body->value;
  if (id == NULL || id->as.text.len == 0 || p->method == NULL ||
      p->url == NULL || !is_absent(value, "headers", BL_OBJECT) ||
      !is_absent(value, "dependsOn", BL_ARRAY))
    return refuse(call, BL_R_BAD_BATCH, nothing());
  p->id = id->as.text;
  for (size_t i = 0; i < batch->count; i++)
    if (bl_text_same_folded(batch->parts[i].id, p->id))
      return refuse(call, BL_R_BAD_BATCH, nothing());
  bool typed = header(call, p->headers, "Content-Type") != NULL;
  if (p->body != NULL && !typed) return refuse(call, BL_R_BATCH_TYPE, p->id);
  if (p->body == NULL && writes(p->method))
    return refuse(call, BL_R_BATCH_BODY, p->id);
  batch->count++;
  return BL_OK;
}

static enum bl_status read_parts(struct batch *batch) {
  struct bl_call *call = batch->call;
  struct bl_problems problems;
  struct bl_value body;
  bl_problems_init(&problems, call->scratch);
  enum bl_status s = bl_body_read(call, &problems, &body);
  if (s != BL_OK) return s;
  const struct bl_value *requests = member(&body, "requests", BL_ARRAY);
  if (requests == NULL || requests->count == 0)
    return refuse(call, BL_R_BAD_BATCH, nothing());
  if (requests->count > MAX_PARTS)
    return refuse(call, BL_R_BATCH_SIZE, nothing());
  for (struct bl_item *i = requests->as.first; i != NULL && s == BL_OK;
       i = i->next)
    s = read_part(batch, &i->value);
  return s;
}

/* --- the order -------------------------------------------------------------
 */

/* The part that a dependency names, or NULL. */
static struct part *named(struct batch *batch, const struct bl_value *id) {
  if (id->type != BL_STRING) return NULL;
  for (size_t i = 0; i < batch->count; i++)
    if (bl_text_same_folded(batch->parts[i].id, id->as.text))
      return &batch->parts[i];
  return NULL;
}

static const struct bl_item *first_of(const struct part *p) {
  return p->depends == NULL ? NULL : p->depends->as.first;
}

/* Whether all that a part waits for is done. */
static bool is_ready(struct batch *batch, const struct part *p) {
  for (const struct bl_item *i = first_of(p); i != NULL; i = i->next)
    if (!named(batch, &i->value)->done) return false;
  return true;
}

/* The first that can be run; NULL: none is left, or they wait in a circle. */
static struct part *next_part(struct batch *batch) {
  for (size_t i = 0; i < batch->count; i++)
    if (!batch->parts[i].done && is_ready(batch, &batch->parts[i]))
      return &batch->parts[i];
  return NULL;
}

/* Whether dependencies name parts and end somewhere. Runs through the order
 * once, without running anything. */
static bool is_ordered(struct batch *batch) {
  size_t count = 0;
  for (size_t i = 0; i < batch->count; i++)
    for (const struct bl_item *d = first_of(&batch->parts[i]); d != NULL;
         d = d->next)
      if (named(batch, &d->value) == NULL) return false;
  for (struct part *p; (p = next_part(batch)) != NULL; count++) p->done = true;
  for (size_t i = 0; i < batch->count; i++) batch->parts[i].done = false;
  return count == batch->count;
}

/* The shapes that the known issues allow: each waits for the one before it, or
 * all that wait wait for the same one. */
static bool is_plain(struct batch *batch) {
  const struct part *same = NULL;
  bool chain = true, star = true;
  for (size_t i = 0; i < batch->count; i++) {
    const struct part *p = &batch->parts[i];
    const struct bl_item *d = first_of(p);
    if (d == NULL) {
      if (i > 0) chain = false;
      continue;
    }
    if (d->next != NULL) return false;
    const struct part *before = named(batch, &d->value);
    if (i == 0 || before != p - 1) chain = false;
    if (same != NULL && same != before) star = false;
    same = before;
  }
  return same == NULL || chain || star;
}

static enum bl_status check_order(struct batch *batch) {
  bool strict =
      batch->call->service->decisions.batch_order == BL_BATCH_ORDER_STRICT;
  if (is_ordered(batch) && (!strict || is_plain(batch))) return BL_OK;
  return refuse(batch->call, BL_R_BAD_BATCH, nothing());
}

/* --- running ---------------------------------------------------------------
 */

/* The path below the version, and the options behind it. */
static enum bl_status part_url(struct bl_call *call, const struct part *p,
                               struct bl_incoming *out) {
  const char *url = *p->url == '/' ? p->url + 1 : p->url;
  size_t path = strcspn(url, "?#");
  const char *query = url[path] == '?' ? url + path + 1 : "";
  out->path =
      bl_arena_format(call->scratch, "/%s/%.*s", call->version, (int)path, url);
  if (out->path == NULL) return BL_NOMEM;
  return bl_options_read(query, &out->arena, &out->options);
}

static enum bl_status compose(struct bl_call *call, const struct part *p,
                              struct bl_incoming *out) {
  const struct bl_incoming *outer = call->request;
  *out = (struct bl_incoming){
      .method = p->method,
      .host = outer->host,
      .authorization = outer->authorization,
      .content_type = header(call, p->headers, "Content-Type"),
      .accept = header(call, p->headers, "Accept"),
      .prefer = header(call, p->headers, "Prefer"),
      .consistency = header(call, p->headers, "ConsistencyLevel"),
      .permissions = outer->permissions,
      .part = true};
  uint8_t id[BL_GUID_BYTES];
  bl_guid_random(id);
  bl_guid_write(id, out->request_id);
  memcpy(out->client_request_id, outer->client_request_id,
         sizeof out->client_request_id);
  bl_arena_init(&out->arena, outer->arena.alloc, outer->arena.ud,
                outer->arena.max, NULL, 0);
  bl_buf_init(&out->body, &out->arena, BL_MAX_BODY);
  if (p->body != NULL) bl_json_write(&out->body, p->body, BL_PLAIN);
  return part_url(call, p, out);
}

/* What a part waits for has failed. */
static bool has_failed(struct batch *batch, const struct part *p) {
  for (const struct bl_item *i = first_of(p); i != NULL; i = i->next)
    if (named(batch, &i->value)->status >= 400) return true;
  return false;
}

static void put_header(struct bl_buf *b, const char *name, const char *value) {
  if (value == NULL) return;
  bl_json_write_string(b, bl_text_of(name), BL_PLAIN);
  bl_buf_char(b, ':');
  bl_json_write_string(b, bl_text_of(value), BL_PLAIN);
  bl_buf_char(b, ',');
}

static void put_headers(struct bl_buf *b, const struct bl_incoming *r) {
  const struct bl_reply *reply = &r->reply;
  const char *type = reply->content_type;
  if (type == NULL)
    type = bl_json_type(reply->status < 400 ? r->metadata : BL_MINIMAL);
  bl_buf_text(b, ",\"headers\":{");
  put_header(b, "Cache-Control", "no-cache");
  put_header(b, "OData-Version", "4.0");
  put_header(b, "request-id", r->request_id);
  put_header(b, "Content-Type", reply->body.bytes == NULL ? NULL : type);
  put_header(b, "Location", reply->location);
  put_header(b, "Preference-Applied", reply->preference);
  put_header(b, "Allow", reply->allow);
  put_header(b, "Retry-After", reply->retry_after);
  b->len -= b->status == BL_OK; /* the last comma */
  bl_buf_char(b, '}');
}

static void put_answer(struct bl_buf *b, const struct part *p,
                       const struct bl_incoming *r) {
  char status[32];
  bl_buf_text(b, "{\"id\":");
  bl_json_write_string(b, p->id, BL_PLAIN);
  snprintf(status, sizeof status, ",\"status\":%u", p->status);
  bl_buf_text(b, status);
  put_headers(b, r);
  if (r->reply.body.bytes != NULL) {
    bl_buf_text(b, ",\"body\":");
    if (r->reply.content_type == NULL)
      bl_buf_add(b, r->reply.body.bytes, r->reply.body.len);
    else
      bl_json_write_string(b, r->reply.body, BL_PLAIN);
  }
  bl_buf_text(b, "},");
}

/* BL_STORE: the store refused, and with it the whole batch. */
static enum bl_status run(struct batch *batch, struct part *p,
                          struct bl_buf *b) {
  struct bl_call *call = batch->call;
  struct bl_incoming request;
  enum bl_status s = compose(call, p, &request);
  if (s == BL_INVALID) {
    bl_refuse_about(&request, BL_R_BAD_URL, p->url);
    s = BL_OK;
  } else if (s == BL_OK && has_failed(batch, p)) {
    bl_refuse_plainly(&request, BL_R_DEPENDENCY);
  } else if (s == BL_OK) {
    s = bl_gate_answer(call->service, &request, call->scratch);
  }
  if (s == BL_NOMEM) bl_refuse_plainly(&request, BL_R_BUSY);
  p->done = true;
  p->status = request.reply.status;
  if (s != BL_STORE) put_answer(b, p, &request);
  bl_arena_free(&request.arena);
  return s == BL_STORE ? s : BL_OK;
}

enum bl_status bl_batch_run(struct bl_call *call) {
  struct batch batch = {.call = call};
  struct bl_buf b;
  enum bl_status s =
      call->request->part ? refuse(call, BL_R_NESTED, nothing()) : BL_OK;
  if (s == BL_OK) s = read_parts(&batch);
  if (s == BL_OK) s = check_order(&batch);
  if (s != BL_OK) return bl_answered(s);
  bl_buf_init(&b, &call->request->arena, BL_MAX_REPLY);
  bl_buf_text(&b, "{\"responses\":[");
  for (struct part *p; s == BL_OK && (p = next_part(&batch)) != NULL;)
    s = run(&batch, p, &b);
  if (s != BL_OK) return s;
  if (b.status == BL_OK && b.data[b.len - 1] == ',') b.len--;
  bl_buf_text(&b, "]}");
  return bl_reply(call, 200, &b);
}
