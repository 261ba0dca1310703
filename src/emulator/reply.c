#include "reply.h"

#define JSON(metadata)                                                         \
  "application/json;odata.metadata=" metadata                                  \
  ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

const char *bl_json_type(enum bl_metadata metadata) {
  static const char *const types[] = {[BL_MINIMAL] = JSON("minimal"),
                                      [BL_NO_METADATA] = JSON("none"),
                                      [BL_FULL_METADATA] = JSON("full")};
  return types[metadata];
}

void bl_reply_empty(struct bl_call *call) {
  call->request->reply = (struct bl_reply){.status = 204};
}

enum bl_status bl_reply(struct bl_call *call, unsigned status,
                        const struct bl_buf *b) {
  if (b->status != BL_OK) return BL_NOMEM;
  call->request->reply =
      (struct bl_reply){.status = status,
                        .body = {b->data, b->len},
                        .location = call->location,
                        .preference = call->query.preference};
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

enum bl_status bl_refuse_problems(struct bl_call *call, enum bl_refusal refusal,
                                  const struct bl_problems *problems) {
  bl_refuse(call->request, refusal, bl_text_of(""), bl_text_of(""), problems);
  return BL_INVALID;
}

enum bl_status bl_answered(enum bl_status s) {
  return s == BL_INVALID ? BL_OK : s;
}
