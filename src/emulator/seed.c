#include "seed.h"

#include <string.h>

#include "core/json_read.h"
#include "core/json_write.h"
#include "routes.h"

static const char *first_message(const struct bl_problems *problems) {
  return problems->first == NULL ? "it cannot be read"
                                 : problems->first->message;
}

static enum bl_status read(struct bl_text json, struct bl_arena *scratch,
                           struct bl_value *out, char reason[BL_REASON]) {
  struct bl_problems problems;
  bl_problems_init(&problems, scratch);
  enum bl_status s = bl_json_read(json, BL_STRICT, NULL, &problems, out);
  bl_problems_finish(&problems);
  if (s == BL_INVALID)
    return bl_because(reason, s, "the seed is no JSON: %s",
                      first_message(&problems));
  if (s != BL_OK) return bl_because(reason, s, "out of memory");
  if (out->type == BL_OBJECT) return BL_OK;
  return bl_because(reason, BL_INVALID,
                    "a seed is an object with collections as its members, and "
                    "this is %s",
                    bl_type_words(out->type));
}

/* Where the members of a collection are created. */
static const char *path_of(struct bl_text collection, struct bl_arena *arena) {
  const struct bl_kind *kind = bl_kind_of_collection(collection);
  const char *version =
      kind != NULL && kind->version != NULL ? kind->version : "v1.0";
  if (bl_text_is(collection, "policies")) version = "beta";
  return bl_arena_format(arena, "/%s/%s%.*s", version,
                         kind == NULL ? "" : "policies/", (int)collection.len,
                         collection.bytes);
}

static const char *no_header(const struct bl_incoming *request,
                             const char *name) {
  (void)request;
  (void)name;
  return NULL;
}

/* Creates one by the handler of its collection. */
static enum bl_status create(struct bl_service *service, const char *path,
                             const struct bl_value *body,
                             struct bl_arena *scratch,
                             struct bl_incoming *request) {
  memset(request, 0, sizeof *request);
  request->method = "POST";
  request->path = path;
  request->content_type = "application/json";
  request->header = no_header;
  request->part = true;
  request->permissions = ~0u;
  bl_arena_init(&request->arena, scratch->alloc, scratch->ud, scratch->max,
                NULL, 0);
  bl_buf_init(&request->body, &request->arena, (size_t)BL_MAX_BODY);
  bl_json_write(&request->body, body, BL_PLAIN);
  if (request->body.status != BL_OK) return request->body.status;
  return bl_routes_carry_out(service, request, scratch);
}

static enum bl_status seed_one(struct bl_service *service, const char *path,
                               const struct bl_value *body, size_t index,
                               struct bl_arena *scratch,
                               char reason[BL_REASON]) {
  struct bl_incoming request;
  enum bl_status s = create(service, path, body, scratch, &request);
  const struct bl_reply *reply = &request.reply;
  if (s == BL_OK && reply->status != 201)
    s = bl_because(reason, BL_INVALID,
                   "number %zu of %s is refused with %u: "
                   "%.*s",
                   index, path, reply->status,
                   (int)(reply->body.len < 300 ? reply->body.len : 300),
                   reply->body.bytes == NULL ? "" : reply->body.bytes);
  else if (s != BL_OK)
    bl_because(reason, s, "number %zu of %s cannot be stored", index, path);
  bl_arena_free(&request.arena);
  return s;
}

static enum bl_status seed_all(struct bl_service *service,
                               const struct bl_value *seed,
                               struct bl_arena *scratch, size_t *created,
                               char reason[BL_REASON]) {
  enum bl_status s = BL_OK;
  for (struct bl_item *m = seed->as.first; m != NULL && s == BL_OK;
       m = m->next) {
    size_t index = 0;
    const char *path = path_of(m->key, scratch);
    if (path == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
    if (m->value.type != BL_ARRAY)
      return bl_because(reason, BL_INVALID,
                        "%s in the seed is %s, and an "
                        "array of bodies is due",
                        path, bl_type_words(m->value.type));
    for (struct bl_item *i = m->value.as.first; i != NULL && s == BL_OK;
         i = i->next, ++*created)
      s = seed_one(service, path, &i->value, ++index, scratch, reason);
  }
  return s;
}

enum bl_status bl_seed(struct bl_service *service, struct bl_text json,
                       struct bl_arena *scratch, size_t *created,
                       char reason[BL_REASON]) {
  struct bl_value seed;
  *created = 0;
  enum bl_status s = read(json, scratch, &seed, reason);
  if (s != BL_OK) return s;
  s = bl_store_part(service->store, BL_PART_BEGIN);
  if (s == BL_OK) s = seed_all(service, &seed, scratch, created, reason);
  if (s != BL_OK) bl_store_part(service->store, BL_PART_UNDO);
  return s == BL_OK ? bl_store_part(service->store, BL_PART_END) : s;
}
