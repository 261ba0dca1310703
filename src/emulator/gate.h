/* What every request passes on its way to its route: trouble on request, the
 * identity platform's paths, the bearer. */
#ifndef BL_GATE_H
#define BL_GATE_H

#include "service.h"

/* Answers a request: on the admin path, or, once the bearer is right, by its
 * route; a part of another request has that one's bearer. Trouble on request
 * comes before and after. Fills request->reply; as a bl_handler. */
enum bl_status bl_gate_answer(struct bl_service *service,
                              struct bl_incoming *request,
                              struct bl_arena *scratch);

#endif
