/* Who may ask Graph: the emulator's own fixed bearer, or a token that its
 * identity side has made. */
#ifndef BL_BEARER_H
#define BL_BEARER_H

#include "service.h"

/* Whether the request may be answered; notes its permissions. Else it has been
 * refused as Graph does. BL_NOMEM. */
enum bl_status bl_bearer_admit(const struct bl_service *service,
                               struct bl_incoming *request,
                               struct bl_arena *scratch, bool *admitted);

#endif
