/* Where the next page begins: opaque to the client, and only good for the
 * store that wrote it. */
#ifndef BL_PAGE_H
#define BL_PAGE_H

#include "core/buf.h"
#include "store.h"

/* Writes the token of the page behind `seq` and `name`. */
void bl_page_write(struct bl_buf *b, int64_t generation, int64_t seq,
                   enum bl_order order, struct bl_text name);

/* Lays a token over a page. BL_INVALID: it is none, or of another order;
 * BL_TOO_LARGE: it is of a store that has been emptied since. */
enum bl_status bl_page_read(struct bl_text token, int64_t generation,
                            struct bl_arena *arena, struct bl_page *page);

#endif
