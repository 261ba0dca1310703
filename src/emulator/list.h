/* Lists: a page of what the store has, filtered, counted, with the link to the
 * next one. */
#ifndef BL_LIST_H
#define BL_LIST_H

#include "service.h"

/* Where a list comes from, and how it is shown. */
struct bl_source {
  enum {
    BL_LIST_POLICIES, /* of call->kind, or all */
    BL_LIST_OBJECTS,  /* of call->objects */
    BL_LIST_ASSIGNED, /* policies of call->kind, or all, on the object `of` */
    BL_LIST_CARRIERS  /* objects of the policy `of` */
  } from;
  const uint8_t *of;   /* id, or NULL */
  const char *context; /* "policies/tokenLifetimePolicies" */
  unsigned how;        /* BL_SHOW_… */
  bool references;     /* nothing but where each item is */
};

/* Answers with the page that the query asks for. */
enum bl_status bl_list(struct bl_call *call, const struct bl_source *source);

/* Answers with how many there are, as plain text. */
enum bl_status bl_list_count(struct bl_call *call,
                             const struct bl_source *source);

#endif
