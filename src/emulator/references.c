#include "references.h"

#include <string.h>

#include "body.h"
#include "core/format.h"
#include "list.h"
#include "objects.h"
#include "reply.h"
#include "view.h"

static const char *kind_name(const struct bl_call *call) {
  return call->kind == NULL ? NULL : call->kind->name;
}

/* The navigation, as messages name it. */
static struct bl_text navigation(const struct bl_call *call) {
  return bl_text_of(call->kind == NULL ? "policies" : call->kind->collection);
}

/* --- what is assigned ------------------------------------------------------
 */

static enum bl_status list(struct bl_call *call, bool references,
                           enum bl_status write(struct bl_call *,
                                                const struct bl_source *)) {
  struct bl_object object;
  struct bl_source source = {
      .from = BL_LIST_ASSIGNED,
      .of = object.id,
      .how = call->kind == NULL ? BL_SHOW_LEGACY | BL_SHOW_TYPE : 0,
      .references = references};
  enum bl_status s = bl_objects_find(call, &object);
  if (s != BL_OK) return bl_answered(s);
  source.context =
      references ? "Collection($ref)"
      : call->kind == NULL
          ? "directoryObjects"
          : bl_arena_format(call->scratch, "Collection(microsoft.graph.%s)",
                            call->kind->name);
  return source.context == NULL ? BL_NOMEM : write(call, &source);
}

enum bl_status bl_references_assigned(struct bl_call *call) {
  return list(call, false, bl_list);
}

enum bl_status bl_references_count(struct bl_call *call) {
  return list(call, false, bl_list_count);
}

enum bl_status bl_references_list(struct bl_call *call) {
  return list(call, true, bl_list);
}

/* Looks for the policy `call->id` among those of an object. */
struct search {
  const uint8_t *id;
  bool found;
};

static bool look(void *ud, const struct bl_row *row) {
  struct search *search = ud;
  search->found = memcmp(row->id, search->id, BL_GUID_BYTES) == 0;
  return !search->found;
}

static enum bl_status carries(struct bl_call *call,
                              const struct bl_object *object, bool *found) {
  static const struct bl_page all = {0};
  struct search search = {.id = call->id};
  enum bl_status s = bl_store_each_assigned(
      call->service->store, object->id, kind_name(call), &all, look, &search);
  *found = search.found;
  return s;
}

enum bl_status bl_references_get(struct bl_call *call) {
  struct bl_object object;
  struct bl_row row;
  struct bl_buf b;
  bool there = false, found = false;
  enum bl_status s = bl_objects_find(call, &object);
  if (s == BL_OK) s = carries(call, &object, &there);
  if (s == BL_OK)
    s = bl_store_find(call->service->store, kind_name(call), call->id,
                      call->scratch, &row, &found);
  if (s != BL_OK) return bl_answered(s);
  if (!there || !found) return bl_reply_refusal(call, BL_R_NOT_FOUND);
  const char *context = bl_view_policies(call);
  if (context == NULL) return BL_NOMEM;
  bl_buf_init(&b, &call->request->arena, BL_MAX_REPLY);
  bl_view_open(&b, call, context, "/$entity");
  bl_view_policy(&b, call, &row, call->kind == NULL ? BL_SHOW_LEGACY : 0);
  return bl_reply(call, 200, &b);
}

/* --- the url of a policy ---------------------------------------------------
 */

/* Takes the last GUID of a url's segments, however they are spelt:
 * …/policies/{collection}/{id}, …/policies/{collection}('{id}'),
 * …/directoryObjects/{id}, …/legacy/policies/{id}, and the directory's own
 * …/v2/{tenant}/directoryObjects/{id}/{type}. */
static bool last_id(struct bl_text url, struct bl_text *text,
                    uint8_t id[BL_GUID_BYTES]) {
  *text = (struct bl_text){"", 0};
  for (const char *at = url.bytes, *end = at + url.len; at < end; at++) {
    const char *from = at;
    while (at < end && strchr("/()'?#", *at) == NULL) at++;
    const struct bl_text piece = {from, (size_t)(at - from)};
    if (at < end && (*at == '?' || *at == '#')) end = at;
    if (!bl_guid_read(piece, id)) continue;
    *text = piece;
  }
  return bl_guid_read(*text, id);
}

