/* What handlers answer with. */
#ifndef BL_REPLY_H
#define BL_REPLY_H

#include "refusal.h"
#include "service.h"

#define BL_MAX_REPLY ((size_t)1 << 30) /* bytes; the budget ends sooner */

/* The Content-Type of JSON with so much metadata. Static. */
const char *bl_json_type(enum bl_metadata metadata);

/* 204. */
void bl_reply_empty(struct bl_call *call);

/* What was written. BL_NOMEM: it could not be. */
enum bl_status bl_reply(struct bl_call *call, unsigned status,
                        const struct bl_buf *b);

/* A refusal about the id or target of the path. It is an answer: BL_OK. */
enum bl_status bl_reply_refusal(struct bl_call *call, enum bl_refusal refusal);

/* The same as BL_INVALID, for those that a handler asks. */
enum bl_status bl_refuse_call(struct bl_call *call, enum bl_refusal refusal,
                              struct bl_text a, struct bl_text b);

/* The same for a body in which there are problems, or NULL. */
enum bl_status bl_refuse_problems(struct bl_call *call, enum bl_refusal refusal,
                                  const struct bl_problems *problems);

/* A refusal is an answer: BL_INVALID becomes BL_OK. */
enum bl_status bl_answered(enum bl_status s);

#endif
