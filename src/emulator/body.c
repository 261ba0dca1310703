#include "body.h"

#include <string.h>
#include <strings.h>

#include "core/format.h"
#include "core/json_read.h"
#include "reply.h"

static enum bl_status refuse_about(struct bl_call *call,
                                   enum bl_refusal refusal, const char *text) {
  bl_refuse_about(call->request, refusal, text);
  return BL_INVALID;
}

/* application/json with any parameters, but no other charset than UTF-8. */
static bool is_json(const char *type) {
  size_t len = strcspn(type, "; \t");
  if (!bl_text_same_folded((struct bl_text){type, len},
                           bl_text_of("application/json")))
    return false;
  for (const char *at = type + len; *at != '\0'; at++) {
    if (strncasecmp(at, "charset=", 8) != 0) continue;
    at += at[8] == '"' ? 9 : 8;
    return strncasecmp(at, "utf-8", 5) == 0 && strchr("\"; \t", at[5]) != NULL;
  }
  return true;
}

/* Graph answers 400 or 415 to a type that is missing or wrong. Decided here:
 * missing is 400, whose message asks for the header; wrong is 415. */
enum bl_status bl_body_read(struct bl_call *call, struct bl_problems *problems,
                            struct bl_value *object) {
  struct bl_incoming *r = call->request;
  if (r->content_encoding != NULL &&
      strcasecmp(r->content_encoding, "identity") != 0)
    return refuse_about(call, BL_R_ENCODING, r->content_encoding);
  if (r->content_type == NULL)
    return bl_refuse_problems(call, BL_R_UNREADABLE, NULL);
  if (!is_json(r->content_type))
    return refuse_about(call, BL_R_MEDIA_TYPE, r->content_type);

  struct bl_text body = {r->body.len == 0 ? "" : r->body.data, r->body.len};
  enum bl_status s = bl_json_read(body, BL_STRICT, NULL, problems, object);
  if (s == BL_OK && object->type != BL_OBJECT)
    bl_problems_add(problems, BL_P_WRONG_TYPE, NULL, NULL, NULL,
                    "a body is a JSON object, and this is %s",
                    bl_type_words(object->type));
  bl_problems_finish(problems);
  if (problems->status != BL_OK) return problems->status;
  if (s != BL_OK && s != BL_INVALID) return s;
  if (problems->errors > 0)
    return bl_refuse_problems(call, BL_R_UNREADABLE, problems);
  return BL_OK;
}
