/* The operations on applications and service principals. */
#ifndef BL_OBJECTS_H
#define BL_OBJECTS_H

#include "service.h"

bl_handler bl_objects_list, bl_objects_count, bl_objects_create, bl_objects_get,
    bl_objects_update, bl_objects_delete;

/* A policy, an application or a service principal, by its id alone. */
bl_handler bl_directory_get;

/* Finds the object that the path names, by its id or its application's. Its
 * texts lie in the scratch. BL_INVALID: there is none, and the reply says so.
 */
enum bl_status bl_objects_find(struct bl_call *call, struct bl_object *out);

/* The tree of what is kept of an object, in the scratch; it borrows it. */
enum bl_status bl_objects_read(struct bl_call *call,
                               const struct bl_object *object,
                               struct bl_value *out);

#endif
