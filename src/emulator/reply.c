#include "reply.h"

void bl_reply_empty(struct bl_call *call) {
  call->request->reply = (struct bl_reply){.status = 204};
}

enum bl_status bl_reply(struct bl_call *call, unsigned status,
                        const struct bl_buf *b) {
  if (b->status != BL_OK) return BL_NOMEM;
  call->request->reply =
      (struct bl_reply){.status = status, .body = {b->data, b->len}};
  return BL_OK;
}

enum bl_status bl_reply_refusal(struct bl_call *call, enum bl_refusal refusal) {
  struct bl_text about =
      call->id_text.bytes != NULL ? call->id_text : call->target_text;
  bl_refuse(call->request, refusal, about, (struct bl_text){0}, NULL);
  return BL_OK;
}

enum bl_status bl_refuse_call(struct bl_call *call, enum bl_refusal refusal,
                              struct bl_text a, struct bl_text b) {
  bl_refuse(call->request, refusal, a, b, NULL);
  return BL_INVALID;
}

enum bl_status bl_answered(enum bl_status s) {
  return s == BL_INVALID ? BL_OK : s;
}
