#include "policies.h"

#include <string.h>

#include "draft.h"
#include "list.h"
#include "reply.h"
#include "view.h"

static const char *kind_name(const struct bl_call *call) {
  return call->kind == NULL ? NULL : call->kind->name;
}

static unsigned how(const struct bl_call *call) {
  return call->kind == NULL ? BL_SHOW_LEGACY : 0;
}

static enum bl_status reply_one(struct bl_call *call, unsigned status,
                                const struct bl_row *row) {
  struct bl_buf b;
  const char *what = bl_view_policies(call);
  if (what == NULL) return BL_NOMEM;
  bl_buf_init(&b, &call->request->arena, BL_MAX_REPLY);
  bl_view_open(&b, call, what, "/$entity");
  bl_view_policy(&b, call, row, how(call));
  return bl_reply(call, status, &b);
}

/* --- reading ------------------------------------------------------------- */

static struct bl_source everything(const struct bl_call *call) {
  return (struct bl_source){.from = BL_LIST_POLICIES,
                            .context = bl_view_policies(call),
                            .how = how(call)};
}

enum bl_status bl_policies_list(struct bl_call *call) {
  const struct bl_source source = everything(call);
  return source.context == NULL ? BL_NOMEM : bl_list(call, &source);
}

enum bl_status bl_policies_count(struct bl_call *call) {
  const struct bl_source source = everything(call);
  return bl_list_count(call, &source);
}

enum bl_status bl_policies_get(struct bl_call *call) {
  struct bl_row row;
  bool found;
  enum bl_status s = bl_store_find(call->service->store, kind_name(call),
                                   call->id, call->scratch, &row, &found);
  if (s != BL_OK) return s;
  return found ? reply_one(call, 200, &row)
               : bl_reply_refusal(call, BL_R_NOT_FOUND);
}

/* --- writing ------------------------------------------------------------- */

/* A kind that heeds the flag has one default. BL_INVALID: there is another,
 * and the reply is filled. Ours: what the service answers is told nowhere. */
static enum bl_status check_default(struct bl_call *call,
                                    const struct bl_kind *kind,
                                    const struct bl_row *row) {
  bool taken = false;
  if (!row->organization_default || !(kind->targets & BL_ON_ORGANIZATION))
    return BL_OK;
  int rule = call->service->decisions.second_default;
  if (rule == BL_SECOND_DEFAULT_KEEP) return BL_OK;
  if (rule == BL_SECOND_DEFAULT_MOVE)
    return bl_store_no_default(call->service->store, kind->name, row->id);
  enum bl_status s =
      bl_store_has_default(call->service->store, kind->name, row->id, &taken);
  if (s != BL_OK || !taken) return s;
  bl_reply_refusal(call, BL_R_SECOND_DEFAULT);
  return BL_INVALID;
}

/* Lays what was said over what was there. */
static void apply(const struct bl_draft *draft, struct bl_row *row) {
  if (draft->display_name.bytes != NULL)
    row->display_name = draft->display_name;
  if (draft->definition.bytes != NULL) {
    row->definition = draft->definition;
    row->dialect = draft->dialect;
  }
  if (draft->organization_default >= 0)
    row->organization_default = draft->organization_default == 1;
}

enum bl_status bl_policies_create(struct bl_call *call) {
  struct bl_row row = {.organization_default = false};
  struct bl_draft draft;
  enum bl_status s = bl_draft_read(call, call->kind, false, &draft);
  if (s != BL_OK) return bl_answered(s);
  apply(&draft, &row);
  row.kind = bl_text_of(draft.kind->name);
  if (!bl_guid_next(&call->service->ids, row.id)) return BL_NOMEM;
  call->location = bl_view_location(
      call, row.id,
      draft.kind->wrapper == NULL ? "Policy" : draft.kind->wrapper);
  if (call->location == NULL) return BL_NOMEM;
  s = check_default(call, draft.kind, &row);
  if (s == BL_OK) s = reply_one(call, 201, &row);
  if (s == BL_OK) s = bl_store_insert(call->service->store, &row);
  return bl_answered(s);
}

enum bl_status bl_policies_update(struct bl_call *call) {
  struct bl_row row;
  struct bl_draft draft;
  bool found;
  enum bl_status s = bl_store_find(call->service->store, kind_name(call),
                                   call->id, call->scratch, &row, &found);
  if (s == BL_OK && found)
    s = bl_store_catch_up(call->service->store, call->scratch, &row, &found);
  if (s != BL_OK) return s;
  const struct bl_kind *kind = found ? bl_kind_named(row.kind) : NULL;
  if (kind == NULL) return bl_reply_refusal(call, BL_R_NOT_FOUND);
  s = bl_draft_read(call, kind, true, &draft);
  if (s != BL_OK) return bl_answered(s);
  apply(&draft, &row);
  s = check_default(call, kind, &row);
  if (s == BL_OK) bl_reply_empty(call);
  if (s == BL_OK) s = bl_store_update(call->service->store, &row);
  return bl_answered(s);
}

/* Whether it may go. BL_INVALID: it is assigned, and that holds it. */
static enum bl_status check_carriers(struct bl_call *call) {
  int64_t carriers;
  if (call->service->decisions.delete_assigned == BL_DELETE_ASSIGNED_ACCEPT)
    return BL_OK;
  enum bl_status s =
      bl_store_count_carriers(call->service->store, call->id, &carriers);
  if (s != BL_OK || carriers == 0) return s;
  bl_reply_refusal(call, BL_R_ASSIGNED);
  return BL_INVALID;
}

enum bl_status bl_policies_delete(struct bl_call *call) {
  bool found;
  enum bl_status s = check_carriers(call);
  if (s == BL_OK)
    s = bl_store_delete(call->service->store, kind_name(call), call->id,
                        &found);
  if (s != BL_OK) return bl_answered(s);
  if (!found) return bl_reply_refusal(call, BL_R_NOT_FOUND);
  bl_reply_empty(call);
  return BL_OK;
}

/* --- who carries it --------------------------------------------------------
 */

static enum bl_status carriers(struct bl_call *call,
                               enum bl_status list(struct bl_call *,
                                                   const struct bl_source *)) {
  const struct bl_source source = {.from = BL_LIST_CARRIERS,
                                   .of = call->id,
                                   .context = "directoryObjects",
                                   .how = BL_SHOW_TYPE};
  struct bl_row row;
  bool found;
  enum bl_status s = bl_store_find(call->service->store, kind_name(call),
                                   call->id, call->scratch, &row, &found);
  if (s != BL_OK) return s;
  return found ? list(call, &source) : bl_reply_refusal(call, BL_R_NOT_FOUND);
}

enum bl_status bl_policies_applies_to(struct bl_call *call) {
  return carriers(call, bl_list);
}

enum bl_status bl_policies_count_applies_to(struct bl_call *call) {
  return carriers(call, bl_list_count);
}
