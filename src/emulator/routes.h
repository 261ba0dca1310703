/* Which handler answers a request. */
#ifndef BL_ROUTES_H
#define BL_ROUTES_H

#include "service.h"

/* Finds the handler and calls it, whatever the bearer and without any
 * trouble. */
enum bl_status bl_routes_carry_out(struct bl_service *service,
                                   struct bl_incoming *request,
                                   struct bl_arena *scratch);

/* Whether the request asks for what is served without a bearer. */
bool bl_routes_is_open(struct bl_service *service, struct bl_incoming *request);

#endif
