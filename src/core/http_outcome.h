/* How libcurl's results read here. */
#ifndef BL_HTTP_OUTCOME_H
#define BL_HTTP_OUTCOME_H

#include <curl/curl.h>

#include "http_handle.h"

/* Fills the exchange of a handle's transfer, which has ended so. */
void bl_outcome_fill(const struct bl_handle *handle, CURLcode rc);

#endif
