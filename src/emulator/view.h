/* Stored things as Graph shows them. */
#ifndef BL_VIEW_H
#define BL_VIEW_H

#include "service.h"

/* How an item is shown. */
enum {
  BL_SHOW_LEGACY = 1, /* a policy as the legacy resource */
  BL_SHOW_TYPE = 2    /* with its type, as among things of many types */
};

/* "http://127.0.0.1:8080": where the client called. */
void bl_view_root(struct bl_buf *b, const struct bl_call *call);

/* "…/v2/TENANT/directoryObjects/ID/Microsoft.DirectoryServices.TYPE": how the
 * directory itself calls a thing. Source: policies in $ref lists. */
void bl_view_internal_url(struct bl_buf *b, const struct bl_call *call,
                          const uint8_t id[BL_GUID_BYTES],
                          const char *resource);

/* The same as a text of the request's arena, for a Location header. NULL: no
 * memory. */
const char *bl_view_location(const struct bl_call *call,
                             const uint8_t id[BL_GUID_BYTES],
                             const char *resource);

/* What is behind # for policies: "policies/tokenLifetimePolicies". NULL: no
 * memory. */
const char *bl_view_policies(const struct bl_call *call);

/* Opens an answer: a brace and its context. `what` is the part behind #, and
 * `suffix` what comes after the selected properties. */
void bl_view_open(struct bl_buf *b, const struct bl_call *call,
                  const char *what, const char *suffix);

/* Closes an object whose members all end with a comma. */
void bl_view_close(struct bl_buf *b);

/* The members of an item, with its closing brace. */
void bl_view_policy(struct bl_buf *b, const struct bl_call *call,
                    const struct bl_row *row, unsigned how);
void bl_view_object(struct bl_buf *b, const struct bl_call *call,
                    const struct bl_object *object, unsigned how);

/* The legacy `type` of a row's kind, or NULL when it has none: then the
 * legacy path does not show it. */
const char *bl_view_type(const struct bl_row *row);

#endif
