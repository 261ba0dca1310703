#include "policies.h"

#include <string.h>

#include "draft.h"
#include "refusal.h"
#include "view.h"

#define MAX_REPLY ((size_t)1 << 30) /* bytes; the budget ends sooner */

static const char *kind_name(const struct bl_call *call) {
  return call->kind == NULL ? NULL : call->kind->name;
}

static enum bl_status refuse(struct bl_call *call, enum bl_refusal refusal) {
  bl_refuse(call->request, refusal, call->id_text, (struct bl_text){0}, NULL);
  return BL_OK;
}

/* A refusal is an answer. */
static enum bl_status answered(enum bl_status s) {
  return s == BL_INVALID ? BL_OK : s;
}

static void reply_empty(struct bl_call *call) {
  call->request->reply = (struct bl_reply){.status = 204};
}

static enum bl_status reply(struct bl_call *call, unsigned status,
                            const struct bl_buf *b) {
  if (b->status != BL_OK) return BL_NOMEM;
  call->request->reply =
      (struct bl_reply){.status = status, .body = {b->data, b->len}};
  return BL_OK;
}

static enum bl_status reply_one(struct bl_call *call, unsigned status,
                                const struct bl_row *row) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_view_one(&b, call, row);
  return reply(call, status, &b);
}

/* --- reading ------------------------------------------------------------- */

/* A list while it is written. */
struct listing {
  struct bl_call *call;
  struct bl_buf b;
  bool first;
};

static bool list_one(void *ud, const struct bl_row *row) {
  struct listing *list = ud;
  if (bl_view_item(&list->b, list->call, row, list->first)) list->first = false;
  return list->b.status == BL_OK;
}

enum bl_status bl_policies_list(struct bl_call *call) {
  struct listing list = {.call = call, .first = true};
  bl_buf_init(&list.b, &call->request->arena, MAX_REPLY);
  bl_view_open(&list.b, call);
  enum bl_status s =
      bl_store_each(call->service->store, kind_name(call), list_one, &list);
  if (s != BL_OK) return s;
  bl_view_close(&list.b);
  return reply(call, 200, &list.b);
}

enum bl_status bl_policies_get(struct bl_call *call) {
  struct bl_row row;
  bool found;
  enum bl_status s = bl_store_find(call->service->store, kind_name(call),
                                   call->id, call->scratch, &row, &found);
  if (s != BL_OK) return s;
  return found ? reply_one(call, 200, &row) : refuse(call, BL_R_NOT_FOUND);
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
  enum bl_status s =
      bl_store_has_default(call->service->store, kind->name, row->id, &taken);
  if (s != BL_OK || !taken) return s;
  refuse(call, BL_R_SECOND_DEFAULT);
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
  if (s != BL_OK) return answered(s);
  apply(&draft, &row);
  row.kind = (struct bl_text){draft.kind->name, strlen(draft.kind->name)};
  if (!bl_guid_next(&call->service->ids, row.id)) return BL_NOMEM;
  s = check_default(call, draft.kind, &row);
  if (s == BL_OK) s = reply_one(call, 201, &row);
  if (s == BL_OK) s = bl_store_insert(call->service->store, &row);
  return answered(s);
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
  if (kind == NULL) return refuse(call, BL_R_NOT_FOUND);
  s = bl_draft_read(call, kind, true, &draft);
  if (s != BL_OK) return answered(s);
  apply(&draft, &row);
  s = check_default(call, kind, &row);
  if (s == BL_OK) reply_empty(call);
  if (s == BL_OK) s = bl_store_update(call->service->store, &row);
  return answered(s);
}

enum bl_status bl_policies_delete(struct bl_call *call) {
  bool found;
  enum bl_status s =
      bl_store_delete(call->service->store, kind_name(call), call->id, &found);
  if (s != BL_OK) return s;
  if (!found) return refuse(call, BL_R_NOT_FOUND);
  reply_empty(call);
  return BL_OK;
}
