/* Who carries which policy: $ref in its forms, and what is assigned. In a call
 * without a kind they are those of the legacy navigation. */
#ifndef BL_REFERENCES_H
#define BL_REFERENCES_H

#include "service.h"

bl_handler bl_references_assigned, bl_references_count, bl_references_get,
    bl_references_list, bl_references_add, bl_references_remove,
    bl_references_remove_by_url;

#endif
