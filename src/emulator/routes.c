#include "routes.h"

#include <string.h>
#include <strings.h>

#include "batch.h"
#include "core/format.h"
#include "metadata.h"
#include "objects.h"
#include "policies.h"
#include "references.h"
#include "refusal.h"
#include "segments.h"

/* {version} is v1.0 or beta, {collection} that of a kind, {objects}
 * applications or service principals, {navigation} what leads from these to
 * policies, {id} and {target} anything until a row is found. Rows with one
 * pattern stand together, and those that say more before those that say
 * less. */
struct route {
  const char *method, *pattern;
  bl_handler *handler;
  enum bl_needs needs;
  unsigned options; /* of the query */
  unsigned flags;
};

enum {
  COUNT = 1,     /* only with ConsistencyLevel */
  CARRIERS = 2,  /* of things of any type */
  ASSIGNING = 4, /* only where the kind can be assigned */
  OLD_WAY = 8,   /* of the legacy navigation */
  OPEN = 16      /* without a bearer, and in what format it likes */
};

#define POLICIES "{version}/policies/{collection}"
#define LEGACY "beta/policies"
#define OBJECT "{version}/{objects}/{target}"
#define POLICY OBJECT "/{navigation}"
#define OLD "beta/{objects}/{target}/policies"

/* clang-format off */
static const struct route routes[] = {
  { "GET", POLICIES, bl_policies_list,
    BL_NEEDS_POLICY_READ, BL_O_LIST, 0 },
  { "POST", POLICIES, bl_policies_create,
    BL_NEEDS_POLICY_WRITE, 0, 0 },
  { "GET", POLICIES "/$count", bl_policies_count,
    BL_NEEDS_POLICY_READ, BL_O_NUMBER, COUNT },
  { "GET", POLICIES "/{id}", bl_policies_get,
    BL_NEEDS_POLICY_READ, BL_O_ONE, 0 },
  { "PATCH", POLICIES "/{id}", bl_policies_update,
    BL_NEEDS_POLICY_WRITE, 0, 0 },
  { "DELETE", POLICIES "/{id}", bl_policies_delete,
    BL_NEEDS_POLICY_WRITE, 0, 0 },
  { "GET", POLICIES "/{id}/appliesTo", bl_policies_applies_to,
    BL_NEEDS_CARRIERS, BL_O_LIST, CARRIERS },
  { "GET", POLICIES "/{id}/appliesTo/$count", bl_policies_count_applies_to,
    BL_NEEDS_CARRIERS, BL_O_NUMBER, COUNT | CARRIERS },
  { "GET", LEGACY, bl_policies_list,
    BL_NEEDS_POLICY_READ, BL_O_LIST, 0 },
  { "POST", LEGACY, bl_policies_create,
    BL_NEEDS_POLICY_WRITE, 0, 0 },
  { "GET", LEGACY "/$count", bl_policies_count,
    BL_NEEDS_POLICY_READ, BL_O_NUMBER, COUNT },
  { "GET", LEGACY "/{id}", bl_policies_get,
    BL_NEEDS_POLICY_READ, BL_O_ONE, 0 },
  { "PATCH", LEGACY "/{id}", bl_policies_update,
    BL_NEEDS_POLICY_WRITE, 0, 0 },
  { "DELETE", LEGACY "/{id}", bl_policies_delete,
    BL_NEEDS_POLICY_WRITE, 0, 0 },
  { "GET", LEGACY "/{id}/appliesTo", bl_policies_applies_to,
    BL_NEEDS_CARRIERS, BL_O_LIST, CARRIERS },
  { "GET", LEGACY "/{id}/appliesTo/$count", bl_policies_count_applies_to,
    BL_NEEDS_CARRIERS, BL_O_NUMBER, COUNT | CARRIERS },
  { "GET", "{version}/{objects}", bl_objects_list,
    BL_NEEDS_OBJECT_READ, BL_O_LIST, 0 },
  { "POST", "{version}/{objects}", bl_objects_create,
    BL_NEEDS_OBJECT_WRITE, 0, 0 },
  { "GET", "{version}/{objects}/$count", bl_objects_count,
    BL_NEEDS_OBJECT_READ, BL_O_NUMBER, COUNT },
  { "GET", OBJECT, bl_objects_get,
    BL_NEEDS_OBJECT_READ, BL_O_ONE, 0 },
  { "PATCH", OBJECT, bl_objects_update,
    BL_NEEDS_OBJECT_WRITE, 0, 0 },
  { "DELETE", OBJECT, bl_objects_delete,
    BL_NEEDS_OBJECT_WRITE, 0, 0 },
  { "GET", OLD, bl_references_assigned,
    BL_NEEDS_ASSIGNMENT, BL_O_LIST, OLD_WAY },
  { "GET", OLD "/$ref", bl_references_list,
    BL_NEEDS_ASSIGNMENT, BL_O_LIST, OLD_WAY },
  { "POST", OLD "/$ref", bl_references_add,
    BL_NEEDS_ASSIGNMENT, 0, ASSIGNING },
  { "GET", OLD "/{id}", bl_references_get,
    BL_NEEDS_ASSIGNMENT, BL_O_ONE, OLD_WAY },
  { "DELETE", OLD "/{id}/$ref", bl_references_remove,
    BL_NEEDS_ASSIGNMENT, 0, ASSIGNING },
  { "GET", POLICY, bl_references_assigned,
    BL_NEEDS_ASSIGNMENT, BL_O_LIST, 0 },
  { "GET", POLICY "/$count", bl_references_count,
    BL_NEEDS_ASSIGNMENT, BL_O_NUMBER, COUNT },
  { "GET", POLICY "/$ref", bl_references_list,
    BL_NEEDS_ASSIGNMENT, BL_O_LIST, 0 },
  { "POST", POLICY "/$ref", bl_references_add,
    BL_NEEDS_ASSIGNMENT, 0, ASSIGNING },
  { "DELETE", POLICY "/$ref", bl_references_remove_by_url,
    BL_NEEDS_ASSIGNMENT, BL_O_REFERENCE, ASSIGNING },
  { "GET", POLICY "/{id}", bl_references_get,
    BL_NEEDS_ASSIGNMENT, BL_O_ONE, 0 },
  { "DELETE", POLICY "/{id}/$ref", bl_references_remove,
    BL_NEEDS_ASSIGNMENT, 0, ASSIGNING },
  { "GET", "{version}/directoryObjects/{id}", bl_directory_get,
    BL_NEEDS_OBJECT_READ, 0, CARRIERS },
  { "POST", "{version}/$batch", bl_batch_run,
    BL_NEEDS_NOTHING, 0, 0 },
  { "GET", "{version}/$metadata", bl_metadata_get,
    BL_NEEDS_NOTHING, 0, OPEN },
  { NULL, NULL, NULL, BL_NEEDS_NOTHING, 0, 0 },
};
/* clang-format on */

