/* The operations on policies. In a call without a kind they are those of the
 * legacy /policies, which shows the same objects. */
#ifndef BL_POLICIES_H
#define BL_POLICIES_H

#include "service.h"

bl_handler bl_policies_list, bl_policies_count, bl_policies_create,
    bl_policies_get, bl_policies_update, bl_policies_delete,
    bl_policies_applies_to, bl_policies_count_applies_to;

#endif
