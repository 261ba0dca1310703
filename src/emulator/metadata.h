/* GET /$metadata: what is served, as CSDL in XML, made from the tables. */
#ifndef BL_METADATA_H
#define BL_METADATA_H

#include "service.h"

bl_handler bl_metadata_get;

#endif
