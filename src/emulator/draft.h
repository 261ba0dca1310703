/* A request body that describes a policy, read and judged. */
#ifndef BL_DRAFT_H
#define BL_DRAFT_H

#include "service.h"

/* What the body says. Texts lie in the body or in the call's scratch. */
struct bl_draft {
  const struct bl_kind *kind;
  struct bl_text display_name; /* bytes NULL: not said */
  struct bl_text definition;   /* as bl_row has it; bytes NULL: not said */
  enum bl_dialect dialect;     /* of the definition */
  int organization_default;    /* 1, 0, or -1: not said */
};

/* Reads the body of a create, or of an update, which may leave things out.
 * `kind` is what is created or updated; NULL: the body's `type` says it.
 * BL_INVALID: refused, and the reply is filled. */
enum bl_status bl_draft_read(struct bl_call *call, const struct bl_kind *kind,
                             bool update, struct bl_draft *out);

#endif
