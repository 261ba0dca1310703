/* Stored policies as Graph shows them: typed where the call names a
 * collection, else as the legacy resource. */
#ifndef BL_VIEW_H
#define BL_VIEW_H

#include "routes.h"

/* One policy, with its context. */
void bl_view_one(struct bl_buf *b, const struct bl_call *call,
                 const struct bl_row *row);

/* The list: open, each policy with `first` true once, close. A policy that
 * this view cannot show is left out; then it returns false. */
void bl_view_open(struct bl_buf *b, const struct bl_call *call);
bool bl_view_item(struct bl_buf *b, const struct bl_call *call,
                  const struct bl_row *row, bool first);
void bl_view_close(struct bl_buf *b);

#endif
