/* A request body: a JSON object. */
#ifndef BL_BODY_H
#define BL_BODY_H

#include "core/problem.h"
#include "service.h"

/* Reads the body; the tree borrows it. BL_INVALID: it is no JSON object, or
 * is not said to be one; the reply is filled. */
enum bl_status bl_body_read(struct bl_call *call, struct bl_problems *problems,
                            struct bl_value *object);

#endif
