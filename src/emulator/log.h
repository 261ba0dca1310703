/* The last requests, to read back: in a ring of bytes, where the oldest make
 * room for the newest. No header is kept, so no token is. For any thread. */
#ifndef BL_LOG_H
#define BL_LOG_H

#include "core/buf.h"
#include "incoming.h"

struct bl_log;

/* NULL: no memory. */
struct bl_log *bl_log_new(void);

/* NULL is fine. */
void bl_log_free(struct bl_log *log);

/* Keeps an answered request: method, path, status, ids, the rule of trouble
 * that it met, and the beginning of its body where that went to Graph. */
void bl_log_add(struct bl_log *log, const struct bl_incoming *request,
                int64_t now_ms);

void bl_log_clear(struct bl_log *log);

/* Writes {"requests":[…],"forgotten":N}, the oldest first. */
void bl_log_write(struct bl_log *log, struct bl_buf *b);

#endif