static bool is(struct bl_text pattern, const char *name) {
  return bl_text_is(pattern, name);
}

static bool same(struct bl_text segment, const char *literal) {
  return bl_text_same_folded(segment, bl_text_of(literal));
}

static bool in_version(const struct bl_kind *kind, const char *version) {
  return kind != NULL &&
         (kind->version == NULL || strcmp(kind->version, version) == 0);
}

/* Whether a segment fits a piece of a pattern; notes what it names. */
static bool fits(struct bl_text piece, struct bl_text segment, bool by_app,
                 struct bl_call *call) {
  if (is(piece, "{target}")) {
    call->target_text = segment;
    call->by_app = by_app;
    return true;
  }
  if (by_app) return false;
  if (is(piece, "{version}")) {
    call->version = same(segment, "beta") ? "beta" : "v1.0";
    return same(segment, call->version);
  }
  if (is(piece, "{collection}")) {
    call->kind = bl_kind_of_collection(segment);
    return in_version(call->kind, call->version) &&
           call->service->decisions.legacy != BL_LEGACY_ONLY;
  }
  if (is(piece, "{objects}")) {
    call->objects = bl_entity_of_collection(segment);
    return call->objects != NULL;
  }
  if (is(piece, "{navigation}")) {
    call->kind = bl_kind_of_collection(segment);
    return in_version(call->kind, call->version) &&
           bl_navigates(call->objects, call->kind);
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
  call->objects = NULL;
  call->id_text = call->target_text = (struct bl_text){0};
  *whole = false;
  if (call->service->decisions.legacy == BL_LEGACY_OFF &&
      (strncmp(pattern, LEGACY, sizeof LEGACY - 1) == 0 ||
       strncmp(pattern, OLD, sizeof OLD - 1) == 0))
    return 0;
  for (; *pattern != '\0' && matched < path->count; matched++) {
    struct bl_text piece = {pattern, strcspn(pattern, "/")};
    if (!fits(piece, path->items[matched], path->by_app[matched], call)) break;
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

/* The next row of the same pattern. NULL: there is none. */
static const struct route *next(const struct route *row) {
  const struct route *behind = row + 1;
  return behind->pattern != NULL && strcmp(behind->pattern, row->pattern) == 0
             ? behind
             : NULL;
}

/* The row of the same pattern with that method. NULL: none. */
static const struct route *with_method(const struct route *row,
                                       const char *method) {
  while (row != NULL && strcmp(row->method, method) != 0) row = next(row);
  return row;
}

/* The methods of the rows of one pattern, from the first row on. */
static const char *methods_of(const struct route *row, struct bl_arena *arena) {
  const char *all = row->method;
  while (all != NULL && (row = next(row)) != NULL)
    all = bl_arena_format(arena, "%s, %s", all, row->method);
  return all == NULL ? "" : all;
}

static enum bl_status refuse_method(struct bl_incoming *request,
                                    const char *allow) {
  bl_refuse_plainly(request, BL_R_NO_METHOD);
  request->reply.allow = allow;
  return BL_OK;
}

static enum bl_status refuse(struct bl_incoming *request,
                             enum bl_refusal refusal, struct bl_text about) {
  bl_refuse(request, refusal, about, (struct bl_text){0}, NULL);
  return BL_OK;
}

/* The ids in the path. BL_INVALID: one is none, and is refused. */
static enum bl_status read_ids(struct bl_call *call) {
  struct bl_text bad = {0};
  if (call->id_text.bytes != NULL && !bl_guid_read(call->id_text, call->id))
    bad = call->id_text;
  if (call->target_text.bytes != NULL &&
      !bl_guid_read(call->target_text, call->target))
    bad = call->target_text;
  if (bad.bytes == NULL) return BL_OK;
  refuse(call->request, BL_R_BAD_ID, bad);
  return BL_INVALID;
}

/* What the properties in a query are those of. */
static struct bl_query_types types_of(const struct bl_call *call,
                                      unsigned flags) {
  if (flags & CARRIERS)
    return (struct bl_query_types){
        .entities = {&bl_service_principal, &bl_application},
        .name = "directoryObject",
        .resource = "DirectoryObject"};
  if (call->kind != NULL)
    return (struct bl_query_types){.entities = {&bl_sts_policy},
                                   .name = call->kind->name,
                                   .resource = bl_sts_policy.resource,
                                   .expandable = "appliesTo"};
  if (call->objects != NULL && !(flags & OLD_WAY))
    return (struct bl_query_types){.entities = {call->objects},
                                   .name = call->objects->name,
                                   .resource = call->objects->resource,
                                   .advanced = true};
  return (struct bl_query_types){.entities = {&bl_legacy_policy},
                                 .name = bl_legacy_policy.name,
                                 .resource = bl_legacy_policy.resource,
                                 .expandable = "appliesTo"};
}

/* What the route does not let be, though there is one. */
static bool allowed(const struct route *row, const struct bl_call *call) {
  if (!(row->flags & ASSIGNING) || call->kind == NULL) return true;
  return bl_carries(call->objects, call->kind) ||
         call->service->decisions.home_realm_on_application ==
             BL_HOME_REALM_ON_APPLICATION_ACCEPT;
}

/* Source: Graph: a count of directory objects asks for ConsistencyLevel. */
static bool may_count(const struct route *row,
                      const struct bl_incoming *request) {
  return !(row->flags & COUNT) ||
         (request->consistency != NULL &&
          strcasecmp(request->consistency, "eventual") == 0);
}

/* Pages are as small as the service is told to make them, and in the order in
 * which it is told to. */
static void shape_page(struct bl_call *call) {
  struct bl_page *page = &call->query.page;
  unsigned size = call->request->trouble.page;
  if (size == 0) size = atomic_load(&call->service->page);
  if (size > 0 && page->max > (int64_t)size) page->max = (int64_t)size;
  if (!call->query.ordered &&
      call->service->decisions.list_order == BL_LIST_ORDER_NEWEST)
    page->order = BL_NEWEST_FIRST;
}

enum bl_status bl_routes_carry_out(struct bl_service *service,
                                   struct bl_incoming *request,
                                   struct bl_arena *scratch) {
  struct bl_call call = {
      .service = service, .request = request, .scratch = scratch};
  struct bl_segments path;
  struct bl_text bad;
  enum bl_status s =
      bl_segments_read(request->path, &request->arena, &path, &bad);
  if (s == BL_INVALID) return refuse(request, BL_R_BAD_URL, bad);
  if (s != BL_OK) return s;
  const struct route *first = find(&path, &call, &bad);
  if (first == NULL) return refuse(request, BL_R_NO_SEGMENT, bad);
  const struct route *row = with_method(first, request->method);
  if (row == NULL)
    return refuse_method(request, methods_of(first, &request->arena));
  if (!allowed(row, &call)) return refuse_method(request, "GET");
  if (service->enforce && !bl_permitted(row->needs, request->permissions)) {
    bl_refuse_plainly(request, BL_R_FORBIDDEN);
    return BL_OK;
  }
  if (read_ids(&call) != BL_OK) return BL_OK;
  if (!bl_query_accept(request) && !(row->flags & (OPEN | COUNT)))
    return refuse(request, BL_R_NOT_ACCEPTABLE, bl_text_of(request->accept));
  if (!may_count(row, request)) {
    bl_refuse_plainly(request, BL_R_NO_COUNT);
    return BL_OK;
  }
  const struct bl_query_types types = types_of(&call, row->flags);
  s = bl_query_read(request, scratch, row->options, &types, &call.query);
  if (s == BL_INVALID) return BL_OK;
  shape_page(&call);
  return s == BL_OK ? row->handler(&call) : s;
}

bool bl_routes_is_open(struct bl_service *service,
                       struct bl_incoming *request) {
  struct bl_call call = {.service = service, .request = request};
  struct bl_segments path;
  struct bl_text bad;
  if (strchr(request->path, '$') == NULL && strchr(request->path, '%') == NULL)
    return false;
  if (bl_segments_read(request->path, &request->arena, &path, &bad) != BL_OK)
    return false;
  const struct route *row = find(&path, &call, &bad);
  return row != NULL && (row->flags & OPEN) &&
         strcmp(request->method, row->method) == 0;
}