/* Source: Azure AD Graph, the predecessor. */
static enum bl_status check_root(struct bl_call *call, struct bl_text url) {
  struct bl_buf b;
  if (call->service->decisions.reference_host == BL_REFERENCE_HOST_ANY)
    return BL_OK;
  bl_buf_init(&b, call->scratch, 4096);
  bl_view_root(&b, call);
  bl_buf_char(&b, '/');
  bl_buf_text(&b, call->version);
  bl_buf_char(&b, '/');
  if (b.status != BL_OK) return BL_NOMEM;
  struct bl_text root = {bl_buf_string(&b), b.len};
  if (url.len > root.len &&
      bl_text_same_folded((struct bl_text){url.bytes, root.len}, root))
    return BL_OK;
  return bl_refuse_call(call, BL_R_OTHER_HOST, url, root);
}

/* A policy that is there but not to be read yet is refused in other words.
 * Source: terraform-provider-microsoft365 PR 3316 */
static enum bl_status refuse_unseen(struct bl_call *call) {
  struct bl_row row = {.seq = -1}; /* stays so where nothing lags */
  bool found;
  memcpy(row.id, call->id, BL_GUID_BYTES);
  enum bl_status s =
      bl_store_catch_up(call->service->store, call->scratch, &row, &found);
  if (s != BL_OK) return s;
  bool lagging = found && row.seq != -1;
  return bl_refuse_call(call, lagging ? BL_R_NOT_REPLICATED : BL_R_NOT_FOUND,
                        call->id_text, (struct bl_text){0});
}

/* The policy that a url names, which must be of the navigation's kind. */
static enum bl_status resolve(struct bl_call *call, struct bl_text url,
                              struct bl_row *out) {
  bool found;
  enum bl_status s = check_root(call, url);
  if (s != BL_OK) return s;
  if (!last_id(url, &call->id_text, call->id))
    return bl_refuse_call(call, BL_R_BAD_ID, url, (struct bl_text){0});
  s = bl_store_find(call->service->store, NULL, call->id, call->scratch, out,
                    &found);
  if (s != BL_OK) return s;
  if (!found) return refuse_unseen(call);
  if (call->kind != NULL && !bl_text_is(out->kind, call->kind->name))
    return bl_refuse_call(call, BL_R_NO_REFERENCE, (struct bl_text){0},
                          (struct bl_text){0});
  return BL_OK;
}

/* --- assigning -------------------------------------------------------------
 */

/* The url in a body. */
static enum bl_status read_url(struct bl_call *call, struct bl_text *out) {
  struct bl_problems problems;
  struct bl_value body;
  bl_problems_init(&problems, call->scratch);
  enum bl_status s = bl_body_read(call, &problems, &body);
  if (s != BL_OK) return s;
  const struct bl_item *url = bl_value_find(&body, "@odata.id");
  if (url == NULL) url = bl_value_find(&body, "@id");
  if (url == NULL)
    return bl_refuse_call(call, BL_R_MISSING, bl_text_of("@odata.id"),
                          bl_text_of("Reference"));
  if (url->value.type != BL_STRING)
    return bl_refuse_call(call, BL_R_VALUE, bl_text_of("@odata.id"),
                          bl_text_of("Reference"));
  *out = url->value.as.text;
  return BL_OK;
}

/* Source: Entra: configurable token lifetimes */
static enum bl_status check_managed(struct bl_call *call,
                                    const struct bl_object *object) {
  struct bl_value tree;
  enum bl_status s = bl_objects_read(call, object, &tree);
  if (s != BL_OK) return s;
  const struct bl_item *type = bl_value_find(&tree, "servicePrincipalType");
  if (type == NULL || type->value.type != BL_STRING ||
      !bl_text_is(type->value.as.text, "ManagedIdentity"))
    return BL_OK;
  return bl_refuse_call(call, BL_R_MANAGED, (struct bl_text){0},
                        (struct bl_text){0});
}

