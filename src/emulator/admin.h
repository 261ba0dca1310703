/* The admin path: what a test does to the emulator, and Graph knows nothing of.
 * With a secret of its own, for this machine alone; no rule of trouble fits it,
 * and the log does not hold it. */
#ifndef BL_ADMIN_H
#define BL_ADMIN_H

#include "service.h"

#define BL_ADMIN "/__admin"

/* Whether a path is the admin path or below it. */
bool bl_is_admin(const char *path);

/* Fills request->reply; as a bl_handler. */
enum bl_status bl_admin_answer(struct bl_service *service,
                               struct bl_incoming *request,
                               struct bl_arena *scratch);

/* Makes rules, lag, pages and clock what they are at the start, and forgets
 * the requests. */
enum bl_status bl_admin_settle(struct bl_service *service,
                               char reason[BL_REASON]);

#endif
