/* Objects that are put into the store at once, as if they had been created. */
#ifndef BL_SEED_H
#define BL_SEED_H

#include "service.h"

/* Creates what a JSON object lists: its members are collections, such as
 * "tokenLifetimePolicies", "policies" (the legacy endpoint) or "applications",
 * with arrays of request bodies. All or nothing, within the transaction that
 * there is. BL_INVALID: refused; `reason` says what and where. */
enum bl_status bl_seed(struct bl_service *service, struct bl_text json,
                       struct bl_arena *scratch, size_t *created,
                       char reason[BL_REASON]);

#endif
