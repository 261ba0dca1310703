/* The body of an application or a service principal: judged against its rows,
 * laid over what was there, and written as it is kept. */
#ifndef BL_OBJECT_BODY_H
#define BL_OBJECT_BODY_H

#include "entity.h"
#include "service.h"

/* Judges the members of a request body. What may not be set is taken out or
 * refused, as the service is told to. BL_INVALID: refused, and the reply is
 * filled. */
enum bl_status bl_object_judge(struct bl_call *call,
                               const struct bl_entity *entity, bool update,
                               struct bl_value *given);

/* Writes all properties but the id: what is given, else what was `before` (an
 * object; NULL: nothing), else what a new one has. Complex values are laid
 * over those before member by member, collections replace them. */
void bl_object_write(struct bl_buf *b, const struct bl_entity *entity,
                     const struct bl_value *before,
                     const struct bl_value *given);

#endif
