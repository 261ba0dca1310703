/* POST /$batch: up to 20 requests in one body, answered in one. */
#ifndef BL_BATCH_H
#define BL_BATCH_H

#include "service.h"

bl_handler bl_batch_run;

#endif