/* Whether a policy of that kind may be on that object at all. */
static enum bl_status check_kind(struct bl_call *call,
                                 const struct bl_object *object,
                                 const struct bl_kind *kind) {
  bool home_realm = kind == &bl_home_realm_discovery_policy &&
                    call->service->decisions.home_realm_on_application ==
                        BL_HOME_REALM_ON_APPLICATION_ACCEPT;
  if (kind == NULL || (!bl_carries(call->objects, kind) &&
                       !(home_realm && bl_navigates(call->objects, kind))))
    return bl_refuse_call(call, BL_R_NO_REFERENCE, (struct bl_text){0},
                          (struct bl_text){0});
  return kind == &bl_token_lifetime_policy ? check_managed(call, object)
                                           : BL_OK;
}

/* One policy of a kind on an object, and each once. `done`: nothing is left
 * to do. */
static enum bl_status check_count(struct bl_call *call,
                                  const struct bl_object *object,
                                  const struct bl_kind *kind, bool *done) {
  const struct bl_decisions *decisions = &call->service->decisions;
  struct bl_store *store = call->service->store;
  struct bl_text nothing = {0};
  bool same;
  int64_t count = 0;
  enum bl_status s = bl_store_is_assigned(store, object->id, call->id, &same);
  if (s == BL_OK)
    s = bl_store_count_assigned(store, object->id, kind->name, &count);
  if (s != BL_OK) return s;
  *done = same;
  if (same) {
    if (decisions->same_assignment == BL_SAME_ASSIGNMENT_ACCEPT) return BL_OK;
    bool conflict = decisions->same_assignment == BL_SAME_ASSIGNMENT_CONFLICT;
    return bl_refuse_call(
        call, conflict ? BL_R_SECOND_DEFAULT : BL_R_ALREADY_ASSIGNED,
        navigation(call), nothing);
  }
  if (count == 0 || decisions->second_assignment == BL_SECOND_ASSIGNMENT_KEEP)
    return BL_OK;
  if (decisions->second_assignment == BL_SECOND_ASSIGNMENT_REPLACE)
    return bl_store_unassign_kind(store, object->id, kind->name);
  return bl_refuse_call(call, BL_R_SECOND_DEFAULT, nothing, nothing);
}

enum bl_status bl_references_add(struct bl_call *call) {
  struct bl_object object;
  struct bl_row row = {.seq = 0};
  struct bl_text url = {"", 0};
  const struct bl_kind *kind = NULL;
  bool done = false;
  enum bl_status s = bl_objects_find(call, &object);
  if (s == BL_OK) s = read_url(call, &url);
  if (s == BL_OK) s = resolve(call, url, &row);
  if (s == BL_OK) kind = bl_kind_named(row.kind);
  if (s == BL_OK) s = check_kind(call, &object, kind);
  if (s == BL_OK) s = check_count(call, &object, kind, &done);
  if (s != BL_OK) return bl_answered(s);
  bl_reply_empty(call);
  return done ? BL_OK
              : bl_store_assign(call->service->store, object.id, row.id);
}

/* --- taking away -----------------------------------------------------------
 */

enum bl_status bl_references_remove(struct bl_call *call) {
  struct bl_object object;
  bool found = false;
  enum bl_status s = bl_objects_find(call, &object);
  if (s == BL_OK)
    s = bl_store_is_assigned(call->service->store, object.id, call->id, &found);
  if (s != BL_OK) return bl_answered(s);
  if (found) {
    bl_reply_empty(call);
    return bl_store_unassign(call->service->store, object.id, call->id, &found);
  }
  if (call->service->decisions.missing_reference ==
      BL_MISSING_REFERENCE_NOT_FOUND)
    return bl_reply_refusal(call, BL_R_NOT_FOUND);
  return bl_answered(bl_refuse_call(call, BL_R_NOT_ASSIGNED, navigation(call),
                                    (struct bl_text){0}));
}

/* DELETE …/$ref?@id={url} */
enum bl_status bl_references_remove_by_url(struct bl_call *call) {
  struct bl_text url = call->query.reference;
  if (url.bytes == NULL)
    return bl_answered(bl_refuse_call(call, BL_R_MISSING, bl_text_of("@id"),
                                      bl_text_of("Reference")));
  enum bl_status s = check_root(call, url);
  if (s == BL_OK && !last_id(url, &call->id_text, call->id))
    s = bl_refuse_call(call, BL_R_BAD_ID, url, (struct bl_text){0});
  return s == BL_OK ? bl_references_remove(call) : bl_answered(s);
}
