#include "routes.h"

#include <string.h>

#include "bearer.h"
#include "core/format.h"
#include "policies.h"
#include "refusal.h"
#include "segments.h"
#include "sign_in.h"

/* {version} is v1.0 or beta, {collection} that of a kind, {id} anything until
 * a row is found. Rows with one pattern stand together, and those that say
 * more before those that say less. */
struct route {
  const char *method, *pattern;
  bl_handler *handler;
  enum bl_needs needs;
};

/* clang-format off */
static const struct route routes[] = {
  { "GET",    "{version}/policies/{collection}", bl_policies_list,
    BL_NEEDS_POLICY_READ },
  { "POST",   "{version}/policies/{collection}", bl_policies_create,
    BL_NEEDS_POLICY_WRITE },
  { "GET",    "{version}/policies/{collection}/{id}", bl_policies_get,
    BL_NEEDS_POLICY_READ },
  { "PATCH",  "{version}/policies/{collection}/{id}", bl_policies_update,
    BL_NEEDS_POLICY_WRITE },
  { "DELETE", "{version}/policies/{collection}/{id}", bl_policies_delete,
    BL_NEEDS_POLICY_WRITE },
  { "GET",    "beta/policies", bl_policies_list,
    BL_NEEDS_POLICY_READ },
  { "POST",   "beta/policies", bl_policies_create,
    BL_NEEDS_POLICY_WRITE },
  { "GET",    "beta/policies/{id}", bl_policies_get,
    BL_NEEDS_POLICY_READ },
  { "PATCH",  "beta/policies/{id}", bl_policies_update,
    BL_NEEDS_POLICY_WRITE },
  { "DELETE", "beta/policies/{id}", bl_policies_delete,
    BL_NEEDS_POLICY_WRITE },
  { NULL, NULL, NULL, BL_NEEDS_NOTHING },
};
/* clang-format on */

static bool is(struct bl_text pattern, const char *name) {
  return bl_text_is(pattern, name);
}

static bool same(struct bl_text segment, const char *literal) {
  return bl_text_same_folded(segment,
                             (struct bl_text){literal, strlen(literal)});
}

/* Whether a segment fits a piece of a pattern; notes what it names. */
static bool fits(struct bl_text piece, struct bl_text segment,
                 struct bl_call *call) {
  if (is(piece, "{version}")) {
    call->version = same(segment, "beta") ? "beta" : "v1.0";
    return same(segment, call->version);
  }
  if (is(piece, "{collection}")) {
    call->kind = bl_kind_of_collection(segment);
    return call->kind != NULL &&
           (call->kind->version == NULL ||
            strcmp(call->kind->version, call->version) == 0);
  }
  if (is(piece, "{id}")) {
    call->id_text = segment;
    return true;
  }
  return bl_text_same_folded(piece, segment);
}

/* How many segments fit the pattern; *whole: these are all of both. */
static size_t match(const char *pattern, const struct bl_segments *path,
                    struct bl_call *call, bool *whole) {
  size_t matched = 0;
  call->version = "beta";
  call->kind = NULL;
  call->id_text = (struct bl_text){0};
  for (; *pattern != '\0' && matched < path->count; matched++) {
    struct bl_text piece = {pattern, strcspn(pattern, "/")};
    if (!fits(piece, path->items[matched], call)) break;
    pattern += piece.len;
    if (*pattern == '/') pattern++;
  }
  *whole = *pattern == '\0' && matched == path->count;
  return matched;
}

/* The first row whose pattern the path fits. NULL: none; *bad is then the
 * first segment that no row has a place for. */
static const struct route *find(const struct bl_segments *path,
                                struct bl_call *call, struct bl_text *bad) {
  size_t longest = 0;
  for (const struct route *r = routes; r->pattern != NULL; r++) {
    bool whole;
    size_t matched = match(r->pattern, path, call, &whole);
    if (whole) return r;
    if (matched > longest) longest = matched;
  }
  if (longest == path->count && longest > 0) longest--;
  *bad = path->count == 0 ? (struct bl_text){"", 0} : path->items[longest];
  return NULL;
}

/* The row of the same pattern with that method. NULL: none; *allow is then
 * the methods there are. */
static const struct route *with_method(const struct route *row,
                                       const char *method,
                                       struct bl_arena *arena,
                                       const char **allow) {
  const char *pattern = row->pattern;
  *allow = "";
  for (; row->pattern != NULL && strcmp(row->pattern, pattern) == 0; row++) {
    if (strcmp(row->method, method) == 0) return row;
    const char *comma = **allow == '\0' ? "" : ", ";
    *allow = bl_arena_format(arena, "%s%s%s", *allow, comma, row->method);
    if (*allow == NULL) *allow = "";
  }
  return NULL;
}

static enum bl_status refuse(struct bl_incoming *request,
                             enum bl_refusal refusal, struct bl_text about) {
  bl_refuse(request, refusal, about, (struct bl_text){0}, NULL);
  return BL_OK;
}

/* Bearer and size: what does not depend on the route. */
static enum bl_status admit(const struct bl_service *service,
                            struct bl_incoming *request,
                            struct bl_arena *scratch, bool *admitted) {
  enum bl_status s = bl_bearer_admit(service, request, scratch, admitted);
  if (s != BL_OK || !*admitted || request->body.status == BL_OK) return s;
  *admitted = false;
  bl_refuse_plainly(request, request->body.status == BL_TOO_LARGE
                                 ? BL_R_TOO_LARGE
                                 : BL_R_BUSY);
  return BL_OK;
}

enum bl_status bl_routes_answer(struct bl_service *service,
                                struct bl_incoming *request,
                                struct bl_arena *scratch) {
  struct bl_call call = {
      .service = service, .request = request, .scratch = scratch};
  struct bl_segments path;
  struct bl_text bad;
  const char *allow;
  bool done, admitted;
  enum bl_status s =
      bl_sign_in_answer(service->identity, request, scratch, &done);
  if (s != BL_OK || done) return s;
  s = admit(service, request, scratch, &admitted);
  if (s != BL_OK || !admitted) return s;

  s = bl_segments_read(request->path, &request->arena, &path, &bad);
  if (s == BL_INVALID) return refuse(request, BL_R_BAD_URL, bad);
  if (s != BL_OK) return s;
  const struct route *row = find(&path, &call, &bad);
  if (row == NULL) return refuse(request, BL_R_NO_SEGMENT, bad);
  row = with_method(row, request->method, &request->arena, &allow);
  if (row == NULL) {
    bl_refuse_plainly(request, BL_R_NO_METHOD);
    request->reply.allow = allow;
    return BL_OK;
  }
  if (service->enforce && !bl_permitted(row->needs, request->permissions)) {
    bl_refuse_plainly(request, BL_R_FORBIDDEN);
    return BL_OK;
  }
  if (call.id_text.bytes != NULL && !bl_guid_read(call.id_text, call.id))
    return refuse(request, BL_R_BAD_ID, call.id_text);
  if (request->option != NULL) {
    bl_refuse_about(request, BL_R_BAD_QUERY, request->option);
    return BL_OK;
  }
  return row->handler(&call);
}
